//! Who is on a thread: sharing a chat, adding colleagues, taking them out.

use serde_json::{Value, json};
use tidings_server::seed::cast::{staff, thread};

use crate::support::{Global as _, Tidings};

fn change(thread: &str, ids: &[tidings_domain::StaffId]) -> Value {
    let ids: Vec<String> = ids.iter().map(|id| id.gid()).collect();
    json!({ "threadId": thread, "staffMemberIds": ids })
}

#[tokio::test]
async fn p11_px03_k17_a_shared_chat_is_read_and_written_until_the_sharing_ends_streams_too() {
    let tidings = Tidings::start().await;
    let (amina, wei) = (tidings.caller("clinician"), tidings.caller("biller"));
    let sleep = thread::SLEEP.gid();
    assert!(!wei.sees(&sleep).await);
    let mut everything = tidings.listen("biller").await;
    let mut elena = tidings.listen("client").await;
    amina
        .does("shareThread", change(&sleep, &[staff::BILLER]))
        .await;
    let event = everything.expect("AccessGranted").await;
    assert_eq!(event["threadIds"], json!([sleep]));
    let query = "query($id: ID!) { thread(id: $id) { kind participants { standing person { ... on StaffMember { id } } } } }";
    let data = wei.data(query, json!({ "id": sleep })).await;
    assert_eq!(
        data["thread"]["kind"], "DIRECT",
        "the client is in no group"
    );
    let shared = json!({ "standing": "SHARED_WITH", "person": { "id": staff::BILLER.gid() } });
    let people = data["thread"]["participants"].as_array().unwrap();
    assert!(people.contains(&shared), "{people:?}");
    elena.expect("ThreadChanged").await;
    let mut one = tidings.listen_to("biller", Some(&sleep)).await;
    let says = |body: &str| json!({ "threadId": sleep, "body": body, "markThreadRead": false });
    amina.does("sendMessage", says("See above.")).await;
    one.expect_message("See above.").await;
    everything.expect_message("See above.").await;
    wei.does("sendMessage", says("I have seen it.")).await;
    one.expect_message("I have seen it.").await;
    // Once more shares nothing more, and tells nobody.
    amina
        .does("shareThread", change(&sleep, &[staff::BILLER]))
        .await;
    amina
        .does("unshareThread", change(&sleep, &[staff::BILLER]))
        .await;
    loop {
        // What his own message changed for himself comes first.
        let event = everything.next().await;
        if event["kind"] == "AccessRevoked" {
            assert_eq!(event["threadIds"], json!([sleep]));
            break;
        }
        assert_eq!(event["thread"]["id"], json!(sleep), "{event:#}");
    }
    one.expect_end("NOT_FOUND").await;
    assert!(!wei.sees(&sleep).await);
    amina.writes(&sleep, "Between us.").await;
    tidings.nothing_more(&mut [everything]).await;
}

#[tokio::test]
async fn p11_p12_who_may_share_and_with_whom() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let sleep = thread::SLEEP.gid();
    for (who, ids, code) in [
        ("client", vec![staff::BILLER], "FORBIDDEN"),
        ("biller", vec![staff::BILLER], "NOT_FOUND"),
        ("outsider", vec![staff::OUTSIDER], "NOT_FOUND"),
        ("clinician", vec![staff::OUTSIDER], "NOT_FOUND"),
        ("clinician", vec![], "RECIPIENT_REQUIRED"),
    ] {
        let before = tidings.stored().await;
        let caller = tidings.caller(who);
        assert_eq!(
            caller.refused("shareThread", change(&sleep, &ids)).await,
            code,
            "{who}"
        );
        assert_eq!(tidings.stored().await, before, "{who}");
    }
    tidings.policy(json!({ "chat_sharing": false })).await;
    let refused = amina
        .refused("shareThread", change(&sleep, &[staff::BILLER]))
        .await;
    assert_eq!(refused, "SHARING_NOT_ALLOWED");
    // What was shared before can be ended still.
    amina
        .does("unshareThread", change(&sleep, &[staff::BILLER]))
        .await;
}

#[tokio::test]
async fn px04_p22_colleagues_come_into_a_conversation_and_leave_it() {
    let tidings = Tidings::start().await;
    let (lucia, wei) = (tidings.caller("scheduler"), tidings.caller("biller"));
    let input = json!({ "to": [{ "staffMemberId": staff::CLINICIAN.gid() }], "subject": "Keys", "body": "Who has them?" });
    let started = lucia.does("startThread", input).await;
    let internal = started["thread"]["id"].as_str().unwrap().to_owned();
    lucia
        .does("addThreadParticipants", change(&internal, &[staff::BILLER]))
        .await;
    assert_eq!(
        wei.messages(&internal).await.len(),
        1,
        "all of it, from the first message on"
    );
    wei.writes(&internal, "I do.").await;
    assert!(wei.inbox(json!({})).await.contains(&internal));
    lucia
        .does(
            "removeThreadParticipants",
            change(&internal, &[staff::BILLER]),
        )
        .await;
    assert!(!wei.sees(&internal).await);
    assert!(!wei.inbox(json!({})).await.contains(&internal));
    // Whoever started it stays; a chat of two is shared, not widened.
    let amina = tidings.caller("clinician");
    let refused = amina
        .refused(
            "removeThreadParticipants",
            change(&internal, &[staff::SCHEDULER]),
        )
        .await;
    assert_eq!(refused, "RECIPIENT_NOT_ALLOWED");
    let sleep = thread::SLEEP.gid();
    let refused = amina
        .refused("addThreadParticipants", change(&sleep, &[staff::BILLER]))
        .await;
    assert_eq!(refused, "RECIPIENT_NOT_ALLOWED");
    // What a client began with its clinician nobody takes from the clinician.
    let refused = tidings
        .caller("clinical-admin")
        .refused(
            "removeThreadParticipants",
            change(&sleep, &[staff::CLINICIAN]),
        )
        .await;
    assert_eq!(refused, "RECIPIENT_NOT_ALLOWED");
}
