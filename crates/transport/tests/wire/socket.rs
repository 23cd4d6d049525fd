//! A client of the socket that can be as rude as a test needs.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{CloseFrame, Role},
    },
};

use crate::server::{Server, soon};

const SUBPROTOCOL: (&str, &str) = ("Sec-WebSocket-Protocol", "graphql-transport-ws");

pub(crate) struct Socket {
    inner: WebSocketStream<TcpStream>,
}

/// Sends an upgrade request; the connection and the head of the answer.
pub(crate) async fn upgrade(address: SocketAddr, headers: &[(&str, &str)]) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().unwrap();
    // Small, so that a client that does not read is noticed soon.
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let mut stream = soon(socket.connect(address)).await.unwrap();
    let mut head = format!(
        "GET /graphql HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    for &(name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all((head + "\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(soon(stream.read_u8()).await.unwrap());
    }
    (stream, String::from_utf8(answer).unwrap())
}

impl Socket {
    /// An open connection that has said nothing yet.
    pub(crate) async fn open(server: &Server) -> Self {
        Self::open_with(server, &[SUBPROTOCOL]).await
    }

    pub(crate) async fn open_with(server: &Server, headers: &[(&str, &str)]) -> Self {
        let (stream, head) = upgrade(server.address, headers).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        let inner = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        Self { inner }
    }

    /// An acknowledged connection.
    pub(crate) async fn ready(server: &Server) -> Self {
        Self::ready_as(server, json!({})).await
    }

    pub(crate) async fn ready_as(server: &Server, payload: Value) -> Self {
        let mut socket = Self::open(server).await;
        socket.init(payload).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// The bare connection of an acknowledged socket.
    pub(crate) async fn raw(server: &Server) -> TcpStream {
        Self::ready(server).await.inner.into_inner()
    }

    pub(crate) async fn init(&mut self, payload: Value) {
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    pub(crate) async fn complete(&mut self, id: &str) {
        self.send(json!({ "type": "complete", "id": id })).await;
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_frame(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send_frame(&mut self, message: Message) {
        soon(self.inner.send(message)).await.unwrap();
    }

    /// The next message, which must be text.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            match soon(self.inner.next())
                .await
                .expect("open")
                .expect("readable")
            {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not text: {other:?}"),
            }
        }
    }

    /// The next message, which must be an `error` with one error, whose extensions are complete.
    pub(crate) async fn receive_error(&mut self, id: &str) -> Value {
        let message = self.receive().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["id"], id, "{message}");
        let error = message["payload"][0].clone();
        assert!(error["extensions"]["requestId"].is_string(), "{message}");
        error
    }

    /// Reads until the server closes, with which code and reason; what comes before is not minded.
    pub(crate) async fn closed(mut self) -> (u16, String) {
        loop {
            match soon(self.inner.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }

    /// Closes, and waits for the server's answer and the end of the connection.
    pub(crate) async fn close(mut self) -> u16 {
        let frame = CloseFrame {
            code: 1000.into(),
            reason: "".into(),
        };
        soon(self.inner.close(Some(frame))).await.unwrap();
        let mut code = 0;
        while let Some(Ok(message)) = soon(self.inner.next()).await {
            if let Message::Close(Some(frame)) = message {
                code = frame.code.into();
            }
        }
        code
    }

    /// That the socket works: a query goes through.
    pub(crate) async fn works(&mut self) {
        self.subscribe("works", "{ hello }").await;
        let data = json!({ "data": { "hello": "world" } });
        let next = json!({ "type": "next", "id": "works", "payload": data });
        assert_eq!(self.receive().await, next);
        assert_eq!(
            self.receive().await,
            json!({ "type": "complete", "id": "works" })
        );
    }
}
