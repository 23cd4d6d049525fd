//! Deleting messages and threads for everybody (K3). What a viewer takes out of its own view is
//! another act, and stands in `own_view.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tidings_domain::{Deed, Event, Lifecycle, MessageId, ThreadId};
use tidings_policy::{
    ThreadFacts, Viewer, deletes_seen_somewhere, may_name_to_delete, message_delete_block,
    thread_delete_block,
};
use tidings_store::{Deletion, Purged, ThreadRow};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::about;

/// A message to delete.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteMessage {
    /// Which.
    pub message: MessageId,
}

/// A message that was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDeleted {
    /// The message.
    pub message: MessageId,
    /// Its thread, which the viewer need not see (K4).
    pub thread: ThreadId,
}

/// A thread to delete.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DeleteThread {
    /// Which.
    pub thread: ThreadId,
}

/// A thread that was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadDeleted {
    /// The thread, which the viewer need not see (K4).
    pub thread: ThreadId,
}

impl Service {
    /// Deletes a message for everybody (T-25 to T-29, S-28, P-33). Refused with
    /// `DELETE_NOT_ALLOWED` by the law; `NOT_FOUND` for a message that is deleted already.
    ///
    /// Whether a client has seen it is decided under the lock of its thread, which reading takes,
    /// too: of the two exactly one comes first (T-36).
    pub async fn delete_message(
        &self,
        viewer: &Viewer,
        key: &str,
        input: DeleteMessage,
    ) -> Result<MessageDeleted> {
        let write = match self.begin(viewer, key, "deleteMessage", &input).await? {
            Begin::Done(deleted) => return Ok(deleted),
            Begin::New(write) => write,
        };
        let id = input.message;
        let thread = home(&write, viewer, id).await?;
        let (thread, facts) = named(&write, viewer, thread).await?;
        let message = write.tx.deletable(thread.id, id).await?;
        let message = message.ok_or_else(Error::not_found)?;
        if let Some(code) = message_delete_block(viewer, &facts, message.facts) {
            return Err(Error::refused(code, &["messageId"]));
        }
        let deletion = deletion(&write, viewer, message.sent_at);
        write.tx.delete_message(&thread, message, deletion).await?;
        let purged = purge(&write, viewer, &thread, deletion).await?;
        let event = Event::MessageDeleted {
            message: id,
            seq: message.seq,
        };
        write.emit(about(&thread), event).await?;
        let agency = viewer.agency();
        write.audit(agency, Deed::MessageDeleted, id, "").await?;
        if !purged.seqs.is_empty() {
            let detail = format!("files {}", purged.files.len());
            write.audit(agency, Deed::MessagePurged, id, detail).await?;
        }
        let deleted = MessageDeleted {
            message: id,
            thread: thread.id,
        };
        let deleted = write.commit(deleted).await?;
        self.delete_files(&purged.files).await;
        Ok(deleted)
    }

    /// Deletes a thread with all of its messages for everybody, or nothing of it (T-34, S-29, S-30,
    /// P-20). Refused with `DELETE_NOT_ALLOWED` by the law.
    pub async fn delete_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: DeleteThread,
    ) -> Result<ThreadDeleted> {
        let write = match self.begin(viewer, key, "deleteThread", &input).await? {
            Begin::Done(deleted) => return Ok(deleted),
            Begin::New(write) => write,
        };
        // SECURITY: to whoever has no authority absent and invisible take the same way.
        if !deletes_seen_somewhere(viewer) {
            let seen = write.tx.lock_thread(viewer, input.thread).await?;
            seen.ok_or_else(Error::not_found)?;
        }
        let (thread, facts) = named(&write, viewer, input.thread).await?;
        if thread.lifecycle == Lifecycle::Deleted {
            return Err(Error::not_found());
        }
        let me = viewer.principal();
        let content = write.tx.thread_content(me, thread.id).await?;
        if let Some(code) = thread_delete_block(viewer, &facts, content) {
            return Err(Error::refused(code, &["threadId"]));
        }
        let deletion = deletion(&write, viewer, thread.last_activity_at);
        write.tx.delete_thread(&thread, deletion).await?;
        let deleted = ThreadRow {
            lifecycle: Lifecycle::Deleted,
            ..thread
        };
        let purged = purge(&write, viewer, &deleted, deletion).await?;
        write.emit(about(&deleted), Event::ThreadDeleted).await?;
        let agency = viewer.agency();
        let detail = format!("messages {}", deleted.last_seq - deleted.deleted_messages);
        let id = deleted.id;
        write.audit(agency, Deed::ThreadDeleted, id, detail).await?;
        if !purged.seqs.is_empty() {
            let detail = format!("files {}", purged.files.len());
            write.audit(agency, Deed::ThreadPurged, id, detail).await?;
        }
        let deleted = write.commit(ThreadDeleted { thread: id }).await?;
        self.delete_files(&purged.files).await;
        Ok(deleted)
    }
}

/// The thread of a message: one that the viewer sees, or, for an admin with authority over an
/// audience, any of the agency (K4).
async fn home(write: &Write<'_>, viewer: &Viewer, message: MessageId) -> Result<ThreadId> {
    let places = write.tx.message_places(viewer, &[message]).await?;
    if let Some(place) = places.first() {
        return Ok(place.thread);
    }
    // SECURITY: to everybody else absent and invisible take the same way.
    if !deletes_seen_somewhere(viewer) {
        return Err(Error::not_found());
    }
    let thread = write.tx.thread_of_message(viewer.agency(), message).await?;
    thread.ok_or_else(Error::not_found)
}

/// A thread, locked, of which the viewer may name something to delete it.
async fn named(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: ThreadId,
) -> Result<(ThreadRow, ThreadFacts)> {
    let thread = write.tx.lock_to_delete(viewer.agency(), thread).await?;
    let thread = thread.ok_or_else(Error::not_found)?;
    let live = write.tx.live_thread(thread.id, write.now).await?;
    let facts = live.ok_or_else(Error::not_found)?.facts;
    may_name_to_delete(viewer, &facts)?;
    Ok((thread, facts))
}

fn deletion(write: &Write<'_>, viewer: &Viewer, sent: DateTime<Utc>) -> Deletion {
    Deletion {
        by: viewer.principal(),
        at: write.now,
        purge_after: viewer.policy().purge_after(write.now, sent),
    }
}

/// Erases what was just deleted, if it may go at once (S-31).
async fn purge(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    deletion: Deletion,
) -> Result<Purged> {
    if deletion.purge_after > write.now || write.tx.is_held(thread).await? {
        return Ok(Purged::default());
    }
    let retention = viewer.policy().retention();
    let retained = retained(write.now, retention);
    Ok(write.tx.purge_due(thread, write.now, retained).await?)
}

/// What was sent behind this moment is inside the retention minimum.
pub(crate) fn retained(
    now: DateTime<Utc>,
    retention: Option<chrono::Duration>,
) -> Option<DateTime<Utc>> {
    retention.map(|retention| now - retention)
}
