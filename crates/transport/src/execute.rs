//! Running one operation.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Executor, Request, Response, Value, parser::types::OperationType, value};
use axum::http::StatusCode;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::{
    authenticator::{Authenticator, Rejection},
    code,
    document::Prepared,
    gateway::{Gateway, RequestId},
    observer::{self, Answered, Watched},
    options::Next,
    reply::Reply,
    span,
};

/// An operation under way.
pub(crate) enum Started {
    /// A query or mutation: one reply.
    Single(BoxFuture<'static, Reply>),
    /// A subscription: responses until it ends.
    Stream(BoxStream<'static, Next>),
}

impl Started {
    /// With what it cost in the extensions of its first response.
    fn telling(self, cost: Value) -> Self {
        match self {
            Self::Single(reply) => Self::Single(
                async move {
                    let mut reply = reply.await;
                    reply.response.extensions.insert("cost".into(), cost);
                    reply
                }
                .boxed(),
            ),
            Self::Stream(stream) => {
                let mut cost = Some(cost);
                let told = stream.map(move |next| match cost.take() {
                    Some(cost) => {
                        let mut response = next.into_response();
                        response.extensions.insert("cost".into(), cost);
                        Next::Response(response)
                    }
                    None => next,
                });
                Self::Stream(told.boxed())
            }
        }
    }
}

/// Charges the viewer, attaches the identity's data and starts the operation.
pub(crate) async fn start<E, A>(
    gateway: Arc<Gateway<E, A>>,
    identity: A::Identity,
    prepared: Prepared,
) -> Result<Started, Reply>
where
    E: Executor,
    A: Authenticator,
{
    let observer = gateway.options.observer.clone();
    let span = span::operation(&prepared);
    let begun = Instant::now();
    let kind = observer::kind(prepared.kind);
    let name = prepared.name().map(Box::<str>::from);
    let (told, ended) = (observer.clone(), span.clone());
    let tell = move |code: &str, cost| {
        span::ended(&ended, code, cost);
        if let Some(observer) = &told {
            observer.answered(Answered {
                name: name.as_deref(),
                kind,
                code,
                took: begun.elapsed(),
                cost,
            });
        }
    };
    match begin(gateway, &identity, prepared)
        .instrument(span.clone())
        .await
    {
        Err(reply) => {
            tell(reply.code(), 0);
            Err(reply)
        }
        Ok((Started::Stream(stream), cost)) => {
            tell("OK", cost);
            Ok(Started::Stream(match observer {
                Some(observer) => Watched::new(stream, observer).boxed(),
                None => stream,
            }))
        }
        Ok((Started::Single(reply), cost)) => {
            let reply = async move {
                let reply = reply.await;
                tell(reply.code(), cost);
                reply
            };
            Ok(Started::Single(reply.instrument(span).boxed()))
        }
    }
}

/// The same, with what it cost.
async fn begin<E, A>(
    gateway: Arc<Gateway<E, A>>,
    identity: &A::Identity,
    prepared: Prepared,
) -> Result<(Started, usize), Reply>
where
    E: Executor,
    A: Authenticator,
{
    let (cost, told) = charge(&gateway, identity, &prepared)?;
    let (kind, id) = (prepared.kind, prepared.id.clone());
    let subscribe = gateway.options.subscribe.clone();
    let subscribe = subscribe.filter(|_| !prepared.is_marked);
    let request = prepared.into_request();
    let attach = gateway.authenticator.attach(identity, request);
    let request = within(gateway.options.execution_timeout, attach, &id).await?;
    let started = match (kind, subscribe) {
        (OperationType::Subscription, Some(subscribe)) => Started::Stream(subscribe(request).await),
        (OperationType::Subscription, None) => {
            let stream = gateway.executor.execute_stream(request, None);
            let next = |response| Next::Response(Box::new(response));
            Started::Stream(stream.map(next).boxed())
        }
        _ => Started::Single(Box::pin(
            async move { run(&gateway, request, kind, id).await },
        )),
    };
    let started = match told {
        Some(told) => started.telling(told),
        None => started,
    };
    Ok((started, cost))
}

/// Takes what the operation costs from the viewer's bucket; and what to tell of it, if the client asked.
fn charge<E, A>(
    gateway: &Gateway<E, A>,
    identity: &A::Identity,
    prepared: &Prepared,
) -> Result<(usize, Option<Value>), Reply>
where
    A: Authenticator,
{
    let (request, options) = (&prepared.request, &gateway.options);
    let name = request.operation_name.as_deref();
    let price = prepared
        .document
        .price(name, &request.variables, || match &options.price {
            Some(price) => price(prepared.to_priced()),
            None => Ok(1),
        });
    let price = price
        .map_err(|errors| Reply::from_response(Response::from_errors(errors), &prepared.id))?;
    let key = gateway.authenticator.key(identity);
    let balance = gateway.viewers.charge(key, price);
    let balance = balance.map_err(|wait| Reply::rate_limited(wait, &prepared.id))?;
    let told = prepared.tells_cost.then(|| match options.rate_capacity {
        0 => value!({ "cost": price }),
        capacity => value!({
            "cost": price,
            "available": balance.available,
            "capacity": capacity,
            "perSecond": options.rate_per_second,
        }),
    });
    Ok((price, told))
}

/// Gives an authenticator as long as an operation has.
pub(crate) async fn within<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, Rejection>>,
    id: &RequestId,
) -> Result<T, Reply> {
    match tokio::time::timeout(limit, asked).await {
        Ok(answer) => answer.map_err(|rejection| Reply::rejected(rejection, id)),
        Err(_) => Err(Reply::refused(
            StatusCode::GATEWAY_TIMEOUT,
            code::EXECUTION_TIMEOUT,
            "the request was not executed, since who asks was not known in time",
            id,
        )),
    }
}

/// Runs a query or mutation in a task of its own, with a time limit.
///
/// Dropping this future stops a query. A mutation goes on to its end: a client that hangs up must not leave
/// it half done.
async fn run<E, A>(
    gateway: &Gateway<E, A>,
    request: Request,
    kind: OperationType,
    id: RequestId,
) -> Reply
where
    E: Executor,
{
    let executor = gateway.executor.clone();
    let task_id = id.clone();
    let mut task = gateway.options.tasks.spawn(
        async move {
            let response = executor.execute(request).await;
            // Here, so that errors are logged though nobody may wait for the reply.
            Reply::from_response(response, &task_id)
        }
        .in_current_span(),
    );
    let limit = gateway.options.execution_timeout;
    let outcome = if kind == OperationType::Query {
        tokio::time::timeout(limit, AbortOnDropHandle::new(task)).await
    } else {
        tokio::time::timeout(limit, &mut task).await
    };
    match outcome {
        Ok(Ok(reply)) => reply,
        Ok(Err(_)) => Reply::panicked(&id),
        Err(_) => Reply::refused(
            StatusCode::GATEWAY_TIMEOUT,
            code::EXECUTION_TIMEOUT,
            match kind {
                OperationType::Query => "the query took too long and was stopped",
                _ => "the mutation takes too long; it goes on, and its outcome is not known",
            },
            &id,
        ),
    }
}
