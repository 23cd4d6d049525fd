//! What is erased, when, and what keeps it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::FileKind;
use tidings_server::seed::cast::client;

use super::{message, starts};
use crate::support::{Caller, Global as _, Tidings};

const NEEDLE: &str = "zwischendecke-8861";

const KEPT: &str = "query($id: ID!) { thread(id: $id) { deletedMessages(first: 10) { edges { node { bodyText deletion { purgedAt deletedBy { displayName } } } } } } }";

async fn kept(who: &Caller<'_>, id: &str) -> Value {
    let mut data = who.data(KEPT, json!({ "id": id })).await;
    data["thread"]["deletedMessages"]["edges"][0]["node"].take()
}

/// How many rows of the messages, their earlier texts, the subjects, notes and drafts have the needle.
async fn in_tables(tidings: &Tidings) -> i64 {
    let sql = format!(
        "SELECT (SELECT COUNT(*) FROM message WHERE body LIKE '%{NEEDLE}%' OR body_html LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM message_revision WHERE body LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM thread_note WHERE body LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM draft WHERE body LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM thread WHERE subject LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM event WHERE payload LIKE '%{NEEDLE}%') \
         + (SELECT COUNT(*) FROM audit_entry WHERE detail LIKE '%{NEEDLE}%')"
    );
    tidings.count(&sql).await
}

#[tokio::test]
async fn s31_p20_k3_of_what_is_erased_no_byte_is_left_in_tables_files_or_the_log() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, _) = starts(&amina, "CLINICAL").await;
    let file = amina.attaches(FileKind::Pdf).await;
    let files = tidings.files();
    let input =
        json!({ "threadId": id, "body": format!("Meet at {NEEDLE}."), "attachmentIds": [file] });
    let sent = amina.does("sendMessage", input).await;
    let said = sent["message"]["id"].as_str().unwrap().to_owned();
    let edit = json!({ "messageId": said, "body": format!("Meet at {NEEDLE}, please.") });
    amina.does("editMessage", edit).await;
    let quoting = json!({ "threadId": id, "body": "As I said.", "replyToId": said });
    amina.does("sendMessage", quoting).await;
    assert_eq!(in_tables(&tidings).await, 2);
    amina.does("deleteMessage", message(&said)).await;
    assert_eq!(in_tables(&tidings).await, 0);
    assert!(tidings.files() < files, "the file is gone with it");
    let quote = "query($id: ID!) { thread(id: $id) { messages(last: 1) { edges { node { replyTo { messageId bodyText } } } } } }";
    let text = elena.ask(quote, json!({ "id": id })).await.to_string();
    assert!(!text.contains(NEEDLE), "{text}");
    let service = &tidings.server().service;
    service.purge_due().await.unwrap();
    assert!(
        !in_files(&tidings),
        "the files of the database still hold it"
    );
}

/// Whether the files of SQLite have the needle.
fn in_files(tidings: &Tidings) -> bool {
    if tidings.is_postgres() {
        return false;
    }
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(tidings.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    assert!(bytes.len() > 100_000, "the database's files were read");
    bytes.windows(NEEDLE.len()).any(|w| w == NEEDLE.as_bytes())
}

#[tokio::test]
async fn k3_during_its_grace_the_admins_of_its_audience_read_what_was_deleted() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "deleted_grace_days": 7 })).await;
    // A token lasts no week: each asks as a caller of its day.
    let admin = || tidings.caller("clinical-admin");
    let amina = tidings.caller("clinician");
    let (id, _) = starts(&amina, "CLINICAL").await;
    let said = amina.writes(&id, NEEDLE).await;
    amina.does("deleteMessage", message(&said)).await;
    let found = kept(&admin(), &id).await;
    assert_eq!(found["bodyText"], NEEDLE);
    assert_eq!(found["deletion"]["purgedAt"], Value::Null);
    assert_eq!(kept(&amina, &id).await["bodyText"], Value::Null, "not hers");
    tidings.clock.advance(TimeDelta::days(6));
    let service = &tidings.server().service;
    assert_eq!(service.purge_due().await.unwrap(), 0);
    assert_eq!(kept(&admin(), &id).await["bodyText"], NEEDLE);
    tidings.clock.advance(TimeDelta::days(1));
    assert_eq!(kept(&admin(), &id).await["bodyText"], Value::Null);
    assert_eq!(service.purge_due().await.unwrap(), 1);
    assert_eq!(in_tables(&tidings).await, 0);
    let found = kept(&admin(), &id).await;
    assert!(found["deletion"]["purgedAt"].is_string());
    assert_eq!(
        found["deletion"]["deletedBy"]["displayName"],
        "Amina Farouk"
    );
    assert_eq!(service.purge_due().await.unwrap(), 0, "once");
}

#[tokio::test]
async fn k3_under_a_legal_hold_nothing_is_erased_until_it_is_lifted() {
    let tidings = Tidings::start().await;
    let (amina, admin) = (
        tidings.caller("clinician"),
        tidings.caller("clinical-admin"),
    );
    let (id, _) = starts(&amina, "CLINICAL").await;
    let said = amina.writes(&id, NEEDLE).await;
    let hold = |held: bool| json!({ "clientId": client::CLIENT.gid(), "held": held });
    for who in ["clinician", "scheduler", "client"] {
        let code = tidings
            .caller(who)
            .refused("setLegalHold", hold(true))
            .await;
        assert_eq!(code, "FORBIDDEN", "{who}");
    }
    let done = admin.does("setLegalHold", hold(true)).await;
    assert_eq!(done["client"]["legalHold"], true);
    amina.does("deleteMessage", message(&said)).await;
    let service = &tidings.server().service;
    assert_eq!(service.purge_due().await.unwrap(), 0);
    assert_eq!(in_tables(&tidings).await, 1);
    assert!(elena_sees_nothing(&tidings, &id).await);
    admin.does("setLegalHold", hold(false)).await;
    assert_eq!(service.purge_due().await.unwrap(), 1);
    assert_eq!(in_tables(&tidings).await, 0);
}

async fn elena_sees_nothing(tidings: &Tidings, id: &str) -> bool {
    let rows = tidings.caller("client").messages(id).await;
    rows.iter().all(|row| row["bodyText"] != json!(NEEDLE))
}

#[tokio::test]
async fn k3_nothing_inside_the_retention_minimum_is_erased() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "retention_days": 30 })).await;
    let amina = tidings.caller("clinician");
    let (id, _) = starts(&amina, "CLINICAL").await;
    let said = amina.writes(&id, NEEDLE).await;
    amina.does("deleteMessage", message(&said)).await;
    let service = &tidings.server().service;
    tidings.clock.advance(TimeDelta::days(29));
    assert_eq!(service.purge_due().await.unwrap(), 0);
    assert_eq!(in_tables(&tidings).await, 1);
    tidings.clock.advance(TimeDelta::days(2));
    assert_eq!(service.purge_due().await.unwrap(), 1);
    assert_eq!(in_tables(&tidings).await, 0);
}

const DESK: &str =
    "query($id: ID!) { drafts { id } node(id: $id) { id ... on Thread { viewerDraft { id } } } }";

#[tokio::test]
async fn sx06_sx03_k3_notes_and_drafts_are_out_of_sight_with_their_thread_and_erased_with_its_content()
 {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "deleted_grace_days": 7 })).await;
    let (id, _) = starts(&tidings.caller("clinician"), "CLINICAL").await;
    let written = json!({ "threadId": id, "body": NEEDLE });
    let mut drafts = Vec::new();
    for who in ["clinician", "supervisor", "client"] {
        let saved = tidings.caller(who).does("saveDraft", written.clone()).await;
        drafts.push((who, saved["draft"]["id"].clone()));
    }
    let cursor = tidings.listen("supervisor").await.cursor.clone();
    let amina = tidings.caller("clinician");
    amina.does("addThreadNote", written.clone()).await;
    let hold = |held: bool| json!({ "clientId": client::CLIENT.gid(), "held": held });
    let admin = tidings.caller("clinical-admin");
    admin.does("setLegalHold", hold(true)).await;
    amina.does("deleteThread", json!({ "threadId": id })).await;
    // Gone for everybody, whatever is kept of it.
    let notes =
        "query($id: ID!) { thread(id: $id) { notes(first: 5) { edges { node { number } } } } }";
    for who in ["clinician", "supervisor", "clinical-admin"] {
        let caller = tidings.caller(who);
        let data = caller.data(notes, json!({ "id": id })).await;
        assert_eq!(data["thread"]["notes"]["edges"], json!([]), "{who}");
        let code = caller.refused("addThreadNote", written.clone()).await;
        assert_eq!(code, "NOT_FOUND", "{who}");
    }
    for (who, draft) in &drafts {
        let caller = tidings.caller(who);
        let data = caller.data(DESK, json!({ "id": id })).await;
        assert_eq!(data["drafts"], json!([]), "{who}");
        assert_eq!(data["node"].is_null(), *who == "client");
        assert!(data["node"]["viewerDraft"].is_null(), "{who}");
        let by_id = json!({ "draftId": draft, "body": "b" });
        for (name, input) in [
            ("saveDraft", by_id),
            ("saveDraft", written.clone()),
            ("deleteDraft", json!({ "draftId": draft })),
        ] {
            assert_eq!(caller.refused(name, input).await, "NOT_FOUND", "{who}");
        }
    }
    let mut late = tidings.listen_after("supervisor", cursor).await;
    late.expect("ClientChanged").await;
    late.expect("ThreadChanged").await;
    tidings.nothing_more(&mut [late]).await;
    // A hold keeps them, and the grace; then they go together.
    tidings.clock.advance(TimeDelta::days(6));
    let admin = tidings.caller("clinical-admin");
    let service = &tidings.server().service;
    assert_eq!(in_tables(&tidings).await, 4);
    admin.does("setLegalHold", hold(false)).await;
    assert_eq!(service.purge_due().await.unwrap(), 0);
    assert_eq!(in_tables(&tidings).await, 4);
    tidings.clock.advance(TimeDelta::days(1));
    let admin = tidings.caller("clinical-admin");
    admin.does("setLegalHold", hold(true)).await;
    assert_eq!(service.purge_due().await.unwrap(), 0);
    assert_eq!(in_tables(&tidings).await, 4);
    admin.does("setLegalHold", hold(false)).await;
    assert_eq!(service.purge_due().await.unwrap(), 2);
    assert_eq!(in_tables(&tidings).await, 0);
    assert!(
        !in_files(&tidings),
        "the files of the database still hold it"
    );
}
