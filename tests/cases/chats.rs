//! How conversations come about: opening the chat of two, sharing by default, going on in a group.

mod contacts;
mod convert;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tidings_domain::{ClientId, StaffId};
use tidings_server::seed::cast::{client, staff, thread};

use super::start_by_client::to;
use crate::support::{Caller, Global as _, Tidings, nowhere};

fn with_client(id: ClientId) -> Value {
    json!({ "with": { "clientId": id.gid() },
        "message": { "audience": "CLINICAL", "subject": "s", "body": "Good morning" } })
}

fn with_staff(id: StaffId) -> Value {
    json!({ "with": { "staffMemberId": id.gid() }, "message": { "subject": "s", "body": "Hello" } })
}

fn id(payload: &Value) -> String {
    payload["thread"]["id"].as_str().unwrap().to_owned()
}

/// A client with whom the clinician has no chat of two yet, and whose care team she is on.
async fn fresh(tidings: &Tidings) -> ClientId {
    let assign =
        json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    tidings
        .caller("clinical-admin")
        .does("assignCareTeamMember", assign)
        .await;
    client::SECOND_CHILD
}

#[tokio::test(flavor = "multi_thread")]
async fn p09_p24_a_chat_with_a_client_is_opened_or_begun_once_however_many_ask_at_once() {
    let tidings = Tidings::start().await;
    let whom = fresh(&tidings).await;
    let callers: Vec<Caller<'_>> = (0..6).map(|_| tidings.caller("clinician")).collect();
    let opened = callers
        .iter()
        .map(|caller| caller.does("openDirectThread", with_client(whom)));
    let opened = join_all(opened).await;
    let created = opened
        .iter()
        .filter(|payload| payload["created"] == json!(true));
    assert_eq!(created.count(), 1, "{opened:#?}");
    assert!(opened.iter().all(|payload| id(payload) == id(&opened[0])));
    for payload in &opened {
        assert_eq!(
            payload["message"].is_object(),
            payload["created"] == json!(true)
        );
        assert_eq!(payload["thread"]["kind"], "DIRECT");
    }
    let chat = id(&opened[0]);
    assert_eq!(tidings.caller("clinician").messages(&chat).await.len(), 1);
    assert!(
        tidings
            .caller("guardian")
            .inbox(json!({}))
            .await
            .contains(&chat)
    );
    // Opened again it is the same, without a message; and put away or not.
    let amina = tidings.caller("clinician");
    amina
        .does(
            "setThreadArchived",
            json!({ "threadId": chat, "archived": true }),
        )
        .await;
    let again = json!({ "with": { "clientId": whom.gid() } });
    let again = amina.does("openDirectThread", again).await;
    assert_eq!(
        (id(&again), &again["created"]),
        (chat.clone(), &json!(false))
    );
    // Whom one wants to have it anew, has it anew.
    let mut anew = with_client(whom);
    anew["createNew"] = json!(true);
    let anew = amina.does("openDirectThread", anew).await;
    assert_ne!(id(&anew), chat);
}

#[tokio::test(flavor = "multi_thread")]
async fn p23_a_chat_with_a_colleague_is_one_whoever_of_the_two_opens_it_and_no_client_sees_it() {
    let tidings = Tidings::start().await;
    let (one, other) = (tidings.caller("clinician"), tidings.caller("biller"));
    // A thread among three is not the chat of two.
    let three = json!({ "to": [{ "staffMemberId": staff::BILLER.gid() }, { "staffMemberId": staff::SCHEDULER.gid() }], "subject": "s", "body": "b" });
    let three = one.does("startThread", three).await;
    let opened = futures_util::future::join(
        one.does("openDirectThread", with_staff(staff::BILLER)),
        other.does("openDirectThread", with_staff(staff::CLINICIAN)),
    )
    .await;
    let chat = id(&opened.0);
    assert_eq!(chat, id(&opened.1));
    assert_ne!(chat, id(&three));
    assert_ne!(opened.0["created"], opened.1["created"]);
    assert_eq!(opened.0["thread"]["kind"], "INTERNAL");
    for who in [
        "client",
        "guardian",
        "second-client",
        "scheduler",
        "clinical-admin",
    ] {
        assert!(!tidings.caller(who).sees(&chat).await, "{who}");
    }
}

#[tokio::test]
async fn p25_with_a_chat_that_is_shared_with_the_viewer_the_person_says_which_is_meant() {
    let tidings = Tidings::start().await;
    let whom = fresh(&tidings).await;
    let (amina, ben) = (
        tidings.caller("clinician"),
        tidings.caller("clinical-admin"),
    );
    let own = id(&amina.does("openDirectThread", with_client(whom)).await);
    let theirs = id(&ben.does("openDirectThread", with_client(whom)).await);
    assert_ne!(
        own, theirs,
        "a chat is one of two, and no other staff member's"
    );
    let share = json!({ "threadId": theirs, "staffMemberIds": [staff::CLINICIAN.gid()] });
    ben.does("shareThread", share).await;
    let stored = tidings.stored().await;
    let text = "mutation($input: OpenDirectThreadInput!) { openDirectThread(input: $input) { thread { id } created \
        ambiguous { candidates { id } } userErrors { code } } }";
    let mut input = with_client(whom);
    input["idempotencyKey"] = json!("which");
    let data = amina.data(text, json!({ "input": input })).await;
    let payload = &data["openDirectThread"];
    assert_eq!(
        (&payload["thread"], &payload["created"]),
        (&json!(null), &json!(false))
    );
    assert_eq!(
        payload["ambiguous"]["candidates"],
        json!([{ "id": own }, { "id": theirs }])
    );
    let threads = |rows: &[i64]| rows.iter().take(5).copied().collect::<Vec<_>>();
    assert_eq!(
        threads(&tidings.stored().await),
        threads(&stored),
        "no thread was made"
    );
    for chosen in [&own, &theirs] {
        let mut input = with_client(whom);
        input["threadId"] = json!(chosen);
        assert_eq!(&id(&amina.does("openDirectThread", input).await), chosen);
    }
    // Nothing but the candidates can be chosen.
    for foreign in [
        thread::SLEEP.gid(),
        thread::HOMEWORK.gid(),
        nowhere("Thread"),
    ] {
        let mut input = with_client(whom);
        input["threadId"] = json!(foreign);
        assert_eq!(amina.refused("openDirectThread", input).await, "NOT_FOUND");
    }
    let mut anew = with_client(whom);
    anew["createNew"] = json!(true);
    let anew = amina.does("openDirectThread", anew).await;
    assert_eq!(anew["created"], json!(true));
}

#[tokio::test]
async fn p09_p23_what_cannot_be_opened_is_refused_and_stores_nothing() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let stored = tidings.stored().await;
    let bare = json!({ "with": { "clientId": client::UNREGISTERED.gid() } });
    for (who, input, code) in [
        ("clinician", bare, "BODY_REQUIRED"),
        (
            "clinician",
            with_client(client::UNREGISTERED),
            "AUDIENCE_NOT_ALLOWED",
        ),
        ("clinician", with_client(client::OUTSIDER), "NOT_FOUND"),
        ("clinician", with_staff(staff::OUTSIDER), "NOT_FOUND"),
        (
            "clinician",
            with_staff(staff::CLINICIAN),
            "RECIPIENT_NOT_ALLOWED",
        ),
        ("client", with_staff(staff::CLINICIAN), "FORBIDDEN"),
        ("client", with_client(client::CLIENT), "FORBIDDEN"),
    ] {
        let refused = tidings
            .caller(who)
            .refused("openDirectThread", input.clone())
            .await;
        assert_eq!(refused, code, "{who}: {input}");
    }
    assert_eq!(tidings.stored().await, stored);
    tidings.deactivate(staff::BILLER).await;
    let gone = amina
        .refused("openDirectThread", with_staff(staff::BILLER))
        .await;
    assert_eq!(gone, "NOT_FOUND");
}

#[tokio::test]
async fn p45_new_direct_chats_are_shared_with_whom_the_policy_names_and_others_are_not() {
    let tidings = Tidings::start().await;
    let named = json!([staff::BILLER.gid(), staff::CLINICIAN.gid()]);
    let policy = json!({ "expectedVersion": 1, "defaultDirectChatSharing": named });
    let admin = tidings.caller("practice-admin");
    let before = thread::SLEEP.gid();
    admin.does("updateMessagingPolicy", policy).await;
    let (amina, elena, wei) = (
        tidings.caller("clinician"),
        tidings.caller("client"),
        tidings.caller("biller"),
    );
    assert!(!wei.sees(&before).await, "what there was is not shared");
    let of_staff = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    let of_staff = id(&amina.does("startThread", of_staff).await);
    let of_client = id(&elena
        .does("startThread", to(client::CLIENT, staff::CLINICIAN))
        .await);
    for chat in [&of_staff, &of_client] {
        assert!(wei.sees(chat).await);
        assert_eq!(
            wei.messages(chat).await.len(),
            1,
            "from the first message on"
        );
        let query = "query($id: ID!) { thread(id: $id) { kind participants { standing person { ... on StaffMember { id } ... on Client { id } } } } }";
        let data = amina.data(query, json!({ "id": chat })).await;
        assert_eq!(data["thread"]["kind"], "DIRECT");
        let shared: Vec<&Value> = data["thread"]["participants"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["standing"] == "SHARED_WITH")
            .collect();
        assert_eq!(shared.len(), 1, "{data:#}");
        assert_eq!(shared[0]["person"]["id"], json!(staff::BILLER.gid()));
    }
    // Not a team's, and not where sharing is off.
    let team = json!({ "to": [{ "clientId": client::CLIENT.gid() }, { "staffMemberId": staff::SCHEDULER.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    let team = id(&amina.does("startThread", team).await);
    let off = json!({ "expectedVersion": 2, "chatSharing": false });
    admin.does("updateMessagingPolicy", off).await;
    let unshared = id(&elena
        .does("startThread", to(client::CLIENT, staff::CLINICIAN))
        .await);
    for chat in [&team, &unshared] {
        assert!(!wei.sees(chat).await);
    }
}
