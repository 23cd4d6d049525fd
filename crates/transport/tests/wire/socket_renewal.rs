//! Tokens that expire while a socket is open.

use serde_json::{Value, json};

use crate::server::Server;
use crate::socket::Socket;

fn bearer(name: &str) -> Value {
    json!({ "authorization": format!("Bearer {name}") })
}

#[tokio::test]
async fn a_token_that_will_expire_is_announced() {
    let server = Server::start().await;
    let mut socket = Socket::ready_as(&server, bearer("brief")).await;
    let ping = socket.receive().await;
    assert_eq!(ping["type"], "ping", "{ping}");
    let left = ping["payload"]["tokenExpiresInMs"].as_u64().unwrap();
    assert_eq!(left, 20_000);
    // Once.
    socket.works().await;
}

#[tokio::test]
async fn a_fresh_token_in_a_ping_or_pong_replaces_the_old_one() {
    let server = Server::start().await;
    for kind in ["ping", "pong"] {
        let mut socket = Socket::ready_as(&server, bearer("mortal")).await;
        let mut stays = Socket::ready_as(&server, bearer("mortal")).await;
        socket.subscribe("feed", "subscription { ticks }").await;
        assert_eq!(socket.receive().await["payload"]["data"]["ticks"], 0);
        // Verified when the query behind it is answered.
        stays
            .send(json!({ "type": kind, "payload": bearer("fresh mortal") }))
            .await;
        if kind == "ping" {
            // Without the token.
            assert_eq!(stays.receive().await, json!({ "type": "pong" }));
        }
        stays.works().await;
        socket
            .send(json!({ "type": kind, "payload": { "more": 1 } }))
            .await;
        if kind == "ping" {
            let pong = json!({ "type": "pong", "payload": { "more": 1 } });
            assert_eq!(socket.receive().await, pong);
        }
        socket.works().await;
    }
}

#[tokio::test]
async fn a_fresh_token_that_is_not_good_closes_the_socket_with_its_code() {
    let server = Server::start().await;
    for (token, reason) in [
        ("expired", "UNAUTHENTICATED: token refused"),
        ("bob", "FORBIDDEN: the token is another viewer's"),
    ] {
        let mut socket = Socket::ready_as(&server, bearer("ann")).await;
        socket
            .send(json!({ "type": "pong", "payload": bearer(token) }))
            .await;
        assert_eq!(socket.closed().await, (4403, reason.to_owned()));
    }
    let mut socket = Socket::ready_as(&server, bearer("ann")).await;
    socket
        .send(json!({ "type": "pong", "payload": { "token": 7 } }))
        .await;
    assert_eq!(socket.closed().await.0, 4400);
    // An outage is not the client's fault.
    let mut socket = Socket::ready_as(&server, bearer("ann")).await;
    socket
        .send(json!({ "type": "ping", "payload": bearer("outage") }))
        .await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    socket.works().await;
}

#[tokio::test]
async fn what_runs_goes_on_through_a_renewal_and_the_end_of_the_old_token_is_forgotten() {
    let server = Server::start().await;
    // The session of `mortal` ends when the test says so; that of a fresh `brief` does not.
    let mut renewed = Socket::ready_as(&server, bearer("brief")).await;
    assert_eq!(renewed.receive().await["type"], "ping");
    renewed.subscribe("feed", "subscription { ticks }").await;
    assert_eq!(renewed.receive().await["payload"]["data"]["ticks"], 0);
    renewed
        .send(json!({ "type": "pong", "payload": bearer("fresh brief") }))
        .await;
    // The fresh one will expire, too.
    assert_eq!(renewed.receive().await["type"], "ping");
    server.world.ticks.send_replace(1);
    assert_eq!(renewed.receive().await["payload"]["data"]["ticks"], 1);
}
