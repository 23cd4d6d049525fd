//! Writes that are done once (G4).

use tidings_domain::{IdempotencyKey, Principal, StaffId};
use tidings_store::{Claim, Store};
use uuid::Uuid;

use crate::support::{Db, at};

fn who(number: u128) -> Principal {
    Principal::Staff(StaffId(Uuid::from_u128(number)))
}

fn key() -> IdempotencyKey {
    IdempotencyKey::parse("the-key").unwrap()
}

/// Claims the key, settles and commits if it is new.
async fn write_once(store: Store, who: Principal, fingerprint: String) -> Claim {
    let tx = store.begin().await.unwrap();
    let claim = tx.claim(who, &key(), &fingerprint, at(0)).await.unwrap();
    if claim == Claim::New {
        tx.settle(who, &key(), &format!("outcome of {fingerprint}"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    claim
}

fn done(fingerprint: &str) -> Claim {
    Claim::Done {
        fingerprint: fingerprint.to_owned(),
        outcome: format!("outcome of {fingerprint}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_of_fifty_equal_claims_at_once_one_is_new_and_the_others_get_its_outcome() {
    let db = Db::fresh().await;
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..50 {
        claims.spawn(write_once(db.store.clone(), who(1), "send".to_owned()));
    }
    let claims = claims.join_all().await;
    let new = claims.iter().filter(|claim| **claim == Claim::New).count();
    assert_eq!(new, 1);
    let repeats = claims
        .iter()
        .filter(|claim| **claim == done("send"))
        .count();
    assert_eq!(repeats, 49);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_of_fifty_claims_that_fail_at_first_the_next_one_is_new() {
    let db = Db::fresh().await;
    let mut claims = tokio::task::JoinSet::new();
    for number in 0..50 {
        let store = db.store.clone();
        claims.spawn(async move {
            let tx = store.begin().await.unwrap();
            let claim = tx.claim(who(1), &key(), "send", at(0)).await.unwrap();
            if claim == Claim::New {
                // Every claim but those of the last ten is taken back, and the key is free again.
                if number < 40 {
                    drop(tx);
                } else {
                    tx.settle(who(1), &key(), "outcome of send").await.unwrap();
                    tx.commit().await.unwrap();
                    return 1;
                }
            } else {
                assert_eq!(claim, done("send"));
            }
            0
        });
    }
    let written: i32 = claims.join_all().await.into_iter().sum();
    assert!(written <= 1, "{written} wrote");
    let expect = if written == 1 {
        done("send")
    } else {
        Claim::New
    };
    let claim = write_once(db.store.clone(), who(1), "send".to_owned()).await;
    assert_eq!(claim, expect);
}

#[tokio::test]
async fn g4_a_claim_that_is_rolled_back_frees_the_key() {
    let db = Db::fresh().await;
    for _ in 0..3 {
        let tx = db.store.begin().await.unwrap();
        let claim = tx.claim(who(1), &key(), "first", at(0)).await.unwrap();
        assert_eq!(claim, Claim::New);
        tx.settle(who(1), &key(), "never seen").await.unwrap();
        drop(tx);
    }
    let claim = write_once(db.store.clone(), who(1), "second".to_owned()).await;
    assert_eq!(claim, Claim::New);
    let claim = write_once(db.store.clone(), who(1), "second".to_owned()).await;
    assert_eq!(claim, done("second"));
}

#[tokio::test]
async fn g4_a_waiting_claim_gets_the_key_that_the_first_gives_back() {
    let db = Db::fresh().await;
    let first = db.store.begin().await.unwrap();
    let claim = first.claim(who(1), &key(), "first", at(0)).await.unwrap();
    assert_eq!(claim, Claim::New);
    let mut second = tokio::spawn(write_once(db.store.clone(), who(1), "second".to_owned()));
    let early = tokio::time::timeout(std::time::Duration::from_millis(100), &mut second).await;
    assert!(early.is_err(), "the second waits for the end of the first");
    drop(first);
    assert_eq!(second.await.unwrap(), Claim::New);
}

#[tokio::test]
async fn g4_a_key_is_one_viewer_s_and_tells_of_another_input() {
    let db = Db::fresh().await;
    let store = || db.store.clone();
    assert_eq!(
        write_once(store(), who(1), "a".to_owned()).await,
        Claim::New
    );
    assert_eq!(write_once(store(), who(1), "b".to_owned()).await, done("a"));
    assert_eq!(
        write_once(store(), who(2), "b".to_owned()).await,
        Claim::New
    );
    assert_eq!(write_once(store(), who(2), "b".to_owned()).await, done("b"));
    let account = Principal::Account(Uuid::from_u128(3).into());
    assert_eq!(
        write_once(store(), account, "c".to_owned()).await,
        Claim::New
    );
}

#[tokio::test]
async fn g4_keys_survive_a_restart() {
    let db = Db::fresh().await;
    let claim = write_once(db.store.clone(), who(1), "a".to_owned()).await;
    assert_eq!(claim, Claim::New);
    db.store.clone().close().await.unwrap();
    let again = db.another().await;
    assert_eq!(write_once(again, who(1), "a".to_owned()).await, done("a"));
}
