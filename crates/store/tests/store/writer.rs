//! Writes: all of them land, those that wait together share a commit, and whoever fails or goes
//! away leaves nothing behind and keeps nobody waiting.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::FutureExt as _;
use sea_orm::ConnectionTrait as _;
use tidings_domain::AgencyId;
use tidings_store::{AgencyRow, Batch, Store, Tx};
use uuid::Uuid;

use crate::support::{Db, at, raw};

fn agency(number: u128) -> Batch {
    let row = AgencyRow {
        id: AgencyId(Uuid::from_u128(number)),
        name: number.to_string(),
        time_zone: "UTC".to_owned(),
        policy_version: 1,
        created_at: at(0),
    };
    Batch {
        agencies: vec![row],
        ..Batch::default()
    }
}

/// A write that has stored one agency and is not committed.
async fn begun(store: &Store, number: u128) -> Tx {
    let tx = store.begin().await.unwrap();
    tx.insert_batch(agency(number)).await.unwrap();
    tx
}

/// The numbers of the agencies that are stored.
async fn stored(db: &Db) -> BTreeSet<u128> {
    let rows = db.outside().await.rows("SELECT name FROM agency").await;
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap().parse().unwrap())
        .collect()
}

/// Fails instead of waiting for ever.
async fn soon<F: Future>(future: F) -> F::Output {
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, future).await.expect("blocked")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_writes_at_once_all_land() {
    let db = Db::fresh().await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = db.store.clone();
        writes.spawn(async move { begun(&store, number).await.commit().await });
    }
    for outcome in soon(writes.join_all()).await {
        outcome.unwrap();
    }
    assert_eq!(stored(&db).await, (0..200).collect());
}

/// The commits in the write-ahead log of SQLite: frames that name the database's size after them.
/// Frames of an earlier round of the log carry another salt.
fn commits_in_log(db: &Db) -> usize {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let log = std::fs::read(db.file().unwrap().with_extension("db-wal")).unwrap();
    let page = usize::try_from(number(&log[8..12])).unwrap();
    let (salt, frames) = (&log[16..24], &log[32..]);
    frames
        .chunks_exact(24 + page)
        .take_while(|frame| &frame[8..16] == salt)
        .filter(|frame| number(&frame[4..8]) != 0)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_writes_that_wait_together_share_a_commit() {
    let db = Db::fresh().await;
    if db.postgres() {
        return;
    }
    // The log begins anew, and nothing empties it before we look.
    let fresh = db.outside().await;
    fresh.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let single = 5;
    for number in 1_000..1_000 + single {
        begun(&db.store, number).await.commit().await.unwrap();
    }
    let before = commits_in_log(&db);
    assert_eq!(
        before,
        usize::try_from(single).unwrap(),
        "one by one, each has its commit"
    );

    // Held until all the others wait behind it.
    let first = begun(&db.store, 0).await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 1..200 {
        let store = db.store.clone();
        writes.spawn(async move { begun(&store, number).await.commit().await });
    }
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    for outcome in soon(writes.join_all()).await {
        outcome.unwrap();
    }
    let commits = commits_in_log(&db) - before;
    assert!(
        (1..=20).contains(&commits),
        "{commits} commits for 200 writes"
    );
    assert_eq!(stored(&db).await.len(), 205);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_leaves_nothing_while_its_neighbours_stand() {
    let db = Db::fresh().await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..90_u128 {
        let store = db.store.clone();
        writes.spawn(async move {
            let tx = begun(&store, number).await;
            match number % 3 {
                // The same key once more.
                0 => assert!(tx.insert_batch(agency(number)).await.is_err()),
                1 => drop(tx),
                _ => {
                    tx.insert_batch(agency(1_000 + number)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }
        });
    }
    soon(writes.join_all()).await;
    let stands = (0..90_u128).filter(|n| n % 3 == 2);
    assert_eq!(
        stored(&db).await,
        stands.flat_map(|n| [n, 1_000 + n]).collect()
    );
}

#[tokio::test]
async fn a_dropped_write_leaves_nothing_and_blocks_nobody() {
    let db = Db::fresh().await;
    for number in 0..20 {
        drop(begun(&db.store, number).await);
        drop(db.store.begin().await.unwrap());
    }
    let last = soon(begun(&db.store, 100)).await;
    soon(last.commit()).await.unwrap();
    assert_eq!(stored(&db).await, BTreeSet::from([100]));
    // Nothing is left open that would keep another process from writing.
    let another = db.another().await;
    drop(begun(&db.store, 101).await);
    soon(async { begun(&another, 102).await.commit().await })
        .await
        .unwrap();
    assert_eq!(stored(&db).await, BTreeSet::from([100, 102]));
}

#[tokio::test]
async fn a_write_that_is_dropped_where_no_runtime_is_leaves_nothing() {
    let db = Db::fresh().await;
    if db.postgres() {
        return;
    }
    let tx = begun(&db.store, 1).await;
    std::thread::spawn(move || drop(tx)).join().unwrap();
    soon(begun(&db.store, 2)).await.commit().await.unwrap();
    assert_eq!(stored(&db).await, BTreeSet::from([2]));
}

#[tokio::test]
async fn a_beginning_that_is_given_up_blocks_nobody() {
    let db = Db::fresh().await;
    for turns in 0..20 {
        // Given up after so many steps, wherever that is.
        let mut beginning = Box::pin(db.store.begin());
        for _ in 0..turns {
            if let Some(tx) = beginning.as_mut().now_or_never() {
                drop(tx);
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    soon(begun(&db.store, 1)).await.commit().await.unwrap();
    assert_eq!(stored(&db).await, BTreeSet::from([1]));
}

#[tokio::test]
async fn a_cancelled_commit_is_there_whole_or_not_at_all_and_blocks_no_other_process() {
    let db = Db::fresh().await;
    let another = db.another().await;
    for turns in 0..12_u128 {
        let number = turns * 10;
        let tx = begun(&db.store, number).await;
        tx.insert_batch(agency(number + 1)).await.unwrap();
        let mut commit = Box::pin(tx.commit());
        for _ in 0..turns {
            if commit.as_mut().now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(commit);
        // Another process writes, and after it the outcome is settled.
        let next = async { begun(&another, number + 5).await.commit().await };
        soon(next).await.unwrap();
        let found = stored(&db).await;
        let halves = (found.contains(&number), found.contains(&(number + 1)));
        assert_eq!(halves.0, halves.1, "after {turns} turns");
        assert!(found.contains(&(number + 5)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_away_while_committing_takes_no_neighbour_along() {
    let db = Db::fresh().await;
    let first = begun(&db.store, 0).await;
    let mut stay = tokio::task::JoinSet::new();
    let mut leave = Vec::new();
    for number in 1..60_u128 {
        let store = db.store.clone();
        let write = async move { begun(&store, number).await.commit().await };
        if number % 2 == 0 {
            stay.spawn(write);
        } else {
            leave.push(tokio::spawn(write));
        }
    }
    tokio::task::yield_now().await;
    first.commit().await.unwrap();
    for (turns, task) in leave.into_iter().enumerate() {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        task.abort();
    }
    for outcome in soon(stay.join_all()).await {
        outcome.unwrap();
    }
    soon(async { begun(&db.store, 99).await.commit().await })
        .await
        .unwrap();
    let found = stored(&db).await;
    assert!((0..60).filter(|n| n % 2 == 0).all(|n| found.contains(&n)));
}

#[tokio::test]
async fn the_statements_of_a_store_are_counted() {
    let db = Db::fresh().await;
    let before = db.store.statements();
    db.store.is_empty().await.unwrap();
    assert_eq!(db.store.statements() - before, 1);
    let tx = db.store.begin().await.unwrap();
    let begun = db.store.statements();
    tx.insert_batch(agency(1)).await.unwrap();
    tx.query_one_raw(raw(&*tx, "SELECT 1")).await.unwrap();
    assert_eq!(db.store.statements() - begun, 2);
}
