//! The hand-written endpoint: axum, sqlx, one prepared statement a page, rows read by position.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use clap::Args;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use uuid::Uuid;

use super::{json, sql};
use crate::machine::now;

/// As many as Tidings has by default.
const CONNECTIONS: u32 = 8;

/// Whose pages, of which database.
#[derive(Clone, Debug, Args)]
pub(crate) struct Whose {
    /// The database.
    #[arg(long)]
    pub(crate) url: String,
    /// The agency.
    #[arg(long)]
    pub(crate) agency: Uuid,
    /// A viewer who sees the Administrative threads of the agency.
    #[arg(long)]
    pub(crate) scheduler: Uuid,
    /// A viewer who sees the threads of some clients.
    #[arg(long)]
    pub(crate) clinician: Uuid,
    /// A thread that the clinician sees.
    #[arg(long)]
    pub(crate) thread: Uuid,
}

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Clone)]
struct Pages {
    pool: Pool,
    whose: Whose,
    today: NaiveDate,
}

struct Failed(sqlx::Error);

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

type Answer = Result<Response, Failed>;

pub(super) async fn router(whose: &Whose) -> Result<Router> {
    let pool = if whose.url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(&whose.url)?
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(15))
            .pragma("cache_size", "-16384")
            .pragma("mmap_size", "2147418112")
            .pragma("query_only", "on");
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None);
        Pool::Sqlite(pool.connect_with(options).await?)
    } else {
        let options = PgConnectOptions::from_str(&whose.url)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false);
        Pool::Postgres(pool.connect_with(options).await?)
    };
    Ok(Router::new()
        .route("/inbox/scheduler", get(scheduler))
        .route("/inbox/clinician", get(clinician))
        .route("/thread", get(thread))
        .route("/three-levels", get(three_levels))
        .with_state(Pages {
            pool,
            whose: whose.clone(),
            today: now().date_naive(),
        }))
}

fn answer(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Runs the statement of a page with its two parameters and writes its rows.
macro_rules! page {
    ($pages:ident, $sqlite:expr, $postgres:expr, $first:expr, $second:expr, $write:path) => {
        Ok(answer(match &$pages.pool {
            Pool::Sqlite(pool) => $write(
                &sqlx::query($sqlite)
                    .bind($first)
                    .bind($second)
                    .fetch_all(pool)
                    .await?,
            )?,
            Pool::Postgres(pool) => $write(
                &sqlx::query($postgres)
                    .bind($first)
                    .bind($second)
                    .fetch_all(pool)
                    .await?,
            )?,
        }))
    };
}

async fn scheduler(State(pages): State<Pages>) -> Answer {
    let whose = &pages.whose;
    let statement = sql::INBOX_SCHEDULER;
    page!(
        pages,
        statement,
        statement,
        whose.scheduler,
        whose.agency,
        json::inbox
    )
}

async fn clinician(State(pages): State<Pages>) -> Answer {
    let (sqlite, postgres) = (sql::INBOX_CLINICIAN_SQLITE, sql::INBOX_CLINICIAN_POSTGRES);
    page!(
        pages,
        sqlite,
        postgres,
        pages.whose.clinician,
        pages.today,
        json::inbox
    )
}

async fn thread(State(pages): State<Pages>) -> Answer {
    let whose = &pages.whose;
    page!(
        pages,
        sql::THREAD,
        sql::THREAD,
        whose.clinician,
        whose.thread,
        json::thread
    )
}

async fn three_levels(State(pages): State<Pages>) -> Answer {
    let whose = &pages.whose;
    let statement = sql::THREE_LEVELS;
    page!(
        pages,
        statement,
        statement,
        whose.scheduler,
        whose.agency,
        json::three_levels
    )
}
