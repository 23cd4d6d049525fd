//! Durable messages beside single commits in a loop.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::graphql::{Sender, pages, text};
use crate::http::Connection;
use crate::out::note;
use crate::server::{Place, Server};
use crate::table::{Bound, Line, median};
use crate::work::{Kind, Work};

/// How many send at the same time, and what share of single commits they must reach.
const SENDERS: [(usize, Bound); 3] = [
    (1, Bound::Open),
    (16, Bound::Open),
    (256, Bound::AtLeast(10.0)),
];

/// One who sends, waits for the answer, and sends again.
struct Hand {
    connection: Connection,
    sender: Sender,
}

/// Rate and median latency of one slice.
struct Slice {
    rate: f64,
    /// Milliseconds.
    latency: f64,
}

/// Measures sending on one database.
pub(crate) async fn measure(work: &mut Work, kind: Kind) -> Result<Vec<Line>> {
    let size = work.size;
    let place = work.copy(kind, size, "sent").await?;
    let alone = work.empty(kind, "commits").await?;
    let ours = work.tidings.serve(&place).await?;
    let hands = hands(work, &ours).await?;
    ensure!(hands.len() == 256, "too few threads to send into");
    let mut hands = hands;
    let mut lines = Vec::new();
    for (count, bound) in SENDERS {
        note(&format!("{}: {count} senders", place.kind()));
        let (mut sent, mut committed) = (Vec::new(), Vec::new());
        let mut cpu = Vec::new();
        for round in 0..=work.pace.rounds {
            let before = ours.processes().used();
            let slice = send(&mut hands[..count], work.pace.slice).await?;
            let cost = ours.processes().since(&before);
            let single = commits(work, &alone).await?;
            if round > 0 {
                cpu.push(cost / (slice.rate * work.pace.slice.as_secs_f64()));
                sent.push(slice);
                committed.push(single);
            }
        }
        let of =
            |slices: &[Slice], what: fn(&Slice) -> f64| median(slices.iter().map(what).collect());
        lines.push(Line {
            what: format!("{}: sendMessage, {count} at once, rate", place.kind()),
            ours: of(&sent, |slice| slice.rate),
            against: of(&committed, |slice| slice.rate),
            unit: "durable/s",
            bound,
        });
        if count == 1 {
            lines.push(Line {
                what: format!("{}: sendMessage, latency / one commit", place.kind()),
                ours: of(&sent, |slice| slice.latency),
                against: of(&committed, |slice| slice.latency),
                unit: "ms",
                bound: Bound::AtMost(2.0),
            });
        }
        note(&format!(
            "{}: {:.0} us of CPU a message",
            place.kind(),
            median(cpu)
        ));
    }
    Ok(lines)
}

/// Senders into threads of their own.
async fn hands(work: &Work, server: &Server) -> Result<Vec<Hand>> {
    let landmarks = Work::landmarks(&work.size)?;
    let token = work.tidings.token(landmarks.clinical_admin.0)?;
    let threads = pages(server.address, &token, "inbox", "id viewerCanReply", 1_000).await?;
    let open = threads
        .iter()
        .filter(|thread| thread["viewerCanReply"] == json!(true));
    let ids = open
        .filter_map(|thread| text(thread, "/id"))
        .take(256)
        .enumerate();
    let open = ids.map(|(at, id)| {
        let sender = Sender::new(token.clone(), id, format!("hand-{at}"));
        async {
            let connection = Connection::open(server.address).await?;
            Ok(Hand { connection, sender })
        }
    });
    try_join_all(open).await
}

async fn send(hands: &mut [Hand], time: Duration) -> Result<Slice> {
    let begun = Instant::now();
    let loops = hands.iter_mut().map(|hand| async move {
        let mut took = Vec::new();
        while begun.elapsed() < time {
            let before = Instant::now();
            let request = hand.sender.next();
            let answer = hand.connection.ask(&request).await?;
            ensure!(
                Sender::is_sent(answer),
                "{}",
                String::from_utf8_lossy(answer)
            );
            took.push(before.elapsed().as_secs_f64() * 1e3);
        }
        Ok(took)
    });
    let took: Vec<f64> = try_join_all(loops).await?.concat();
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Slice {
        rate: f64::from(u32::try_from(took.len())?) / seconds,
        latency: median(took),
    })
}

/// A slice of single commits, in a process of their own.
async fn commits(work: &Work, place: &Place) -> Result<Slice> {
    let program = std::env::current_exe()?;
    let mut command = crate::machine::command(&program, work.tidings.pinned);
    let time = work.pace.slice.as_millis().to_string();
    command.args(["limit", "commits", "--url", &place.url, "--time", &time]);
    let mut command = tokio::process::Command::from(command);
    let output = command.kill_on_drop(true).output().await?;
    let text = String::from_utf8(output.stdout)?;
    let parsed = text.trim().split_once(' ').and_then(|(rate, micros)| {
        Some(Slice {
            rate: rate.parse().ok()?,
            latency: micros.parse::<f64>().ok()? / 1e3,
        })
    });
    parsed.with_context(|| format!("commits: {}", String::from_utf8_lossy(&output.stderr)))
}
