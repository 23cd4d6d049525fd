//! Pages of every list: complete, in order, bounded.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread};

use super::inbox::{LIST, list, names};
use crate::support::{Global as _, Tidings, ids};

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
                seqs.extend(page_seqs);
            } else {
                seqs.splice(0..0, page_seqs).for_each(drop);
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
