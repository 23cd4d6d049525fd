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
use tower_http::compression::{CompressionLayer, CompressionLevel, predicate::SizeAbove};

use crate::{
    answer::{Answer, respond},
    authenticator::Authenticator,
    code,
    execute::{self, Started},
    gateway::{Gateway, RequestId},
    negotiate::{self, Media},
    origin,
    params::{Body, Params},
    reply::Reply,
    upload, websocket,
};

/// The smallest answer that is compressed, in bytes: a shorter one fits into a packet anyhow.
const COMPRESSED_FROM: u16 = 1_024;

/// Compresses the answers of clients that take gzip. Event streams have a route of their own, where nothing does.
///
/// SECURITY: what an answer's length tells (BREACH) takes an attacker that makes a viewer's browser ask, again and
/// again, with the viewer's rights. Here these come from a token in a header, which no page of another origin has, and
/// from no cookie; and no answer carries a secret beside what the asker wrote.
pub(crate) fn compression() -> CompressionLayer<SizeAbove> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(COMPRESSED_FROM))
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
                respond(
                    gateway.options.new_status_codes,
                    Media::Json,
                    &Answer::One(reply),
                    &id,
                )
            }
        };
    }
    let allowed = &gateway.options.allowed_origins;
    origin::answer(&parts, allowed, async {
        let media = negotiate::accept(&parts.headers);
        let answer = AssertUnwindSafe(answer(&gateway, &parts, body, media, &id));
        let answer = match answer.catch_unwind().await {
            Ok(Ok(answer)) => answer,
            Ok(Err(reply)) => Answer::One(reply),
            Err(_) => Answer::One(Reply::panicked(&id)),
        };
        respond(
            gateway.options.new_status_codes,
            media.unwrap_or(Media::Json),
            &answer,
            &id,
        )
    })
    .await
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
    check_method(parts, id)?;
    if media.is_none() {
        return Err(not_acceptable(
            "application/graphql-response+json or application/json must be acceptable",
            id,
        ));
    }
    let (identity, asked) = admit(gateway, parts, body, id).await?;
    match asked {
        Body::One(params) => Ok(Answer::One(
            execute(gateway, &identity, params, parts, id).await,
        )),
        Body::Batch(batch) if batch.is_empty() => Err(malformed("the batch is empty", id)),
        Body::Batch(batch) if batch.len() > gateway.options.max_batch => Err(Reply::refused(
            StatusCode::BAD_REQUEST,
            code::BATCH_TOO_LARGE,
            format!("a batch may have {} operations", gateway.options.max_batch),
            id,
        )),
        Body::Batch(batch) => {
            let replies = batch
                .into_iter()
                .map(|params| execute(gateway, &identity, params, parts, id));
            Ok(Answer::Batch(join_all(replies).await))
        }
    }
}

/// Who asks, and what: the same for every transport over HTTP.
pub(crate) async fn admit<E, A>(
    gateway: &Gateway<E, A>,
    parts: &Parts,
    body: HttpBody,
    id: &RequestId,
) -> Result<(A::Identity, Body), Reply>
where
    A: Authenticator,
{
    let options = &gateway.options;
    let get = parts.method == Method::GET;
    origin::guard(&parts.headers, &options.allowed_origins, id)?;
    let boundary = upload::boundary(&parts.headers);
    if !get && boundary.is_none() && !negotiate::is_json(&parts.headers) {
        return Err(Reply::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code::UNSUPPORTED_MEDIA_TYPE,
            "the Content-Type must be application/json in UTF-8, or multipart/form-data",
            id,
        ));
    }
    let authenticate = gateway.authenticator.authenticate(bearer(&parts.headers));
    let identity = execute::within(options.execution_timeout, authenticate, id).await?;
    let asked = if get {
        Params::from_query(&parts.uri).map(Body::One)
    } else if let Some(boundary) = boundary {
        return Ok((identity, upload::read(body, boundary, options, id).await?));
    } else {
        let body = read(body, options.max_body_bytes, options.body_timeout, id).await?;
        Body::from_json(&body)
    };
    Ok((identity, asked.map_err(|text| malformed(text, id))?))
}

pub(crate) fn malformed(text: impl Into<String>, id: &RequestId) -> Reply {
    Reply::refused(StatusCode::BAD_REQUEST, code::BAD_REQUEST, text, id)
}

pub(crate) fn check_method(parts: &Parts, id: &RequestId) -> Result<(), Reply> {
    if parts.method == Method::GET || parts.method == Method::POST {
        return Ok(());
    }
    Err(method_not_allowed(
        "the method must be GET or POST",
        "GET, POST",
        id,
    ))
}

pub(crate) fn not_acceptable(text: &str, id: &RequestId) -> Reply {
    Reply::refused(StatusCode::NOT_ACCEPTABLE, code::NOT_ACCEPTABLE, text, id)
}

/// SECURITY: GET changes nothing, or a link could.
pub(crate) fn check_get(kind: OperationType, parts: &Parts, id: &RequestId) -> Result<(), Reply> {
    if kind == OperationType::Mutation && parts.method == Method::GET {
        return Err(method_not_allowed(
            "a mutation must be sent by POST",
            "POST",
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
    parts: &Parts,
    id: &RequestId,
) -> Reply
where
    E: Executor,
    A: Authenticator,
{
    let prepared = match gateway.documents.prepare(params, id.clone()) {
        Ok(prepared) => prepared,
        Err(reply) => {
            gateway.refused(&reply);
            return reply;
        }
    };
    if let Err(reply) = check_get(prepared.kind, parts, id) {
        return reply;
    }
    if prepared.kind == OperationType::Subscription {
        return Reply::request_error(
            code::OPERATION_NOT_SUPPORTED,
            "a subscription needs a WebSocket with the subprotocol graphql-transport-ws, or \
             /graphql/stream",
            Vec::new(),
            id,
        );
    }
    match execute::start(Arc::clone(gateway), identity.clone(), prepared).await {
        Ok(Started::Single(reply)) => reply.await,
        // Refused above.
        Ok(Started::Stream(_)) => Reply::panicked(id),
        Err(reply) => reply,
    }
}
