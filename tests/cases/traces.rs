//! Traces, as a collector gets them from the real binary: names, codes and numbers, never content.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use serde_json::json;
use tidings_server::seed::cast::thread;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::support::process::Process;
use crate::support::{Global as _, PATIENCE};

/// A word that stands in a text, a variable and a token, and nowhere else.
const CANARY: &str = "chrysanthemum";

/// The caller's trace (W3C Trace Context), as text and as the wire carries it.
const TRACE: (&str, [u8; 16]) = (
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes(),
);

/// A collector that keeps what it is sent.
async fn collector() -> (String, UnboundedReceiver<Bytes>) {
    async fn take(State(kept): State<UnboundedSender<Bytes>>, body: Bytes) {
        let _nobody_waits = kept.send(body);
    }
    let (kept, sent) = unbounded_channel();
    let router = Router::new()
        .route("/v1/traces", post(take))
        .with_state(kept);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, sent)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_trace_leads_from_the_request_to_the_commit_and_carries_no_content() {
    let (url, mut sent) = collector().await;
    let options = [
        ("TIDINGS_OTLP_ENDPOINT", &*url),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
    ];
    let process = Process::start_with(&options).await;
    let token = process.token("clinician");
    let sleep = thread::SLEEP.gid();
    let document = "mutation Answer($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }";
    let input =
        json!({ "idempotencyKey": CANARY, "threadId": sleep, "body": format!("A {CANARY}.") });
    let answer = reqwest::Client::new()
        .post(format!("http://{}/graphql?{CANARY}", process.address))
        .bearer_auth(token)
        .header("traceparent", TRACE.0)
        .json(&json!({ "query": document, "variables": { "input": input } }))
        .send();
    let answer: serde_json::Value = answer.await.unwrap().json().await.unwrap();
    assert!(
        answer["data"]["sendMessage"]["message"]["id"].is_string(),
        "{answer:#}"
    );
    let mut all = Vec::new();
    for word in [
        "POST /graphql",
        "graphql.operation.name",
        "Answer",
        "write",
        "commit",
        "relay",
    ] {
        while !contains(&all, word.as_bytes()) {
            let more = timeout(PATIENCE, sent.recv()).await;
            all.extend(
                more.unwrap_or_else(|_| panic!("no span tells of {word}"))
                    .unwrap(),
            );
        }
    }
    assert!(contains(&all, &TRACE.1), "the trace is not the caller's");
    for secret in [CANARY, &sleep] {
        assert!(!contains(&all, secret.as_bytes()), "{secret} was told");
    }
}
