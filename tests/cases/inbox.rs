//! The inbox: its order, its filters, its pages.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread, topic};

use crate::support::{Caller, Global as _, Tidings, ids};

const LIST: &str = "query($first: Int!, $after: String, $filter: InboxFilter!) {
    inbox(first: $first, after: $after, filter: $filter) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id archived lastActivityAt viewerHasPinned viewerUnreadCount viewerHasUnread
            client { id } audience { kind } topic { id } } } } }";

async fn list(caller: &Caller<'_>, filter: Value) -> Vec<Value> {
    let variables = json!({ "first": 100, "filter": filter });
    let data = caller.data(LIST, variables).await;
    let edges = data["inbox"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

fn names(threads: &[Value]) -> Vec<String> {
    threads
        .iter()
        .map(|thread| thread["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Pinned first, then by newest message, newest first.
fn assert_order(threads: &[Value]) {
    let key = |thread: &Value| {
        let at = thread["lastActivityAt"]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>();
        (thread["viewerHasPinned"] == json!(true), at.unwrap())
    };
    let keys: Vec<_> = threads.iter().map(key).collect();
    assert!(keys.is_sorted_by(|a, b| a >= b), "{threads:#?}");
}

#[tokio::test]
async fn t10_p15_p16_pinned_threads_stand_first_then_the_newest() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = list(&amina, json!({})).await;
    assert_order(&before);
    assert_eq!(
        before[0]["id"],
        json!(thread::SLEEP.gid()),
        "the demo's pin"
    );
    // A message moves its thread to the top of its group, and not above pinned ones.
    tidings.clock.advance(TimeDelta::minutes(1));
    tidings
        .caller("guardian")
        .writes(&thread::SCHOOL_LETTER.gid(), "One more question.")
        .await;
    let after = list(&amina, json!({})).await;
    assert_order(&after);
    assert_eq!(
        names(&after)[..2],
        [thread::SLEEP.gid(), thread::SCHOOL_LETTER.gid()]
    );
    let rest = |threads: &[Value]| -> Vec<String> {
        names(threads)
            .into_iter()
            .filter(|id| *id != thread::SCHOOL_LETTER.gid())
            .collect()
    };
    assert_eq!(rest(&before), rest(&after), "the others stay as they were");
    // A pin is a place at the top, for its owner alone.
    amina
        .does(
            "setThreadPinned",
            json!({ "threadId": thread::INVOICE.gid(), "pinned": true }),
        )
        .await;
    let pinned = list(&amina, json!({})).await;
    assert_order(&pinned);
    assert_eq!(
        names(&pinned)[..2],
        [thread::SLEEP.gid(), thread::INVOICE.gid()]
    );
    let biller = list(&tidings.caller("biller"), json!({})).await;
    assert!(
        biller
            .iter()
            .all(|thread| thread["viewerHasPinned"] == json!(false))
    );
}

#[tokio::test]
async fn t14_p18_c19_the_states_partition_the_inbox() {
    let tidings = Tidings::start().await;
    for who in [
        "clinician",
        "clinical-admin",
        "scheduler",
        "biller",
        "client",
        "guardian",
        "inactive-client",
        "former-clinician",
    ] {
        let caller = tidings.caller(who);
        let state = async |name: &str| -> BTreeSet<String> {
            names(&list(&caller, json!({ "state": name })).await)
                .into_iter()
                .collect()
        };
        let (both, unread, read) = (
            state("READ_AND_UNREAD").await,
            state("UNREAD").await,
            state("READ").await,
        );
        let (all, deleted) = (
            state("ALL_INCLUDING_ARCHIVED").await,
            state("DELETED").await,
        );
        let default = list(&caller, json!({})).await;
        assert_eq!(
            names(&default).into_iter().collect::<BTreeSet<_>>(),
            both,
            "{who}: the default"
        );
        assert!(unread.is_disjoint(&read), "{who}");
        assert_eq!(&unread | &read, both, "{who}");
        assert!(deleted.is_empty(), "{who}");
        assert!(all.is_superset(&both), "{who}");
        let whole = list(&caller, json!({ "state": "ALL_INCLUDING_ARCHIVED" })).await;
        for thread in &whole {
            let id = thread["id"].as_str().unwrap();
            let archived = thread["archived"] == json!(true);
            let count = thread["viewerUnreadCount"].as_i64().unwrap();
            assert_eq!(both.contains(id), !archived, "{who}: {thread:#}");
            assert_eq!(
                unread.contains(id),
                !archived && count > 0,
                "{who}: P-18: {thread:#}"
            );
            assert_eq!(thread["viewerHasUnread"], json!(count > 0), "{who}");
        }
        assert_order(&whole);
    }
    let archived = list(
        &tidings.caller("clinical-admin"),
        json!({ "state": "ALL_INCLUDING_ARCHIVED" }),
    )
    .await;
    assert_eq!(
        archived
            .iter()
            .filter(|thread| thread["archived"] == json!(true))
            .count(),
        3
    );
}

#[tokio::test]
async fn t11_t12_t13_c02_filters_combine_with_and_and_never_show_more() {
    let tidings = Tidings::start().await;
    let clients = [
        None,
        Some(client::CLIENT.gid()),
        Some(client::FIRST_CHILD.gid()),
        Some(client::SECOND_CLIENT.gid()),
        Some(client::OUTSIDER.gid()),
    ];
    let audiences = [
        None,
        Some("ADMINISTRATIVE"),
        Some("BILLING"),
        Some("CLINICAL"),
    ];
    let topics = [
        None,
        Some(topic::INVOICES.gid()),
        Some(topic::BETWEEN_SESSIONS.gid()),
    ];
    for who in [
        "clinician",
        "clinical-admin",
        "scheduler-biller",
        "guardian",
    ] {
        let caller = tidings.caller(who);
        for state in ["READ_AND_UNREAD", "UNREAD", "ALL_INCLUDING_ARCHIVED"] {
            let whole = list(&caller, json!({ "state": state })).await;
            for client in &clients {
                for audience in &audiences {
                    for topic in &topics {
                        let filter = json!({ "state": state, "clientId": client, "audience": audience, "topicId": topic });
                        let fits = |thread: &&Value| {
                            client
                                .as_ref()
                                .is_none_or(|id| thread["client"]["id"] == json!(id))
                                && audience
                                    .is_none_or(|kind| thread["audience"]["kind"] == json!(kind))
                                && topic
                                    .as_ref()
                                    .is_none_or(|id| thread["topic"]["id"] == json!(id))
                        };
                        let expected: Vec<Value> = whole.iter().filter(fits).cloned().collect();
                        assert_eq!(
                            list(&caller, filter.clone()).await,
                            expected,
                            "{who}: {filter}"
                        );
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn c17_c19_k8_ones_own_message_is_a_read_one() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let unread = lucia.unread().await;
    let started = lucia
        .does("startThread", json!({
            "to": [{ "clientId": client::SECOND_CLIENT.gid() }], "audience": "ADMINISTRATIVE", "subject": "Hello", "body": "Hello."
        }))
        .await;
    let id = started["thread"]["id"].as_str().unwrap().to_owned();
    assert_eq!(started["thread"]["viewerUnreadCount"], json!(0));
    assert_eq!(started["message"]["viewerUnread"], json!(false));
    assert!(
        lucia.inbox(json!({ "state": "READ" })).await.contains(&id),
        "C-17: a copy among the read ones"
    );
    assert!(
        !lucia
            .inbox(json!({ "state": "UNREAD" }))
            .await
            .contains(&id)
    );
    assert_eq!(lucia.unread().await, unread);
    // For everybody else it is new.
    let haruto = tidings.caller("second-client");
    assert!(
        haruto
            .inbox(json!({ "state": "UNREAD" }))
            .await
            .contains(&id)
    );
}

#[tokio::test]
async fn c20_reading_changes_nothing() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    for (who, id) in [
        ("client", thread::APPOINTMENT),
        ("clinician", thread::SLEEP),
        ("guardian", thread::HOMEWORK),
        ("scheduler", thread::INTAKE_FORMS),
    ] {
        let caller = tidings.caller(who);
        let unread = caller.unread().await;
        caller.messages(&id.gid()).await;
        list(&caller, json!({})).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Thread { lastMessage { bodyHtml viewerUnread } messages(last: 10) { edges { node { bodyText } } } } } }";
        caller.data(query, json!({ "id": id.gid() })).await;
        assert_eq!(caller.unread().await, unread, "{who}");
    }
    assert_eq!(tidings.stored().await, before);
}

/// Starts threads with Elena, a minute apart, oldest first.
async fn fill(tidings: &Tidings, count: usize) -> Vec<String> {
    let amina = tidings.caller("clinician");
    let mut made = Vec::with_capacity(count);
    for n in 0..count {
        tidings.clock.advance(TimeDelta::seconds(1));
        let audience = ["ADMINISTRATIVE", "BILLING", "CLINICAL"][n % 3];
        let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": audience, "subject": format!("{n}"), "body": "b" });
        let started = amina.does("startThread", input).await;
        made.push(started["thread"]["id"].as_str().unwrap().to_owned());
    }
    made
}

#[tokio::test]
async fn p16_k14_pages_neither_skip_nor_repeat_while_messages_arrive() {
    let tidings = Tidings::start().await;
    let made = fill(&tidings, 20).await;
    let amina = tidings.caller("clinician");
    amina
        .does(
            "setThreadPinned",
            json!({ "threadId": made[3], "pinned": true }),
        )
        .await;
    let elena = client::CLIENT.gid();
    for (who, filter) in [
        ("clinician", json!({})),
        ("clinician", json!({ "clientId": elena })),
        (
            "clinician",
            json!({ "state": "ALL_INCLUDING_ARCHIVED", "audience": "CLINICAL" }),
        ),
        ("client", json!({})),
        ("scheduler", json!({})),
        ("clinical-admin", json!({})),
        ("supervisor", json!({ "clientId": elena })),
        ("biller", json!({ "audience": "BILLING" })),
    ] {
        let caller = tidings.caller(who);
        let whole = names(&list(&caller, filter.clone()).await);
        let (mut pages, mut after, mut turn) = (Vec::new(), Value::Null, 0);
        loop {
            let variables = json!({ "first": 3, "after": after, "filter": filter });
            let data = caller.data(LIST, variables).await;
            let page = ids(&data["inbox"]);
            let info = &data["inbox"]["pageInfo"];
            assert_eq!(info["hasPreviousPage"], json!(turn > 0), "{who} {filter}");
            assert_eq!(
                info["endCursor"],
                data["inbox"]["edges"][page.len() - 1]["cursor"]
            );
            pages.extend(page);
            if info["hasNextPage"] == json!(false) {
                break;
            }
            after = info["endCursor"].clone();
            // Threads from everywhere in the list move to its top, pinned ones among them.
            for step in [0, 7, 11, 19] {
                tidings.clock.advance(TimeDelta::seconds(1));
                let id = &whole[(turn * 5 + step) % whole.len()];
                if *id != thread::OFFICE_CLOSING.gid() && *id != thread::CASE_REVIEW.gid() {
                    tidings
                        .caller("clinical-admin")
                        .writes(id, "meanwhile")
                        .await;
                }
            }
            turn += 1;
            assert!(turn < 40, "{who} {filter}: no end");
        }
        assert_eq!(pages, whole, "{who} {filter}");
    }
}

#[tokio::test]
async fn t10_a_page_has_1_to_100_entries() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let lists = [
        "query($n: Int!) { inbox(first: $n) { edges { cursor } } }",
        "query($n: Int!) { clients(first: $n) { edges { cursor } } }",
        "query($n: Int!) { staffMembers(first: $n) { edges { cursor } } }",
    ];
    for list in lists {
        for n in [i64::from(i32::MIN), -1, 0, 101, i64::from(i32::MAX)] {
            assert_eq!(
                amina.code(list, json!({ "n": n })).await,
                "BAD_USER_INPUT",
                "{list} {n}"
            );
        }
        for n in [1, 100] {
            amina.data(list, json!({ "n": n })).await;
        }
    }
    let messages = "query($id: ID!, $first: Int, $last: Int) { thread(id: $id) { messages(first: $first, last: $last) { edges { cursor } } } }";
    let id = thread::SLEEP.gid();
    for (first, last) in [
        (None, None),
        (Some(1), Some(1)),
        (Some(0), None),
        (Some(101), None),
        (None, Some(0)),
        (None, Some(-5)),
        (None, Some(101)),
    ] {
        let variables = json!({ "id": id, "first": first, "last": last });
        assert_eq!(
            amina.code(messages, variables).await,
            "BAD_USER_INPUT",
            "{first:?} {last:?}"
        );
    }
}

#[tokio::test]
async fn s21_a_thread_shows_its_whole_history_from_both_ends() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    for n in 0..7 {
        amina.writes(&id, &format!("{n}")).await;
    }
    let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { thread(id: $id) {
        messages(first: $first, after: $after, last: $last, before: $before) {
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { seq } } } } }";
    let walk = async |forward: bool| -> Vec<i64> {
        let (mut seqs, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let variables = if forward {
                json!({ "id": id, "first": 4, "after": cursor })
            } else {
                json!({ "id": id, "last": 4, "before": cursor })
            };
            let data = amina.data(query, variables).await;
            let page = &data["thread"]["messages"];
            let page_seqs: Vec<i64> = page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"]["seq"].as_i64().unwrap())
                .collect();
            assert!(
                page_seqs.is_sorted(),
                "oldest first, whichever way it is read"
            );
            let (more, back, next) = if forward {
                ("hasNextPage", "hasPreviousPage", "endCursor")
            } else {
                ("hasPreviousPage", "hasNextPage", "startCursor")
            };
            assert_eq!(page["pageInfo"][back], json!(!seqs.is_empty()));
            if forward {
                seqs.extend(page_seqs)
            } else {
                seqs.splice(0..0, page_seqs).for_each(drop)
            }
            if page["pageInfo"][more] == json!(false) {
                return seqs;
            }
            cursor = page["pageInfo"][next].clone();
        }
    };
    let all: Vec<i64> = (1..=13).collect();
    assert_eq!(walk(true).await, all);
    assert_eq!(walk(false).await, all);
    // Both ends at once bound the page.
    let data = amina.data(query, json!({ "id": id, "first": 1 })).await;
    let first = data["thread"]["messages"]["pageInfo"]["endCursor"].clone();
    let data = amina.data(query, json!({ "id": id, "last": 1 })).await;
    let last = data["thread"]["messages"]["pageInfo"]["startCursor"].clone();
    let data = amina
        .data(
            query,
            json!({ "id": id, "first": 100, "after": first, "before": last }),
        )
        .await;
    assert_eq!(
        data["thread"]["messages"]["edges"]
            .as_array()
            .unwrap()
            .len(),
        11
    );
    let data = amina
        .data(query, json!({ "id": id, "first": 5, "after": last }))
        .await;
    assert_eq!(data["thread"]["messages"]["edges"], json!([]));
    assert_eq!(
        data["thread"]["messages"]["pageInfo"]["hasNextPage"],
        json!(false)
    );
}

#[tokio::test]
async fn t11_t16_clients_are_found_by_the_beginning_of_a_name_within_what_one_sees() {
    let tidings = Tidings::start().await;
    let query = "query($search: String, $status: ClientStatus, $first: Int!, $after: String) { clients(search: $search, status: $status, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { displayName } } } }";
    let found = async |who: &'static str, search: Value, status: Value| -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), Value::Null);
        loop {
            let data = tidings
                .caller(who)
                .data(
                    query,
                    json!({ "search": search, "status": status, "first": 2, "after": after }),
                )
                .await;
            let edges = data["clients"]["edges"].as_array().unwrap();
            all.extend(
                edges
                    .iter()
                    .map(|edge| edge["node"]["displayName"].as_str().unwrap().to_owned()),
            );
            if data["clients"]["pageInfo"]["hasNextPage"] == json!(false) {
                return all;
            }
            after = data["clients"]["pageInfo"]["endCursor"].clone();
        }
    };
    let none = json!(null);
    let everybody = [
        "Elena Marchetti",
        "Grace Adeyemi",
        "Haruto Nakamura",
        "Marisol Vega",
        "Oskar Lindqvist",
        "Samuel Adeyemi",
    ];
    assert_eq!(
        found("clinician", none.clone(), none.clone()).await,
        everybody
    );
    assert_eq!(found("biller", json!("  "), none.clone()).await, everybody);
    assert_eq!(
        found("clinician", json!("ade"), none.clone()).await,
        ["Grace Adeyemi", "Samuel Adeyemi"]
    );
    assert_eq!(
        found("clinician", json!("MAR"), none.clone()).await,
        ["Elena Marchetti", "Marisol Vega"]
    );
    assert_eq!(
        found("clinician", json!("mar"), json!("INACTIVE")).await,
        ["Marisol Vega"]
    );
    assert_eq!(
        found("clinician", json!("elena mar"), none.clone()).await,
        ["Elena Marchetti"]
    );
    for nothing in ["chetti", "Jamal", "%", "_", "\\", "'", "e%a"] {
        assert_eq!(
            found("clinician", json!(nothing), none.clone()).await,
            [""; 0],
            "{nothing}"
        );
    }
    // A client finds nobody else by any search.
    assert_eq!(
        found("client", none.clone(), none.clone()).await,
        ["Elena Marchetti"]
    );
    assert_eq!(
        found("client", json!("Haruto"), none.clone()).await,
        [""; 0]
    );
    assert_eq!(
        found("guardian", none.clone(), none.clone()).await,
        ["Grace Adeyemi", "Samuel Adeyemi"]
    );
    assert_eq!(
        found("outsider", none.clone(), none).await,
        ["Jamal Washington"]
    );
}
