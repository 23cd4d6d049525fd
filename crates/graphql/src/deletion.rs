//! What is left of what was deleted, for staff.

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::{Lifecycle, StaffId, ThreadId};
use tidings_policy::reads_deleted;
use tidings_store::{DeletedMessageRow, ThreadRow, TombstoneRow};

use crate::connection::connection;
use crate::cursor;
use crate::deletion_loaders::DeletionOf;
use crate::error::fault;
use crate::loaders::Load;
use crate::node::Global;
use crate::people::Author;
use crate::request::Ask;
use crate::staff::StaffMember;

/// A message that was deleted: that it was there, and who took it back. Staff only.
#[derive(Description)]
pub(crate) struct DeletedMessage(DeletedMessageRow);

connection!(
    DeletedMessageConnection,
    DeletedMessageEdge,
    DeletedMessage,
    "A page of deleted messages, oldest first."
);

#[Object(use_type_description)]
impl DeletedMessage {
    /// The global id that it had as a message.
    async fn message_id(&self) -> ID {
        self.0.message.global()
    }

    /// Its number in the thread.
    async fn seq(&self) -> i64 {
        self.0.tombstone.seq
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Author> {
        Author::load(ctx, self.0.author).await
    }

    /// When it was sent.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.0.sent_at
    }

    /// What its plain text was: for the admins with authority over its audience, and for
    /// `MessagingPolicy.deletedGraceDays`; else null.
    async fn body_text(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// How it was deleted.
    async fn deletion(&self) -> Deletion {
        Deletion::from(self.0.tombstone)
    }
}

/// That something was deleted.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Deletion {
    /// When.
    deleted_at: DateTime<Utc>,
    /// When its content was erased; null as long as it is kept.
    purged_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    by: StaffId,
}

#[async_graphql::ComplexObject]
impl Deletion {
    /// Who did it.
    async fn deleted_by(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
        ctx.one(self.by)
            .await
            .map(|row| row.map(StaffMember::from))
            .transpose()
    }
}

impl From<TombstoneRow> for Deletion {
    fn from(row: TombstoneRow) -> Self {
        Self {
            deleted_at: row.deleted_at,
            purged_at: row.purged_at,
            by: StaffId(row.deleted_by.uuid()),
        }
    }
}

/// One page of the deleted messages of a thread.
pub(crate) async fn deleted_messages(
    ctx: &Context<'_>,
    thread: ThreadId,
    first: i32,
    after: Option<String>,
) -> Result<DeletedMessageConnection> {
    let (viewer, service) = (ctx.viewer()?, ctx.service()?);
    let me = viewer.principal();
    let first = crate::connection::first(first)?;
    let after = after.map(|cursor| cursor::to_message(me, thread, &cursor));
    let page = service.store.deleted_messages(
        &viewer,
        thread,
        (after.transpose()?.unwrap_or_default(), first),
        service.clock.now(),
    );
    let page = page.await.map_err(|error| fault(&error))?;
    let edge = |row: DeletedMessageRow| {
        let cursor = cursor::of_message(me, thread, row.tombstone.seq);
        (cursor, DeletedMessage(row))
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(DeletedMessageConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

/// Whether the viewer may read the subject: of a thread that was deleted only the admins of its
/// audience, for as long as it is kept for them (K3).
pub(crate) async fn subject_is_open(ctx: &Context<'_>, thread: &ThreadRow) -> Result<bool> {
    if thread.lifecycle != Lifecycle::Deleted {
        return Ok(true);
    }
    let viewer = ctx.viewer()?;
    if !reads_deleted(&viewer, thread.audience) {
        return Ok(false);
    }
    let deletion = ctx.one(DeletionOf(thread.id)).await?;
    let now = ctx.service()?.clock.now();
    Ok(deletion.is_some_and(|deletion| deletion.is_kept(now)))
}
