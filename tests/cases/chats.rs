//! How conversations come about: opening the chat of two, sharing by default, going on in a group.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tidings_domain::{ClientId, StaffId};
use tidings_server::seed::cast::{client, staff, thread};

use super::start_by_client::to;
use crate::support::{Caller, Global as _, Tidings, ids, nowhere};

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

fn convert(more: Value) -> Value {
    let mut input = json!({ "threadId": thread::SLEEP.gid(), "body": "Let us go on together." });
    input
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
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

const CONTACTS: &str = "query($kind: ContactKind!, $search: String, $first: Int!, $after: String) {
  contacts(kind: $kind, search: $search, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
    edges { node { kind name person { ... on StaffMember { id } ... on Client { id } } thread { id kind } } } } }";

async fn contacts(caller: &Caller<'_>, kind: &str, search: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), json!(null));
    loop {
        let variables = json!({ "kind": kind, "search": search, "first": 3, "after": after });
        let data = caller.data(CONTACTS, variables).await;
        let page = &data["contacts"];
        all.extend(
            page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"].clone()),
        );
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn p21_p23_contacts_are_colleagues_groups_and_clients_with_the_chat_that_there_is() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let chat = id(&amina
        .does("openDirectThread", with_staff(staff::BILLER))
        .await);
    let all = contacts(&amina, "TEAM_MEMBER", "").await;
    let names: Vec<&str> = all
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    let of = |rows: &[Value], id: &str| {
        rows.iter()
            .find(|row| row["person"]["id"] == json!(id))
            .cloned()
    };
    assert!(
        of(&all, &staff::CLINICIAN.gid()).is_none(),
        "not the viewer"
    );
    assert!(of(&all, &staff::OUTSIDER.gid()).is_none());
    assert_eq!(
        of(&all, &staff::BILLER.gid()).unwrap()["thread"]["id"],
        json!(chat)
    );
    assert_eq!(
        of(&all, &staff::SCHEDULER.gid()).unwrap()["thread"],
        json!(null)
    );

    let clients = contacts(&amina, "CLIENT", "").await;
    let elena = of(&clients, &client::CLIENT.gid()).unwrap();
    assert_eq!(elena["kind"], "CLIENT");
    assert_eq!(elena["thread"]["kind"], "DIRECT");
    let opened = json!({ "with": { "clientId": client::CLIENT.gid() } });
    let opened = amina.does("openDirectThread", opened).await;
    assert_eq!(id(&opened), elena["thread"]["id"].as_str().unwrap());
    assert!(of(&clients, &client::OUTSIDER.gid()).is_none());

    let groups = contacts(&amina, "GROUP", "").await;
    assert!(!groups.is_empty());
    for group in &groups {
        assert!(["GROUP", "TEAM", "INTERNAL"].contains(&group["thread"]["kind"].as_str().unwrap()));
        assert!(amina.sees(group["thread"]["id"].as_str().unwrap()).await);
    }
    assert!(
        groups
            .iter()
            .all(|group| group["thread"]["id"] != json!(chat)),
        "a chat of two is no group"
    );
    assert!(
        groups
            .iter()
            .any(|group| group["thread"]["id"] == json!(thread::SCHOOL_LETTER.gid()))
    );
    // A search narrows each.
    let found = contacts(&amina, "GROUP", "school").await;
    assert!(found.iter().all(|row| {
        row["name"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("school")
    }));
    assert!(!found.is_empty());
    let word = |row: &Value| {
        row["name"]
            .as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    for kind in ["TEAM_MEMBER", "CLIENT"] {
        let rows = contacts(&amina, kind, "").await;
        let found = contacts(&amina, kind, &word(&rows[0]).to_uppercase()).await;
        assert!(
            found.contains(&rows[0]) && found.len() < rows.len(),
            "{kind}"
        );
        assert!(contacts(&amina, kind, "%").await.is_empty());
    }
    for kind in ["TEAM_MEMBER", "GROUP", "CLIENT"] {
        assert!(
            contacts(&tidings.caller("client"), kind, "")
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn tx03_one_search_finds_clients_staff_and_groups_of_staff() {
    let tidings = Tidings::start().await;
    let query = "query($search: String!, $first: Int!) { findRecipients(search: $search, first: $first) { more
        matches { __typename ... on Client { id displayName } ... on StaffMember { id displayName } ... on StaffGroup { kind } } } }";
    let find = async |who: &'static str, search: &str| {
        let variables = json!({ "search": search, "first": 20 });
        tidings.caller(who).data(query, variables).await["findRecipients"].take()
    };
    let all = find("clinician", "").await;
    let kinds: Vec<&str> = all["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["__typename"].as_str().unwrap())
        .collect();
    for kind in ["Client", "StaffMember", "StaffGroup"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let groups = find("clinician", "clin").await;
    assert!(groups.to_string().contains("ALL_CLINICIANS"), "{groups:#}");
    assert!(!groups.to_string().contains("ALL_BILLERS"), "{groups:#}");
    // Nothing of another agency; to a client nobody but its own record and staff who are shown.
    assert!(!all.to_string().contains(&client::OUTSIDER.gid()));
    let own = find("client", "").await;
    assert!(!own.to_string().contains("StaffGroup"));
    assert!(own.to_string().contains(&client::CLIENT.gid()));
    assert!(!own.to_string().contains(&client::SECOND_CLIENT.gid()));
    for first in [0, 21] {
        let variables = json!({ "search": "", "first": first });
        assert_eq!(
            tidings.caller("clinician").code(query, variables).await,
            "BAD_USER_INPUT"
        );
    }
    let page = "{ inbox(first: 1) { edges { node { id } } } }";
    assert_eq!(
        ids(&tidings.caller("clinician").data(page, json!({})).await["inbox"]).len(),
        1
    );
}
