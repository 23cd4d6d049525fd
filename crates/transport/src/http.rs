//! `/graphql` over HTTP: GET and POST, one operation or a batch.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    body::Body as HttpBody,
    extract::{FromRequestParts, Request, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use futures_util::{FutureExt, StreamExt, future::join_all};

use crate::{
    authenticator::Authenticator,
    code,
    execute::{self, Started},
    gateway::{Gateway, RequestId},
    negotiate::{self, Media},
    origin,
    params::{Body, Params},
    reply::Reply,
    websocket,
};

/// What goes into one HTTP response.
enum Answer {
    One(Reply),
    Batch(Vec<Reply>),
}

/// Every request to `/graphql` begins here.
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
    if is_upgrade(&parts) {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => websocket::upgrade(gateway, &parts.headers, upgrade, &id),
            Err(rejection) => {
                let reply = Reply::refused(
                    rejection.status(),
                    code::BAD_REQUEST,
                    rejection.body_text(),
                    &id,
                );
                respond(&gateway, Media::Json, &Answer::One(reply), &id)
            }
        };
    }
    let mut response = if parts.method == Method::OPTIONS {
        let mut response = Response::new(HttpBody::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        origin::preflight(response.headers_mut());
        response
    } else {
        let media = negotiate::accept(&parts.headers);
        let answer = AssertUnwindSafe(answer(&gateway, &parts, body, media, &id));
        let answer = match answer.catch_unwind().await {
            Ok(Ok(answer)) => answer,
            Ok(Err(reply)) => Answer::One(reply),
            Err(_) => Answer::One(Reply::panicked(&id)),
        };
        respond(&gateway, media.unwrap_or(Media::Json), &answer, &id)
    };
    let allowed = &gateway.options.allowed_origins;
    origin::cors(&parts.headers, allowed, response.headers_mut());
    response
}

/// By HTTP/1.1, or by the extended CONNECT of HTTP/2.
fn is_upgrade(parts: &Parts) -> bool {
    let upgrade = parts.headers.get(header::UPGRADE);
    parts.method == Method::CONNECT
        || upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// From what is cheapest to check to what is dearest; an `Err` ends the request.
async fn answer<E, A>(
    gateway: &Arc<Gateway<E, A>>,
    parts: &Parts,
    body: HttpBody,
    media: Option<Media>,
    id: &RequestId,
) -> Result<Answer, Reply>
where
    E: Executor,
    A: Authenticator,
{
    let options = &gateway.options;
    let get = parts.method == Method::GET;
    check_head(parts, media, id)?;
    origin::guard(&parts.headers, &options.allowed_origins, id)?;
    if !get && !negotiate::is_json(&parts.headers) {
        return Err(Reply::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code::UNSUPPORTED_MEDIA_TYPE,
            "the Content-Type must be application/json, in UTF-8",
            id,
        ));
    }
    let authenticate = gateway.authenticator.authenticate(bearer(&parts.headers));
    let identity = execute::within(options.execution_timeout, authenticate, id).await?;

    let malformed =
        |text: String| Reply::refused(StatusCode::BAD_REQUEST, code::BAD_REQUEST, text, id);
    if get {
        let params = Params::from_query(&parts.uri).map_err(malformed)?;
        return Ok(Answer::One(
            execute(gateway, &identity, params, get, id).await,
        ));
    }
    let body = read(body, options.max_body_bytes, options.body_timeout, id).await?;
    match Body::from_json(&body).map_err(malformed)? {
        Body::One(params) => Ok(Answer::One(
            execute(gateway, &identity, params, get, id).await,
        )),
        Body::Batch(batch) if batch.is_empty() => Err(malformed("the batch is empty".into())),
        Body::Batch(batch) if batch.len() > options.max_batch => Err(Reply::refused(
            StatusCode::BAD_REQUEST,
            code::BATCH_TOO_LARGE,
            format!("a batch may have {} operations", options.max_batch),
            id,
        )),
        Body::Batch(batch) => {
            let replies = batch
                .into_iter()
                .map(|params| execute(gateway, &identity, params, get, id));
            Ok(Answer::Batch(join_all(replies).await))
        }
    }
}

fn check_head(parts: &Parts, media: Option<Media>, id: &RequestId) -> Result<(), Reply> {
    if parts.method != Method::GET && parts.method != Method::POST {
        return Err(method_not_allowed(
            "the method must be GET or POST",
            "GET, POST",
            id,
        ));
    }
    if media.is_none() {
        return Err(Reply::refused(
            StatusCode::NOT_ACCEPTABLE,
            code::NOT_ACCEPTABLE,
            "application/graphql-response+json or application/json must be acceptable",
            id,
        ));
    }
    Ok(())
}

fn method_not_allowed(message: &str, allow: &'static str, id: &RequestId) -> Reply {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut reply = Reply::refused(status, code::METHOD_NOT_ALLOWED, message, id);
    let headers = &mut reply.response.http_headers;
    headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    reply
}

/// The token of an `Authorization: Bearer` header. Another scheme is no token.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    strip_bearer(headers.get(header::AUTHORIZATION)?.to_str().ok()?)
}

/// What follows `Bearer `, in any case.
pub(crate) fn strip_bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Reads a body of bounded size in bounded time.
async fn read(
    body: HttpBody,
    limit: usize,
    timeout: Duration,
    id: &RequestId,
) -> Result<Vec<u8>, Reply> {
    let too_large = || {
        Reply::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            code::BODY_TOO_LARGE,
            format!("a body may have {limit} bytes"),
            id,
        )
    };
    let collect = async {
        let mut bytes = Vec::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| {
                let status = StatusCode::BAD_REQUEST;
                Reply::refused(status, code::BAD_REQUEST, "the body broke off", id)
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(timeout, collect)
        .await
        .unwrap_or_else(|_| {
            Err(Reply::refused(
                StatusCode::REQUEST_TIMEOUT,
                code::REQUEST_TIMEOUT,
                "the body took too long",
                id,
            ))
        })
}

/// One operation, from its parameters to its reply.
async fn execute<E, A>(
    gateway: &Arc<Gateway<E, A>>,
    identity: &A::Identity,
    params: Params,
    get: bool,
    id: &RequestId,
) -> Reply
where
    E: Executor,
    A: Authenticator,
{
    let prepared = match gateway.documents.prepare(params, id.clone()) {
        Ok(prepared) => prepared,
        Err(reply) => return reply,
    };
    match prepared.kind {
        // SECURITY: GET changes nothing, or a link could.
        OperationType::Mutation if get => {
            return method_not_allowed("a mutation must be sent by POST", "POST", id);
        }
        OperationType::Subscription => {
            return Reply::request_error(
                code::OPERATION_NOT_SUPPORTED,
                "a subscription needs a WebSocket with the subprotocol graphql-transport-ws",
                Vec::new(),
                id,
            );
        }
        _ => {}
    }
    match execute::start(Arc::clone(gateway), identity.clone(), prepared).await {
        Ok(Started::Single(reply)) => reply.await,
        // Refused above.
        Ok(Started::Stream(_)) => Reply::panicked(id),
        Err(reply) => reply,
    }
}

fn respond<E, A>(
    gateway: &Gateway<E, A>,
    media: Media,
    answer: &Answer,
    id: &RequestId,
) -> Response {
    let (status, json) = match answer {
        Answer::One(reply) => (
            negotiate::status(media, reply, gateway.options.new_status_codes),
            Reply::to_json(reply),
        ),
        Answer::Batch(replies) => (StatusCode::OK, Reply::to_json(replies)),
    };
    let mut response = Response::new(HttpBody::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, cache_control(answer));
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert("x-request-id", value);
    }
    let replies = match answer {
        Answer::One(reply) => std::slice::from_ref(reply),
        Answer::Batch(replies) => replies,
    };
    for reply in replies {
        headers.extend(reply.response.http_headers.clone());
    }
    response
}

/// What the schema says of a single answer without error; else nobody may keep it.
fn cache_control(answer: &Answer) -> HeaderValue {
    let said = match answer {
        Answer::One(reply) if reply.response.errors.is_empty() => {
            reply.response.cache_control.value()
        }
        _ => None,
    };
    said.and_then(|value| HeaderValue::from_str(&value).ok())
        .unwrap_or(HeaderValue::from_static("no-store"))
}
