//! Edits with their history.

use serde_json::{Value, json};
use tidings_domain::FileKind;
use tidings_server::seed::cast::{message, thread};

use super::look;
use crate::support::{Global as _, Tidings};

fn edit(message: &str, body: &str) -> Value {
    json!({ "messageId": message, "body": body })
}

#[tokio::test]
async fn px04_an_author_edits_and_staff_read_what_was_said_before() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let unread = elena.unread().await;
    let mut listener = tidings.listen("client").await;
    let said = amina.writes(&id, "See you on Friday.").await;
    listener.expect("MessageAdded").await;
    let edited = amina
        .does("editMessage", edit(&said, " See you on Monday.\r\n"))
        .await;
    assert_eq!(edited["message"]["bodyText"], "See you on Monday.");
    assert_eq!(edited["message"]["revision"], 2);
    let event = listener.expect("MessageChanged").await;
    assert_eq!(event["message"]["bodyText"], "See you on Monday.");
    let mut rich = edit(&said, "<p>See you on <b>Tuesday</b>.</p><script>x</script>");
    rich["bodyFormat"] = json!("RICH");
    amina.does("editMessage", rich).await;
    listener.expect("MessageChanged").await;
    let fields = "bodyText bodyHtml editedAt revision revisions { revision bodyFormat bodyText bodyHtml writtenAt }";
    for who in ["clinician", "supervisor", "clinical-admin"] {
        let found = look(&tidings.caller(who), &said, fields).await;
        assert_eq!(found["bodyHtml"], "<p>See you on <b>Tuesday</b>.</p>");
        assert_eq!(found["revision"], 3);
        let texts: Vec<&Value> = found["revisions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|revision| &revision["bodyText"])
            .collect();
        assert_eq!(texts, ["See you on Friday.", "See you on Monday."], "{who}");
    }
    // A client reads what it says now, that it was edited, and nothing of before.
    let now = look(&elena, &said, "bodyText editedAt revision").await;
    assert_eq!(now["bodyText"], "See you on Tuesday.");
    assert!(now["editedAt"].is_string());
    let query =
        "query($id: ID!) { node(id: $id) { ... on Message { id revisions { bodyText } } } }";
    let told = elena.ask(query, json!({ "id": said })).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(!told.to_string().contains("Friday"), "{told:#}");
    // It is one message still: one more to read, in its place, with its receipts.
    assert_eq!(elena.unread().await.0, unread.0 + 1);
    // The same text once more changes nothing.
    let before = tidings.stored().await;
    let mut same = edit(&said, "<p>See you on <b>Tuesday</b>.</p>");
    same["bodyFormat"] = json!("RICH");
    amina.does("editMessage", same).await;
    let after = tidings.stored().await;
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
    assert_eq!(changed, 1, "but for the key that was used: {after:?}");
}

#[tokio::test]
async fn px04_nobody_edits_what_another_wrote() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let it = |seq| message(thread::SLEEP, seq).gid();
    for (who, seq, code) in [
        ("client", 2, "FORBIDDEN"),
        ("clinician", 1, "FORBIDDEN"),
        ("clinical-admin", 2, "FORBIDDEN"),
        ("supervisor", 2, "FORBIDDEN"),
        ("second-client", 1, "NOT_FOUND"),
        ("outsider", 2, "NOT_FOUND"),
        ("system-admin", 2, "NOT_FOUND"),
    ] {
        let caller = tidings.caller(who);
        let found = caller.refused("editMessage", edit(&it(seq), "b")).await;
        assert_eq!(found, code, "{who} {seq}");
    }
    // Who cannot write any more cannot rewrite either (S-33).
    let marisol = tidings.caller("inactive-client");
    let query = "query($id: ID!) { thread(id: $id) { messages(first: 10) { edges { node { id author { __typename } } } } } }";
    let data = marisol
        .data(query, json!({ "id": thread::CLOSING.gid() }))
        .await;
    let edges = data["thread"]["messages"]["edges"].as_array().unwrap();
    let own = edges
        .iter()
        .find(|edge| edge["node"]["author"]["__typename"] == "Client");
    let own = own.unwrap()["node"]["id"].as_str().unwrap();
    let found = marisol.refused("editMessage", edit(own, "b")).await;
    assert_eq!(found, "CLIENT_INACTIVE");
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn px04_k16_an_edit_is_bounded_as_a_message_is_and_minds_the_revision() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let said = amina.writes(&id, "0").await;
    let before = tidings.stored().await;
    for (body, code) in [
        ("", "BODY_REQUIRED"),
        (" \u{200b}", "BODY_REQUIRED"),
        (&"x".repeat(65_537), "MESSAGE_TOO_LONG"),
    ] {
        assert_eq!(amina.refused("editMessage", edit(&said, body)).await, code);
    }
    let mut stale = edit(&said, "1");
    stale["expectedRevision"] = json!(2);
    assert_eq!(
        amina.refused("editMessage", stale).await,
        "VERSION_CONFLICT"
    );
    assert_eq!(tidings.stored().await, before);
    for n in 1..=50 {
        let mut next = edit(&said, &format!("{n}"));
        next["expectedRevision"] = json!(n);
        amina.does("editMessage", next).await;
    }
    let refused = amina.refused("editMessage", edit(&said, "51")).await;
    assert_eq!(refused, "TOO_MANY_EDITS");
    let found = look(&amina, &said, "bodyText revisions { bodyText }").await;
    assert_eq!(found["bodyText"], "50");
    assert_eq!(found["revisions"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn px04_c15_an_edit_shows_the_pictures_that_went_with_the_message_and_no_others() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let (own, other) = (
        amina.attaches(FileKind::Png).await,
        amina.attaches(FileKind::Png).await,
    );
    let input = json!({ "threadId": id, "body": "b", "attachmentIds": [own] });
    let sent = amina.does("sendMessage", input).await;
    let said = sent["message"]["id"].as_str().unwrap();
    let html = format!("<p>a<img src=\"attachment:{own}\">b<img src=\"attachment:{other}\">c</p>");
    let mut rich = edit(said, &html);
    rich["bodyFormat"] = json!("RICH");
    amina.does("editMessage", rich).await;
    let found = look(&amina, said, "bodyHtml attachments { id }").await;
    let shown = found["bodyHtml"].as_str().unwrap();
    assert_eq!(shown.matches("<img src=").count(), 1, "{shown}");
    assert_eq!(found["attachments"], json!([{ "id": own }]));
}
