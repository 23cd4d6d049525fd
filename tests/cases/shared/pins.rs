//! Pinned messages.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{message, thread};

use crate::support::{Caller, Global as _, Tidings};

fn pin(message: &str, pinned: bool) -> Value {
    json!({ "messageId": message, "pinned": pinned })
}

/// The pinned messages of a thread as the caller sees them.
async fn pinned(caller: &Caller<'_>, thread: &str) -> Vec<String> {
    let query =
        "query($id: ID!) { thread(id: $id) { pinnedMessages { id bodyText bodyHtml pinnedAt } } }";
    let data = caller.data(query, json!({ "id": thread })).await;
    let list = data["thread"]["pinnedMessages"].as_array().unwrap();
    let ids = list.iter().map(|message| {
        assert!(message["pinnedAt"].is_string(), "{message:#}");
        message["id"].as_str().unwrap().to_owned()
    });
    ids.collect()
}

#[tokio::test]
async fn p30_p31_p32_pins_are_shared_and_exactly_those_that_were_pinned() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let it = |seq| message(thread::SLEEP, seq).gid();
    assert!(pinned(&elena, &id).await.is_empty());
    let mut listener = tidings.listen("client").await;
    amina.does("setMessagePinned", pin(&it(2), true)).await;
    let event = listener.expect("MessageChanged").await;
    assert_eq!(event["message"]["id"], json!(it(2)));
    assert!(event["message"]["pinnedAt"].is_string());
    tidings.clock.advance(TimeDelta::seconds(1));
    elena.does("setMessagePinned", pin(&it(1), true)).await;
    listener.expect("MessageChanged").await;
    for who in ["client", "clinician", "supervisor", "clinical-admin"] {
        let found = pinned(&tidings.caller(who), &id).await;
        assert_eq!(found, [it(1), it(2)], "{who}: the last one first");
    }
    // P-32: what is so already changes nothing, and tells nobody.
    let events = tidings.count("SELECT COUNT(*) FROM event").await;
    amina.does("setMessagePinned", pin(&it(1), true)).await;
    amina.does("setMessagePinned", pin(&it(3), false)).await;
    assert_eq!(tidings.count("SELECT COUNT(*) FROM event").await, events);
    assert_eq!(pinned(&amina, &id).await, [it(1), it(2)]);
    // Unpinned by somebody else than who pinned it.
    elena.does("setMessagePinned", pin(&it(2), false)).await;
    let event = listener.expect("MessageChanged").await;
    assert_eq!(event["message"]["pinnedAt"], json!(null));
    assert_eq!(pinned(&amina, &id).await, [it(1)]);
    // Other threads have pins of their own.
    assert!(pinned(&elena, &thread::INVOICE.gid()).await.is_empty());
}

#[tokio::test]
async fn p30_s27_s33_a_pin_needs_write_access() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    for (who, thread, code) in [
        ("client", thread::OFFICE_CLOSING, "REPLY_NOT_ALLOWED"),
        ("inactive-client", thread::CLOSING, "CLIENT_INACTIVE"),
        ("second-client", thread::SLEEP, "NOT_FOUND"),
        ("outsider", thread::SLEEP, "NOT_FOUND"),
        ("biller", thread::SLEEP, "NOT_FOUND"),
    ] {
        for pinned in [true, false] {
            let input = pin(&message(thread, 1).gid(), pinned);
            let found = tidings.caller(who).refused("setMessagePinned", input).await;
            assert_eq!(found, code, "{who}");
        }
    }
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn p30_at_most_fifty_messages_are_pinned_in_one_thread() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let mut written = Vec::new();
    for n in 0..51 {
        written.push(amina.writes(&id, &format!("{n}")).await);
    }
    for it in &written[..50] {
        amina.does("setMessagePinned", pin(it, true)).await;
    }
    let before = tidings.stored().await;
    let refused = amina
        .refused("setMessagePinned", pin(&written[50], true))
        .await;
    assert_eq!(refused, "TOO_MANY_PINNED");
    assert_eq!(tidings.stored().await, before);
    assert_eq!(pinned(&amina, &id).await.len(), 50);
    amina
        .does("setMessagePinned", pin(&written[0], false))
        .await;
    amina
        .does("setMessagePinned", pin(&written[50], true))
        .await;
    assert_eq!(pinned(&amina, &id).await.len(), 50);
}
