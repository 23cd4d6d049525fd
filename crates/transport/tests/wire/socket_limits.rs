//! Limits of a socket, and peers that misbehave.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tidings_transport::Options;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use crate::{
    server::{Server, reaches, soon},
    socket::{Socket, upgrade},
};

const FLOOD: &str = "subscription { flood }";

#[tokio::test]
async fn one_subscription_too_many_gets_an_error() {
    let server = Server::with(|options| options.max_subscriptions = 2).await;
    let mut socket = Socket::ready(&server).await;
    for id in ["1", "2"] {
        socket.subscribe(id, "subscription { ticks }").await;
        socket.receive().await;
    }
    socket.subscribe("3", "subscription { ticks }").await;
    let error = socket.receive_error("3").await;
    assert_eq!(error["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    socket.complete("1").await;
    socket.subscribe("3", "subscription { ticks }").await;
    assert_eq!(socket.receive().await["type"], "next");
}

#[tokio::test]
async fn all_64_subscriptions_are_served() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    for id in 0..64 {
        socket
            .subscribe(&id.to_string(), "subscription { ticks }")
            .await;
    }
    for tick in [0, 1] {
        let mut seen = [false; 64];
        for _ in 0..64 {
            let next = socket.receive().await;
            assert_eq!(next["payload"]["data"]["ticks"], tick);
            seen[next["id"].as_str().unwrap().parse::<usize>().unwrap()] = true;
        }
        assert!(seen.iter().all(|seen| *seen));
        server.world.ticks.send_replace(tick + 1);
    }
    socket.subscribe("64", "subscription { ticks }").await;
    loop {
        let message = socket.receive().await;
        if message["id"] == "64" {
            assert_eq!(message["type"], "error");
            break;
        }
    }
}

#[tokio::test]
async fn one_flood_does_not_starve_another_operation() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("flood", FLOOD).await;
    socket.receive().await;
    socket.subscribe("1", "{ hello }").await;
    loop {
        let message = socket.receive().await;
        if message["id"] == "1" {
            assert_eq!(message["payload"]["data"]["hello"], "world");
            break;
        }
    }
}

#[tokio::test]
async fn a_query_over_the_time_limit_gets_an_error() {
    let quick = |options: &mut Options| options.execution_timeout = Duration::from_millis(50);
    let server = Server::with(quick).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "{ slow }").await;
    assert_eq!(
        socket.receive_error("1").await["extensions"]["code"],
        "EXECUTION_TIMEOUT"
    );
    reaches(&server.world.dropped, 1).await;
}

#[tokio::test]
async fn a_live_peer_is_pinged_and_stays() {
    let server = Server::with(|options| {
        options.ping_interval = Duration::from_millis(20);
        options.pong_timeout = Duration::from_secs(5);
    })
    .await;
    let stream = Socket::raw(&server).await;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    for _ in 0..5 {
        // Reading answers it.
        let message = soon(socket.next()).await.unwrap().unwrap();
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
    }
    let ping = json!({ "type": "ping" }).to_string();
    socket.send(Message::text(ping)).await.unwrap();
    loop {
        if let Message::Text(text) = soon(socket.next()).await.unwrap().unwrap() {
            assert_eq!(text.as_str(), r#"{"type":"pong"}"#);
            break;
        }
    }
}

#[tokio::test]
async fn a_dead_peer_is_found() {
    let server = Server::with(|options| {
        options.ping_interval = Duration::from_millis(50);
        options.pong_timeout = Duration::from_millis(20);
    })
    .await;
    let mut stream = Socket::raw(&server).await;
    let mut received = Vec::new();
    // Frames are read, but none is answered.
    soon(stream.read_to_end(&mut received)).await.unwrap();
    let (ping, close) = (&received[..2], &received[2..]);
    assert_eq!(ping, [0x89, 0]);
    assert_eq!(close[0], 0x88);
    assert_eq!(close[2..4], 1011_u16.to_be_bytes());
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_dropped() {
    let server = Server::with(|options| options.write_timeout = Duration::from_millis(50)).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", FLOOD).await;
    reaches(&server.world.dropped, 1).await;
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_still_heard() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", FLOOD).await;
    // The buffers of the connection fill up, and then nothing more is asked for.
    let produced = &server.world.started;
    reaches(produced, 1).await;
    loop {
        let before = *produced.borrow();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        if *produced.borrow() == before {
            break;
        }
    }
    assert!(*produced.borrow() < 200);
    socket.complete("1").await;
    reaches(&server.world.dropped, 1).await;
}

#[tokio::test]
async fn a_peer_that_asks_but_does_not_read_is_dropped() {
    let server = Server::with(|options| options.write_timeout = Duration::from_millis(50)).await;
    let stream = Socket::raw(&server).await;
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    let payload = json!({ "fill": "x".repeat(10_000) });
    let ping = json!({ "type": "ping", "payload": payload }).to_string();
    // The connection is reset sooner or later; without a limit this would never end.
    let flood = async { while socket.send(Message::text(ping.clone())).await.is_ok() {} };
    soon(flood).await;
}

#[tokio::test]
async fn a_foreign_page_opens_no_socket() {
    let server = Server::with(|options| {
        options.allowed_origins = vec!["https://app.example".into()];
    })
    .await;
    let own = format!("http://{}", server.address);
    let protocol = ("Sec-WebSocket-Protocol", "graphql-transport-ws");
    for (origin, status) in [
        (own.as_str(), "101"),
        ("https://app.example", "101"),
        ("https://evil.example", "403"),
        ("https://app.example.evil", "403"),
        ("null", "403"),
    ] {
        let (_, head) = upgrade(server.address, &[protocol, ("Origin", origin)]).await;
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status}")),
            "{origin}: {head}"
        );
    }
}

#[tokio::test]
async fn a_broken_handshake_is_a_bad_request() {
    let server = Server::start().await;
    let request = server
        .client
        .get(server.url())
        .header("Upgrade", "websocket");
    let answer = server.send(request).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.code(), "BAD_REQUEST");
    answer.check_errors();
}
