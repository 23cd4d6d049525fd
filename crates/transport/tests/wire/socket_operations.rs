//! What operations say over a socket.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::{
    server::{Server, reaches},
    socket::Socket,
};

#[tokio::test]
async fn queries_and_mutations_say_next_and_complete() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.works().await;
    let payload = json!({
        "query": "query A { hello } mutation B($n: Int!) { double(n: $n) }",
        "operationName": "B",
        "variables": { "n": 21 },
        "extensions": {},
    });
    socket
        .send(json!({ "type": "subscribe", "id": "b", "payload": payload }))
        .await;
    assert_eq!(
        socket.receive().await["payload"],
        json!({ "data": { "double": 42 } })
    );
    assert_eq!(
        socket.receive().await,
        json!({ "type": "complete", "id": "b" })
    );
}

#[tokio::test]
async fn subscriptions_say_next_until_they_complete() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket
        .subscribe("1", "subscription { count(to: 500) }")
        .await;
    for n in 1..=500 {
        let data = json!({ "data": { "count": n } });
        assert_eq!(
            socket.receive().await,
            json!({ "type": "next", "id": "1", "payload": data })
        );
    }
    assert_eq!(
        socket.receive().await,
        json!({ "type": "complete", "id": "1" })
    );
    // The id is free again.
    socket.subscribe("1", "subscription { count(to: 1) }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["count"], 1);
}

#[tokio::test]
async fn request_errors_are_error_messages_and_end_their_operation_only() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: count(to: 1) b: count(to: 1) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { ...F count(to: 1) } fragment F on Feed { ...F limping }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query A { hello } query B { hello }",
            "OPERATION_RESOLUTION_FAILED",
        ),
        ("query ($n: Int!) { small(value: $n) }", "BAD_USER_INPUT"),
        (
            "subscription ($n: Int!) { count(to: $n) }",
            "BAD_USER_INPUT",
        ),
        ("subscription { count(to: \"many\") }", "BAD_USER_INPUT"),
        // The stream could not be made.
        ("subscription { forbidden }", "FORBIDDEN"),
        ("subscription { broken }", "INTERNAL"),
    ] {
        socket.subscribe("1", query).await;
        let error = socket.receive_error("1").await;
        assert_eq!(error["extensions"]["code"], code, "{query}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    socket.works().await;
}

#[tokio::test]
async fn an_identity_that_may_not_gets_an_error() {
    let server = Server::start().await;
    let mut socket = Socket::ready_as(&server, json!({ "token": "banned" })).await;
    socket.subscribe("1", "subscription { ticks }").await;
    assert_eq!(
        socket.receive_error("1").await["extensions"]["code"],
        "FORBIDDEN"
    );
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(
        socket.receive_error("1").await["extensions"]["code"],
        "FORBIDDEN"
    );
    assert_eq!(server.doorman.attached.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_token_comes_from_the_payload_or_else_from_the_upgrade() {
    let server = Server::start().await;
    for (header, payload, name) in [
        (None, json!({}), "nobody"),
        (None, json!({ "token": "ann" }), "ann"),
        (None, json!({ "authorization": "Bearer ann" }), "ann"),
        (None, json!({ "Authorization": "bearer ann" }), "ann"),
        (None, json!({ "Authorization": "ann" }), "ann"),
        (Some("Bearer ben"), json!({}), "ben"),
        (Some("Bearer ben"), Value::Null, "ben"),
        (
            Some("Bearer ben"),
            json!({ "token": null, "other": 1 }),
            "ben",
        ),
        (Some("Bearer ben"), json!({ "token": "ann" }), "ann"),
    ] {
        let mut headers = vec![("Sec-WebSocket-Protocol", "graphql-transport-ws")];
        headers.extend(header.map(|value| ("Authorization", value)));
        let mut socket = Socket::open_with(&server, &headers).await;
        socket.init(payload.clone()).await;
        socket.receive().await;
        socket.subscribe("1", "{ viewer }").await;
        let answer = socket.receive().await;
        assert_eq!(
            answer["payload"]["data"]["viewer"], name,
            "{header:?} {payload}"
        );
    }
}

#[tokio::test]
async fn field_errors_are_next_with_code_and_request_id() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "{ requiredBoom }").await;
    let next = socket.receive().await;
    assert_eq!(next["type"], "next");
    assert_eq!(next["payload"]["data"], Value::Null);
    assert!(next["payload"].as_object().unwrap().contains_key("data"));
    let error = &next["payload"]["errors"][0];
    assert_eq!(error["message"], "internal error");
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    assert!(error["extensions"]["requestId"].is_string());
    assert_eq!(socket.receive().await["type"], "complete");
}

#[tokio::test]
async fn a_failed_event_does_not_end_a_subscription_that_goes_on() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { limping }").await;
    let failed = socket.receive().await;
    assert_eq!(failed["type"], "next");
    assert_eq!(
        failed["payload"]["errors"][0]["extensions"]["code"],
        "NOT_FOUND"
    );
    assert_eq!(socket.receive().await["payload"]["data"]["limping"], 2);
    assert_eq!(socket.receive().await["type"], "complete");
}

#[tokio::test]
async fn a_panic_ends_its_operation_only() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { panics }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["panics"], 1);
    let error = socket.receive_error("1").await;
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    assert_eq!(error["message"], "internal error");
    socket.subscribe("2", "{ panic }").await;
    assert_eq!(
        socket.receive_error("2").await["extensions"]["code"],
        "INTERNAL"
    );
    socket.works().await;
}

#[tokio::test]
async fn complete_drops_the_stream_at_once() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { ticks }").await;
    socket.receive().await;
    socket.complete("1").await;
    reaches(&server.world.dropped, 1).await;
    // The id is free, and nothing of the old stream is heard.
    server.world.ticks.send_replace(7);
    socket.works().await;
    socket.subscribe("1", "subscription { ticks }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["ticks"], 7);
    // Unknown: silently ignored.
    socket.complete("unknown").await;
    socket.works().await;
}

#[tokio::test]
async fn hanging_up_drops_streams_and_queries_but_no_mutation() {
    let server = Server::start().await;
    let world = &server.world;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { ticks }").await;
    socket.subscribe("2", "{ slow }").await;
    socket.subscribe("3", "mutation { slow }").await;
    reaches(&world.started, 3).await;
    drop(socket);
    reaches(&world.dropped, 2).await;
    world.gate.add_permits(1);
    reaches(&world.finished, 1).await;
    assert_eq!(*world.dropped.borrow(), 2);
}

#[tokio::test]
async fn pings_are_answered_with_their_payload_at_any_time() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    socket.init(json!({})).await;
    socket.receive().await;
    socket
        .send(json!({ "type": "pong", "payload": { "a": 1 } }))
        .await;
    socket
        .send(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    assert_eq!(
        socket.receive().await,
        json!({ "type": "pong", "payload": { "a": 1 } })
    );
}
