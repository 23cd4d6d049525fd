//! What viewers have read: the arithmetic equals a recount of messages, receipts keep the first
//! sight, and many readings at once stay exact.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tidings_domain::{MessageId, Principal, PrincipalKind, ThreadId};
use tidings_policy::Viewer;
use tidings_store::{MessageRange, MessageRow, Reading, ReadingDone, Store};
use uuid::Uuid;

use crate::stir::{self, numbers, reading, send, viewers};
use crate::support::world::World;
use crate::support::{Db, at};

async fn world(seed: u64) -> (Db, World, Vec<Viewer>) {
    let db = Db::fresh().await;
    let world = World::roll(seed);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let viewers = viewers(&world, &db.store).await;
    (db, world, viewers)
}

fn whole(threads: &[ThreadId]) -> Vec<MessageRange> {
    let range = |thread: &ThreadId| MessageRange {
        thread: *thread,
        from: 1,
        to: i64::MAX,
        take: None,
        html: false,
    };
    threads.iter().map(range).collect()
}

/// The unread messages of these threads, counted one by one.
async fn recount(store: &Store, viewer: &Viewer, threads: &[ThreadId]) -> BTreeSet<MessageId> {
    let rows = store.messages(viewer, &whole(threads)).await.unwrap();
    let unread = rows.iter().filter(|row| row.unread);
    unread.map(|row| row.message.id).collect()
}

/// The unread numbers of these threads, by the arithmetic of the position and its marks.
async fn arithmetic(store: &Store, viewer: &Viewer, threads: &[ThreadId]) -> i64 {
    let threads = store.threads(viewer, threads).await.unwrap();
    let unread = threads.iter().map(|t| t.state.unread(&t.thread));
    unread.sum()
}

#[tokio::test]
async fn s06_t21_t24_c26_p17_after_any_readings_the_numbers_equal_a_recount() {
    let mut looked = 0;
    for seed in 400..403 {
        let (db, mut world, viewers) = world(seed).await;
        let mut clock = 40_000;
        // When each message was first seen by whom, and, of a client, when it was seen at all.
        let mut first: BTreeMap<(MessageId, Uuid), DateTime<Utc>> = BTreeMap::new();
        let mut by_client: BTreeMap<MessageId, DateTime<Utc>> = BTreeMap::new();
        for viewer in &viewers {
            let me = viewer.principal();
            let threads: Vec<ThreadId> = world.visible(viewer).iter().map(|t| t.id).collect();
            let threads = threads[..threads.len().min(4)].to_vec();
            if threads.is_empty() {
                continue;
            }
            for _ in 0..14 {
                clock += 1;
                let thread = world.dice.pick(&threads);
                if world.dice.percent(20) {
                    send(&mut world, &db.store, thread, at(clock)).await;
                }
                let done = reading(&mut world, me, thread);
                let receipts =
                    stir::read(&mut world, &db.store, me, thread, &done, at(clock)).await;
                for receipt in receipts {
                    for seq in receipt.from..=receipt.to {
                        let message = world.message_at(thread, seq);
                        first.entry((message.id, me.uuid())).or_insert(at(clock));
                        let client = me.kind() == PrincipalKind::Account;
                        if client && message.author_kind == PrincipalKind::Staff {
                            by_client.entry(message.id).or_insert(at(clock));
                        }
                    }
                }
            }
            let unread = recount(&db.store, viewer, &threads).await;
            let expect: BTreeSet<MessageId> = world.unread(me, &threads);
            assert_eq!(unread, expect);
            let count = i64::try_from(unread.len()).unwrap();
            assert_eq!(arithmetic(&db.store, viewer, &threads).await, count);
            looked += threads.len();
        }
        for viewer in &viewers {
            first_sights(&world, &db.store, viewer, &first, &by_client).await;
        }
    }
    assert!(looked > 50, "{looked}");
}

/// Whether the earliest receipt that covers a message tells when it was first seen (K7), and the
/// message when its client first saw it (C-26).
async fn first_sights(
    world: &World,
    store: &Store,
    viewer: &Viewer,
    first: &BTreeMap<(MessageId, Uuid), DateTime<Utc>>,
    by_client: &BTreeMap<MessageId, DateTime<Utc>>,
) {
    let visible: Vec<ThreadId> = world.visible(viewer).iter().map(|t| t.id).collect();
    if visible.is_empty() {
        return;
    }
    let rows = store.messages(viewer, &whole(&visible)).await.unwrap();
    let receipts = store.receipts(viewer, &whole(&visible)).await.unwrap();
    let mut told = BTreeMap::new();
    for MessageRow { message, .. } in &rows {
        assert_eq!(
            message.seen_by_client_at,
            by_client.get(&message.id).copied()
        );
        for receipt in &receipts {
            let covers = (receipt.from..=receipt.to).contains(&message.seq);
            if covers && receipt.thread == message.thread_id {
                // Oldest first, so the first that covers the message counts.
                let key = (message.id, receipt.reader.uuid());
                told.entry(key).or_insert(receipt.seen_at);
            }
        }
    }
    let ids: BTreeSet<MessageId> = rows.iter().map(|row| row.message.id).collect();
    let expect: BTreeMap<_, _> = first
        .iter()
        .filter(|((message, _), _)| ids.contains(message))
        .map(|(key, when)| (*key, *when))
        .collect();
    assert_eq!(told, expect);
}

impl World {
    fn message_at(&self, thread: ThreadId, seq: i64) -> &tidings_store::MessageModel {
        let mut messages = self.messages.iter();
        messages
            .find(|m| m.thread_id == thread && m.seq == seq)
            .unwrap()
    }

    fn unread(&self, viewer: Principal, threads: &[ThreadId]) -> BTreeSet<MessageId> {
        let unread = |id: &ThreadId| {
            let kept = self.kept(viewer, self.find(*id));
            let seqs = kept.unread.into_iter();
            seqs.map(|seq| self.message_at(*id, seq).id)
                .collect::<Vec<_>>()
        };
        threads.iter().flat_map(unread).collect()
    }
}

/// A viewer and a thread of theirs with a good many messages.
async fn long_thread(seed: u64, messages: i64) -> (Db, Viewer, ThreadId, i64) {
    let (db, mut world, viewers) = world(seed).await;
    let viewer = viewers
        .iter()
        .find(|v| !world.visible(v).is_empty())
        .unwrap();
    let thread = world.visible(viewer)[0].id;
    for number in 0..messages {
        send(&mut world, &db.store, thread, at(50_000 + number)).await;
    }
    let last = world.find(thread).last_seq;
    (db, viewer.clone(), thread, last)
}

async fn read(store: Store, me: Principal, thread: ThreadId, reading: Reading) -> ReadingDone {
    let live = store.live_threads(&[thread], at(60_000)).await.unwrap();
    let tx = store.begin().await.unwrap();
    let done = tx
        .read_thread(me, &live[&thread].thread, &reading, at(60_000))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s06_t24_readings_of_one_viewer_at_once_stay_exact() {
    let (db, viewer, thread, last) = long_thread(500, 30).await;
    let me = viewer.principal();
    let mut readers = tokio::task::JoinSet::new();
    for seq in 1..=last {
        // Neighbours overlap, and every message is read by somebody.
        let seqs = vec![seq, (seq % last) + 1];
        readers.spawn(read(db.store.clone(), me, thread, Reading::Read(seqs)));
    }
    let seen: Vec<(i64, i64)> = readers
        .join_all()
        .await
        .into_iter()
        .flat_map(|done| done.seen)
        .collect();
    assert_eq!(
        numbers(&seen),
        (1..=last).collect(),
        "each became read once"
    );
    assert!(recount(&db.store, &viewer, &[thread]).await.is_empty());
    assert_eq!(arithmetic(&db.store, &viewer, &[thread]).await, 0);

    let mut mixed = tokio::task::JoinSet::new();
    for seq in 1..=last {
        let reading = match seq % 3 {
            0 => Reading::Unread(vec![seq, 1]),
            1 => Reading::Read(vec![seq, last]),
            _ => Reading::UpTo(seq / 2),
        };
        mixed.spawn(read(db.store.clone(), me, thread, reading));
    }
    mixed.join_all().await;
    let unread = recount(&db.store, &viewer, &[thread]).await.len();
    let count = i64::try_from(unread).unwrap();
    assert_eq!(arithmetic(&db.store, &viewer, &[thread]).await, count);
}

#[tokio::test]
async fn c19_t31_an_own_message_is_read_and_leaves_no_receipt() {
    let (db, viewer, thread, last) = long_thread(501, 5).await;
    let me = viewer.principal();
    let store = || db.store.clone();
    let (seq, all_before) = (last, false);
    let done = read(store(), me, thread, Reading::Sent { seq, all_before }).await;
    assert_eq!((done.changed, done.seen), (false, vec![]));
    assert_eq!(arithmetic(&db.store, &viewer, &[thread]).await, last - 1);
    let receipts = db.store.receipts(&viewer, &whole(&[thread])).await.unwrap();
    assert!(receipts.is_empty());
    let all_before = true;
    let done = read(store(), me, thread, Reading::Sent { seq, all_before }).await;
    assert_eq!((done.changed, done.seen), (true, vec![(1, last - 1)]));
    assert_eq!(arithmetic(&db.store, &viewer, &[thread]).await, 0);
}

#[tokio::test]
async fn p17_marking_as_unread_raises_the_count_by_what_changed_and_keeps_receipts() {
    let (db, viewer, thread, last) = long_thread(502, 6).await;
    let me = viewer.principal();
    let store = || db.store.clone();
    read(store(), me, thread, Reading::UpTo(last - 1)).await;
    let before = db.store.receipts(&viewer, &whole(&[thread])).await.unwrap();
    // The last is unread already, and one stands twice.
    let seqs = vec![last, 2, 3, 2];
    let done = read(store(), me, thread, Reading::Unread(seqs)).await;
    assert_eq!((done.changed, done.seen), (true, vec![]));
    assert_eq!(arithmetic(&db.store, &viewer, &[thread]).await, 1 + 2);
    let after = db.store.receipts(&viewer, &whole(&[thread])).await.unwrap();
    assert_eq!(after, before);
    let done = read(store(), me, thread, Reading::Unread(vec![2])).await;
    assert!(!done.changed);
}

#[tokio::test]
async fn k14_reading_and_pinning_are_a_viewer_s_own() {
    let (db, world, viewers) = world(503).await;
    let seeing = |id: ThreadId| {
        let world = &world;
        let sees = move |v: &&Viewer| world.visible(v).iter().any(|t| t.id == id);
        viewers.iter().filter(sees).collect::<Vec<_>>()
    };
    let thread = world
        .threads
        .iter()
        .find(|t| seeing(t.id).len() >= 2)
        .unwrap();
    let people = seeing(thread.id);
    let me = people[0].principal();
    let last = thread.last_seq;
    read(db.store.clone(), me, thread.id, Reading::UpTo(last)).await;
    let tx = db.store.begin().await.unwrap();
    tx.pin_thread(me, thread.id, true).await.unwrap();
    assert_eq!(tx.pinned_count(people[0]).await.unwrap(), 1);
    tx.commit().await.unwrap();
    for (i, viewer) in people.into_iter().enumerate() {
        let seen = db.store.threads(viewer, &[thread.id]).await.unwrap();
        let (unread, pinned) = (seen[0].state.unread(&seen[0].thread), seen[0].state.pinned);
        let expect = if i == 0 { (0, true) } else { (last, false) };
        assert_eq!((unread, pinned), expect);
        let states = db.store.viewer_states(viewer, &[thread.id]).await.unwrap();
        assert_eq!(states.len(), usize::from(i == 0));
    }
}
