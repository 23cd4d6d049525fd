//! Notes of staff on a thread.

use serde::{Deserialize, Serialize};
use tidings_domain::{Body, BodyProblem, BodyRules, Event, ThreadId, UserErrorCode, limits};
use tidings_policy::{Action, Viewer};
use tidings_store::NoteRow;

use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::message::about;
use crate::thread::permitted;

/// A note to write.
#[derive(Clone, Debug, Serialize)]
pub struct AddNote {
    /// On which thread.
    pub thread: ThreadId,
    /// Its plain text.
    pub body: String,
}

/// A note that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// The thread.
    pub thread: ThreadId,
    /// The note's number there.
    pub number: i32,
}

impl Service {
    /// Writes a note on a thread, for the staff who see it and for no client (SX-06). It is no
    /// message: it counts nowhere, moves nothing up and is unread by nobody. Refused with
    /// `BODY_REQUIRED` and, behind [`limits::MAX_NOTE_CHARS`], with `MESSAGE_TOO_LONG`.
    pub async fn add_note(&self, viewer: &Viewer, key: &str, input: AddNote) -> Result<NoteAdded> {
        let write = match self.begin(viewer, key, "addThreadNote", &input).await? {
            Begin::Done(added) => return Ok(added),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Annotate, thread.id).await?;
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        let rules = BodyRules {
            min: 1,
            max: limits::MAX_NOTE_CHARS,
        };
        let body = Body::parse(&input.body, rules).map_err(|problem| {
            let code = match problem {
                BodyProblem::TooLong { .. } => UserErrorCode::MessageTooLong,
                BodyProblem::Blank | BodyProblem::TooShort { .. } => UserErrorCode::BodyRequired,
            };
            Error::refused(code, &["body"])
        })?;
        let note = NoteRow {
            thread_id: thread.id,
            number: write.tx.next_note(thread.id).await?,
            author_id: staff.id,
            body: body.as_str().to_owned(),
            created_at: write.now,
        };
        write.tx.insert_note(&note).await?;
        let event = Event::ThreadNoteAdded {
            number: note.number,
        };
        write.emit(about(&thread), event).await?;
        write
            .commit(NoteAdded {
                thread: thread.id,
                number: note.number,
            })
            .await
    }
}
