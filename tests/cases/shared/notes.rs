//! Notes of staff on threads.

use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use crate::support::{Caller, Global as _, Tidings};

fn note(thread: &str, body: &str) -> Value {
    json!({ "threadId": thread, "body": body })
}

/// The notes on a thread, page by page, newest first.
async fn notes(caller: &Caller<'_>, thread: &str) -> Vec<String> {
    let query = "query($id: ID!, $after: String) { thread(id: $id) { notes(first: 2, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { number bodyText author { id } createdAt } } } } }";
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "id": thread, "after": after });
        let data = caller.data(query, variables).await;
        let page = &data["thread"]["notes"];
        for edge in page["edges"].as_array().unwrap() {
            all.push(edge["node"]["bodyText"].as_str().unwrap().to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Whatever a client can read of its threads.
const EVERYTHING: &str = "{ unreadCounts { messages threads } inbox(first: 10, filter: { state: ALL_INCLUDING_ARCHIVED }) { edges { node {
  id lastActivityAt messageCount viewerUnreadCount viewerHasUnread lastMessage { id bodyText }
  participants { standing } pinnedMessages { id } sharedDocuments(first: 5) { edges { node { id } } }
  messages(last: 20) { edges { node { id bodyText } } } } } }
  sharedDocuments(first: 50) { edges { node { id } } } }";

#[tokio::test]
async fn sx06_staff_who_see_the_thread_read_and_write_notes() {
    let tidings = Tidings::start().await;
    let (amina, ingrid) = (tidings.caller("clinician"), tidings.caller("supervisor"));
    let id = thread::SLEEP.gid();
    let mut listener = tidings.listen("supervisor").await;
    for n in 1..=5 {
        let writer = if n % 2 == 0 { &ingrid } else { &amina };
        let written = writer
            .does("addThreadNote", note(&id, &format!(" Note {n}\r\n")))
            .await;
        assert_eq!(written["note"]["number"], json!(n));
        assert_eq!(written["note"]["bodyText"], json!(format!("Note {n}")));
        let event = listener.expect("ThreadNoteAdded").await;
        assert_eq!(event["note"]["bodyText"], json!(format!("Note {n}")));
    }
    let expect: Vec<String> = (1..=5).rev().map(|n| format!("Note {n}")).collect();
    for who in ["clinician", "supervisor", "clinical-admin"] {
        assert_eq!(notes(&tidings.caller(who), &id).await, expect, "{who}");
    }
    assert!(notes(&amina, &thread::INVOICE.gid()).await.is_empty());
    // An internal thread takes notes, too, and a locked one.
    amina
        .does("addThreadNote", note(&thread::CASE_REVIEW.gid(), "b"))
        .await;
    let lock = json!({ "threadId": id, "locked": true });
    amina.does("setThreadLocked", lock).await;
    ingrid.does("addThreadNote", note(&id, "b")).await;
    // A cursor of another thread is none of this one.
    let query = "query($id: ID!, $after: String) { thread(id: $id) { notes(first: 1, after: $after) { pageInfo { endCursor } edges { node { number } } } } }";
    let first = amina.data(query, json!({ "id": id })).await;
    let cursor = &first["thread"]["notes"]["pageInfo"]["endCursor"];
    let other = json!({ "id": thread::INVOICE.gid(), "after": cursor });
    assert_eq!(amina.code(query, other).await, "CURSOR_INVALID");
}

#[tokio::test]
async fn sx06_no_client_ever_learns_of_a_note() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let before = elena.data(EVERYTHING, json!({})).await;
    let mut listener = tidings.listen("client").await;
    let cursor = listener.cursor.clone();
    amina
        .does("addThreadNote", note(&id, "Not for Elena."))
        .await;
    assert_eq!(elena.data(EVERYTHING, json!({})).await, before);
    // Refused as a field, with nothing of it.
    let query = "query($id: ID!) { thread(id: $id) { id notes(first: 5) { edges { node { bodyText } } } } }";
    let told = elena.ask(query, json!({ "id": id })).await;
    assert_eq!(told["data"]["thread"]["notes"], json!(null));
    assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(!told.to_string().contains("Elena."));
    let refused = elena.refused("addThreadNote", note(&id, "b")).await;
    assert_eq!(refused, "FORBIDDEN");
    // Neither live nor resumed.
    amina.writes(&id, "For Elena.").await;
    listener.expect_message("For Elena.").await;
    let mut resumed = tidings.listen_after("client", cursor).await;
    resumed.expect_message("For Elena.").await;
    // And to be asked for by kind shows nothing either.
    let mut socket = elena.socket().await;
    let stream =
        "subscription { events(kinds: [THREAD_NOTE_ADDED, MESSAGE_ADDED]) { kind: __typename } }";
    socket.subscribe(stream, json!({})).await;
    socket.settle().await;
    amina.does("addThreadNote", note(&id, "b")).await;
    amina.writes(&id, "b").await;
    let first = socket.data().await;
    assert_eq!(first["events"]["kind"], "MessageAdded");
}

#[tokio::test]
async fn sx06_who_does_not_see_the_thread_and_bad_notes_are_refused() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let before = tidings.stored().await;
    for who in ["biller", "second-client", "outsider", "system-admin"] {
        let caller = tidings.caller(who);
        let found = caller.refused("addThreadNote", note(&id, "b")).await;
        assert_eq!(found, "NOT_FOUND", "{who}");
    }
    let amina = tidings.caller("clinician");
    for (body, code) in [
        ("", "BODY_REQUIRED"),
        (" \u{200b}", "BODY_REQUIRED"),
        (&"x".repeat(10_001), "MESSAGE_TOO_LONG"),
    ] {
        let found = amina.refused("addThreadNote", note(&id, body)).await;
        assert_eq!(found, code);
    }
    assert_eq!(tidings.stored().await, before);
    let mut once = note(&id, &"x".repeat(10_000));
    once["idempotencyKey"] = json!("one-note");
    for _ in 0..2 {
        amina.does("addThreadNote", once.clone()).await;
    }
    assert_eq!(notes(&amina, &id).await.len(), 1, "G4");
}

#[tokio::test]
async fn sx06_sx03_cx18_p26_neither_a_search_nor_a_file_has_notes_or_drafts() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let (id, word) = (thread::SLEEP.gid(), "Quittengelee");
    amina.does("addThreadNote", note(&id, word)).await;
    amina.does("saveDraft", note(&id, word)).await;
    elena.does("saveDraft", note(&id, word)).await;
    let search = "query($query: String!) { search(query: $query, first: 10) { edges { node { __typename } } } }";
    for who in ["client", "clinician", "clinical-admin"] {
        let caller = tidings.caller(who);
        let found = caller.data(search, json!({ "query": word })).await;
        assert_eq!(found["search"]["edges"], json!([]), "{who}");
        for format in ["CSV", "JSON"] {
            let file = tidings.exported(who, &id, format).await;
            assert!(file.len() > 100);
            let told = file.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!told, "{who} {format}");
        }
    }
    // What is sent is found.
    amina.writes(&id, word).await;
    let found = elena.data(search, json!({ "query": word })).await;
    assert_eq!(found["search"]["edges"].as_array().unwrap().len(), 1);
}
