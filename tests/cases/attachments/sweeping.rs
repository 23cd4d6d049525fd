//! The sweep: what was not sent goes after a day, files without a row after an hour.

use chrono::TimeDelta;
use serde_json::json;
use tidings_domain::FileKind::*;
use tidings_domain::{Clock as _, IdSource as _, RandomIds};
use tidings_server::seed::cast::thread;

use super::{newest, send};
use crate::support::upload::text;
use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn p27_s15_what_was_not_sent_goes_after_a_day_and_what_was_stays() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let sent = amina.attaches(Pdf).await;
    send(&amina, &thread::SLEEP.gid(), &[sent]).await;
    amina.attaches(Pdf).await;
    amina.ticket("a.txt", "text/plain", 8).await;
    assert_eq!(tidings.files(), 2);
    let service = &tidings.server().service;
    tidings
        .clock
        .advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(service.sweep_files().await.unwrap(), 0);
    assert_eq!(tidings.count("SELECT COUNT(*) FROM upload").await, 0);
    assert_eq!(tidings.files(), 2);
    tidings.clock.advance(TimeDelta::seconds(1));
    assert_eq!(service.sweep_files().await.unwrap(), 1);
    assert_eq!(tidings.count("SELECT COUNT(*) FROM attachment").await, 1);
    assert_eq!(tidings.files(), 1);
    let seen = newest(&tidings.caller("client"), &thread::SLEEP.gid()).await;
    assert_eq!(tidings.fetch(&text(&seen[0]["url"])).await.status(), 200);
    assert_eq!(service.sweep_files().await.unwrap(), 0);
}

#[tokio::test]
async fn s15_a_file_whose_row_never_came_goes_after_an_hour() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    amina.attaches(Pdf).await;
    // As a process leaves it that ends between the file and its row.
    let id = RandomIds.next(tidings.clock.now()).simple().to_string();
    let folder = tidings
        .config
        .file_folder()
        .join(&id[28..30])
        .join(&id[30..]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&id), "left behind").unwrap();
    let service = &tidings.server().service;
    assert_eq!(service.sweep_files().await.unwrap(), 0);
    assert_eq!(tidings.files(), 2);
    tidings.clock.advance(TimeDelta::hours(1));
    assert_eq!(service.sweep_files().await.unwrap(), 1);
    assert_eq!(tidings.files(), 1);
    let data = tidings
        .caller("clinician")
        .data(
            "{ sharedDocuments(first: 1) { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert_eq!(data["sharedDocuments"]["edges"], json!([]));
}
