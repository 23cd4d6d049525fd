//! Answers to a message, which quote it.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, message, staff, thread};

use super::{look, to_clients};
use crate::support::{Global as _, Tidings, nowhere};

const QUOTE: &str = "replyTo { messageId seq revision bodyText createdAt author { __typename
  ... on StaffMember { id } ... on Client { id } ... on GroupMember { number name client { id } } } }";

fn answer(thread: &str, to: &str, body: &str) -> Value {
    json!({ "threadId": thread, "replyToId": to, "body": body })
}

#[tokio::test]
async fn p34_an_answer_quotes_the_message_as_it_read_then() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let first = amina.writes(&id, "How did you sleep?").await;
    let sent = elena
        .does("sendMessage", answer(&id, &first, "Badly."))
        .await;
    let badly = sent["message"]["id"].as_str().unwrap();
    for who in ["client", "clinician", "supervisor"] {
        let found = look(&tidings.caller(who), badly, QUOTE).await;
        let quote = &found["replyTo"];
        assert_eq!(quote["messageId"], json!(first), "{who}");
        assert_eq!(quote["bodyText"], "How did you sleep?", "{who}");
        assert_eq!(quote["revision"], 1, "{who}");
        assert_eq!(quote["author"]["id"], json!(staff::CLINICIAN.gid()));
    }
    // The original is edited twice: each answer quotes what it answered.
    for (text, reply) in [("And now?", "Better."), ("And today?", "Well.")] {
        let edit = json!({ "messageId": first, "body": text });
        amina.does("editMessage", edit).await;
        let sent = elena.does("sendMessage", answer(&id, &first, reply)).await;
        let reply = sent["message"]["id"].as_str().unwrap();
        let found = look(&elena, reply, QUOTE).await;
        assert_eq!(found["replyTo"]["bodyText"], json!(text));
        let found = look(&elena, badly, QUOTE).await;
        assert_eq!(found["replyTo"]["bodyText"], "How did you sleep?");
    }
    // A whole page of them, and a message that answers none.
    let query = format!(
        "query($id: ID!) {{ thread(id: $id) {{ messages(last: 4) {{ edges {{ node {{ {QUOTE} }} }} }} }} }}"
    );
    let data = elena.data(&query, json!({ "id": id })).await;
    let edges = data["thread"]["messages"]["edges"].as_array().unwrap();
    let texts: Vec<&Value> = edges
        .iter()
        .map(|edge| &edge["node"]["replyTo"]["bodyText"])
        .collect();
    let expect = [
        json!(null),
        json!("How did you sleep?"),
        json!("And now?"),
        json!("And today?"),
    ];
    assert_eq!(texts, expect.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn p34_a_message_of_another_thread_is_refused_like_one_that_is_not_there() {
    let tidings = Tidings::start().await;
    let (elena, id) = (tidings.caller("client"), thread::SLEEP.gid());
    let before = tidings.stored().await;
    let own_other = message(thread::INVOICE, 1).gid();
    let of_another_client = message(thread::MEDICATION, 1).gid();
    let absent = nowhere("Message");
    let mut answers = Vec::new();
    for to in [&own_other, &of_another_client, &absent] {
        let answer = elena.act("sendMessage", answer(&id, to, "b")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
        answers.push(answer["errors"][0]["message"].clone());
    }
    assert!(answers.iter().all(|text| text == &answers[0]));
    assert_eq!(tidings.stored().await, before);
    let malformed = answer(&id, &id, "b");
    assert_eq!(
        elena.refused("sendMessage", malformed).await,
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn p34_k5_a_quote_names_a_member_of_a_group_as_the_policy_lets_clients() {
    let tidings = Tidings::start().await;
    let both = [client::CLIENT, client::SECOND_CLIENT];
    let (id, _) = to_clients(&tidings, &both, true).await;
    let (elena, haruto) = (tidings.caller("client"), tidings.caller("second-client"));
    let said = elena.writes(&id, "Is there parking?").await;
    let sent = haruto
        .does("sendMessage", answer(&id, &said, "Behind the house."))
        .await;
    let reply = sent["message"]["id"].as_str().unwrap();
    let told = look(&haruto, reply, QUOTE).await;
    let author = &told["replyTo"]["author"];
    assert_eq!(author["__typename"], "GroupMember", "{told:#}");
    assert_eq!(author["client"], json!(null));
    assert!(!told.to_string().contains(&client::CLIENT.gid()));
    assert!(!told.to_string().contains("Marchetti"), "{told:#}");
    let told = look(&elena, reply, QUOTE).await;
    assert_eq!(
        told["replyTo"]["author"]["id"],
        json!(client::CLIENT.gid()),
        "of one's own"
    );
}

#[tokio::test]
async fn p34_g4_the_same_key_answers_another_message_only_once() {
    let tidings = Tidings::start().await;
    let (elena, id) = (tidings.caller("client"), thread::SLEEP.gid());
    let to = |seq| message(thread::SLEEP, seq).gid();
    let mut first = answer(&id, &to(2), "b");
    first["idempotencyKey"] = json!("one");
    elena.does("sendMessage", first.clone()).await;
    let before = tidings.stored().await;
    elena.does("sendMessage", first.clone()).await;
    first["replyToId"] = json!(to(4));
    assert_eq!(
        elena.refused("sendMessage", first).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    assert_eq!(tidings.stored().await, before);
}
