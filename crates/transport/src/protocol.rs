//! The messages and close codes of `graphql-transport-ws`.
//!
//! Source: `PROTOCOL.md` of the `graphql-ws` project.

use async_graphql::ServerError;
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    authenticator::Rejection,
    code,
    params::{self, Params},
    reply::Reply,
};

/// The name of the subprotocol.
pub(crate) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What a close frame can carry besides its code.
const MAX_REASON_BYTES: usize = 123;

/// From client to server. Anything else is an invalid message.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Pong {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: Params,
    },
    Complete {
        id: String,
    },
}

impl ClientMessage {
    pub(crate) fn parse(text: &str) -> Result<Self, Close> {
        match serde_json::from_str(text) {
            Ok(Self::Subscribe { id, .. } | Self::Complete { id }) if id.is_empty() => {
                Err(Close::invalid_message("the id is empty"))
            }
            Ok(Self::Subscribe { id, payload }) => match payload.check() {
                Ok(()) => Ok(Self::Subscribe { id, payload }),
                Err(error) => Err(Close::invalid_message(&error)),
            },
            Ok(message) => Ok(message),
            Err(error) => Err(Close::invalid_message(&params::fault(&error))),
        }
    }
}

/// From server to client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerMessage<'a> {
    ConnectionAck,
    Ping {
        payload: Value,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Next {
        id: &'a str,
        payload: &'a Reply,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl From<ServerMessage<'_>> for Message {
    fn from(message: ServerMessage<'_>) -> Self {
        // As for a reply: there is nothing in it that JSON has no form for.
        Self::Text(serde_json::to_string(&message).unwrap_or_default().into())
    }
}

/// The [`ServerMessage::Next`] of a response whose `data` is JSON already.
pub(crate) fn next_of(id: &str, data: &str) -> Message {
    let id = serde_json::to_string(id).unwrap_or_default();
    let parts = [
        r#"{"type":"next","id":"#,
        &id,
        r#","payload":{"data":"#,
        data,
        "}}",
    ];
    Message::Text(parts.concat().into())
}

/// A code and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Close {
    fn new(code: u16, reason: &str) -> Self {
        let end = reason.floor_char_boundary(MAX_REASON_BYTES);
        Self {
            code,
            reason: reason[..end].to_owned(),
        }
    }

    pub(crate) fn invalid_message(what: &str) -> Self {
        Self::new(4400, &format!("Invalid message: {what}"))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(4403, reason)
    }

    /// A token was refused.
    pub(crate) fn rejected(rejection: &Rejection) -> Self {
        if rejection.status.is_server_error() {
            Self::internal()
        } else {
            Self::forbidden(&format!("{}: {}", rejection.code, rejection.message))
        }
    }

    /// A fresh token is not the same viewer's.
    pub(crate) fn another_viewer() -> Self {
        let code = code::FORBIDDEN;
        Self::new(4403, &format!("{code}: the token is another viewer's"))
    }

    /// The viewer has too many already.
    pub(crate) fn too_many_sockets() -> Self {
        let code = code::TOO_MANY_SOCKETS;
        Self::new(4403, &format!("{code}: close another first"))
    }

    pub(crate) fn subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    pub(crate) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(crate) fn subscriber_exists(id: &str) -> Self {
        // The id is cut, not the words after it.
        let id = &id[..id.floor_char_boundary(80)];
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }

    /// Ours: the stream had to drop events.
    pub(crate) fn slow_consumer() -> Self {
        Self::new(4410, "resume from your cursor")
    }

    pub(crate) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    pub(crate) fn internal() -> Self {
        Self::new(4500, "Internal server error")
    }

    /// The service restarts; the hint is in milliseconds.
    pub(crate) fn restart(hint: std::time::Duration) -> Self {
        Self::new(
            1012,
            &format!("Service restart; retry in {} ms", hint.as_millis()),
        )
    }

    pub(crate) fn protocol_error() -> Self {
        Self::new(1002, "Protocol error")
    }

    pub(crate) fn not_utf8() -> Self {
        Self::new(1007, "Invalid UTF-8")
    }

    pub(crate) fn too_big() -> Self {
        Self::new(1009, "Message too big")
    }

    pub(crate) fn dead_peer() -> Self {
        Self::new(1011, "No answer to ping")
    }
}

impl From<Close> for Message {
    fn from(close: Close) -> Self {
        Self::Close(Some(CloseFrame {
            code: close.code,
            reason: close.reason.into(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::RequestId;

    #[test]
    fn data_that_is_json_already_makes_the_same_message() {
        let data = async_graphql::value!({ "it": [1, "a\"b"] });
        let text = serde_json::to_string(&data).unwrap();
        let id = RequestId("7".into());
        let payload = Reply::from_response(async_graphql::Response::new(data), &id);
        let message = ServerMessage::Next {
            id: "i\"1",
            payload: &payload,
        };
        assert_eq!(next_of("i\"1", &text), Message::from(message));
    }

    #[test]
    fn reasons_fit_into_a_close_frame() {
        let long = "ö".repeat(100);
        assert_eq!(Close::forbidden(&long).reason.len(), 122);
        let exists = Close::subscriber_exists(&long).reason;
        assert!(
            exists.len() <= 123 && exists.ends_with(" already exists"),
            "{exists}"
        );
    }
}
