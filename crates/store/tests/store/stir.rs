//! What viewers do in a world: they read, mark as unread, pin. Through the store, and at the same
//! time in the model.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tidings_domain::{Principal, ThreadId};
use tidings_policy::Viewer;
use tidings_store::{Reading, Receipt, Store};

use crate::support::at;
use crate::support::world::{Kept, World};

/// Everybody who may ask in this world: what the store makes of each subject. Who left, or is not
/// connected, is nobody (C-24).
pub(crate) async fn viewers(world: &World, store: &Store) -> Vec<Viewer> {
    let mut viewers = Vec::new();
    let staff = world.staff.iter().map(|s| (s.id.0, s.active));
    let connected = |state| state == tidings_domain::AccountState::Connected;
    let accounts = world.accounts.iter().map(|a| (a.id.0, connected(a.state)));
    for (subject, may) in staff.chain(accounts) {
        let viewer = store.viewer(subject, world.now).await.unwrap();
        assert_eq!(
            viewer.is_some(),
            may,
            "c24: only who works here, or is connected"
        );
        viewers.extend(viewer);
    }
    viewers
}

/// A reading of one thread, by chance.
pub(crate) fn reading(world: &mut World, last: i64) -> Reading {
    let seqs: Vec<i64> = (1..=last).collect();
    match world.dice.below(4) {
        0 => Reading::UpTo(world.dice.upto(last + 1)),
        1 | 2 => Reading::Read(world.dice.some(&seqs, 40)),
        _ => Reading::Unread(world.dice.some(&seqs, 40)),
    }
}

/// Applies a reading to the model; answers the numbers that were seen for the first time.
pub(crate) fn apply(kept: &mut Kept, reading: &Reading) -> BTreeSet<i64> {
    let before = kept.unread.clone();
    match reading {
        Reading::UpTo(seq) => kept.unread.retain(|s| s > seq),
        Reading::Read(seqs) => kept.unread.retain(|s| !seqs.contains(s)),
        Reading::Unread(seqs) => kept.unread.extend(seqs),
        Reading::Sent { seq, all_before } => {
            kept.unread.retain(|s| s > seq || (s < seq && !all_before));
        }
    }
    let mut seen: BTreeSet<i64> = before.difference(&kept.unread).copied().collect();
    if let Reading::Sent { seq, .. } = reading {
        seen.remove(seq);
    }
    seen.retain(|seq| kept.seen.insert(*seq));
    seen
}

/// The numbers of ranges, each once.
pub(crate) fn numbers(ranges: &[(i64, i64)]) -> BTreeSet<i64> {
    let all: Vec<i64> = ranges.iter().flat_map(|(from, to)| *from..=*to).collect();
    let set: BTreeSet<i64> = all.iter().copied().collect();
    assert_eq!(all.len(), set.len(), "ranges that overlap: {ranges:?}");
    set
}

/// One viewer reads a thread, in the store and in the model, which must agree on what was seen.
pub(crate) async fn read(
    world: &mut World,
    store: &Store,
    viewer: Principal,
    thread: ThreadId,
    reading: &Reading,
    now: DateTime<Utc>,
) -> Vec<Receipt> {
    let row = world.find(thread).clone();
    let mut kept = world.kept(viewer, &row);
    let before = kept.unread.clone();
    let seen = apply(&mut kept, reading);
    let tx = store.begin().await.unwrap();
    let done = tx.read_thread(viewer, thread, reading, now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        numbers(&done.seen),
        seen,
        "what was seen first by {reading:?}"
    );
    assert_eq!(done.changed, kept.unread != before, "{reading:?}");
    world.kept.insert((viewer.uuid(), thread), kept);
    let receipt = |(from, to): &(i64, i64)| Receipt {
        thread,
        from: *from,
        to: *to,
        reader: viewer,
        seen_at: now,
    };
    done.seen.iter().map(receipt).collect()
}

/// Everybody reads and pins something of what they see. Answers the receipts of it.
pub(crate) async fn stir(world: &mut World, store: &Store, viewers: &[Viewer]) -> Vec<Receipt> {
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut clock = 1_000;
    for viewer in viewers {
        let me = viewer.principal();
        let visible: Vec<ThreadId> = world.visible(viewer).iter().map(|t| t.id).collect();
        for thread in visible {
            if world.dice.percent(40) {
                clock += 1;
                let last = world.find(thread).last_seq;
                let reading = reading(world, last);
                let new = read(world, store, me, thread, &reading, at(clock)).await;
                receipts.extend(new);
            }
            if world.dice.percent(12) {
                pin(world, store, me, thread).await;
            }
        }
    }
    receipts
}

/// A message arrives on a thread, in the store and in the model.
pub(crate) async fn send(world: &mut World, store: &Store, thread: ThreadId, now: DateTime<Utc>) {
    let message = world.arrive(thread, now);
    let tx = store.begin().await.unwrap();
    tx.insert_message(&message).await.unwrap();
    tx.advance_thread(world.find(thread), message.seq, message.id, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A thread like another is started, with the same people, in the store and in the model.
pub(crate) async fn start(world: &mut World, store: &Store, like: ThreadId, now: DateTime<Utc>) {
    let (thread, message, people, clients) = world.start(like, now);
    let tx = store.begin().await.unwrap();
    tx.insert_thread(&thread).await.unwrap();
    for (principal, standing) in people {
        tx.list_participants(&thread, &[principal], standing)
            .await
            .unwrap();
    }
    tx.list_clients(&thread, &clients, 0).await.unwrap();
    tx.insert_message(&message).await.unwrap();
    tx.commit().await.unwrap();
}

/// A viewer pins a thread or unpins it, in the store and in the model.
pub(crate) async fn pin(world: &mut World, store: &Store, viewer: Principal, thread: ThreadId) {
    let row = world.find(thread).clone();
    let mut kept = world.kept(viewer, &row);
    kept.pinned = !kept.pinned;
    let tx = store.begin().await.unwrap();
    let changed = tx.pin_thread(viewer, thread, kept.pinned).await.unwrap();
    assert!(changed);
    assert!(!tx.pin_thread(viewer, thread, kept.pinned).await.unwrap());
    tx.commit().await.unwrap();
    world.kept.insert((viewer.uuid(), thread), kept);
}
