//! One subscriber's stream: a replay from the log, then live, with nothing lost at the seam and
//! nothing twice (G1).

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::Duration;
use tidings_domain::{ErrorCode, EventRecord, Position, Principal, ThreadId};
use tidings_policy::{Action, Viewer, decide};
use tidings_store::StoreError;

use super::hub::Registration;
use super::prepare::prepare;
use super::queue::{self, Closed};
use super::{Filter, LiveEvent, LiveKind, Scope};
use crate::context::Service;
use crate::error::{Error, Result};

/// Events read from the log at once while a stream catches up.
const REPLAY: usize = 100;

/// How long a reader may take for what waited when it was overrun. Within it the reader is not
/// slow, there was much at once, and it goes on from the log.
const GRACE: Duration = Duration::seconds(2);

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

impl From<Error> for StreamEnd {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for StreamEnd {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
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
    if let Some(client) = filter.client {
        return match kind {
            LiveKind::RequestSent { request }
            | LiveKind::RequestChanged { request }
            | LiveKind::RequestFulfilled { request } => request.client_id == client,
            _ => false,
        };
    }
    let Some(thread) = filter.thread else {
        return true;
    };
    match kind {
        LiveKind::MessageAdded { thread: live, .. }
        | LiveKind::MessageChanged { thread: live, .. }
        | LiveKind::ReactionChanged { thread: live, .. }
        | LiveKind::MessageDeleted { thread: live, .. }
        | LiveKind::ThreadNoteAdded { thread: live, .. }
        | LiveKind::ThreadChanged { thread: live }
        | LiveKind::ReadReceiptAdded { thread: live, .. }
        | LiveKind::ViewerStateChanged { thread: live } => live.thread.id == thread,
        LiveKind::ClientChanged { .. }
        | LiveKind::DraftChanged { .. }
        | LiveKind::RequestSent { .. }
        | LiveKind::RequestChanged { .. }
        | LiveKind::RequestFulfilled { .. }
        | LiveKind::NotificationAdded { .. } => false,
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
    /// Fails with `NOT_FOUND` for a thread or a client that the viewer does not see, `CURSOR_EXPIRED` for a
    /// position that the log does not reach back to, `CURSOR_INVALID` for one that lies ahead of
    /// its end (G3).
    pub async fn subscribe(
        &self,
        viewer: Viewer,
        filter: Filter,
        after: Option<Position>,
    ) -> Result<EventStream> {
        if let Some(after) = after {
            self.check(after).await?;
        }
        let (registration, viewer, began) = self.join(&Arc::new(viewer), &filter).await?;
        Ok(EventStream {
            service: self.clone(),
            viewer,
            filter,
            position: after.unwrap_or(began),
            registration,
            caught_up: false,
            replayed: VecDeque::new(),
            over: false,
        })
    }

    /// Takes a place in the hub. Answers the viewer as fresh as the place, and where it began.
    async fn join(
        &self,
        viewer: &Arc<Viewer>,
        filter: &Filter,
    ) -> Result<(Registration, Arc<Viewer>, Position)> {
        let mut registration = self.hub.register(viewer, filter.clone());
        let began = registration.from;
        // SECURITY: the viewer was loaded before the place was taken. A change in between reached
        // nobody here, so that what was decided since may be wrong: it is read from the log, for
        // the viewer as it is now. From here on every change finds the place.
        let viewer = self
            .reload(viewer.principal())
            .await?
            .ok_or_else(Error::not_found)?;
        registration.restart();
        if let Some(thread) = filter.thread {
            let live = self
                .store
                .live_threads(&[thread], self.clock.now())
                .await?
                .remove(&thread);
            let live = live.ok_or_else(Error::not_found)?;
            decide(&viewer, Action::View, &live.facts)?;
        }
        if let Some(client) = filter.client {
            let seen = self.store.clients(&viewer, &[client]).await?;
            seen.first().ok_or_else(Error::not_found)?;
        }
        Ok((registration, viewer, began))
    }

    async fn check(&self, after: Position) -> Result<()> {
        self.reaches(after).await?;
        if after > self.store.log_edge().await? {
            return Err(Error::Code(
                ErrorCode::CursorInvalid,
                "The cursor is not one of ours.",
            ));
        }
        Ok(())
    }

    /// Whether the log still holds everything behind a position.
    async fn reaches(&self, after: Position) -> Result<()> {
        if after < self.store.log_floor().await? {
            let text = "The log does not reach back to this cursor: read afresh.";
            return Err(Error::Code(ErrorCode::CursorExpired, text));
        }
        Ok(())
    }

    /// Loads a waiting viewer afresh; none if it may not sign in any more.
    pub(crate) async fn reload(&self, principal: Principal) -> Result<Option<Arc<Viewer>>> {
        let load = self.hub.begin_load();
        let now = self.clock.now();
        let viewer = self.store.viewer(principal.uuid(), now).await?;
        Ok(self.hub.refresh(principal, load, viewer.map(Arc::new)))
    }
}

impl EventStream {
    /// The use cases that it stands on.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

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
                let viewer = self.present().await?;
                return Ok((event, viewer));
            }
            // What is rare is boxed: while a stream waits, it holds no room for it.
            if !self.caught_up {
                Box::pin(self.replay()).await?;
                continue;
            }
            match self.registration.queue.next().await {
                Ok(event) if event.position > self.position => {
                    self.position = event.position;
                    let viewer = self.present().await?;
                    return Ok((event, viewer));
                }
                Ok(_) => {}
                Err(Closed::Ended) => return Err(StreamEnd::Ended),
                Err(Closed::Overrun(at)) if self.service.clock.now() - at > GRACE => {
                    return Err(StreamEnd::SlowConsumer);
                }
                Err(Closed::Overrun(_)) => Box::pin(self.rejoin()).await?,
            }
        }
    }

    /// The viewer as of now.
    ///
    /// SECURITY: an event may have waited since it was decided. What its fields load is loaded
    /// now, so it is loaded for the viewer of now.
    async fn present(&mut self) -> Result<Arc<Viewer>, StreamEnd> {
        if self.registration.queue.closed() == Some(Closed::Ended) {
            return Err(StreamEnd::Ended);
        }
        let principal = self.viewer.principal();
        let viewer = match self.service.hub.viewer(principal) {
            Some(viewer) => Some(viewer),
            // Overrun: it has no place in the hub, and takes one when its queue is empty.
            None => Box::pin(self.service.reload(principal)).await?,
        };
        self.viewer = viewer.ok_or(StreamEnd::Ended)?;
        Ok(Arc::clone(&self.viewer))
    }

    /// Reads the next events up to where the hub's began, as the viewer may see them now.
    async fn replay(&mut self) -> Result<(), StreamEnd> {
        let closed = self.registration.queue.closed();
        if closed == Some(Closed::Ended) {
            return Err(StreamEnd::Ended);
        }
        let service = &self.service;
        let up_to = self.registration.from;
        if self.position >= up_to {
            // While a long replay ran, more came than may wait: that reader is not slow.
            if closed.is_some() {
                return self.rejoin().await;
            }
            self.caught_up = true;
            return Ok(());
        }
        let records = service
            .store
            .events_between(self.position, up_to, REPLAY)
            .await?;
        // Behind the reading: what was dropped before it would be missing from it.
        service.reaches(self.position).await?;
        let Some(last) = records.last().map(|record| record.position) else {
            self.position = up_to;
            return Ok(());
        };
        let viewer = service.reload(self.viewer.principal()).await?;
        self.viewer = viewer.ok_or(StreamEnd::Ended)?;
        // Nothing crosses from one agency to another: no need to load it.
        let own = |record: &EventRecord| record.agency == self.viewer.agency();
        let records = records.into_iter().filter(own).collect();
        let mut bytes = 0;
        for prepared in prepare(&service.store, records, service.clock.now()).await? {
            let event = prepared.for_viewer(&self.viewer);
            let Some(event) = event.filter(|event| wants(&self.filter, &event.kind)) else {
                continue;
            };
            bytes += queue::weight(&event);
            if bytes > queue::BYTES && !self.replayed.is_empty() {
                // The rest is read again when these have been taken.
                return Ok(());
            }
            self.replayed.push_back(Arc::new(event));
        }
        if self.replayed.is_empty() {
            self.position = last;
        }
        Ok(())
    }

    /// Takes a new place and reads on from here.
    async fn rejoin(&mut self) -> Result<(), StreamEnd> {
        let (registration, viewer, _) = self.service.join(&self.viewer, &self.filter).await?;
        self.registration = registration;
        self.viewer = viewer;
        self.caught_up = false;
        Ok(())
    }
}
