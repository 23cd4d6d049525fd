//! Deleting messages for everybody (K3). What a viewer takes out of its own view is another act.

use serde::{Deserialize, Serialize};
use tidings_domain::{Deed, Event, MessageId, ThreadId};
use tidings_policy::{Viewer, deletes_seen_somewhere, may_name_to_delete, message_delete_block};
use tidings_store::{Deletion, ThreadRow};
use uuid::Uuid;

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
        let thread = write.tx.lock_to_delete(viewer.agency(), thread).await?;
        let thread = thread.ok_or_else(Error::not_found)?;
        let live = write.tx.live_thread(thread.id, write.now).await?;
        let facts = live.ok_or_else(Error::not_found)?.facts;
        may_name_to_delete(viewer, &facts)?;
        let message = write.tx.deletable(thread.id, id).await?;
        let message = message.ok_or_else(Error::not_found)?;
        if let Some(code) = message_delete_block(viewer, &facts, message.facts) {
            return Err(Error::refused(code, &["messageId"]));
        }
        let policy = viewer.policy();
        let deletion = Deletion {
            by: viewer.principal(),
            at: write.now,
            purge_after: policy.purge_after(write.now, message.sent_at),
        };
        write.tx.delete_message(&thread, message, deletion).await?;
        let files = purge(&write, &thread, message.seq, deletion).await?;
        let event = Event::MessageDeleted {
            message: id,
            seq: message.seq,
        };
        write.emit(about(&thread), event).await?;
        let deleted = MessageDeleted {
            message: id,
            thread: thread.id,
        };
        let agency = viewer.agency();
        write.audit(agency, Deed::MessageDeleted, id, "").await?;
        if let Some(files) = &files {
            let detail = format!("files {}", files.len());
            write.audit(agency, Deed::MessagePurged, id, detail).await?;
        }
        let deleted = write.commit(deleted).await?;
        self.delete_files(&files.unwrap_or_default()).await;
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

/// Erases what was just deleted, if it may go at once. Answers the files that go with it then.
async fn purge(
    write: &Write<'_>,
    thread: &ThreadRow,
    seq: i64,
    deletion: Deletion,
) -> Result<Option<Vec<Uuid>>> {
    if deletion.purge_after > write.now || write.tx.is_held(thread).await? {
        return Ok(None);
    }
    let files = write.tx.purge_message(thread.id, seq, write.now).await?;
    Ok(Some(files))
}
