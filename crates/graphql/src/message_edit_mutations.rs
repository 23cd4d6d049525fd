//! Mutations of a message that was sent: edit, pin.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::MessageId;
use tidings_service::{BodyInput, EditMessage, NamedAttachment, SetMessagePinned, Touched};

use crate::enums::BodyFormat;
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::message::Message;
use crate::message_loaders::AttachmentsOf;
use crate::node::Global;
use crate::request::Ask;

/// Another text for a message.
#[derive(InputObject)]
pub(crate) struct EditMessageInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which message.
    message_id: ID,
    /// Its new text, as `bodyFormat` says, within the bounds of `sendMessage`.
    body: String,
    /// How the text is written. Its images show attachments that went with the message.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The revision that was read, `Message.revision`: another one is refused then with
    /// `VERSION_CONFLICT`. Left out, whatever is there is replaced.
    expected_revision: Option<i32>,
}

/// Pin a message, or unpin it.
#[derive(InputObject)]
pub(crate) struct SetMessagePinnedInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which message.
    message_id: ID,
    /// Whether it is to be pinned, for everybody who sees its thread.
    pinned: bool,
}

/// What came of a change of a message.
#[derive(SimpleObject)]
pub(crate) struct MessagePayload {
    /// The message.
    message: Option<Message>,
    /// Why it was not changed. Nothing is stored then.
    user_errors: Vec<UserError>,
}

pub(crate) async fn payload(
    ctx: &Context<'_>,
    touched: tidings_service::Result<Touched>,
) -> Result<MessagePayload> {
    match outcome(touched)? {
        Ok(touched) => Ok(MessagePayload {
            message: ctx.one(touched.message).await?.map(Message::alone),
            user_errors: Vec::new(),
        }),
        Err(user_errors) => Ok(MessagePayload {
            message: None,
            user_errors,
        }),
    }
}

#[derive(Default)]
pub(crate) struct MessageEditMutation;

#[Object]
impl MessageEditMutation {
    /// Gives a message another text. For its author, while it can write into the thread; at most 50
    /// times. Staff who see the thread read what it said before; answers quote what they answered.
    async fn edit_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message and its new text.")] input: EditMessageInput,
    ) -> Result<MessagePayload> {
        let message = MessageId::parse(&input.message_id)?;
        let rows = ctx.one(AttachmentsOf(message)).await?.unwrap_or_default();
        let attachments = rows.iter().map(|row| NamedAttachment {
            id: row.id,
            name: row.id.global().0,
        });
        let edit = EditMessage {
            message,
            expected_revision: input.expected_revision,
            body: BodyInput {
                format: input.body_format.into(),
                text: input.body,
                attachments: attachments.collect(),
            },
        };
        let viewer = ctx.viewer()?;
        let touched = ctx
            .service()?
            .edit_message(&viewer, &input.idempotency_key, edit)
            .await;
        payload(ctx, touched).await
    }

    /// Pins a message beside its thread, for everybody who sees it, or unpins it. For those who can
    /// write into the thread; at most 50 in one thread.
    async fn set_message_pinned(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message, and whether it is to be pinned.")]
        input: SetMessagePinnedInput,
    ) -> Result<MessagePayload> {
        let set = SetMessagePinned {
            message: MessageId::parse(&input.message_id)?,
            pinned: input.pinned,
        };
        let viewer = ctx.viewer()?;
        let touched = ctx
            .service()?
            .set_message_pinned(&viewer, &input.idempotency_key, set)
            .await;
        payload(ctx, touched).await
    }
}
