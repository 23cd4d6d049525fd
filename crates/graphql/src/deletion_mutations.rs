//! Mutations that delete for everybody.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{ClientId, MessageId, ThreadId};
use tidings_service::{DeleteMessage, DeleteThread, SetLegalHold};

use crate::client::Client;
use crate::error::{UserError, outcome};
use crate::loaders::Load;
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

/// A thread to delete.
#[derive(InputObject)]
pub(crate) struct DeleteThreadInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which. An admin with authority over its audience need not see it.
    thread_id: ID,
}

/// What came of deleting a thread. It carries no content.
#[derive(SimpleObject)]
pub(crate) struct DeleteThreadPayload {
    /// The thread that is gone.
    deleted_thread_id: Option<ID>,
    /// Why it was not deleted. Nothing has changed then.
    user_errors: Vec<UserError>,
}

/// A client on whom a legal hold is placed, or from whom it is lifted.
#[derive(InputObject)]
pub(crate) struct SetLegalHoldInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which.
    client_id: ID,
    /// Whether it is to be held.
    held: bool,
}

/// What came of setting a legal hold.
#[derive(SimpleObject)]
pub(crate) struct SetLegalHoldPayload {
    /// The client.
    client: Option<Client>,
    /// Why nothing changed.
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

    /// Deletes a thread with all of its messages for everybody, or nothing of it. By default each
    /// message must be the viewer's to delete; under `AUTHOR_ANYTIME` whoever of the staff started
    /// the thread may. To clients it is gone; staff find it among the deleted ones, without content.
    async fn delete_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread.")] input: DeleteThreadInput,
    ) -> Result<DeleteThreadPayload> {
        let delete = DeleteThread {
            thread: ThreadId::parse(&input.thread_id)?,
        };
        let viewer = ctx.viewer()?;
        let answer = ctx
            .service()?
            .delete_thread(&viewer, &input.idempotency_key, delete)
            .await;
        Ok(match outcome(answer)? {
            Ok(deleted) => DeleteThreadPayload {
                deleted_thread_id: Some(deleted.thread.global()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => DeleteThreadPayload {
                deleted_thread_id: None,
                user_errors,
            },
        })
    }

    /// Places a legal hold on a client, or lifts it: as long as it lies nothing of the client's threads
    /// is erased, whatever is deleted. For practice and clinical admins.
    async fn set_legal_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On whom.")] input: SetLegalHoldInput,
    ) -> Result<SetLegalHoldPayload> {
        let set = SetLegalHold {
            client: ClientId::parse(&input.client_id)?,
            held: input.held,
        };
        let viewer = ctx.viewer()?;
        let answer = ctx
            .service()?
            .set_legal_hold(&viewer, &input.idempotency_key, set)
            .await;
        Ok(match outcome(answer)? {
            Ok(set) => SetLegalHoldPayload {
                client: ctx.one(set.client).await?.map(Client::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => SetLegalHoldPayload {
                client: None,
                user_errors,
            },
        })
    }
}
