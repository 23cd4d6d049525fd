//! The running operations of one socket.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use async_graphql::Value;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};

use crate::{
    execute::Started,
    gateway::RequestId,
    options::Next,
    reply::{Kind, Reply},
    wakes::Wakes,
};

/// What an operation has to say.
pub(crate) enum Said {
    /// A result, with more to come.
    Next(Reply),
    /// The same, as the JSON of its `data`.
    Json(String),
    /// The only result.
    Only(Reply),
    /// An error that ends the operation.
    Error(Reply),
    /// The end.
    Complete,
}

/// Operations by slot. A socket has few, so an id is found by looking at all.
pub(crate) struct Operations {
    slots: Vec<Slot>,
    wakes: Arc<Wakes>,
    last: usize,
}

struct Slot {
    waker: Waker,
    operation: Option<Operation>,
}

struct Operation {
    id: Arc<str>,
    request_id: RequestId,
    work: Work,
    /// What came right behind a failed response, while that is delivered.
    held: Option<Box<Next>>,
}

enum Work {
    Starting(BoxFuture<'static, Result<Started, Reply>>),
    Running(Started),
}

impl Operations {
    pub(crate) fn new(wakes: Arc<Wakes>) -> Self {
        Self {
            slots: Vec::new(),
            wakes,
            last: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots
            .iter()
            .filter(|slot| slot.operation.is_some())
            .count()
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    /// At most [`SLOTS`](crate::wakes::SLOTS) of them; the caller counts.
    pub(crate) fn insert(
        &mut self,
        id: String,
        request_id: RequestId,
        starting: BoxFuture<'static, Result<Started, Reply>>,
    ) {
        let free = self.slots.iter().position(|slot| slot.operation.is_none());
        let index = free.unwrap_or_else(|| {
            let waker = self.wakes.slot_waker(self.slots.len());
            // Most sockets have one.
            self.slots.reserve_exact(1);
            self.slots.push(Slot {
                waker,
                operation: None,
            });
            self.slots.len() - 1
        });
        self.slots[index].operation = Some(Operation {
            id: id.into(),
            request_id,
            work: Work::Starting(starting),
            held: None,
        });
        self.wakes.raise_slot(index);
    }

    /// Drops an operation at once, with its stream.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(index) = self.position(id) {
            self.slots[index].operation = None;
        }
    }

    /// What one of those that woke has to say; `None` when all wait. One that has ended is gone when its end
    /// is told.
    pub(crate) fn next(&mut self) -> Option<(Arc<str>, Said)> {
        while let Some(index) = self.wakes.take_slot(self.last) {
            self.last = index;
            let Some(slot) = self.slots.get_mut(index) else {
                continue;
            };
            let Some(operation) = &mut slot.operation else {
                continue;
            };
            let mut cx = Context::from_waker(&slot.waker);
            // A panic in a resolver or a stream ends its operation, not the socket.
            let polled = catch_unwind(AssertUnwindSafe(|| operation.poll(&mut cx)));
            match polled.unwrap_or_else(|_| {
                Poll::Ready(Said::Error(Reply::panicked(&operation.request_id)))
            }) {
                Poll::Pending => {}
                Poll::Ready(said @ (Said::Next(_) | Said::Json(_))) => {
                    // There may be more.
                    self.wakes.raise_slot(index);
                    return Some((Arc::clone(&operation.id), said));
                }
                Poll::Ready(said) => {
                    let id = Arc::clone(&operation.id);
                    slot.operation = None;
                    return Some((id, said));
                }
            }
        }
        None
    }

    fn position(&self, id: &str) -> Option<usize> {
        let is = |slot: &Slot| {
            slot.operation
                .as_ref()
                .is_some_and(|operation| &*operation.id == id)
        };
        self.slots.iter().position(is)
    }
}

impl Operation {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Said> {
        loop {
            match &mut self.work {
                Work::Starting(starting) => match ready!(starting.poll_unpin(cx)) {
                    Ok(started) => self.work = Work::Running(started),
                    Err(reply) => return Poll::Ready(Said::Error(reply)),
                },
                Work::Running(Started::Single(reply)) => {
                    let reply = ready!(reply.poll_unpin(cx));
                    return Poll::Ready(match reply.kind {
                        Kind::Executed => Said::Only(reply),
                        Kind::RequestError | Kind::Refused(_) => Said::Error(reply),
                    });
                }
                Work::Running(Started::Stream(stream)) => {
                    let next = match self.held.take() {
                        Some(held) => Some(*held),
                        None => ready!(stream.poll_next_unpin(cx)),
                    };
                    let response = match next {
                        Some(Next::Response(response)) => *response,
                        Some(Next::Json(data)) => return Poll::Ready(Said::Json(data)),
                        None => return Poll::Ready(Said::Complete),
                    };
                    let failed = response.data == Value::Null && response.is_err();
                    let reply = Reply::from_response(response, &self.request_id);
                    // Nothing behind a response without data: not an event failed, the subscription did.
                    if failed && self.held.is_none() {
                        match stream.poll_next_unpin(cx) {
                            Poll::Ready(None) => return Poll::Ready(Said::Error(reply)),
                            Poll::Ready(Some(next)) => self.held = Some(Box::new(next)),
                            Poll::Pending => {}
                        }
                    }
                    return Poll::Ready(match reply.kind {
                        Kind::Executed => Said::Next(reply),
                        Kind::RequestError | Kind::Refused(_) => Said::Error(reply),
                    });
                }
            }
        }
    }
}
