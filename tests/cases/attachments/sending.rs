//! Attachments with messages: all of them, or no message.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::FileKind::*;
use tidings_server::seed::cast::{client, staff, thread};

use super::{newest, send};
use crate::support::upload::text;
use crate::support::{Global as _, Tidings, key, nowhere};

fn with(thread: &str, ids: &[String]) -> Value {
    json!({ "threadId": thread, "body": "See the file.", "attachmentIds": ids })
}

#[tokio::test]
async fn s13_s15_p27_attachments_go_with_a_message_in_their_order() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    for (from, to) in [("clinician", "client"), ("client", "clinician")] {
        let sender = tidings.caller(from);
        let mut ids = Vec::new();
        for kind in [Pdf, Png, Txt] {
            ids.insert(0, sender.attaches(kind).await);
        }
        // The same one twice is one.
        let doubled = [ids.clone(), ids.clone()].concat();
        send(&sender, &id, &doubled).await;
        let seen = newest(&tidings.caller(to), &id).await;
        let found: Vec<String> = seen.iter().map(|one| text(&one["id"])).collect();
        assert_eq!(found, ids);
        assert_eq!(seen[0]["message"]["bodyText"], "See the file.");
        // No other message has them.
        sender.writes(&id, "And nothing.").await;
        assert!(newest(&tidings.caller(to), &id).await.is_empty());
    }
}

#[tokio::test]
async fn s15_p27_a_thread_starts_with_attachments() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let mine = amina.attaches(Pdf).await;
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s",
        "body": "b", "attachmentIds": [mine] });
    let started = amina.does("startThread", input).await;
    let seen = newest(&elena, started["thread"]["id"].as_str().unwrap()).await;
    assert_eq!(seen[0]["id"], mine);
    let hers = elena.attaches(Png).await;
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffMemberId": staff::CLINICIAN.gid() }],
        "body": "b", "attachmentIds": [hers] });
    let started = elena.does("startThread", input).await;
    let seen = newest(&amina, started["thread"]["id"].as_str().unwrap()).await;
    assert_eq!(seen[0]["id"], hers);
}

#[tokio::test]
async fn s12_an_attachment_does_not_stand_for_a_text() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = amina.attaches(Png).await;
    let before = tidings.stored().await;
    let image = format!("<p><img src=\"attachment:{id}\"></p>");
    for (body, format) in [(" ", "PLAIN"), (image.as_str(), "RICH")] {
        let input = json!({ "threadId": thread::SLEEP.gid(), "body": body, "bodyFormat": format, "attachmentIds": [id] });
        assert_eq!(amina.refused("sendMessage", input).await, "BODY_REQUIRED");
    }
    assert_eq!(tidings.stored().await, before);
    // A refused message leaves it to be sent.
    send(&amina, &thread::SLEEP.gid(), &[id]).await;
}

#[tokio::test]
async fn s15_p48_k17_only_ones_own_attachments_go_and_only_once() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let (mine, hers) = (amina.attaches(Pdf).await, elena.attaches(Pdf).await);
    let before = tidings.stored().await;
    for ids in [
        vec![hers.clone()],
        vec![mine.clone(), hers.clone()],
        vec![mine.clone(), nowhere("Attachment")],
    ] {
        assert_eq!(
            amina.refused("sendMessage", with(&id, &ids)).await,
            "NOT_FOUND"
        );
        assert_eq!(
            elena
                .refused("sendMessage", with(&id, std::slice::from_ref(&mine)))
                .await,
            "NOT_FOUND"
        );
    }
    assert_eq!(
        amina
            .refused("sendMessage", with(&id, std::slice::from_ref(&id)))
            .await,
        "BAD_USER_INPUT"
    );
    assert_eq!(tidings.stored().await, before);
    // Nor into a thread that the sender does not see, which answers first.
    let haruto = tidings.caller("second-client");
    let his = haruto.attaches(Pdf).await;
    let before = tidings.stored().await;
    assert_eq!(
        haruto.refused("sendMessage", with(&id, &[his])).await,
        "NOT_FOUND"
    );
    assert_eq!(tidings.stored().await, before);
    send(&amina, &id, std::slice::from_ref(&mine)).await;
    for who in [&amina, &elena] {
        assert_eq!(
            who.refused("sendMessage", with(&id, std::slice::from_ref(&mine)))
                .await,
            "ATTACHMENT_ALREADY_SENT"
        );
    }
}

#[tokio::test]
async fn p46_p48_what_was_uploaded_for_one_child_does_not_go_with_another() {
    let tidings = Tidings::start().await;
    let parent = tidings.caller("guardian");
    let first = parent.attaches(Pdf).await;
    let (first_child, second_child) = (client::FIRST_CHILD.gid(), client::SECOND_CHILD.gid());
    let query = "query($filter: InboxFilter!) { inbox(first: 1, filter: $filter) { edges { node { id viewerCanReply } } } }";
    let thread_of = async |child: &str| {
        let data = parent
            .data(query, json!({ "filter": { "clientId": child } }))
            .await;
        text(&data["inbox"]["edges"][0]["node"]["id"])
    };
    let other = thread_of(&second_child).await;
    assert_eq!(
        parent
            .refused("sendMessage", with(&other, std::slice::from_ref(&first)))
            .await,
        "NOT_FOUND"
    );
    let own = thread_of(&first_child).await;
    send(&parent, &own, &[first]).await;
}

#[tokio::test]
async fn sx01_a_message_takes_as_many_attachments_as_the_policy_says() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let mut ids = Vec::new();
    for _ in 0..21 {
        ids.push(amina.attaches(Txt).await);
    }
    let id = thread::SLEEP.gid();
    assert_eq!(
        amina.refused("sendMessage", with(&id, &ids)).await,
        "TOO_MANY_ATTACHMENTS"
    );
    send(&amina, &id, &ids[..20]).await;
    assert_eq!(newest(&amina, &id).await.len(), 20);
    tidings
        .policy(json!({ "attachments_per_message": 0 }))
        .await;
    assert_eq!(
        amina.refused("sendMessage", with(&id, &ids[20..])).await,
        "TOO_MANY_ATTACHMENTS"
    );
}

#[tokio::test]
async fn g4_s15_the_same_key_sends_attachments_once_and_of_many_messages_one_gets_them() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = thread::SLEEP.gid();
    let file = amina.attaches(Pdf).await;
    let mut input = with(&id, &[file]);
    input["idempotencyKey"] = json!(key());
    let first = amina.does("sendMessage", input.clone()).await;
    assert_eq!(amina.does("sendMessage", input.clone()).await, first);
    input["attachmentIds"] = json!([]);
    assert_eq!(
        amina.refused("sendMessage", input).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    let file = amina.attaches(Pdf).await;
    let sends = (0..8).map(|_| amina.act("sendMessage", with(&id, std::slice::from_ref(&file))));
    let answers = futures_util::future::join_all(sends).await;
    let sent = answers
        .iter()
        .filter(|answer| answer["data"]["answer"]["message"].is_object());
    assert_eq!(sent.count(), 1, "{answers:?}");
    let refused = answers.iter().filter(|answer| {
        answer["data"]["answer"]["userErrors"][0]["code"] == "ATTACHMENT_ALREADY_SENT"
    });
    assert_eq!(refused.count(), 7, "{answers:?}");
}

#[tokio::test]
async fn s15_an_attachment_that_waited_too_long_does_not_go() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let file = amina.attaches(Pdf).await;
    tidings.clock.advance(TimeDelta::hours(24));
    let amina = tidings.caller("clinician");
    let input = with(&thread::SLEEP.gid(), &[file]);
    assert_eq!(amina.refused("sendMessage", input).await, "NOT_FOUND");
}

#[tokio::test]
async fn c13_an_image_shows_an_attachment_of_its_message_and_nothing_else() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (picture, letter, other) = (
        amina.attaches(Png).await,
        amina.attaches(Pdf).await,
        amina.attaches(Png).await,
    );
    let html = format!(
        "<p>See <img src=\"attachment:{picture}\" alt=\"x\"> <img src=\"attachment:{letter}\"> \
         <img src=\"attachment:{other}\"> <img src=\"http://evil.example/x.gif\"> this.</p>"
    );
    let input = json!({ "threadId": thread::SLEEP.gid(), "body": html, "bodyFormat": "RICH", "attachmentIds": [picture, letter] });
    let cursor = elena.cursor().await;
    amina.does("sendMessage", input).await;
    let query = "query($id: ID!) { thread(id: $id) { messages(last: 1) { edges { node { bodyHtml attachments { id url } } } } lastMessage { bodyHtml } } }";
    let mut addresses = Vec::new();
    for reader in [&elena, &amina] {
        let data = reader
            .data(query, json!({ "id": thread::SLEEP.gid() }))
            .await;
        let node = &data["thread"]["messages"]["edges"][0]["node"];
        let html = text(&node["bodyHtml"]);
        assert_eq!(html.matches("<img").count(), 1, "{html}");
        assert!(
            !html.contains("attachment:") && !html.contains("evil"),
            "{html}"
        );
        let url = html
            .split("src=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(url, text(&node["attachments"][0]["url"]));
        let shown = tidings.fetch(url).await;
        assert_eq!(shown.status(), 200);
        assert_eq!(shown.headers()["content-type"], "image/png");
        assert_eq!(data["thread"]["lastMessage"]["bodyHtml"], node["bodyHtml"]);
        addresses.push(url.to_owned());
    }
    assert_ne!(
        addresses[0], addresses[1],
        "each reader has an address of its own"
    );
    // On a stream, too.
    let mut socket = elena.socket().await;
    let live = "subscription($after: EventCursor) { messageAdded(after: $after) { message { bodyHtml attachments { id url } } } }";
    socket.subscribe(live, json!({ "after": cursor })).await;
    let message = socket.data().await["messageAdded"]["message"].take();
    assert_eq!(message["attachments"].as_array().unwrap().len(), 2);
    assert_eq!(message["attachments"][0]["url"], addresses[0]);
    assert!(text(&message["bodyHtml"]).contains(&addresses[0]));
}
