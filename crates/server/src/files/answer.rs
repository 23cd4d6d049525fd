//! Answers about files that are no file: JSON with the codes that GraphQL answers with.

use std::ops::Range as Bytes;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tidings_domain::{ErrorCode, UserErrorCode};
use tidings_service::Error;

/// Why a content was not taken.
pub(crate) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
        }
    }

    /// A fault of ours, of which the client is told no more.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal.as_str(),
            "Something failed on our side.",
        )
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self {
                status: match refusal.code {
                    UserErrorCode::AttachmentTooLarge | UserErrorCode::InvalidFileSize => {
                        StatusCode::PAYLOAD_TOO_LARGE
                    }
                    UserErrorCode::AttachmentTypeNotAllowed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    UserErrorCode::ClientInactive | UserErrorCode::PortalDisabled => {
                        StatusCode::FORBIDDEN
                    }
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                },
                code: refusal.code.as_str(),
                message: refusal.message,
            },
            Error::Code(ErrorCode::NotFound, text) => {
                Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound.as_str(), text)
            }
            Error::Code(code, text) => Self::new(StatusCode::BAD_REQUEST, code.as_str(), text),
            error => {
                tracing::error!(%error, "a file could not be stored");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = json!({ "message": self.message, "extensions": { "code": self.code } });
        (self.status, Json(json!({ "errors": [error] }))).into_response()
    }
}

/// Not there, or not for whoever the address was made for: one answer.
pub(super) fn not_found() -> Response {
    Refused::from(Error::not_found()).into_response()
}

/// A fault of ours.
pub(super) fn failed(error: &Error) -> Response {
    tracing::error!(%error, "a file could not be read");
    Refused::internal().into_response()
}

/// Which part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it; also for what is not understood, as RFC 9110 (section 14.2) has it.
    Whole,
    /// These bytes.
    Part(Bytes<u64>),
    /// None that there is.
    Outside,
}

/// The one range that a request asks for, of a file of this size.
pub(super) fn range(headers: &HeaderMap, size: u64) -> Range {
    let said = headers
        .get(header::RANGE)
        .and_then(|said| said.to_str().ok());
    let Some((first, last)) = said
        .and_then(|said| said.strip_prefix("bytes="))
        .and_then(|said| said.split_once('-'))
    else {
        return Range::Whole;
    };
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), _) if last.is_empty() => first..size,
        (_, Ok(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Range::Whole,
    };
    if part.start < part.end {
        Range::Part(part)
    } else {
        Range::Outside
    }
}

/// The answer to a range that lies outside.
pub(super) fn outside(size: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    if let Ok(whole) = HeaderValue::try_from(format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, whole);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p28_a_player_asks_for_parts() {
        let of = |said: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(said));
            range(&headers, 100)
        };
        assert_eq!(range(&HeaderMap::new(), 100), Range::Whole);
        assert_eq!(of("bytes=0-0"), Range::Part(0..1));
        assert_eq!(of("bytes=10-"), Range::Part(10..100));
        assert_eq!(of("bytes=10-900"), Range::Part(10..100));
        assert_eq!(of("bytes=-10"), Range::Part(90..100));
        assert_eq!(of("bytes=-900"), Range::Part(0..100));
        assert_eq!(of("bytes=100-"), Range::Outside);
        assert_eq!(of("bytes=-0"), Range::Outside);
        for odd in [
            "bytes=9-8",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=",
            "bytes=-",
        ] {
            assert_eq!(of(odd), Range::Whole, "{odd}");
        }
    }
}
