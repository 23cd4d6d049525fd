//! Every close code, and that its reason is a legal one.

use std::time::Duration;

use serde_json::json;
use tidings_transport::Options;
use tokio_tungstenite::tungstenite::Message;

use crate::{server::Server, socket::Socket};

const UNAUTHORIZED: (u16, &str) = (4401, "Unauthorized");

async fn assert_closed(socket: Socket, code: u16, reason: &str) {
    let (actual, text) = socket.closed().await;
    assert_eq!(actual, code, "{text}");
    assert!(text.starts_with(reason), "{text}");
    assert!(text.len() <= 123, "{text}");
}

#[tokio::test]
async fn invalid_messages_close_with_4400() {
    let server = Server::start().await;
    for message in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":"greet"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"connection_init","payload":"token"}"#,
        r#"{"type":"connection_init","payload":{"token":7}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":7,"payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ hello }","variables":[]}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping","payload":1}"#,
    ] {
        let mut socket = Socket::open(&server).await;
        socket.send_frame(Message::text(message)).await;
        assert_closed(socket, 4400, "Invalid message: ").await;
    }
    let mut socket = Socket::open(&server).await;
    let long = format!(r#"{{"type":"{}"}}"#, "é".repeat(300));
    socket.send_frame(Message::text(long)).await;
    assert_closed(socket, 4400, "Invalid message: ").await;

    let mut socket = Socket::ready(&server).await;
    socket.send_frame(Message::binary(&b"{}"[..])).await;
    assert_closed(socket, 4400, "Invalid message: ").await;
}

#[tokio::test]
async fn subscribing_before_the_ack_closes_with_4401() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server).await;
    socket.subscribe("1", "{ hello }").await;
    assert_closed(socket, UNAUTHORIZED.0, UNAUTHORIZED.1).await;

    // Also while the token is being verified.
    let mut socket = Socket::open(&server).await;
    socket.init(json!({ "token": "never" })).await;
    socket.subscribe("1", "{ hello }").await;
    assert_closed(socket, UNAUTHORIZED.0, UNAUTHORIZED.1).await;
}

#[tokio::test]
async fn a_refused_token_closes_with_4403_and_says_why() {
    let server = Server::start().await;
    let mut socket = Socket::open(&server).await;
    socket
        .init(json!({ "authorization": "Bearer expired" }))
        .await;
    assert_closed(socket, 4403, "UNAUTHENTICATED: token refused").await;
}

#[tokio::test]
async fn the_end_of_the_session_closes_with_4403_and_its_reason() {
    let server = Server::start().await;
    let mut mortal = Socket::ready_as(&server, json!({ "token": "mortal" })).await;
    let mut other = Socket::ready_as(&server, json!({ "token": "other" })).await;
    mortal.works().await;
    server
        .doorman
        .end
        .send_replace(Some("session revoked ".repeat(20)));
    assert_closed(mortal, 4403, "session revoked").await;
    other.works().await;
}

#[tokio::test]
async fn a_missing_or_foreign_subprotocol_closes_with_4406() {
    let server = Server::start().await;
    for headers in [
        &[][..],
        &[("Sec-WebSocket-Protocol", "graphql-ws, soap")][..],
    ] {
        let socket = Socket::open_with(&server, headers).await;
        assert_closed(socket, 4406, "Subprotocol not acceptable").await;
    }
    let headers = [("Sec-WebSocket-Protocol", "graphql-ws, graphql-transport-ws")];
    let mut socket = Socket::open_with(&server, &headers).await;
    socket.init(json!({})).await;
    socket.receive().await;
    socket.works().await;
}

#[tokio::test]
async fn silence_closes_with_4408() {
    let short = |options: &mut Options| options.init_timeout = Duration::from_millis(50);
    let server = Server::with(short).await;
    let mut socket = Socket::open(&server).await;
    // Any other message does not count.
    socket.send(json!({ "type": "ping" })).await;
    assert_closed(socket, 4408, "Connection initialisation timeout").await;
}

#[tokio::test]
async fn an_id_in_use_closes_with_4409() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    let id = "7".repeat(200);
    socket.subscribe(&id, "subscription { ticks }").await;
    socket.receive().await;
    socket.subscribe(&id, "{ hello }").await;
    assert_closed(socket, 4409, "Subscriber for 777").await;
}

#[tokio::test]
async fn a_stream_that_dropped_events_closes_with_4410_after_its_error() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { overrun }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["overrun"], 1);
    let error = socket.receive_error("1").await;
    assert_eq!(error["extensions"]["code"], "SLOW_CONSUMER");
    assert_closed(socket, 4410, "resume from your cursor").await;
}

#[tokio::test]
async fn a_second_init_closes_with_4429() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.init(json!({})).await;
    assert_closed(socket, 4429, "Too many initialisation requests").await;

    // Also while the first is under way.
    let mut socket = Socket::open(&server).await;
    socket.init(json!({ "token": "never" })).await;
    socket.init(json!({})).await;
    assert_closed(socket, 4429, "Too many initialisation requests").await;
}

#[tokio::test]
async fn failures_of_the_authenticator_close_with_4500() {
    let quick = |options: &mut Options| options.execution_timeout = Duration::from_millis(50);
    let server = Server::with(quick).await;
    for token in ["outage", "panic", "never"] {
        let mut socket = Socket::open(&server).await;
        socket.init(json!({ "token": token })).await;
        assert_closed(socket, 4500, "Internal server error").await;
    }
}

#[tokio::test]
async fn a_message_too_big_closes_with_1009() {
    let small = |options: &mut Options| options.max_message_bytes = 1000;
    let server = Server::with(small).await;
    let mut socket = Socket::ready(&server).await;
    socket.works().await;
    socket.send_frame(Message::text("x".repeat(100_000))).await;
    assert_closed(socket, 1009, "Message too big").await;
}
