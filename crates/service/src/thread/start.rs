//! Starting a thread with its first message.

use serde::Serialize;
use tidings_domain::{
    AccountState, AudienceKind, ClientId, DraftId, Lifecycle, ParticipantStanding, Principal,
    StaffId, Subject, ThreadKind, TopicId, UserErrorCode,
};
use tidings_policy::{
    AccountViewer, ContactWith, StaffViewer, ThreadFacts, Viewer, bare, may_address, may_contact,
};
use tidings_store::{ClientRow, MessageModel, Reading, ThreadRow, TopicRow, client_facts};

use super::recipients::{People, Recipient, kind, people};
use crate::attachment::attach;
use crate::body::{BodyInput, MessageBody, message_body};
use crate::context::{Begin, Service, Write};
use crate::draft::consume;
use crate::error::{Error, Result};
use crate::fields;
use crate::message::{Sent, tell};
use crate::notice;

/// A thread to start.
#[derive(Clone, Debug, Serialize)]
pub struct StartThread {
    /// For whom a portal account writes; a staff member leaves it out.
    pub acting_for: Option<ClientId>,
    /// To whom.
    pub to: Vec<Recipient>,
    /// Whether its clients see each other and answer all (P-10, K5).
    pub group: bool,
    /// The audience: staff must choose one for a thread with clients (T-17), and none for one
    /// among themselves; a client's thread is Clinical unless it says otherwise.
    pub audience: Option<AudienceKind>,
    /// The topic; fills the subject (T-18).
    pub topic: Option<TopicId>,
    /// The subject.
    pub subject: Option<String>,
    /// The first message.
    pub body: BodyInput,
    /// The draft that it was, which is gone with the start (SX-03).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_draft: Option<DraftId>,
}

/// What a new thread is made of, once everything has been checked.
struct Draft {
    kind: ThreadKind,
    clients: Vec<ClientRow>,
    audience: Option<AudienceKind>,
    topic: Option<TopicRow>,
    subject: Subject,
    staff: Vec<StaffId>,
}

impl Service {
    /// Starts a thread with its first message (C-03, C-29, C-30, T-15 to T-19, S-02): recipients,
    /// message and events, or nothing (S-15).
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
        let sent = match viewer {
            Viewer::Staff(staff) => start_by_staff(&write, viewer, staff, &input, body).await?,
            Viewer::Account(account) => {
                singly_to_staff(&input)?;
                let people = people(&write, viewer, &input.to).await?;
                let draft = of_account(&write, viewer, account, &input, people).await?;
                store(&write, viewer, draft, body?).await?
            }
        };
        consume(&write, viewer, input.from_draft, None).await?;
        write.commit(sent).await
    }
}

/// Starts a thread of a staff member, inside a write.
pub(super) async fn start_by_staff(
    write: &Write<'_>,
    viewer: &Viewer,
    staff: &StaffViewer,
    input: &StartThread,
    body: Result<MessageBody>,
) -> Result<Sent> {
    let people = people(write, viewer, &input.to).await?;
    let draft = of_staff(write, viewer, staff, input, people).await?;
    store(write, viewer, draft, body?).await
}

/// What a staff member's thread is made of (S-02, T-15 to T-18).
async fn of_staff(
    write: &Write<'_>,
    viewer: &Viewer,
    staff: &StaffViewer,
    input: &StartThread,
    people: People,
) -> Result<Draft> {
    if input.acting_for.is_some() {
        return Err(Error::bad_input("Staff act for nobody but themselves."));
    }
    let kind = kind(&people, input.group)?;
    if kind == ThreadKind::Internal && !viewer.policy().internal_messaging {
        let code = UserErrorCode::InternalMessagingDisabled;
        return Err(Error::refused(code, &["to"]));
    }
    let (audience, topic) = if kind == ThreadKind::Internal {
        if input.audience.is_some() || input.topic.is_some() {
            let code = UserErrorCode::AudienceNotAllowed;
            return Err(Error::refused(code, &["audience"]));
        }
        (None, None)
    } else {
        let audience = addressed(write, viewer, staff, input, kind, &people.clients).await?;
        let topic = fields::topic(write, viewer, input.topic, audience).await?;
        (Some(audience), topic)
    };
    let given = fields::subject(input.subject.as_deref())?;
    let subject = match given.or_else(|| default_subject(topic.as_ref())) {
        Some(subject) => subject,
        None if viewer.policy().subject_required => {
            return Err(Error::refused(UserErrorCode::SubjectRequired, &["subject"]));
        }
        None => Subject::none(),
    };
    let members = people.staff.iter().map(|member| member.id);
    Ok(Draft {
        kind,
        clients: people.clients,
        audience,
        topic,
        subject,
        staff: [staff.id].into_iter().chain(members).collect(),
    })
}

/// Whether the staff member may write to these clients, and under which audience.
async fn addressed(
    write: &Write<'_>,
    viewer: &Viewer,
    staff: &StaffViewer,
    input: &StartThread,
    kind: ThreadKind,
    clients: &[ClientRow],
) -> Result<AudienceKind> {
    let policy = viewer.policy();
    if !policy.portal_enabled {
        return Err(Error::refused(UserErrorCode::PortalDisabled, &["to"]));
    }
    if kind == ThreadKind::Group && clients.len() > 1 && !policy.allow_multi_client_groups {
        return Err(Error::refused(UserErrorCode::GroupsNotAllowed, &["group"]));
    }
    let audience = input
        .audience
        .ok_or_else(|| Error::refused(UserErrorCode::AudienceRequired, &["audience"]))?;
    let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
    let mut teams = write.tx.teams_on(&ids, staff.today).await?;
    let me = Principal::Staff(staff.id);
    for client in clients {
        // SECURITY: of every client alone the staff member must be able to see such a thread; that
        // one of many is assigned to it opens nothing about the others.
        let team = teams.remove(&client.id).unwrap_or_default();
        let facts = ThreadFacts {
            clients: vec![client_facts(client)],
            assigned: team.assigned,
            supervisors: team.supervisors,
            ..bare(client.agency_id, me)
        };
        if !may_address(viewer, audience, &facts) {
            let code = UserErrorCode::AudienceNotAllowed;
            return Err(Error::refused(code, &["audience"]));
        }
    }
    if !policy.send_to_unregistered {
        let states = write.tx.account_states(&ids).await?;
        let connected = |id| states.get(id) == Some(&AccountState::Connected);
        if !ids.iter().all(connected) {
            return Err(Error::refused(UserErrorCode::ClientNotActivated, &["to"]));
        }
    }
    Ok(audience)
}

/// A client writes to staff whom it names one by one, whoever else there is, or to an audience.
fn singly_to_staff(input: &StartThread) -> Result<()> {
    let singly = |to: &Recipient| matches!(to, Recipient::Staff(_) | Recipient::AudienceInbox(_));
    if input.to.iter().all(singly) && !input.group {
        Ok(())
    } else {
        Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"]))
    }
}

/// What a client's thread is made of (C-29, C-30, SX-04, K13).
async fn of_account(
    write: &Write<'_>,
    viewer: &Viewer,
    account: &AccountViewer,
    input: &StartThread,
    people: People,
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
    let facts = write.tx.contact_facts(&client).await?;
    let mut with = Vec::with_capacity(people.staff.len());
    for member in &people.staff {
        let member = write.tx.contact_with(&client, member, account.today);
        with.push(member.await?);
    }
    for with in with
        .into_iter()
        .chain(people.inbox.map(ContactWith::AudienceInbox))
    {
        may_contact(viewer.policy(), &facts, with).map_err(|code| Error::refused(code, &["to"]))?;
    }
    let audience = input.audience.or(people.inbox);
    let audience = audience.unwrap_or(AudienceKind::Clinical);
    if people.inbox.is_some_and(|inbox| inbox != audience) {
        let code = UserErrorCode::AudienceNotAllowed;
        return Err(Error::refused(code, &["audience"]));
    }
    let topic = fields::topic(write, viewer, input.topic, audience).await?;
    let subject = fields::subject(input.subject.as_deref())?
        .or_else(|| default_subject(topic.as_ref()))
        .unwrap_or_else(Subject::none);
    Ok(Draft {
        kind: match people.staff.len() {
            1 => ThreadKind::Direct,
            _ => ThreadKind::Team,
        },
        clients: vec![client],
        audience: Some(audience),
        topic,
        subject,
        staff: people.staff.iter().map(|member| member.id).collect(),
    })
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
    let clients: Vec<ClientId> = draft.clients.iter().map(|client| client.id).collect();
    let only = match clients.as_slice() {
        [client] if !draft.kind.has_clients() => Some(*client),
        _ => None,
    };
    let author = match (viewer, only) {
        (Viewer::Staff(staff), _) => Principal::Staff(staff.id),
        (Viewer::Account(_), Some(client)) => Principal::Client(client),
        (Viewer::Account(_), None) => return Err(Error::forbidden()),
    };
    let message_id = write.id();
    let at = write.stamp(write.now);
    let thread = ThreadRow {
        id: write.id(),
        agency_id: viewer.agency(),
        kind: draft.kind,
        lifecycle: Lifecycle::Open,
        audience: draft.audience,
        client_id: only,
        topic_id: draft.topic.map(|topic| topic.id),
        subject: draft.subject.as_str().to_owned(),
        started_by_kind: author.kind(),
        started_by_id: author.uuid(),
        version: 1,
        last_seq: 1,
        last_message_id: message_id,
        last_activity_at: at,
        created_at: at,
        locked_by_id: None,
        deleted_messages: 0,
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
        deleted_at: None,
        body_html: body.html,
        reply_to_id: None,
        reply_to_revision: None,
        revision: 1,
        edited_at: None,
        pinned_at: None,
    };
    write.tx.insert_thread(&thread).await?;
    let staff = draft.staff.into_iter().map(Principal::Staff);
    let listed: Vec<Principal> = staff.chain(only.map(Principal::Client)).collect();
    write
        .tx
        .list_participants(&thread, &listed, ParticipantStanding::Participant)
        .await?;
    share_by_default(write, viewer, &thread, &listed).await?;
    if draft.kind.has_clients() {
        write.tx.list_clients(&thread, &clients, 0).await?;
    }
    write.tx.insert_message(&message).await?;
    attach(write, viewer, &thread, &message, &body.attachments).await?;
    let reading = Reading::Sent {
        seq: 1,
        all_before: true,
    };
    write
        .tx
        .read_thread(viewer.principal(), &thread, &reading, write.now)
        .await?;
    tell(write, &thread, &message).await?;
    notice::of_message(write, viewer, &thread, &message).await?;
    Ok(Sent {
        thread: thread.id,
        message: message.id,
    })
}

/// A new direct chat is shared with whom the policy names, from its first message on (P-45).
async fn share_by_default(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    listed: &[Principal],
) -> Result<()> {
    let policy = viewer.policy();
    let named = &policy.default_direct_chat_sharing;
    if thread.kind != ThreadKind::Direct || !policy.chat_sharing || named.is_empty() {
        return Ok(());
    }
    let working = write.tx.working(viewer, named).await?;
    let others = working.into_iter().map(Principal::Staff);
    let others: Vec<Principal> = others.filter(|who| !listed.contains(who)).collect();
    let standing = ParticipantStanding::SharedWith;
    Ok(write
        .tx
        .list_participants(thread, &others, standing)
        .await?)
}
