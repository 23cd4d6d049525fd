//! Limits, and clients that hang up.

use std::time::Duration;

use serde_json::json;
use tidings_transport::Options;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::server::{RESPONSE, Server, reaches, soon};

/// Sends a request and does not wait for its answer.
async fn send_only(server: &Server, query: &str) -> TcpStream {
    let body = json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn hanging_up_stops_a_query_but_no_mutation() {
    let server = Server::start().await;
    let world = &server.world;
    let query = send_only(&server, "{ slow }").await;
    let mutation = send_only(&server, "mutation { slow }").await;
    reaches(&world.started, 2).await;
    drop((query, mutation));
    reaches(&world.dropped, 1).await;
    world.gate.add_permits(1);
    reaches(&world.finished, 1).await;
    assert_eq!(*world.dropped.borrow(), 1);
    server.options.tasks.close();
    soon(server.options.tasks.wait()).await;
}

#[tokio::test]
async fn the_time_limit_stops_a_query_but_no_mutation() {
    let quick = |options: &mut Options| options.execution_timeout = Duration::from_millis(50);
    let server = Server::with(quick).await;
    let world = &server.world;
    for query in ["{ slow }", "mutation { slow }"] {
        let answer = server.query(RESPONSE, query).await;
        assert_eq!((answer.status, answer.code()), (504, "EXECUTION_TIMEOUT"));
        answer.check_errors();
    }
    reaches(&world.dropped, 1).await;
    world.gate.add_permits(1);
    reaches(&world.finished, 1).await;

    let request = server.post(json!({ "query": "{ hello }" }).to_string());
    let answer = server.send(request.bearer_auth("never")).await;
    assert_eq!((answer.status, answer.code()), (504, "EXECUTION_TIMEOUT"));
}

#[tokio::test]
async fn a_body_too_large_is_refused() {
    let server = Server::with(|options| options.max_body_bytes = 1000).await;
    let exact = |bytes: usize| {
        let body = json!({ "query": "{ hello }" }).to_string();
        format!("{body:>bytes$}")
    };
    assert_eq!(server.send(server.post(exact(1000))).await.status, 200);
    let answer = server.send(server.post(exact(1001))).await;
    assert_eq!((answer.status, answer.code()), (413, "BODY_TOO_LARGE"));
    answer.check_errors();
    // Also without a length in the head.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("3e9\r\n{}\r\n", exact(1001));
    stream.write_all(chunk.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    soon(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_too_slow_is_refused() {
    let short = |options: &mut Options| options.body_timeout = Duration::from_millis(50);
    let server = Server::with(short).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    soon(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_batch_too_large_is_refused() {
    let server = Server::start().await;
    let batch = |count| json!(vec![json!({ "query": "{ hello }" }); count]).to_string();
    assert_eq!(server.send(server.post(batch(10))).await.status, 200);
    let answer = server.send(server.post(batch(11))).await;
    assert_eq!((answer.status, answer.code()), (400, "BATCH_TOO_LARGE"));
    answer.check_errors();

    let server = Server::with(|options| options.max_batch = 0).await;
    assert_eq!(
        server.send(server.post(batch(1))).await.code(),
        "BATCH_TOO_LARGE"
    );
}

#[tokio::test]
async fn long_answers_are_compressed_for_clients_that_take_it_and_streams_never() {
    let server = Server::start().await;
    let long = "{ __schema { types { name fields { name description } } } }";
    let ask = async |path: &str, query: &str, takes: &str| {
        let body = json!({ "query": query }).to_string();
        let request = server.client.post(format!("{}{path}", server.url()));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let answer = request
            .header("accept-encoding", takes)
            .send()
            .await
            .unwrap();
        let encoding = answer.headers().get("content-encoding").cloned();
        let mut varies = answer.headers().get_all("vary").iter();
        let varies = varies.any(|vary| vary.to_str().unwrap().contains("accept-encoding"));
        let bytes = soon(answer.bytes()).await.unwrap();
        (
            encoding.map(|name| name.to_str().unwrap().to_owned()),
            varies,
            bytes,
        )
    };
    let (plain, _, whole) = ask("", long, "identity").await;
    assert_eq!(plain, None);
    let (gzip, varies, bytes) = ask("", long, "gzip, br").await;
    assert_eq!((gzip.as_deref(), varies), (Some("gzip"), true));
    assert!(bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() < whole.len() / 2);
    let (short, ..) = ask("", "{ hello }", "gzip").await;
    assert_eq!(short, None);
    let (stream, _, events) = ask("/stream", long, "gzip").await;
    assert_eq!(stream, None);
    assert!(events.len() > whole.len());
}
