//! Single commits in a loop: what one row costs that must be on disk before the next.

use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use crate::machine::now;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS bench_commit (id char(36) PRIMARY KEY, \
     body text NOT NULL, created_at text NOT NULL)";
const INSERT: &str = "INSERT INTO bench_commit (id, body, created_at) VALUES ($1, $2, $3)";

/// Where, and for how long.
#[derive(Clone, Debug, Args)]
pub(crate) struct Commits {
    /// A database of its own: a table is made in it.
    #[arg(long)]
    pub(crate) url: String,
    /// Milliseconds.
    #[arg(long)]
    pub(crate) time: u64,
}

/// Commits until the time is over; answers how long each took.
macro_rules! commit {
    ($connection:expr, $time:expr) => {{
        let connection = &mut $connection;
        sqlx::query(TABLE).execute(&mut *connection).await?;
        let mut took = Vec::new();
        let begun = Instant::now();
        let number = u128::from(std::process::id()) << 64
            | u128::from(now().timestamp_micros().unsigned_abs());
        while begun.elapsed() < $time {
            let before = Instant::now();
            let id = Uuid::from_u128(number + (u128::try_from(took.len()).unwrap_or(0) << 96));
            sqlx::query(INSERT)
                .bind(id.to_string())
                .bind("Thank you, I shall be there at nine.")
                .bind(now().to_rfc3339())
                .execute(&mut *connection)
                .await?;
            took.push(before.elapsed());
        }
        (took, begun.elapsed())
    }};
}

impl Commits {
    /// Prints commits a second and the median in microseconds.
    pub(super) async fn run(&self) -> Result<()> {
        let time = Duration::from_millis(self.time);
        let (mut took, elapsed) = if self.url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(&self.url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let mut connection = options.connect().await?;
            let done = commit!(connection, time);
            connection.close().await?;
            done
        } else {
            let mut connection = PgConnectOptions::from_str(&self.url)?.connect().await?;
            let done = commit!(connection, time);
            connection.close().await?;
            done
        };
        took.sort_unstable();
        let count = u32::try_from(took.len())?;
        let median = took.get(took.len() / 2).copied().unwrap_or_default();
        let rate = f64::from(count) / elapsed.as_secs_f64();
        crate::out::line(&format!("{rate} {}", median.as_secs_f64() * 1e6));
        Ok(())
    }
}
