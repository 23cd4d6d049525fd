//! Server-sent events: `graphql-sse` in its distinct connections mode.

use std::{sync::Arc, time::Duration};

use async_graphql::{Name, Value, Variables, parser::types::ExecutableDocument};
use serde_json::json;
use tidings_transport::{Options, Resume};

use crate::server::{Answer, Server, reaches, soon};

/// A stream of events, read as it comes.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(server: &Server, query: &str) -> Self {
        Self::of(request(server, query)).await
    }

    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = soon(request.send()).await.unwrap();
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "text/event-stream; charset=utf-8");
        assert!(response.headers().contains_key("x-request-id"));
        let mut events = Self {
            response,
            text: String::new(),
        };
        assert_eq!(events.next().await.as_deref(), Some(":"));
        events
    }

    /// The next event, or a comment; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            let chunk = soon(self.response.chunk()).await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn rest(mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

fn request(server: &Server, query: &str) -> reqwest::RequestBuilder {
    let url = format!("{}/stream", server.url());
    let body = json!({ "query": query }).to_string();
    let request = server
        .client
        .post(url)
        .header("accept", "text/event-stream");
    request
        .header("content-type", "application/json")
        .body(body)
}

/// With this header and no other of its name.
fn instead(
    server: &Server,
    request: reqwest::RequestBuilder,
    name: &'static str,
    value: &'static str,
) -> reqwest::RequestBuilder {
    let mut request = request.build().unwrap();
    request.headers_mut().insert(name, value.parse().unwrap());
    reqwest::RequestBuilder::from_parts(server.client.clone(), request)
}

async fn refused(server: &Server, request: reqwest::RequestBuilder) -> (u16, String) {
    let answer: Answer = server.send(request).await;
    answer.check_errors();
    (answer.status, answer.code().to_owned())
}

fn next(data: &str) -> String {
    format!("event: next\ndata: {data}")
}

const COMPLETE: &str = "event: complete\ndata:";

#[tokio::test]
async fn queries_mutations_and_subscriptions_run_by_post_and_get() {
    let server = Server::start().await;
    let events = Events::open(&server, "{ hello }").await.rest().await;
    assert_eq!(
        events,
        [next(r#"{"data":{"hello":"world"}}"#), COMPLETE.into()]
    );
    let events = Events::open(&server, "mutation { double(n: 2) }")
        .await
        .rest()
        .await;
    assert_eq!(events, [next(r#"{"data":{"double":4}}"#), COMPLETE.into()]);
    let mut url = reqwest::Url::parse(&format!("{}/stream", server.url())).unwrap();
    url.query_pairs_mut()
        .append_pair("query", "subscription { count(to: 2) }");
    let events = Events::of(server.client.get(url.clone()))
        .await
        .rest()
        .await;
    let count = |n| next(&format!("{{\"data\":{{\"count\":{n}}}}}"));
    assert_eq!(events, [count(1), count(2), COMPLETE.into()]);
    url.query_pairs_mut()
        .clear()
        .append_pair("query", "mutation { double(n: 2) }");
    let get = server.client.get(url);
    assert_eq!(
        refused(&server, get).await,
        (405, "METHOD_NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn what_is_refused_before_it_runs_is_an_http_error() {
    let server = Server::with(|options| options.max_sockets = 1).await;
    let ask = |query: &str| request(&server, query);
    for (request, status, code) in [
        (ask("{ hello"), 400, "GRAPHQL_PARSE_FAILED"),
        (
            ask("{ hello }").bearer_auth("expired"),
            401,
            "UNAUTHENTICATED",
        ),
        (ask("{ hello }").bearer_auth("banned"), 403, "FORBIDDEN"),
        (ask("").body("[]"), 400, "BAD_REQUEST"),
        (ask("{ hello }").bearer_auth("panic"), 500, "INTERNAL"),
    ] {
        assert_eq!(refused(&server, request).await, (status, code.to_owned()));
    }
    let json = instead(&server, ask("{ hello }"), "accept", "application/json");
    assert_eq!(refused(&server, json).await, (406, "NOT_ACCEPTABLE".into()));
    let text = instead(&server, ask("{ hello }"), "content-type", "text/plain");
    assert_eq!(
        refused(&server, text).await,
        (415, "UNSUPPORTED_MEDIA_TYPE".into())
    );
    let foreign = server
        .client
        .get(format!("{}/stream?query={{hello}}", server.url()));
    let foreign = foreign.header("sec-fetch-site", "cross-site");
    assert_eq!(
        refused(&server, foreign).await,
        (403, "CSRF_PREVENTED".into())
    );
    let _one = Events::open(&server, "subscription { ticks }").await;
    assert_eq!(
        refused(&server, ask("{ hello }")).await,
        (429, "TOO_MANY_SOCKETS".into())
    );
}

#[tokio::test]
async fn errors_come_as_events_with_code_and_request_id() {
    let server = Server::start().await;
    for (query, code) in [
        ("subscription { forbidden }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let events = Events::open(&server, query).await.rest().await;
        let error = events[0].strip_prefix("event: next\ndata: ").unwrap();
        let error: serde_json::Value = serde_json::from_str(error).unwrap();
        let extensions = &error["errors"][0]["extensions"];
        assert_eq!(extensions["code"], code);
        assert!(extensions["requestId"].is_string(), "{events:?}");
        assert!(!events[0].contains("secret"), "{events:?}");
        assert_eq!(events[1..], [COMPLETE]);
    }
    let events = Events::open(&server, "subscription { panics }")
        .await
        .rest()
        .await;
    assert!(events[1].contains("INTERNAL"), "{events:?}");
    assert_eq!(events[2..], [COMPLETE]);
}

#[tokio::test]
async fn a_stream_says_that_it_lives_and_ends_with_its_session() {
    let quick = |options: &mut Options| options.heartbeat = Duration::from_millis(20);
    let server = Server::with(quick).await;
    let feed = request(&server, "subscription { ticks }").bearer_auth("mortal");
    let mut events = Events::of(feed).await;
    assert_eq!(
        events.next().await.unwrap(),
        next(r#"{"data":{"ticks":0}}"#)
    );
    assert_eq!(events.next().await.as_deref(), Some(":"));
    server
        .doorman
        .end
        .send_replace(Some("TOKEN_EXPIRED".into()));
    let mut rest = events.rest().await;
    rest.retain(|event| event != ":");
    assert!(rest[0].contains(r#""code":"TOKEN_EXPIRED""#), "{rest:?}");
    assert_eq!(rest[1..], [COMPLETE]);
    // The stream is gone, and with it what it held.
    reaches(&server.world.dropped, 1).await;
}

#[tokio::test]
async fn a_slow_stream_and_a_restart_end_without_complete() {
    let server = Server::start().await;
    let events = Events::open(&server, "subscription { overrun }")
        .await
        .rest()
        .await;
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[1].contains("SLOW_CONSUMER"), "{events:?}");
    let mut feed = Events::open(&server, "subscription { ticks }").await;
    feed.next().await.unwrap();
    server.options.shutdown.cancel();
    let rest = feed.rest().await;
    let hint: u32 = rest[0].strip_prefix("retry: ").unwrap().parse().unwrap();
    assert!((1_000..5_000).contains(&hint), "{rest:?}");
    assert_eq!(rest.len(), 1);
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
}

#[tokio::test]
async fn who_hangs_up_or_does_not_read_holds_no_stream() {
    let quick = |options: &mut Options| options.write_timeout = Duration::from_millis(100);
    let server = Server::with(quick).await;
    let gone = Events::open(&server, "subscription { ticks }").await;
    reaches(&server.world.started, 1).await;
    drop(gone);
    reaches(&server.world.dropped, 1).await;
    let _reads_nothing = Events::open(&server, "subscription { flood }").await;
    reaches(&server.world.dropped, 2).await;
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
}

/// Counts from where it left off: the event's id is its number.
struct Numbers;

impl Resume for Numbers {
    fn mark(
        &self,
        _: &mut ExecutableDocument,
        _: Option<&str>,
        variables: &mut Variables,
        last: Option<&str>,
    ) {
        if let Some(last) = last {
            variables.insert(Name::new("last"), last.parse::<i32>().unwrap().into());
        }
    }

    fn take_id(&self, data: &mut Value) -> Option<String> {
        match data {
            Value::Object(fields) => fields.get("count").map(|count| format!("{count}")),
            _ => None,
        }
    }
}

#[tokio::test]
async fn g1_events_have_ids_and_the_last_one_comes_back() {
    let server = Server::with(|options| options.resume = Some(Arc::new(Numbers))).await;
    let query = "subscription($last: Int! = 1) { count(to: $last) }";
    let events = Events::open(&server, query).await.rest().await;
    assert_eq!(
        events[0],
        "id: 1\nevent: next\ndata: {\"data\":{\"count\":1}}"
    );
    let resumed = request(&server, query).header("last-event-id", "2");
    let events = Events::of(resumed).await.rest().await;
    assert!(events[1].starts_with("id: 2\n"), "{events:?}");
    assert_eq!(events[2], COMPLETE);
}
