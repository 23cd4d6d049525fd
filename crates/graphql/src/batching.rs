//! Drives an operation's loaders inside its own task.
//!
//! A loader that is spawned onto the runtime may run before the resolvers beside it have asked, so
//! that one batch becomes several, by chance. Here loads are polled only when the operation itself
//! can go no further: every resolver that could ask has asked, and the number of statements does not
//! grow with the rows.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered, Stream, StreamExt};

/// Loads that an operation has asked for and that nobody drives yet.
#[derive(Clone, Default)]
pub(crate) struct Loads(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Loads {
    /// Takes a load in; the operation's own task drives it.
    pub(crate) fn add(&self, load: BoxFuture<'static, ()>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(load);
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An operation together with its loads.
pub(crate) struct Batching<T> {
    operation: T,
    loads: Loads,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl<T> Batching<T> {
    pub(crate) fn new(operation: T, loads: Loads) -> Self {
        Self {
            operation,
            loads,
            running: FuturesUnordered::new(),
        }
    }

    /// Polls the operation; while it cannot go on, its loads.
    fn drive<R>(
        &mut self,
        cx: &mut Context<'_>,
        mut poll: impl FnMut(&mut T, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        loop {
            if let Poll::Ready(done) = poll(&mut self.operation, cx) {
                return Poll::Ready(done);
            }
            self.running.extend(self.loads.take());
            match self.running.poll_next_unpin(cx) {
                // A load is done: somebody in the operation has its answer.
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<R> Future for Batching<BoxFuture<'_, R>> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        self.drive(cx, |operation, cx| operation.as_mut().poll(cx))
    }
}

impl<R> Stream for Batching<BoxStream<'_, R>> {
    type Item = R;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R>> {
        self.drive(cx, |operation, cx| operation.as_mut().poll_next(cx))
    }
}
