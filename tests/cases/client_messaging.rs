//! What single clients may do in messages: write, and use direct chats.

use serde_json::{Value, json};
use tidings_server::seed::cast::{self, client, staff, thread};

use super::start_by_client::{offered, to};
use crate::support::{Caller, Global as _, Tidings, nowhere};

fn set(clients: &[tidings_domain::ClientId], mut input: Value) -> Value {
    let ids: Vec<String> = clients.iter().map(|id| id.gid()).collect();
    input["clientIds"] = json!(ids);
    input
}

async fn replies(caller: &Caller<'_>, thread: &str) -> Value {
    let query = "query($id: ID!) { thread(id: $id) { viewerCanReply replyBlockedReason } }";
    caller.data(query, json!({ "id": thread })).await["thread"].take()
}

#[tokio::test]
async fn k15_s33_a_client_who_may_not_write_reads_on_until_it_may_again() {
    let tidings = Tidings::start().await;
    let (admin, elena) = (tidings.caller("clinical-admin"), tidings.caller("client"));
    let sleep = thread::SLEEP.gid();
    let done = admin
        .does(
            "setClientMessaging",
            set(&[client::CLIENT], json!({ "send": false })),
        )
        .await;
    let expect =
        json!([{ "id": client::CLIENT.gid(), "canSend": false, "directChatAccess": true }]);
    assert_eq!(done["clients"], expect);
    let stored = tidings.stored().await;
    for (name, input) in [
        ("sendMessage", json!({ "threadId": sleep, "body": "b" })),
        ("startThread", to(client::CLIENT, staff::CLINICIAN)),
    ] {
        assert_eq!(
            elena.refused(name, input).await,
            "SENDING_NOT_ALLOWED",
            "{name}"
        );
    }
    assert_eq!(tidings.stored().await, stored);
    assert!(elena.sees(&sleep).await);
    let blocked = json!({ "viewerCanReply": false, "replyBlockedReason": "SENDING_NOT_ALLOWED" });
    assert_eq!(replies(&elena, &sleep).await, blocked);
    assert!(offered(&elena, client::CLIENT).await.is_empty());
    admin
        .does(
            "setClientMessaging",
            set(&[client::CLIENT], json!({ "send": true })),
        )
        .await;
    elena.writes(&sleep, "b").await;
    assert!(!offered(&elena, client::CLIENT).await.is_empty());
}

/// What an account reads of a thread, by every door that there is.
async fn doors(caller: &Caller<'_>, id: &str, message: &str) -> Vec<bool> {
    let here = |text: &Value| text.to_string().contains(id);
    let node = caller
        .ask(
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": id }),
        )
        .await;
    let by_message = "query($id: ID!) { node(id: $id) { ... on Message { thread { id } } } }";
    let by_message = caller.ask(by_message, json!({ "id": message })).await;
    let state = json!({ "state": "ALL_INCLUDING_ARCHIVED" });
    let inbox = caller.inbox(state).await;
    let of_client = json!({ "clientId": client::CLIENT.gid() });
    let of_client = caller.inbox(of_client).await;
    vec![
        caller.sees(id).await,
        here(&node["data"]),
        here(&by_message["data"]),
        inbox.iter().any(|thread| thread == id),
        of_client.iter().any(|thread| thread == id),
    ]
}

#[tokio::test]
async fn k15_px05_direct_threads_are_out_of_sight_without_direct_chats_and_all_others_stay() {
    let tidings = Tidings::start().await;
    let (admin, amina, elena) = (
        tidings.caller("clinical-admin"),
        tidings.caller("clinician"),
        tidings.caller("client"),
    );
    let sleep = thread::SLEEP.gid();
    let message = cast::message(thread::SLEEP, 1).gid();
    let direct = "query { inbox(first: 100) { edges { node { id kind viewerUnreadCount } } } unreadCounts { messages } }";
    let before = elena.data(direct, json!({})).await;
    elena
        .does(
            "setThreadPinned",
            json!({ "threadId": sleep, "pinned": true }),
        )
        .await;
    // A team that the client is in, and the broadcast of the demo.
    let team = json!({ "to": [{ "clientId": client::CLIENT.gid() }, { "staffMemberId": staff::SCHEDULER.gid() }],
        "audience": "CLINICAL", "subject": "s", "body": "b" });
    let team = amina.does("startThread", team).await["thread"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let closing = thread::OFFICE_CLOSING.gid();
    assert_eq!(doors(&elena, &sleep, &message).await, [true; 5]);

    let mut events = tidings.listen("client").await;
    let mut single = tidings.listen_to("client", Some(&sleep)).await;
    let cursor = elena.cursor().await;
    let off = set(&[client::CLIENT], json!({ "directChatAccess": false }));
    let done = admin.does("setClientMessaging", off).await;
    let expect =
        json!([{ "id": client::CLIENT.gid(), "canSend": true, "directChatAccess": false }]);
    assert_eq!(done["clients"], expect);
    amina.writes(&sleep, "out of sight").await;
    assert_eq!(doors(&elena, &sleep, &message).await, [false; 5]);
    for id in [&team, &closing] {
        assert!(elena.sees(id).await);
        assert!(elena.inbox(json!({})).await.contains(id));
    }
    // Counts, documents and pins tell nothing of them either.
    let after = elena.data(direct, json!({})).await;
    let rows = after["inbox"]["edges"].as_array().unwrap();
    assert!(
        rows.iter().all(|edge| edge["node"]["kind"] != "DIRECT"),
        "{after:#}"
    );
    let counts = rows
        .iter()
        .map(|edge| edge["node"]["viewerUnreadCount"].as_i64().unwrap());
    assert_eq!(
        after["unreadCounts"]["messages"],
        json!(counts.sum::<i64>())
    );
    // Streams: told to drop them, and of nothing in them since.
    single.expect_end("NOT_FOUND").await;
    let revoked = events.expect("AccessRevoked").await;
    assert!(
        revoked["threadIds"]
            .as_array()
            .unwrap()
            .contains(&json!(sleep)),
        "{revoked:#}"
    );
    assert!(!revoked.to_string().contains(&team));
    events.expect("ClientChanged").await;
    // Nothing is written there, and nothing new begun.
    let reply = json!({ "threadId": sleep, "body": "b" });
    assert_eq!(elena.refused("sendMessage", reply).await, "NOT_FOUND");
    let new = to(client::CLIENT, staff::CLINICIAN);
    assert_eq!(
        elena.refused("startThread", new).await,
        "CONTACT_NOT_ALLOWED"
    );
    assert!(offered(&elena, client::CLIENT).await.is_empty());
    elena.writes(&team, "b").await;
    events.expect_message("b").await;
    events.expect("ViewerStateChanged").await;
    // Staff see and write as before.
    assert!(amina.sees(&sleep).await);

    // Restored as it was, with what came meanwhile, pin and all.
    let on = set(&[client::CLIENT], json!({ "directChatAccess": true }));
    admin.does("setClientMessaging", on).await;
    let granted = events.expect("AccessGranted").await;
    assert!(
        granted["threadIds"]
            .as_array()
            .unwrap()
            .contains(&json!(sleep)),
        "{granted:#}"
    );
    events.expect("ClientChanged").await;
    assert_eq!(doors(&elena, &sleep, &message).await, [true; 5]);
    assert_eq!(elena.inbox(json!({})).await[0], sleep);
    let now = elena.data(direct, json!({})).await;
    assert!(now["unreadCounts"]["messages"].as_i64() > before["unreadCounts"]["messages"].as_i64());
    assert!(
        elena
            .messages(&sleep)
            .await
            .iter()
            .any(|m| m["bodyText"] == "out of sight")
    );
    // Who comes back later reads of both changes what holds now.
    let mut again = tidings.listen_after("client", cursor).await;
    again.expect("AccessGranted").await;
    tidings.nothing_more(&mut [events]).await;
}

#[tokio::test]
async fn k15_px05_what_is_out_of_sight_is_in_no_search_no_list_of_documents_and_no_file() {
    let tidings = Tidings::start().await;
    let (elena, admin) = (tidings.caller("client"), tidings.caller("clinical-admin"));
    let sleep = thread::SLEEP.gid();
    let file = elena.attaches(tidings_domain::FileKind::Pdf).await;
    let input = json!({ "threadId": sleep, "body": "The xylophone keeps me awake.", "attachmentIds": [file] });
    elena.does("sendMessage", input).await;
    let found = async || {
        let query = "{ search(query: \"xylophone\", first: 10) { edges { node { thread { id } } } }
            sharedDocuments(first: 10) { edges { node { id } } } }";
        let data = elena.data(query, json!({})).await;
        ["search", "sharedDocuments"].map(|list| data[list]["edges"].as_array().unwrap().len())
    };
    let export = json!({ "threadId": sleep, "format": "CSV" });
    let exported = elena.does("exportThread", export.clone()).await;
    let address = exported["export"]["url"].as_str().unwrap().to_owned();
    assert_eq!(found().await, [1, 1]);
    assert_eq!(tidings.fetch(&address).await.status(), 200);
    let switch = |on: bool| set(&[client::CLIENT], json!({ "directChatAccess": on }));
    admin.does("setClientMessaging", switch(false)).await;
    assert_eq!(found().await, [0, 0]);
    assert_eq!(elena.refused("exportThread", export).await, "NOT_FOUND");
    assert_eq!(tidings.fetch(&address).await.status(), 404);
    admin.does("setClientMessaging", switch(true)).await;
    assert_eq!(found().await, [1, 1]);
}

#[tokio::test]
async fn k15_a_thread_that_was_started_out_of_sight_is_not_named_to_who_comes_back() {
    let tidings = Tidings::start().await;
    let (admin, amina, elena) = (
        tidings.caller("clinical-admin"),
        tidings.caller("clinician"),
        tidings.caller("client"),
    );
    let cursor = elena.cursor().await;
    let off = set(&[client::CLIENT], json!({ "directChatAccess": false }));
    admin.does("setClientMessaging", off).await;
    tidings.clock.advance(chrono::TimeDelta::minutes(1));
    let new = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    let started = amina.does("startThread", new).await;
    let id = started["thread"]["id"].as_str().unwrap();
    assert!(!elena.sees(id).await);
    let mut events = tidings.listen_after("client", cursor).await;
    let revoked = events.expect("AccessRevoked").await;
    assert!(revoked.to_string().contains(&thread::SLEEP.gid()));
    assert!(!revoked.to_string().contains(id), "{revoked:#}");
}

#[tokio::test]
async fn px06_p40_many_clients_are_set_at_once_for_all_or_for_none() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let both = [client::FIRST_CHILD, client::SECOND_CHILD];
    let done = admin
        .does(
            "setClientMessaging",
            set(&both, json!({ "directChatAccess": false, "send": false })),
        )
        .await;
    for row in done["clients"].as_array().unwrap() {
        assert_eq!(
            (&row["canSend"], &row["directChatAccess"]),
            (&json!(false), &json!(false))
        );
    }
    assert_eq!(done["clients"][1]["id"], json!(client::SECOND_CHILD.gid()));
    let stored = tidings.stored().await;
    let mut input = set(&both, json!({ "send": true }));
    for foreign in [nowhere("Client"), client::OUTSIDER.gid()] {
        input["clientIds"][1] = json!(foreign);
        assert_eq!(
            admin.refused("setClientMessaging", input.clone()).await,
            "NOT_FOUND"
        );
    }
    for clients in [json!([]), json!(vec![client::CLIENT.gid(); 101])] {
        input["clientIds"] = clients;
        assert_eq!(
            admin.refused("setClientMessaging", input.clone()).await,
            "BAD_USER_INPUT"
        );
    }
    assert_eq!(tidings.stored().await, stored);
    let (clinician, input) = (
        tidings.caller("clinician"),
        set(&both, json!({ "send": true })),
    );
    assert_eq!(
        clinician.refused("setClientMessaging", input).await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn k13_answers_are_blocked_with_contact_only_where_the_policy_wants_it() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let new = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    let started = amina.does("startThread", new).await;
    let id = started["thread"]["id"].as_str().unwrap().to_owned();
    amina
        .does(
            "updateMySettings",
            json!({ "allowClientInitiatedContact": false }),
        )
        .await;
    let open = json!({ "viewerCanReply": true, "replyBlockedReason": null });
    assert_eq!(replies(&elena, &id).await, open);
    elena.writes(&id, "An answer.").await;
    let blocks = json!({ "expectedVersion": 1, "blockRepliesWhenContactOff": true });
    tidings
        .caller("practice-admin")
        .does("updateMessagingPolicy", blocks)
        .await;
    let blocked = json!({ "viewerCanReply": false, "replyBlockedReason": "CONTACT_NOT_ALLOWED" });
    assert_eq!(replies(&elena, &id).await, blocked);
    let stored = tidings.stored().await;
    let reply = json!({ "threadId": id, "body": "b" });
    assert_eq!(
        elena.refused("sendMessage", reply).await,
        "CONTACT_NOT_ALLOWED"
    );
    assert_eq!(tidings.stored().await, stored);
    amina.writes(&id, "Staff write on.").await;
    // A page of the inbox says the same, and costs no more than two statements.
    let page = "{ inbox(first: 25) { edges { node { id viewerCanReply replyBlockedReason } } } }";
    elena.data(page, json!({})).await;
    let (statements, answer) = tidings.counting(&elena, page, json!({})).await;
    let rows = answer["data"]["inbox"]["edges"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|edge| edge["node"]["id"] == json!(id))
        .unwrap();
    assert_eq!(row["node"]["replyBlockedReason"], "CONTACT_NOT_ALLOWED");
    // One of them loads the viewer.
    assert!(statements <= 3, "{statements}");
    amina
        .does(
            "updateMySettings",
            json!({ "allowClientInitiatedContact": true }),
        )
        .await;
    elena.writes(&id, "Again.").await;
}

#[tokio::test]
async fn k13_a_client_writes_to_an_audience_only_where_the_policy_opens_its_inbox() {
    let tidings = Tidings::start().await;
    let (elena, wei) = (tidings.caller("client"), tidings.caller("biller"));
    let new = |audience: &str| json!({ "actingFor": client::CLIENT.gid(), "to": [{ "audienceInbox": audience }], "body": "b" });
    let stored = tidings.stored().await;
    assert_eq!(
        elena.refused("startThread", new("BILLING")).await,
        "CONTACT_NOT_ALLOWED"
    );
    assert_eq!(tidings.stored().await, stored);
    let open = json!({ "expectedVersion": 1, "clientAudienceInboxes": ["BILLING"], "blockRepliesWhenContactOff": true });
    tidings
        .caller("practice-admin")
        .does("updateMessagingPolicy", open)
        .await;
    assert_eq!(
        elena.refused("startThread", new("CLINICAL")).await,
        "CONTACT_NOT_ALLOWED"
    );
    let mut other = new("BILLING");
    other["audience"] = json!("CLINICAL");
    assert_eq!(
        elena.refused("startThread", other).await,
        "AUDIENCE_NOT_ALLOWED"
    );
    let mut mixed = new("BILLING");
    mixed["to"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "staffMemberId": staff::CLINICIAN.gid() }));
    assert_eq!(
        elena.refused("startThread", mixed).await,
        "RECIPIENT_NOT_ALLOWED"
    );
    let staff = json!({ "to": [{ "audienceInbox": "BILLING" }], "audience": "BILLING", "subject": "s", "body": "b" });
    assert_eq!(
        wei.refused("startThread", staff).await,
        "RECIPIENT_NOT_ALLOWED"
    );

    let started = elena.does("startThread", new("BILLING")).await;
    let id = started["thread"]["id"].as_str().unwrap().to_owned();
    assert_eq!(started["thread"]["kind"], "TEAM");
    assert_eq!(started["thread"]["audience"]["kind"], "BILLING");
    // Whoever reads the audience reads it and answers, and nobody else.
    wei.writes(&id, "An answer.").await;
    elena.writes(&id, "Thanks.").await;
    assert!(!tidings.caller("scheduler").sees(&id).await);
}
