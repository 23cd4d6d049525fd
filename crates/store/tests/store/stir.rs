//! What viewers do in a world: they read, mark as unread, pin, hide, remove from their own view, and
//! delete. Through the store, and at the same time in the model.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tidings_domain::{Principal, ThreadId};
use tidings_policy::Viewer;
use tidings_store::{Deletion, Reading, Receipt, Store};

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

/// A reading of one thread, by chance: of messages that the viewer sees.
pub(crate) fn reading(world: &mut World, viewer: Principal, thread: ThreadId) -> Reading {
    let row = world.find(thread);
    let (last, kept) = (row.last_seq, world.kept(viewer, row));
    let mut seqs: Vec<i64> = world.left(thread).into_iter().collect();
    seqs.retain(|seq| *seq > kept.removed && !kept.gone.contains(seq));
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
        Reading::Removed(seqs) => kept.unread.retain(|s| !seqs.contains(s)),
        Reading::RemovedUpTo(seq) => kept.unread.retain(|s| s > seq),
        Reading::Sent { seq, all_before } => {
            kept.unread.retain(|s| s > seq || (s < seq && !all_before));
        }
    }
    let mut seen: BTreeSet<i64> = before.difference(&kept.unread).copied().collect();
    match reading {
        Reading::Sent { seq, .. } => _ = seen.remove(seq),
        // Nobody is told that it was seen.
        Reading::Removed(_) | Reading::RemovedUpTo(_) => seen.clear(),
        _ => {}
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
    let done = tx.read_thread(viewer, &row, reading, now).await.unwrap();
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
                let reading = reading(world, me, thread);
                let new = read(world, store, me, thread, &reading, at(clock)).await;
                receipts.extend(new);
            }
            if world.dice.percent(12) {
                pin(world, store, me, thread).await;
            }
            if world.dice.percent(8) {
                delete(world, store, thread, at(clock)).await;
            }
            if world.dice.percent(16) {
                put_out_of_sight(world, store, me, thread, at(clock)).await;
            }
        }
    }
    receipts
}

/// One of the messages of a thread is deleted, if one is left, in the store and in the model.
async fn delete(world: &mut World, store: &Store, thread: ThreadId, now: DateTime<Utc>) {
    let left: Vec<i64> = world.left(thread).into_iter().collect();
    if left.is_empty() {
        return;
    }
    let seq = world.dice.pick(&left);
    let row = world.find(thread).clone();
    let deleted = world.delete(thread, seq, now);
    let by = Principal::Staff(world.staff[0].id);
    let deletion = Deletion {
        by,
        at: now,
        purge_after: now,
    };
    let tx = store.begin().await.unwrap();
    let message = tx.deletable(thread, deleted).await.unwrap().unwrap();
    tx.delete_message(&row, message, deletion).await.unwrap();
    assert!(tx.deletable(thread, deleted).await.unwrap().is_none());
    tx.commit().await.unwrap();
}

/// A viewer hides a thread, removes it, or removes one message from the own view, in the store and in
/// the model.
async fn put_out_of_sight(
    world: &mut World,
    store: &Store,
    viewer: Principal,
    thread: ThreadId,
    now: DateTime<Utc>,
) {
    let row = world.find(thread).clone();
    let mut kept = world.kept(viewer, &row);
    let tx = store.begin().await.unwrap();
    match world.dice.below(4) {
        0 | 1 => {
            let on = kept.hidden == 0;
            kept.hidden = if on { row.last_seq } else { 0 };
            assert!(tx.hide_thread(viewer, &row, on).await.unwrap());
            assert!(!tx.hide_thread(viewer, &row, on).await.unwrap());
        }
        2 => {
            apply(&mut kept, &Reading::RemovedUpTo(row.last_seq));
            (kept.hidden, kept.removed) = (row.last_seq, row.last_seq);
            tx.remove_thread(viewer, &row, now).await.unwrap();
        }
        _ => {
            let seq = world.dice.upto(row.last_seq).max(1);
            apply(&mut kept, &Reading::Removed(vec![seq]));
            kept.gone.insert(seq);
            tx.remove_message(viewer, &row, seq, now).await.unwrap();
            tx.remove_message(viewer, &row, seq, now).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    world.kept.insert((viewer.uuid(), thread), kept);
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
