//! What a viewer has read: for itself alone, with receipts for staff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidings_domain::{Event, MessageId, ThreadId, limits};
use tidings_policy::Viewer;
use tidings_store::{MessagePlace, Reading, ReadingDone, ThreadRow};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::about;

/// Messages to mark, at most 100; of any threads.
#[derive(Clone, Debug, Serialize)]
pub struct MarkMessages {
    /// Which.
    pub messages: Vec<MessageId>,
}

/// A thread to mark as read.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct MarkThread {
    /// Which.
    pub thread: ThreadId,
    /// Up to which message; all that there are if left out.
    pub up_to: Option<MessageId>,
}

/// What was marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The threads.
    pub threads: Vec<ThreadId>,
    /// The messages, where single ones were named.
    pub messages: Vec<MessageId>,
}

impl Service {
    /// Marks messages as read (T-24, C-26): all of them, or none if one is not visible.
    pub async fn mark_read(
        &self,
        viewer: &Viewer,
        key: &str,
        input: MarkMessages,
    ) -> Result<Marked> {
        self.mark(viewer, key, "markRead", input, Reading::Read)
            .await
    }

    /// Marks messages as unread (P-17). What the other side knows of reading stays as it is.
    pub async fn mark_unread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: MarkMessages,
    ) -> Result<Marked> {
        self.mark(viewer, key, "markUnread", input, Reading::Unread)
            .await
    }

    async fn mark(
        &self,
        viewer: &Viewer,
        key: &str,
        operation: &'static str,
        input: MarkMessages,
        reading: fn(Vec<i64>) -> Reading,
    ) -> Result<Marked> {
        if input.messages.is_empty() || input.messages.len() > limits::MAX_IDS {
            return Err(Error::bad_input("Name 1 to 100 messages."));
        }
        let write = match self.begin(viewer, key, operation, &input).await? {
            Begin::Done(marked) => return Ok(marked),
            Begin::New(write) => write,
        };
        let mut wanted = input.messages.clone();
        wanted.sort_unstable();
        wanted.dedup();
        let places = write.tx.message_places(viewer, &wanted).await?;
        if places.len() != wanted.len() {
            return Err(Error::not_found());
        }
        let mut threads: BTreeMap<ThreadId, Vec<&MessagePlace>> = BTreeMap::new();
        for place in &places {
            threads.entry(place.thread).or_default().push(place);
        }
        // In the order of ids: two writes that touch the same threads never wait for each other.
        for (thread, places) in &threads {
            // One's own message is read from the start, and stays so (C-19).
            let others = places.iter().filter(|place| !place.own);
            let seqs = others.map(|place| place.seq).collect();
            apply(&write, viewer, *thread, &reading(seqs)).await?;
        }
        // One that was deleted while its thread was waited for has come first (T-36).
        if write.tx.message_places(viewer, &wanted).await?.len() != wanted.len() {
            return Err(Error::not_found());
        }
        let threads = threads.into_keys().collect();
        write
            .commit(Marked {
                threads,
                messages: wanted,
            })
            .await
    }

    /// Marks the newest message of somebody else in a thread as unread; a thread without one stays as
    /// it is.
    pub async fn mark_thread_unread(
        &self,
        viewer: &Viewer,
        key: &str,
        thread: ThreadId,
    ) -> Result<Marked> {
        let write = match self.begin(viewer, key, "markThreadUnread", &thread).await? {
            Begin::Done(marked) => return Ok(marked),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        let newest = write.tx.newest_of_others(viewer, thread.id).await?;
        if let Some(newest) = newest {
            mark_thread(&write, viewer, &thread, &Reading::Unread(vec![newest])).await?;
        }
        write
            .commit(Marked {
                threads: vec![thread.id],
                messages: Vec::new(),
            })
            .await
    }

    /// Marks a thread as read, up to a message or to its end.
    pub async fn mark_thread_read(
        &self,
        viewer: &Viewer,
        key: &str,
        input: MarkThread,
    ) -> Result<Marked> {
        let write = match self.begin(viewer, key, "markThreadRead", &input).await? {
            Begin::Done(marked) => return Ok(marked),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        let up_to = match input.up_to {
            None => thread.last_seq,
            Some(message) => {
                let places = write.tx.message_places(viewer, &[message]).await?;
                let place = places.first().filter(|place| place.thread == thread.id);
                place.ok_or_else(Error::not_found)?.seq
            }
        };
        mark_thread(&write, viewer, &thread, &Reading::UpTo(up_to)).await?;
        write
            .commit(Marked {
                threads: vec![thread.id],
                messages: Vec::new(),
            })
            .await
    }
}

async fn apply(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: ThreadId,
    reading: &Reading,
) -> Result<()> {
    let seen = write.tx.lock_thread(viewer, thread).await?;
    let thread = seen.ok_or_else(Error::not_found)?.thread;
    mark_thread(write, viewer, &thread, reading).await
}

/// Changes what the viewer has read of a thread that it sees, and tells of it: the viewer's other
/// sessions (P-02), and staff for whom a receipt is new (P-06).
pub(crate) async fn mark_thread(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    reading: &Reading,
) -> Result<()> {
    let me = viewer.principal();
    let done: ReadingDone = write.tx.read_thread(me, thread, reading, write.now).await?;
    if done.changed {
        write
            .emit(about(thread), Event::ViewerStateChanged { viewer: me })
            .await?;
    }
    for (from_seq, to_seq) in done.seen {
        let event = Event::ReadReceiptAdded {
            reader: me,
            from_seq,
            to_seq,
        };
        write.emit(about(thread), event).await?;
    }
    Ok(())
}
