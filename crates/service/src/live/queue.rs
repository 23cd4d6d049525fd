//! What waits for one subscriber, and no more of it than G6 allows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

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

#[derive(Debug, Default)]
struct Shared {
    bytes: AtomicUsize,
    closed: OnceLock<Closed>,
}

/// The hub's end.
#[derive(Debug)]
pub(crate) struct Sender {
    line: mpsc::Sender<Arc<LiveEvent>>,
    shared: Arc<Shared>,
}

/// The stream's end.
#[derive(Debug)]
pub(crate) struct Receiver {
    line: mpsc::Receiver<Arc<LiveEvent>>,
    shared: Arc<Shared>,
}

/// A queue that holds nothing yet.
pub(crate) fn queue() -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(EVENTS);
    let shared = Arc::new(Shared::default());
    let sender = Sender {
        line: sender,
        shared: Arc::clone(&shared),
    };
    let receiver = Receiver {
        line: receiver,
        shared,
    };
    (sender, receiver)
}

/// Roughly what an event keeps in memory: its texts are by far the most of it.
pub(crate) fn weight(event: &LiveEvent) -> usize {
    let texts = match &event.kind {
        LiveKind::MessageAdded { thread, message } => {
            let html = message.message.body_html.as_ref().map_or(0, String::len);
            message.message.body.len() + html + thread.thread.subject.len()
        }
        LiveKind::ThreadChanged { thread }
        | LiveKind::ReadReceiptAdded { thread, .. }
        | LiveKind::ViewerStateChanged { thread } => thread.thread.subject.len(),
        LiveKind::AccessRevoked(Scope::Threads(threads))
        | LiveKind::AccessGranted(Scope::Threads(threads)) => size_of_val(threads.as_slice()),
        LiveKind::ClientChanged { .. }
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
        let before = self.shared.bytes.fetch_add(weight, Ordering::AcqRel);
        let fits = before == 0 || before + weight <= BYTES;
        let taken = fits && self.line.try_send(event).is_ok();
        if !taken {
            self.shared.bytes.fetch_sub(weight, Ordering::AcqRel);
        }
        taken
    }

    /// Closes the line. What waits already is still taken, and then the reason is told: it needs no
    /// room of its own.
    pub(crate) fn close(self, why: Closed) {
        let _the_first_reason_stays = self.shared.closed.set(why);
    }
}

impl Receiver {
    /// The next event, or why there is none any more.
    pub(crate) async fn next(&mut self) -> Result<Arc<LiveEvent>, Closed> {
        match self.line.recv().await {
            Some(event) => {
                let weight = weight(&event);
                self.shared.bytes.fetch_sub(weight, Ordering::AcqRel);
                Ok(event)
            }
            None => Err(self.closed().unwrap_or(Closed::Ended)),
        }
    }

    /// Whether the line was closed, whatever still waits in it.
    pub(crate) fn closed(&self) -> Option<Closed> {
        self.shared.closed.get().copied()
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        while let Ok(event) = self.line.try_recv() {
            let weight = weight(&event);
            self.shared.bytes.fetch_sub(weight, Ordering::AcqRel);
        }
    }
}
