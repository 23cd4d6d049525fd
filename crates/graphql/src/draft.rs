//! Drafts: `Query.drafts`, `Thread.viewerDraft`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_service::{Recipient, draft_recipients};
use tidings_store::DraftRow;

use crate::attachment::Attachment;
use crate::audience::Topic;
use crate::client::Client;
use crate::draft_loaders::AttachmentsIn;
use crate::enums::{AudienceKind, BodyFormat, StaffGroupKind};
use crate::error::{fault, top_level};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread::Thread;

/// A text that was not sent yet: an answer in a thread, or a thread to start. Whoever wrote it sees
/// it, and nobody else, whatever their role.
#[derive(Clone, Description)]
pub(crate) struct Draft(pub(crate) Arc<DraftRow>);

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self(Arc::new(row))
    }
}

/// Somebody to whom a draft of a new thread goes: one of these. All are null for somebody who is not
/// there any more.
#[derive(SimpleObject)]
pub(crate) struct DraftRecipient {
    /// A client.
    client: Option<Client>,
    /// A staff member.
    staff_member: Option<StaffMember>,
    /// The staff who are in the group when the thread is started.
    staff_group: Option<StaffGroupKind>,
    /// Whoever reads threads of the audience.
    audience_inbox: Option<AudienceKind>,
}

#[Object(use_type_description)]
impl Draft {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The thread that it answers in; null if it starts one.
    async fn thread(&self, ctx: &Context<'_>) -> Option<Result<Thread>> {
        let id = self.0.thread_id?;
        Thread::load(ctx, id).await.transpose()
    }

    /// The message that it answers.
    async fn reply_to(&self, ctx: &Context<'_>) -> Option<Result<Message>> {
        let id = self.0.reply_to_id?;
        ctx.one(id)
            .await
            .map(|row| row.map(Message::alone))
            .transpose()
    }

    /// The client for whom a portal account writes.
    async fn acting_for(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let id = self.0.client_id?;
        ctx.one(id)
            .await
            .map(|row| row.map(Client::from))
            .transpose()
    }

    /// To whom a new thread goes. At most 5,000.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn to(&self, ctx: &Context<'_>) -> Result<Vec<DraftRecipient>> {
        let to = draft_recipients(&self.0).map_err(|error| top_level(&error))?;
        // Side by side, so that they are loaded in one batch.
        let to = to.into_iter().map(async |recipient| {
            let mut found = DraftRecipient {
                client: None,
                staff_member: None,
                staff_group: None,
                audience_inbox: None,
            };
            match recipient {
                Recipient::Client(id) => found.client = ctx.one(id).await?.map(Client::from),
                Recipient::Staff(id) => {
                    found.staff_member = ctx.one(id).await?.map(StaffMember::from);
                }
                Recipient::Group(group) => found.staff_group = Some(group.into()),
                Recipient::AudienceInbox(kind) => found.audience_inbox = Some(kind.into()),
            }
            Ok::<_, async_graphql::Error>(found)
        });
        futures_util::future::try_join_all(to).await
    }

    /// Whether the clients of a new thread are to see each other.
    async fn group(&self) -> bool {
        self.0.as_group
    }

    /// The audience of a new thread.
    async fn audience(&self) -> Option<AudienceKind> {
        self.0.audience.map(Into::into)
    }

    /// The topic of a new thread.
    async fn topic(&self, ctx: &Context<'_>) -> Option<Result<Topic>> {
        let id = self.0.topic_id?;
        ctx.one(id)
            .await
            .map(|row| row.map(Topic::from))
            .transpose()
    }

    /// The subject of a new thread; may be empty.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// How it is written.
    async fn body_format(&self) -> BodyFormat {
        self.0.body_format.into()
    }

    /// Its text, as `sendMessage` takes it; may be empty. Of a rich one what the sanitiser kept, whose
    /// images name attachments of the draft.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The files that are to go with it, in their order. They wait as long as the draft does.
    #[graphql(complexity = "3 * (child_complexity + 1)")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let rows = ctx.one(AttachmentsIn(self.0.id)).await?;
        Ok(rows
            .unwrap_or_default()
            .into_iter()
            .map(Attachment)
            .collect())
    }

    /// When it was saved last.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

#[derive(Default)]
pub(crate) struct DraftQuery;

#[Object]
impl DraftQuery {
    /// The viewer's own drafts, the one that was saved last first. At most 100.
    #[graphql(complexity = "20 * (child_complexity + 1)")]
    async fn drafts(&self, ctx: &Context<'_>) -> Result<Vec<Draft>> {
        let viewer = ctx.viewer()?;
        let drafts = ctx.service()?.store.drafts(&viewer).await;
        let drafts = drafts.map_err(|error| fault(&error))?;
        Ok(drafts.into_iter().map(Draft::from).collect())
    }
}
