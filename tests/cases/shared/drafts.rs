//! Drafts.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::FileKind;
use tidings_server::seed::cast::{client, message, staff, thread, topic};

use crate::support::{Caller, Global as _, Tidings};

const DRAFTS: &str =
    "{ drafts { id body bodyFormat subject updatedAt thread { id } attachments { id } } }";

async fn drafts(caller: &Caller<'_>) -> Vec<Value> {
    let mut data = caller.data(DRAFTS, json!({})).await;
    serde_json::from_value(data["drafts"].take()).unwrap()
}

/// The caller's draft in a thread.
async fn in_thread(caller: &Caller<'_>, thread: &str) -> Value {
    let query = "query($id: ID!) { thread(id: $id) { viewerDraft { id body } } }";
    let mut data = caller.data(query, json!({ "id": thread })).await;
    data["thread"]["viewerDraft"].take()
}

fn answer(thread: &str, body: &str) -> Value {
    json!({ "threadId": thread, "body": body })
}

fn id(payload: &Value) -> String {
    payload["draft"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sx03_a_draft_of_an_answer_survives_and_is_one_for_each_viewer_and_thread() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let sleep = thread::SLEEP.gid();
    assert_eq!(in_thread(&elena, &sleep).await, json!(null));
    let mut listener = tidings.listen("client").await;
    let saved = elena.does("saveDraft", answer(&sleep, "I slept")).await;
    let event = listener.expect("DraftChanged").await;
    assert_eq!(event["draft"]["body"], "I slept");
    // Saved again by its thread or by its id, it is the same one.
    let mut more = answer(&sleep, "I slept well");
    more["replyToId"] = json!(message(thread::SLEEP, 4).gid());
    let again = elena.does("saveDraft", more).await;
    assert_eq!(id(&again), id(&saved));
    let by_id = json!({ "draftId": id(&saved), "body": "I slept very well" });
    let again = elena.does("saveDraft", by_id).await;
    assert_eq!(again["draft"]["thread"]["id"], json!(sleep));
    assert_eq!(
        again["draft"]["replyTo"],
        json!(null),
        "replaced as a whole"
    );
    assert_eq!(in_thread(&elena, &sleep).await["body"], "I slept very well");
    assert_eq!(drafts(&elena).await.len(), 1);
    // Another viewer's draft in the same thread is another one.
    let amina = tidings.caller("clinician");
    amina.does("saveDraft", answer(&sleep, "Good")).await;
    assert_eq!(in_thread(&amina, &sleep).await["body"], "Good");
    assert_eq!(in_thread(&elena, &sleep).await["body"], "I slept very well");
    // It may be empty, and it outlives the server.
    elena.does("saveDraft", answer(&sleep, "  ")).await;
    assert_eq!(in_thread(&elena, &sleep).await["body"], "");
    let tidings = tidings.kill_and_restart().await;
    let elena = tidings.caller("client");
    assert_eq!(drafts(&elena).await.len(), 1);
    let gone = elena
        .does("deleteDraft", json!({ "draftId": id(&saved) }))
        .await;
    assert_eq!(gone["deletedDraftId"], json!(id(&saved)));
    assert!(drafts(&elena).await.is_empty());
    let refused = elena.refused("deleteDraft", json!({ "draftId": id(&saved) }));
    assert_eq!(refused.await, "NOT_FOUND");
}

#[tokio::test]
async fn sx03_nobody_else_sees_a_draft_not_even_an_admin() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let sleep = thread::SLEEP.gid();
    let saved = amina.does("saveDraft", answer(&sleep, "A secret")).await;
    let draft = id(&saved);
    let before = tidings.stored().await;
    let node = "query($id: ID!) { node(id: $id) { id ... on Draft { body } } }";
    for who in [
        "client",
        "supervisor",
        "clinical-admin",
        "practice-admin",
        "system-admin",
        "outsider",
    ] {
        let caller = tidings.caller(who);
        assert!(drafts(&caller).await.is_empty(), "{who}");
        let found = caller.data(node, json!({ "id": draft })).await;
        assert_eq!(found["node"], json!(null), "{who}");
        for (name, input) in [
            ("saveDraft", json!({ "draftId": draft, "body": "b" })),
            ("deleteDraft", json!({ "draftId": draft })),
        ] {
            assert_eq!(caller.refused(name, input).await, "NOT_FOUND", "{who}");
        }
        if caller.sees(&sleep).await {
            assert_eq!(in_thread(&caller, &sleep).await, json!(null), "{who}");
            let input = json!({ "threadId": sleep, "body": "b", "draftId": draft });
            let refused = caller.refused("sendMessage", input).await;
            assert_eq!(refused, "NOT_FOUND", "{who}");
        }
    }
    assert_eq!(tidings.stored().await, before);
    // No event tells of it but to its writer.
    let mut others = vec![
        tidings.listen("supervisor").await,
        tidings.listen("client").await,
    ];
    amina.does("saveDraft", answer(&sleep, "Another")).await;
    tidings.nothing_more(&mut others).await;
    // Out of sight of the thread, out of the list; nothing else of it is told either.
    tidings
        .move_to(&thread::APPOINTMENT.gid(), "CLINICAL")
        .await;
    let lucia = tidings.caller("scheduler");
    let refused = lucia
        .refused("saveDraft", answer(&thread::APPOINTMENT.gid(), "b"))
        .await;
    assert_eq!(refused, "NOT_FOUND");
}

#[tokio::test]
async fn sx03_sending_takes_the_draft_away_in_the_same_write() {
    let tidings = Tidings::start().await;
    let (elena, sleep) = (tidings.caller("client"), thread::SLEEP.gid());
    let saved = elena.does("saveDraft", answer(&sleep, "I slept")).await;
    let draft = id(&saved);
    let mut send = answer(&sleep, "");
    send["draftId"] = json!(draft);
    // Refused, it stays.
    assert_eq!(
        elena.refused("sendMessage", send.clone()).await,
        "BODY_REQUIRED"
    );
    assert_eq!(drafts(&elena).await.len(), 1);
    // For another thread it is none.
    let mut elsewhere = answer(&thread::INVOICE.gid(), "b");
    elsewhere["draftId"] = json!(draft);
    let before = tidings.stored().await;
    assert_eq!(
        elena.refused("sendMessage", elsewhere).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(tidings.stored().await, before);
    let mut listener = tidings.listen("client").await;
    send["body"] = json!("I slept well.");
    send["idempotencyKey"] = json!("send-the-draft");
    for _ in 0..2 {
        elena.does("sendMessage", send.clone()).await;
    }
    assert!(drafts(&elena).await.is_empty());
    listener.expect_message("I slept well.").await;
    let event = listener.expect("DraftChanged").await;
    assert_eq!(event["draftId"], json!(draft));
    assert_eq!(event["draft"], json!(null));
    // A message without a draft leaves that of another session alone.
    elena.does("saveDraft", answer(&sleep, "Later")).await;
    elena.writes(&sleep, "Now").await;
    assert_eq!(in_thread(&elena, &sleep).await["body"], "Later");
}

#[tokio::test]
async fn sx03_a_draft_of_a_new_thread_keeps_recipients_and_head() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }, { "staffMemberId": staff::SUPERVISOR.gid() },
        { "staffGroup": "ALL_CLINICIANS" }], "group": true, "audience": "CLINICAL",
        "topicId": topic::EXERCISES.gid(), "subject": "Breathing", "body": "Here is" });
    let saved = amina.does("saveDraft", input).await;
    let draft = &saved["draft"];
    let to = json!([
        { "client": { "id": client::CLIENT.gid() }, "staffMember": null, "staffGroup": null },
        { "client": null, "staffMember": { "id": staff::SUPERVISOR.gid() }, "staffGroup": null },
        { "client": null, "staffMember": null, "staffGroup": "ALL_CLINICIANS" },
    ]);
    assert_eq!(draft["to"], to);
    assert_eq!(draft["group"], true);
    assert_eq!(draft["audience"], "CLINICAL");
    assert_eq!(draft["topic"]["id"], json!(topic::EXERCISES.gid()));
    assert_eq!(draft["subject"], "Breathing");
    // Of these a viewer has several.
    amina.does("saveDraft", json!({ "body": "Another" })).await;
    assert_eq!(drafts(&amina).await.len(), 2);
    let start = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
        "subject": "Breathing", "body": "Here is it.", "draftId": draft["id"] });
    amina.does("startThread", start).await;
    let left = drafts(&amina).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["body"], "Another");
    // An account's names its client and staff; strangers are not there.
    let elena = tidings.caller("client");
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffMemberId": staff::CLINICIAN.gid() }], "body": "b" });
    elena.does("saveDraft", input.clone()).await;
    for (field, value, code) in [
        ("actingFor", json!(client::SECOND_CLIENT.gid()), "NOT_FOUND"),
        (
            "to",
            json!([{ "clientId": client::SECOND_CLIENT.gid() }]),
            "NOT_FOUND",
        ),
        (
            "to",
            json!([{ "staffMemberId": staff::OUTSIDER.gid() }]),
            "NOT_FOUND",
        ),
        ("threadId", json!(thread::SLEEP.gid()), "BAD_USER_INPUT"),
        ("subject", json!("x".repeat(256)), "SUBJECT_TOO_LONG"),
        ("body", json!("x".repeat(65_537)), "MESSAGE_TOO_LONG"),
    ] {
        let mut bad = input.clone();
        bad[field] = value;
        assert_eq!(elena.refused("saveDraft", bad).await, code, "{field}");
    }
}

#[tokio::test]
async fn sx03_c15_a_rich_draft_is_sanitised_and_its_attachments_wait_with_it() {
    let tidings = Tidings::start().await;
    let (amina, sleep) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let (kept, lost) = (
        amina.attaches(FileKind::Png).await,
        amina.attaches(FileKind::Txt).await,
    );
    let html = format!(
        "<p onclick=\"x()\">Look <img src=\"attachment:{kept}\"><img src=\"https://example.org/a.png\"></p><script>x</script>"
    );
    let input =
        json!({ "threadId": sleep, "body": html, "bodyFormat": "RICH", "attachmentIds": [kept] });
    let saved = amina.does("saveDraft", input).await;
    let body = saved["draft"]["body"].as_str().unwrap().to_owned();
    assert!(
        body.contains(&format!("<img src=\"attachment:{kept}\"")),
        "{body}"
    );
    for gone in ["onclick", "script", "example.org"] {
        assert!(!body.contains(gone), "{body}");
    }
    assert_eq!(saved["draft"]["attachments"], json!([{ "id": kept }]));
    // Days later what is in a draft is there still, and what is not is gone.
    tidings.clock.advance(TimeDelta::days(30));
    tidings.server().service.sweep_files().await.unwrap();
    let caller = tidings.caller("clinician");
    let again = json!({ "draftId": id(&saved), "body": body, "bodyFormat": "RICH", "attachmentIds": [kept] });
    caller.does("saveDraft", again.clone()).await;
    let mut bad = again;
    bad["attachmentIds"] = json!([lost]);
    assert_eq!(caller.refused("saveDraft", bad).await, "NOT_FOUND");
    let message = json!({ "threadId": sleep, "body": body, "bodyFormat": "RICH", "attachmentIds": [kept],
        "draftId": id(&saved) });
    let sent = caller.does("sendMessage", message).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Message { attachments { id } } } }";
    let data = caller
        .data(query, json!({ "id": sent["message"]["id"] }))
        .await;
    assert_eq!(data["node"]["attachments"], json!([{ "id": kept }]));
    // What was sent is in no draft any more.
    let second = json!({ "threadId": sleep, "body": "b", "attachmentIds": [kept] });
    assert_eq!(
        caller.refused("saveDraft", second).await,
        "ATTACHMENT_ALREADY_SENT"
    );
    // A draft that is taken away lets go of its files.
    let file = caller.attaches(FileKind::Txt).await;
    let input = json!({ "body": "b", "attachmentIds": [file] });
    let saved = caller.does("saveDraft", input).await;
    tidings.clock.advance(TimeDelta::days(2));
    let caller = tidings.caller("clinician");
    caller
        .does("deleteDraft", json!({ "draftId": id(&saved) }))
        .await;
    tidings.server().service.sweep_files().await.unwrap();
    let waiting = "SELECT COUNT(*) FROM attachment WHERE message_id IS NULL";
    assert_eq!(tidings.count(waiting).await, 0);
}

#[tokio::test]
async fn sx03_at_most_a_hundred_drafts() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for n in 0..100 {
        amina
            .does("saveDraft", json!({ "body": format!("{n}") }))
            .await;
    }
    let before = tidings.stored().await;
    let refused = amina.refused("saveDraft", json!({ "body": "b" })).await;
    assert_eq!(refused, "TOO_MANY_DRAFTS");
    assert_eq!(tidings.stored().await, before);
    let all = drafts(&amina).await;
    assert_eq!(all.len(), 100);
    amina
        .does("saveDraft", json!({ "draftId": all[0]["id"], "body": "b" }))
        .await;
    amina
        .does("deleteDraft", json!({ "draftId": all[1]["id"] }))
        .await;
    amina.does("saveDraft", json!({ "body": "b" })).await;
}
