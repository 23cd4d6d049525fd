//! Archiving a thread for everybody, pinning it for oneself.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread};

use crate::support::{Global as _, Tidings};

fn archive(id: &str, archived: bool) -> Value {
    json!({ "threadId": id, "archived": archived })
}

fn pin(id: &str, pinned: bool) -> Value {
    json!({ "threadId": id, "pinned": pinned })
}

#[tokio::test]
async fn t33_k14_archiving_is_for_everybody_who_shares_the_thread() {
    let tidings = Tidings::start().await;
    let id = thread::INVOICE.gid();
    let staff = ["biller", "clinician", "clinical-admin"];
    let set = tidings
        .caller("biller")
        .does("setThreadArchived", archive(&id, true))
        .await;
    assert_eq!(set["thread"]["archived"], json!(true));
    // Staff put it away for themselves: in the client's inbox it stays.
    let client = tidings.caller("client");
    assert!(client.inbox(json!({})).await.contains(&id));
    let archived = "query($id: ID!) { thread(id: $id) { archived } }";
    let shown = client.data(archived, json!({ "id": id })).await;
    assert_eq!(shown["thread"]["archived"], json!(false));
    for who in staff {
        let caller = tidings.caller(who);
        assert!(!caller.inbox(json!({})).await.contains(&id), "{who}");
        assert!(
            caller
                .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
                .await
                .contains(&id),
            "{who}"
        );
        assert!(caller.sees(&id).await, "{who}");
    }
    let before = tidings.stored().await;
    tidings
        .caller("clinician")
        .does("setThreadArchived", archive(&id, true))
        .await;
    let mut after = tidings.stored().await;
    // The key is kept, and nothing else: no event tells of what did not change.
    let key = after.iter().zip(&before).position(|(a, b)| a != b).unwrap();
    after[key] -= 1;
    assert_eq!(after, before);
    tidings
        .caller("clinician")
        .does("setThreadArchived", archive(&id, false))
        .await;
    for who in staff {
        assert!(
            tidings.caller(who).inbox(json!({})).await.contains(&id),
            "{who}"
        );
    }
}

#[tokio::test]
async fn t33_a_client_archives_nothing() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    for archived in [true, false] {
        let (elena, haruto) = (tidings.caller("client"), tidings.caller("second-client"));
        let mine = archive(&thread::INVOICE.gid(), archived);
        assert_eq!(
            elena.refused("setThreadArchived", mine.clone()).await,
            "FORBIDDEN"
        );
        assert_eq!(haruto.refused("setThreadArchived", mine).await, "NOT_FOUND");
    }
    let scheduler = tidings.caller("scheduler");
    assert_eq!(
        scheduler
            .refused("setThreadArchived", archive(&thread::INVOICE.gid(), true))
            .await,
        "NOT_FOUND"
    );
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn t33_s06_an_archived_thread_counts_no_unread_messages() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = amina.unread().await;
    amina
        .does("setThreadArchived", archive(&thread::SLEEP.gid(), true))
        .await;
    assert_eq!(amina.unread().await, (before.0 - 2, before.1 - 1));
    amina
        .does("setThreadArchived", archive(&thread::SLEEP.gid(), false))
        .await;
    assert_eq!(amina.unread().await, before);
}

#[tokio::test]
async fn p14_a_pin_is_ones_own() {
    let tidings = Tidings::start().await;
    let id = thread::INVOICE.gid();
    let pinned = async |who: &'static str| {
        let query = "query($id: ID!) { thread(id: $id) { viewerHasPinned } }";
        tidings.caller(who).data(query, json!({ "id": id })).await["thread"]["viewerHasPinned"]
            == json!(true)
    };
    let elena = tidings.caller("client");
    let set = elena.does("setThreadPinned", pin(&id, true)).await;
    assert_eq!(set["thread"]["viewerHasPinned"], json!(true));
    assert!(pinned("client").await);
    for who in ["clinician", "biller", "clinical-admin"] {
        assert!(!pinned(who).await, "{who}");
    }
    assert_eq!(elena.inbox(json!({})).await[0], id);
    elena.does("setThreadPinned", pin(&id, false)).await;
    assert!(!pinned("client").await);
    assert_eq!(
        tidings
            .caller("second-client")
            .refused("setThreadPinned", pin(&id, true))
            .await,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn p14_a_pin_leaves_what_was_read_alone() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = amina.unread().await;
    for id in [
        thread::SLEEP,
        thread::APPOINTMENT,
        thread::CASE_REVIEW,
        thread::HOMEWORK,
    ] {
        amina.does("setThreadPinned", pin(&id.gid(), true)).await;
        amina.does("setThreadPinned", pin(&id.gid(), false)).await;
    }
    assert_eq!(amina.unread().await, before);
}

#[tokio::test]
async fn p14_at_most_a_hundred_threads_are_pinned() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let mut made = Vec::new();
    for n in 0..101 {
        let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "ADMINISTRATIVE", "subject": format!("{n}"), "body": "b" });
        let started = lucia.does("startThread", input).await;
        made.push(started["thread"]["id"].as_str().unwrap().to_owned());
    }
    for id in &made[..100] {
        lucia.does("setThreadPinned", pin(id, true)).await;
    }
    assert_eq!(
        lucia
            .refused("setThreadPinned", pin(&made[100], true))
            .await,
        "TOO_MANY_PINNED"
    );
    lucia.does("setThreadPinned", pin(&made[0], true)).await;
    let inbox = lucia.inbox(json!({})).await;
    assert!(
        !inbox.contains(&made[100]) && inbox.len() == 100,
        "the pinned ones fill the page"
    );
    lucia.does("setThreadPinned", pin(&made[0], false)).await;
    lucia.does("setThreadPinned", pin(&made[100], true)).await;
}
