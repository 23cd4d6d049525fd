//! `deleteThread`, and what staff find of it.

use serde_json::{Value, json};

use tidings_server::seed::cast::{client, staff, thread};

use super::{message, reads, starts};
use crate::support::{Caller, Global as _, Tidings};

fn whole(id: &str) -> Value {
    json!({ "threadId": id })
}

const LEFT: &str = "query($id: ID!) { thread(id: $id) { subject viewerCanDelete viewerCanReply replyBlockedReason messageCount
  deletion { deletedAt purgedAt deletedBy { displayName } }
  deletedMessages(first: 10) { edges { node { messageId seq bodyText author { ... on StaffMember { displayName } } deletion { purgedAt } } } } } }";

async fn left(who: &Caller<'_>, id: &str) -> Value {
    who.data(LEFT, json!({ "id": id })).await["thread"].take()
}

#[tokio::test]
async fn t34_t26_a_thread_goes_whole_or_not_at_all() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, first) = starts(&amina, "CLINICAL").await;
    amina.writes(&id, "second").await;
    reads(&elena, &first).await;
    let before = tidings.stored().await;
    let code = amina.refused("deleteThread", whole(&id)).await;
    assert_eq!(code, "DELETE_NOT_ALLOWED", "a client has seen one of them");
    assert_eq!(tidings.stored().await, before);
    assert_eq!(left(&amina, &id).await["viewerCanDelete"], false);
    // All of them unseen: whoever sees it.
    let (id, _) = starts(&amina, "CLINICAL").await;
    amina.writes(&id, "second").await;
    assert_eq!(left(&amina, &id).await["viewerCanDelete"], true);
    let unread = elena.unread().await;
    let done = amina.does("deleteThread", whole(&id)).await;
    assert_eq!(done["deletedThreadId"], json!(id));
    assert_eq!(elena.unread().await.0, unread.0 - 2);
    assert!(!elena.sees(&id).await);
    let all = json!({ "state": "ALL_INCLUDING_ARCHIVED" });
    assert!(!elena.inbox(all.clone()).await.contains(&id));
    assert!(
        !elena
            .inbox(json!({ "state": "DELETED" }))
            .await
            .contains(&id)
    );
    // Staff find that it was there, without what it said.
    assert!(!amina.inbox(all).await.contains(&id));
    assert!(
        amina
            .inbox(json!({ "state": "DELETED" }))
            .await
            .contains(&id)
    );
    let found = left(&amina, &id).await;
    assert_eq!(found["messageCount"], 0);
    assert_eq!(found["subject"], "");
    assert_eq!(found["viewerCanReply"], false);
    assert!(found["deletion"]["purgedAt"].is_string());
    let nodes = found["deletedMessages"]["edges"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|edge| edge["node"]["bodyText"].is_null()));
    for (act, input) in [
        ("deleteThread", whole(&id)),
        ("setThreadPinned", json!({ "threadId": id, "pinned": true })),
        ("hideThread", whole(&id)),
        (
            "setThreadArchived",
            json!({ "threadId": id, "archived": true }),
        ),
    ] {
        assert_eq!(amina.refused(act, input).await, "NOT_FOUND", "{act}");
    }
    let send = json!({ "threadId": id, "body": "b" });
    let code = elena.refused("sendMessage", send).await;
    assert_eq!(code, "NOT_FOUND");
}

#[tokio::test]
async fn s29_s30_under_author_anytime_whoever_of_the_staff_started_a_thread_deletes_it() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "deletion": "AUTHOR_ANYTIME" }))
        .await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, first) = starts(&amina, "CLINICAL").await;
    reads(&elena, &first).await;
    elena.writes(&id, "an answer").await;
    for who in ["supervisor", "clinical-admin"] {
        let code = tidings
            .caller(who)
            .refused("deleteThread", whole(&id))
            .await;
        assert_eq!(code, "DELETE_NOT_ALLOWED", "{who}");
    }
    assert_eq!(elena.refused("deleteThread", whole(&id)).await, "FORBIDDEN");
    amina.does("deleteThread", whole(&id)).await;
    assert!(!elena.sees(&id).await);
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffMemberId": staff::CLINICIAN.gid() }], "subject": "s", "body": "b" });
    let begun = elena.does("startThread", input).await;
    let id = begun["thread"]["id"].as_str().unwrap();
    for who in ["clinician", "clinical-admin"] {
        let code = tidings.caller(who).refused("deleteThread", whole(id)).await;
        assert_eq!(code, "DELETE_NOT_ALLOWED", "{who}");
    }
}

#[tokio::test]
async fn s32_p20_live_readers_learn_that_a_thread_is_gone_and_nothing_of_it() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = tidings.caller("client").cursor().await;
    let (id, _) = starts(&amina, "CLINICAL").await;
    tidings.relayed().await;
    let mut elena = tidings.listen("client").await;
    amina.does("deleteThread", whole(&id)).await;
    let event = elena.expect("AccessRevoked").await;
    assert_eq!(event["threadIds"], json!([id]));
    // Whoever resumes from before it is told nothing that is gone.
    let said = amina.writes(&thread::SLEEP.gid(), "later").await;
    let mut late = tidings.listen_to_after("client", None, before).await;
    // What `relayed` wrote comes first.
    late.expect_message("The last one.").await;
    let event = late.expect_message("later").await;
    assert_eq!(event["message"]["id"], json!(said));
}

#[tokio::test(flavor = "multi_thread")]
async fn t36_of_seeing_and_deleting_unseen_exactly_one_comes_first() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, first) = starts(&amina, "CLINICAL").await;
    reads(&elena, &first).await;
    for round in 0..16 {
        let said = amina.writes(&id, &format!("{round}")).await;
        let seeing = elena.act("markRead", json!({ "messageIds": [said] }));
        let deleting = amina.act("deleteMessage", message(&said));
        let (seen, deleted) = if round % 2 == 0 {
            futures_util::future::join(seeing, deleting).await
        } else {
            let (deleted, seen) = futures_util::future::join(deleting, seeing).await;
            (seen, deleted)
        };
        let was_seen = seen.get("errors").is_none();
        let was_deleted = deleted["data"]["answer"]["deletedMessageId"].is_string();
        assert_ne!(was_seen, was_deleted, "{seen:#} {deleted:#}");
        if was_seen {
            let code = &deleted["data"]["answer"]["userErrors"][0]["code"];
            assert_eq!(code, "DELETE_NOT_ALLOWED");
        } else {
            assert_eq!(seen["errors"][0]["extensions"]["code"], "NOT_FOUND");
        }
        let left = elena.messages(&id).await;
        assert_eq!(left.iter().any(|row| row["id"] == json!(said)), was_seen);
    }
}
