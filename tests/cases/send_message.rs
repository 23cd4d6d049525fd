//! `sendMessage`.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use crate::support::{Global as _, Tidings};

fn to(thread: &str, body: &str) -> Value {
    json!({ "threadId": thread, "body": body })
}

#[tokio::test]
async fn c21_c27_t19_an_answer_lands_in_its_thread_in_order() {
    let tidings = Tidings::start().await;
    let (elena, amina, id) = (
        tidings.caller("client"),
        tidings.caller("clinician"),
        thread::SLEEP.gid(),
    );
    let before = amina.messages(&id).await;
    for (n, caller) in [&elena, &amina, &amina, &elena].into_iter().enumerate() {
        let sent = caller
            .does("sendMessage", to(&id, &format!(" answer {n}\r\nend ")))
            .await;
        assert_eq!(sent["message"]["seq"], json!(before.len() + 1 + n));
        assert_eq!(
            sent["message"]["bodyText"],
            json!(format!("answer {n}\nend"))
        );
        assert_eq!(sent["message"]["labels"], json!(["PORTAL"]), "C-18");
        assert_eq!(sent["thread"]["messageCount"], json!(before.len() + 1 + n));
    }
    let after = elena.messages(&id).await;
    let seqs: Vec<i64> = after
        .iter()
        .map(|message| message["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=10).collect::<Vec<i64>>(), "from 1, without gaps");
    let authors: Vec<&Value> = after[6..]
        .iter()
        .map(|message| &message["author"]["id"])
        .collect();
    let (elena, amina) = (json!(client::CLIENT.gid()), json!(staff::CLINICIAN.gid()));
    assert_eq!(authors, [&elena, &amina, &amina, &elena]);
}

#[tokio::test]
async fn c18_messages_among_staff_bear_no_portal_label() {
    let tidings = Tidings::start().await;
    let sent = tidings
        .caller("clinician")
        .does("sendMessage", to(&thread::CASE_REVIEW.gid(), "Fine."))
        .await;
    assert_eq!(sent["message"]["labels"], json!([]));
    assert_eq!(sent["thread"]["kind"], "INTERNAL");
    for who in ["client", "practice-admin", "biller", "outsider"] {
        assert!(
            !tidings.caller(who).sees(&thread::CASE_REVIEW.gid()).await,
            "S-03: {who}"
        );
    }
}

#[tokio::test]
async fn t30_k16_a_message_needs_text_within_bounds() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let before = tidings.stored().await;
    for blank in ["", " ", "\n\n", "\u{200b}", "\u{feff} \u{2060}", "\u{0}"] {
        assert_eq!(
            amina.refused("sendMessage", to(&id, blank)).await,
            "BODY_REQUIRED",
            "{blank:?}"
        );
    }
    for long in [
        "x".repeat(65_537),
        "ü".repeat(65_537),
        format!("a{}", "\u{1F600}".repeat(65_536)),
    ] {
        assert_eq!(
            amina.refused("sendMessage", to(&id, &long)).await,
            "MESSAGE_TOO_LONG"
        );
    }
    assert_eq!(tidings.stored().await, before);
    for fits in [
        "x".repeat(65_536),
        "\u{1F600}".repeat(65_536),
        format!("  {}  ", "y".repeat(65_536)),
    ] {
        let sent = amina.does("sendMessage", to(&id, &fits)).await;
        assert_eq!(sent["message"]["bodyText"].as_str().unwrap(), fits.trim());
    }
    tidings
        .policy(json!({ "client_max_message_chars": 4, "min_body_chars": 3 }))
        .await;
    let elena = tidings.caller("client");
    assert_eq!(
        elena.refused("sendMessage", to(&id, "12345")).await,
        "MESSAGE_TOO_LONG",
        "P-43"
    );
    assert_eq!(
        elena.refused("sendMessage", to(&id, "12")).await,
        "BODY_TOO_SHORT"
    );
    elena.does("sendMessage", to(&id, "1234")).await;
    assert_eq!(
        amina.refused("sendMessage", to(&id, "12")).await,
        "BODY_TOO_SHORT"
    );
    amina.does("sendMessage", to(&id, "12345")).await;
}

#[tokio::test]
async fn c05_text_is_kept_as_it_is_and_shown_escaped() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let nasty = "<script>alert('x')</script> & \"quotes\" $1 {} %s \\ \u{202e}x 😀\n\n; DROP TABLE message; --";
    amina.writes(&id, nasty).await;
    let query = "query($id: ID!) { thread(id: $id) { lastMessage { bodyText bodyHtml } } }";
    let data = tidings
        .caller("client")
        .data(query, json!({ "id": id }))
        .await;
    let message = &data["thread"]["lastMessage"];
    assert_eq!(message["bodyText"], json!(nasty));
    let html = message["bodyHtml"].as_str().unwrap();
    assert!(
        !html.contains("<script") && html.contains("&lt;script&gt;"),
        "{html}"
    );
}

#[tokio::test]
async fn t31_t32_k8_sending_marks_the_thread_read_unless_told_otherwise() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let unread = amina.unread().await;
    let query = "query($id: ID!) { thread(id: $id) { viewerUnreadCount } }";
    let here = amina.data(query, json!({ "id": id })).await["thread"]["viewerUnreadCount"]
        .as_i64()
        .unwrap();
    assert_eq!(here, 2);
    // T-32: unchecked, nothing but one's own message is read.
    let sent = amina
        .does(
            "sendMessage",
            json!({ "threadId": id, "body": "b", "markThreadRead": false }),
        )
        .await;
    assert_eq!(sent["thread"]["viewerUnreadCount"], json!(2));
    assert_eq!(sent["message"]["viewerUnread"], json!(false));
    assert_eq!(amina.unread().await, unread);
    let marks: Vec<bool> = amina
        .messages(&id)
        .await
        .iter()
        .map(|m| m["viewerUnread"] == json!(true))
        .collect();
    assert_eq!(marks, [false, false, false, false, true, true, false]);
    // T-31: by default all of it.
    let sent = amina
        .does("sendMessage", json!({ "threadId": id, "body": "b" }))
        .await;
    assert_eq!(sent["thread"]["viewerUnreadCount"], json!(0));
    assert_eq!(amina.unread().await, (unread.0 - 2, unread.1 - 1));
    // What comes afterwards is new.
    tidings.caller("client").writes(&id, "Thank you!").await;
    assert_eq!(amina.unread().await, (unread.0 - 1, unread.1));
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_messages_that_arrive_meanwhile_stay_unread() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let writers = ["client", "clinician", "supervisor", "clinical-admin"];
    let writing = writers.map(|who| {
        let (caller, id) = (tidings.caller(who), &id);
        async move {
            for n in 0..10 {
                caller.writes(id, &format!("{who} {n}")).await;
            }
        }
    });
    futures_util::future::join_all(writing).await;
    let accounts = [
        client::CLIENT.gid(),
        staff::CLINICIAN.gid(),
        staff::SUPERVISOR.gid(),
        staff::CLINICAL_ADMIN.gid(),
    ];
    for (who, me) in writers.iter().zip(accounts) {
        let messages = tidings.caller(who).messages(&id).await;
        assert_eq!(messages.len(), 46);
        let seqs: Vec<i64> = messages
            .iter()
            .map(|message| message["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(seqs, (1..=46).collect::<Vec<i64>>());
        // Everything up to one's last message is read, everything behind it is not.
        let mine = messages
            .iter()
            .rposition(|message| message["author"]["id"] == json!(me))
            .unwrap();
        for (at, message) in messages.iter().enumerate() {
            assert_eq!(
                message["viewerUnread"],
                json!(at > mine),
                "{who}: message {at}, the last of its own is {mine}"
            );
        }
    }
}

#[tokio::test]
async fn s33_s34_an_inactive_client_reads_and_does_not_write_from_one_request_to_the_next() {
    let tidings = Tidings::start().await;
    let (elena, admin, id) = (
        tidings.caller("client"),
        tidings.caller("clinical-admin"),
        thread::SLEEP.gid(),
    );
    let set = |status: &str| json!({ "clientId": client::CLIENT.gid(), "status": status });
    let query = "query($id: ID!) { thread(id: $id) { viewerCanReply replyBlockedReason } }";
    for _ in 0..2 {
        elena.writes(&id, "Active.").await;
        admin.does("setClientStatus", set("INACTIVE")).await;
        let before = tidings.stored().await;
        assert_eq!(
            elena.refused("sendMessage", to(&id, "b")).await,
            "CLIENT_INACTIVE"
        );
        assert_eq!(tidings.stored().await, before);
        let data = elena.data(query, json!({ "id": id })).await;
        assert_eq!(
            data["thread"],
            json!({ "viewerCanReply": false, "replyBlockedReason": "CLIENT_INACTIVE" })
        );
        assert!(elena.sees(&id).await, "reading goes on");
        elena
            .does("markThreadRead", json!({ "threadId": id }))
            .await;
        admin
            .writes(&id, "Staff can write to an inactive client.")
            .await;
        admin.does("setClientStatus", set("ACTIVE")).await;
        let data = elena.data(query, json!({ "id": id })).await;
        assert_eq!(
            data["thread"],
            json!({ "viewerCanReply": true, "replyBlockedReason": null })
        );
    }
}

#[tokio::test]
async fn p40_k15_without_direct_chat_access_a_client_answers_no_direct_thread() {
    let tidings = Tidings::start().await;
    tidings
        .alter(
            "UPDATE client SET direct_chat = FALSE WHERE agency_id = {}",
            tidings_server::seed::cast::agency::HARBOR_LANE,
        )
        .await;
    let elena = tidings.caller("client");
    assert_eq!(
        elena
            .refused("sendMessage", to(&thread::SLEEP.gid(), "b"))
            .await,
        "NOT_FOUND"
    );
    // A team thread stays open, and so do all for staff.
    tidings
        .caller("guardian")
        .writes(&thread::SCHOOL_LETTER.gid(), "b")
        .await;
    tidings
        .caller("clinician")
        .writes(&thread::SLEEP.gid(), "b")
        .await;
}

#[tokio::test]
async fn t33_k14_a_message_takes_an_archived_thread_back() {
    let tidings = Tidings::start().await;
    let (elena, amina, id) = (
        tidings.caller("client"),
        tidings.caller("clinician"),
        thread::BREATHING.gid(),
    );
    tidings.clock.advance(TimeDelta::minutes(1));
    assert!(!amina.inbox(json!({})).await.contains(&id));
    let sent = elena.does("sendMessage", to(&id, "It works again.")).await;
    assert_eq!(sent["thread"]["archived"], json!(false));
    assert!(
        amina
            .inbox(json!({ "state": "UNREAD" }))
            .await
            .contains(&id)
    );
}

#[tokio::test]
async fn s20_the_sender_and_the_time_are_not_the_senders_to_choose() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let query =
        "mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }";
    for (field, value) in [
        ("authorId", json!(staff::BILLER.gid())),
        ("createdAt", json!("2020-01-01T00:00:00Z")),
        ("agencyId", json!("x")),
        ("seq", json!(1)),
    ] {
        let mut input = to(&thread::SLEEP.gid(), "b");
        input["idempotencyKey"] = json!("k");
        input[field] = value;
        let code = amina.code(query, json!({ "input": input })).await;
        assert!(
            ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code.as_str()),
            "{field}: {code}"
        );
    }
}
