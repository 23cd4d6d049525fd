//! The real JavaScript clients against the real server.

use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use crate::support::{Global as _, Node, Proxy, Tidings};

#[tokio::test]
async fn the_audit_of_graphql_over_http_finds_nothing() {
    let tidings = Tidings::start().await;
    let caller = tidings.caller("clinician");
    let url = format!("http://{}/graphql", tidings.address());
    let token = caller.token.as_deref().unwrap();
    let mut audit = Node::start("audit.mjs", &[("URL", &url), ("TOKEN", token)]).await;
    let said = audit.says().await;
    let rows = said["rows"].as_array().unwrap();
    let failed: Vec<_> = rows.iter().filter(|row| row["status"] != "ok").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(rows.len(), 61);
    audit.ends().await;
}

#[tokio::test]
async fn g1_the_graphql_ws_client_resumes_after_a_lost_connection_and_is_told_of_a_refused_token() {
    let tidings = Tidings::start().await;
    let proxy = Proxy::start(&tidings.address()).await;
    let sleep = thread::SLEEP.gid();
    let url = format!("ws://{}/graphql", proxy.address);
    let reader = tidings.caller("clinician");
    let variables = [
        ("URL", url.as_str()),
        ("TOKEN", reader.token.as_deref().unwrap()),
        ("THREAD", &sleep),
        ("LAST", "five"),
    ];
    let mut node = Node::start("graphql-ws.mjs", &variables).await;
    let writer = tidings.caller("client");

    assert_eq!(node.says().await, json!({ "connected": true }));
    let answer = node.says().await;
    assert_eq!(
        answer["query"]["viewer"],
        json!({ "__typename": "StaffMember" })
    );
    expect(&mut node, json!({ "connected": true })).await;
    for text in ["one", "two"] {
        writer.writes(&sleep, text).await;
        expect(&mut node, json!({ "text": text })).await;
    }
    proxy.cut();
    // A connection that ends without a word is 1006 to a client.
    expect(&mut node, json!({ "lost": 1006 })).await;
    for text in ["three", "four"] {
        writer.writes(&sleep, text).await;
    }
    proxy.mend();
    expect(&mut node, json!({ "connected": true })).await;
    writer.writes(&sleep, "five").await;
    for text in ["three", "four", "five"] {
        expect(&mut node, json!({ "text": text })).await;
    }
    let refused = node.says().await;
    assert_eq!(refused["refused"], 4403, "{refused}");
    assert_eq!(
        refused["reason"],
        "UNAUTHENTICATED: The token is not valid."
    );
    node.ends().await;
}

async fn expect(node: &mut Node, line: Value) {
    assert_eq!(node.says().await, line);
}

#[tokio::test]
async fn g1_the_graphql_sse_client_resumes_after_a_lost_connection_and_is_told_of_a_refused_token()
{
    let tidings = Tidings::start().await;
    let proxy = Proxy::start(&tidings.address()).await;
    let sleep = thread::SLEEP.gid();
    let url = format!("http://{}/graphql/stream", proxy.address);
    let reader = tidings.caller("clinician");
    let variables = [
        ("URL", url.as_str()),
        ("TOKEN", reader.token.as_deref().unwrap()),
        ("THREAD", &sleep),
        ("LAST", "five"),
    ];
    let mut node = Node::start("graphql-sse.mjs", &variables).await;
    let writer = tidings.caller("client");
    let answer = node.says().await;
    assert_eq!(
        answer["query"]["viewer"],
        json!({ "__typename": "StaffMember" })
    );
    for text in ["one", "two"] {
        writer.writes(&sleep, text).await;
        expect(&mut node, json!({ "text": text })).await;
    }
    proxy.cut();
    expect(&mut node, json!({ "lost": true })).await;
    for text in ["three", "four"] {
        writer.writes(&sleep, text).await;
    }
    proxy.mend();
    for text in ["three", "four"] {
        expect(&mut node, json!({ "text": text })).await;
    }
    writer.writes(&sleep, "five").await;
    expect(&mut node, json!({ "text": "five" })).await;
    expect(&mut node, json!({ "refused": 401 })).await;
    node.ends().await;
}

#[tokio::test]
async fn g1_an_event_source_that_loses_its_connection_misses_nothing_and_gets_nothing_twice() {
    let tidings = Tidings::start().await;
    let proxy = Proxy::start(&tidings.address()).await;
    let sleep = thread::SLEEP.gid();
    let url = format!("http://{}/graphql/stream", proxy.address);
    let reader = tidings.caller("clinician");
    // What it read before; once events came, their ids go before it.
    let after = reader.cursor().await;
    let query = format!(
        "subscription {{ messageAdded(threadId: \"{sleep}\", after: \"{after}\") {{ message {{ bodyText }} }} }}"
    );
    let variables = [
        ("URL", url.as_str()),
        ("TOKEN", reader.token.as_deref().unwrap()),
        ("QUERY", &query),
        ("LAST", "seven"),
    ];
    let mut node = Node::start("eventsource.mjs", &variables).await;
    let writer = tidings.caller("client");
    let next = |text: &str| {
        let data = json!({ "messageAdded": { "message": { "bodyText": text } } });
        json!({ "next": { "data": data }, "id": true })
    };
    expect(&mut node, json!({ "open": true })).await;
    for text in ["one", "two"] {
        writer.writes(&sleep, text).await;
        expect(&mut node, next(text)).await;
    }
    for (text, later) in [("three", "four"), ("five", "six")] {
        proxy.cut();
        expect(&mut node, json!({ "lost": true })).await;
        writer.writes(&sleep, text).await;
        proxy.mend();
        expect(&mut node, json!({ "open": true })).await;
        writer.writes(&sleep, later).await;
        expect(&mut node, next(text)).await;
        expect(&mut node, next(later)).await;
    }
    writer.writes(&sleep, "seven").await;
    expect(&mut node, next("seven")).await;
    node.ends().await;
}
