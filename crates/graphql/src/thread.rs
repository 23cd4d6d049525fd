//! `Thread`.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::{ClientStatus, Lifecycle, Principal};
use tidings_policy::{ClientFacts, thread_delete_block, write_block};
use tidings_store::{ClientRow, MessageRange, NumberedClient, Take, ViewerState, bare_facts};

use crate::attachment::{AttachmentConnection, documents};
use crate::audience::{Audience, Topic};
use crate::chat_loaders::{ContactOff, ContinuationOf};
use crate::client::{Client, ClientConnection, delivery};
use crate::connection::connection;
use crate::cursor;
use crate::deletion::{DeletedMessageConnection, Deletion, deleted_messages, subject_is_open};
use crate::deletion_loaders::{ContentOf, DeletionOf};
use crate::draft::Draft;
use crate::draft_loaders::DraftIn;
use crate::enums::{DeliveryState, ThreadKind};
use crate::error::{fault, not_found};
use crate::guard::{guarded, permit};
use crate::loaders::{ListedOn, Load};
use crate::message::{Message, MessageConnection};
use crate::message_loaders::PinnedIn;
use crate::message_page::{Window, page};
use crate::node::Global;
use crate::people::{Author, Participant};
use crate::request::Ask;
use crate::thread_note::{ThreadNoteConnection, notes};
use crate::thread_parts::ThreadParts;
use crate::thread_people::{GroupMember, members};
use crate::user_error_code::UserErrorCode;

/// A conversation. Its audience decides which staff see it and can answer.
#[derive(Clone, Description)]
pub(crate) struct Thread(pub(crate) Arc<ThreadParts>);

connection!(ThreadConnection, ThreadEdge, Thread, "A page of an inbox.");

impl Thread {
    async fn client_page(
        &self,
        ctx: &Context<'_>,
        first: i32,
        after: Option<String>,
    ) -> Result<ClientConnection> {
        let (viewer, thread) = (ctx.viewer()?, self.0.row.id);
        let me = viewer.principal();
        let first = crate::connection::first(first)?;
        let after = after
            .map(|cursor| cursor::to_thread_client(me, thread, &cursor))
            .transpose()?;
        let store = &ctx.service()?.store;
        let page = store
            .thread_clients(&viewer, thread, after.unwrap_or_default(), first)
            .await;
        let page = page.map_err(|error| fault(&error))?;
        let edge = |row: NumberedClient| {
            let cursor = cursor::of_thread_client(me, thread, row.number);
            (cursor, Client(row.client))
        };
        let edges = page.rows.into_iter().map(edge).collect();
        Ok(ClientConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }

    /// The thread of a global or typed id, if the viewer sees it.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        id: tidings_domain::ThreadId,
    ) -> Result<Option<Self>> {
        Ok(ctx.one(id).await?.map(Self::from))
    }

    pub(crate) async fn state(&self, ctx: &Context<'_>) -> Result<ViewerState> {
        match self.0.state {
            Some(state) => Ok(state),
            None => Ok(ctx
                .one(self.0.row.id)
                .await?
                .map(|seen| seen.state)
                .unwrap_or_default()),
        }
    }

    /// How many messages the viewer has not read. Both numbers are of one moment: on a stream the
    /// viewer may have read on, past the messages that the event knew of.
    async fn unread(&self, ctx: &Context<'_>) -> Result<i64> {
        if let Some(state) = self.0.state {
            return Ok(state.unread(&self.0.row));
        }
        let seen = ctx.one(self.0.row.id).await?;
        Ok(seen.map_or(0, |seen| seen.state.unread(&seen.thread)))
    }

    async fn client_row(&self, ctx: &Context<'_>) -> Result<Option<Arc<ClientRow>>> {
        match (&self.0.client, self.0.row.client_id) {
            (Some(client), _) => Ok(Some(client.clone())),
            (None, Some(id)) => Ok(ctx.one(id).await?.map(Arc::new)),
            (None, None) => Ok(None),
        }
    }

    async fn block(&self, ctx: &Context<'_>) -> Result<Option<tidings_domain::UserErrorCode>> {
        let viewer = ctx.viewer()?;
        let client = self.client_row(ctx).await?;
        let mut facts = bare_facts(&self.0.row, client.as_deref());
        if let (true, Some(account)) = (self.0.row.kind.has_clients(), viewer.account()) {
            // Which of the viewer's clients it is matters to nobody; that one may write does.
            let member = self.state(ctx).await?.group_member;
            facts
                .clients
                .extend(account.clients.first().map(|own| ClientFacts {
                    id: own.id,
                    status: if member {
                        ClientStatus::Active
                    } else {
                        ClientStatus::Inactive
                    },
                    sends: true,
                    direct_chat: true,
                }));
        }
        if viewer.account().is_some() && viewer.policy().block_replies_when_contact_off {
            facts.contact_off = ctx.one(ContactOff(self.0.row.id)).await?.is_some();
        }
        Ok(write_block(&viewer, &facts))
    }
}

#[Object(use_type_description)]
impl Thread {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.row.id.global()
    }

    /// What kind of conversation it is.
    async fn kind(&self) -> ThreadKind {
        self.0.row.kind.into()
    }

    /// The audience; null for a thread among staff.
    async fn audience(&self, ctx: &Context<'_>) -> Option<Result<Audience>> {
        if let Some(audience) = &self.0.audience {
            return Some(Ok(Audience(Arc::clone(audience))));
        }
        let kind = self.0.row.audience?;
        ctx.one(kind)
            .await
            .map(|row| row.map(Audience::from))
            .transpose()
    }

    /// The topic, if it has one.
    async fn topic(&self, ctx: &Context<'_>) -> Option<Result<Topic>> {
        if let Some(topic) = &self.0.topic {
            return Some(Ok(Topic(Arc::clone(topic))));
        }
        let id = self.0.row.topic_id?;
        ctx.one(id)
            .await
            .map(|row| row.map(Topic::from))
            .transpose()
    }

    /// The subject. Health information, like the messages; empty of a thread that was deleted, but
    /// for the admins with authority over its audience, as long as it is kept.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Cow<'_, str>> {
        let open = subject_is_open(ctx, &self.0.row).await?;
        Ok(Cow::Borrowed(if open { &self.0.row.subject } else { "" }))
    }

    /// The client that it is about; null for a thread among staff.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        self.client_row(ctx)
            .await
            .map(|row| row.map(Client))
            .transpose()
    }

    /// Whether what is written reaches the client's portal account, or waits for it; null of a thread
    /// that is not about one client. Staff only.
    async fn delivery_state(&self, ctx: &Context<'_>) -> Option<Result<DeliveryState>> {
        if let Err(refused) = permit(ctx, "Thread.deliveryState") {
            return Some(Err(refused));
        }
        Some(delivery(ctx, self.0.row.client_id?).await)
    }

    /// The clients of a broadcast or of a group, in the order in which they were addressed; of any
    /// other thread there is only `client`. Staff only.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only clients behind this one.")] after: Option<String>,
    ) -> Option<Result<ClientConnection>> {
        Some(match permit(ctx, "Thread.clients") {
            Ok(()) => self.client_page(ctx, first, after).await,
            Err(refused) => Err(refused),
        })
    }

    /// The clients of a group, who see each other; empty for any other thread. At most 100.
    #[graphql(complexity = "50 + 5 * child_complexity")]
    async fn group_members(&self, ctx: &Context<'_>) -> Result<Vec<GroupMember>> {
        if self.0.row.kind != tidings_domain::ThreadKind::Group {
            return Ok(Vec::new());
        }
        members(ctx, self.0.row.id).await
    }

    /// Who is listed on it by name: the staff addressed, those it is shared with, and the client.
    /// Others see it by role or assignment. Of a broadcast or a group the clients stand in `clients`;
    /// a portal account finds its own here and, of a broadcast, nobody else but the sender. At most
    /// 5,000.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<Participant>> {
        let listed = ctx.one(ListedOn(self.0.row.id)).await?.unwrap_or_default();
        // Side by side, so that they are loaded in one batch.
        let people = listed.into_iter().map(async |(principal, standing)| {
            Ok(Participant {
                person: Author::load(ctx, principal).await?,
                standing: standing.into(),
            })
        });
        futures_util::future::try_join_all(people).await
    }

    /// Who started it.
    async fn started_by(&self, ctx: &Context<'_>) -> Result<Author> {
        let row = &self.0.row;
        Author::load(ctx, Principal::new(row.started_by_kind, row.started_by_id)).await
    }

    /// When it was started.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row.created_at
    }

    /// When its newest message was sent, whether or not that one was deleted since.
    async fn last_activity_at(&self) -> DateTime<Utc> {
        self.0.row.last_activity_at
    }

    /// How many messages it has, those that the viewer took out of its own view included.
    async fn message_count(&self) -> i64 {
        self.0.row.last_seq - self.0.row.deleted_messages
    }

    /// Whether the staff who share it have put it away. To a client it never is.
    async fn archived(&self, ctx: &Context<'_>) -> Result<bool> {
        let staff = ctx.viewer()?.staff().is_some();
        Ok(staff && self.0.row.lifecycle == Lifecycle::Archived)
    }

    /// Whether it is locked: nobody writes into it then but the staff member who locked it.
    async fn locked(&self) -> bool {
        self.0.row.locked_by_id.is_some()
    }

    /// Counts the changes of its header, from 1: what `editThreadHeader` expects. Staff only.
    async fn version(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        guarded(ctx, "Thread.version", || self.0.row.version)
    }

    /// The newest message in the viewer's sight; null if there is none.
    async fn last_message(&self, ctx: &Context<'_>) -> Result<Option<Message>> {
        if let Some(row) = &self.0.last_message {
            return Ok(Some(Message::of(Arc::clone(row), self.clone())));
        }
        if let Some(row) = ctx.one(self.0.row.last_message_id).await? {
            return Ok(Some(Message::of(row, self.clone())));
        }
        // Deleted, or taken out of the viewer's own view: one before it, if there is one.
        let range = MessageRange {
            thread: self.0.row.id,
            from: 1,
            to: self.0.row.last_seq,
            take: Some(Take::Last(1)),
            html: ctx.look_ahead().field("bodyHtml").exists(),
        };
        let row = ctx.one(range).await?.unwrap_or_default().pop();
        Ok(row.map(|row| Message::of(row, self.clone())))
    }

    /// Its messages, oldest first: `first` with `after` from the beginning on, `last` with
    /// `before` from the end back.
    #[graphql(
        complexity = "first.or(last).unwrap_or(1).clamp(1, 100) as usize * (child_complexity + 1)"
    )]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or behind `after`: 1 to 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only messages behind this one.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only messages before this one.")] before: Option<String>,
    ) -> Result<MessageConnection> {
        let window = Window {
            first,
            after,
            last,
            before,
        };
        page(ctx, self, window).await
    }

    /// The messages that are pinned beside it, the one that was pinned last first. At most 50.
    #[graphql(complexity = "10 * (child_complexity + 1)")]
    async fn pinned_messages(&self, ctx: &Context<'_>) -> Result<Vec<Message>> {
        let pinned = PinnedIn {
            thread: self.0.row.id,
            html: ctx.look_ahead().field("bodyHtml").exists(),
        };
        let rows = ctx.one(pinned).await?.unwrap_or_default();
        let pinned = |row| Message::of(row, self.clone());
        Ok(rows.into_iter().map(pinned).collect())
    }

    /// Its deleted messages, oldest first: that they were there, and who took them back. Staff only.
    #[graphql(complexity = "100 + first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn deleted_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only messages behind this one.")] after: Option<String>,
    ) -> Option<Result<DeletedMessageConnection>> {
        Some(match permit(ctx, "Thread.deletedMessages") {
            Ok(()) => deleted_messages(ctx, self.0.row.id, first, after).await,
            Err(refused) => Err(refused),
        })
    }

    /// How it was deleted as a whole; null if it was not. Staff only.
    async fn deletion(&self, ctx: &Context<'_>) -> Option<Result<Deletion>> {
        if let Err(refused) = permit(ctx, "Thread.deletion") {
            return Some(Err(refused));
        }
        if self.0.row.lifecycle != Lifecycle::Deleted {
            return None;
        }
        let deletion = ctx.one(DeletionOf(self.0.row.id)).await;
        deletion.map(|row| row.map(Deletion::from)).transpose()
    }

    /// What staff wrote about it for each other, newest first. Dear in a list of threads: each is asked
    /// by itself. Staff only.
    #[graphql(complexity = "50 + first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only notes behind this one, which are older.")] after: Option<String>,
    ) -> Option<Result<ThreadNoteConnection>> {
        Some(match permit(ctx, "Thread.notes") {
            Ok(()) => notes(ctx, self.0.row.id, first, after).await,
            Err(refused) => Err(refused),
        })
    }

    /// The viewer's own draft of an answer in it.
    async fn viewer_draft(&self, ctx: &Context<'_>) -> Option<Result<Draft>> {
        let draft = ctx.one(DraftIn(self.0.row.id)).await;
        draft.map(|row| row.map(Draft::from)).transpose()
    }

    /// The attachments of its messages, newest first. Dear in a list of threads: each is asked by
    /// itself.
    #[graphql(complexity = "100 + first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn shared_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only attachments behind this one.")] after: Option<String>,
    ) -> Result<AttachmentConnection> {
        documents(ctx, Some(self.0.row.id), first, after).await
    }

    /// How many of its messages the viewer has not read.
    async fn viewer_unread_count(&self, ctx: &Context<'_>) -> Result<i64> {
        self.unread(ctx).await
    }

    /// Whether the viewer has an unread message in it.
    async fn viewer_has_unread(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.unread(ctx).await? > 0)
    }

    /// Whether it stands at the top of the viewer's inbox.
    async fn viewer_has_pinned(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.state(ctx).await?.pinned)
    }

    /// Whether the viewer has hidden it: until a newer message comes.
    async fn viewer_has_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.state(ctx).await?.hidden_seq >= self.0.row.last_seq)
    }

    /// Whether the viewer can delete it for everybody: the rule that `deleteThread` follows.
    async fn viewer_can_delete(&self, ctx: &Context<'_>) -> Result<bool> {
        let (viewer, row) = (ctx.viewer()?, &self.0.row);
        if viewer.staff().is_none() || row.lifecycle == Lifecycle::Deleted {
            return Ok(false);
        }
        let content = ctx.one(ContentOf(row.id)).await?.unwrap_or_default();
        let facts = bare_facts(row, None);
        Ok(thread_delete_block(&viewer, &facts, content).is_none())
    }

    /// Whether the viewer can send a message into it at present: the rule that `sendMessage`
    /// follows.
    async fn viewer_can_reply(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.block(ctx).await?.is_none())
    }

    /// Why the viewer cannot, if so.
    async fn reply_blocked_reason(&self, ctx: &Context<'_>) -> Option<Result<UserErrorCode>> {
        self.block(ctx)
            .await
            .map(|code| code.map(UserErrorCode::from))
            .transpose()
    }

    /// The chat of two with which this group goes on, if it began as one and the viewer sees that, too.
    async fn continues(&self, ctx: &Context<'_>) -> Option<Result<Self>> {
        let before = async {
            let found = ctx.one(ContinuationOf(self.0.row.id)).await?;
            match found.and_then(|found| found.continues) {
                Some(id) => Self::load(ctx, id).await,
                None => Ok(None),
            }
        };
        before.await.transpose()
    }

    /// The groups that go on with this chat and that the viewer sees.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn continued_by(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let found = ctx.one(ContinuationOf(self.0.row.id)).await?;
        let behind = found.unwrap_or_default().continued_by;
        let threads = behind.into_iter().map(async |id| Self::load(ctx, id).await);
        let threads = futures_util::future::try_join_all(threads).await?;
        Ok(threads.into_iter().flatten().collect())
    }
}
