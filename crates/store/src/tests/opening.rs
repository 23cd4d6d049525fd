//! How the database is opened.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use crate::Store;
use crate::support::{Db, raw};

/// What a pragma answers, as text.
async fn pragma(db: &impl ConnectionTrait, name: &str) -> String {
    let row = db.query_one_raw(raw(db, &format!("PRAGMA {name}"))).await;
    let row = row.unwrap().unwrap();
    row.try_get_by_index::<i64>(0)
        .map(|number| number.to_string())
        .or_else(|_| row.try_get_by_index(0))
        .unwrap()
}

#[tokio::test]
async fn sqlite_is_built_without_memory_statistics_and_plans_once() {
    let db = Db::fresh().await;
    if db.postgres() {
        return;
    }
    let rows = db.outside().await.rows("PRAGMA compile_options").await;
    let options: Vec<String> = rows
        .iter()
        .map(|r| r.try_get_by_index(0).unwrap())
        .collect();
    for option in [
        "DEFAULT_MEMSTATUS=0",
        "DEFAULT_PCACHE_INITSZ=4",
        "ENABLE_QPSG",
    ] {
        assert!(options.contains(&option.to_owned()), "{options:?}");
    }
}

#[tokio::test]
async fn the_writer_on_sqlite_waits_for_the_disk_and_checks_references() {
    let db = Db::fresh().await;
    if db.postgres() {
        return;
    }
    let tx = db.store.begin().await.unwrap();
    assert_eq!(pragma(&*tx, "journal_mode").await, "wal");
    assert_eq!(pragma(&*tx, "synchronous").await, "2", "FULL");
    assert_eq!(pragma(&*tx, "foreign_keys").await, "1");
    assert_eq!(pragma(&*tx, "query_only").await, "0");
    let lost =
        "INSERT INTO portal_account_client (client_id, account_id, rank) VALUES (x'01', x'02', 0)";
    let error = tx.execute_unprepared(lost).await.unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
}

#[tokio::test]
async fn readers_on_sqlite_cannot_write() {
    let db = Db::with_connections(3).await;
    if db.postgres() {
        return;
    }
    // Held at the same time, so that each is another connection.
    let mut readers = Vec::new();
    for _ in 0..3 {
        let pool: &DatabaseConnection = &db.store.read;
        readers.push(sea_orm::TransactionTrait::begin(pool).await.unwrap());
    }
    for reader in &readers {
        assert_eq!(pragma(reader, "journal_mode").await, "wal");
        assert_eq!(pragma(reader, "query_only").await, "1");
        let write = "DELETE FROM event_floor";
        let error = reader.execute_unprepared(write).await.unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
    }
}

#[tokio::test]
async fn a_url_of_another_database_is_refused() {
    for url in ["mysql://localhost/tidings", "tidings.db", ""] {
        let error = Store::open(url, 1).await.unwrap_err();
        assert!(matches!(error, crate::StoreError::Options(_)), "{error}");
    }
}

#[tokio::test]
async fn a_database_is_empty_until_it_has_an_agency_and_answers() {
    let db = Db::fresh().await;
    db.store.ping().await.unwrap();
    assert!(db.store.is_empty().await.unwrap());
    let world = crate::support::world::World::roll(1);
    let tx = db.store.begin().await.unwrap();
    tx.insert_batch(world.batch()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!db.store.is_empty().await.unwrap());
    // Once more, on a schema that is up to date: nothing happens.
    db.store.migrate().await.unwrap();
    let backend = db.store.backend();
    assert_eq!(db.postgres(), backend == DbBackend::Postgres);
}
