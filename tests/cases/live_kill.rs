//! `kill -9` in the middle of everything: what was acknowledged is there once, and is told once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tidings_server::seed::cast::thread;
use tokio::sync::watch;

use crate::support::process::{Process, post};
use crate::support::{Global as _, MESSAGES, Socket, key, mutation};

/// Messages that each writer sends.
const EACH: usize = 30;

/// The listener kills the server when it has so many messages.
const KILLS: [usize; 3] = [5, 18, 41];

/// Sends messages, each until it is acknowledged, with the same key at each attempt. Answers id
/// and text of each, and how many attempts it took in all.
async fn write(
    name: &str,
    token: &str,
    mut address: watch::Receiver<String>,
) -> (Vec<(String, String)>, usize) {
    let query = mutation("sendMessage");
    let (mut sent, mut attempts) = (Vec::new(), 0);
    for number in 0..EACH {
        let body = format!("{name} {number}");
        let input =
            json!({ "idempotencyKey": key(), "threadId": thread::SLEEP.gid(), "body": body });
        loop {
            let at = address.borrow_and_update().clone();
            attempts += 1;
            match post(&at, token, &query, &json!({ "input": input })).await {
                Ok(answer) => {
                    let payload = &answer["data"]["answer"];
                    assert_eq!(payload["message"]["bodyText"], body, "{answer:#}");
                    sent.push((payload["message"]["id"].as_str().unwrap().to_owned(), body));
                    break;
                }
                // It is down: on at the next address, which may be known already.
                Err(error) => {
                    eprintln!("{name} {number} {error:?}");
                    address.changed().await.unwrap();
                }
            }
        }
    }
    (sent, attempts)
}

async fn subscribe(process: &Process, token: &str, cursor: &Value) -> Socket {
    let mut socket = process.socket(token).await;
    let variables = json!({ "thread": thread::SLEEP.gid(), "after": cursor });
    socket.subscribe(MESSAGES, variables).await;
    socket
}

/// Takes messages, kills the server at its times, starts it again and resumes.
async fn listen(
    process: &mut Process,
    token: &str,
    mut cursor: Value,
    address: watch::Sender<String>,
) -> Vec<Value> {
    let mut socket = subscribe(process, token, &cursor).await;
    let (mut got, mut kills) = (Vec::new(), KILLS.iter().peekable());
    while got.len() < 2 * EACH {
        let mut message = socket.receive().await;
        if message["type"] == "next" {
            let event = message["payload"]["data"]["messageAdded"].take();
            cursor = event["cursor"].clone();
            got.push(event["message"].clone());

            if kills.next_if(|at| got.len() >= **at).is_some() {
                process.kill().await;
            }
        } else {
            // The last that the dead server had said has been read.
            eprintln!("{message}");
            assert!(message["close"].is_null(), "{message:#}");
            eprintln!("restart");
            process.restart().await;
            eprintln!("up");
            address.send(process.address.clone()).unwrap();
            socket = subscribe(process, token, &cursor).await;
        }
    }
    assert!(kills.next().is_none());
    socket.settle().await;
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_g3_g4_after_kill_9_nothing_acknowledged_is_lost_and_nothing_comes_twice() {
    let mut process = Process::start().await;
    let (address, known) = watch::channel(process.address.clone());
    let writers = ["client", "clinician"].map(|name| (name, process.token(name)));
    let reader = process.token("clinician");
    // Before anybody writes.
    let answer = post(&process.address, &reader, "{ eventCursor }", &Value::Null).await;
    let cursor = answer.unwrap()["data"]["eventCursor"].take();
    let writing = writers
        .iter()
        .map(|(name, token)| write(name, token, known.clone()));
    let reading = listen(&mut process, &reader, cursor, address);
    let (sent, got) = futures_util::join!(join_all(writing), reading);

    let seqs: Vec<i64> = got.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    let first = seqs[0];
    let whole: Vec<i64> = (first..first + 2 * i64::try_from(EACH).unwrap()).collect();
    assert_eq!(seqs, whole, "each once, in order");
    let told: Vec<(String, String)> = got
        .iter()
        .map(|m| {
            (
                m["id"].as_str().unwrap().to_owned(),
                m["bodyText"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    for ((name, _), (sent, attempts)) in writers.iter().zip(&sent) {
        let own = told.iter().filter(|(_, body)| body.starts_with(*name));
        assert!(own.eq(sent), "{name}: {told:?}\n{sent:?}");
        assert!(*attempts >= EACH);
    }
    // Some attempt must have been cut off, or the kills have proved nothing.
    assert!(sent.iter().any(|(_, attempts)| *attempts > EACH));
    let query = "query($id: ID!) { thread(id: $id) { messageCount } }";
    let variables = json!({ "id": thread::SLEEP.gid() });
    let answer = post(&process.address, &reader, query, &variables)
        .await
        .unwrap();
    assert_eq!(answer["data"]["thread"]["messageCount"], json!(seqs.last()));
}
