//! `Message`.

use std::sync::Arc;

use async_graphql::{Context, Description, Error, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::{AttachmentId, Body, Principal, served_html};
use tidings_policy::{MessageFacts, message_delete_block};
use tidings_store::{ClientRow, MessageRow, StoreError, bare_facts};

use crate::attachment::Attachment;
use crate::client::Client;
use crate::connection::connection;
use crate::enums::{BodyFormat, MessageLabel};
use crate::error::{fault, not_found};
use crate::guard::permit;
use crate::loaders::Load;
use crate::message_loaders::{AttachmentsOf, ReceiptsOf};
use crate::node::Global;
use crate::people::{Author, ReadReceipt, Reader};
use crate::quote::{MessageRevision, Quote, quote, revisions};
use crate::reaction::{ReactionGroup, groups};
use crate::request::Ask;
use crate::scalars::Html;
use crate::staff::StaffMember;
use crate::thread::Thread;
use crate::thread_people::client_author;

/// One entry of a thread. Who sees the thread sees it.
#[derive(Clone, Description)]
pub(crate) struct Message {
    row: Arc<MessageRow>,
    /// The thread, where it is at hand.
    thread: Option<Thread>,
    /// Whether the row is shared by all readers of a stream and knows nothing of this one.
    live: bool,
}

connection!(
    MessageConnection,
    MessageEdge,
    Message,
    "A page of messages, oldest first."
);

impl Message {
    /// A message of a thread at hand.
    pub(crate) fn of(row: impl Into<Arc<MessageRow>>, thread: Thread) -> Self {
        Self {
            row: row.into(),
            thread: Some(thread),
            live: false,
        }
    }

    /// A message as a stream brings it.
    pub(crate) fn live(row: impl Into<Arc<MessageRow>>, thread: Thread) -> Self {
        Self {
            row: row.into(),
            thread: Some(thread),
            live: true,
        }
    }

    /// A message whose thread is loaded when it is asked for.
    pub(crate) fn alone(row: impl Into<Arc<MessageRow>>) -> Self {
        Self {
            row: row.into(),
            thread: None,
            live: false,
        }
    }

    /// Whether the thread at hand is about this client alone: then whoever sees it sees the client,
    /// and nobody needs to be asked who looks.
    fn is_of(&self, client: &ClientRow) -> bool {
        let thread = self.thread.as_ref();
        thread.is_some_and(|thread| thread.0.row.client_id == Some(client.id))
    }

    async fn load_thread(&self, ctx: &Context<'_>) -> Result<Thread> {
        match &self.thread {
            Some(thread) => Ok(thread.clone()),
            None => Thread::load(ctx, self.row.message.thread_id)
                .await?
                .ok_or_else(not_found),
        }
    }
}

#[Object(use_type_description)]
impl Message {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.row.message.id.global()
    }

    /// Its number in the thread: from 1, without gaps.
    async fn seq(&self) -> i64 {
        self.row.message.seq
    }

    /// The thread.
    async fn thread(&self, ctx: &Context<'_>) -> Result<Thread> {
        self.load_thread(ctx).await
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Author> {
        let message = &self.row.message;
        match (&self.row.staff, &self.row.client) {
            (Some(staff), _) => Ok(Author::StaffMember(StaffMember(Arc::clone(staff)))),
            (None, Some(client)) if self.is_of(client) => {
                Ok(Author::Client(Client(Arc::clone(client))))
            }
            (None, Some(client)) => client_author(ctx, message.thread_id, client).await,
            (None, None) => {
                // An inbox reads the client of a thread, not those of a group.
                let whole = ctx.one(message.id).await?.ok_or_else(not_found)?;
                if let Some(client) = &whole.client {
                    return client_author(ctx, message.thread_id, client).await;
                }
                let author = Principal::new(message.author_kind, message.author_id);
                Author::load(ctx, author).await
            }
        }
    }

    /// How it was written.
    async fn body_format(&self) -> BodyFormat {
        self.row.message.body_format.into()
    }

    /// Its text, at most 65,536 characters; of a rich one the plain text: a blank line between
    /// blocks, a line for each row of a table, a mark before each entry of a list.
    async fn body_text(&self) -> &str {
        &self.row.message.body
    }

    /// Its text as HTML, safe to show as it is: of a plain one a paragraph for each block, of a
    /// rich one what the sanitiser kept, at most 524,288 bytes. Every link opens in a new tab and
    /// tells it nothing of where it was opened from. Its images are the message's own attachments,
    /// at addresses that are made for the viewer and good for 15 minutes.
    async fn body_html(&self, ctx: &Context<'_>) -> Result<Html> {
        let message = &self.row.message;
        match (message.body_format.into(), &message.body_html) {
            (BodyFormat::Plain, _) => Ok(Html(Body::html_of(&message.body))),
            (BodyFormat::Rich, Some(html)) => served(ctx, html),
            // The row was read without it, by a selection that did not seem to ask.
            (BodyFormat::Rich, None) => {
                let whole = ctx.one(message.id).await?.ok_or_else(not_found)?;
                let html = whole.message.body_html.as_deref();
                let lost = || fault(&StoreError::Corrupt("HTML of a rich message"));
                served(ctx, html.ok_or_else(lost)?)
            }
        }
    }

    /// The files that went with it, in the order in which it was sent with them. At most 100.
    #[graphql(complexity = "3 * (child_complexity + 1)")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let rows = ctx.one(AttachmentsOf(self.row.message.id)).await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(Attachment)
            .collect())
    }

    /// What it answers: a message of the same thread, as it read at that time.
    async fn reply_to(&self, ctx: &Context<'_>) -> Result<Option<Quote>> {
        quote(ctx, &self.row.message).await
    }

    /// The reactions to it by emoji, the one that came first first. At most 20.
    #[graphql(complexity = "3 * (child_complexity + 1)")]
    async fn reactions(&self, ctx: &Context<'_>) -> Result<Vec<ReactionGroup>> {
        groups(ctx, &self.row.message).await
    }

    /// When it was pinned beside its thread; null if it is not.
    async fn pinned_at(&self) -> Option<DateTime<Utc>> {
        self.row.message.pinned_at
    }

    /// Counts its texts, from 1: what `editMessage` expects.
    async fn revision(&self) -> i32 {
        self.row.message.revision
    }

    /// When its author edited it last; null if never.
    async fn edited_at(&self) -> Option<DateTime<Utc>> {
        self.row.message.edited_at
    }

    /// What it said before it was edited, oldest first. At most 50. Staff only.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn revisions(&self, ctx: &Context<'_>) -> Option<Result<Vec<MessageRevision>>> {
        Some(match permit(ctx, "Message.revisions") {
            Ok(()) => revisions(ctx, &self.row.message).await,
            Err(refused) => Err(refused),
        })
    }

    /// When it was sent.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.message.created_at
    }

    /// Its marks.
    async fn labels(&self, ctx: &Context<'_>) -> Result<Vec<MessageLabel>> {
        let thread = self.load_thread(ctx).await?;
        let internal = thread.0.row.kind == tidings_domain::ThreadKind::Internal;
        Ok(if internal {
            Vec::new()
        } else {
            vec![MessageLabel::Portal]
        })
    }

    /// Whether the viewer has not read it. One's own message is never unread.
    async fn viewer_unread(&self, ctx: &Context<'_>) -> Result<bool> {
        if self.live {
            let own = ctx.one(self.row.message.id).await?;
            return Ok(own.is_some_and(|row| row.unread));
        }
        Ok(self.row.unread)
    }

    /// Whether the viewer can delete it for everybody: the rule that `deleteMessage` follows.
    async fn viewer_can_delete(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = ctx.viewer()?;
        if viewer.staff().is_none() {
            return Ok(false);
        }
        let message = &self.row.message;
        let thread = self.load_thread(ctx).await?;
        let facts = MessageFacts {
            author: Principal::new(message.author_kind, message.author_id),
            seen_by_client: message.seen_by_client_at.is_some(),
        };
        let thread = bare_facts(&thread.0.row, None);
        Ok(message_delete_block(&viewer, &thread, facts).is_none())
    }

    /// When the client first saw it; null if it has not, or wrote it. Staff only.
    async fn seen_by_client_at(&self, ctx: &Context<'_>) -> Option<Result<DateTime<Utc>>> {
        match permit(ctx, "Message.seenByClientAt") {
            Ok(()) => self.row.message.seen_by_client_at.map(Ok),
            Err(refused) => Some(Err(refused)),
        }
    }

    /// Who saw it, in the order in which they first did, its author left out. At most 500. Staff
    /// only, unless the agency's policy shows receipts to clients.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn seen_by(&self, ctx: &Context<'_>) -> Option<Result<Vec<ReadReceipt>>> {
        Some(match permit(ctx, "Message.seenBy") {
            Ok(()) => self.receipts(ctx).await,
            Err(refused) => Err(refused),
        })
    }
}

/// Stored HTML as a viewer gets it (C-13, C-15): its images are among the message's attachments,
/// which was seen to when it was sent.
pub(crate) fn served(ctx: &Context<'_>, html: &str) -> Result<Html> {
    let (viewer, service) = (ctx.viewer()?, ctx.service()?);
    Ok(Html(served_html(html, |id| {
        let id = AttachmentId::parse(&ID(id.to_owned())).ok()?;
        Some(service.file_address(&viewer, id).url)
    })))
}

impl Message {
    async fn receipts(&self, ctx: &Context<'_>) -> Result<Vec<ReadReceipt>> {
        let message = &self.row.message;
        let key = ReceiptsOf {
            thread: message.thread_id,
            seq: message.seq,
        };
        let author = match message.account_id {
            Some(account) => Principal::Account(account),
            None => Principal::new(message.author_kind, message.author_id),
        };
        let mut seen = vec![author];
        let mut first = ctx.one(key).await?.unwrap_or_default();
        // Later receipts of the same reader tell of reading again (T-24).
        first.retain(|receipt| {
            let known = seen.contains(&receipt.reader);
            if !known {
                seen.push(receipt.reader);
            }
            !known
        });
        first.truncate(500);
        // Side by side, so that they are loaded in one batch.
        let receipts = first.into_iter().map(async |receipt| {
            let reader = Reader::load(ctx, receipt.reader).await?;
            Ok::<_, Error>(reader.map(|reader| ReadReceipt {
                reader,
                seen_at: receipt.seen_at,
            }))
        });
        let receipts = futures_util::future::try_join_all(receipts).await?;
        Ok(receipts.into_iter().flatten().collect())
    }
}
