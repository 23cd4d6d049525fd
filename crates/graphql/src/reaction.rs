//! Reactions to messages, and the mutations that put and take them.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use tidings_domain::{ClientId, MessageId, ThreadId};
use tidings_service::{React, Reacting};
use tidings_store::{MessageModel, ReactionRow};

use crate::loaders::Load;
use crate::message_edit_mutations::{MessagePayload, payload};
use crate::message_loaders::ReactionsTo;
use crate::node::Global;
use crate::people::Author;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread_people::client_author;

/// Most people whom one group of reactions names.
const NAMED: usize = 100;

/// The reactions to a message with one emoji. Of a broadcast a portal account is told of its own
/// and of the staff's, and the others do not count.
#[derive(Clone, Description)]
pub(crate) struct ReactionGroup {
    thread: ThreadId,
    emoji: String,
    own: bool,
    rows: Vec<Arc<ReactionRow>>,
}

#[Object(use_type_description)]
impl ReactionGroup {
    /// The emoji: exactly one.
    async fn emoji(&self) -> &str {
        &self.emoji
    }

    /// How many reacted with it.
    async fn count(&self) -> usize {
        self.rows.len()
    }

    /// Whether the viewer did.
    async fn viewer_has_reacted(&self) -> bool {
        self.own
    }

    /// Who did, in the order in which they did. At most 100. To a portal account the other clients
    /// of a group are members of it, named as the agency's policy lets clients name each other.
    #[graphql(complexity = "3 * (child_complexity + 1)")]
    async fn reactors(&self, ctx: &Context<'_>) -> Result<Vec<Author>> {
        // Side by side, so that they are loaded in one batch.
        let reactors = self.rows.iter().take(NAMED).map(async |row| {
            Ok::<_, async_graphql::Error>(match (&row.staff, &row.client) {
                (Some(staff), _) => Some(Author::StaffMember(StaffMember(Arc::clone(staff)))),
                (None, Some(client)) => Some(client_author(ctx, self.thread, client).await?),
                (None, None) => None,
            })
        });
        let reactors = futures_util::future::try_join_all(reactors).await?;
        Ok(reactors.into_iter().flatten().collect())
    }
}

/// The reactions to a message by emoji, the one that came first first.
pub(crate) async fn groups(
    ctx: &Context<'_>,
    message: &MessageModel,
) -> Result<Vec<ReactionGroup>> {
    let rows = ctx.one(ReactionsTo(message.id)).await?.unwrap_or_default();
    let me = ctx.viewer()?.principal().uuid();
    let mut groups: Vec<ReactionGroup> = Vec::new();
    for row in rows {
        let own = row.reaction.principal_id == me;
        let known = groups
            .iter_mut()
            .find(|group| group.emoji == row.reaction.emoji);
        match known {
            Some(group) => {
                group.own |= own;
                group.rows.push(row);
            }
            None => groups.push(ReactionGroup {
                thread: message.thread_id,
                emoji: row.reaction.emoji.clone(),
                own,
                rows: vec![row],
            }),
        }
    }
    Ok(groups)
}

/// A reaction to a message.
#[derive(InputObject)]
pub(crate) struct ReactionInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// To which message.
    message_id: ID,
    /// With what: exactly one emoji, with a skin tone where it has one.
    emoji: String,
    /// The client for whom a portal account reacts; needed only where several of its clients are
    /// in one group. Staff leave it out.
    acting_for: Option<ID>,
}

async fn react(
    ctx: &Context<'_>,
    reacting: Reacting,
    input: ReactionInput,
) -> Result<MessagePayload> {
    let react = React {
        message: MessageId::parse(&input.message_id)?,
        emoji: input.emoji,
        acting_for: input.acting_for.as_ref().map(ClientId::parse).transpose()?,
    };
    let viewer = ctx.viewer()?;
    let touched = ctx
        .service()?
        .react(&viewer, &input.idempotency_key, reacting, react)
        .await;
    payload(ctx, touched).await
}

#[derive(Default)]
pub(crate) struct ReactionMutation;

#[Object]
impl ReactionMutation {
    /// Puts the viewer's reaction to a message, or takes it back if it is there. For those who can
    /// write into the thread: at most 20 different emoji and 500 reactions for a message, and 60
    /// changes within a minute for a viewer.
    async fn toggle_reaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reaction.")] input: ReactionInput,
    ) -> Result<MessagePayload> {
        react(ctx, Reacting::Toggle, input).await
    }

    /// Puts the viewer's reaction to a message; one that is there stays. Bounded as
    /// `toggleReaction` is.
    async fn add_reaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reaction.")] input: ReactionInput,
    ) -> Result<MessagePayload> {
        react(ctx, Reacting::Add, input).await
    }

    /// Takes the viewer's reaction to a message back, if it is there. For those who can write into
    /// the thread.
    async fn remove_reaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reaction.")] input: ReactionInput,
    ) -> Result<MessagePayload> {
        react(ctx, Reacting::Remove, input).await
    }
}
