//! Hiding, removing from one's own view, and getting it back.

use serde_json::{Value, json};
use tidings_server::seed::cast::{account, message, staff, thread};

use crate::support::{Caller, Global as _, Tidings, nowhere};

const HIDDEN: &str = "query($id: ID!) { thread(id: $id) { viewerHasHidden messages(last: 1) { edges { node { id } } } } }";

async fn hidden(who: &Caller<'_>, id: &str) -> bool {
    let data = who.data(HIDDEN, json!({ "id": id })).await;
    assert_eq!(
        data["thread"]["messages"]["edges"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    data["thread"]["viewerHasHidden"].as_bool().unwrap()
}

fn of_thread(id: &str) -> Value {
    json!({ "what": { "threadId": id } })
}

fn of_message(id: &str) -> Value {
    json!({ "what": { "messageId": id } })
}

#[tokio::test]
async fn p19_p21_k14_a_hidden_thread_leaves_ones_own_inbox_until_a_newer_message_comes() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    elena.writes(&id, "unread").await;
    let unread = amina.unread().await;
    let others = elena.inbox(json!({})).await;
    let done = amina.does("hideThread", json!({ "threadId": id })).await;
    assert_eq!(done["thread"]["viewerHasHidden"], true);
    for state in ["READ_AND_UNREAD", "UNREAD", "ALL_INCLUDING_ARCHIVED"] {
        let found = amina.inbox(json!({ "state": state })).await;
        assert!(!found.contains(&id), "{state}");
    }
    assert_eq!(
        amina.inbox(json!({ "state": "HIDDEN" })).await,
        std::slice::from_ref(&id)
    );
    assert!(hidden(&amina, &id).await, "it can be read all the while");
    assert!(amina.unread().await.0 < unread.0);
    // Nobody else's view has changed.
    assert_eq!(elena.inbox(json!({})).await, others);
    assert!(!hidden(&elena, &id).await);
    let empty: [String; 0] = [];
    assert_eq!(elena.inbox(json!({ "state": "HIDDEN" })).await, empty);
    // Shown again by its viewer …
    amina.does("unhideThread", json!({ "threadId": id })).await;
    assert!(amina.inbox(json!({})).await.contains(&id));
    assert_eq!(amina.unread().await, unread);
    // … or by a newer message.
    amina.does("hideThread", json!({ "threadId": id })).await;
    elena.writes(&id, "newer").await;
    assert!(amina.inbox(json!({})).await.contains(&id));
    assert!(!hidden(&amina, &id).await);
    assert_eq!(amina.unread().await.0, unread.0 + 1);
}

#[tokio::test]
async fn c28_k3_k14_what_a_client_removes_is_gone_for_it_alone() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let id = thread::SLEEP.gid();
    let new = amina.writes(&id, "not for long").await;
    let (before, staff_sees) = (elena.messages(&id).await, amina.messages(&id).await);
    let unread = elena.unread().await;
    elena.does("removeFromMyView", of_message(&new)).await;
    let left = elena.messages(&id).await;
    assert_eq!(left.len(), before.len() - 1);
    assert!(left.iter().all(|row| row["id"] != json!(new)));
    assert_eq!(elena.unread().await.0, unread.0 - 1);
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let data = elena.data(node, json!({ "id": new })).await;
    assert_eq!(data["node"], Value::Null);
    // Staff keep it, and are not told that it was seen.
    assert_eq!(amina.messages(&id).await, staff_sees);
    let seen = "query($id: ID!) { node(id: $id) { ... on Message { seenByClientAt } } }";
    let data = amina.data(seen, json!({ "id": new })).await;
    assert_eq!(data["node"]["seenByClientAt"], Value::Null);

    elena.does("removeFromMyView", of_thread(&id)).await;
    assert!(!elena.sees(&id).await);
    assert!(
        !elena
            .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
            .await
            .contains(&id)
    );
    assert!(
        !elena
            .inbox(json!({ "state": "HIDDEN" }))
            .await
            .contains(&id)
    );
    assert_eq!(amina.messages(&id).await, staff_sees);
    let again = elena.refused("removeFromMyView", of_thread(&id)).await;
    assert_eq!(again, "NOT_FOUND");
    // A newer message brings the thread back, with what is newer.
    let newer = amina.writes(&id, "newer").await;
    let back = elena.messages(&id).await;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0]["id"], json!(newer));
    assert!(elena.inbox(json!({})).await.contains(&id));
}

#[tokio::test]
async fn k3_support_gives_back_what_somebody_removed_and_sees_nothing_of_it() {
    let tidings = Tidings::start().await;
    let (elena, admin) = (tidings.caller("client"), tidings.caller("practice-admin"));
    let (id, first) = (thread::SLEEP.gid(), message(thread::SLEEP, 1).gid());
    let before = elena.messages(&id).await;
    let give = |what: Value| {
        let mut input = what;
        input["viewerId"] = json!(account::CLIENT.gid());
        input
    };
    // Nothing was removed yet.
    for what in [of_message(&first), of_thread(&id)] {
        assert_eq!(
            admin.refused("restoreToView", give(what)).await,
            "NOT_FOUND"
        );
    }
    elena.does("removeFromMyView", of_message(&first)).await;
    elena.does("removeFromMyView", of_thread(&id)).await;
    for who in ["clinician", "scheduler", "client"] {
        let caller = tidings.caller(who);
        let code = caller.refused("restoreToView", give(of_thread(&id))).await;
        assert_eq!(code, "FORBIDDEN", "{who}");
    }
    let mut nobody = of_thread(&id);
    nobody["viewerId"] = json!(nowhere("PortalAccount"));
    assert_eq!(admin.refused("restoreToView", nobody).await, "NOT_FOUND");
    let outsider = tidings.caller("outsider");
    let code = outsider
        .refused("restoreToView", give(of_thread(&id)))
        .await;
    assert_eq!(code, "NOT_FOUND", "K18");
    let done = admin.does("restoreToView", give(of_thread(&id))).await;
    assert_eq!(done["restoredId"], json!(id));
    assert_eq!(elena.messages(&id).await.len(), before.len() - 1);
    admin.does("restoreToView", give(of_message(&first))).await;
    assert_eq!(elena.messages(&id).await.len(), before.len());
    let log = "{ auditLog(first: 1) { edges { node { deed subjectId detail actor { ... on StaffMember { id } } } } } }";
    let entry = admin.data(log, json!({})).await["auditLog"]["edges"][0]["node"].take();
    assert_eq!(entry["deed"], "VIEW_RESTORED");
    assert_eq!(entry["subjectId"], json!(id));
    assert_eq!(entry["actor"]["id"], staff::PRACTICE_ADMIN.gid());
}

#[tokio::test]
async fn c28_g1_no_event_brings_back_what_somebody_removed() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let elena = tidings.caller("client");
    let id = thread::SLEEP.gid();
    let before = elena.cursor().await;
    let gone = amina.writes(&id, "not for long").await;
    tidings.relayed().await;
    let mut told = [
        tidings.listen("client").await,
        tidings.listen("supervisor").await,
    ];
    elena.does("removeFromMyView", of_message(&gone)).await;
    told[0].expect("ViewerStateChanged").await;
    // What happens to it afterwards is news to others alone.
    let react = json!({ "messageId": gone, "emoji": "\u{1f44d}" });
    amina.does("addReaction", react).await;
    told[1].expect("ReactionChanged").await;
    let edit = json!({ "messageId": gone, "body": "not for long." });
    amina.does("editMessage", edit).await;
    told[1].expect("MessageChanged").await;
    tidings.nothing_more(&mut told).await;
    // Nor does it come to a screen that was away meanwhile.
    let mut late = tidings.listen_after("client", before).await;
    late.expect_message("The last one.").await;
    late.expect("ViewerStateChanged").await;

    elena.does("removeFromMyView", of_thread(&id)).await;
    let event = told[0].expect("AccessRevoked").await;
    assert_eq!(event["threadIds"], json!([id]));
    let lock = json!({ "threadId": id, "locked": true });
    amina.does("setThreadLocked", lock).await;
    told[1].expect("ThreadChanged").await;
    amina
        .does("deleteMessage", json!({ "messageId": gone }))
        .await;
    told[1].expect("MessageDeleted").await;
    tidings.nothing_more(&mut told).await;
    amina.writes(&id, "newer").await;
    told[0].expect_message("newer").await;
}

#[tokio::test]
async fn sx03_sx06_c28_what_is_on_ones_desk_leaves_with_a_thread_and_comes_back_with_it() {
    let tidings = Tidings::start().await;
    let (amina, ingrid) = (tidings.caller("clinician"), tidings.caller("supervisor"));
    let id = thread::SLEEP.gid();
    let written = json!({ "threadId": id, "body": "b" });
    let saved = ingrid.does("saveDraft", written.clone()).await;
    let draft = saved["draft"]["id"].clone();
    tidings.relayed().await;
    let mut told = [tidings.listen("supervisor").await];
    ingrid.does("removeFromMyView", of_thread(&id)).await;
    told[0].expect("AccessRevoked").await;
    let desk = "query($id: ID!) { drafts { id } node(id: $id) { id } }";
    let seen = ingrid.data(desk, json!({ "id": draft })).await;
    assert_eq!(seen, json!({ "drafts": [], "node": null }));
    for (name, input) in [
        ("saveDraft", json!({ "draftId": draft, "body": "b" })),
        ("saveDraft", written.clone()),
        ("deleteDraft", json!({ "draftId": draft })),
        ("addThreadNote", written.clone()),
    ] {
        assert_eq!(ingrid.refused(name, input).await, "NOT_FOUND", "{name}");
    }
    amina.does("addThreadNote", written.clone()).await;
    tidings.nothing_more(&mut told).await;
    amina.writes(&id, "newer").await;
    told[0].expect_message("newer").await;
    let seen = ingrid.data(desk, json!({ "id": draft })).await;
    assert_eq!(seen["drafts"], json!([{ "id": draft }]));
    told[0].expect("ReadReceiptAdded").await;
    amina.does("addThreadNote", written).await;
    told[0].expect("ThreadNoteAdded").await;
}
