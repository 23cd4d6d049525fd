//! G6: a reader that does not read costs what fits into its bounds, and nobody else anything.

use chrono::TimeDelta;
use serde_json::json;
use tidings_server::seed::cast::thread;

use crate::support::{Caller, Global as _, MESSAGES, Socket, Tidings};

/// Messages: more than fit into the queue and the network's buffers together.
const COUNT: usize = 160;

/// The text of each.
const LENGTH: usize = 1_000;

/// How many times it comes in each event, so that little to keep is much to send.
const TIMES: usize = 400;

fn large() -> String {
    let texts: Vec<String> = (0..TIMES).map(|n| format!(" t{n}: bodyText")).collect();
    let texts = texts.concat();
    format!(
        "subscription($thread: ID, $after: EventCursor) {{ messageAdded(threadId: $thread, after: $after) {{
        cursor message {{ seq{texts} }} }} }}"
    )
}

/// Writes so many messages.
async fn write(caller: &Caller<'_>, count: usize) {
    for _ in 0..count {
        caller
            .writes(&thread::SLEEP.gid(), &"x".repeat(LENGTH))
            .await;
    }
}

/// A server that lets a document name a field so many times.
async fn start() -> Tidings {
    Tidings::start_with(&[("TIDINGS_QUERY_ALIASES", "400")]).await
}

async fn open(tidings: &Tidings, cursor: &str) -> Socket {
    let mut socket = tidings.caller("clinician").socket().await;
    let variables = json!({ "thread": thread::SLEEP.gid(), "after": cursor });
    socket.subscribe(&large(), variables).await;
    socket
}

/// What a reader got before its stream ended: numbers of messages, and the last cursor.
#[derive(Default)]
struct Got {
    seqs: Vec<i64>,
    cursor: String,
}

impl Got {
    /// Takes so many messages, or fewer if the stream ends before.
    async fn read(&mut self, socket: &mut Socket, count: usize) {
        while self.seqs.len() < count {
            let message = socket.receive().await;
            if message["type"] != "next" {
                let code = &message["payload"][0]["extensions"]["code"];
                assert_eq!(code, "SLOW_CONSUMER", "{message:#}");
                let close = socket.receive().await;
                assert_eq!(close["close"], 4410, "{close:#}");
                return;
            }
            let event = &message["payload"]["data"]["messageAdded"];
            assert!(
                event["message"]["t0"]
                    .as_str()
                    .is_some_and(|text| text.len() == LENGTH)
            );
            self.seqs.push(event["message"]["seq"].as_i64().unwrap());
            event["cursor"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.cursor);
        }
    }

    /// Whether these are all messages, each once, in order.
    fn is_whole(&self, count: usize) -> bool {
        let last = 6 + i64::try_from(count).unwrap();
        self.seqs == (7..=last).collect::<Vec<_>>()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g6_a_reader_that_does_not_read_is_closed_with_4410_and_resumes_from_its_cursor() {
    let tidings = start().await;
    let cursor = tidings.caller("clinician").cursor().await;
    let mut slow = open(&tidings, &cursor).await;
    let mut quick = tidings
        .listen_to("supervisor", Some(&thread::SLEEP.gid()))
        .await;
    let client = tidings.caller("client");
    for _ in 0..COUNT {
        write(&client, 1).await;
        quick.next().await;
        // More than it may take for what waits when its queue has run over.
        tidings.clock.advance(TimeDelta::seconds(3));
    }
    let mut got = Got::default();
    got.read(&mut slow, COUNT).await;
    assert!(got.seqs.len() < COUNT, "the reader was never too slow");
    let mut again = open(&tidings, &got.cursor).await;
    got.read(&mut again, COUNT).await;
    assert!(got.is_whole(COUNT), "{:?}", got.seqs);
    again.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g6_much_at_once_does_not_close_a_reader_that_then_reads() {
    let tidings = start().await;
    let cursor = tidings.caller("clinician").cursor().await;
    let mut socket = open(&tidings, &cursor).await;
    write(&tidings.caller("client"), COUNT).await;
    let mut got = Got::default();
    got.read(&mut socket, COUNT).await;
    // And it goes on, live.
    write(&tidings.caller("client"), 2).await;
    got.read(&mut socket, COUNT + 2).await;
    assert!(got.is_whole(COUNT + 2), "{:?}", got.seqs);
    socket.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g6_g1_a_queue_that_overflows_during_a_long_replay_closes_nobody() {
    let tidings = start().await;
    let cursor = tidings.caller("clinician").cursor().await;
    let client = tidings.caller("client");
    write(&client, COUNT).await;
    // It comes back with everything to be replayed, and reads the first of it.
    let mut socket = open(&tidings, &cursor).await;
    let mut got = Got::default();
    got.read(&mut socket, 1).await;
    // The replay waits for the reader; what happens meanwhile is more than may wait.
    write(&client, 80).await;
    tidings.clock.advance(TimeDelta::minutes(10));
    got.read(&mut socket, COUNT + 80).await;
    assert!(got.is_whole(COUNT + 80), "{:?}", got.seqs);
    write(&client, 1).await;
    got.read(&mut socket, COUNT + 81).await;
    assert!(got.is_whole(COUNT + 81), "{:?}", got.seqs);
    socket.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g6_an_event_stream_that_is_not_read_ends_and_resumes_from_its_last_event() {
    let tidings = start().await;
    let reader = tidings.caller("clinician");
    let variables = json!({ "thread": thread::SLEEP.gid(), "after": reader.cursor().await });
    let mut slow = reader.feed(&large(), variables.clone(), None).await;
    let client = tidings.caller("client");
    for _ in 0..COUNT {
        write(&client, 1).await;
        tidings.clock.advance(TimeDelta::seconds(3));
    }
    let mut seqs = Vec::new();
    // It has ended: with an error, or without a word, but never as if it were complete.
    let ended = loop {
        let event = slow.next().await;
        match event["data"]["messageAdded"]["message"]["seq"].as_i64() {
            Some(seq) => seqs.push(seq),
            None => break event,
        }
    };
    let code = &ended["errors"][0]["extensions"]["code"];
    assert!(ended.is_null() || code == "SLOW_CONSUMER", "{ended:#}");
    assert!(seqs.len() < COUNT, "the reader was never too slow");
    let mut again = reader.feed(&large(), variables, Some(&slow.last)).await;
    while seqs.len() < COUNT {
        let event = again.next().await;
        let seq = &event["data"]["messageAdded"]["message"]["seq"];
        seqs.push(seq.as_i64().unwrap());
    }
    let got = Got {
        seqs,
        cursor: String::new(),
    };
    assert!(got.is_whole(COUNT), "{:?}", got.seqs);
}

#[tokio::test]
async fn g6_a_reader_that_is_gone_leaves_the_others_and_itself_unharmed() {
    let tidings = start().await;
    let sleep = thread::SLEEP.gid();
    let mut stays = tidings.listen_to("clinician", Some(&sleep)).await;
    for number in 0..20 {
        let mut goes = tidings.listen_to("clinician", Some(&sleep)).await;
        goes.socket.subscribe(MESSAGES, json!({})).await;
        drop(goes);
        let body = format!("{number}");
        tidings.caller("client").writes(&sleep, &body).await;
        stays.expect_message(&body).await;
    }
    stays.socket.settle().await;
}
