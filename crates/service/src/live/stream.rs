//! One subscriber's stream: a replay from the log, then live, with nothing lost at the seam and
//! nothing twice (G1).

use std::collections::VecDeque;
use std::sync::Arc;

use tidings_domain::{ErrorCode, Position, Principal, ThreadId};
use tidings_policy::{Action, Viewer, decide};

use super::hub::{Delivery, Registration};
use super::prepare::prepare;
use super::{Filter, LiveEvent, LiveKind, Scope};
use crate::context::Service;
use crate::error::{Error, Result};

/// Events read from the log at once while a stream catches up.
const REPLAY: usize = 200;

/// Why a stream ends.
#[derive(Debug)]
pub enum StreamEnd {
    /// The viewer may not wait here any longer: the thread is out of sight, or the sign-in is.
    Ended,
    /// The reader was slower than its bound; resume from the last cursor (G6).
    SlowConsumer,
    /// A fault of ours.
    Failed(Error),
}

/// What one subscriber gets, in order.
pub struct EventStream {
    service: Service,
    viewer: Arc<Viewer>,
    filter: Filter,
    /// Everything up to here was delivered or does not concern the subscriber.
    position: Position,
    registration: Registration,
    caught_up: bool,
    replayed: VecDeque<Arc<LiveEvent>>,
    over: bool,
}

/// Whether a subscriber with this filter gets the event.
pub(crate) fn wants(filter: &Filter, kind: &LiveKind) -> bool {
    if !filter.wants(kind.name()) {
        return false;
    }
    let Some(thread) = filter.thread else {
        return true;
    };
    match kind {
        LiveKind::MessageAdded { thread: live, .. }
        | LiveKind::ThreadChanged { thread: live }
        | LiveKind::ReadReceiptAdded { thread: live, .. }
        | LiveKind::ViewerStateChanged { thread: live } => live.thread.id == thread,
        LiveKind::ClientChanged { .. } => false,
        LiveKind::AccessRevoked(scope) | LiveKind::AccessGranted(scope) => names(scope, thread),
    }
}

/// Whether the event ends a subscription to one thread: the viewer has lost it (T-39).
pub(crate) fn ends(filter: &Filter, kind: &LiveKind) -> bool {
    match (filter.thread, kind) {
        (Some(thread), LiveKind::AccessRevoked(Scope::Threads(lost))) => lost.contains(&thread),
        _ => false,
    }
}

fn names(scope: &Scope, thread: ThreadId) -> bool {
    match scope {
        Scope::Threads(threads) => threads.contains(&thread),
        Scope::Everything => true,
    }
}

impl Service {
    /// Subscribes to events behind a position, or from now on.
    ///
    /// Fails with `NOT_FOUND` for a thread that the viewer does not see, `CURSOR_EXPIRED` for a
    /// position that the log does not reach back to, `CURSOR_INVALID` for one that lies ahead of
    /// its end (G3).
    pub async fn subscribe(
        &self,
        viewer: Viewer,
        filter: Filter,
        after: Option<Position>,
    ) -> Result<EventStream> {
        if let Some(thread) = filter.thread {
            let live = self
                .store
                .live_threads(&[thread], self.clock.now())
                .await?
                .remove(&thread);
            let live = live.ok_or_else(Error::not_found)?;
            decide(&viewer, Action::View, &live.facts)?;
        }
        if let Some(after) = after {
            self.check(after).await?;
        }
        let viewer = Arc::new(viewer);
        let registration = self.hub.register(&viewer, filter.clone());
        // The viewer was loaded before the place was taken; a change in between would be missed.
        let fresh = self
            .reload(viewer.principal())
            .await?
            .ok_or_else(Error::not_found)?;
        let position = after.unwrap_or(registration.from);
        Ok(EventStream {
            service: self.clone(),
            viewer: fresh,
            filter,
            position,
            registration,
            caught_up: false,
            replayed: VecDeque::new(),
            over: false,
        })
    }

    async fn check(&self, after: Position) -> Result<()> {
        if after < self.store.log_floor().await? {
            let text = "The log does not reach back to this cursor: read afresh.";
            return Err(Error::Code(ErrorCode::CursorExpired, text));
        }
        if after > self.store.log_end().await? {
            return Err(Error::Code(
                ErrorCode::CursorInvalid,
                "The cursor is not one of ours.",
            ));
        }
        Ok(())
    }

    /// Loads a waiting viewer afresh; none if it may not sign in any more.
    pub(crate) async fn reload(&self, principal: Principal) -> Result<Option<Arc<Viewer>>> {
        let load = self.hub.begin_load();
        let now = self.clock.now();
        let viewer = self.store.viewer(principal.uuid(), now).await?;
        let fresh = viewer.clone().map(Arc::new);
        self.hub.refresh(principal, load, viewer);
        Ok(fresh)
    }
}

impl EventStream {
    /// The next event, with the viewer as of its decision; none after an end.
    pub async fn next(&mut self) -> Option<Result<(Arc<LiveEvent>, Arc<Viewer>), StreamEnd>> {
        if self.over {
            return None;
        }
        let next = self.step().await;
        self.over = next.is_err();
        Some(next)
    }

    async fn step(&mut self) -> Result<(Arc<LiveEvent>, Arc<Viewer>), StreamEnd> {
        loop {
            if let Some(event) = self.replayed.pop_front() {
                self.position = event.position;
                return Ok((event, Arc::clone(&self.viewer)));
            }
            if !self.caught_up {
                self.replay().await.map_err(StreamEnd::Failed)?;
                continue;
            }
            match self.registration.queue.recv().await {
                Some(Delivery::Event(event, viewer)) if event.position > self.position => {
                    self.position = event.position;
                    self.viewer = viewer;
                    return Ok((event, Arc::clone(&self.viewer)));
                }
                Some(Delivery::Event(..)) => {}
                Some(Delivery::Ended) => return Err(StreamEnd::Ended),
                None => return Err(StreamEnd::SlowConsumer),
            }
        }
    }

    /// Reads the next events up to where the hub's began, as the viewer may see them now.
    async fn replay(&mut self) -> Result<()> {
        let service = &self.service;
        let up_to = self.registration.from;
        if self.position >= up_to {
            self.caught_up = true;
            return Ok(());
        }
        let records = service
            .store
            .events_between(self.position, Some(up_to), REPLAY)
            .await?;
        let Some(last) = records.last().map(|record| record.position) else {
            self.position = up_to;
            return self.overtaken().await;
        };
        if let Some(viewer) = service.reload(self.viewer.principal()).await? {
            self.viewer = viewer;
        }
        for prepared in prepare(&service.store, records, service.clock.now()).await? {
            let event = prepared.for_viewer(&self.viewer);
            self.replayed
                .extend(event.filter(|e| wants(&self.filter, &e.kind)).map(Arc::new));
        }
        if self.replayed.is_empty() {
            self.position = last;
        }
        Ok(())
    }

    /// While a long replay ran, the queue may have overflowed: then take a new place and read on
    /// from here, rather than fail a reader that is not slow.
    async fn overtaken(&mut self) -> Result<()> {
        if self.registration.queue.is_closed() {
            let (viewer, filter) = (Viewer::clone(&self.viewer), self.filter.clone());
            *self = self
                .service
                .subscribe(viewer, filter, Some(self.position))
                .await?;
        }
        Ok(())
    }
}
