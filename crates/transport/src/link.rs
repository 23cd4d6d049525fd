//! The socket itself: reading, and writing without ever waiting.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio_tungstenite::tungstenite;

use crate::protocol::Close;

/// How long a peer may take to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection that can no longer be read stays open, so that the close frame is not lost to the
/// reset that unread bytes cause.
const LINGER: Duration = Duration::from_millis(250);

/// Answers that may wait to be written. With more, nothing is read: the peer asks, but does not read.
const MAX_QUEUE: usize = 32;

/// How a socket ends.
#[derive(Debug)]
pub(crate) enum End {
    /// With a close frame from us.
    Close(Close),
    /// The same, after something unreadable.
    Broken(Close),
    /// With a close frame from the peer, which wants an answer.
    Closed,
    /// The peer is gone, or cannot be written to.
    Gone,
}

pub(crate) struct Link {
    socket: WebSocket,
    queue: VecDeque<Message>,
    /// Something was given to the socket that it may not have written yet.
    dirty: bool,
    blocked: bool,
}

impl Link {
    pub(crate) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            queue: VecDeque::new(),
            dirty: false,
            blocked: false,
        }
    }

    /// Puts a message in line. Whoever produces many asks [`may_produce`](Self::may_produce) before.
    pub(crate) fn push(&mut self, message: impl Into<Message>) {
        self.queue.push_back(message.into());
    }

    /// Whether operations may be asked for more. If not, what they have to say waits with them.
    pub(crate) fn may_produce(&self) -> bool {
        !self.blocked && self.queue.is_empty()
    }

    /// Whether the peer does not take what is to be written.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Whether the peer may be listened to.
    pub(crate) fn may_read(&self) -> bool {
        self.queue.len() < MAX_QUEUE
    }

    /// The next message of the peer.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, End>> {
        match Pin::new(&mut self.socket).poll_next(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(Err(End::Gone)),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Err(read_failed(error))),
            Poll::Ready(Some(Ok(Message::Close(_)))) => Poll::Ready(Err(End::Closed)),
            Poll::Ready(Some(Ok(message))) => {
                // The socket answers pings by itself, when it is flushed.
                self.dirty |= matches!(message, Message::Ping(_));
                Poll::Ready(Ok(message))
            }
        }
    }

    /// Hands the queue to the socket's buffer, which writes by itself when it is full.
    pub(crate) fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        while !self.blocked && !self.queue.is_empty() {
            match Pin::new(&mut self.socket).poll_ready(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Err(End::Gone),
                Poll::Pending => {
                    self.blocked = true;
                    self.dirty = true;
                    break;
                }
            }
            if let Some(message) = self.queue.pop_front() {
                let sent = Pin::new(&mut self.socket).start_send(message);
                sent.map_err(|_| End::Gone)?;
                self.dirty = true;
            }
        }
        Ok(())
    }

    /// Writes what is in the buffer.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        if self.dirty {
            match Pin::new(&mut self.socket).poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.dirty = false;
                    self.blocked = false;
                }
                Poll::Ready(Err(_)) => return Err(End::Gone),
                Poll::Pending => self.blocked = true,
            }
        }
        Ok(())
    }

    /// Ends the connection in bounded time. What still waits in the queue goes first.
    pub(crate) async fn finish(mut self, end: End) {
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, async {
            match end {
                End::Gone => {}
                End::Closed => self.drain().await,
                End::Close(close) => {
                    if self.send_all(close).await.is_ok() {
                        self.drain().await;
                    }
                }
                End::Broken(close) => {
                    if self.send_all(close).await.is_ok() {
                        tokio::time::sleep(LINGER).await;
                    }
                }
            }
        })
        .await;
    }

    async fn send_all(&mut self, close: Close) -> Result<(), axum::Error> {
        while let Some(message) = self.queue.pop_front() {
            self.socket.feed(message).await?;
        }
        self.socket.send(close.into()).await
    }

    /// Reads to the end, which also answers a close of the peer.
    async fn drain(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

/// Which code a message gets that could not be read.
fn read_failed(error: axum::Error) -> End {
    use tungstenite::{Error, error::ProtocolError};
    let error = error.into_inner();
    match error.downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Broken(Close::too_big()),
        Some(Error::Utf8(_)) => End::Broken(Close::not_utf8()),
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => End::Gone,
        Some(Error::Protocol(_)) => End::Broken(Close::protocol_error()),
        _ => End::Gone,
    }
}
