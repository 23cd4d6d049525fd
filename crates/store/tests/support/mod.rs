//! A database per test: a SQLite file, or, with `TIDINGS_TEST_DATABASE_URL`, a PostgreSQL database
//! cloned from a template that is migrated once. Either is gone when its [`Db`] is dropped.

pub(crate) mod dice;
pub(crate) mod world;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeZone, Utc};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult,
    Statement,
};
use tidings_store::Store;
use tokio::sync::OnceCell;

/// The variable with the URL of the PostgreSQL to test on.
const DATABASE_URL: &str = "TIDINGS_TEST_DATABASE_URL";

/// Readers of a store, unless a test says otherwise.
const CONNECTIONS: u32 = 6;

/// A database of a test's own.
pub(crate) struct Db {
    pub(crate) store: Store,
    pub(crate) url: String,
    home: Home,
}

/// Where the database lies, to be deleted in the end.
enum Home {
    Folder(PathBuf),
    Server { url: String, name: String },
}

impl Db {
    /// A fresh, migrated database.
    pub(crate) async fn fresh() -> Self {
        Self::with_connections(CONNECTIONS).await
    }

    /// The same, with so many readers (SQLite) or pooled connections (PostgreSQL).
    pub(crate) async fn with_connections(connections: u32) -> Self {
        let name = unique();
        let (url, home) = match std::env::var(DATABASE_URL) {
            Ok(server) => on_server(&server, &name).await,
            Err(_) => in_folder(&name),
        };
        let store = Store::open(&url, connections).await.unwrap();
        if matches!(home, Home::Folder(_)) {
            store.migrate().await.unwrap();
        }
        Self { store, url, home }
    }

    /// Whether this is PostgreSQL.
    pub(crate) fn postgres(&self) -> bool {
        self.store.backend() == DbBackend::Postgres
    }

    /// Another store on the same database, as another process would open it.
    pub(crate) async fn another(&self) -> Store {
        Store::open(&self.url, CONNECTIONS).await.unwrap()
    }

    /// One connection beside the store, to look at the database from outside.
    pub(crate) async fn outside(&self) -> Outside {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(1).sqlx_logging(false);
        Outside(Database::connect(options).await.unwrap())
    }

    /// The database's file, on SQLite.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match &self.home {
            Home::Folder(folder) => Some(folder.join("tidings.db")),
            Home::Server { .. } => None,
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        match &self.home {
            Home::Folder(folder) => {
                let _left_behind = std::fs::remove_dir_all(folder);
            }
            Home::Server { url, name } => {
                let (url, sql) = (
                    url.clone(),
                    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
                );
                // A thread of its own: a runtime cannot be entered from within another.
                let dropped = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build();
                    if let Ok(runtime) = runtime {
                        runtime.block_on(async { admin(&url).await.run(&sql).await });
                    }
                });
                let _left_behind = dropped.join();
            }
        }
    }
}

fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("tidings_store_test_{}_{number}", std::process::id())
}

fn in_folder(name: &str) -> (String, Home) {
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite:{}", folder.join("tidings.db").display());
    (url, Home::Folder(folder))
}

async fn on_server(server: &str, name: &str) -> (String, Home) {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| template(server)).await;
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    admin(server).await.run(&sql).await;
    let home = Home::Server {
        url: server.to_owned(),
        name: name.to_owned(),
    };
    (database_url(server, name), home)
}

/// The migrated database that the others are copies of, named after the schema, made by whichever
/// process comes first.
async fn template(server: &str) -> String {
    let mut hash = DefaultHasher::new();
    tidings_migrations::snapshot(tidings_migrations::Dialect::Postgres).hash(&mut hash);
    let name = format!("tidings_template_{:016x}", hash.finish());
    let admin = admin(server).await;
    admin.run("SELECT pg_advisory_lock(7446)").await;
    let exists = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    if admin.rows(&exists).await.is_empty() {
        let raw = format!("{name}_raw");
        admin
            .run(&format!("DROP DATABASE IF EXISTS {raw} WITH (FORCE)"))
            .await;
        admin.run(&format!("CREATE DATABASE {raw}")).await;
        let store = Store::open(&database_url(server, &raw), 1).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        // The server lets go of a closed connection a moment later; the rename waits for it.
        let gone = format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{raw}'"
        );
        admin.rows(&gone).await;
        admin
            .run(&format!("ALTER DATABASE {raw} RENAME TO {name}"))
            .await;
    }
    name
}

async fn admin(server: &str) -> Outside {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    Outside(Database::connect(options).await.unwrap())
}

/// The server's URL with another database.
fn database_url(server: &str, name: &str) -> String {
    let (head, tail) = server
        .split_once('?')
        .map_or((server, None), |(h, t)| (h, Some(t)));
    let base = head.rsplit_once('/').map_or(head, |(base, _)| base);
    match tail {
        Some(tail) => format!("{base}/{name}?{tail}"),
        None => format!("{base}/{name}"),
    }
}

/// A connection that looks at the database from outside the store.
pub(crate) struct Outside(pub(crate) DatabaseConnection);

impl Outside {
    /// Runs SQL without an answer.
    pub(crate) async fn run(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap();
    }

    /// The rows of a query.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        self.0.query_all_raw(raw(&self.0, sql)).await.unwrap()
    }
}

/// A statement of a test's own.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at the database from outside"
)]
pub(crate) fn raw(db: &impl ConnectionTrait, sql: &str) -> Statement {
    Statement::from_string(db.get_database_backend(), sql.to_owned())
}

/// A moment of the day on which all tests play, in seconds since its beginning in UTC.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 10, 0, 0, 0).unwrap() + chrono::Duration::seconds(seconds)
}
