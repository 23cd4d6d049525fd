//! Messages of one thread are numbered from 1 without gaps, however many are sent at once.

use tidings_domain::{BodyFormat, MessageId, PrincipalKind, ThreadId};
use tidings_policy::Viewer;
use tidings_store::{MessageModel, MessageRange, Store};
use uuid::Uuid;

use crate::stir::viewers;
use crate::support::world::World;
use crate::support::{Db, at};

const SENDERS: u128 = 50;

/// Sends one message as a use case does: lock, number, insert, advance, commit.
async fn send(store: Store, viewer: Viewer, thread: ThreadId, number: u128) -> i64 {
    let tx = store.begin().await.unwrap();
    let seen = tx.lock_thread(&viewer, thread).await.unwrap().unwrap();
    let message = MessageModel {
        id: MessageId(Uuid::from_u128(number)),
        thread_id: thread,
        seq: seen.thread.last_seq + 1,
        author_kind: PrincipalKind::Staff,
        author_id: viewer.principal().uuid(),
        account_id: None,
        body: number.to_string(),
        created_at: at(30_000),
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
    tx.insert_message(&message).await.unwrap();
    tx.advance_thread(&seen.thread, message.seq, message.id, message.created_at)
        .await
        .unwrap();
    if number.is_multiple_of(10) {
        // Some give up at the last moment, and must leave no gap.
        drop(tx);
        return 0;
    }
    tx.commit().await.unwrap();
    message.seq
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c26_t31_messages_sent_at_once_are_numbered_without_gaps() {
    let db = Db::fresh().await;
    let world = World::roll(1);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    let viewers = viewers(&world, &db.store).await;
    let viewer = viewers
        .iter()
        .find(|viewer| !world.visible(viewer).is_empty())
        .unwrap();
    let before = world.visible(viewer)[0].clone();

    let mut senders = tokio::task::JoinSet::new();
    for number in 1..=SENDERS {
        senders.spawn(send(db.store.clone(), viewer.clone(), before.id, number));
    }
    let mut seqs: Vec<i64> = senders.join_all().await;
    seqs.retain(|seq| *seq > 0);
    seqs.sort_unstable();
    let sent = i64::try_from(SENDERS - SENDERS / 10).unwrap();
    let expect: Vec<i64> = (before.last_seq + 1..=before.last_seq + sent).collect();
    assert_eq!(seqs, expect);

    let after = &db.store.threads(viewer, &[before.id]).await.unwrap()[0].thread;
    let range = MessageRange {
        thread: before.id,
        from: 1,
        to: i64::MAX,
        take: None,
        html: false,
    };
    let rows = db.store.messages(viewer, &[range]).await.unwrap();
    let stored: Vec<i64> = rows.iter().map(|row| row.message.seq).collect();
    assert_eq!(stored, (1..=before.last_seq + sent).collect::<Vec<_>>());
    assert_eq!(after.last_seq, before.last_seq + sent);
    assert_eq!(
        rows.last().map(|row| row.message.id),
        Some(after.last_message_id)
    );
    assert_eq!(after.last_activity_at, at(30_000));
}
