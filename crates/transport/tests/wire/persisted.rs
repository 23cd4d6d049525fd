//! Documents that are named instead of sent.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};
use tidings_transport::Options;

use crate::server::{Answer, JSON, RESPONSE, Server};
use crate::socket::Socket;

const HELLO: &str = "{ hello }";

/// The SHA-256 of `{ hello }`.
const HASH: &str = "001c3174e099bd72b729d0c0a529ba9f5a740c446e2a6e1d71b283cb84ec3065";

fn apq(query: Option<&str>, hash: &str) -> Value {
    let persisted = json!({ "version": 1, "sha256Hash": hash });
    let mut body = json!({ "extensions": { "persistedQuery": persisted } });
    if let Some(query) = query {
        body["query"] = json!(query);
    }
    body
}

async fn ask(server: &Server, accept: &str, body: &Value) -> Answer {
    let request = server.post(body.to_string()).header("accept", accept);
    server.send(request).await
}

#[tokio::test]
async fn a_query_is_taught_once_and_then_named_over_every_transport() {
    let server = Server::start().await;
    let unknown = ask(&server, JSON, &apq(None, HASH)).await;
    assert_eq!(
        (unknown.status, unknown.code()),
        (200, "PERSISTED_QUERY_NOT_FOUND")
    );
    assert_eq!(
        unknown.body["errors"][0]["message"],
        "PersistedQueryNotFound"
    );
    unknown.check_errors();
    let data = json!({ "data": { "hello": "world" } });
    assert_eq!(ask(&server, JSON, &apq(Some(HELLO), HASH)).await.body, data);
    assert_eq!(ask(&server, JSON, &apq(None, HASH)).await.body, data);
    assert_eq!(
        ask(&server, JSON, &apq(None, &HASH.to_uppercase()))
            .await
            .body,
        data
    );
    let extensions = apq(None, HASH)["extensions"].to_string();
    let get = server
        .send(server.get(&[("extensions", &extensions)]))
        .await;
    assert_eq!(get.body, data);
    let mut socket = Socket::ready(&server).await;
    socket
        .send(json!({ "type": "subscribe", "id": "1", "payload": apq(None, HASH) }))
        .await;
    assert_eq!(socket.receive().await["payload"], data);
}

#[tokio::test]
async fn a_query_is_not_taught_under_a_hash_that_is_not_its_own_or_when_it_is_refused() {
    let server = Server::start().await;
    for (query, code) in [
        ("{ thing { a } }", "PERSISTED_QUERY_HASH_MISMATCH"),
        ("{ hello", "PERSISTED_QUERY_HASH_MISMATCH"),
    ] {
        let answer = ask(&server, RESPONSE, &apq(Some(query), HASH)).await;
        assert_eq!((answer.status, answer.code()), (400, code));
    }
    for hash in ["", "x", HASH] {
        let answer = ask(&server, RESPONSE, &apq(None, hash)).await;
        assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND", "{hash}");
    }
    let mut later = apq(None, HASH);
    later["extensions"]["persistedQuery"]["version"] = json!(2);
    let answer = ask(&server, RESPONSE, &later).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    let off = Server::with(|options| options.persisted_queries = 0).await;
    let answer = ask(&off, RESPONSE, &apq(Some(HELLO), HASH)).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
    assert_eq!(
        answer.body["errors"][0]["message"],
        "PersistedQueryNotSupported"
    );
    // Nothing to execute is no request.
    let answer = ask(&server, RESPONSE, &json!({ "extensions": {} })).await;
    assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn only_so_many_taught_queries_are_kept() {
    let server = Server::with(|options| options.persisted_queries = 1).await;
    assert_eq!(ask(&server, JSON, &apq(Some(HELLO), HASH)).await.code(), "");
    let other = "{ viewer }";
    let hash = "480d1ad89e6f682af029c2c96237cb905b785052dc00370e40015b12fa39c36c";
    assert_eq!(ask(&server, JSON, &apq(Some(other), hash)).await.code(), "");
    let answer = ask(&server, JSON, &apq(None, HASH)).await;
    assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn with_a_manifest_nothing_else_is_executed() {
    let trust = |options: &mut Options| {
        let manifest = HashMap::from([("abc".to_owned(), HELLO.to_owned())]);
        options.trusted_documents = Some(Arc::new(manifest));
    };
    let server = Server::with(trust).await;
    let data = json!({ "data": { "hello": "world" } });
    for body in [
        json!({ "documentId": "abc" }),
        json!({ "documentId": "sha256:abc" }),
        apq(None, "abc"),
        json!({ "query": HELLO }),
    ] {
        assert_eq!(ask(&server, JSON, &body).await.body, data, "{body}");
    }
    let get = server.send(server.get(&[("documentId", "abc")])).await;
    assert_eq!(get.body, data);
    for body in [
        json!({ "query": "{ viewer }" }),
        json!({ "query": "{ viewer }", "documentId": "abc" }),
        json!({ "documentId": "xyz" }),
        apq(Some("{ viewer }"), "abc"),
        apq(None, HASH),
    ] {
        let answer = ask(&server, RESPONSE, &body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "DOCUMENT_NOT_TRUSTED"),
            "{body}"
        );
        let mut socket = Socket::ready(&server).await;
        socket
            .send(json!({ "type": "subscribe", "id": "1", "payload": body }))
            .await;
        let error = socket.receive_error("1").await;
        assert_eq!(error["extensions"]["code"], "DOCUMENT_NOT_TRUSTED");
    }
    let plain = Server::start().await;
    let answer = ask(&plain, RESPONSE, &json!({ "documentId": "abc" })).await;
    assert_eq!(answer.code(), "DOCUMENT_NOT_TRUSTED");
}
