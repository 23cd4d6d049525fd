//! How conversations come about from others: opening a chat of two, going on with it in a group.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::{ClientId, MessageId, StaffId, ThreadId, TopicId};
use tidings_service::{
    BodyInput, ChatWith, ConvertToGroup, FirstMessage, OpenDirectThread, Opened,
};

use crate::attachment_mutations::named;
use crate::enums::{AudienceKind, BodyFormat};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;
use crate::thread::Thread;

/// With whom a chat is opened: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum ChatWithInput {
    /// A client.
    ClientId(ID),
    /// A colleague.
    StaffMemberId(ID),
}

/// The message with which a chat begins. Its bounds are those of `startThread`.
#[derive(InputObject)]
pub(crate) struct FirstMessageInput {
    /// Who among the staff can read it: needed with a client, and none with a colleague.
    audience: Option<AudienceKind>,
    /// What it is about; fills in the subject.
    topic_id: Option<ID>,
    /// The subject, at most 255 characters; a client sees it.
    subject: Option<String>,
    /// The text.
    body: String,
    /// How the text is written.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The viewer's own attachments that go with it.
    attachment_ids: Option<Vec<ID>>,
}

/// A chat to open.
#[derive(InputObject)]
pub(crate) struct OpenDirectThreadInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// With whom.
    with: ChatWithInput,
    /// Which of the candidates of `AmbiguousDirectThread` is meant.
    thread_id: Option<ID>,
    /// Whether to begin a new chat, whatever there is.
    #[graphql(default)]
    create_new: bool,
    /// What is sent if the chat has to be begun, which needs it. If it is there, nothing is sent.
    message: Option<FirstMessageInput>,
}

/// The client is in chats of two that are shared with the viewer: say which one is meant, with
/// `threadId`, or that a new one is, with `createNew`.
#[derive(SimpleObject)]
pub(crate) struct AmbiguousDirectThread {
    /// The chats, the viewer's own and those that are shared, newest first.
    candidates: Vec<Thread>,
}

/// What came of opening a chat.
#[derive(SimpleObject, Default)]
pub(crate) struct OpenDirectThreadPayload {
    /// The chat.
    thread: Option<Thread>,
    /// Whether it was begun by this.
    created: bool,
    /// Its first message, if it was begun by this.
    message: Option<Message>,
    /// Which chats there are, if it is not clear which one is meant. None was opened then.
    ambiguous: Option<AmbiguousDirectThread>,
    /// Why none was opened. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A chat of two to go on with in a group.
#[derive(InputObject)]
pub(crate) struct ConvertToGroupInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The direct thread.
    thread_id: ID,
    /// Clients who come in. They need the policy's `allowMultiClientGroups`.
    client_ids: Option<Vec<ID>>,
    /// Colleagues who come in.
    staff_member_ids: Option<Vec<ID>>,
    /// The name of the group, at most 255 characters; the subject of the chat if left out.
    subject: Option<String>,
    /// Whether the colleagues who come in can read what was written before, by sharing. Never with
    /// another client.
    #[graphql(default)]
    history_visible: bool,
    /// The first message of the group. Its bounds are those of `startThread`.
    body: String,
    /// How the text is written.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The viewer's own attachments that go with it.
    attachment_ids: Option<Vec<ID>>,
}

/// What came of going on in a group.
#[derive(SimpleObject, Default)]
pub(crate) struct ConvertToGroupPayload {
    /// The group: a thread of its own, which `continues` the chat.
    thread: Option<Thread>,
    /// Its first message.
    message: Option<Message>,
    /// Why there is none. Nothing is stored then.
    user_errors: Vec<UserError>,
}

impl OpenDirectThreadInput {
    fn parse(self) -> Result<(String, OpenDirectThread)> {
        let first = self.message.map(|message| {
            Ok::<_, async_graphql::Error>(FirstMessage {
                audience: message.audience.map(Into::into),
                topic: message.topic_id.as_ref().map(TopicId::parse).transpose()?,
                subject: message.subject,
                body: BodyInput {
                    format: message.body_format.into(),
                    text: message.body,
                    attachments: named(message.attachment_ids)?,
                },
            })
        });
        let open = OpenDirectThread {
            with: match &self.with {
                ChatWithInput::ClientId(id) => ChatWith::Client(ClientId::parse(id)?),
                ChatWithInput::StaffMemberId(id) => ChatWith::Staff(StaffId::parse(id)?),
            },
            thread: self.thread_id.as_ref().map(ThreadId::parse).transpose()?,
            create_new: self.create_new,
            first: first.transpose()?,
        };
        Ok((self.idempotency_key, open))
    }
}

#[derive(Default)]
pub(crate) struct ChatMutation;

#[Object]
impl ChatMutation {
    /// Opens the chat of the viewer with a client or a colleague: the newest one of the two, or a new one,
    /// which is made once, however many ask for it at once. A hidden one comes back. For staff.
    async fn open_direct_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom, and what begins it.")] input: OpenDirectThreadInput,
    ) -> Result<OpenDirectThreadPayload> {
        let (key, open) = input.parse()?;
        let viewer = ctx.viewer()?;
        let opened = ctx.service()?.open_direct_thread(&viewer, &key, open).await;
        let mut payload = OpenDirectThreadPayload::default();
        match outcome(opened)? {
            Ok(Opened::There(thread)) => payload.thread = Thread::load(ctx, thread).await?,
            Ok(Opened::Begun(thread, message)) => {
                payload.created = true;
                payload.thread = Thread::load(ctx, thread).await?;
                payload.message = load_message(ctx, message).await?;
            }
            Ok(Opened::Ambiguous(candidates)) => {
                let threads = candidates
                    .into_iter()
                    .map(async |id| Thread::load(ctx, id).await);
                let threads = futures_util::future::try_join_all(threads).await?;
                payload.ambiguous = Some(AmbiguousDirectThread {
                    candidates: threads.into_iter().flatten().collect(),
                });
            }
            Err(user_errors) => payload.user_errors = user_errors,
        }
        Ok(payload)
    }

    /// Goes on with a direct thread in a group, with other clients or colleagues. The chat stays as it
    /// is: who comes in sees nothing of before. For staff who see the thread.
    async fn convert_to_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The chat, who comes in, and the first message.")]
        input: ConvertToGroupInput,
    ) -> Result<ConvertToGroupPayload> {
        let clients = input.client_ids.unwrap_or_default();
        let staff = input.staff_member_ids.unwrap_or_default();
        let convert = ConvertToGroup {
            thread: ThreadId::parse(&input.thread_id)?,
            clients: clients.iter().map(ClientId::parse).collect::<Result<_>>()?,
            staff: staff.iter().map(StaffId::parse).collect::<Result<_>>()?,
            subject: input.subject,
            history_visible: input.history_visible,
            body: BodyInput {
                format: input.body_format.into(),
                text: input.body,
                attachments: named(input.attachment_ids)?,
            },
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let converted = ctx.service()?.convert_to_group(&viewer, key, convert).await;
        let mut payload = ConvertToGroupPayload::default();
        match outcome(converted)? {
            Ok(converted) => {
                payload.thread = Thread::load(ctx, converted.thread).await?;
                payload.message = load_message(ctx, converted.message).await?;
            }
            Err(user_errors) => payload.user_errors = user_errors,
        }
        Ok(payload)
    }
}

async fn load_message(ctx: &Context<'_>, id: MessageId) -> Result<Option<Message>> {
    Ok(ctx.one(id).await?.map(Message::alone))
}
