//! `bulk`: one act on many, each with its own outcome.

use serde_json::{Value, json};
use tidings_server::seed::cast::{message as of_demo, thread};

use super::{reads, starts};
use crate::support::{Caller, Global as _, Tidings, key, nowhere};

async fn results(who: &Caller<'_>, input: Value) -> Vec<Value> {
    let done = who.does("bulk", input).await;
    let results = done["results"].as_array().unwrap().iter();
    results.map(|one| one["code"].clone()).collect()
}

#[tokio::test]
async fn cx18_each_of_many_has_an_outcome_of_its_own() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, seen) = starts(&amina, "CLINICAL").await;
    reads(&elena, &seen).await;
    let (one, two) = (amina.writes(&id, "1").await, amina.writes(&id, "2").await);
    let (gone, _) = starts(&amina, "CLINICAL").await;
    let other = of_demo(thread::OTHER_SESSION, 1).gid();
    let input = json!({ "idempotencyKey": key(), "act": "DELETE", "threadIds": [gone, id],
        "messageIds": [one, seen, two, nowhere("Message"), other] });
    let codes = results(&amina, input.clone()).await;
    let no = json!("DELETE_NOT_ALLOWED");
    let absent = json!("NOT_FOUND");
    let expect = [
        &Value::Null,
        &no,
        &Value::Null,
        &absent,
        &absent,
        &Value::Null,
        &no,
    ];
    assert_eq!(codes.iter().collect::<Vec<_>>(), expect);
    assert_eq!(elena.messages(&id).await.len(), 1);
    assert!(!elena.sees(&gone).await);
    // The same key again: what was done is not done twice, and says so again.
    let before = tidings.stored().await;
    assert_eq!(results(&amina, input.clone()).await, codes);
    assert_eq!(tidings.stored().await, before);
    let mut another = input;
    another["act"] = json!("MARK_READ");
    let code = amina.refused("bulk", another).await;
    assert_eq!(code, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn cx18_p17_p18_many_are_marked_read_and_unread() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let ids = [thread::SLEEP.gid(), thread::BREATHING.gid()];
    for id in &ids {
        elena.writes(id, "news").await;
    }
    let read = json!({ "act": "MARK_READ", "threadIds": ids });
    assert_eq!(
        results(&amina, read.clone()).await,
        [json!(null), json!(null)]
    );
    let unread = amina.inbox(json!({ "state": "UNREAD" })).await;
    assert!(ids.iter().all(|id| !unread.contains(id)));
    let back = json!({ "act": "MARK_UNREAD", "threadIds": ids });
    assert_eq!(results(&amina, back).await, [json!(null), json!(null)]);
    let unread = amina.inbox(json!({ "state": "UNREAD" })).await;
    assert!(ids.iter().all(|id| unread.contains(id)));
}

#[tokio::test]
async fn cx18_none_and_too_many_are_refused_and_nothing_is_stored() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = tidings.stored().await;
    let many: Vec<String> = (0..101).map(|_| nowhere("Message")).collect();
    for messages in [Vec::new(), many] {
        let input = json!({ "act": "MARK_READ", "messageIds": messages });
        assert_eq!(amina.refused("bulk", input).await, "BAD_USER_INPUT");
    }
    assert_eq!(tidings.stored().await, before);
}
