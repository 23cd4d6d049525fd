//! Opening the database: SQLite (readers beside one writer) or PostgreSQL (a pool).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};

use crate::error::{Result, StoreError};
use crate::writer::{Tx, Writer};

/// The rows of Tidings. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) read: DatabaseConnection,
    writer: Writer,
    statements: Arc<AtomicU64>,
    /// Whether this system lets clients and staff exchange messages at all.
    pub(crate) portal: bool,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("backend", &self.backend())
            .finish_non_exhaustive()
    }
}

/// Prepared statements that one connection keeps; more than the shapes of SQL that we write.
const STATEMENT_CACHE: usize = 512;

impl Store {
    /// Opens a database: `sqlite:PATH` (made if it is missing) or `postgres://…`.
    ///
    /// `connections` bounds the readers on SQLite and the pool on PostgreSQL, 1 to 1,000.
    pub async fn open(url: &str, connections: u32) -> Result<Self> {
        let statements = Arc::new(AtomicU64::new(0));
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            let text = "the database URL must begin with sqlite: or postgres:";
            return Err(StoreError::Options(text.to_owned()));
        }
        if sqlite {
            // The writer comes first: it makes the file and turns on the write-ahead log.
            let writer = connect(sqlite_options(url, 1, false), &statements).await?;
            let read = connect(sqlite_options(url, connections, true), &statements).await?;
            Ok(Self {
                read,
                writer: Writer::single(writer),
                statements,
                portal: true,
            })
        } else {
            let pool = connect(postgres_options(url, connections), &statements).await?;
            Ok(Self {
                read: pool.clone(),
                writer: Writer::pool(pool),
                statements,
                portal: true,
            })
        }
    }

    /// The same rows in a system whose portal is enabled or not, whatever its agencies say (CX-10).
    #[must_use]
    pub fn with_portal(self, portal: bool) -> Self {
        Self { portal, ..self }
    }

    /// Whether this system lets clients and staff exchange messages at all.
    #[must_use]
    pub fn portal(&self) -> bool {
        self.portal
    }

    /// Brings the schema up to date, and the index of search.
    pub async fn migrate(&self) -> Result<()> {
        tidings_migrations::up(self.writer.connection()).await?;
        self.fill_search().await
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// Begins a write. Nothing of it is stored before [`Tx::commit`] answers.
    pub async fn begin(&self) -> Result<Tx> {
        self.writer.begin().await
    }

    /// How many SQL statements this store has run since it was opened. For tests and metrics.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<()> {
        self.writer.connection().clone().close().await?;
        Ok(self.read.close().await?)
    }
}

async fn connect(
    options: ConnectOptions,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection> {
    let mut connection = Database::connect(options).await?;
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    Ok(connection)
}

fn common(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        // A ping before each use doubles the round trips; a broken connection shows itself.
        .test_before_acquire(false)
        // SECURITY: statements never reach logs or traces.
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

fn sqlite_options(url: &str, connections: u32, reader: bool) -> ConnectOptions {
    let mut options = common(url, connections);
    options.idle_timeout(None).max_lifetime(None);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options
            .create_if_missing(!reader)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL would lose acknowledged messages on power loss.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(15))
            .statement_cache_capacity(STATEMENT_CACHE)
            .pragma("cache_size", "-16384")
            // As much as SQLite maps at most: what is not mapped is copied at each look.
            .pragma("mmap_size", "2147418112")
            .pragma("temp_store", "memory")
            // What is erased is overwritten, not only given free (S-31).
            .pragma("secure_delete", "on");
        if reader {
            options.pragma("query_only", "on")
        } else {
            options
        }
    });
    options
}

fn postgres_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections);
    options.map_sqlx_postgres_opts(|options| {
        options
            .statement_cache_capacity(STATEMENT_CACHE)
            .application_name("tidings")
            // A page is some hundred rows: starting workers or a compiler for it costs twenty
            // times what it takes.
            .options([("max_parallel_workers_per_gather", "0"), ("jit", "off")])
    });
    options
}
