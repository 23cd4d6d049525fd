//! Writes. On PostgreSQL a write is a transaction of the pool. On SQLite all writes share one
//! connection, and writes that wait for each other share one commit:
//!
//! A write runs inside a savepoint of an outer transaction. When it is done, it queues for the
//! connection once more, behind the writes that were waiting already; those run in the same outer
//! transaction. Whoever then finds the group uncommitted commits it, and all of its members are
//! answered at once. The disk's sync in flight makes the next group; there is no timer.

use std::ops::Deref;
use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::error::{Result, StoreError};

#[derive(Clone)]
pub(crate) enum Writer {
    Pool(DatabaseConnection),
    Single {
        connection: DatabaseConnection,
        group: Arc<Mutex<Group>>,
    },
}

/// The writes that will be committed together.
pub(crate) struct Group {
    connection: DatabaseConnection,
    /// The transaction that they share, once the first has begun.
    outer: Option<DatabaseTransaction>,
    /// Whether a turn ended half-way: its savepoint is open still, and must be taken back before
    /// anything else happens here.
    abandoned: bool,
    /// Who waits for its commit.
    members: Vec<oneshot::Sender<Result<(), String>>>,
}

impl Writer {
    pub(crate) fn pool(connection: DatabaseConnection) -> Self {
        Self::Pool(connection)
    }

    pub(crate) fn single(connection: DatabaseConnection) -> Self {
        let group = Group {
            connection: connection.clone(),
            outer: None,
            abandoned: false,
            members: Vec::new(),
        };
        Self::Single {
            connection,
            group: Arc::new(Mutex::new(group)),
        }
    }

    pub(crate) fn connection(&self) -> &DatabaseConnection {
        match self {
            Self::Pool(connection) | Self::Single { connection, .. } => connection,
        }
    }

    pub(crate) async fn begin(&self) -> Result<Tx> {
        match self {
            Self::Pool(pool) => Ok(Tx(Some(Unit::Whole(pool.begin().await?)))),
            Self::Single { group, .. } => {
                let lock = Arc::clone(group);
                let mut turn = Turn {
                    group: Arc::clone(&lock).lock_owned().await,
                    lock,
                    open: false,
                };
                turn.open().await?;
                Ok(Tx(Some(Unit::Part(turn))))
            }
        }
    }
}

impl Writer {
    /// Takes what was erased out of the database's own files. SQLite overwrites erased content in its
    /// pages by itself; older pages wait in the write-ahead log until it is emptied. PostgreSQL keeps
    /// old versions of rows until they are vacuumed.
    pub(crate) async fn clean(&self) -> Result<()> {
        match self {
            Self::Pool(pool) => {
                pool.execute_unprepared("VACUUM message, thread, attachment")
                    .await?;
            }
            Self::Single { connection, group } => {
                let mut group = Arc::clone(group).lock_owned().await;
                group.tidy().await;
                group.commit().await;
                connection
                    .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                    .await?;
            }
        }
        Ok(())
    }
}

/// A write in progress. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx(Option<Unit>);

enum Unit {
    Whole(DatabaseTransaction),
    Part(Turn),
}

/// One write's turn on the shared connection.
struct Turn {
    group: OwnedMutexGuard<Group>,
    lock: Arc<Mutex<Group>>,
    /// Whether the savepoint is there.
    open: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        // However a turn ends before its time (a runtime that shuts down, a database that fails),
        // the next one finds out.
        self.group.abandoned |= self.open;
    }
}

impl Turn {
    async fn open(&mut self) -> Result<()> {
        self.group.tidy().await;
        if self.group.outer.is_none() {
            // IMMEDIATE: a transaction that turns from reading to writing half-way fails at once
            // when another process has written in between.
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            self.group.outer = Some(self.group.connection.begin_with_options(options).await?);
        }
        self.group.run("SAVEPOINT unit").await?;
        self.open = true;
        Ok(())
    }

    /// Ends the turn and waits until the group is on disk.
    async fn commit(mut self) -> Result<()> {
        self.group.run("RELEASE unit").await?;
        self.open = false;
        let (done, mut committed) = oneshot::channel();
        self.group.members.push(done);
        let lock = Arc::clone(&self.lock);
        drop(self);
        let mut group = lock.lock_owned().await;
        if let Ok(outcome) = committed.try_recv() {
            return outcome.map_err(StoreError::Commit);
        }
        group.tidy().await;
        group.commit().await;
        drop(group);
        let lost = |_| StoreError::Commit("the writer is gone".to_owned());
        committed.await.map_err(lost)?.map_err(StoreError::Commit)
    }

    /// Takes this write back; the others of the group stand.
    async fn roll_back(mut self) {
        self.open = false;
        self.group.abandoned = true;
        self.group.tidy().await;
    }
}

impl Group {
    async fn run(&self, sql: &str) -> Result<()> {
        if let Some(outer) = &self.outer {
            outer.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    /// Takes back what a turn left half-way. A transaction that nobody waits for ends, too, so that
    /// it keeps no other process from writing.
    async fn tidy(&mut self) {
        if !self.abandoned {
            return;
        }
        let undone =
            self.run("ROLLBACK TO unit").await.is_ok() && self.run("RELEASE unit").await.is_ok();
        if (!undone || self.members.is_empty())
            && let Some(outer) = self.outer.take()
        {
            let failed = "a write of the same group could not be taken back";
            let _gone = outer.rollback().await;
            self.answer(&Err(failed.to_owned()));
        }
        self.abandoned = false;
    }

    async fn commit(&mut self) {
        let outcome = match self.outer.take() {
            Some(outer) => outer
                .commit()
                .await
                .map_err(|error: DbErr| error.to_string()),
            None => Ok(()),
        };
        self.answer(&outcome);
    }

    fn answer(&mut self, outcome: &Result<(), String>) {
        for member in self.members.drain(..) {
            let _nobody_waits = member.send(outcome.clone());
        }
    }
}

impl Tx {
    /// Stores the write. When this answers, it is on disk.
    pub async fn commit(mut self) -> Result<()> {
        match self.0.take() {
            Some(Unit::Whole(transaction)) => Ok(transaction.commit().await?),
            // A task of its own: whoever asked may go away, the group must still be committed.
            Some(Unit::Part(turn)) => tokio::spawn(turn.commit())
                .await
                .map_err(|error| StoreError::Commit(error.to_string()))?,
            None => Ok(()),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // A dropped pool transaction rolls back by itself.
        if let Some(Unit::Part(turn)) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(turn.roll_back());
        }
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        let transaction = match &self.0 {
            Some(Unit::Whole(transaction)) => Some(transaction),
            Some(Unit::Part(turn)) => turn.group.outer.as_ref(),
            None => None,
        };
        #[expect(
            clippy::expect_used,
            reason = "only commit and drop take it out, by value"
        )]
        transaction.expect("a write in progress has its transaction")
    }
}
