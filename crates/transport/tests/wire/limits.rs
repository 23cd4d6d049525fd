//! Limits on what is asked: each bites with its own code, over both transports, and lets the usual through.

use std::sync::Arc;

use serde_json::{Value, json};
use tidings_transport::Options;

use crate::server::{JSON, RESPONSE, Server};
use crate::socket::Socket;

fn repeated(count: usize, part: impl Fn(usize) -> String) -> String {
    let parts: Vec<_> = (0..count).map(part).collect();
    format!("{{ {} }}", parts.join(" "))
}

/// Refused over HTTP and over a socket with the code; one less is not.
async fn bites(server: &Server, over: &str, within: &str, code: &str) {
    let answer = server.query(RESPONSE, over).await;
    assert_eq!((answer.status, answer.code()), (400, code), "{answer:?}");
    answer.check_errors();
    assert!(answer.body.get("data").is_none(), "{answer:?}");
    let mut socket = Socket::ready(server).await;
    socket.subscribe("1", over).await;
    let error = socket.receive_error("1").await;
    assert_eq!(error["extensions"]["code"], code);
    let answer = server.query(RESPONSE, within).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn aliases_root_fields_and_directives_are_limited() {
    let server = Server::start().await;
    let aliases = |count| format!("{{ thing {} }}", repeated(count, |n| format!("a{n}: a")));
    bites(&server, &aliases(51), &aliases(50), "TOO_MANY_ALIASES").await;
    let roots = |count| repeated(count, |n| format!("h{n}: hello"));
    bites(&server, &roots(21), &roots(20), "TOO_MANY_ROOT_FIELDS").await;
    let directives = |count| {
        let fields = repeated(count, |_| "a @include(if: true)".to_owned());
        format!("{{ thing {fields} }}")
    };
    bites(
        &server,
        &directives(51),
        &directives(50),
        "TOO_MANY_DIRECTIVES",
    )
    .await;
}

#[tokio::test]
async fn fields_and_tokens_are_limited() {
    let few = |options: &mut Options| (options.max_fields, options.max_tokens) = (100, 500);
    let server = Server::with(few).await;
    let fields = |count| format!("{{ thing {} }}", repeated(count, |_| "b".to_owned()));
    bites(&server, &fields(100), &fields(99), "TOO_MANY_FIELDS").await;
    // Commas, comments and what is inside a string are none.
    let few = format!(
        "{{ hello,,, {} }} # {}",
        r#"echo(text: "a b c")"#,
        "1 ".repeat(1_000)
    );
    let many = format!("query Q({}) {{ hello }}", "$a: Int ".repeat(125));
    bites(&server, &many, &few, "TOO_MANY_TOKENS").await;
}

/// Thirty fragments that spread the next one twice: a billion fields in a kilobyte.
#[tokio::test]
async fn fragments_are_counted_as_often_as_they_are_spread() {
    let server = Server::start().await;
    let chain = |length: usize| {
        let links = (0..length).map(|n| {
            let next = n + 1;
            format!("fragment F{n} on Thing {{ ...F{next} ...F{next} }}")
        });
        let links: Vec<_> = links.collect();
        format!(
            "{{ thing {{ ...F0 }} }} {} fragment F{length} on Thing {{ b }}",
            links.join(" ")
        )
    };
    bites(&server, &chain(30), &chain(4), "TOO_MANY_FIELDS").await;
    bites(&server, &chain(250), &chain(2), "QUERY_TOO_DEEP").await;
    let circle = "{ thing { ...F } } fragment F on Thing { ...F ...F }";
    let answer = server.query(RESPONSE, circle).await;
    assert_eq!(answer.status, 400, "{answer:?}");
}

/// A price of the test's own: the variable `points`, else 10.
fn priced(capacity: u32) -> impl FnOnce(&mut Options) {
    move |options| {
        options.rate_capacity = capacity;
        options.rate_per_second = 1;
        options.price = Some(Arc::new(|request| {
            let points = request.variables.get("points").map(ToString::to_string);
            Ok(points.and_then(|points| points.parse().ok()).unwrap_or(10))
        }));
    }
}

fn spend(points: u32) -> Value {
    json!({
        "query": "query($points: Int) { small(value: $points) }",
        "variables": { "points": points },
        "extensions": { "cost": true },
    })
}

#[tokio::test]
async fn a_viewer_that_has_spent_its_points_waits() {
    let server = Server::with(priced(1_000)).await;
    let ask = |name: &'static str, points| {
        let request = server
            .post(spend(points).to_string())
            .header("accept", JSON);
        server.send(request.bearer_auth(name))
    };
    let first = ask("ann", 10).await;
    let cost = json!({ "cost": 10, "available": 990, "capacity": 1000, "perSecond": 1 });
    assert_eq!(first.body["extensions"]["cost"], cost);
    // `value` is too great, which is an error of the field; but it was paid for.
    assert_eq!(ask("ann", 900).await.status, 200);
    let refused = ask("ann", 600).await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    refused.check_errors();
    // 510 over, at one a second, less the moment that the test took.
    let wait = refused.body["errors"][0]["extensions"]["retryAfterMs"]
        .as_u64()
        .unwrap();
    assert!((400_000..=510_000).contains(&wait), "{wait}");
    let header: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(header, wait.div_ceil(1_000));
    // Not attached, not executed; and nobody else waits.
    assert_eq!(ask("bob", 600).await.status, 200);
    // The same purse on a socket.
    let mut socket = Socket::ready_as(&server, json!({ "authorization": "Bearer ann" })).await;
    let message = json!({ "type": "subscribe", "id": "1", "payload": spend(601) });
    socket.send(message).await;
    let error = socket.receive_error("1").await;
    assert_eq!(error["extensions"]["code"], "RATE_LIMITED");
    assert!(error["extensions"]["retryAfterMs"].is_u64(), "{error}");
}

#[tokio::test]
async fn a_price_that_is_refused_attaches_nothing() {
    let server = Server::with(|options| {
        options.price = Some(Arc::new(|_| {
            Err(vec![async_graphql::ServerError::new(
                "Query is too complex.",
                None,
            )])
        }));
    })
    .await;
    let answer = server.query(RESPONSE, "{ hello }").await;
    assert_eq!((answer.status, answer.code()), (400, "COST_EXCEEDED"));
    let attached = server
        .doorman
        .attached
        .load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(attached, 0);
}

#[tokio::test]
async fn the_cost_is_told_to_who_asks_for_it_once_a_subscription() {
    let server = Server::with(priced(1_000)).await;
    let answer = server.query(JSON, "{ hello }").await;
    assert_eq!(answer.body, json!({ "data": { "hello": "world" } }));
    let mut socket = Socket::ready(&server).await;
    let payload =
        json!({ "query": "subscription { count(to: 2) }", "extensions": { "cost": true } });
    socket
        .send(json!({ "type": "subscribe", "id": "1", "payload": payload }))
        .await;
    let first = socket.receive().await;
    assert_eq!(
        first["payload"]["extensions"]["cost"]["cost"], 10,
        "{first}"
    );
    let second = socket.receive().await;
    assert_eq!(second["payload"], json!({ "data": { "count": 2 } }));
}

#[tokio::test]
async fn the_sockets_of_a_viewer_are_limited() {
    let server = Server::with(|options| options.max_sockets = 2).await;
    let ann = json!({ "authorization": "Bearer ann" });
    let one = Socket::ready_as(&server, ann.clone()).await;
    let _two = Socket::ready_as(&server, ann.clone()).await;
    let mut three = Socket::open(&server).await;
    three.init(ann.clone()).await;
    let (code, reason) = three.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (4403, "TOO_MANY_SOCKETS: close another first")
    );
    Socket::ready_as(&server, json!({ "authorization": "Bearer bob" })).await;
    // When one is closed there is room again; the server closes the connection behind it.
    assert_eq!(one.close().await, 1000);
    Socket::ready_as(&server, ann).await;
}
