//! The inbox: its order, its filters, its pages.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread, topic};

use crate::support::{Caller, Global as _, Tidings};

pub(super) const LIST: &str = "query($first: Int!, $after: String, $filter: InboxFilter!) {
    inbox(first: $first, after: $after, filter: $filter) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id archived lastActivityAt viewerHasPinned viewerUnreadCount viewerHasUnread
            client { id } audience { kind } topic { id } } } } }";

pub(super) async fn list(caller: &Caller<'_>, filter: Value) -> Vec<Value> {
    let variables = json!({ "first": 100, "filter": filter });
    let data = caller.data(LIST, variables).await;
    let edges = data["inbox"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

pub(super) fn names(threads: &[Value]) -> Vec<String> {
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
                            client.as_ref().is_none_or(|id| {
                                thread["client"]["id"] == json!(id) || broadcast_to(thread, id)
                            }) && audience
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

/// Whether the thread is the demo's broadcast and the client one of its two.
fn broadcast_to(broadcast: &Value, id: &str) -> bool {
    broadcast["id"] == json!(thread::OFFICE_CLOSING.gid())
        && [client::CLIENT, client::UNREGISTERED]
            .map(crate::support::Global::gid)
            .contains(&id.to_owned())
}
