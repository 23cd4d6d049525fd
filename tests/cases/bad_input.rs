//! Bad input: a clear error with a stable code, nothing stored, no hint.

use serde_json::{Value, json};
use tidings_server::seed::cast::{self, client, staff, thread};

use super::crown::rows::{PLACES, document, own};
use crate::support::{Caller, Global as _, Tidings, key};

const REFUSED: [&str; 2] = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"];

#[tokio::test]
async fn every_malformed_id_is_refused_everywhere() {
    let tidings = Tidings::start().await;
    let stored = tidings.stored().await;
    let elena = client::CLIENT.gid();
    let (_, half) = elena.split_once('_').unwrap();
    let bad = |kind: &str| {
        let other = if kind == "Client" {
            thread::SLEEP.gid()
        } else {
            elena.clone()
        };
        vec![
            String::new(),
            "x".to_owned(),
            client::CLIENT.to_string(),
            kind.to_owned(),
            format!("{kind}_"),
            format!("{kind}_{}", &half[..21]),
            format!("{kind}_{half}A"),
            format!("{kind}_{half}=="),
            format!("{kind}_!{}", &half[1..]),
            format!(" {kind}_{half}"),
            format!("{}_{half}", kind.to_lowercase()),
            format!("{kind}_{half}\n"),
            format!("Nothing_{half}"),
            format!("{kind}_{}", "A".repeat(10_000)),
            other,
        ]
    };
    for place in PLACES {
        // `node` takes every type.
        let any_type = place.path.starts_with("node");
        for id in bad(place.kind) {
            if any_type && (id == elena || id == thread::SLEEP.gid()) {
                continue;
            }
            for who in [place.right, "second-client", "outsider"] {
                let caller = tidings.caller(who);
                let mut variables = (place.variables)(&own(who), &id);
                if variables.get("input").is_some() {
                    variables["input"]["idempotencyKey"] = json!(key());
                }
                let document = document(place.path);
                let name = format!("{} {id:?} by {who}", place.path);
                if document.starts_with("subscription") {
                    let mut socket = caller.socket().await;
                    socket.subscribe(&document, variables).await;
                    let answer = socket.receive().await;
                    assert_eq!(
                        answer["payload"][0]["extensions"]["code"], "BAD_USER_INPUT",
                        "{name}: {answer:#}"
                    );
                    continue;
                }
                let answer = caller.ask(&document, variables).await;
                assert_eq!(
                    answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
                    "{name}: {answer:#}"
                );
                let text = answer["errors"].to_string();
                assert!(
                    !id.contains('_') || !text.contains(&id),
                    "{name}: echoed: {text}"
                );
            }
        }
    }
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test]
async fn unknown_values_and_wrong_types_are_refused() {
    let tidings = Tidings::start().await;
    let stored = tidings.stored().await;
    let amina = tidings.caller("clinician");
    let start = |field: &str, value: Value| {
        let mut input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
        input[field] = value;
        input
    };
    let send = |field: &str, value: Value| {
        let mut input = json!({ "threadId": thread::SLEEP.gid(), "body": "b" });
        input[field] = value;
        input
    };
    let assign = |field: &str, value: Value| {
        let mut input = json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid() });
        input[field] = value;
        input
    };
    #[rustfmt::skip]
    let rows = [
        ("startThread", start("audience", json!("FINANCIAL"))),
        ("startThread", start("audience", json!("clinical"))),
        ("startThread", start("audience", json!(1))),
        ("startThread", start("to", json!(null))),
        ("startThread", start("to", json!("all"))),
        ("startThread", start("body", json!(null))),
        ("startThread", start("body", json!(5))),
        ("startThread", start("subject", json!(["s"]))),
        ("startThread", start("agencyId", json!(cast::agency::FERNHILL.gid()))),
        ("sendMessage", send("markThreadRead", json!("yes"))),
        ("sendMessage", send("threadId", json!(null))),
        ("sendMessage", send("body", json!({}))),
        ("editThreadHeader", json!({ "threadId": thread::SLEEP.gid(), "expectedVersion": 2_147_483_648_i64 })),
        ("editThreadHeader", json!({ "threadId": thread::SLEEP.gid(), "expectedVersion": "1" })),
        ("editThreadHeader", json!({ "threadId": thread::SLEEP.gid(), "expectedVersion": 1.5 })),
        ("setClientStatus", json!({ "clientId": client::CLIENT.gid(), "status": "DELETED" })),
        ("setStaffRoles", json!({ "staffMemberId": staff::CLINICIAN.gid(), "roles": ["CLIENT"] })),
        ("setStaffRoles", json!({ "staffMemberId": staff::CLINICIAN.gid(), "roles": [null] })),
        ("assignCareTeamMember", assign("startDate", json!("2026-02-30"))),
        ("assignCareTeamMember", assign("startDate", json!("15.06.2026"))),
        ("assignCareTeamMember", assign("startDate", json!("2026-06-15T12:00:00Z"))),
        ("assignCareTeamMember", assign("startDate", json!("-999-01-01"))),
        ("assignCareTeamMember", assign("endDate", json!(20_260_615))),
        ("markRead", json!({ "messageIds": [null] })),
    ];
    for (name, input) in rows {
        let answer = tidings
            .caller("clinical-admin")
            .act(name, input.clone())
            .await;
        let code = answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default();
        assert!(REFUSED.contains(&code), "{name} {input}: {answer:#}");
    }
    #[rustfmt::skip]
    let queries = [
        "{ inbox(first: 1, filter: { state: NEW }) { edges { cursor } } }",
        "{ inbox(first: \"1\") { edges { cursor } } }",
        "{ inbox(first: 3000000000) { edges { cursor } } }",
        "{ inbox { edges { cursor } } }",
        "{ inbox(first: 1, filter: { unknown: 1 }) { edges { cursor } } }",
        "{ clients(first: 1, status: GONE) { edges { cursor } } }",
        "{ nobody }",
        "query($x: Nothing) { viewer { __typename } }",
        "query($id: ID!) { thread(id: $id) { id } }",
    ];
    for query in queries {
        let code = amina.code(query, json!({})).await;
        assert!(REFUSED.contains(&code.as_str()), "{query}: {code}");
    }
    for query in ["", "{", "{ viewer }}", "mutation", "{ a: b: c }"] {
        let code = amina.code(query, json!({})).await;
        assert!(
            ["GRAPHQL_PARSE_FAILED", "BAD_REQUEST"].contains(&code.as_str()),
            "{query}: {code}"
        );
    }
    let long = format!(
        "{{ clients(first: 1, search: \"{}\") {{ edges {{ cursor }} }} }}",
        "x".repeat(201)
    );
    assert_eq!(amina.code(&long, json!({})).await, "BAD_USER_INPUT");
    let ids = vec![thread::SLEEP.gid(); 101];
    assert_eq!(
        amina
            .code(
                "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({ "ids": ids })
            )
            .await,
        "BAD_USER_INPUT"
    );
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test]
async fn too_much_at_once_is_refused() {
    let tidings = Tidings::start().await;
    let stored = tidings.stored().await;
    let amina = tidings.caller("clinician");
    let input = json!({ "idempotencyKey": key(), "threadId": thread::SLEEP.gid(), "body": "x".repeat(1_100_000) });
    let (status, answer) = amina
        .send(
            &crate::support::mutation("sendMessage"),
            json!({ "input": input }),
        )
        .await;
    assert_eq!(status, 413);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BODY_TOO_LARGE");
    let deep = (0..20).fold("id".to_owned(), |inner, _| {
        format!("lastMessage {{ thread {{ {inner} }} }}")
    });
    let deep = format!("query($id: ID!) {{ thread(id: $id) {{ {deep} }} }}");
    assert_eq!(
        amina
            .code(&deep, json!({ "id": thread::SLEEP.gid() }))
            .await,
        "QUERY_TOO_DEEP"
    );
    // A page of pages of bodies costs what it brings.
    let wide = "{ inbox(first: 100) { edges { node { messages(last: 100) { edges { node { bodyText bodyHtml author { __typename } } } } } } } }";
    assert_eq!(amina.code(wide, json!({})).await, "COST_EXCEEDED");
    let fits = "{ inbox(first: 100) { edges { node { messages(last: 3) { edges { node { bodyText author { __typename } } } } } } } }";
    amina.data(fits, json!({})).await;
    assert_eq!(tidings.stored().await, stored);
}

const LISTS: &[(&str, &str)] = &[
    (
        "inbox",
        "query($first: Int!, $after: String) { list: inbox(first: $first, after: $after) { pageInfo { endCursor } } }",
    ),
    (
        "clients",
        "query($first: Int!, $after: String) { list: clients(first: $first, after: $after) { pageInfo { endCursor } } }",
    ),
    (
        "staffMembers",
        "query($first: Int!, $after: String) { list: staffMembers(first: $first, after: $after) { pageInfo { endCursor } } }",
    ),
    (
        "messages",
        "query($first: Int!, $after: String) { it: node(id: \"THREAD\") { ... on Thread { list: messages(first: $first, after: $after) { pageInfo { endCursor } } } } }",
    ),
    (
        "messages before",
        "query($first: Int!, $after: String) { it: node(id: \"THREAD\") { ... on Thread { list: messages(last: $first, before: $after) { pageInfo { endCursor } } } } }",
    ),
];

fn list(query: &str, id: &str) -> String {
    query.replace("THREAD", id)
}

async fn cursor(caller: &Caller<'_>, query: &str) -> String {
    let data = caller.data(query, json!({ "first": 1 })).await;
    let page = if data.get("it").is_some() {
        &data["it"]["list"]
    } else {
        &data["list"]
    };
    page["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn g3_a_cursor_of_another_viewer_or_list_or_a_damaged_one_is_refused() {
    let tidings = Tidings::start().await;
    let (amina, priya, elena) = (
        tidings.caller("clinician"),
        tidings.caller("clinical-admin"),
        tidings.caller("client"),
    );
    let sleep = thread::SLEEP.gid();
    let mut cursors: Vec<(String, String)> = Vec::new();
    for (name, query) in LISTS {
        cursors.push((
            (*name).to_owned(),
            cursor(&amina, &list(query, &sleep)).await,
        ));
    }
    let event = amina.data("{ eventCursor }", json!({})).await["eventCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    cursors.push(("events".to_owned(), event.clone()));
    let invoice = cursor(&amina, &list(LISTS[3].1, &thread::INVOICE.gid())).await;
    cursors.push(("messages of another thread".to_owned(), invoice));
    for (name, query) in LISTS {
        let query = list(query, &sleep);
        for (from, cursor) in &cursors {
            let own = name.split(' ').next() == from.split(' ').next() && !from.contains("another");
            let answer = amina
                .ask(&query, json!({ "first": 1, "after": cursor }))
                .await;
            if own {
                assert!(
                    answer.get("errors").is_none(),
                    "{from} in {name}: {answer:#}"
                );
            } else {
                assert_eq!(
                    answer["errors"][0]["extensions"]["code"], "CURSOR_INVALID",
                    "{from} in {name}: {answer:#}"
                );
            }
        }
        let mine = cursor(&amina, &query).await;
        for (who, caller) in [("clinical-admin", &priya), ("client", &elena)] {
            let code = caller
                .code(&query, json!({ "first": 1, "after": mine }))
                .await;
            assert_eq!(code, "CURSOR_INVALID", "{name} by {who}");
        }
        let mut damaged: Vec<String> = ["", "x", "====", "not a cursor", "ü", "\u{0}"]
            .iter()
            .map(|text| (*text).to_owned())
            .collect();
        damaged.push("A".repeat(5_000));
        damaged.push(format!("{mine}A"));
        damaged.push(mine[1..].to_owned());
        damaged.push(mine.chars().rev().collect());
        for at in 0..mine.len() {
            let other = if &mine[at..=at] == "A" { "B" } else { "A" };
            damaged.push(format!("{}{other}{}", &mine[..at], &mine[at + 1..]));
        }
        for bad in damaged {
            let code = amina
                .code(&query, json!({ "first": 1, "after": bad }))
                .await;
            assert_eq!(code, "CURSOR_INVALID", "{name}: {bad}");
        }
    }
    for (who, caller, cursor) in [
        ("another", &priya, event.clone()),
        ("a list's", &amina, cursors[0].1.clone()),
        ("damaged", &amina, event[1..].to_owned()),
    ] {
        for query in [
            "subscription($after: EventCursor) { events(after: $after) { __typename } }",
            "subscription($after: EventCursor) { messageAdded(after: $after) { cursor } }",
        ] {
            let mut socket = caller.socket().await;
            socket.subscribe(query, json!({ "after": cursor })).await;
            let answer = socket.receive().await;
            assert_eq!(
                answer["payload"][0]["extensions"]["code"], "CURSOR_INVALID",
                "{who}: {answer:#}"
            );
        }
    }
}

#[tokio::test]
async fn every_error_has_a_code_and_a_request_id_and_tells_nothing_of_the_inside() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let ids: Vec<Value> = futures_util::future::join_all(
        [
            "{ nobody }",
            "{ inbox(first: 0) { edges { cursor } } }",
            "{",
            "{ thread(id: \"x\") { id } }",
        ]
        .map(async |query| {
            let answer = amina.ask(query, json!({})).await;
            for error in answer["errors"].as_array().unwrap() {
                assert!(
                    error["extensions"]["code"].is_string()
                        && error["extensions"]["requestId"].is_string(),
                    "{answer:#}"
                );
                let text = error["message"].as_str().unwrap();
                for inside in [
                    "sqlx", "SQL", "panicked", "src/", "sea_orm", "postgres", "sqlite",
                ] {
                    assert!(!text.contains(inside), "{text}");
                }
            }
            answer["errors"][0]["extensions"]["requestId"].clone()
        }),
    )
    .await;
    assert!(
        ids.iter()
            .all(|id| ids.iter().filter(|other| *other == id).count() == 1),
        "{ids:?}"
    );
}
