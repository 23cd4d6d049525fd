//! Mutations of threads: start, edit the header, archive, pin.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::{ClientId, StaffId, ThreadId, TopicId};
use tidings_service::{
    AudienceChange, BodyInput, EditHeader, Recipient, SetArchived, SetLocked, SetPinned,
    StartThread,
};

use crate::attachment_mutations::named;
use crate::draft_mutations::maybe;
use crate::enums::{AudienceKind, BodyFormat, Role, StaffGroupKind};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread::Thread;

/// Somebody to whom a thread goes: exactly one of these. No value means "all clients".
#[derive(OneofObject)]
pub(crate) enum RecipientInput {
    /// A client.
    ClientId(ID),
    /// A staff member.
    StaffMemberId(ID),
    /// The staff who are in the group when the thread is started. From staff only.
    StaffGroup(StaffGroupKind),
    /// Whoever reads threads of the audience. From a client, alone, if the agency's policy has it
    /// among `clientAudienceInboxes`.
    AudienceInbox(AudienceKind),
}

/// A thread to start, with its first message.
#[derive(InputObject)]
pub(crate) struct StartThreadInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// The client for whom a portal account writes. Staff leave it out.
    acting_for: Option<ID>,
    /// To whom, at most 5,000. From staff: one person makes a thread of two; any number of staff and
    /// one client, a thread in which all answer all; several clients, a broadcast, whose clients
    /// learn nothing of each other and cannot answer; staff alone, an internal thread. From a
    /// client: members of its care team, or the inbox of an audience.
    to: Vec<RecipientInput>,
    /// Whether the clients see each other and answer all, as members of a group. For staff; with
    /// several clients only if the agency's policy has it on; at most 100 clients.
    #[graphql(default)]
    group: bool,
    /// Who among the staff can read it. For a thread with clients staff must choose one that they
    /// could see themselves, about each client; an internal thread has none. A client's thread is
    /// CLINICAL unless it says otherwise.
    audience: Option<AudienceKind>,
    /// What it is about; fills in the subject.
    topic_id: Option<ID>,
    /// The subject, at most 255 characters; the client sees it.
    subject: Option<String>,
    /// The first message, as `bodyFormat` says: plain text of 1 to 65,536 characters, or as the agency's
    /// policy bounds it; or HTML of at most 524,288 bytes, before and after it is sanitised, whose
    /// plain text has as many characters. Characters are Unicode scalar values.
    body: String,
    /// How the text is written.
    #[graphql(default)]
    body_format: BodyFormat,
    /// The viewer's own attachments that go with it, in this order; not sent yet. At most
    /// `MessagingPolicy.attachmentsPerMessage`. A text is needed all the same.
    attachment_ids: Option<Vec<ID>>,
    /// The viewer's draft of a new thread that this was: it is gone when the thread is there.
    draft_id: Option<ID>,
}

/// What came of starting a thread.
#[derive(SimpleObject)]
pub(crate) struct StartThreadPayload {
    /// The thread.
    thread: Option<Thread>,
    /// Its first message.
    message: Option<Message>,
    /// Why it was not started. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A header to store. What is left out stays.
#[derive(InputObject)]
pub(crate) struct EditThreadHeaderInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// The version that was read: `Thread.version`.
    expected_version: i32,
    /// The new audience. Takes the token of `audienceChangePreview`.
    audience: Option<AudienceKind>,
    /// The new topic; must be one of the audience. A change of audience without it takes the old
    /// topic away.
    topic_id: Option<ID>,
    /// The new subject.
    subject: Option<String>,
    /// The token of the preview, needed when the audience changes.
    confirm: Option<String>,
}

/// What came of a change of a thread.
#[derive(SimpleObject)]
pub(crate) struct ThreadPayload {
    /// The thread; null if the viewer does not see it any more.
    thread: Option<Thread>,
    /// Why it was not changed. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// Archive a thread, or take it back.
#[derive(InputObject)]
pub(crate) struct SetThreadArchivedInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// Whether it is to be archived.
    archived: bool,
}

/// Lock a thread, or take the lock off.
#[derive(InputObject)]
pub(crate) struct SetThreadLockedInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// Whether it is to be locked.
    locked: bool,
}

/// Pin a thread, or unpin it.
#[derive(InputObject)]
pub(crate) struct SetThreadPinnedInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// Whether it is to stand at the top of the viewer's inbox.
    pinned: bool,
}

/// Who would gain and who would lose sight of a thread by a change of its audience.
#[derive(SimpleObject)]
pub(crate) struct AudienceChangePreview {
    /// The audience at present.
    from: AudienceKind,
    /// The audience to be.
    to: AudienceKind,
    /// Roles that read the present audience and not the other.
    losing_roles: Vec<Role>,
    /// Roles that read the other audience and not the present one.
    gaining_roles: Vec<Role>,
    /// Staff who see the thread and would not any more, by name.
    losing: Vec<StaffMember>,
    /// Staff who do not see the thread and would, by name.
    gaining: Vec<StaffMember>,
    /// Confirms exactly this change in `editThreadHeader`: good for this viewer, this version of
    /// the thread and these people.
    token: String,
}

impl From<AudienceChange> for AudienceChangePreview {
    fn from(change: AudienceChange) -> Self {
        Self {
            from: change.from.into(),
            to: change.to.into(),
            losing_roles: change.losing_roles.into_iter().map(Into::into).collect(),
            gaining_roles: change.gaining_roles.into_iter().map(Into::into).collect(),
            losing: change.losing.into_iter().map(StaffMember::from).collect(),
            gaining: change.gaining.into_iter().map(StaffMember::from).collect(),
            token: change.token,
        }
    }
}

#[derive(Default)]
pub(crate) struct ThreadMutation;

#[Object]
impl ThreadMutation {
    /// Starts a thread with its first message: recipients, message and events, or nothing.
    async fn start_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread and its first message.")] input: StartThreadInput,
    ) -> Result<StartThreadPayload> {
        let start = StartThread {
            acting_for: input.acting_for.as_ref().map(ClientId::parse).transpose()?,
            to: input.to.iter().map(recipient).collect::<Result<_>>()?,
            group: input.group,
            audience: input.audience.map(Into::into),
            topic: input.topic_id.as_ref().map(TopicId::parse).transpose()?,
            subject: input.subject,
            body: BodyInput {
                format: input.body_format.into(),
                text: input.body,
                attachments: named(input.attachment_ids)?,
            },
            from_draft: maybe(input.draft_id.as_ref())?,
        };
        let viewer = ctx.viewer()?;
        let sent = ctx
            .service()?
            .start_thread(&viewer, &input.idempotency_key, start)
            .await;
        match outcome(sent)? {
            Ok(sent) => {
                let thread = Thread::load(ctx, sent.thread).await?;
                let message = ctx.one(sent.message).await?.map(Message::alone);
                Ok(StartThreadPayload {
                    thread,
                    message,
                    user_errors: Vec::new(),
                })
            }
            Err(user_errors) => Ok(StartThreadPayload {
                thread: None,
                message: None,
                user_errors,
            }),
        }
    }

    /// Changes audience, topic and subject of a thread in one step. For staff who see the thread.
    async fn edit_thread_header(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The header to store.")] input: EditThreadHeaderInput,
    ) -> Result<ThreadPayload> {
        let edit = EditHeader {
            thread: ThreadId::parse(&input.thread_id)?,
            expected_version: input.expected_version,
            audience: input.audience.map(Into::into),
            topic: input.topic_id.as_ref().map(TopicId::parse).transpose()?,
            subject: input.subject,
            confirm: input.confirm,
        };
        let viewer = ctx.viewer()?;
        let edited = ctx
            .service()?
            .edit_thread_header(&viewer, &input.idempotency_key, edit)
            .await;
        payload(ctx, edited.map(|edited| edited.thread)).await
    }

    /// Archives a thread for all staff who share it, or takes it back; a client keeps it. A new message takes it
    /// back, too. For staff who see the thread.
    async fn set_thread_archived(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and whether it is to be archived.")]
        input: SetThreadArchivedInput,
    ) -> Result<ThreadPayload> {
        let thread = ThreadId::parse(&input.thread_id)?;
        let set = SetArchived {
            thread,
            archived: input.archived,
        };
        let viewer = ctx.viewer()?;
        let set = ctx
            .service()?
            .set_archived(&viewer, &input.idempotency_key, set)
            .await;
        payload(ctx, set.map(|set| set.thread)).await
    }

    /// Locks a thread: nobody writes into it then but the staff member who locked it, no client and
    /// no colleague. Or takes the lock off, whoever's it is. For staff who see the thread.
    async fn set_thread_locked(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and whether it is to be locked.")]
        input: SetThreadLockedInput,
    ) -> Result<ThreadPayload> {
        let set = SetLocked {
            thread: ThreadId::parse(&input.thread_id)?,
            locked: input.locked,
        };
        let viewer = ctx.viewer()?;
        let set = ctx
            .service()?
            .set_locked(&viewer, &input.idempotency_key, set)
            .await;
        payload(ctx, set.map(|set| set.thread)).await
    }

    /// Pins a thread to the top of the viewer's own inbox, or unpins it. At most 100 at a time.
    async fn set_thread_pinned(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and whether it is to be pinned.")]
        input: SetThreadPinnedInput,
    ) -> Result<ThreadPayload> {
        let thread = ThreadId::parse(&input.thread_id)?;
        let set = SetPinned {
            thread,
            pinned: input.pinned,
        };
        let viewer = ctx.viewer()?;
        let set = ctx
            .service()?
            .set_pinned(&viewer, &input.idempotency_key, set)
            .await;
        payload(ctx, set.map(|set| set.thread)).await
    }
}

pub(crate) fn recipient(input: &RecipientInput) -> Result<Recipient> {
    Ok(match input {
        RecipientInput::ClientId(id) => Recipient::Client(ClientId::parse(id)?),
        RecipientInput::StaffMemberId(id) => Recipient::Staff(StaffId::parse(id)?),
        RecipientInput::StaffGroup(group) => Recipient::Group((*group).into()),
        RecipientInput::AudienceInbox(audience) => Recipient::AudienceInbox((*audience).into()),
    })
}

pub(crate) async fn payload(
    ctx: &Context<'_>,
    thread: tidings_service::Result<ThreadId>,
) -> Result<ThreadPayload> {
    match outcome(thread)? {
        Ok(thread) => {
            let thread = Thread::load(ctx, thread).await?;
            Ok(ThreadPayload {
                thread,
                user_errors: Vec::new(),
            })
        }
        Err(user_errors) => Ok(ThreadPayload {
            thread: None,
            user_errors,
        }),
    }
}
