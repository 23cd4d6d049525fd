//! A small client of `graphql-transport-ws`.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long a test waits for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A socket that has signed in.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u32,
}

impl Socket {
    /// Opens a socket and signs in.
    pub(crate) async fn open(address: &str, token: Option<&str>) -> Self {
        let mut socket = Self::knock(address, token).await;
        let ack = socket.receive().await;
        assert_eq!(ack["type"], "connection_ack", "{ack}");
        socket
    }

    /// Tries to sign in with a token that must be refused; answers how the socket was closed.
    pub(crate) async fn refused(address: &str, token: Option<&str>) -> Value {
        Self::knock(address, token).await.receive().await
    }

    async fn knock(address: &str, token: Option<&str>) -> Self {
        let mut request = format!("ws://{address}/graphql")
            .into_client_request()
            .unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = Self { stream, next_id: 0 };
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        socket
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, message: &Value) {
        self.stream
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    /// Starts an operation; answers its id.
    pub(crate) async fn subscribe(&mut self, query: &str, variables: Value) -> String {
        self.next_id += 1;
        let id = self.next_id.to_string();
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
        id
    }

    /// The next message of the protocol; a close comes as `{"close": code, "reason": …}`. Panics
    /// if nothing comes.
    pub(crate) async fn receive(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.next())
            .await
            .unwrap_or_else(|_| panic!("nothing came"))
    }

    async fn next(&mut self) -> Value {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] == "ping" {
                        self.send(&json!({ "type": "pong" })).await;
                    } else if message["type"] != "pong" {
                        return message;
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.as_ref().map(|frame| u16::from(frame.code));
                    let reason = frame.map(|frame| frame.reason.to_string());
                    return json!({ "close": code, "reason": reason });
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return json!({ "close": null, "reason": error.to_string() }),
                None => return json!({ "close": null, "reason": "gone" }),
            }
        }
    }

    /// The data of the next `next` message.
    pub(crate) async fn data(&mut self) -> Value {
        let mut message = self.receive().await;
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].take()
    }

    /// Asks something on this socket that answers at once: when it is back, everything that was
    /// sent before it has been handled. Panics if an event comes first.
    pub(crate) async fn settle(&mut self) {
        let id = self.subscribe("{ __typename }", json!({})).await;
        let answer = self.receive().await;
        assert_eq!(
            answer["id"],
            json!(id),
            "an event came that nobody may see: {answer:#}"
        );
        let complete = self.receive().await;
        assert_eq!(complete["type"], "complete", "{complete:#}");
    }
}
