//! Limits of the gateway around the real schema: the usual passes, too much is refused.

use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use crate::support::{Caller, Global as _, Socket, Tidings};

/// What an application shows first: who asks, counts, a page of 50, with names and last messages.
const HOME: &str = "query Home($first: Int!) {
  viewer { __typename ...Me }
  unreadCounts { messages threads }
  eventCursor
  inbox(first: $first) { edges { cursor node { ...Row } } pageInfo { hasNextPage endCursor } }
}
fragment Me on StaffMember { id displayName roles }
fragment Row on Thread {
  id subject archived lastActivityAt messageCount viewerUnreadCount viewerHasPinned
  audience { kind } topic { id } client { id displayName status }
  lastMessage { id seq bodyText createdAt author { ... on StaffMember { displayName } ... on Client { displayName } } }
}";

async fn home(caller: &Caller<'_>) -> Value {
    let body = json!({
        "query": HOME, "variables": { "first": 50 }, "extensions": { "cost": true },
    });
    caller.post(&body).await.1
}

#[tokio::test]
async fn the_first_page_of_an_application_meets_no_limit_and_its_cost_is_told() {
    let tidings = Tidings::start_with(&[("TIDINGS_RATE_CAPACITY", "50000")]).await;
    let answer = home(&tidings.caller("clinician")).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let cost = &answer["extensions"]["cost"];
    let points = cost["cost"].as_u64().unwrap();
    assert!((1_000..4_000).contains(&points), "{cost}");
    assert_eq!(cost["capacity"], 50_000);
    assert_eq!(cost["available"].as_u64().unwrap(), 50_000 - points);
}

#[tokio::test]
async fn a_viewer_that_asks_too_much_waits_and_nobody_else() {
    let options = [
        ("TIDINGS_RATE_CAPACITY", "6000"),
        ("TIDINGS_RATE_PER_SECOND", "1"),
    ];
    let tidings = Tidings::start_with(&options).await;
    let amina = tidings.caller("clinician");
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(home(&amina).await["errors"][0]["extensions"]["code"].clone());
    }
    assert_eq!(codes[0], json!(null));
    assert_eq!(codes[5], "RATE_LIMITED");
    // A mutation that waits is not done.
    let stored = tidings.stored().await;
    let many =
        json!({ "input": { "idempotencyKey": "k", "threadId": thread::SLEEP.gid(), "body": "x" } });
    let send = crate::support::mutation("sendMessage");
    while amina.send(&send, many.clone()).await.0 != 429 {}
    let stored = (stored, tidings.stored().await);
    assert_eq!(amina.send(&send, many).await.0, 429);
    assert_eq!(tidings.stored().await, stored.1);
    assert!(
        home(&tidings.caller("supervisor"))
            .await
            .get("errors")
            .is_none()
    );
}

#[tokio::test]
async fn a_viewer_has_so_many_sockets() {
    let tidings = Tidings::start_with(&[("TIDINGS_SOCKETS_PER_VIEWER", "2")]).await;
    let amina = tidings.caller("clinician");
    let _open = (amina.socket().await, amina.socket().await);
    let closed = Socket::refused(&tidings.address(), amina.token.as_deref()).await;
    assert_eq!(closed["close"], 4403);
    assert_eq!(closed["reason"], "TOO_MANY_SOCKETS: close another first");
    tidings.caller("supervisor").socket().await;
}

#[tokio::test]
async fn with_a_manifest_only_its_documents_are_executed() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("persisted-documents.json");
    std::fs::write(&manifest, json!({ "5d41": HOME }).to_string()).unwrap();
    let manifest = manifest.display().to_string();
    let tidings = Tidings::start_with(&[("TIDINGS_TRUSTED_DOCUMENTS", &manifest)]).await;
    let amina = tidings.caller("clinician");
    let named = json!({ "documentId": "5d41", "variables": { "first": 1 } });
    let answer = amina.post(&named).await.1;
    assert_eq!(
        answer["data"]["viewer"]["__typename"], "StaffMember",
        "{answer:#}"
    );
    let other = amina.code("{ viewer { __typename } }", json!({})).await;
    assert_eq!(other, "DOCUMENT_NOT_TRUSTED");
}
