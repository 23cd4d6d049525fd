//! `/graphql/stream`: the distinct connections mode of `graphql-sse`, one operation a connection.
//!
//! Source: `PROTOCOL.md` of the `graphql-sse` project, and *Server-sent events* of the HTML standard.

mod events;

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    body::Body as HttpBody,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::FutureExt;
use tokio::sync::mpsc;

use crate::{
    answer::{Answer, respond},
    authenticator::Authenticator,
    code,
    execute::{self, Started},
    gateway::{Gateway, RequestId},
    http,
    negotiate::Media,
    observer::Connection,
    origin,
    params::{Body, Params},
    reply::Reply,
    viewers::Seat,
};

/// Events that wait between the operation and the connection. More would only be more memory.
const WAITING: usize = 1;

/// Every request to `/graphql/stream` begins here.
pub(crate) async fn handle<E, A>(
    State(gateway): State<Arc<Gateway<E, A>>>,
    request: Request,
) -> Response
where
    E: Executor,
    A: Authenticator,
{
    let id = gateway.request_id();
    let (mut parts, body) = request.into_parts();
    origin::unify_host(&parts.uri, &mut parts.headers);
    let allowed = &gateway.options.allowed_origins;
    origin::answer(&parts, allowed, async {
        let opened = AssertUnwindSafe(open(&gateway, &parts, body, &id));
        let opened = opened.catch_unwind().await;
        opened
            .unwrap_or_else(|_| Err(Reply::panicked(&id)))
            .unwrap_or_else(|reply| {
                let new_codes = gateway.options.new_status_codes;
                respond(new_codes, Media::Response, &Answer::One(reply), &id)
            })
    })
    .await
}

/// What is refused before the operation runs is an HTTP error, which ends a client's attempts; what happens
/// later is an event.
async fn open<E, A>(
    gateway: &Arc<Gateway<E, A>>,
    parts: &Parts,
    body: HttpBody,
    id: &RequestId,
) -> Result<Response, Reply>
where
    E: Executor,
    A: Authenticator,
{
    http::check_method(parts, id)?;
    if !accepts_events(&parts.headers) {
        return Err(http::not_acceptable(
            "text/event-stream must be acceptable",
            id,
        ));
    }
    let (identity, asked) = http::admit(gateway, parts, body, id).await?;
    let Body::One(params) = asked else {
        return Err(http::malformed("a stream has one operation, no batch", id));
    };
    let key = gateway.authenticator.key(&identity);
    let seat = gateway.viewers.seat(key, Connection::Stream);
    let seat = seat.ok_or_else(|| {
        Reply::refused(
            StatusCode::TOO_MANY_REQUESTS,
            code::TOO_MANY_SOCKETS,
            "close another socket or stream first",
            id,
        )
    })?;
    let started = start(gateway, &identity, params, parts, id).await?;
    Ok(stream(gateway, &identity, seat, started, id))
}

async fn start<E, A>(
    gateway: &Arc<Gateway<E, A>>,
    identity: &A::Identity,
    params: Params,
    parts: &Parts,
    id: &RequestId,
) -> Result<Started, Reply>
where
    E: Executor,
    A: Authenticator,
{
    let prepared = gateway.documents.prepare(params, id.clone());
    let mut prepared = prepared.inspect_err(|reply| gateway.refused(reply))?;
    http::check_get(prepared.kind, parts, id)?;
    if prepared.kind == OperationType::Subscription
        && let Some(resume) = &gateway.options.resume
    {
        let last = parts.headers.get("last-event-id");
        let last = last.and_then(|id| id.to_str().ok());
        prepared = prepared.marked(&**resume, last.filter(|id| !id.is_empty()));
    }
    execute::start(Arc::clone(gateway), identity.clone(), prepared).await
}

/// Runs the operation in a task of its own, which the connection reads from.
fn stream<E, A>(
    gateway: &Arc<Gateway<E, A>>,
    identity: &A::Identity,
    seat: Seat,
    started: Started,
    id: &RequestId,
) -> Response
where
    E: Executor,
    A: Authenticator,
{
    let (sender, receiver) = mpsc::channel(WAITING);
    let ended = gateway.authenticator.ended(identity).boxed();
    let writer = events::Writer::new(Arc::clone(gateway), id.clone(), sender);
    gateway.options.tasks.spawn(async move {
        writer.run(started, ended).await;
        drop(seat);
    });
    let chunks = futures_util::stream::unfold(receiver, async |mut receiver| {
        let chunk = receiver.recv().await?;
        Some((chunk, receiver))
    });
    let mut response = Response::new(HttpBody::from_stream(chunks));
    let headers = response.headers_mut();
    let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
    put(header::CONTENT_TYPE, "text/event-stream; charset=utf-8");
    put(header::CACHE_CONTROL, "no-store");
    // What nginx and its kin must be told, or they collect events before they pass them on.
    put(header::HeaderName::from_static("x-accel-buffering"), "no");
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert("x-request-id", value);
    }
    response
}

/// Whether a client takes events; one that does not say takes anything.
fn accepts_events(headers: &HeaderMap) -> bool {
    if !headers.contains_key(header::ACCEPT) {
        return true;
    }
    let values = headers.get_all(header::ACCEPT).iter();
    let mut ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.any(|range| {
        let media = range.split(';').next().unwrap_or_default().trim();
        ["text/event-stream", "text/*", "*/*"]
            .iter()
            .any(|known| media.eq_ignore_ascii_case(known))
    })
}
