//! The event log: the truth of which every stream is a reading.
//!
//! **Order (G2).** A reader that has passed a position never meets an event behind it. SQLite's
//! single writer gives that by itself. On PostgreSQL an event carries its writing transaction, or
//! the newest that had ended before it was written, so that a write stands behind those it waited
//! for; and a reader stops at the horizon: the oldest transaction of this database still in
//! progress. Below it everything is decided, so nothing can appear there later; above it nothing is
//! read yet.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AgencyId, ClientId, Event, EventRecord, Position, ThreadId};

use crate::database::Store;
use crate::error::{Result, StoreError};
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// The oldest transaction of this database still in progress; events below it are final.
///
/// A snapshot names those of the whole cluster. One is passed over if its session is found to be in
/// another database; whatever cannot be told of it, such as when it has ended meanwhile, it counts. So
/// the horizon can fall back for a moment: nothing that was decided is asked about it again.
const HORIZON: &str = "CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) = \
     pg_snapshot_xmax(pg_current_snapshot()) \
     THEN pg_snapshot_xmax(pg_current_snapshot())::text::bigint \
     ELSE COALESCE((SELECT x.id FROM pg_snapshot_xip(pg_current_snapshot()) AS x (id) \
     WHERE NOT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
     WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' \
     AND l.transactionid = x.id::xid AND a.datid <> \
     (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) \
     ORDER BY x.id LIMIT 1), pg_snapshot_xmax(pg_current_snapshot()))::text::bigint END";

const COLUMNS: &str = "SELECT e.tx, e.seq, e.at, e.agency_id, e.thread_id, e.client_id, \
                       e.payload FROM event e WHERE ";

/// What an event is about, for the index that finds its readers.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// In which agency.
    pub agency: AgencyId,
    /// On which thread.
    pub thread: Option<ThreadId>,
    /// About which client.
    pub client: Option<ClientId>,
}

/// Which events count. On SQLite all can be read at once.
enum Readable {
    /// Those below the horizon.
    Now,
    /// Also those that a transaction in progress holds up.
    OrNot,
}

impl Tx {
    /// Writes an event, in the transaction of what it tells of.
    pub async fn emit(&self, subject: Subject, event: &Event, at: DateTime<Utc>) -> Result<()> {
        let payload =
            serde_json::to_string(event).map_err(|_| StoreError::Corrupt("event payload"))?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "INSERT INTO event (at, agency_id, thread_id, client_id, access, payload) VALUES (",
        );
        sql.bind(at)
            .push(", ")
            .bind(subject.agency)
            .push(", ")
            .bind(subject.thread);
        sql.push(", ")
            .bind(subject.client)
            .push(", ")
            .bind(event.changes_access())
            .push(", ")
            .bind(payload)
            .push(")");
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

impl Store {
    /// The events behind a position, in order, at most `limit`. Unscoped: whoever delivers one
    /// asks the law first.
    pub async fn events_after(&self, after: Position, limit: usize) -> Result<Vec<EventRecord>> {
        self.events(after, None, limit).await
    }

    /// Whether an event stands behind a position that cannot be read yet: its transaction, or one
    /// that began before it, is still in progress. Nobody says when that ends, so a reader that
    /// waits for such an event has to look again by itself. Only on PostgreSQL.
    pub async fn events_wait_behind(&self, after: Position) -> Result<bool> {
        if !Sql::new(self.backend()).postgres() {
            return Ok(false);
        }
        Ok(self.newest_position(Readable::OrNot).await? > after)
    }

    /// The events behind a position up to another that was reached before, in order, at most `limit`.
    /// What is decided stays so: the horizon, which may fall back for a moment, is not asked again.
    pub async fn events_between(
        &self,
        after: Position,
        up_to: Position,
        limit: usize,
    ) -> Result<Vec<EventRecord>> {
        self.events(after, Some(up_to), limit).await
    }

    async fn events(
        &self,
        after: Position,
        up_to: Option<Position>,
        limit: usize,
    ) -> Result<Vec<EventRecord>> {
        let mut sql = Sql::new(self.backend());
        sql.push(COLUMNS);
        place(&mut sql, ">", after);
        if let Some(up_to) = up_to {
            sql.push(" AND ");
            place(&mut sql, "<=", up_to);
        } else if sql.postgres() {
            sql.push(" AND e.tx < ").push(HORIZON);
        }
        sql.push(if sql.postgres() {
            " ORDER BY e.tx, e.seq LIMIT "
        } else {
            " ORDER BY e.seq LIMIT "
        });
        sql.number(limit);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(record).collect()
    }

    /// The events behind a position that change who may see what, in order, final or not.
    ///
    /// Only PostgreSQL needs it: there an event may stand before another in the log although its
    /// transaction committed after the other's. A relay applies every change of access that was
    /// committed before it delivers anything (G5), also one that a transaction in progress still
    /// holds above the horizon. On SQLite the log's order is the commits' order.
    pub async fn access_events_after(&self, after: Position) -> Result<Vec<EventRecord>> {
        let mut sql = Sql::new(self.backend());
        if !sql.postgres() {
            return Ok(Vec::new());
        }
        sql.push(COLUMNS);
        place(&mut sql, ">", after);
        sql.push(" AND e.access IS TRUE ORDER BY e.tx, e.seq");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(record).collect()
    }

    /// The present end of the log: everything up to it is visible to a query that begins after
    /// this answer, and everything behind it is still to come (G1).
    pub async fn log_end(&self) -> Result<Position> {
        let mut sql = Sql::new(self.backend());
        if sql.postgres() {
            sql.push("SELECT ")
                .push(HORIZON)
                .push(" - 1, 9223372036854775807");
        } else {
            sql.push(
                "SELECT 0, MAX(COALESCE((SELECT MAX(e.seq) FROM event e), 0), \
                 COALESCE((SELECT f.seq FROM event_floor f), 0))",
            );
        }
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(Position::START), position)
    }

    /// Behind every position that this log can have given out, as the end of the log or with an event.
    pub async fn log_edge(&self) -> Result<Position> {
        let mut sql = Sql::new(self.backend());
        if !sql.postgres() {
            return self.log_end().await;
        }
        sql.push("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1, ")
            .push("9223372036854775807");
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(Position::START), position)
    }

    /// Where the newest event stands that can be read; the start if there is none. On PostgreSQL
    /// [`log_end`](Self::log_end) moves with every transaction, this with events alone.
    pub async fn newest_event(&self) -> Result<Position> {
        self.newest_position(Readable::Now).await
    }

    async fn newest_position(&self, readable: Readable) -> Result<Position> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT e.tx, e.seq FROM event e");
        if sql.postgres() && matches!(readable, Readable::Now) {
            sql.push(" WHERE e.tx < ").push(HORIZON);
        }
        sql.push(" ORDER BY e.tx DESC, e.seq DESC LIMIT 1");
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(Position::START), position)
    }

    /// How far the log was pruned: a cursor before this place has expired (G3).
    pub async fn log_floor(&self) -> Result<Position> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT f.tx, f.seq FROM event_floor f WHERE f.id = 1");
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(Position::START), position)
    }

    /// Drops events and idempotency keys older than the given moments. Answers how many events.
    pub async fn prune(&self, events: DateTime<Utc>, keys: DateTime<Utc>) -> Result<u64> {
        let tx = self.begin().await?;
        let backend = tx.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("SELECT e.tx, e.seq FROM event e WHERE e.at < ")
            .bind(events);
        sql.push(" ORDER BY e.tx DESC, e.seq DESC LIMIT 1");
        let last = tx
            .query_one_raw(sql.statement())
            .await?
            .as_ref()
            .map(position)
            .transpose()?;
        let mut dropped = 0;
        if let Some(floor) = last {
            let mut sql = Sql::new(backend);
            sql.push("INSERT INTO event_floor (id, tx, seq) VALUES (1, ");
            sql.bind(floor.transaction).push(", ").bind(floor.seq);
            // Never back: another process may have pruned further.
            sql.push(
                ") ON CONFLICT (id) DO UPDATE SET tx = excluded.tx, seq = excluded.seq \
                 WHERE (event_floor.tx, event_floor.seq) < (excluded.tx, excluded.seq)",
            );
            tx.execute_raw(sql.statement()).await?;
            let mut sql = Sql::new(backend);
            sql.push("DELETE FROM event AS e WHERE ");
            place(&mut sql, "<=", floor);
            dropped = tx.execute_raw(sql.statement()).await?.rows_affected();
        }
        let mut sql = Sql::new(backend);
        sql.push("DELETE FROM idempotency_key WHERE created_at < ")
            .bind(keys);
        tx.execute_raw(sql.statement()).await?;
        tx.commit().await?;
        Ok(dropped)
    }
}

fn place(sql: &mut Sql, compare: &str, position: Position) {
    if sql.postgres() {
        sql.push("(e.tx, e.seq) ").push(compare).push(" (");
        sql.bind(position.transaction)
            .push(", ")
            .bind(position.seq)
            .push(")");
    } else {
        sql.push("e.seq ")
            .push(compare)
            .push(" ")
            .bind(position.seq);
    }
}

fn position(row: &QueryResult) -> Result<Position> {
    let mut row = Reader::new(row);
    Ok(Position {
        transaction: row.next()?,
        seq: row.next()?,
    })
}

fn record(row: &QueryResult) -> Result<EventRecord> {
    let mut row = Reader::new(row);
    let position = Position {
        transaction: row.next()?,
        seq: row.next()?,
    };
    let (at, agency, thread, client) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let payload: String = row.next()?;
    let event = serde_json::from_str(&payload).map_err(|_| StoreError::Corrupt("event payload"))?;
    Ok(EventRecord {
        position,
        at,
        agency,
        thread,
        client,
        event,
    })
}
