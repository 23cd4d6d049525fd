//! One act on many messages and threads.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{MessageId, ThreadId};
use tidings_service::{Bulk, BulkItem, BulkOutcome, Error};

use crate::error::{UserError, top_level};
use crate::node::Global;
use crate::request::Ask;

/// What to do with each of many.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "tidings_service::BulkAct")]
pub(crate) enum BulkAct {
    /// Mark it as read by the viewer.
    MarkRead,
    /// Mark it as unread for the viewer: of a thread its newest message of somebody else.
    MarkUnread,
    /// Delete it for everybody.
    Delete,
}

/// Many messages and threads.
#[derive(InputObject)]
pub(crate) struct BulkInput {
    /// Made by the client for this one write. Sent again with it, what was done is not done twice, and
    /// what was refused is tried again.
    idempotency_key: String,
    /// What to do.
    act: BulkAct,
    /// With these messages.
    #[graphql(default)]
    message_ids: Vec<ID>,
    /// And with these threads; 1 to 100 in all.
    #[graphql(default)]
    thread_ids: Vec<ID>,
}

/// What came of one of them.
#[derive(SimpleObject)]
pub(crate) struct BulkResult {
    /// The message or the thread.
    id: ID,
    /// Whether it was done.
    done: bool,
    /// Why not: `NOT_FOUND`, `FORBIDDEN`, or a code of `UserErrorCode`.
    code: Option<&'static str>,
}

/// What came of all of them.
#[derive(SimpleObject)]
pub(crate) struct BulkPayload {
    /// One for each, messages first, in the order given.
    results: Vec<BulkResult>,
    /// Always empty: what is refused says so in its own result.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct BulkMutation;

#[Object]
impl BulkMutation {
    /// Marks many messages and threads as read or unread, or deletes them, each with an outcome of its
    /// own: what is refused keeps none of the others.
    #[graphql(complexity = "100 + child_complexity")]
    async fn bulk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do, and with which.")] input: BulkInput,
    ) -> Result<BulkPayload> {
        let messages = input.message_ids.iter().map(MessageId::parse);
        let threads = input.thread_ids.iter().map(ThreadId::parse);
        let bulk = Bulk {
            act: input.act.into(),
            messages: messages.collect::<Result<_>>()?,
            threads: threads.collect::<Result<_>>()?,
        };
        let viewer = ctx.viewer()?;
        let done = ctx
            .service()?
            .bulk(&viewer, &input.idempotency_key, bulk)
            .await
            .map_err(|error| top_level(&error))?;
        let results = done.into_iter().map(result).collect();
        Ok(BulkPayload {
            results,
            user_errors: Vec::new(),
        })
    }
}

fn result((item, outcome): BulkOutcome) -> BulkResult {
    let id = match item {
        BulkItem::Message(id) => id.global(),
        BulkItem::Thread(id) => id.global(),
    };
    let code = outcome.as_ref().err().map(|error| match error {
        Error::Refused(refusal) => refusal.code.as_str(),
        Error::Several(refusals) => refusals.first().map_or("", |refusal| refusal.code.as_str()),
        Error::Code(code, _) => code.as_str(),
        Error::Store(_) | Error::Files(_) => tidings_domain::ErrorCode::Internal.as_str(),
    });
    BulkResult {
        id,
        done: code.is_none(),
        code,
    }
}
