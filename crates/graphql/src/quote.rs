//! What a message answers, and what it said before: texts of other times.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::{Body, BodyFormat as Format, Principal};
use tidings_store::{MessageModel, QuoteKey, QuoteRow, RevisionRow};

use crate::enums::BodyFormat;
use crate::loaders::Load;
use crate::message::served;
use crate::message_loaders::RevisionsOf;
use crate::node::Global;
use crate::people::Author;
use crate::scalars::Html;
use crate::staff::StaffMember;
use crate::thread_people::client_author;

/// A message as it read when it was answered. Who sees the answer sees it.
#[derive(Clone, Description)]
pub(crate) struct Quote(QuoteRow);

#[Object(use_type_description)]
impl Quote {
    /// The global id of the message that was answered.
    async fn message_id(&self) -> ID {
        self.0.key.message.global()
    }

    /// Its number in the thread.
    async fn seq(&self) -> i64 {
        self.0.seq
    }

    /// Which of its texts this is, from 1: behind it the message may have been edited.
    async fn revision(&self) -> i32 {
        self.0.key.revision
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Author> {
        match (&self.0.staff, &self.0.client) {
            (Some(staff), _) => Ok(Author::StaffMember(StaffMember(Arc::clone(staff)))),
            (None, Some(client)) => client_author(ctx, self.0.thread, client).await,
            (None, None) => {
                let author = Principal::new(self.0.author_kind, self.0.author_id);
                Author::load(ctx, author).await
            }
        }
    }

    /// Its plain text at that time, at most 65,536 characters; null once the message is deleted.
    async fn body_text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// What a message answers.
pub(crate) async fn quote(ctx: &Context<'_>, message: &MessageModel) -> Result<Option<Quote>> {
    let (Some(of), Some(revision)) = (message.reply_to_id, message.reply_to_revision) else {
        return Ok(None);
    };
    let key = QuoteKey {
        message: of,
        revision,
    };
    Ok(ctx.one(key).await?.map(Quote))
}

/// What a message said before it was edited. For staff who see the thread.
#[derive(Clone, Description)]
pub(crate) struct MessageRevision(RevisionRow);

#[Object(use_type_description)]
impl MessageRevision {
    /// Which text it was, from 1.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// How it was written.
    async fn body_format(&self) -> BodyFormat {
        self.0.body_format.into()
    }

    /// Its text; of a rich one the plain text.
    async fn body_text(&self) -> &str {
        &self.0.body
    }

    /// Its text as HTML, as of `Message.bodyHtml`.
    async fn body_html(&self, ctx: &Context<'_>) -> Result<Html> {
        match (self.0.body_format, &self.0.body_html) {
            (Format::Rich, Some(html)) => served(ctx, html),
            _ => Ok(Html(Body::html_of(&self.0.body))),
        }
    }

    /// When it was written.
    async fn written_at(&self) -> DateTime<Utc> {
        self.0.written_at
    }
}

/// What a message said before, oldest first.
pub(crate) async fn revisions(
    ctx: &Context<'_>,
    message: &MessageModel,
) -> Result<Vec<MessageRevision>> {
    if message.revision == 1 {
        return Ok(Vec::new());
    }
    let rows = ctx.one(RevisionsOf(message.id)).await?;
    Ok(rows
        .unwrap_or_default()
        .into_iter()
        .map(MessageRevision)
        .collect())
}
