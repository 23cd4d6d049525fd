//! An agency at size, for plans and growth: a clinician with twenty clients among many, a
//! scheduler who sees a third of everything, a supervisor of the clinician, and a family.

use chrono::{DateTime, Duration, Utc};
use tidings_domain::{
    AccountState, AgencyId, AttachmentPurpose, AudienceKind, BodyFormat, CareTeamSource, ClientId,
    ClientStatus, FileGroup, Lifecycle, MessageId, MessagingPolicy, ParticipantStanding,
    PrincipalKind, Role, RoleSet, StaffId, ThreadId, ThreadKind,
};
use tidings_policy::Viewer;
use uuid::Uuid;

use crate::support::{Db, at};
use crate::{
    AccountClientRow, AccountRow, AgencyRow, AttachmentRow, Batch, CareTeamMemberRow, ClientRow,
    MessageModel, ParticipantRow, StaffRow, StateRow, SupervisionRow, ThreadRow, policy_row,
};

const AGENCY: AgencyId = AgencyId(Uuid::from_u128(1));
pub(super) const CLINICIAN: StaffId = StaffId(Uuid::from_u128(10));
pub(super) const SCHEDULER: StaffId = StaffId(Uuid::from_u128(11));
pub(super) const SUPERVISOR: StaffId = StaffId(Uuid::from_u128(12));
pub(super) const ADMIN: StaffId = StaffId(Uuid::from_u128(13));
const ACCOUNT: u128 = 20;
const OWN_CLIENTS: u128 = 20;
const CLIENTS: u128 = 420;
/// Threads of each of the clinician's clients, in one measure of size.
const LONG: u128 = 30;
/// Threads of everybody else, likewise.
const SHORT: u128 = 3;

/// Threads in one measure of size.
pub(super) const MEASURE: u128 = OWN_CLIENTS * LONG + (CLIENTS - OWN_CLIENTS) * SHORT;

fn client(number: u128) -> ClientId {
    ClientId(Uuid::from_u128(1_000 + number))
}

fn thread_id(number: u128) -> ThreadId {
    ThreadId(Uuid::from_u128(1_000_000 + number))
}

/// A thread of the clinician's in the middle of the list.
pub(super) fn some_thread(measures: u128) -> ThreadId {
    thread_id(LONG * measures * 7 + 3)
}

/// One of the clinician's clients.
pub(super) fn some_client() -> ClientId {
    client(7)
}

/// A thread about somebody else's client, which was shared with the clinician.
pub(super) fn shared_thread(measures: u128) -> ThreadId {
    thread_id(OWN_CLIENTS * LONG * measures + 5)
}

fn directory() -> Batch {
    let staff = |id, role| StaffRow {
        id,
        agency_id: AGENCY,
        display_name: "Staff".to_owned(),
        title: None,
        email: "staff@example.org".to_owned(),
        roles: RoleSet::of(&[role]),
        active: true,
        allow_client_contact: true,
        display_in_portal: true,
        created_at: at(0),
    };
    let account = AccountRow {
        id: Uuid::from_u128(ACCOUNT).into(),
        agency_id: AGENCY,
        display_name: "Account".to_owned(),
        email: "client@example.org".to_owned(),
        state: AccountState::Connected,
        created_at: at(0),
    };
    Batch {
        agencies: vec![AgencyRow {
            id: AGENCY,
            name: "Agency".to_owned(),
            time_zone: "UTC".to_owned(),
            policy_version: 1,
            created_at: at(0),
        }],
        policies: vec![policy_row(AGENCY, 1, &MessagingPolicy::default(), at(0)).unwrap()],
        staff: vec![
            staff(CLINICIAN, Role::Clinician),
            staff(SCHEDULER, Role::PracticeScheduler),
            staff(SUPERVISOR, Role::Supervisor),
            staff(ADMIN, Role::ClinicalAdmin),
        ],
        supervisions: vec![SupervisionRow {
            supervisor_id: SUPERVISOR,
            supervisee_id: CLINICIAN,
        }],
        clients: (0..CLIENTS)
            .map(|number| ClientRow {
                id: client(number),
                agency_id: AGENCY,
                display_name: "Client".to_owned(),
                sort_name: format!("client {number}"),
                email: None,
                status: ClientStatus::Active,
                direct_chat: true,
                may_send: true,
                created_at: at(0),
            })
            .collect(),
        account_clients: (0..2)
            .map(|number| AccountClientRow {
                client_id: client(u128::try_from(number).unwrap()),
                account_id: account.id,
                rank: number,
            })
            .collect(),
        accounts: vec![account],
        // Everybody else has a care team, too: of the administrator, whose role needs none.
        care_team_members: (0..CLIENTS)
            .map(|number| CareTeamMemberRow {
                id: Uuid::from_u128(500_000 + number).into(),
                client_id: client(number),
                staff_id: if number < OWN_CLIENTS {
                    CLINICIAN
                } else {
                    ADMIN
                },
                start_date: at(0).date_naive(),
                end_date: None,
                public: true,
                source: CareTeamSource::Manual,
                created_at: at(0),
            })
            .collect(),
        ..Batch::default()
    }
}

fn message(number: u128, when: DateTime<Utc>) -> MessageModel {
    MessageModel {
        id: MessageId(Uuid::from_u128(50_000_000 + number)),
        thread_id: thread_id(number),
        seq: 1,
        author_kind: PrincipalKind::Staff,
        author_id: CLINICIAN.0,
        account_id: None,
        body: "Message".to_owned(),
        created_at: when,
        seen_by_client_at: None,
        body_format: BodyFormat::Plain,
        deleted_at: None,
        body_html: None,
        reply_to_id: None,
        reply_to_revision: None,
        revision: 1,
        edited_at: None,
        pinned_at: None,
    }
}

/// The threads, with a message and their people each. Activity is spread over all clients alike.
fn threads(batch: &mut Batch, measures: u128) {
    let (long, short) = (LONG * measures, SHORT * measures);
    for number in 0..MEASURE * measures {
        let own = number < OWN_CLIENTS * long;
        let of = if own {
            number / long
        } else {
            OWN_CLIENTS + (number - OWN_CLIENTS * long) / short
        };
        // A permutation, so that neighbours in time are no neighbours in the table.
        let rank = number * 7_919 % (MEASURE * measures);
        let when = at(i64::try_from(rank).unwrap());
        let message = message(number, when);
        let third = usize::try_from(number % 3).unwrap();
        // A tenth of what is not the clinician's goes on among staff.
        let internal = !own && number % 10 == 0;
        batch.threads.push(ThreadRow {
            id: thread_id(number),
            agency_id: AGENCY,
            kind: if internal {
                ThreadKind::Internal
            } else {
                ThreadKind::Direct
            },
            lifecycle: if matches!(number % 5, 1 | 2) {
                Lifecycle::Archived
            } else {
                Lifecycle::Open
            },
            audience: (!internal).then_some(AudienceKind::ALL[third]),
            client_id: (!internal).then_some(client(of)),
            topic_id: None,
            subject: "Subject".to_owned(),
            started_by_kind: PrincipalKind::Staff,
            started_by_id: CLINICIAN.0,
            version: 1,
            last_seq: 1,
            last_message_id: message.id,
            last_activity_at: when,
            created_at: when,
            locked_by_id: None,
            deleted_messages: 0,
        });
        let listed = match third {
            _ if own => CLINICIAN.0,
            0 if internal => SCHEDULER.0,
            1 if internal => SUPERVISOR.0,
            _ => ADMIN.0,
        };
        let with = (!internal).then_some((client(of).0, PrincipalKind::Client));
        for (id, kind) in with.into_iter().chain([(listed, PrincipalKind::Staff)]) {
            batch.participants.push(ParticipantRow {
                thread_id: thread_id(number),
                principal_id: id,
                principal_kind: kind,
                standing: ParticipantStanding::Participant,
                last_activity_at: when,
            });
        }
        batch.messages.push(message);
    }
    let shared = shared_thread(measures);
    let row = batch.threads.iter().find(|t| t.id == shared);
    let when = row.unwrap().last_activity_at;
    batch.participants.push(ParticipantRow {
        thread_id: shared,
        principal_id: CLINICIAN.0,
        principal_kind: PrincipalKind::Staff,
        standing: ParticipantStanding::SharedWith,
        last_activity_at: when,
    });
    batch.states.push(StateRow {
        viewer_id: CLINICIAN.0,
        thread_id: shared,
        read_seq: 1,
        unread_adjust: 0,
        pinned: true,
    });
    // Everybody has pinned three old threads, and read half of all.
    for viewer in [
        CLINICIAN.0,
        SCHEDULER.0,
        SUPERVISOR.0,
        ADMIN.0,
        Uuid::from_u128(ACCOUNT),
    ] {
        for number in 0..MEASURE * measures / 2 {
            batch.states.push(StateRow {
                viewer_id: viewer,
                thread_id: thread_id(number * 2),
                read_seq: 1,
                unread_adjust: 0,
                pinned: number < 3,
            });
        }
    }
}

/// An attachment with every other message.
fn attachments(batch: &mut Batch) {
    let threads = batch.threads.iter().zip(&batch.messages);
    let sent = threads.step_by(2).map(|(thread, message)| AttachmentRow {
        id: message.id.0.into(),
        agency_id: AGENCY,
        uploader_kind: PrincipalKind::Staff,
        uploader_id: CLINICIAN.0,
        client_id: thread.client_id,
        purpose: AttachmentPurpose::Message,
        file_name: "a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        kind: FileGroup::Document,
        bytes: 1,
        sha256: String::new(),
        width: None,
        height: None,
        duration_ms: None,
        file_id: message.id.0,
        created_at: at(0),
        expires_at: at(0),
        message_id: Some(message.id),
        thread_id: Some(thread.id),
        rank: Some(0),
        sent_at: Some(message.created_at),
    });
    batch.attachments = sent.collect();
}

/// Gives each thread about somebody else's clients so many messages more about what is sought, and
/// every other one: those of the clinician's, and those among staff.
pub(super) fn others_say(batch: &mut Batch, times: u128) {
    let mut more = Vec::new();
    for (number, first) in (0..).zip(&batch.messages) {
        let client = batch.threads[number].client_id;
        let others = client.is_some_and(|id| id.0.as_u128() >= 1_000 + OWN_CLIENTS);
        let number = u128::try_from(number).unwrap();
        for n in 0..if others { times } else { 1 } {
            let mut message = message(10_000_000 * (n + 1) + number, first.created_at);
            message.thread_id = first.thread_id;
            message.seq = 2 + i64::try_from(n).unwrap();
            message.body = "A message about something".to_owned();
            more.push(message);
        }
    }
    batch.messages.extend(more);
}

/// An agency of so many measures, in a database of its own, whose planner knows how the data lies.
pub(super) async fn agency(measures: u128) -> Db {
    agency_with(measures, |_| {}).await
}

/// The same with attachments.
pub(super) async fn agency_with_attachments(measures: u128) -> Db {
    agency_with(measures, attachments).await
}

pub(super) async fn agency_with(measures: u128, more: impl FnOnce(&mut Batch)) -> Db {
    // One connection: a test may watch it.
    let db = Db::with_connections(1).await;
    let mut batch = directory();
    threads(&mut batch, measures);
    more(&mut batch);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(batch).await.unwrap();
    tx.commit().await.unwrap();
    db.store.analyze().await.unwrap();
    db
}

/// The viewers with their names.
pub(super) async fn viewers(db: &Db) -> Vec<(&'static str, Viewer)> {
    let mut viewers = Vec::new();
    for (name, id) in [
        ("scheduler", SCHEDULER.0),
        ("clinician", CLINICIAN.0),
        ("supervisor", SUPERVISOR.0),
        ("clinical_admin", ADMIN.0),
        ("account", Uuid::from_u128(ACCOUNT)),
    ] {
        let viewer = db.store.viewer(id, at(0)).await.unwrap();
        viewers.push((name, viewer.unwrap()));
    }
    viewers
}

/// The moment of the newest thread.
pub(super) fn newest(measures: u128) -> DateTime<Utc> {
    at(0) + Duration::seconds(i64::try_from(MEASURE * measures).unwrap() - 1)
}
