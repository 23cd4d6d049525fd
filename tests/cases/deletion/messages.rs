//! `deleteMessage`.

use serde_json::json;
use tidings_server::seed::cast::thread;

use super::{message, reads, starts};
use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn t25_t26_whoever_of_the_staff_sees_a_message_deletes_it_until_a_client_has_seen_it() {
    let tidings = Tidings::start().await;
    for (audience, author, colleague) in [
        ("ADMINISTRATIVE", "scheduler", "clinician"),
        ("BILLING", "biller", "supervisor"),
        ("CLINICAL", "clinician", "supervisor"),
    ] {
        let (author, colleague) = (tidings.caller(author), tidings.caller(colleague));
        let (id, first) = starts(&author, audience).await;
        let second = author.writes(&id, "second").await;
        let done = colleague.does("deleteMessage", message(&second)).await;
        assert_eq!(done["deletedMessageId"], json!(second));
        assert_eq!(done["thread"]["messageCount"], 1);
        reads(&tidings.caller("client"), &first).await;
        for who in [&author, &colleague] {
            let code = who.refused("deleteMessage", message(&first)).await;
            assert_eq!(code, "DELETE_NOT_ALLOWED", "{audience}");
        }
        assert_eq!(author.messages(&id).await.len(), 1);
    }
}

#[tokio::test]
async fn t27_t28_t29_k4_what_a_client_has_seen_the_admins_of_its_audience_delete() {
    let tidings = Tidings::start().await;
    for (audience, author, admin, other) in [
        (
            "ADMINISTRATIVE",
            "scheduler",
            "practice-admin",
            "clinical-admin",
        ),
        ("BILLING", "biller", "practice-admin", "clinical-admin"),
        ("CLINICAL", "clinician", "clinical-admin", "practice-admin"),
    ] {
        let (id, sent) = starts(&tidings.caller(author), audience).await;
        reads(&tidings.caller("client"), &sent).await;
        let answered = tidings.caller("client").writes(&id, "answer").await;
        for message_id in [&sent, &answered] {
            let code = tidings
                .caller(other)
                .refused("deleteMessage", message(message_id))
                .await;
            let sees = tidings.caller(other).sees(&id).await;
            let expect = if sees {
                "DELETE_NOT_ALLOWED"
            } else {
                "NOT_FOUND"
            };
            assert_eq!(code, expect, "{other} {audience}");
            let done = tidings
                .caller(admin)
                .does("deleteMessage", message(message_id))
                .await;
            let sees = tidings.caller(admin).sees(&id).await;
            assert_eq!(sees, audience != "BILLING", "T-08");
            assert_eq!(done["thread"].is_null(), !sees, "no content: {done}");
        }
        assert!(tidings.caller("client").messages(&id).await.is_empty());
    }
}

#[tokio::test]
async fn k4_with_the_switch_either_admin_deletes_in_every_audience() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "either_admin_deletes": true }))
        .await;
    for (audience, author, admin) in [
        ("CLINICAL", "clinician", "practice-admin"),
        ("BILLING", "biller", "clinical-admin"),
    ] {
        let (_, sent) = starts(&tidings.caller(author), audience).await;
        reads(&tidings.caller("client"), &sent).await;
        let admin = tidings.caller(admin);
        admin.does("deleteMessage", message(&sent)).await;
    }
}

#[tokio::test]
async fn s28_p33_under_author_anytime_a_message_is_its_authors_to_delete_and_a_clients_nobodys() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "deletion": "AUTHOR_ANYTIME" }))
        .await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let (id, sent) = starts(&amina, "CLINICAL").await;
    reads(&elena, &sent).await;
    let answer = elena.writes(&id, "answer").await;
    for who in ["clinical-admin", "supervisor"] {
        let code = tidings
            .caller(who)
            .refused("deleteMessage", message(&sent))
            .await;
        assert_eq!(code, "DELETE_NOT_ALLOWED", "{who}");
    }
    for who in ["clinical-admin", "clinician"] {
        let code = tidings
            .caller(who)
            .refused("deleteMessage", message(&answer))
            .await;
        assert_eq!(code, "DELETE_NOT_ALLOWED", "{who}");
    }
    amina.does("deleteMessage", message(&sent)).await;
    let left = elena.messages(&id).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["seq"], 2, "numbers stay");
}

#[tokio::test]
async fn k3_under_locked_nobody_deletes() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "deletion": "LOCKED" })).await;
    let (_, sent) = starts(&tidings.caller("clinician"), "CLINICAL").await;
    for who in ["clinician", "clinical-admin"] {
        let code = tidings
            .caller(who)
            .refused("deleteMessage", message(&sent))
            .await;
        assert_eq!(code, "DELETE_NOT_ALLOWED", "{who}");
    }
    let code = tidings
        .caller("practice-admin")
        .refused("deleteMessage", message(&sent))
        .await;
    assert_eq!(code, "NOT_FOUND");
}

#[tokio::test]
async fn c28_a_client_deletes_nothing_for_others() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let own = elena.writes(&thread::SLEEP.gid(), "mine").await;
    let before = tidings.stored().await;
    assert_eq!(
        elena.refused("deleteMessage", message(&own)).await,
        "FORBIDDEN"
    );
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn s31_s32_a_deleted_message_is_gone_from_every_read_and_its_place_stays() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let before = amina.messages(&id).await;
    let wrong = amina.writes(&id, "to the wrong client").await;
    let mut live = tidings.listen_to("client", Some(&id)).await;
    let unread = elena.unread().await;
    amina.does("deleteMessage", message(&wrong)).await;
    assert_eq!(elena.unread().await.0, unread.0 - 1, "it is unread no more");
    let query = "query($id: ID!, $m: ID!) { node(id: $m) { id } thread(id: $id) { messageCount lastMessage { id seq } } }";
    for who in [&amina, &elena] {
        assert_eq!(who.messages(&id).await.len(), before.len());
        let data = who.data(query, json!({ "id": id, "m": wrong })).await;
        assert_eq!(data["node"], json!(null));
        assert_eq!(data["thread"]["messageCount"], json!(before.len()));
        assert_eq!(data["thread"]["lastMessage"]["seq"], json!(before.len()));
        for act in ["markRead", "markUnread"] {
            let code = who.refused(act, json!({ "messageIds": [wrong] })).await;
            assert_eq!(code, "NOT_FOUND", "{act}");
        }
    }
    let code = amina.refused("deleteMessage", message(&wrong)).await;
    assert_eq!(code, "NOT_FOUND", "once is enough");
    amina.writes(&id, "next").await;
    live.expect_message("next").await;
    let after = elena.messages(&id).await;
    let last = after.last().unwrap();
    assert_eq!(
        last["seq"],
        json!(before.len() + 2),
        "numbers are not given again"
    );
}

#[tokio::test]
async fn s32_t25_g1_whoever_sees_the_thread_is_told_that_a_message_is_gone() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = thread::SLEEP.gid();
    let before = tidings.caller("client").cursor().await;
    let wrong = amina.writes(&id, "to the wrong client").await;
    tidings.relayed().await;
    let mut told = [
        tidings.listen("client").await,
        tidings.listen("supervisor").await,
    ];
    let mut others = [
        tidings.listen("second-client").await,
        tidings.listen("scheduler").await,
    ];
    amina.does("deleteMessage", message(&wrong)).await;
    for listener in &mut told {
        let event = listener.expect("MessageDeleted").await;
        assert_eq!(event["messageId"], json!(wrong));
        assert_eq!(event["seq"], 7);
    }
    tidings.nothing_more(&mut told).await;
    tidings.nothing_more(&mut others).await;
    // Whoever resumes from before it was sent learns of its end, and nothing that it said.
    let mut late = tidings.listen_after("client", before).await;
    late.expect_message("The last one.").await;
    let event = late.expect("MessageDeleted").await;
    assert_eq!(event["messageId"], json!(wrong));
}
