//! Shutdown: every socket is told, and none holds it up.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    server::{Server, reaches, soon},
    socket::Socket,
};

#[tokio::test]
async fn sockets_close_with_1012_and_a_hint() {
    let server = Server::start().await;
    let idle = Socket::open(&server).await;
    let mut busy = Socket::ready(&server).await;
    busy.subscribe("1", "subscription { ticks }").await;
    busy.receive().await;
    server.options.shutdown.cancel();
    let mut hints = Vec::new();
    for socket in [idle, busy] {
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 1012);
        let hint = reason.strip_prefix("Service restart; retry in ").unwrap();
        hints.push(hint.strip_suffix(" ms").unwrap().parse::<u64>().unwrap());
    }
    assert!(
        hints.iter().all(|hint| (1000..5000).contains(hint)),
        "{hints:?}"
    );
    assert_ne!(hints[0], hints[1]);
    reaches(&server.world.dropped, 1).await;
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
    // A socket that comes late is told at once.
    assert_eq!(Socket::open(&server).await.closed().await.0, 1012);
}

#[tokio::test]
async fn a_peer_that_does_not_answer_does_not_hold_it_up() {
    let server = Server::start().await;
    // One does not read at all and has its buffers full, one reads nothing but has nothing to read.
    let mut full = Socket::ready(&server).await;
    full.subscribe("1", "subscription { flood }").await;
    reaches(&server.world.started, 20).await;
    let _deaf = Socket::raw(&server).await;
    let begin = Instant::now();
    server.options.shutdown.cancel();
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
    assert!(
        begin.elapsed() < Duration::from_secs(4),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn a_mutation_is_waited_for() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "mutation { slow }").await;
    reaches(&server.world.started, 1).await;
    server.options.shutdown.cancel();
    assert_eq!(socket.closed().await.0, 1012);
    server.options.tasks.close();
    assert!(!server.options.tasks.is_empty());
    server.world.gate.add_permits(1);
    soon(server.options.tasks.wait()).await;
    assert_eq!(*server.world.finished.borrow(), 1);
}

#[tokio::test]
async fn a_peer_that_says_goodbye_is_answered() {
    let server = Server::start().await;
    let mut socket = Socket::ready_as(&server, json!({})).await;
    socket
        .send_frame(tokio_tungstenite::tungstenite::Message::Close(None))
        .await;
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
}
