//! What waits for one subscriber, and no more of it than G6 allows.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};

use super::{LiveEvent, LiveKind, Scope};

/// Events that wait for one subscriber before it counts as overrun (G6).
pub(crate) const EVENTS: usize = 256;

/// Bytes that they hold together, unless one alone holds more.
pub(crate) const BYTES: usize = 64 * 1_024;

/// What an event holds besides its texts.
const BARE: usize = 64;

/// Why nothing comes any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The viewer may not wait here any longer.
    Ended,
    /// More came than may wait, at this moment.
    Overrun(DateTime<Utc>),
}

/// Events for which there is room without asking for more: an idle line holds no more than that.
const ROOM: usize = 4;

/// Both ends' line. A channel of the runtime would hold a block of places for each idle subscriber.
#[derive(Debug, Default)]
struct Line {
    events: VecDeque<Arc<LiveEvent>>,
    bytes: usize,
    closed: Option<Closed>,
    /// Who waits for the next event.
    reader: Option<Waker>,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Line>>);

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hub's end.
#[derive(Debug)]
pub(crate) struct Sender(Shared);

/// The stream's end.
#[derive(Debug)]
pub(crate) struct Receiver(Shared);

/// A queue that holds nothing yet.
pub(crate) fn queue() -> (Sender, Receiver) {
    let shared = Shared::default();
    (Sender(shared.clone()), Receiver(shared))
}

/// Roughly what an event keeps in memory: its texts are by far the most of it.
pub(crate) fn weight(event: &LiveEvent) -> usize {
    let texts = match &event.kind {
        LiveKind::MessageAdded { thread, message }
        | LiveKind::MessageChanged { thread, message }
        | LiveKind::ReactionChanged { thread, message } => {
            let html = message.message.body_html.as_ref().map_or(0, String::len);
            message.message.body.len() + html + thread.thread.subject.len()
        }
        LiveKind::MessageDeleted { thread, .. }
        | LiveKind::ThreadChanged { thread }
        | LiveKind::ThreadNoteAdded { thread, .. }
        | LiveKind::ReadReceiptAdded { thread, .. }
        | LiveKind::ViewerStateChanged { thread } => thread.thread.subject.len(),
        LiveKind::AccessRevoked(Scope::Threads(threads))
        | LiveKind::AccessGranted(Scope::Threads(threads)) => size_of_val(threads.as_slice()),
        LiveKind::RequestSent { request }
        | LiveKind::RequestChanged { request }
        | LiveKind::RequestFulfilled { request } => {
            let texts = [
                &request.note_text,
                &request.note_html,
                &request.release_text,
            ];
            texts.into_iter().flatten().map(String::len).sum()
        }
        LiveKind::ClientChanged { .. }
        | LiveKind::DraftChanged { .. }
        | LiveKind::NotificationAdded { .. }
        | LiveKind::AccessRevoked(Scope::Everything)
        | LiveKind::AccessGranted(Scope::Everything) => 0,
    };
    BARE + texts
}

impl Sender {
    /// Puts an event in line; false if there is no room for it. However heavy an event is, there is
    /// room for it when nothing else waits.
    pub(crate) fn offer(&self, event: Arc<LiveEvent>) -> bool {
        let weight = weight(&event);
        let mut line = self.0.line();
        let fits = line.bytes == 0 || line.bytes + weight <= BYTES;
        if !fits || line.events.len() >= EVENTS {
            return false;
        }
        line.bytes += weight;
        line.events.push_back(event);
        let reader = line.reader.take();
        drop(line);
        reader.into_iter().for_each(Waker::wake);
        true
    }

    /// Closes the line. What waits already is still taken, and then the reason is told: it needs no
    /// room of its own.
    pub(crate) fn close(self, why: Closed) {
        self.shut(why);
    }

    /// The first reason stays.
    fn shut(&self, why: Closed) {
        let mut line = self.0.line();
        line.closed.get_or_insert(why);
        let reader = line.reader.take();
        drop(line);
        reader.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.shut(Closed::Ended);
    }
}

impl Receiver {
    /// The next event, or why there is none any more.
    pub(crate) async fn next(&mut self) -> Result<Arc<LiveEvent>, Closed> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Arc<LiveEvent>, Closed>> {
        let mut line = self.0.line();
        if let Some(event) = line.events.pop_front() {
            line.bytes -= weight(&event);
            if line.events.is_empty() && line.events.capacity() > ROOM {
                line.events = VecDeque::new();
            }
            return Poll::Ready(Ok(event));
        }
        if let Some(why) = line.closed {
            return Poll::Ready(Err(why));
        }
        match &mut line.reader {
            Some(reader) => reader.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Whether the line was closed, whatever still waits in it.
    pub(crate) fn closed(&self) -> Option<Closed> {
        self.0.line().closed
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        let mut line = self.0.line();
        line.bytes = 0;
        line.events = VecDeque::new();
    }
}
