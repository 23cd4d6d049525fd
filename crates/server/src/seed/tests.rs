//! What the seeds promise, checked on SQLite.

mod demo;
mod size;

use chrono::{DateTime, TimeZone, Utc};
use tempfile::TempDir;
use tidings_domain::MockClock;
use tidings_store::Store;

/// An empty database that lasts as long as the folder.
async fn database() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("seed.db").display());
    let store = Store::open(&url, 2).await.unwrap();
    store.migrate().await.unwrap();
    (folder, store)
}

fn moment() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 15, 0, 0).unwrap()
}

fn clock() -> MockClock {
    MockClock::new(moment())
}
