//! Paging an inbox while the world moves (P-16): whoever began to page sees every thread of that
//! moment once, in the order of that moment.

use chrono::{DateTime, Utc};
use tidings_domain::{BodyFormat, Lifecycle, Principal, ThreadId};
use tidings_policy::Viewer;
use tidings_store::{InboxFilter, InboxJoins, InboxPlace, InboxState, MessageModel, Store, Tx};

use crate::stir::{pin, send, start, stir, viewers};
use crate::support::world::World;
use crate::support::{Db, at};

const WORLDS: u64 = 4;

/// A world in a database of its own, in which everybody has read and pinned something.
async fn world(seed: u64) -> (Db, World, Vec<Viewer>) {
    let db = Db::fresh().await;
    let mut world = World::roll(seed);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let viewers = viewers(&world, &db.store).await;
    stir(&mut world, &db.store, &viewers).await;
    (db, world, viewers)
}

/// One page: the threads, and where the next one begins if there is one.
async fn page(
    store: &Store,
    viewer: &Viewer,
    state: InboxState,
    after: Option<InboxPlace>,
    size: usize,
) -> (Vec<ThreadId>, Option<InboxPlace>) {
    let filter = InboxFilter {
        state,
        ..InboxFilter::default()
    };
    let page = store
        .inbox(viewer, filter, InboxJoins::default(), after, size)
        .await
        .unwrap();
    let ids = page.rows.iter().map(|row| row.thread.id).collect();
    let next = page.rows.last().filter(|_| page.has_next);
    (ids, next.map(|row| row.place.clone()))
}

/// Messages and threads arrive, and others pin, between two pages. Every moment is a new one.
async fn meanwhile(world: &mut World, store: &Store, all: &[Viewer], me: Principal, now: &mut i64) {
    for _ in 0..world.dice.below(5) {
        *now += 1;
        let open: Vec<ThreadId> = world
            .threads
            .iter()
            .filter(|t| t.lifecycle == Lifecycle::Open)
            .map(|t| t.id)
            .collect();
        let thread = world.dice.pick(&open);
        match world.dice.below(4) {
            0 => start(world, store, thread, at(*now)).await,
            1 => {
                let other = world.dice.below(all.len());
                let other = all[other].principal();
                if other != me {
                    pin(world, store, other, thread).await;
                }
            }
            _ => send(world, store, thread, at(*now)).await,
        }
    }
}

/// What the viewer has hidden or removed: a newer message may bring it back at any time, beside the
/// others.
fn hidden(world: &World, viewer: &Viewer) -> Vec<ThreadId> {
    let mut out = world.allowed(viewer);
    out.retain(|thread| {
        let kept = world.kept(viewer.principal(), thread);
        kept.hidden.max(kept.removed) >= thread.last_seq
    });
    out.iter().map(|thread| thread.id).collect()
}

#[tokio::test]
async fn p15_p16_every_thread_of_the_first_page_s_moment_appears_once_and_in_order() {
    let mut now = 20_000;
    for seed in 100..100 + WORLDS {
        let (db, mut world, viewers) = world(seed).await;
        for viewer in &viewers {
            let state = world
                .dice
                .pick(&[InboxState::ReadAndUnread, InboxState::AllIncludingArchived]);
            let filter = InboxFilter {
                state,
                ..InboxFilter::default()
            };
            let expect = world.inbox(viewer, filter);
            let hidden = hidden(&world, viewer);
            let size = 1 + world.dice.below(6);
            let (mut found, mut after) = page(&db.store, viewer, state, None, size).await;
            while let Some(place) = after {
                meanwhile(
                    &mut world,
                    &db.store,
                    &viewers,
                    viewer.principal(),
                    &mut now,
                )
                .await;
                let (ids, next) = page(&db.store, viewer, state, Some(place), size).await;
                found.extend(ids);
                assert!(found.len() <= 2 * expect.len() + 8, "paging never ends");
                after = next;
            }
            found.retain(|id| !hidden.contains(id));
            assert_eq!(found, expect, "by {size}, {viewer:?}");
            // Whoever begins afresh sees the new order.
            let (top, _) = page(&db.store, viewer, state, None, 100).await;
            let fresh = world.inbox(viewer, filter);
            assert_eq!(top, fresh[..fresh.len().min(100)]);
        }
    }
}

#[tokio::test]
async fn p14_p16_a_viewer_s_own_pins_while_paging_move_no_other_thread() {
    let mut now = 20_000;
    for seed in 200..200 + WORLDS {
        let (db, mut world, viewers) = world(seed).await;
        for viewer in &viewers {
            let (me, state) = (viewer.principal(), InboxState::ReadAndUnread);
            let mut expect = world.inbox(viewer, InboxFilter::default());
            let hidden = hidden(&world, viewer);
            let size = 1 + world.dice.below(4);
            let mut moved: Vec<ThreadId> = Vec::new();
            let (mut found, mut after) = page(&db.store, viewer, state, None, size).await;
            while let Some(place) = after {
                meanwhile(&mut world, &db.store, &viewers, me, &mut now).await;
                if world.dice.percent(50) {
                    let thread = world.dice.pick(&expect);
                    pin(&mut world, &db.store, me, thread).await;
                    moved.push(thread);
                }
                let (ids, next) = page(&db.store, viewer, state, Some(place), size).await;
                found.extend(ids);
                assert!(found.len() <= 2 * expect.len() + 8, "paging never ends");
                after = next;
            }
            expect.retain(|id| !moved.contains(id));
            found.retain(|id| !moved.contains(id) && !hidden.contains(id));
            assert_eq!(found, expect, "by {size}, {viewer:?}");
        }
    }
}

#[tokio::test]
async fn p16_a_first_page_of_nothing_but_old_pinned_threads_loses_nothing() {
    let (db, mut world, viewers) = world(300).await;
    let mut now = 20_000;
    for viewer in &viewers {
        let inbox = world.inbox(viewer, InboxFilter::default());
        if inbox.len() < 6 {
            continue;
        }
        // The two that have rested longest stand at the top.
        for thread in &inbox[inbox.len() - 2..] {
            let row = world.find(*thread).clone();
            if !world.kept(viewer.principal(), &row).pinned {
                pin(&mut world, &db.store, viewer.principal(), *thread).await;
            }
        }
        let expect = world.inbox(viewer, InboxFilter::default());
        let state = InboxState::ReadAndUnread;
        let (mut found, mut after) = page(&db.store, viewer, state, None, 1).await;
        while let Some(place) = after {
            now += 1;
            send(&mut world, &db.store, expect[expect.len() - 1], at(now)).await;
            let (ids, next) = page(&db.store, viewer, state, Some(place), 1).await;
            found.extend(ids);
            assert!(found.len() <= 2 * expect.len() + 8, "paging never ends");
            after = next;
        }
        assert_eq!(found, expect);
    }
}

/// A message that waits for its commit; the model does not know of it.
async fn stall(world: &mut World, store: &Store, thread: ThreadId, now: DateTime<Utc>) -> Tx {
    let thread = world.find(thread).clone();
    let message = MessageModel {
        id: world.id(),
        thread_id: thread.id,
        seq: thread.last_seq + 1,
        author_kind: thread.started_by_kind,
        author_id: thread.started_by_id,
        account_id: None,
        body: "Late".to_owned(),
        created_at: now,
        seen_by_client_at: None,
        body_format: BodyFormat::Plain,
        deleted_at: None,
        body_html: None,
        reply_to_id: None,
        reply_to_revision: None,
        revision: 1,
        edited_at: None,
        pinned_at: None,
    };
    let tx = store.begin().await.unwrap();
    tx.insert_message(&message).await.unwrap();
    tx.advance_thread(&thread, message.seq, message.id, now)
        .await
        .unwrap();
    tx
}

/// On PostgreSQL a message can be committed behind one that carries a later moment. Whoever read a
/// first page in between sees its thread once, where it was.
#[tokio::test]
async fn p16_a_message_that_is_committed_late_makes_no_page_skip_or_repeat_its_thread() {
    let (db, mut world, viewers) = world(400).await;
    if !db.postgres() {
        return;
    }
    let (state, mut now) = (InboxState::ReadAndUnread, 20_000);
    let mut tried = 0;
    for viewer in &viewers {
        for size in [1, 2, 3] {
            let inbox = world.inbox(viewer, InboxFilter::default());
            let Some((last, others)) = inbox.split_last() else {
                continue;
            };
            let late = world.dice.pick(&inbox);
            let late = if others.is_empty() { *last } else { late };
            // What the first page will see: the other thread has moved, the late one not yet.
            let stalled = stall(&mut world, &db.store, late, at(now + 1)).await;
            for other in others.iter().filter(|other| **other != late).take(2) {
                send(&mut world, &db.store, *other, at(now + 2)).await;
            }
            let expect = world.inbox(viewer, InboxFilter::default());
            let (mut found, mut after) = page(&db.store, viewer, state, None, size).await;
            stalled.commit().await.unwrap();
            world.arrive(late, at(now + 1));
            while let Some(place) = after {
                let (ids, next) = page(&db.store, viewer, state, Some(place), size).await;
                found.extend(ids);
                assert!(found.len() <= 2 * expect.len() + 8, "paging never ends");
                after = next;
            }
            assert_eq!(found, expect, "{late:?} by {size}, {viewer:?}");
            tried += 1;
            now += 10;
        }
    }
    assert!(tried > 10);
}
