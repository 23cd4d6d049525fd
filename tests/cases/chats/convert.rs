//! A chat of two goes on in a group.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use super::id;
use crate::support::{Caller, Global as _, Tidings};

fn convert(mut input: Value) -> Value {
    let fields = input.as_object_mut().unwrap();
    fields
        .entry("threadId")
        .or_insert(json!(thread::SLEEP.gid()));
    fields
        .entry("body")
        .or_insert(json!("Let us go on together."));
    input
}

#[tokio::test]
async fn p13_px01_a_chat_goes_on_in_a_group_whose_new_people_see_nothing_of_before() {
    let tidings = Tidings::start().await;
    let (amina, elena, wei) = (
        tidings.caller("clinician"),
        tidings.caller("client"),
        tidings.caller("biller"),
    );
    let chat = thread::SLEEP.gid();
    let input =
        convert(json!({ "staffMemberIds": [staff::BILLER.gid()], "subject": "Elena's circle" }));
    let mut events = tidings.listen("client").await;
    let made = amina.does("convertToGroup", input).await;
    let group = id(&made);
    assert_ne!(group, chat);
    assert_eq!(made["thread"]["kind"], "GROUP");
    assert_eq!(made["thread"]["subject"], "Elena's circle");
    assert_eq!(made["thread"]["audience"]["kind"], "CLINICAL");
    events.expect_message("Let us go on together.").await;
    // The people of the chat and the new ones, and one message.
    for caller in [&amina, &elena, &wei] {
        assert_eq!(caller.messages(&group).await.len(), 1);
    }
    for caller in [&amina, &elena, &wei] {
        caller.writes(&group, "Hello.").await;
    }
    assert!(!wei.sees(&chat).await);
    assert!(elena.sees(&chat).await && amina.sees(&chat).await);
    // Linked both ways for who sees both, and for nobody else.
    let query = "query($id: ID!) { thread(id: $id) { continues { id } continuedBy { id } } }";
    let look = async |caller: &Caller<'_>, id: &str| {
        caller.data(query, json!({ "id": id })).await["thread"].take()
    };
    for caller in [&amina, &elena] {
        assert_eq!(
            look(caller, &group).await,
            json!({ "continues": { "id": chat }, "continuedBy": [] })
        );
        assert_eq!(
            look(caller, &chat).await,
            json!({ "continues": null, "continuedBy": [{ "id": group }] })
        );
    }
    assert_eq!(
        look(&wei, &group).await,
        json!({ "continues": null, "continuedBy": [] })
    );
    // The name of a group can be changed later, and its members read it.
    let version = "query($id: ID!) { thread(id: $id) { version } }";
    let version = amina.data(version, json!({ "id": group })).await["thread"]["version"].take();
    let rename =
        json!({ "threadId": group, "expectedVersion": version, "subject": "Sleep circle" });
    amina.does("editThreadHeader", rename).await;
    let name = "query($id: ID!) { thread(id: $id) { subject } }";
    assert_eq!(
        elena.data(name, json!({ "id": group })).await["thread"]["subject"],
        "Sleep circle"
    );
    assert_eq!(
        amina.data(name, json!({ "id": chat })).await["thread"]["subject"],
        "Sleeping badly again"
    );
}

#[tokio::test]
async fn p13_p12_history_is_for_colleagues_by_sharing_and_never_for_another_client() {
    let tidings = Tidings::start().await;
    let (admin, amina, wei) = (
        tidings.caller("practice-admin"),
        tidings.caller("clinician"),
        tidings.caller("biller"),
    );
    let chat = thread::SLEEP.gid();
    let with_history =
        convert(json!({ "staffMemberIds": [staff::BILLER.gid()], "historyVisible": true }));
    let group = amina.does("convertToGroup", with_history).await;
    assert_eq!(
        group["thread"]["subject"], "Sleeping badly again",
        "the name of the chat, if none is given"
    );
    assert!(wei.sees(&chat).await && wei.sees(&id(&group)).await);

    admin
        .does(
            "updateMessagingPolicy",
            json!({ "expectedVersion": 1, "chatSharing": false }),
        )
        .await;
    let stored = tidings.stored().await;
    let other = json!([client::SECOND_CLIENT.gid()]);
    for (input, code) in [
        (
            convert(json!({ "staffMemberIds": [staff::SCHEDULER.gid()], "historyVisible": true })),
            "SHARING_NOT_ALLOWED",
        ),
        (
            convert(json!({ "clientIds": other, "historyVisible": true })),
            "HISTORY_NOT_ALLOWED",
        ),
        (convert(json!({ "clientIds": other })), "GROUPS_NOT_ALLOWED"),
        (convert(json!({})), "RECIPIENT_REQUIRED"),
        (
            convert(json!({ "staffMemberIds": [staff::SCHEDULER.gid()], "body": " " })),
            "BODY_REQUIRED",
        ),
        (
            convert(json!({ "staffMemberIds": [staff::OUTSIDER.gid()] })),
            "NOT_FOUND",
        ),
        (
            convert(
                json!({ "threadId": thread::SCHOOL_LETTER.gid(), "staffMemberIds": [staff::BILLER.gid()] }),
            ),
            "RECIPIENT_NOT_ALLOWED",
        ),
    ] {
        assert_eq!(
            amina.refused("convertToGroup", input.clone()).await,
            code,
            "{input}"
        );
        assert_eq!(tidings.stored().await, stored, "{input}");
    }
    let own = convert(json!({ "staffMemberIds": [staff::BILLER.gid()] }));
    assert_eq!(
        tidings
            .caller("client")
            .refused("convertToGroup", own.clone())
            .await,
        "FORBIDDEN"
    );
    assert_eq!(
        tidings
            .caller("second-clinician")
            .refused("convertToGroup", own)
            .await,
        "NOT_FOUND"
    );
    // With groups of several, the sender must be able to write to the other client, too.
    admin
        .does(
            "updateMessagingPolicy",
            json!({ "expectedVersion": 2, "allowMultiClientGroups": true }),
        )
        .await;
    let both = convert(json!({ "clientIds": other }));
    assert_eq!(
        amina.refused("convertToGroup", both.clone()).await,
        "AUDIENCE_NOT_ALLOWED"
    );
    let group = id(&tidings
        .caller("clinical-admin")
        .does("convertToGroup", both)
        .await);
    let second = tidings.caller("second-client");
    assert!(second.sees(&group).await && !second.sees(&chat).await);
    let query = "query($id: ID!) { thread(id: $id) { continues { id } } }";
    assert_eq!(
        second.data(query, json!({ "id": group })).await["thread"]["continues"],
        json!(null)
    );
}
