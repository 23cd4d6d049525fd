//! Starting a thread, archiving it, pinning it.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AccountState, AudienceKind, ClientId, Event, Lifecycle, ParticipantStanding, Principal,
    StaffId, Subject, ThreadId, ThreadKind, TopicId, UserErrorCode, limits,
};
use tidings_policy::{
    AccountViewer, Action, StaffViewer, ThreadFacts, Viewer, bare, decide, may_address, may_contact,
};
use tidings_store::{
    ClientRow, MessageModel, Reading, StaffRow, ThreadRow, TopicRow, client_facts,
};

use crate::attachment::attach;
use crate::body::{BodyInput, MessageBody, message_body};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::fields;
use crate::message::{Sent, about, tell};

/// Somebody to whom a thread goes. No value means "all clients" (S-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Recipient {
    /// A client.
    Client(ClientId),
    /// A staff member.
    Staff(StaffId),
}

/// A thread to start.
#[derive(Clone, Debug, Serialize)]
pub struct StartThread {
    /// For whom a portal account writes; a staff member leaves it out.
    pub acting_for: Option<ClientId>,
    /// To whom.
    pub to: Vec<Recipient>,
    /// The audience: staff must choose one (T-17); a client's thread is Clinical unless it says
    /// otherwise.
    pub audience: Option<AudienceKind>,
    /// The topic; fills the subject (T-18).
    pub topic: Option<TopicId>,
    /// The subject.
    pub subject: Option<String>,
    /// The first message.
    pub body: BodyInput,
}

/// A thread whose state was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSet {
    /// The thread.
    pub thread: ThreadId,
}

/// Archive a thread, or take it back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetArchived {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be archived.
    pub archived: bool,
}

/// Pin a thread, or unpin it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetPinned {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be pinned.
    pub pinned: bool,
}

/// What a new thread is made of, once everything has been checked.
struct Draft {
    client: ClientRow,
    audience: AudienceKind,
    topic: Option<TopicRow>,
    subject: Subject,
    staff: Vec<StaffId>,
}

impl Service {
    /// Starts a thread with its first message (C-03, C-29, C-30, T-15 to T-19): recipients,
    /// message and events, or nothing.
    pub async fn start_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: StartThread,
    ) -> Result<Sent> {
        let body = message_body(self, viewer, &input.body).await;
        let write = match self.begin(viewer, key, "startThread", &input).await? {
            Begin::Done(sent) => return Ok(sent),
            Begin::New(write) => write,
        };
        if input.to.is_empty() {
            return Err(Error::refused(UserErrorCode::RecipientRequired, &["to"]));
        }
        if input.to.len() > limits::MAX_RECIPIENTS {
            return Err(Error::bad_input("A thread takes at most 100 recipients."));
        }
        let draft = match viewer {
            Viewer::Staff(staff) => draft_of_staff(&write, viewer, staff, &input).await?,
            Viewer::Account(account) => draft_of_account(&write, viewer, account, &input).await?,
        };
        let sent = store(&write, viewer, draft, body?).await?;
        write.commit(sent).await
    }

    /// Archives a thread for everybody who shares it, or takes it back (T-33, K14).
    pub async fn set_archived(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetArchived,
    ) -> Result<ThreadSet> {
        let write = match self.begin(viewer, key, "setThreadArchived", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Archive, thread.id).await?;
        let wanted = if input.archived {
            Lifecycle::Archived
        } else {
            Lifecycle::Open
        };
        if thread.lifecycle == Lifecycle::Deleted {
            return Err(Error::not_found());
        }
        if thread.lifecycle != wanted {
            write.tx.set_lifecycle(thread.id, wanted).await?;
            write
                .emit(
                    about(&thread),
                    Event::ThreadChanged {
                        audience_before: None,
                    },
                )
                .await?;
        }
        write.commit(ThreadSet { thread: thread.id }).await
    }

    /// Pins a thread for the viewer alone, or unpins it (P-14, K14).
    pub async fn set_pinned(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetPinned,
    ) -> Result<ThreadSet> {
        let write = match self.begin(viewer, key, "setThreadPinned", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        let me = viewer.principal();
        if write.tx.pin_thread(me, thread.id, input.pinned).await? {
            if input.pinned && write.tx.pinned_count(viewer).await? > limits::MAX_PINNED {
                return Err(Error::refused(UserErrorCode::TooManyPinned, &["threadId"]));
            }
            write
                .emit(about(&thread), Event::ViewerStateChanged { viewer: me })
                .await?;
        }
        write.commit(ThreadSet { thread: thread.id }).await
    }
}

/// Asks the law about a thread at hand.
pub(crate) async fn permitted(
    write: &Write<'_>,
    viewer: &Viewer,
    action: Action,
    thread: ThreadId,
) -> Result<()> {
    let live = write
        .tx
        .live_thread(thread, write.now)
        .await?
        .ok_or_else(Error::not_found)?;
    Ok(decide(viewer, action, &live.facts)?)
}

/// What a staff member's thread is made of (T-15 to T-18).
async fn draft_of_staff(
    write: &Write<'_>,
    viewer: &Viewer,
    staff: &StaffViewer,
    input: &StartThread,
) -> Result<Draft> {
    if input.acting_for.is_some() {
        return Err(Error::bad_input("Staff act for nobody but themselves."));
    }
    let (client, mut members) = recipients(&input.to)?;
    let client = write
        .tx
        .client(viewer, client)
        .await?
        .ok_or_else(Error::not_found)?;
    for member in &members {
        colleague(write, viewer, *member).await?;
    }
    if !viewer.policy().portal_enabled {
        return Err(Error::refused(UserErrorCode::PortalDisabled, &["to"]));
    }
    let audience = input
        .audience
        .ok_or_else(|| Error::refused(UserErrorCode::AudienceRequired, &["audience"]))?;
    let team = write.tx.team_facts(client.id, staff.today).await?;
    let facts = ThreadFacts {
        client: Some(client_facts(&client)),
        assigned: team.assigned,
        supervisors: team.supervisors,
        ..bare(client.agency_id)
    };
    if !may_address(viewer, audience, &facts) {
        return Err(Error::refused(
            UserErrorCode::AudienceNotAllowed,
            &["audience"],
        ));
    }
    let state = write.tx.account_state(client.id).await?;
    if state != Some(AccountState::Connected) && !viewer.policy().send_to_unregistered {
        return Err(Error::refused(UserErrorCode::ClientNotActivated, &["to"]));
    }
    let topic = fields::topic(write, viewer, input.topic, audience).await?;
    let given = fields::subject(input.subject.as_deref())?;
    let subject = match given.or_else(|| default_subject(topic.as_ref())) {
        Some(subject) => subject,
        None if viewer.policy().subject_required => {
            return Err(Error::refused(UserErrorCode::SubjectRequired, &["subject"]));
        }
        None => Subject::none(),
    };
    members.retain(|member| *member != staff.id);
    members.insert(0, staff.id);
    Ok(Draft {
        client,
        audience,
        topic,
        subject,
        staff: members,
    })
}

/// What a client's thread is made of (C-29, C-30, K13).
async fn draft_of_account(
    write: &Write<'_>,
    viewer: &Viewer,
    account: &AccountViewer,
    input: &StartThread,
) -> Result<Draft> {
    let own = input.acting_for.ok_or_else(|| {
        Error::bad_input("A portal account names the client for whom it acts: actingFor.")
    })?;
    // SECURITY: an account acts for its own clients and for nobody else (P-48).
    account.own(own).ok_or_else(Error::not_found)?;
    let client = write
        .tx
        .client(viewer, own)
        .await?
        .ok_or_else(Error::not_found)?;
    let [Recipient::Staff(member)] = input.to.as_slice() else {
        return Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"]));
    };
    let member = colleague(write, viewer, *member).await?;
    let facts = write
        .tx
        .contact_facts(&client, &member, account.today)
        .await?;
    may_contact(viewer.policy(), &facts).map_err(|code| Error::refused(code, &["to"]))?;
    let audience = input.audience.unwrap_or(AudienceKind::Clinical);
    let topic = fields::topic(write, viewer, input.topic, audience).await?;
    let subject = fields::subject(input.subject.as_deref())?
        .or_else(|| default_subject(topic.as_ref()))
        .unwrap_or_else(Subject::none);
    Ok(Draft {
        client,
        audience,
        topic,
        subject,
        staff: vec![member.id],
    })
}

/// The one client of a list of recipients, and the staff beside it.
fn recipients(to: &[Recipient]) -> Result<(ClientId, Vec<StaffId>)> {
    let mut clients = Vec::new();
    let mut staff = Vec::new();
    for recipient in to {
        match recipient {
            Recipient::Client(id) if !clients.contains(id) => clients.push(*id),
            Recipient::Staff(id) if !staff.contains(id) => staff.push(*id),
            _ => {}
        }
    }
    match clients.as_slice() {
        [client] => Ok((*client, staff)),
        _ => Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"])),
    }
}

/// A staff member of the viewer's agency who works there still.
async fn colleague(write: &Write<'_>, viewer: &Viewer, id: StaffId) -> Result<StaffRow> {
    let member = write
        .tx
        .staff_member(viewer, id)
        .await?
        .ok_or_else(Error::not_found)?;
    if member.active {
        Ok(member)
    } else {
        Err(Error::not_found())
    }
}

fn default_subject(topic: Option<&TopicRow>) -> Option<Subject> {
    topic.and_then(|topic| Subject::parse(&topic.default_subject).ok())
}

/// Stores a new thread with its first message, which its author has read.
async fn store(
    write: &Write<'_>,
    viewer: &Viewer,
    draft: Draft,
    body: MessageBody,
) -> Result<Sent> {
    let author = match viewer {
        Viewer::Staff(staff) => Principal::Staff(staff.id),
        Viewer::Account(_) => Principal::Client(draft.client.id),
    };
    let message_id = write.id();
    let at = write.stamp(write.now);
    let thread = ThreadRow {
        id: write.id(),
        agency_id: viewer.agency(),
        kind: if draft.staff.len() == 1 {
            ThreadKind::Direct
        } else {
            ThreadKind::Team
        },
        lifecycle: Lifecycle::Open,
        audience: Some(draft.audience),
        client_id: Some(draft.client.id),
        topic_id: draft.topic.map(|topic| topic.id),
        subject: draft.subject.as_str().to_owned(),
        started_by_kind: author.kind(),
        started_by_id: author.uuid(),
        version: 1,
        last_seq: 1,
        last_message_id: message_id,
        last_activity_at: at,
        created_at: at,
    };
    let message = MessageModel {
        id: message_id,
        thread_id: thread.id,
        seq: 1,
        author_kind: author.kind(),
        author_id: author.uuid(),
        account_id: viewer.account().map(|account| account.id),
        body: body.text,
        created_at: at,
        seen_by_client_at: None,
        body_format: body.format,
        body_html: body.html,
    };
    write.tx.insert_thread(&thread).await?;
    let client = Principal::Client(draft.client.id);
    let listed: Vec<Principal> = draft
        .staff
        .into_iter()
        .map(Principal::Staff)
        .chain([client])
        .collect();
    write
        .tx
        .list_participants(&thread, &listed, ParticipantStanding::Participant)
        .await?;
    write.tx.insert_message(&message).await?;
    attach(write, viewer, &thread, &message, &body.attachments).await?;
    let reading = Reading::Sent {
        seq: 1,
        all_before: true,
    };
    write
        .tx
        .read_thread(viewer.principal(), thread.id, &reading, write.now)
        .await?;
    tell(write, &thread, &message).await?;
    Ok(Sent {
        thread: thread.id,
        message: message.id,
    })
}
