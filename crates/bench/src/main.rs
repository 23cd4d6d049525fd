//! Tidings measured beside its limits, in one run on one machine: only ratios count.
//!
//! `docs/benchmarks.md` says how to run it and how to read it.

mod compare;
mod delivery;
mod graphql;
mod growth;
mod http;
mod limit;
mod machine;
mod out;
mod postgres;
mod queries;
mod send;
mod server;
mod sockets;
mod table;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tidings_server::seed::Size;

use crate::table::Line;
use crate::work::{Kind, Pace, Work};

/// The same as Tidings uses: the limits must not differ by it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Tidings beside its limits.
#[derive(Debug, Parser)]
#[command(name = "tidings-bench", version)]
struct Arguments {
    /// 1,000 clients, 10,000 threads and 100,000 messages instead of ten times as many.
    #[arg(long, global = true)]
    small: bool,
    /// Exit with 1 when a ratio breaks its bound.
    #[arg(long, global = true)]
    check: bool,
    /// Only this database; both if left out.
    #[arg(long, global = true)]
    database: Option<Kind>,
    /// Rounds of (ours, limit).
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    rounds: u8,
    /// Milliseconds of one slice of a round.
    #[arg(long, global = true, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(50..=60_000))]
    slice: u64,
    /// A folder in which seeded databases are kept for the next run, and found.
    #[arg(long, global = true)]
    keep: Option<PathBuf>,
    /// The program to measure instead of the release build of this workspace.
    #[arg(long, global = true)]
    tidings: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

/// What is measured; everything if nothing is named.
#[derive(Debug, Subcommand)]
enum What {
    /// Inbox, thread page and three levels beside a hand-written endpoint.
    Queries,
    /// sendMessage beside single commits in a loop.
    Send,
    /// Events to many sockets beside a bare broadcaster; memory of an idle subscriber.
    Delivery,
    /// Ten times the threads, and an event among 5,000 idle sockets.
    Growth,
    /// How long seeding takes.
    SeedTimes,
    /// The limits, which the others start.
    #[command(hide = true, subcommand)]
    Limit(limit::Limit),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.what {
        Some(What::Limit(limit)) => limit::run(limit).map(|()| true),
        _ => run(arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            out::note(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs until everything is measured or a signal comes; whether all bounds hold, where it matters.
fn run(arguments: Arguments) -> Result<bool> {
    let check = arguments.check;
    // One thread: that of the client.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let lines = runtime.enable_all().build()?.block_on(async {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            lines = measure(arguments) => lines,
            _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
            _ = terminate.recv() => anyhow::bail!("terminated"),
        }
    })?;
    Ok(!check || lines.iter().all(Line::holds))
}

async fn measure(arguments: Arguments) -> Result<Vec<Line>> {
    let scale = if arguments.small { 1 } else { 10 };
    let size = Size {
        clients: 1_000 * scale,
        staff: 200,
        threads: 10_000 * scale,
        messages: 100_000 * scale,
        seed: 1,
    };
    let pace = Pace {
        rounds: usize::from(arguments.rounds),
        slice: Duration::from_millis(arguments.slice),
    };
    let mut work = Work::begin(size, pace, arguments.keep, arguments.tidings)?;
    let kinds = match arguments.database {
        Some(kind) => vec![kind],
        None if postgres::is_installed() => vec![Kind::Sqlite, Kind::Postgres],
        None => {
            out::note("no PostgreSQL here (Debian's `postgresql`): SQLite only");
            vec![Kind::Sqlite]
        }
    };
    let mut lines = Vec::new();
    let what = arguments.what;
    let wants = |one: fn(&What) -> bool| what.as_ref().is_none_or(one);
    for kind in kinds {
        work.seeded(kind, size).await?;
        if wants(|what| matches!(what, What::Queries)) {
            lines.extend(queries::measure(&mut work, kind).await?);
        }
        if wants(|what| matches!(what, What::Growth)) {
            lines.extend(growth::pages(&mut work, kind).await?);
        }
        if wants(|what| matches!(what, What::Send)) {
            lines.extend(send::measure(&mut work, kind).await?);
        }
        if wants(|what| matches!(what, What::Delivery)) {
            lines.extend(delivery::measure(&mut work, kind).await?);
        }
        if wants(|what| matches!(what, What::Growth)) {
            lines.extend(growth::event(&mut work, kind).await?);
        }
    }
    if !lines.is_empty() {
        out::line(&table::render(&lines));
    }
    for seeding in &work.seedings {
        let rows = seeding.size.threads + seeding.size.messages + seeding.size.clients;
        let rate = f64::from(u32::try_from(rows)?) / seeding.seconds;
        out::line(&format!(
            "seeding {}: {} threads and {} messages in {:.1} s, {rate:.0} rows/s",
            seeding.database, seeding.size.threads, seeding.size.messages, seeding.seconds,
        ));
    }
    Ok(lines)
}
