//! Locked threads.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, message, thread};

use super::to_clients;
use crate::support::{Caller, Global as _, Tidings};

fn lock(thread: &str, locked: bool) -> Value {
    json!({ "threadId": thread, "locked": locked })
}

async fn reply(caller: &Caller<'_>, thread: &str) -> (Value, Value) {
    let query = "query($id: ID!) { thread(id: $id) { locked viewerCanReply replyBlockedReason } }";
    let data = caller.data(query, json!({ "id": thread })).await;
    assert_eq!(data["thread"]["locked"], true);
    let field = |name: &str| data["thread"][name].clone();
    (field("viewerCanReply"), field("replyBlockedReason"))
}

#[tokio::test]
async fn px04_in_a_locked_thread_nobody_writes_but_who_locked_it() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let mut listener = tidings.listen("client").await;
    let locked = amina.does("setThreadLocked", lock(&id, true)).await;
    assert_eq!(locked["thread"]["locked"], true);
    assert_eq!(locked["thread"]["viewerCanReply"], true);
    let event = listener.expect("ThreadChanged").await;
    assert_eq!(event["thread"]["locked"], true);
    let it = message(thread::SLEEP, 1).gid();
    let before = tidings.stored().await;
    for who in ["client", "supervisor", "clinical-admin"] {
        let caller = tidings.caller(who);
        let expect = (json!(false), json!("THREAD_LOCKED"));
        assert_eq!(reply(&caller, &id).await, expect, "{who}");
        for (name, input) in [
            ("sendMessage", json!({ "threadId": id, "body": "b" })),
            (
                "addReaction",
                json!({ "messageId": it, "emoji": "\u{1F44D}" }),
            ),
            (
                "setMessagePinned",
                json!({ "messageId": it, "pinned": true }),
            ),
        ] {
            let code = caller.refused(name, input).await;
            assert_eq!(code, "THREAD_LOCKED", "{who} {name}");
        }
    }
    let edit = json!({ "messageId": it, "body": "b" });
    assert_eq!(elena.refused("editMessage", edit).await, "THREAD_LOCKED");
    assert_eq!(tidings.stored().await, before);
    // Reading goes on, and who locked it writes on.
    amina.writes(&id, "We go on by phone.").await;
    listener.expect_message("We go on by phone.").await;
    elena
        .does("markThreadRead", json!({ "threadId": id }))
        .await;
    // Whoever sees it among the staff takes the lock off.
    let unlock = lock(&id, false);
    let ingrid = tidings.caller("supervisor");
    ingrid.does("setThreadLocked", unlock.clone()).await;
    elena.writes(&id, "Thank you.").await;
    let events = tidings.count("SELECT COUNT(*) FROM event").await;
    ingrid.does("setThreadLocked", unlock).await;
    assert_eq!(tidings.count("SELECT COUNT(*) FROM event").await, events);
}

#[tokio::test]
async fn px04_a_lock_is_for_staff_who_see_the_thread_and_the_first_one_holds() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let before = tidings.stored().await;
    for (who, code) in [
        ("client", "FORBIDDEN"),
        ("second-client", "NOT_FOUND"),
        ("outsider", "NOT_FOUND"),
        ("biller", "NOT_FOUND"),
    ] {
        for locked in [true, false] {
            let caller = tidings.caller(who);
            let found = caller.refused("setThreadLocked", lock(&id, locked)).await;
            assert_eq!(found, code, "{who}");
        }
    }
    assert_eq!(tidings.stored().await, before);
    let (amina, ingrid) = (tidings.caller("clinician"), tidings.caller("supervisor"));
    amina.does("setThreadLocked", lock(&id, true)).await;
    ingrid.does("setThreadLocked", lock(&id, true)).await;
    assert_eq!(reply(&amina, &id).await.0, json!(true));
    assert_eq!(reply(&ingrid, &id).await.0, json!(false));
}

#[tokio::test]
async fn px04_k5_a_locked_group_is_silent_and_shows_so_in_the_inbox() {
    let tidings = Tidings::start().await;
    let both = [client::CLIENT, client::SECOND_CLIENT];
    let (id, _) = to_clients(&tidings, &both, true).await;
    let haruto = tidings.caller("second-client");
    haruto.writes(&id, "Hello.").await;
    let lucia = tidings.caller("scheduler");
    lucia.does("setThreadLocked", lock(&id, true)).await;
    let input = json!({ "threadId": id, "body": "b" });
    assert_eq!(haruto.refused("sendMessage", input).await, "THREAD_LOCKED");
    let query = "{ inbox(first: 50, filter: {}) { edges { node { id locked viewerCanReply replyBlockedReason } } } }";
    let data = haruto.data(query, json!({})).await;
    let edges = data["inbox"]["edges"].as_array().unwrap();
    let row = edges.iter().find(|edge| edge["node"]["id"] == json!(id));
    let expect = json!({ "id": id, "locked": true, "viewerCanReply": false,
        "replyBlockedReason": "THREAD_LOCKED" });
    assert_eq!(row.unwrap()["node"], expect);
    lucia.writes(&id, "The last word.").await;
}
