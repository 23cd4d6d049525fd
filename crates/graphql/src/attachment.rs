//! `Attachment`, and the lists of shared documents.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::ThreadId;
use tidings_store::{AttachmentRow, DocumentPlace};

use crate::connection::{connection, first as page_size};
use crate::cursor;
use crate::enums::AttachmentKind;
use crate::error::fault;
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;

/// A file that goes with a message. Who sees the message sees it; before it is sent, its uploader
/// alone.
#[derive(Clone, Description)]
pub(crate) struct Attachment(pub(crate) Arc<AttachmentRow>);

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    AttachmentConnection,
    AttachmentEdge,
    Attachment,
    "A page of shared documents, newest first."
);

#[Object(use_type_description)]
impl Attachment {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// What its sender called it, made safe to show and to save: at most 255 bytes. Health
    /// information, like the messages.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// The media type with which it is served, decided by its content.
    async fn content_type(&self) -> &str {
        &self.0.media_type
    }

    /// What it is for those who handle it.
    async fn kind(&self) -> AttachmentKind {
        self.0.kind.into()
    }

    /// Its size, in bytes.
    async fn size(&self) -> i64 {
        self.0.bytes
    }

    /// Of a picture, the width in pixels as it is shown; null where it is not known (HEIC).
    async fn width(&self) -> Option<i32> {
        self.0.width
    }

    /// Of a picture, the height in pixels as it is shown; null where it is not known (HEIC).
    async fn height(&self) -> Option<i32> {
        self.0.height
    }

    /// Of a voice note, how long it lasts, in milliseconds.
    async fn duration_ms(&self) -> Option<i64> {
        self.0.duration_ms
    }

    /// Where this viewer reads it: made for the viewer, good until `urlExpiresAt`, without a
    /// header, so that a page can show a picture. A path on this server, unless it knows its own
    /// address. Opened, it is asked again whether the viewer still sees the attachment.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        let viewer = ctx.viewer()?;
        Ok(ctx.service()?.file_address(&viewer, self.0.id).url)
    }

    /// Until when `url` is good: 15 minutes from now.
    async fn url_expires_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        let viewer = ctx.viewer()?;
        Ok(ctx.service()?.file_address(&viewer, self.0.id).expires_at)
    }

    /// When it was uploaded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The message with which it went; null as long as it waits. One that is not sent within a
    /// day goes, unless a draft holds it.
    async fn message(&self, ctx: &Context<'_>) -> Option<Result<Message>> {
        let message = self.0.message_id?;
        let row = ctx.one(message).await;
        row.map(|row| row.map(Message::alone)).transpose()
    }
}

#[derive(Default)]
pub(crate) struct AttachmentQuery;

#[Object]
impl AttachmentQuery {
    /// The attachments of all messages that the viewer sees, newest first; those of deleted
    /// threads are left out.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn shared_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only attachments behind this one.")] after: Option<String>,
    ) -> Result<AttachmentConnection> {
        documents(ctx, None, first, after).await
    }
}

/// A page of the shared documents of a thread, or of everything that the viewer sees.
pub(crate) async fn documents(
    ctx: &Context<'_>,
    thread: Option<ThreadId>,
    first: i32,
    after: Option<String>,
) -> Result<AttachmentConnection> {
    let first = page_size(first)?;
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let after = after
        .map(|cursor| cursor::to_document(me, &cursor))
        .transpose()?;
    let store = &ctx.service()?.store;
    let page = store.shared_documents(&viewer, thread, after, first).await;
    let page = page.map_err(|error| fault(&error))?;
    let edge = |row: AttachmentRow| {
        let place = DocumentPlace {
            sent_at: row.sent_at.unwrap_or(row.created_at),
            id: row.id,
        };
        (cursor::of_document(me, place), Attachment::from(row))
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(AttachmentConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}
