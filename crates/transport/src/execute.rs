//! Running one operation.

use std::{future::Future, sync::Arc, time::Duration};

use async_graphql::{Executor, Response, parser::types::OperationType};
use axum::http::StatusCode;
use futures_util::{future::BoxFuture, stream::BoxStream};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::{
    authenticator::{Authenticator, Rejection},
    code,
    document::Prepared,
    gateway::{Gateway, RequestId},
    reply::Reply,
};

/// An operation under way.
pub(crate) enum Started {
    /// A query or mutation: one reply.
    Single(BoxFuture<'static, Reply>),
    /// A subscription: responses until it ends.
    Stream(BoxStream<'static, Response>),
}

/// Attaches the identity's data and starts the operation.
pub(crate) async fn start<E, A>(
    gateway: Arc<Gateway<E, A>>,
    identity: A::Identity,
    prepared: Prepared,
) -> Result<Started, Reply>
where
    E: Executor,
    A: Authenticator,
{
    let Prepared { request, kind, id } = prepared;
    let attach = gateway.authenticator.attach(&identity, request);
    let request = within(gateway.options.execution_timeout, attach, &id).await?;
    if kind == OperationType::Subscription {
        return Ok(Started::Stream(
            gateway.executor.execute_stream(request, None),
        ));
    }
    Ok(Started::Single(Box::pin(async move {
        let prepared = Prepared { request, kind, id };
        run(&gateway, prepared).await
    })))
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
async fn run<E, A>(gateway: &Gateway<E, A>, prepared: Prepared) -> Reply
where
    E: Executor,
{
    let Prepared { request, kind, id } = prepared;
    let executor = gateway.executor.clone();
    let span = tracing::info_span!("graphql", request_id = &*id.0);
    let task_id = id.clone();
    let mut task = gateway.options.tasks.spawn(
        async move {
            let response = executor.execute(request).await;
            // Here, so that errors are logged though nobody may wait for the reply.
            Reply::from_response(response, &task_id)
        }
        .instrument(span),
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
