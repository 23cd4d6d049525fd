//! A database for each test: a SQLite file, or a PostgreSQL database cloned from a template that
//! is migrated and seeded once.

use std::path::Path;

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tidings_domain::{MockClock, RandomIds};
use tidings_server::config::Config;
use tidings_server::{Parts, Server};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{noon, rand_u128};

/// The template's name, once it is there.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A database that goes away with its test.
pub(crate) struct Database {
    folder: TempDir,
    url: String,
    server: Option<String>,
}

impl Database {
    /// A fresh, seeded database.
    pub(crate) async fn fresh() -> Self {
        let folder = TempDir::new().unwrap();
        let Ok(server) = std::env::var("TIDINGS_TEST_DATABASE_URL") else {
            let url = format!("sqlite:{}", folder.path().join("tidings.db").display());
            return Self {
                folder,
                url,
                server: None,
            };
        };
        let template = TEMPLATE.get_or_init(|| template(server.clone())).await;
        let name = format!("tidings_{}", Uuid::from_u128(rand_u128()).simple());
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        run(&server, &create).await;
        let url = at(&server, &name);
        Self {
            folder,
            url,
            server: Some(server),
        }
    }

    /// A folder of the test's own.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database's URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL on it, behind the server's back.
    pub(crate) async fn alter(&self, sql: &str) {
        if self.is_postgres() {
            return run(&self.url, sql).await;
        }
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }

    /// Whether it is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.server.is_some()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        let name = self.url.rsplit('/').next().unwrap_or_default().to_owned();
        // A test's runtime may be gone or busy: a thread with one of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            runtime.unwrap().block_on(run(&server, &drop));
        });
        let _best_effort = dropped.join();
    }
}

async fn template(server: String) -> String {
    let name = format!("tidings_template_{}", std::process::id());
    run(&server, &format!("CREATE DATABASE {name}")).await;
    let folder = TempDir::new().unwrap();
    let environment = vec![
        ("TIDINGS_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        (
            "TIDINGS_DATA_DIR".to_owned(),
            folder.path().display().to_string(),
        ),
        ("TIDINGS_DATABASE_URL".to_owned(), at(&server, &name)),
        ("TIDINGS_BUS".to_owned(), "local".to_owned()),
    ];
    let config = Config::read(None, folder.path(), environment).unwrap();
    let clock = std::sync::Arc::new(MockClock::new(noon()));
    let parts = Parts {
        clock,
        ids: std::sync::Arc::new(RandomIds),
    };
    let server = Server::start(&config, parts).await.unwrap();
    let store = server.service.store.clone();
    server.stop().await.unwrap();
    store.close().await.unwrap();
    name
}

async fn run(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

fn at(server: &str, database: &str) -> String {
    let (path, query) = server
        .split_once('?')
        .map_or((server, ""), |(path, query)| (path, query));
    let base = path.rsplit_once('/').map_or(path, |(base, _)| base);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{base}/{database}{mark}{query}")
}
