//! Mutations of messages: send, mark read, mark unread.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{ClientId, MessageId, ThreadId};
use tidings_service::{BodyInput, MarkMessages, MarkThread, Marked, SendMessage};

use crate::attachment_mutations::named;
use crate::draft_mutations::maybe;
use crate::enums::BodyFormat;
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;
use crate::thread::Thread;

/// A message to send.
#[derive(InputObject)]
pub(crate) struct SendMessageInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// Into which thread.
    thread_id: ID,
    /// The client for whom a portal account writes; needed only where several of its clients are
    /// in one group. Staff leave it out.
    acting_for: Option<ID>,
    /// The message that it answers, of the same thread: it is quoted as it reads now.
    reply_to_id: Option<ID>,
    /// Its text, as `bodyFormat` says: plain text of 1 to 65,536 characters, or as the agency's
    /// policy bounds it; or HTML of at most 524,288 bytes, before and after it is sanitised, whose
    /// plain text has as many characters. Characters are Unicode scalar values.
    body: String,
    /// How the text is written.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The viewer's own attachments that go with it, in this order; not sent yet. At most
    /// `MessagingPolicy.attachmentsPerMessage`. A text is needed all the same.
    attachment_ids: Option<Vec<ID>>,
    /// Whether everything in the thread up to it counts as read by the sender.
    #[graphql(default = true)]
    mark_thread_read: bool,
    /// The viewer's draft in this thread that this was: it is gone when the message is sent.
    draft_id: Option<ID>,
}

/// What came of sending a message.
#[derive(SimpleObject)]
pub(crate) struct SendMessagePayload {
    /// The message.
    message: Option<Message>,
    /// Its thread.
    thread: Option<Thread>,
    /// Why it was not sent. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// Messages to mark.
#[derive(InputObject)]
pub(crate) struct MarkMessagesInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// 1 to 100 messages, of any threads: all are marked, or none.
    message_ids: Vec<ID>,
}

/// A thread to mark as read.
#[derive(InputObject)]
pub(crate) struct MarkThreadReadInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// The last message that was seen; all that there are if left out.
    up_to_message_id: Option<ID>,
}

/// What was marked.
#[derive(SimpleObject)]
pub(crate) struct MarkPayload {
    /// The threads, with the viewer's new counts.
    threads: Vec<Thread>,
    /// The messages, where single ones were named.
    messages: Vec<Message>,
    /// Why nothing was marked.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Sends a message into a thread, for everybody who sees it.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message.")] input: SendMessageInput,
    ) -> Result<SendMessagePayload> {
        let send = SendMessage {
            thread: ThreadId::parse(&input.thread_id)?,
            acting_for: input.acting_for.as_ref().map(ClientId::parse).transpose()?,
            reply_to: input
                .reply_to_id
                .as_ref()
                .map(MessageId::parse)
                .transpose()?,
            body: BodyInput {
                format: input.body_format.into(),
                text: input.body,
                attachments: named(input.attachment_ids)?,
            },
            mark_thread_read: input.mark_thread_read,
            draft: maybe(input.draft_id.as_ref())?,
        };
        let viewer = ctx.viewer()?;
        let answer = ctx
            .service()?
            .send_message(&viewer, &input.idempotency_key, send)
            .await;
        match outcome(answer)? {
            Ok(done) => {
                let (message, thread) = futures_util::future::try_join(
                    async { ctx.one(done.message).await },
                    Thread::load(ctx, done.thread),
                )
                .await?;
                let message = message.map(|row| match &thread {
                    Some(thread) => Message::of(row, thread.clone()),
                    None => Message::alone(row),
                });
                Ok(SendMessagePayload {
                    message,
                    thread,
                    user_errors: Vec::new(),
                })
            }
            Err(user_errors) => Ok(SendMessagePayload {
                message: None,
                thread: None,
                user_errors,
            }),
        }
    }

    /// Marks messages as read by the viewer. Opening a message does not: this does. Staff see when
    /// a client first did.
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The messages.")] input: MarkMessagesInput,
    ) -> Result<MarkPayload> {
        let mark = messages(&input)?;
        let viewer = ctx.viewer()?;
        let marked = ctx
            .service()?
            .mark_read(&viewer, &input.idempotency_key, mark)
            .await;
        payload(ctx, marked).await
    }

    /// Marks messages as unread for the viewer. What others know of reading stays.
    async fn mark_unread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The messages.")] input: MarkMessagesInput,
    ) -> Result<MarkPayload> {
        let mark = messages(&input)?;
        let viewer = ctx.viewer()?;
        let marked = ctx
            .service()?
            .mark_unread(&viewer, &input.idempotency_key, mark)
            .await;
        payload(ctx, marked).await
    }

    /// Marks a thread as read by the viewer, up to a message or to its end.
    async fn mark_thread_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and up to where.")] input: MarkThreadReadInput,
    ) -> Result<MarkPayload> {
        let thread = ThreadId::parse(&input.thread_id)?;
        let up_to = input
            .up_to_message_id
            .as_ref()
            .map(MessageId::parse)
            .transpose()?;
        let mark = MarkThread { thread, up_to };
        let viewer = ctx.viewer()?;
        let marked = ctx
            .service()?
            .mark_thread_read(&viewer, &input.idempotency_key, mark)
            .await;
        payload(ctx, marked).await
    }
}

fn messages(input: &MarkMessagesInput) -> Result<MarkMessages> {
    let messages = input
        .message_ids
        .iter()
        .map(MessageId::parse)
        .collect::<Result<_>>()?;
    Ok(MarkMessages { messages })
}

async fn payload(
    ctx: &Context<'_>,
    marked: tidings_service::Result<Marked>,
) -> Result<MarkPayload> {
    let marked = match outcome(marked)? {
        Ok(marked) => marked,
        Err(user_errors) => {
            return Ok(MarkPayload {
                threads: Vec::new(),
                messages: Vec::new(),
                user_errors,
            });
        }
    };
    let rows = ctx.rows()?;
    let threads = rows.load_many(marked.threads.iter().copied());
    let messages = rows.load_many(marked.messages.iter().copied());
    let (mut threads, mut messages) = futures_util::future::try_join(threads, messages)
        .await
        .map_err(|error| crate::error::fault(&error))?;
    Ok(MarkPayload {
        threads: marked
            .threads
            .iter()
            .filter_map(|id| threads.remove(id))
            .map(Into::into)
            .collect(),
        messages: marked
            .messages
            .iter()
            .filter_map(|id| messages.remove(id))
            .map(Message::alone)
            .collect(),
        user_errors: Vec::new(),
    })
}
