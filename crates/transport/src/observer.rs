//! What a gateway tells of its work, for metrics. Names, codes and numbers: never content.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::parser::types::OperationType;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use crate::{code, options::Next, reply};

/// An operation that was answered, or refused.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Its name, as the client wrote it; `None` without one, or when it was not come so far.
    pub name: Option<&'a str>,
    /// `query`, `mutation` or `subscription`; `none` when it was not come so far.
    pub kind: &'static str,
    /// The code of its first error; `OK` without one.
    pub code: &'a str,
    /// How long it took. Of a subscription: until it began.
    pub took: Duration,
    /// What it cost, in points.
    pub cost: usize,
}

/// What a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// A WebSocket that was acknowledged.
    Socket,
    /// A stream of server-sent events.
    Stream,
}

/// Listens to what a gateway does. Every method is called often, and must be quick.
pub trait Observer: Send + Sync {
    /// An operation was answered.
    fn answered(&self, answered: Answered<'_>);
    /// A connection opened (`true`) or closed.
    fn connection(&self, connection: Connection, opened: bool);
    /// A subscription began (`true`) or ended.
    fn subscription(&self, began: bool);
    /// An event was handed to a subscription's connection.
    fn delivered(&self);
    /// A subscription ended because its reader was too slow.
    fn slow_reader(&self);
}

pub(crate) fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// A subscription's stream that tells what it does.
pub(crate) struct Watched {
    stream: BoxStream<'static, Next>,
    observer: Arc<dyn Observer>,
}

impl Watched {
    pub(crate) fn new(stream: BoxStream<'static, Next>, observer: Arc<dyn Observer>) -> Self {
        observer.subscription(true);
        Self { stream, observer }
    }
}

impl Stream for Watched {
    type Item = Next;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Next>> {
        let polled = self.stream.poll_next_unpin(cx);
        if let Poll::Ready(Some(next)) = &polled {
            self.observer.delivered();
            let errors = match next {
                Next::Response(response) => response.errors.as_slice(),
                Next::Json(_) => &[],
            };
            if errors
                .iter()
                .any(|error| reply::code_of(error) == Some(code::SLOW_CONSUMER))
            {
                self.observer.slow_reader();
            }
        }
        polled
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.observer.subscription(false);
    }
}
