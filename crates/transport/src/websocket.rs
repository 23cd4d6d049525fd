//! From an HTTP request to a socket.

use std::sync::Arc;

use async_graphql::Executor;
use axum::{
    body::Body,
    extract::WebSocketUpgrade,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use crate::{
    authenticator::Authenticator,
    code,
    gateway::{Gateway, RequestId},
    http::bearer,
    negotiate::Media,
    origin,
    protocol::SUBPROTOCOL,
    reply::Reply,
    session,
};

/// What is collected before it is written; several small messages go out in one piece.
const WRITE_BUFFER_BYTES: usize = 4 << 10;

/// The largest response that can be written. Only one is ever in the buffer.
const MAX_WRITE_BUFFER_BYTES: usize = 64 << 20;

/// Accepts the upgrade, unless the page that asks for it is not allowed to.
///
/// A client that does not offer the subprotocol is accepted too, only to be closed with 4406, which it can
/// read, unlike an HTTP status.
pub(crate) fn upgrade<E, A>(
    gateway: Arc<Gateway<E, A>>,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
    id: &RequestId,
) -> Response
where
    E: Executor,
    A: Authenticator,
{
    // SECURITY: browsers send no preflight for a socket; the origin is what keeps foreign pages out.
    if !origin::may_connect(headers, &gateway.options.allowed_origins) {
        return forbidden(id);
    }
    let token = bearer(headers).map(Into::into);
    let options = &gateway.options;
    let upgrade = upgrade
        .read_buffer_size(options.read_buffer_bytes)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
        .max_message_size(options.max_message_bytes)
        .max_frame_size(options.max_message_bytes)
        .protocols([SUBPROTOCOL]);
    let known = upgrade.selected_protocol().is_some();
    let tasks = options.tasks.clone();
    upgrade.on_upgrade(move |socket| {
        tasks.track_future(if known {
            session::run(gateway, socket, token)
        } else {
            session::refuse(socket)
        })
    })
}

fn forbidden(id: &RequestId) -> Response {
    let reply = Reply::refused(
        StatusCode::FORBIDDEN,
        code::ORIGIN_FORBIDDEN,
        "pages of this origin may not open a socket",
        id,
    );
    let mut response = Response::new(Body::from(Reply::to_json(&reply)));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Media::Json.content_type());
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert("x-request-id", value);
    }
    response
}
