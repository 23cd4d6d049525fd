//! Scalars of our own.

use async_graphql::{Description, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

/// A day without a time, as `YYYY-MM-DD` (RFC 3339, full-date), in the agency's time zone.
#[derive(Clone, Copy, Debug, Description)]
pub(crate) struct Date(pub(crate) NaiveDate);

#[Scalar(
    name = "Date",
    use_type_description,
    specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let day = match &value {
            Value::String(text) if is_day(text) => text.parse().ok(),
            _ => None,
        };
        day.map(Self)
            .ok_or_else(|| InputValueError::custom("A day is written YYYY-MM-DD."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Whether a text has the shape `YYYY-MM-DD`: what parses dates takes signs and short numbers, too.
fn is_day(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

/// HTML that may be shown as it is: made from plain text, or sanitised. Without scripts, handlers,
/// styles or foreign sources; every link has `target="_blank" rel="noopener noreferrer"`.
#[derive(Clone, Debug, Description)]
pub(crate) struct Html(pub(crate) String);

#[Scalar(
    name = "HTML",
    use_type_description,
    specified_by_url = "https://html.spec.whatwg.org/"
)]
impl ScalarType for Html {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A file, sent with the operation by the GraphQL multipart request specification: the variable is
/// null, and a part of the request stands for it.
#[derive(Clone, Copy, Debug, Description)]
pub(crate) struct Upload(pub(crate) async_graphql::Upload);

#[Scalar(
    name = "Upload",
    use_type_description,
    specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec"
)]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        // Only the transport makes these marks: it refuses those that a client writes. Looked at
        // here all the same, since what parses them takes no other end than a number.
        let is_file = match &value {
            Value::String(text) => text
                .strip_prefix("#__graphql_file__:")
                .is_some_and(|index| index.parse::<usize>().is_ok()),
            _ => false,
        };
        if !is_file {
            return Err(InputValueError::custom(
                "A file comes by the multipart request specification.",
            ));
        }
        let upload = <async_graphql::Upload as async_graphql::InputType>::parse(Some(value));
        upload.map(Self).map_err(InputValueError::propagate)
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

/// A place in the stream of events, good for the viewer who got it, for seven days at least, on
/// every server of the installation. Opaque.
#[derive(Clone, Debug, Description)]
pub(crate) enum EventCursor {
    /// A viewer's.
    At(String),
    /// Where that of each viewer goes, in an answer that is made for all.
    Hole,
}

impl EventCursor {
    /// Its text; nothing, which no cursor is, of a hole.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::At(text) => text,
            Self::Hole => "",
        }
    }
}

#[Scalar(
    name = "EventCursor",
    use_type_description,
    specified_by_url = "https://relay.dev/graphql/connections.htm#sec-Cursor"
)]
impl ScalarType for EventCursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self::At(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::At(text) => Value::String(text.clone()),
            // No field answers bytes: a text cannot be taken for a hole.
            Self::Hole => Value::Binary(b"".as_slice().into()),
        }
    }
}
