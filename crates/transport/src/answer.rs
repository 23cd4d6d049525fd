//! From replies to an HTTP response.

use axum::{
    body::Body as HttpBody,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use crate::{
    gateway::RequestId,
    negotiate::{self, Media},
    reply::Reply,
};

/// What goes into one HTTP response.
pub(crate) enum Answer {
    One(Reply),
    Batch(Vec<Reply>),
}

/// `new_codes` allows the status codes of the 2026 edition.
pub(crate) fn respond(new_codes: bool, media: Media, answer: &Answer, id: &RequestId) -> Response {
    let (status, json) = match answer {
        Answer::One(reply) => (
            negotiate::status(media, reply, new_codes),
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
