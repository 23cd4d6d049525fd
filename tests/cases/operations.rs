//! What those who run the server see of it: that it is ready, and what it counts. Never content.

use serde_json::json;
use tidings_server::seed::cast::thread;

use crate::support::{Global as _, MESSAGES, Tidings};

/// A word that stands in subject, text and variables, and nowhere else.
const CANARY: &str = "chrysanthemum";

async fn get(url: String) -> (u16, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn metrics_tell_of_operations_connections_and_deliveries_but_not_what_they_said() {
    let tidings = Tidings::start_with(&[("TIDINGS_METRICS_LISTEN", "127.0.0.1:0")]).await;
    let metrics = tidings.server().metrics_address.unwrap();
    let page = async || get(format!("http://{metrics}/metrics")).await.1;
    let sleep = thread::SLEEP.gid();
    let reader = tidings.caller("clinician");
    let cursor = reader.cursor().await;
    let mut socket = reader.socket().await;
    let variables = json!({ "thread": sleep, "after": cursor });
    socket.subscribe(MESSAGES, variables).await;
    tidings
        .caller("client")
        .writes(&sleep, &format!("A {CANARY}."))
        .await;
    assert!(socket.data().await.to_string().contains(CANARY));
    for query in [
        format!("query Look($id: ID!) {{ thread(id: $id) {{ id }} {CANARY}: agency {{ id }} }}"),
        format!("query Wrong {{ {CANARY} }}"),
        format!("query {{ \"{CANARY}"),
    ] {
        reader.ask(&query, json!({ "id": CANARY })).await;
    }
    let page_now = page().await;
    for line in [
        r#"tidings_operations_total{operation="Wrong",kind="query",code="GRAPHQL_VALIDATION_FAILED"} 1"#,
        r#"tidings_operations_total{operation="Look",kind="query",code="BAD_USER_INPUT"} 1"#,
        r#"tidings_operations_total{operation="anonymous",kind="none",code="GRAPHQL_PARSE_FAILED"} 1"#,
        r#"tidings_connections{kind="websocket"} 1"#,
        "tidings_subscriptions 1",
        "tidings_deliveries_total 1",
        "tidings_slow_readers_total 0",
        "tidings_log_behind 0",
    ] {
        assert!(page_now.contains(line), "{line}\n{page_now}");
    }
    assert!(!page_now.contains(CANARY), "{page_now}");
    assert!(!page_now.contains(&sleep), "{page_now}");
    // They are on no other listener.
    let (status, _) = get(format!("http://{}/metrics", tidings.address())).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_server_is_ready_while_its_relay_keeps_up_and_tells_nothing_else_without_asking() {
    let tidings = Tidings::start().await;
    assert_eq!(tidings.server().metrics_address, None);
    let ready = get(format!("http://{}/health/ready", tidings.address())).await;
    assert_eq!(ready, (200, "ready\n".to_owned()));
}
