//! The demo: its cast, its law and its numbers.

use std::collections::{HashMap, HashSet};

use tidings_domain::{AccountId, Principal, PrincipalKind, Role, ThreadId};
use tidings_policy::{Action, Viewer, decide};
use tidings_store::{MessageRange, MessageRow, Store};
use uuid::Uuid;

use super::{clock, database, moment};
use crate::seed::cast::{self, CAST, account, agency, audience, client, staff, thread, topic};
use crate::seed::{SeedError, demo, demo_when_empty};

async fn viewer(store: &Store, id: Uuid) -> Viewer {
    store.viewer(id, moment()).await.unwrap().unwrap()
}

/// All messages of these threads that the viewer sees.
async fn messages(store: &Store, viewer: &Viewer, threads: &[ThreadId]) -> Vec<MessageRow> {
    let ranges: Vec<_> = threads
        .iter()
        .map(|thread| MessageRange {
            thread: *thread,
            from: 1,
            to: 1_000,
            take: None,
            html: false,
        })
        .collect();
    store.messages(viewer, &ranges).await.unwrap()
}

#[test]
fn ids_differ_and_have_the_shape_of_a_uuid_v7() {
    let mut ids: Vec<Uuid> = Vec::new();
    ids.extend(agency::ALL.iter().map(|id| id.0));
    ids.extend(staff::ALL.iter().map(|id| id.0));
    ids.extend(client::ALL.iter().map(|id| id.0));
    ids.extend(account::ALL.iter().map(|id| id.0));
    ids.extend(audience::ALL.iter().map(|id| id.0));
    ids.extend(topic::ALL.iter().map(|id| id.0));
    for thread in thread::ALL {
        ids.push(thread.0);
        ids.extend((1..=20).map(|seq| cast::message(*thread, seq).0));
    }
    for id in &ids {
        assert_eq!(id.get_version_num(), 7, "{id}");
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122, "{id}");
    }
    let different: HashSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
}

#[test]
fn ids_stay_what_they_are() {
    // Tokens and bookmarks hold them.
    let clinician = cast::find("clinician").unwrap().principal.uuid();
    assert_eq!(
        clinician.to_string(),
        "018f3173-7000-79ac-98de-aa532399e1d2"
    );
    assert!(cast::find("unregistered").is_none());
}

#[tokio::test]
async fn the_demo_is_made_once_and_only_into_an_empty_database_by_itself() {
    let (_folder, store) = database().await;
    assert!(demo_when_empty(&store, &clock()).await.unwrap());
    assert!(!demo_when_empty(&store, &clock()).await.unwrap());
    let again = demo(&store, &clock()).await;
    assert!(matches!(again, Err(SeedError::DemoExists)));
}

#[tokio::test]
async fn every_member_of_the_cast_can_sign_in_as_who_they_are() {
    let (_folder, store) = database().await;
    demo(&store, &clock()).await.unwrap();
    let roles: HashMap<&str, &[Role]> = HashMap::from([
        ("clinician", &[Role::Clinician] as &[_]),
        ("second-clinician", &[Role::Clinician]),
        ("former-clinician", &[Role::Clinician]),
        ("supervisor", &[Role::Supervisor]),
        ("clinical-admin", &[Role::ClinicalAdmin]),
        ("practice-admin", &[Role::PracticeAdmin]),
        ("scheduler", &[Role::PracticeScheduler]),
        ("biller", &[Role::PracticeBiller]),
        (
            "scheduler-biller",
            &[Role::PracticeScheduler, Role::PracticeBiller],
        ),
        ("system-admin", &[Role::SystemAdmin]),
        ("outsider", Role::ALL),
    ]);
    let mut own: HashMap<&str, &[_]> = HashMap::from([
        ("client", &[client::CLIENT] as &[_]),
        ("guardian", &[client::FIRST_CHILD, client::SECOND_CHILD]),
        ("second-client", &[client::SECOND_CLIENT]),
        ("inactive-client", &[client::INACTIVE]),
        ("outsider-client", &[client::OUTSIDER]),
    ]);
    for member in CAST {
        let viewer = viewer(&store, member.principal.uuid()).await;
        assert_eq!(viewer.principal(), member.principal, "{}", member.name);
        let elsewhere = member.name.starts_with("outsider");
        let home = if elsewhere {
            agency::FERNHILL
        } else {
            agency::HARBOR_LANE
        };
        assert_eq!(viewer.agency(), home, "{}", member.name);
        match &viewer {
            Viewer::Staff(staff) => {
                let held: Vec<Role> = staff.roles.iter().collect();
                assert_eq!(held, roles[member.name], "{}", member.name);
            }
            Viewer::Account(account) => {
                let ids: Vec<_> = account.clients.iter().map(|own| own.id).collect();
                assert_eq!(ids, own.remove(member.name).unwrap(), "{}", member.name);
            }
        }
    }
    assert!(own.is_empty());
    assert_eq!(CAST.len(), roles.len() + account::ALL.len());
}

#[tokio::test]
async fn every_author_of_the_demo_may_see_what_they_wrote_into() {
    let (_folder, store) = database().await;
    demo(&store, &clock()).await.unwrap();
    let live = store.live_threads(thread::ALL, moment()).await.unwrap();
    assert_eq!(live.len(), thread::ALL.len());
    let mut found = Vec::new();
    for reader in [staff::CLINICAL_ADMIN, staff::OUTSIDER] {
        let reader = viewer(&store, reader.0).await;
        found.extend(messages(&store, &reader, thread::ALL).await);
    }
    for thread in live.values() {
        let (row, facts) = (&thread.thread, &thread.facts);
        let own: Vec<_> = found
            .iter()
            .map(|found| &found.message)
            .filter(|message| message.thread_id == row.id)
            .collect();
        let seqs: Vec<i64> = own.iter().map(|message| message.seq).collect();
        assert_eq!(seqs, (1..=row.last_seq).collect::<Vec<_>>());
        let last = own.last().unwrap();
        assert_eq!(
            (row.last_message_id, row.last_activity_at),
            (last.id, last.created_at)
        );
        for message in own {
            let author = match message.account_id {
                Some(AccountId(account)) => account,
                None => message.author_id,
            };
            let author = viewer(&store, author).await;
            let staff = message.author_kind == PrincipalKind::Staff;
            let action = if staff { Action::Write } else { Action::View };
            assert_eq!(decide(&author, action, facts), Ok(()), "{}", row.subject);
        }
    }
}

#[tokio::test]
async fn s06_unread_counts_of_the_cast_equal_a_recount() {
    let (_folder, store) = database().await;
    demo(&store, &clock()).await.unwrap();
    let mut unread = HashMap::new();
    for member in CAST {
        let viewer = viewer(&store, member.principal.uuid()).await;
        let live = store.live_threads(thread::ALL, moment()).await.unwrap();
        let open = |id| live[&id].thread.lifecycle == tidings_domain::Lifecycle::Open;
        let all = messages(&store, &viewer, thread::ALL).await;
        let recount = all
            .iter()
            .filter(|row| row.unread && open(row.message.thread_id))
            .count();
        let counts = store.unread_counts(&viewer).await.unwrap();
        let counted: i64 = counts.iter().map(|count| count.messages).sum();
        assert_eq!(counted, i64::try_from(recount).unwrap(), "{}", member.name);
        unread.insert(member.name, counted);
    }
    for nobody in ["system-admin", "former-clinician", "inactive-client"] {
        assert_eq!(unread[nobody], 0, "{nobody}");
    }
    for somebody in [
        "clinician",
        "supervisor",
        "scheduler",
        "biller",
        "client",
        "guardian",
    ] {
        assert!(unread[somebody] > 0, "{somebody}");
    }
}

#[tokio::test]
async fn p06_c26_receipts_and_the_moment_of_seeing_agree() {
    let (_folder, store) = database().await;
    demo(&store, &clock()).await.unwrap();
    let admin = viewer(&store, staff::CLINICAL_ADMIN.0).await;
    let rows = messages(&store, &admin, thread::ALL).await;
    let ranges = [thread::SLEEP, thread::INVOICE, thread::CLOSING].map(|thread| MessageRange {
        thread,
        from: 1,
        to: 1_000,
        take: None,
        html: false,
    });
    let receipts = store.receipts(&admin, &ranges).await.unwrap();
    assert!(!receipts.is_empty());
    for range in ranges {
        let own = rows
            .iter()
            .filter(|row| row.message.thread_id == range.thread);
        for message in own.map(|row| &row.message) {
            let first = receipts
                .iter()
                .filter(|receipt| receipt.thread == range.thread)
                .filter(|receipt| matches!(receipt.reader, Principal::Account(_)))
                .find(|receipt| (receipt.from..=receipt.to).contains(&message.seq));
            let seen = first
                .map(|receipt| receipt.seen_at)
                .filter(|_| message.author_kind == PrincipalKind::Staff);
            assert_eq!(message.seen_by_client_at, seen);
            assert!(seen.is_none_or(|seen| seen >= message.created_at));
        }
    }
}
