//! Notes of staff on threads.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::ThreadId;
use tidings_service::AddNote;
use tidings_store::{NoteKey, NoteRow};

use crate::connection::connection;
use crate::cursor;
use crate::error::{UserError, fault, not_found, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread::Thread;

/// What a staff member wrote about a thread for colleagues. For staff who see the thread; no client
/// ever learns of one.
#[derive(Clone, Description)]
pub(crate) struct ThreadNote(NoteRow);

connection!(
    ThreadNoteConnection,
    ThreadNoteEdge,
    ThreadNote,
    "A page of notes, newest first."
);

#[Object(use_type_description)]
impl ThreadNote {
    /// Its number on the thread, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<StaffMember> {
        let author = ctx.one(self.0.author_id).await?;
        author.map(StaffMember::from).ok_or_else(not_found)
    }

    /// Its text, at most 10,000 characters.
    async fn body_text(&self) -> &str {
        &self.0.body
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The notes on a thread, newest first.
pub(crate) async fn notes(
    ctx: &Context<'_>,
    thread: ThreadId,
    first: i32,
    after: Option<String>,
) -> Result<ThreadNoteConnection> {
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let first = crate::connection::first(first)?;
    let after = after.map(|cursor| cursor::to_message(me, thread, &cursor));
    let after = after.transpose()?;
    let store = &ctx.service()?.store;
    let page = store.notes(&viewer, thread, after, first).await;
    let page = page.map_err(|error| fault(&error))?;
    let edge = |row: NoteRow| {
        (
            cursor::of_message(me, thread, row.number.into()),
            ThreadNote(row),
        )
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(ThreadNoteConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

/// One note, if the viewer sees it.
pub(crate) async fn note(ctx: &Context<'_>, key: NoteKey) -> Result<Option<ThreadNote>> {
    Ok(ctx.one(key).await?.map(ThreadNote))
}

/// A note to write.
#[derive(InputObject)]
pub(crate) struct AddThreadNoteInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// On which thread.
    thread_id: ID,
    /// Its plain text: 1 to 10,000 characters.
    body: String,
}

/// What came of writing a note.
#[derive(SimpleObject)]
pub(crate) struct AddThreadNotePayload {
    /// The note.
    note: Option<ThreadNote>,
    /// Its thread.
    thread: Option<Thread>,
    /// Why it was not written. Nothing is stored then.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Writes a note on a thread for the staff who see it. It is no message: no client learns of it,
    /// it counts nowhere and is unread by nobody. For staff who see the thread.
    async fn add_thread_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note.")] input: AddThreadNoteInput,
    ) -> Result<AddThreadNotePayload> {
        let add = AddNote {
            thread: ThreadId::parse(&input.thread_id)?,
            body: input.body,
        };
        let viewer = ctx.viewer()?;
        let added = ctx
            .service()?
            .add_note(&viewer, &input.idempotency_key, add)
            .await;
        match outcome(added)? {
            Ok(added) => {
                let key = NoteKey {
                    thread: added.thread,
                    number: added.number,
                };
                Ok(AddThreadNotePayload {
                    note: note(ctx, key).await?,
                    thread: Thread::load(ctx, added.thread).await?,
                    user_errors: Vec::new(),
                })
            }
            Err(user_errors) => Ok(AddThreadNotePayload {
                note: None,
                thread: None,
                user_errors,
            }),
        }
    }
}
