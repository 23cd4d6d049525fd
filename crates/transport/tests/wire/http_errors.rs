//! What errors say, what they do not say, and what the log says. And two faults that other versions of
//! async-graphql have.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::{Value, json};

use crate::server::{JSON, RESPONSE, Server};

/// What all tests of this process log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs into memory from here on. For the whole process: `tracing` remembers across threads whether
    /// somebody listens.
    fn listen() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .json()
                .with_max_level(tracing::Level::WARN)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
            log
        })
        .clone()
    }

    /// The lines about a request.
    fn about(&self, request_id: &str) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        bytes
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
            .filter(|line| line["fields"]["request_id"] == request_id)
            .collect()
    }
}

#[tokio::test]
async fn internal_errors_are_masked_and_logged_once_under_the_request_id() {
    let log = Log::listen();
    let server = Server::start().await;
    let query = "{ boom again: boom thing { boom } echo(text: \"private words\") missing }";
    let answer = server.query(RESPONSE, query).await;
    let text = answer.body.to_string();
    assert!(!text.contains("secret"), "{text}");
    let errors = answer.body["errors"].as_array().unwrap();
    let count = |code| {
        let of = |error: &&Value| error["extensions"]["code"] == code;
        errors.iter().filter(of).count()
    };
    assert_eq!(
        (count("INTERNAL"), count("NOT_FOUND")),
        (3, 1),
        "{errors:?}"
    );
    answer.check_errors();

    let lines = log.about(answer.header("x-request-id"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["level"], "ERROR");
    assert_eq!(lines[0]["fields"]["count"], 3);
    assert_eq!(lines[0]["fields"]["error"], "postgres://user:secret@host");
    assert!(!lines[0].to_string().contains("private words"), "{lines:?}");

    let answer = server.query(RESPONSE, "{ panic }").await;
    assert_eq!(answer.body["errors"][0]["message"], "internal error");
    let lines = log.about(answer.header("x-request-id"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].to_string().contains("secret"), "{lines:?}");
}

#[tokio::test]
async fn the_order_of_the_selection_is_kept() {
    let server = Server::start().await;
    let request = server.post(json!({ "query": "{ thing { later a b } hello }" }).to_string());
    let text = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        text,
        r#"{"data":{"thing":{"later":3,"a":1,"b":2},"hello":"world"}}"#
    );
}

#[tokio::test]
async fn an_error_in_a_non_null_field_nulls_its_parent() {
    let server = Server::start().await;
    let answer = server.query(JSON, "{ thing { b boom } hello }").await;
    assert_eq!(
        answer.body["data"],
        json!({ "thing": null, "hello": "world" })
    );
    assert_eq!(answer.body["errors"][0]["path"], json!(["thing", "boom"]));
}

#[tokio::test]
async fn a_document_that_is_too_deep_is_refused() {
    let server = Server::start().await;
    let nested = |depth| format!("{}{{ a }}{}", "{ thing ".repeat(depth), " }".repeat(depth));
    for depth in [13, 40, 100, 1_000, 100_000] {
        let answer = server.query(RESPONSE, &nested(depth)).await;
        assert_eq!(answer.status, 400, "{depth}");
        assert_eq!(answer.code(), "QUERY_TOO_DEEP", "{depth} {answer:?}");
    }
    let lists = format!("{{ echo(text: {} }}", "[".repeat(100_000));
    assert_eq!(
        server.query(RESPONSE, &lists).await.code(),
        "QUERY_TOO_DEEP"
    );
    assert_eq!(server.query(RESPONSE, "{ hello }").await.status, 200);
}

#[tokio::test]
async fn a_parse_error_says_where_and_what_but_not_the_document() {
    let server = Server::start().await;
    let query = format!("{{ echo(text: \"{}\") ", "x".repeat(100_000));
    let error = server.query(JSON, &query).await.body["errors"][0].clone();
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("Syntax error: expected "), "{message}");
    assert!(message.len() < 200, "{message}");
    assert_eq!(error["locations"][0]["line"], 1);
}

#[tokio::test]
async fn a_cached_document_is_executed_anew_with_its_own_variables() {
    let server = Server::with(|options| options.document_cache = 2).await;
    for round in 0..3 {
        for text in ["a", "b", "c"] {
            // Three documents take turns in a cache for two.
            let query = format!("query ($t: String!) {{ {text}: echo(text: $t) }}");
            let value = format!("{text}{round}");
            let body = json!({ "query": query, "variables": { "t": value } });
            let answer = server.send(server.post(body.to_string())).await;
            assert_eq!(answer.body, json!({ "data": { text: value } }));
        }
    }
}
