//! The log of events: nothing lost, one order, an end without a gap, a floor (G1, G2, G3).

use std::collections::BTreeSet;
use std::time::Duration;

use tidings_domain::{AgencyId, Event, EventRecord, IdempotencyKey, Position, Principal, StaffId};
use tidings_store::{AgencyRow, Batch, Claim, Store, Subject, Tx};
use uuid::Uuid;

use crate::support::dice::Dice;
use crate::support::{Db, at};

fn about(number: u128) -> Subject {
    Subject {
        agency: AgencyId(Uuid::from_u128(number)),
        thread: None,
        client: None,
    }
}

async fn emit(tx: &Tx, number: u128) {
    let when = at(i64::try_from(number).unwrap());
    tx.emit(about(number), &Event::ClientChanged, when)
        .await
        .unwrap();
}

/// One event, committed.
async fn tell(store: &Store, number: u128) {
    let tx = store.begin().await.unwrap();
    emit(&tx, number).await;
    tx.commit().await.unwrap();
}

fn number(record: &EventRecord) -> u128 {
    record.agency.0.as_u128()
}

/// Reads behind a position until so many events have come; they must come in order, each once.
async fn tail(store: Store, mut after: Position, count: usize) -> Vec<EventRecord> {
    let mut seen: Vec<EventRecord> = Vec::new();
    let reading = async {
        while seen.len() < count {
            for record in store.events_after(after, 7).await.unwrap() {
                assert!(record.position > after, "g2: an event behind the reader");
                after = record.position;
                seen.push(record);
            }
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(30);
    if tokio::time::timeout(limit, reading).await.is_err() {
        let numbers: Vec<u128> = seen.iter().map(number).collect();
        panic!(
            "g2: of {count} events only {} came: {numbers:?}",
            seen.len()
        );
    }
    seen
}

#[tokio::test]
async fn g2_a_transaction_that_stalls_before_its_commit_is_not_overtaken() {
    let db = Db::fresh().await;
    if !db.postgres() {
        return;
    }
    let slow = db.store.begin().await.unwrap();
    emit(&slow, 1).await;
    for number in 2..6 {
        tell(&db.store, number).await;
    }
    let early = db.store.events_after(Position::START, 100).await.unwrap();
    assert!(
        early.is_empty(),
        "{early:?} came before what stands ahead of it"
    );
    // A reader is not late for what it cannot read yet, but has to look again for it.
    assert_eq!(db.store.newest_event().await.unwrap(), Position::START);
    assert!(db.store.events_wait_behind(Position::START).await.unwrap());
    slow.commit().await.unwrap();
    let seen = tail(db.store.clone(), Position::START, 5).await;
    assert_eq!(seen.iter().map(number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let last = seen[4].position;
    assert_eq!(db.store.newest_event().await.unwrap(), last);
    assert!(!db.store.events_wait_behind(last).await.unwrap());
}

#[tokio::test]
async fn g1_whoever_begins_at_the_end_misses_no_transaction_that_stalls_there() {
    let db = Db::fresh().await;
    if !db.postgres() {
        return;
    }
    tell(&db.store, 1).await;
    tail(db.store.clone(), Position::START, 1).await;
    let slow = db.store.begin().await.unwrap();
    emit(&slow, 2).await;
    tell(&db.store, 3).await;
    let end = db.store.log_end().await.unwrap();
    slow.commit().await.unwrap();
    let seen = tail(db.store.clone(), end, 2).await;
    assert_eq!(seen.iter().map(number).collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test]
async fn g1_what_is_written_after_the_end_was_read_stands_behind_it() {
    let db = Db::fresh().await;
    for number_of in 1..=20 {
        let end = db.store.log_end().await.unwrap();
        tell(&db.store, number_of).await;
        let seen = tail(db.store.clone(), end, 1).await;
        assert!(seen.iter().any(|record| number(record) == number_of));
    }
}

#[tokio::test]
async fn g2_a_transaction_that_stalls_and_is_taken_back_holds_nobody_for_good() {
    let db = Db::fresh().await;
    let slow = db.store.begin().await.unwrap();
    emit(&slow, 1).await;
    if db.postgres() {
        tell(&db.store, 2).await;
    }
    drop(slow);
    tell(&db.store, 3).await;
    let expect: &[u128] = if db.postgres() { &[2, 3] } else { &[3] };
    let seen = tail(db.store.clone(), Position::START, expect.len()).await;
    assert_eq!(seen.iter().map(number).collect::<Vec<_>>(), expect);
}

/// Writes events in random portions, with random pauses, and takes some of it back. Answers what
/// was committed.
async fn write(store: Store, writer: u128) -> Vec<u128> {
    let mut dice = Dice::new(u64::try_from(writer).unwrap());
    let mut written = Vec::new();
    for turn in 0..8 {
        let tx = store.begin().await.unwrap();
        let mut portion = Vec::new();
        for part in 0..=dice.below(3) {
            let number = writer * 1_000 + turn * 10 + u128::try_from(part).unwrap();
            emit(&tx, number).await;
            portion.push(number);
            for _ in 0..dice.below(40) {
                tokio::task::yield_now().await;
            }
        }
        if dice.percent(25) {
            drop(tx);
        } else {
            tx.commit().await.unwrap();
            written.extend(portion);
        }
    }
    written
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g2_a_tailing_reader_meets_every_event_once_and_in_one_order() {
    let db = Db::with_connections(12).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 1..=10 {
        writers.spawn(write(db.store.clone(), writer));
    }
    // The reader goes along while they write, until a mark that comes after them all.
    let reader = db.another().await;
    let tailing = tokio::spawn(async move {
        let (mut after, mut seen) = (Position::START, Vec::new());
        loop {
            for record in reader.events_after(after, 5).await.unwrap() {
                assert!(record.position > after, "g2: an event behind the reader");
                after = record.position;
                if number(&record) == 0 {
                    return seen;
                }
                seen.push(record);
            }
            tokio::task::yield_now().await;
        }
    });
    let written: Vec<u128> = writers.join_all().await.into_iter().flatten().collect();
    tell(&db.store, 0).await;
    let limit = Duration::from_secs(30);
    let seen = tokio::time::timeout(limit, tailing).await.unwrap().unwrap();
    let numbers: Vec<u128> = seen.iter().map(number).collect();
    let unique: BTreeSet<u128> = numbers.iter().copied().collect();
    assert_eq!(numbers.len(), unique.len(), "each once");
    assert_eq!(unique, written.iter().copied().collect());
    // Whoever reads the whole log later sees the same order.
    let later = db
        .store
        .events_after(Position::START, 10_000)
        .await
        .unwrap();
    assert_eq!(later[..seen.len()], seen);
    // And what one transaction wrote stands together.
    for writer in 1..=10 {
        let own = numbers.iter().filter(|n| **n / 1_000 == writer);
        assert!(own.is_sorted(), "the order within a writer");
    }
}

/// A row and the event that tells of it, in one write.
async fn row_and_event(store: Store, number: u128) {
    let tx = store.begin().await.unwrap();
    let row = AgencyRow {
        id: AgencyId(Uuid::from_u128(number)),
        name: number.to_string(),
        time_zone: "UTC".to_owned(),
        policy_version: 1,
        created_at: at(0),
    };
    let batch = Batch {
        agencies: vec![row],
        ..Batch::default()
    };
    // Now the row first, now the event.
    if number.is_multiple_of(2) {
        tx.insert_batch(batch).await.unwrap();
        emit(&tx, number).await;
    } else {
        emit(&tx, number).await;
        tokio::task::yield_now().await;
        tx.insert_batch(batch).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_a_snapshot_and_the_events_behind_the_end_have_no_gap() {
    let db = Db::with_connections(12).await;
    let total = 120;
    let mut writers = tokio::task::JoinSet::new();
    for number in 1..=total {
        writers.spawn(row_and_event(db.store.clone(), number));
    }
    let outside = db.outside().await;
    let mut moments = Vec::new();
    while writers.try_join_next().is_some() || !writers.is_empty() {
        let end = db.store.log_end().await.unwrap();
        let rows = outside.rows("SELECT name FROM agency").await;
        let snapshot: BTreeSet<u128> = rows
            .iter()
            .map(|row| row.try_get_by_index::<String>(0).unwrap().parse().unwrap())
            .collect();
        moments.push((end, snapshot));
        tokio::task::yield_now().await;
    }
    writers.join_all().await;
    let all: BTreeSet<u128> = (1..=total).collect();
    tail(db.store.clone(), Position::START, all.len()).await;
    for (end, snapshot) in moments {
        let after = db.store.events_after(end, 1_000).await.unwrap();
        let told: BTreeSet<u128> = after.iter().map(number).collect();
        let both: BTreeSet<u128> = snapshot.union(&told).copied().collect();
        assert_eq!(both, all, "g1: a gap behind {end:?}");
        let up_to = db
            .store
            .events_between(Position::START, end, 1_000)
            .await
            .unwrap();
        assert_eq!(up_to.len() + after.len(), all.len());
        let known: BTreeSet<u128> = up_to.iter().map(number).collect();
        assert!(
            known.is_subset(&snapshot),
            "g1: what stands before the end is visible"
        );
    }
}

#[tokio::test]
async fn g3_pruning_moves_the_floor_and_takes_nothing_younger() {
    let db = Db::fresh().await;
    let store = &db.store;
    assert_eq!(store.log_floor().await.unwrap(), Position::START);
    assert_eq!(store.prune(at(100), at(100)).await.unwrap(), 0);
    assert_eq!(store.log_floor().await.unwrap(), Position::START);
    for number in 1..=10 {
        tell(store, number).await;
    }
    let all = tail(store.clone(), Position::START, 10).await;

    assert_eq!(
        store.prune(at(5), at(0)).await.unwrap(),
        4,
        "older than 5, not as old"
    );
    let floor = store.log_floor().await.unwrap();
    assert_eq!(floor, all[3].position);
    let left = store.events_after(floor, 100).await.unwrap();
    assert_eq!(left, all[4..], "a reader at the floor misses nothing");
    assert_eq!(store.prune(at(5), at(0)).await.unwrap(), 0);
    assert_eq!(store.log_floor().await.unwrap(), floor);

    assert_eq!(store.prune(at(1_000), at(0)).await.unwrap(), 6);
    let floor = store.log_floor().await.unwrap();
    assert_eq!(floor, all[9].position);
    assert!(
        store.log_end().await.unwrap() >= floor,
        "an empty log ends at its floor"
    );
    tell(store, 11).await;
    let seen = tail(store.clone(), floor, 1).await;
    assert!(seen[0].position > floor, "numbers are never given twice");
    db.store.clone().close().await.unwrap();
    let again = db.another().await;
    assert_eq!(again.log_floor().await.unwrap(), floor, "after a restart");
}

#[tokio::test]
async fn g3_g4_pruning_forgets_old_keys_only() {
    let db = Db::fresh().await;
    let who = Principal::Staff(StaffId(Uuid::from_u128(1)));
    let keys = ["old", "young"].map(|key| IdempotencyKey::parse(key).unwrap());
    for (key, seconds) in keys.iter().zip([10, 20]) {
        let tx = db.store.begin().await.unwrap();
        tx.claim(who, key, "input", at(seconds)).await.unwrap();
        tx.commit().await.unwrap();
    }
    db.store.prune(at(0), at(20)).await.unwrap();
    let tx = db.store.begin().await.unwrap();
    let old = tx.claim(who, &keys[0], "input", at(30)).await.unwrap();
    let young = tx.claim(who, &keys[1], "input", at(30)).await.unwrap();
    assert_eq!(old, Claim::New);
    assert!(matches!(young, Claim::Done { .. }));
}

#[tokio::test]
async fn g5_changes_of_access_can_be_read_ahead() {
    let db = Db::fresh().await;
    let staff = StaffId(Uuid::from_u128(7));
    for (number, event) in [
        (1, Event::ClientChanged),
        (2, Event::CareTeamChanged { staff, held: false }),
        (3, Event::ClientChanged),
        (4, Event::StaffAccessChanged { staff }),
    ] {
        let tx = db.store.begin().await.unwrap();
        tx.emit(about(number), &event, at(0)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let all = tail(db.store.clone(), Position::START, 4).await;
    let access = |after| db.store.access_events_after(after);
    let ahead = access(Position::START).await.unwrap();
    if !db.postgres() {
        assert!(ahead.is_empty(), "one order is enough on SQLite");
        return;
    }
    assert_eq!(ahead, [all[1].clone(), all[3].clone()]);
    assert_eq!(access(all[1].position).await.unwrap(), [all[3].clone()]);
    assert!(access(all[3].position).await.unwrap().is_empty());

    // One that is committed behind a transaction that stalls is read already; the other is not.
    let event = Event::StaffAccessChanged { staff };
    let slow = db.store.begin().await.unwrap();
    slow.emit(about(5), &event, at(0)).await.unwrap();
    let tx = db.store.begin().await.unwrap();
    tx.emit(about(6), &event, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let ahead = access(all[3].position).await.unwrap();
    assert_eq!(ahead.iter().map(number).collect::<Vec<_>>(), [6]);
    let log = db.store.events_after(all[3].position, 10).await.unwrap();
    assert!(log.is_empty());
    drop(slow);
}
