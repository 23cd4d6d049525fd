//! What becomes of a message that was sent: edited by its author, pinned by those who see it.

use serde::{Deserialize, Serialize};
use tidings_domain::{Event, MessageId, Principal, UserErrorCode, limits};
use tidings_policy::{Viewer, may_edit, write_block};
use tidings_store::{Edit, MessageModel};

use crate::body::{BodyInput, MessageBody, message_body};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::{about, facts, lock_message};

/// Another text for a message.
#[derive(Clone, Debug, Serialize)]
pub struct EditMessage {
    /// Which message.
    pub message: MessageId,
    /// The revision that was read, if the author minds which one is replaced.
    pub expected_revision: Option<i32>,
    /// Its new text. The attachments are the message's own, for its images to show: those that
    /// went with it stay.
    pub body: BodyInput,
}

/// Pin a message, or unpin it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetMessagePinned {
    /// Which message.
    pub message: MessageId,
    /// Whether it is to be pinned.
    pub pinned: bool,
}

/// A message that something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Which message.
    pub message: MessageId,
}

impl Service {
    /// Gives a message another text; what it said stands in its history, for staff (PX-04). Who
    /// answered it before still quotes what was said then (P-34).
    ///
    /// `FORBIDDEN` to all but its author; refused where the author could not write now, and as any
    /// body is; with `VERSION_CONFLICT` for another revision than the expected one, and with
    /// `TOO_MANY_EDITS` behind [`limits::MAX_EDITS`]. The same text once more changes nothing.
    pub async fn edit_message(
        &self,
        viewer: &Viewer,
        key: &str,
        input: EditMessage,
    ) -> Result<Touched> {
        let body = message_body(self, viewer, &input.body).await;
        let write = match self.begin(viewer, key, "editMessage", &input).await? {
            Begin::Done(touched) => return Ok(touched),
            Begin::New(write) => write,
        };
        let (thread, message) = lock_message(&write, viewer, input.message).await?;
        let author = Principal::new(message.author_kind, message.author_id);
        may_edit(viewer, author, message.account_id)?;
        let facts = facts(&write, viewer, &thread).await?;
        if let Some(code) = write_block(viewer, &facts) {
            return Err(Error::refused(code, &["messageId"]));
        }
        let body = body?;
        own_images(&write, viewer, &message, &body).await?;
        let expected = input.expected_revision.unwrap_or(message.revision);
        if expected != message.revision {
            let code = UserErrorCode::VersionConflict;
            return Err(Error::refused(code, &["expectedRevision"]));
        }
        let same = message.body == body.text
            && message.body_html == body.html
            && message.body_format == body.format;
        if !same {
            if message.revision > limits::MAX_EDITS {
                let code = UserErrorCode::TooManyEdits;
                return Err(Error::refused(code, &["messageId"]));
            }
            let edit = Edit {
                format: body.format,
                text: body.text,
                html: body.html,
                at: write.now.max(message.created_at),
            };
            write.tx.edit_message(&message, &edit).await?;
            let event = Event::MessageChanged {
                message: message.id,
            };
            write.emit(about(&thread), event).await?;
        }
        write
            .commit(Touched {
                message: message.id,
            })
            .await
    }

    /// Pins a message for everybody who sees its thread, or unpins it (P-30, P-32). Refused where
    /// the viewer could not write now, and with `TOO_MANY_PINNED` behind
    /// [`limits::MAX_PINNED_MESSAGES`]. What is so already changes nothing.
    pub async fn set_message_pinned(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetMessagePinned,
    ) -> Result<Touched> {
        let write = match self.begin(viewer, key, "setMessagePinned", &input).await? {
            Begin::Done(touched) => return Ok(touched),
            Begin::New(write) => write,
        };
        let (thread, message) = lock_message(&write, viewer, input.message).await?;
        let facts = facts(&write, viewer, &thread).await?;
        if let Some(code) = write_block(viewer, &facts) {
            return Err(Error::refused(code, &["messageId"]));
        }
        if input.pinned != message.pinned_at.is_some() {
            if input.pinned
                && write.tx.pinned_messages(thread.id).await? >= limits::MAX_PINNED_MESSAGES
            {
                let code = UserErrorCode::TooManyPinned;
                return Err(Error::refused(code, &["messageId"]));
            }
            let at = input.pinned.then_some(write.now);
            write.tx.pin_message(message.id, at).await?;
            let event = Event::MessageChanged {
                message: message.id,
            };
            write.emit(about(&thread), event).await?;
        }
        write
            .commit(Touched {
                message: message.id,
            })
            .await
    }
}

/// An edited text shows pictures that went with the message, and no others (C-15).
async fn own_images(
    write: &Write<'_>,
    viewer: &Viewer,
    message: &MessageModel,
    body: &MessageBody,
) -> Result<()> {
    if body.attachments.is_empty() {
        return Ok(());
    }
    let rows = write.tx.attachments(viewer, &body.attachments).await?;
    let own = rows
        .iter()
        .filter(|row| row.message_id == Some(message.id))
        .count();
    if own == body.attachments.len() {
        Ok(())
    } else {
        Err(Error::not_found())
    }
}
