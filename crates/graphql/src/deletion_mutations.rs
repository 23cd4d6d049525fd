//! Mutations that delete for everybody.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::MessageId;
use tidings_service::DeleteMessage;

use crate::error::{UserError, outcome};
use crate::node::Global;
use crate::request::Ask;
use crate::thread::Thread;

/// A message to delete.
#[derive(InputObject)]
pub(crate) struct DeleteMessageInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// Which. An admin with authority over its audience need not see it.
    message_id: ID,
}

/// What came of deleting a message. It carries no content.
#[derive(SimpleObject)]
pub(crate) struct DeleteMessagePayload {
    /// The message that is gone.
    deleted_message_id: Option<ID>,
    /// Its thread, if the viewer sees it.
    thread: Option<Thread>,
    /// Why it was not deleted. Nothing has changed then.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct DeletionMutation;

#[Object]
impl DeletionMutation {
    /// Deletes a message for everybody. Staff only; who, is said by `MessagingPolicy.deletion`: by
    /// default all staff who see a message that no client has seen, and the admins of its audience
    /// where one has, or wrote it. Its number in the thread stays taken. Its content is erased at
    /// once, or `MessagingPolicy.deletedGraceDays` later.
    async fn delete_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message.")] input: DeleteMessageInput,
    ) -> Result<DeleteMessagePayload> {
        let delete = DeleteMessage {
            message: MessageId::parse(&input.message_id)?,
        };
        let viewer = ctx.viewer()?;
        let answer = ctx
            .service()?
            .delete_message(&viewer, &input.idempotency_key, delete)
            .await;
        Ok(match outcome(answer)? {
            Ok(deleted) => DeleteMessagePayload {
                deleted_message_id: Some(deleted.message.global()),
                thread: Thread::load(ctx, deleted.thread).await?,
                user_errors: Vec::new(),
            },
            Err(user_errors) => DeleteMessagePayload {
                deleted_message_id: None,
                thread: None,
                user_errors,
            },
        })
    }
}
