//! A bare broadcaster: a list of channels, a task a socket, nothing else.
//!
//! A message that is posted to `/all` goes to every socket, one that is posted to `/one` to the first
//! that connected.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Messages that wait for one socket.
const QUEUE: usize = 256;

#[derive(Clone, Default)]
struct Sockets(Arc<Mutex<Vec<Sender<Utf8Bytes>>>>);

impl Sockets {
    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Sender<Utf8Bytes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self) -> Receiver<Utf8Bytes> {
        let (sender, receiver) = channel(QUEUE);
        self.list().push(sender);
        receiver
    }
}

pub(super) fn router() -> Router {
    Router::new()
        .route("/socket", get(upgrade))
        .route("/all", post(all))
        .route("/one", post(one))
        .with_state(Sockets::default())
}

async fn upgrade(State(sockets): State<Sockets>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(1 << 10)
        .write_buffer_size(0)
        .on_upgrade(move |socket| Box::pin(serve(socket, sockets.join())))
}

async fn serve(mut socket: WebSocket, mut messages: Receiver<Utf8Bytes>) {
    loop {
        tokio::select! {
            message = messages.recv() => {
                let Some(text) = message else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            heard = socket.recv() => {
                if !matches!(heard, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
}

async fn all(State(sockets): State<Sockets>, body: String) -> String {
    let text = Utf8Bytes::from(body);
    let mut list = sockets.list();
    list.retain(|socket| socket.try_send(text.clone()).is_ok());
    list.len().to_string()
}

async fn one(State(sockets): State<Sockets>, body: String) -> String {
    let list = sockets.list();
    let sent = list
        .first()
        .is_some_and(|socket| socket.try_send(body.into()).is_ok());
    u8::from(sent).to_string()
}
