//! Seeding at size: the same rows each time, and rows that are true.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tidings_domain::{AudienceKind, Lifecycle, PrincipalKind};
use tidings_policy::{Action, Viewer, decide};
use tidings_store::{Batch, MessageRange, Store};
use uuid::Uuid;

use super::{clock, database, moment};
use crate::seed::size::World;
use crate::seed::{Meter, Quiet, SeedError, Size, at_size, demo, landmarks};

const SMALL: Size = Size {
    clients: 120,
    staff: 24,
    threads: 400,
    messages: 4_000,
    seed: 7,
};

/// All rows of a size.
fn rows(size: &Size) -> Batch {
    let mut world = World::new(size).unwrap();
    let mut all = world.next_batch().unwrap();
    while let Some(batch) = world.next_batch() {
        all.threads.extend(batch.threads);
        all.thread_clients.extend(batch.thread_clients);
        all.participants.extend(batch.participants);
        all.messages.extend(batch.messages);
        all.states.extend(batch.states);
        all.receipts.extend(batch.receipts);
    }
    all
}

fn hash(batch: &Batch) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{batch:?}").hash(&mut hasher);
    hasher.finish()
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    let first = rows(&SMALL);
    assert_eq!(hash(&first), hash(&rows(&SMALL)));
    assert_ne!(hash(&first), hash(&rows(&Size { seed: 8, ..SMALL })));
    let ids: HashSet<Uuid> = first.messages.iter().map(|message| message.id.0).collect();
    assert_eq!(ids.len(), SMALL.messages);
    let other = rows(&Size { seed: 8, ..SMALL });
    assert!(
        other
            .messages
            .iter()
            .all(|message| !ids.contains(&message.id.0))
    );
}

#[test]
fn there_are_as_many_rows_as_asked_for() {
    for (clients, staff, threads, messages) in [
        (1, 10, 1, 1),
        (1, 10, 3, 3),
        (3, 11, 5, 900),
        (120, 24, 400, 4_000),
    ] {
        let size = Size {
            clients,
            staff,
            threads,
            messages,
            seed: 3,
        };
        let rows = rows(&size);
        let made = (
            rows.clients.len(),
            rows.staff.len(),
            rows.threads.len(),
            rows.messages.len(),
        );
        assert_eq!(made, (clients, staff, threads, messages));
    }
}

#[test]
fn a_size_that_cannot_be_is_refused() {
    let wrong = [
        Size {
            clients: 0,
            ..SMALL
        },
        Size { staff: 9, ..SMALL },
        Size {
            threads: 0,
            ..SMALL
        },
        Size {
            messages: 399,
            ..SMALL
        },
    ];
    for size in wrong {
        assert!(
            matches!(landmarks(&size), Err(SeedError::Size(_))),
            "{size:?}"
        );
    }
}

#[test]
fn s06_c26_numbers_positions_and_receipts_agree() {
    let rows = rows(&SMALL);
    let mut messages: HashMap<_, Vec<_>> = HashMap::new();
    for message in &rows.messages {
        messages.entry(message.thread_id).or_default().push(message);
    }
    for thread in &rows.threads {
        let messages = &messages[&thread.id];
        let seqs: Vec<i64> = messages.iter().map(|message| message.seq).collect();
        assert_eq!(seqs, (1..=thread.last_seq).collect::<Vec<_>>());
        assert!(messages.is_sorted_by(|a, b| a.created_at < b.created_at));
        let last = messages.last().unwrap();
        assert_eq!(thread.last_message_id, last.id);
        assert_eq!(thread.last_activity_at, last.created_at);
        assert_eq!(thread.created_at, messages[0].created_at);
        let listed = rows
            .participants
            .iter()
            .filter(|row| row.thread_id == thread.id);
        let beside = rows.thread_clients.iter();
        let beside = beside.filter(|row| row.thread_id == thread.id);
        assert_eq!(thread.kind.has_clients(), beside.clone().count() > 0);
        assert!(listed.clone().count() + beside.count() >= 2);
        assert!(
            listed
                .clone()
                .all(|row| row.last_activity_at == thread.last_activity_at)
        );
        let receipts: Vec<_> = rows
            .receipts
            .iter()
            .filter(|receipt| receipt.thread_id == thread.id)
            .collect();
        for state in rows
            .states
            .iter()
            .filter(|state| state.thread_id == thread.id)
        {
            let mut read: BTreeSet<i64> = messages
                .iter()
                .filter(|message| {
                    let writer = message.account_id.map_or(message.author_id, |id| id.0);
                    writer == state.viewer_id
                })
                .map(|message| message.seq)
                .collect();
            for receipt in receipts.iter().filter(|r| r.reader_id == state.viewer_id) {
                read.extend(receipt.from_seq..=receipt.to_seq);
            }
            assert_eq!(read, (1..=state.read_seq).collect());
        }
        for message in messages {
            let seen = receipts
                .iter()
                .filter(|receipt| receipt.reader_kind == PrincipalKind::Account)
                .filter(|receipt| (receipt.from_seq..=receipt.to_seq).contains(&message.seq))
                .map(|receipt| receipt.seen_at)
                .min();
            let staff = message.author_kind == PrincipalKind::Staff;
            assert_eq!(message.seen_by_client_at, seen.filter(|_| staff));
        }
    }
}

#[test]
fn the_agency_looks_like_one() {
    let size = Size {
        clients: 4_000,
        staff: 100,
        threads: 20_000,
        messages: 200_000,
        seed: 1,
    };
    let rows = rows(&size);
    let percent = |part: usize, whole: usize| part * 100 / whole;
    let of = |kind| {
        let threads = rows.threads.iter().filter(|t| t.audience == Some(kind));
        percent(threads.count(), size.threads)
    };
    assert!((37..=43).contains(&of(AudienceKind::Administrative)));
    assert!((17..=23).contains(&of(AudienceKind::Billing)));
    assert!((37..=43).contains(&of(AudienceKind::Clinical)));
    let archived = rows
        .threads
        .iter()
        .filter(|t| t.lifecycle == Lifecycle::Archived);
    assert!((8..=12).contains(&percent(archived.count(), size.threads)));
    let connected: HashSet<_> = rows
        .accounts
        .iter()
        .filter(|account| account.state == tidings_domain::AccountState::Connected)
        .map(|account| account.id)
        .collect();
    let links = rows.account_clients.iter();
    let served = links
        .filter(|link| connected.contains(&link.account_id))
        .count();
    assert!((87..=93).contains(&percent(served, size.clients)));
    assert!(rows.account_clients.iter().any(|link| link.rank == 3));
    let mut teams: HashMap<_, usize> = HashMap::new();
    for member in rows
        .care_team_members
        .iter()
        .filter(|member| member.end_date.is_none())
    {
        *teams.entry(member.client_id).or_default() += 1;
    }
    assert_eq!(teams.len(), size.clients);
    assert!(teams.values().all(|members| (1..=3).contains(members)));
    let clinicians = rows
        .staff
        .iter()
        .filter(|staff| staff.roles.has(tidings_domain::Role::Clinician))
        .count();
    assert!((50..=62).contains(&clinicians), "{clinicians}");
    let longest = rows.threads.iter().map(|thread| thread.last_seq).max();
    assert_eq!(longest, Some(500));
    let short = rows
        .threads
        .iter()
        .filter(|thread| thread.last_seq <= 10)
        .count();
    assert!(percent(short, size.threads) > 60);
}

async fn viewer(store: &Store, id: Uuid) -> Viewer {
    store.viewer(id, moment()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_seed_is_stored_once_and_beside_the_demo() {
    let (_folder, store) = database().await;
    demo(&store, &clock()).await.unwrap();
    let summary = at_size(&store, &SMALL, &clock(), &Quiet).await.unwrap();
    assert_eq!(summary.landmarks, landmarks(&SMALL).unwrap());
    assert_eq!(summary.counts.messages, SMALL.messages);
    let again = at_size(&store, &SMALL, &clock(), &Quiet).await;
    let error = again.unwrap_err();
    assert!(matches!(error, SeedError::SizeExists(7)));
    assert!(error.to_string().contains("seed number 7"));
    let other = Size { seed: 8, ..SMALL };
    at_size(&store, &other, &clock(), &Quiet).await.unwrap();
}

#[tokio::test]
async fn every_author_may_see_the_thread_and_unread_counts_equal_a_recount() {
    let (_folder, store) = database().await;
    let made = at_size(&store, &SMALL, &clock(), &Quiet).await.unwrap();
    let rows = rows(&SMALL);
    let threads: Vec<_> = rows.threads.iter().map(|thread| thread.id).collect();
    let live = store.live_threads(&threads, moment()).await.unwrap();
    assert_eq!(live.len(), SMALL.threads);
    let mut viewers: HashMap<Uuid, Viewer> = HashMap::new();
    for message in &rows.messages {
        let author = message.account_id.map_or(message.author_id, |id| id.0);
        let facts = &live[&message.thread_id].facts;
        let author = match viewers.get(&author) {
            Some(viewer) => viewer,
            None => viewers
                .entry(author)
                .or_insert(viewer(&store, author).await),
        };
        // An inactive client wrote while it was active.
        let inactive = facts.clients[0].status == tidings_domain::ClientStatus::Inactive;
        let action = if inactive {
            Action::View
        } else {
            Action::Write
        };
        assert_eq!(decide(author, action, facts), Ok(()));
    }
    let made_messages: HashMap<_, _> = rows.messages.iter().map(|m| (m.id, m)).collect();
    let marks = made.landmarks;
    let people = [
        marks.scheduler.0,
        marks.clinician.0,
        marks.supervisor.0,
        marks.clinical_admin.0,
        marks.account.0,
    ];
    let open: Vec<MessageRange> = rows
        .threads
        .iter()
        .filter(|thread| thread.lifecycle == Lifecycle::Open)
        .map(|thread| MessageRange {
            thread: thread.id,
            from: 1,
            to: thread.last_seq,
            take: None,
            html: false,
        })
        .collect();
    for person in people {
        let viewer = viewer(&store, person).await;
        let mut recount = 0;
        for ranges in open.chunks(64) {
            let messages = store.messages(&viewer, ranges).await.unwrap();
            recount += messages.iter().filter(|row| row.unread).count();
            for row in messages {
                let made = &made_messages[&row.message.id];
                assert_eq!(row.message, **made, "what is stored is what was made");
            }
        }
        let counts = store.unread_counts(&viewer).await.unwrap();
        let counted: i64 = counts.iter().map(|count| count.messages).sum();
        assert_eq!(counted, i64::try_from(recount).unwrap());
        assert!(recount > 0 || person == marks.account.0);
    }
}

#[tokio::test]
async fn landmarks_are_who_they_are_said_to_be() {
    let size = Size {
        clients: 1_000,
        staff: 40,
        threads: 4_000,
        messages: 20_000,
        seed: 11,
    };
    let marks = landmarks(&size).unwrap();
    let rows = rows(&size);
    let load = rows
        .care_team_members
        .iter()
        .filter(|member| member.end_date.is_none());
    let load = load
        .filter(|member| member.staff_id == marks.clinician)
        .count();
    assert!((16..=24).contains(&load), "{load}");
    let long = rows
        .threads
        .iter()
        .find(|thread| thread.id == marks.long_thread)
        .unwrap();
    assert_eq!(
        usize::try_from(long.last_seq).unwrap(),
        marks.long_thread_messages
    );
    assert_eq!(long.last_seq, 500);
    assert_eq!(long.audience, Some(AudienceKind::Clinical));
    let own = rows
        .threads
        .iter()
        .filter(|thread| thread.client_id == Some(marks.client));
    assert!((8..=12).contains(&own.count()));
    let assigned = rows
        .care_team_members
        .iter()
        .any(|m| Some(m.client_id) == long.client_id && m.staff_id == marks.clinician);
    assert!(assigned);
}

/// The goal: ten thousand clients and a million messages in about two minutes. Takes a database
/// from `TIDINGS_SEED_DATABASE_URL`, or a SQLite file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: run it by name in a release build"]
async fn a_million_messages() {
    let (_folder, store) = if let Ok(url) = std::env::var("TIDINGS_SEED_DATABASE_URL") {
        let store = Store::open(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        (None, store)
    } else {
        let (folder, store) = database().await;
        (Some(folder), store)
    };
    let size = Size {
        clients: 10_000,
        staff: 200,
        threads: 100_000,
        messages: 1_000_000,
        seed: 1,
    };
    let summary = at_size(&store, &size, &clock(), &Meter::new())
        .await
        .unwrap();
    println!("{summary:#?}");
}
