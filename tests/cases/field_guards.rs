//! Fields that not everybody who sees an object may read.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use crate::support::{Caller, Global as _, Tidings};

/// Each guarded field with a query of it and of a sibling, and the path of its value.
#[rustfmt::skip]
const GUARDED: &[(&str, &str, &[&str])] = &[
    ("Client.email", "{ it: client(id: $client) { field: email id } }", &[]),
    ("Client.directChatAccess", "{ it: client(id: $client) { field: directChatAccess id } }", &[]),
    ("Client.canSend", "{ it: client(id: $client) { field: canSend id } }", &[]),
    ("Client.portalAccount", "{ it: client(id: $client) { field: portalAccount { id } id } }", &[]),
    ("Client.enrollments", "{ it: client(id: $client) { field: enrollments { id } id } }", &[]),
    ("Client.legalHold", "{ it: client(id: $client) { field: legalHold id } }", &[]),
    ("PortalAccount.invitation", "{ it: client(id: $client) { portalAccount { field: invitation { open } id } } }", &["portalAccount"]),
    ("StaffMember.email", "{ it: node(id: $staff) { ... on StaffMember { field: email id } } }", &[]),
    ("StaffMember.roles", "{ it: node(id: $staff) { ... on StaffMember { field: roles id } } }", &[]),
    ("StaffMember.active", "{ it: node(id: $staff) { ... on StaffMember { field: active id } } }", &[]),
    ("StaffMember.allowClientInitiatedContact", "{ it: node(id: $staff) { ... on StaffMember { field: allowClientInitiatedContact id } } }", &[]),
    ("StaffMember.displayInPortal", "{ it: node(id: $staff) { ... on StaffMember { field: displayInPortal id } } }", &[]),
    ("StaffMember.emailNotifications", "{ it: node(id: $staff) { ... on StaffMember { field: emailNotifications id } } }", &[]),
    ("Agency.policyHistory", "{ it: agency { field: policyHistory(first: 5) { edges { node { since } } } id } }", &[]),
    ("CareTeamMember.source", "{ it: client(id: $client) { careTeam { members { field: source id } } } }", &["careTeam", "members", "0"]),
    ("CareTeamMember.public", "{ it: client(id: $client) { careTeam { members { field: public id } } } }", &["careTeam", "members", "0"]),
    ("Message.seenByClientAt", "{ it: thread(id: $thread) { lastMessage { field: seenByClientAt id } } }", &["lastMessage"]),
    ("Message.seenBy", "{ it: thread(id: $thread) { lastMessage { field: seenBy { seenAt } id } } }", &["lastMessage"]),
    ("Message.revisions", "{ it: thread(id: $thread) { lastMessage { field: revisions { bodyText } id } } }", &["lastMessage"]),
    ("Thread.notes", "{ it: thread(id: $thread) { field: notes(first: 5) { edges { node { number } } } id } }", &[]),
    ("Thread.version", "{ it: thread(id: $thread) { field: version id } }", &[]),
    ("Thread.deliveryState", "{ it: thread(id: $thread) { field: deliveryState id } }", &[]),
    ("Thread.clients", "{ it: thread(id: $thread) { field: clients(first: 5) { edges { node { id } } } id } }", &[]),
    ("Thread.deletedMessages", "{ it: thread(id: $thread) { field: deletedMessages(first: 5) { edges { node { seq } } } id } }", &[]),
    ("Thread.deletion", "{ it: thread(id: $thread) { field: deletion { deletedAt } id } }", &[]),
];

async fn ask(caller: &Caller<'_>, selection: &str) -> Value {
    let declared: Vec<&str> = [
        ("$client", "$client: ID!"),
        ("$staff", "$staff: ID!"),
        ("$thread", "$thread: ID!"),
    ]
    .iter()
    .filter(|(name, _)| selection.contains(name))
    .map(|(_, declared)| *declared)
    .collect();
    let document = format!("query({}) {selection}", declared.join(", "));
    let variables = json!({
        "client": client::CLIENT.gid(), "staff": staff::CLINICIAN.gid(), "thread": thread::INVOICE.gid(),
    });
    caller.ask(&document, variables).await
}

fn follow<'a>(answer: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(&answer["data"]["it"], |value, step| {
        match step.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[*step],
        }
    })
}

#[test]
fn every_guard_of_the_law_has_a_row_here() {
    // The names are read from the law's source: this crate may not import the law itself.
    let law = include_str!("../../crates/policy/src/fields.rs");
    let rows = law.lines().filter(|line| {
        line.contains(", ") && line.contains("FieldRule::") && line.trim().starts_with("(\"")
    });
    let names: Vec<&str> = rows.filter_map(|line| line.split('"').nth(1)).collect();
    let here: Vec<&str> = GUARDED.iter().map(|row| row.0).collect();
    assert_eq!(names, here);
}

#[tokio::test]
async fn p08_k7_a_guarded_field_is_null_with_an_error_and_its_siblings_stand() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    for (name, selection, path) in GUARDED {
        let answer = ask(&elena, selection).await;
        let object = follow(&answer, path);
        assert_eq!(object["field"], json!(null), "{name}: {answer:#}");
        assert!(
            object["id"].is_string(),
            "{name}: a sibling fell with it: {answer:#}"
        );
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{name}: {answer:#}");
        assert_eq!(
            errors[0]["extensions"]["code"], "FORBIDDEN",
            "{name}: {answer:#}"
        );
        let at = errors[0]["path"].as_array().unwrap();
        // The executor cuts paths short inside a list.
        let whole = path.iter().all(|step| step.parse::<usize>().is_err());
        if whole {
            assert_eq!(at.first(), Some(&json!("it")), "{name}");
            assert_eq!(at.last(), Some(&json!("field")), "{name}: {answer:#}");
            assert_eq!(at.len(), path.len() + 2, "{name}");
        }
        let admin = tidings.caller("practice-admin");
        let reader = if name.starts_with("Agency.") {
            &admin
        } else {
            &amina
        };
        let answer = ask(reader, selection).await;
        assert!(
            answer.get("errors").is_none(),
            "{name} for staff: {answer:#}"
        );
        let value = &follow(&answer, path)["field"];
        // Nobody has seen it, and nobody deleted it.
        let null = ["Message.seenByClientAt", "Thread.deletion"].contains(name);
        assert_eq!(value.is_null(), null, "{name} for staff: {answer:#}");
    }
}

#[tokio::test]
async fn p08_k7_staff_receipts_show_to_clients_only_where_the_policy_says_so() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let query = "query($id: ID!) { thread(id: $id) { lastMessage { bodyText seenBy { reader { __typename ... on StaffMember { id } } seenAt } } } }";
    let variables = json!({ "id": thread::INVOICE.gid() });
    let answer = elena.ask(query, variables.clone()).await;
    assert_eq!(
        answer["data"]["thread"]["lastMessage"]["seenBy"],
        json!(null)
    );
    assert!(
        !answer.to_string().contains(&staff::BILLER.gid()),
        "{answer:#}"
    );
    tidings
        .policy(json!({ "client_sees_staff_receipts": true }))
        .await;
    let data = elena.data(query, variables).await;
    let readers = data["thread"]["lastMessage"]["seenBy"].as_array().unwrap();
    assert_eq!(readers.len(), 1, "{data:#}");
    assert_eq!(readers[0]["reader"]["id"], json!(staff::BILLER.gid()));
    // What the client has seen is for staff still.
    let query = "query($id: ID!) { thread(id: $id) { lastMessage { seenByClientAt } } }";
    assert_eq!(
        elena
            .code(query, json!({ "id": thread::INVOICE.gid() }))
            .await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn p08_a_client_finds_no_receipt_behind_any_door() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    // Through a page, through the inbox, through a message by its id.
    let doors = [
        "query($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { bodyText seenBy { seenAt } seenByClientAt } } } } }",
        "query($id: ID!) { inbox(first: 100, filter: { clientId: $id }) { edges { node { id lastMessage { bodyText seenBy { seenAt } seenByClientAt } } } } }",
        "query($id: ID!) { node(id: $id) { ... on Message { bodyText seenBy { seenAt } seenByClientAt } } }",
    ];
    let message = tidings_server::seed::cast::message(thread::INVOICE, 2);
    for (door, id) in doors
        .iter()
        .zip([thread::INVOICE.gid(), client::CLIENT.gid(), message.gid()])
    {
        let answer = elena.ask(door, json!({ "id": id })).await;
        let text = answer["data"].to_string();
        assert!(text.contains("bodyText"), "{answer:#}");
        assert!(
            !text.contains("seenAt") && !text.contains("\"seenByClientAt\":\""),
            "{answer:#}"
        );
        let errors = answer["errors"].as_array().unwrap();
        assert!(
            errors
                .iter()
                .all(|error| error["extensions"]["code"] == "FORBIDDEN"),
            "{answer:#}"
        );
    }
}
