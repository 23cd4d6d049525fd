//! `inbox`.

use async_graphql::{Context, ID, InputObject, Object, Result};
use tidings_domain::{ClientId, TopicId};
use tidings_store::{InboxFilter as Filter, InboxJoins};

use crate::connection::first as page_size;
use crate::cursor;
use crate::enums::{AudienceKind, InboxKind, InboxState};
use crate::error::fault;
use crate::node::Global;
use crate::request::Ask;
use crate::thread::{Thread, ThreadConnection};

/// What an inbox is narrowed to. Filters combine with AND and never show more.
#[derive(InputObject, Default)]
pub(crate) struct InboxFilter {
    /// Threads about this client.
    client_id: Option<ID>,
    /// Threads of this audience.
    audience: Option<AudienceKind>,
    /// Threads of this topic.
    topic_id: Option<ID>,
    /// Threads with clients, or among staff.
    kind: Option<InboxKind>,
    /// Threads with a client on whose care team the viewer is today. To a portal account all are its own.
    #[graphql(default)]
    my_clients: bool,
    /// Read, unread, archived.
    #[graphql(default)]
    state: InboxState,
}

impl InboxFilter {
    fn parse(self) -> Result<Filter> {
        Ok(Filter {
            client: self.client_id.as_ref().map(ClientId::parse).transpose()?,
            audience: self.audience.map(Into::into),
            topic: self.topic_id.as_ref().map(TopicId::parse).transpose()?,
            kind: self.kind.map(Into::into),
            my_clients: self.my_clients,
            state: self.state.into(),
        })
    }
}

/// What the selection asks of each thread: fetched in the same statement.
fn joins(ctx: &Context<'_>) -> InboxJoins {
    let node = ctx.look_ahead().field("edges").field("node");
    let asks = |field: &str| node.field(field).exists();
    InboxJoins {
        // Whether the viewer can reply depends on the client, and a client may be the author.
        client: [
            "client",
            "viewerCanReply",
            "replyBlockedReason",
            "lastMessage",
        ]
        .into_iter()
        .any(asks),
        topic: asks("topic"),
        audience: asks("audience"),
        last_message: asks("lastMessage"),
        html: node.field("lastMessage").field("bodyHtml").exists(),
    }
}

#[derive(Default)]
pub(crate) struct InboxQuery;

#[Object]
impl InboxQuery {
    /// The threads that the viewer sees: pinned ones first, then by newest message. A client's
    /// account sees the threads of its clients; staff see what their roles and assignments open.
    ///
    /// Pages are as of the first one: no thread is skipped or repeated while messages arrive.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "What the inbox is narrowed to.")] filter: InboxFilter,
        #[graphql(desc = "How many threads: 1 to 100.")] first: i32,
        #[graphql(desc = "Only threads behind this one.")] after: Option<String>,
    ) -> Result<ThreadConnection> {
        let first = page_size(first)?;
        let filter = filter.parse()?;
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let after = after
            .map(|cursor| cursor::to_inbox(me, &cursor))
            .transpose()?;
        let store = &ctx.service()?.store;
        let page = store.inbox(&viewer, filter, joins(ctx), after, first).await;
        let page = page.map_err(|error| fault(&error))?;
        let edges = page
            .rows
            .into_iter()
            .map(|row| (cursor::of_inbox(me, &row.place), Thread::from(row)))
            .collect();
        Ok(ThreadConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }
}
