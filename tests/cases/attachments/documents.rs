//! Shared documents: of a thread, and of everything that a viewer sees.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::FileKind::*;
use tidings_server::seed::cast::{client, thread};

use super::send;
use crate::support::upload::text;
use crate::support::{Caller, Global as _, Tidings};

const ALL: &str =
    "query($first: Int!, $after: String) { list: sharedDocuments(first: $first, after: $after) {
  pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id } } } }";
const OF_THREAD: &str = "query($id: ID!, $first: Int!, $after: String) { thread(id: $id) { list: sharedDocuments(first: $first, after: $after) {
  pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id } } } } }";

/// The ids of a list, in pages of this size.
async fn pages(caller: &Caller<'_>, thread: Option<&str>, size: usize) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = if thread.is_some() { OF_THREAD } else { ALL };
        let variables = json!({ "id": thread, "first": size, "after": after });
        let mut data = caller.data(query, variables).await;
        let page = match thread {
            Some(_) => data["thread"]["list"].take(),
            None => data["list"].take(),
        };
        let edges = page["edges"].as_array().unwrap();
        found.extend(edges.iter().map(|edge| text(&edge["node"]["id"])));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return found;
        }
        assert_eq!(edges.len(), size);
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn p04_the_documents_of_a_thread_and_of_all_are_there_newest_first() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let mut sleep = Vec::new();
    let mut all = Vec::new();
    for n in 0..7 {
        tidings.clock.advance(TimeDelta::seconds(1));
        let (sender, about) = match n % 3 {
            0 => (&amina, thread::SLEEP),
            1 => (&elena, thread::SLEEP),
            _ => (&elena, thread::BREATHING),
        };
        let ids = [sender.attaches(Txt).await];
        send(sender, &about.gid(), &ids).await;
        if about == thread::SLEEP {
            sleep.insert(0, ids[0].clone());
        }
        all.insert(0, ids[0].clone());
    }
    // What waits is in no list.
    elena.attaches(Txt).await;
    for size in [1, 2, 3, 100] {
        for who in ["client", "clinician", "supervisor", "clinical-admin"] {
            let caller = tidings.caller(who);
            assert_eq!(
                pages(&caller, Some(&thread::SLEEP.gid()), size).await,
                sleep,
                "{who}"
            );
            assert_eq!(pages(&caller, None, size).await, all, "{who} {size}");
        }
        for who in [
            "second-client",
            "guardian",
            "biller",
            "scheduler",
            "system-admin",
            "outsider",
            "outsider-client",
        ] {
            assert!(
                pages(&tidings.caller(who), None, size).await.is_empty(),
                "{who}"
            );
        }
    }
    let cursor = elena.data(ALL, json!({ "first": 1 })).await["list"]["edges"][0]["cursor"].take();
    let stolen = json!({ "first": 1, "after": cursor });
    assert_eq!(amina.code(ALL, stolen).await, "CURSOR_INVALID");
    assert_eq!(
        amina.code(ALL, json!({ "first": 0 })).await,
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn p04_t37_k17_a_list_follows_the_audience_and_leaves_deleted_threads_out() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let file = lucia.attaches(Txt).await;
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "ADMINISTRATIVE", "subject": "s",
        "body": "b", "attachmentIds": [file] });
    let started = lucia.does("startThread", input).await;
    let id = text(&started["thread"]["id"]);
    let admin = tidings.caller("practice-admin");
    assert_eq!(pages(&admin, None, 9).await, std::slice::from_ref(&file));
    let biller = tidings.caller("biller");
    assert!(pages(&biller, None, 9).await.is_empty());
    // The audience is the thread's: it is asked for at each look.
    let raw = tidings_domain_id(&id);
    tidings
        .alter("UPDATE thread SET audience = 'BILLING' WHERE id = {}", raw)
        .await;
    assert!(pages(&admin, None, 9).await.is_empty());
    assert_eq!(pages(&biller, None, 9).await, std::slice::from_ref(&file));
    tidings
        .alter(
            "UPDATE thread SET lifecycle = 'ARCHIVED' WHERE id = {}",
            raw,
        )
        .await;
    assert_eq!(pages(&biller, None, 9).await, [file]);
    tidings
        .alter("UPDATE thread SET lifecycle = 'DELETED' WHERE id = {}", raw)
        .await;
    assert!(pages(&biller, None, 9).await.is_empty());
}

fn tidings_domain_id(gid: &str) -> uuid::Uuid {
    use base64::Engine as _;
    let id = gid.split_once('_').unwrap().1;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id);
    uuid::Uuid::from_slice(&bytes.unwrap()).unwrap()
}
