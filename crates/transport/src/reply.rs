//! What goes back to the client: a response whose every error has a code and the request id.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError, Value};
use axum::http::{HeaderValue, StatusCode, header};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{authenticator::Rejection, code, gateway::RequestId};

const MASKED: &str = "internal error";

/// How far a request got, which decides status and `data` member over HTTP, and `next` or `error` over a
/// socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It was executed. There is a `data` member, which may be null.
    Executed,
    /// It was well-formed, but its document, operation or variables are at fault. No `data`.
    RequestError,
    /// It was turned away with this status, whatever the media type. No `data`.
    Refused(StatusCode),
}

pub(crate) struct Reply {
    pub(crate) response: Box<Response>,
    pub(crate) kind: Kind,
}

impl Reply {
    /// The reply for what an executor returned. Codes are filled in, internal errors masked and logged.
    pub(crate) fn from_response(mut response: Response, id: &RequestId) -> Self {
        let mut kind = if is_request_error(&response) {
            Kind::RequestError
        } else {
            Kind::Executed
        };
        let mut masked: Option<(ServerError, usize)> = None;
        for error in &mut response.errors {
            let code = code_of(error).map_or_else(|| classify(error), str::to_owned);
            if code == code::INTERNAL {
                // SECURITY: the text of an internal error never reaches a client.
                let original = std::mem::replace(error, mask(error));
                masked.get_or_insert((original, 0)).1 += 1;
            }
            label(error, &code, id);
        }
        if let Some((error, count)) = masked {
            if kind == Kind::RequestError {
                kind = Kind::Refused(StatusCode::INTERNAL_SERVER_ERROR);
            }
            // Once per response, and without the document or its variables.
            tracing::error!(
                request_id = &*id.0,
                path = path_of(&error),
                count,
                error = error.message,
                "internal error"
            );
        }
        Self {
            response: Box::new(response),
            kind,
        }
    }

    pub(crate) fn request_error(
        code: &'static str,
        message: impl Into<String>,
        locations: Vec<Pos>,
        id: &RequestId,
    ) -> Self {
        let mut error = ServerError::new(message, None);
        error.locations = locations;
        label(&mut error, code, id);
        Self {
            response: Box::new(Response::from_errors(vec![error])),
            kind: Kind::RequestError,
        }
    }

    pub(crate) fn refused(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        id: &RequestId,
    ) -> Self {
        let mut reply = Self::request_error(code, message, Vec::new(), id);
        reply.kind = Kind::Refused(status);
        reply
    }

    pub(crate) fn rejected(rejection: Rejection, id: &RequestId) -> Self {
        let mut reply = Self::refused(rejection.status, rejection.code, rejection.message, id);
        if rejection.status == StatusCode::UNAUTHORIZED {
            let headers = &mut reply.response.http_headers;
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        reply
    }

    /// For a viewer that has spent its points, and when it should come again.
    pub(crate) fn rate_limited(wait: Duration, id: &RequestId) -> Self {
        let text = "too much at once: wait, and ask again";
        let mut reply = Self::refused(StatusCode::TOO_MANY_REQUESTS, code::RATE_LIMITED, text, id);
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        for error in &mut reply.response.errors {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfterMs", millis);
        }
        let seconds = HeaderValue::from(millis.div_ceil(1_000));
        let headers = &mut reply.response.http_headers;
        headers.insert(header::RETRY_AFTER, seconds);
        reply
    }

    /// For a panic: it was reported by the panic hook; here it gets its request id.
    pub(crate) fn panicked(id: &RequestId) -> Self {
        tracing::error!(request_id = &*id.0, "a request panicked");
        Self::refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            code::INTERNAL,
            MASKED,
            id,
        )
    }

    /// The code of the first error, `OK` without one.
    pub(crate) fn code(&self) -> &str {
        let first = self.response.errors.first();
        first.map_or("OK", |error| code_of(error).unwrap_or(code::INTERNAL))
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        let mut errors = self.response.errors.iter();
        errors.any(|error| code_of(error) == Some(code))
    }

    /// The JSON of this reply. It cannot fail: values come out of an executor, not out of the world.
    pub(crate) fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
        serde_json::to_vec(value).unwrap_or_default()
    }
}

impl Serialize for Reply {
    /// Errors first, as recommended; `data` only if the request was executed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.response.errors.is_empty() {
            map.serialize_entry("errors", &self.response.errors)?;
        }
        if self.kind == Kind::Executed {
            map.serialize_entry("data", &self.response.data)?;
        }
        if !self.response.extensions.is_empty() {
            map.serialize_entry("extensions", &self.response.extensions)?;
        }
        map.end()
    }
}

/// Whether nothing was executed: errors of parsing and validation have no path, those of fields have one.
fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

pub(crate) fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code),
        _ => None,
    }
}

fn label(error: &mut ServerError, code: &str, id: &RequestId) {
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
    extensions.set("requestId", &*id.0);
}

fn mask(error: &ServerError) -> ServerError {
    let mut masked = ServerError::new(MASKED, None);
    masked.locations.clone_from(&error.locations);
    masked.path.clone_from(&error.path);
    masked.extensions = Some(ErrorExtensionValues::default());
    masked
}

fn path_of(error: &ServerError) -> String {
    use async_graphql::PathSegment::{Field, Index};
    let segments: Vec<_> = error
        .path
        .iter()
        .map(|segment| match segment {
            Field(name) => name.clone(),
            Index(index) => index.to_string(),
        })
        .collect();
    segments.join(".")
}

/// The code of an error that has none. async-graphql tells its own errors apart by text only; what is not
/// known to be its own is internal.
fn classify(error: &ServerError) -> String {
    let text = error.message.as_str();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
    let code = if error.source.is_some() {
        code::INTERNAL
    } else if starts(&["Failed to parse \"", "Expected input type \""])
        || starts(&["Invalid value for argument "])
        || (text.starts_with("Variable ") && text.ends_with(" is not defined."))
    {
        code::BAD_USER_INPUT
    } else if !error.path.is_empty() {
        code::INTERNAL
    } else if text == "Query is too complex." {
        code::COST_EXCEEDED
    } else if text == "Query is nested too deep." || starts(&["The recursion depth of the query"]) {
        code::QUERY_TOO_DEEP
    } else if starts(&["Unknown operation named", "Operation name required"]) {
        code::OPERATION_RESOLUTION_FAILED
    } else if starts(&["Schema is not configured for "]) || !error.locations.is_empty() {
        // Every rule of validation tells where it was broken.
        code::GRAPHQL_VALIDATION_FAILED
    } else {
        code::INTERNAL
    };
    code.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executor_that_fails_without_a_word_is_an_internal_error() {
        let error = ServerError::new("secret", None);
        let reply =
            Reply::from_response(Response::from_errors(vec![error]), &RequestId("7".into()));
        assert_eq!(reply.kind, Kind::Refused(StatusCode::INTERNAL_SERVER_ERROR));
        let json = String::from_utf8(Reply::to_json(&reply));
        let expected = r#"{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL","requestId":"7"}}]}"#;
        assert_eq!(json.as_deref(), Ok(expected));
    }
}
