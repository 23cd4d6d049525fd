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

/// Where event streams are, behind a proxy.
const STREAM: &str = "http://HOST/graphql/stream";

/// A client in Node that reads one thread through a proxy, and who writes into it.
struct Reading {
    node: Node,
    proxy: Proxy,
    server: Tidings,
    thread: String,
}

impl Reading {
    /// Starts a program, which ends after the message with this text.
    async fn start(program: &str, url: &str, last: &str) -> Self {
        let server = Tidings::start().await;
        let proxy = Proxy::start(&server.address()).await;
        let thread = thread::SLEEP.gid();
        let reader = server.caller("clinician");
        // For the client that cannot know it: what it read before it began.
        let after = reader.cursor().await;
        let query = format!(
            "subscription {{ messageAdded(threadId: \"{thread}\", after: \"{after}\") {{ message {{ bodyText }} }} }}"
        );
        let variables = [
            ("URL", &*url.replace("HOST", &proxy.address.to_string())),
            ("TOKEN", reader.token.as_deref().unwrap()),
            ("THREAD", &thread),
            ("QUERY", &query),
            ("LAST", last),
        ];
        Self {
            node: Node::start(program, &variables).await,
            proxy,
            server,
            thread,
        }
    }

    async fn writes(&self, text: &str) {
        let writer = self.server.caller("client");
        writer.writes(&self.thread, text).await;
    }

    async fn expect(&mut self, line: Value) {
        assert_eq!(self.node.says().await, line);
    }

    async fn expect_staff(&mut self) {
        let answer = self.node.says().await;
        let staff = json!({ "__typename": "StaffMember" });
        assert_eq!(answer["query"]["viewer"], staff);
    }
}

#[tokio::test]
async fn g1_the_graphql_ws_client_resumes_after_a_lost_connection_and_is_told_of_a_refused_token() {
    let mut reading = Reading::start("graphql-ws.mjs", "ws://HOST/graphql", "five").await;
    let connected = || json!({ "connected": true });
    reading.expect(connected()).await;
    reading.expect_staff().await;
    reading.expect(connected()).await;
    for text in ["one", "two"] {
        reading.writes(text).await;
        reading.expect(json!({ "text": text })).await;
    }
    reading.proxy.cut();
    // A connection that ends without a word is 1006 to a client.
    reading.expect(json!({ "lost": 1006 })).await;
    for text in ["three", "four"] {
        reading.writes(text).await;
    }
    reading.proxy.mend();
    reading.expect(connected()).await;
    reading.writes("five").await;
    for text in ["three", "four", "five"] {
        reading.expect(json!({ "text": text })).await;
    }
    let reason = "UNAUTHENTICATED: The token is not valid.";
    let refused = json!({ "refused": 4403, "reason": reason });
    reading.expect(refused).await;
    reading.node.ends().await;
}

#[tokio::test]
async fn g1_the_graphql_sse_client_resumes_after_a_lost_connection_and_is_told_of_a_refused_token()
{
    let mut reading = Reading::start("graphql-sse.mjs", STREAM, "five").await;
    reading.expect_staff().await;
    for text in ["one", "two"] {
        reading.writes(text).await;
        reading.expect(json!({ "text": text })).await;
    }
    reading.proxy.cut();
    reading.expect(json!({ "lost": true })).await;
    for text in ["three", "four"] {
        reading.writes(text).await;
    }
    reading.proxy.mend();
    for text in ["three", "four"] {
        reading.expect(json!({ "text": text })).await;
    }
    reading.writes("five").await;
    reading.expect(json!({ "text": "five" })).await;
    reading.expect(json!({ "refused": 401 })).await;
    reading.node.ends().await;
}

#[tokio::test]
async fn g1_an_event_source_that_loses_its_connection_misses_nothing_and_gets_nothing_twice() {
    let mut reading = Reading::start("eventsource.mjs", STREAM, "seven").await;
    let next = |text: &str| {
        let data = json!({ "messageAdded": { "message": { "bodyText": text } } });
        json!({ "next": { "data": data }, "id": true })
    };
    reading.expect(json!({ "open": true })).await;
    for text in ["one", "two"] {
        reading.writes(text).await;
        reading.expect(next(text)).await;
    }
    for (text, later) in [("three", "four"), ("five", "six")] {
        reading.proxy.cut();
        reading.expect(json!({ "lost": true })).await;
        reading.writes(text).await;
        reading.proxy.mend();
        reading.expect(json!({ "open": true })).await;
        reading.writes(later).await;
        reading.expect(next(text)).await;
        reading.expect(next(later)).await;
    }
    reading.writes("seven").await;
    reading.expect(next("seven")).await;
    reading.node.ends().await;
}
