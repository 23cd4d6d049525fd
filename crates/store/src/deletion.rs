//! Deleting for everybody, and erasing what was deleted. Unscoped: who may is the law's to say, and
//! an admin may without seeing (K4). The callers hold the thread's lock.

mod purge;
mod thread;
mod tombstone;

use crate::entities::thread as threads;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{AgencyId, MessageId, Principal, PrincipalKind, ThreadId};
use tidings_policy::MessageFacts;

pub use purge::{DueThread, Purged};
pub use tombstone::{DeletedMessageRow, TombstoneRow};

/// A message that is not deleted, as the law and a deletion need it.
#[derive(Clone, Copy, Debug)]
pub struct Deletable {
    /// The message.
    pub id: MessageId,
    /// Its number in the thread.
    pub seq: i64,
    /// What the law asks.
    pub facts: MessageFacts,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// A deletion: who, when, and from when on its content may be erased.
#[derive(Clone, Copy, Debug)]
pub struct Deletion {
    /// The staff member.
    pub by: Principal,
    /// When.
    pub at: DateTime<Utc>,
    /// When the content goes.
    pub purge_after: DateTime<Utc>,
}

impl Tx {
    /// The thread of a message of an agency, whoever sees it.
    pub async fn thread_of_message(
        &self,
        agency: AgencyId,
        message: MessageId,
    ) -> Result<Option<ThreadId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT t.id FROM message m JOIN thread t ON t.id = m.thread_id WHERE m.id = ");
        sql.bind(message).push(" AND t.agency_id = ").bind(agency);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).next()).transpose()
    }

    /// A thread of an agency, locked until the end of the write, whoever sees it.
    pub async fn lock_to_delete(
        &self,
        agency: AgencyId,
        id: ThreadId,
    ) -> Result<Option<threads::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<threads::Model>("t");
        sql.push(" FROM thread t WHERE t.id = ").bind(id);
        sql.push(" AND t.agency_id = ").bind(agency);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// A message of a locked thread, unless it is deleted.
    pub async fn deletable(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<Deletable>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "SELECT m.id, m.seq, m.author_kind, m.author_id, m.seen_by_client_at, m.created_at ",
        );
        sql.push("FROM message m WHERE m.deleted_at IS NULL AND m.thread_id = ")
            .bind(thread);
        sql.push(" AND m.id = ").bind(message);
        let Some(row) = self.query_one_raw(sql.statement()).await? else {
            return Ok(None);
        };
        let mut row = Reader::new(&row);
        let (id, seq) = (row.next()?, row.next()?);
        let kind: PrincipalKind = row.next()?;
        let author = Principal::new(kind, row.next()?);
        let seen: Option<DateTime<Utc>> = row.next()?;
        let facts = MessageFacts {
            author,
            seen_by_client: seen.is_some(),
        };
        Ok(Some(Deletable {
            id,
            seq,
            facts,
            sent_at: row.next()?,
        }))
    }

    /// Deletes one message of a locked thread. Its number stays taken; nobody has it unread any more,
    /// and the thread shows the message before it as its newest.
    pub async fn delete_message(
        &self,
        thread: &threads::Model,
        message: Deletable,
        deletion: Deletion,
    ) -> Result<()> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("UPDATE message SET pinned_at = NULL, deleted_at = ")
            .bind(deletion.at);
        sql.push(" WHERE id = ").bind(message.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE attachment SET sent_at = NULL, deleted_at = ")
            .bind(deletion.at);
        sql.push(" WHERE message_id = ").bind(message.id);
        self.execute_raw(sql.statement()).await?;
        self.count_deleted(thread.id, message.seq).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread SET deleted_messages = deleted_messages + 1, last_message_id = ");
        sql.push("COALESCE((SELECT m.id FROM message m WHERE m.thread_id = ")
            .bind(thread.id);
        sql.push(" AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1), last_message_id)");
        sql.push(" WHERE id = ").bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        self.entomb(thread, message.seq, deletion).await
    }

    /// Keeps everybody's count of unread messages exact: the message counts as one less in the
    /// thread, so for whom it was read it must count as one less that was read. With its mark, if
    /// there was one, an exception goes that no longer means anything.
    async fn count_deleted(&self, thread: ThreadId, seq: i64) -> Result<()> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread_state SET unread_adjust = unread_adjust + 1 WHERE thread_id = ")
            .bind(thread);
        sql.push(" AND (read_seq >= ").bind(seq);
        sql.push(") <> EXISTS (SELECT 1 FROM message_mark k WHERE k.viewer_id = ");
        sql.push("thread_state.viewer_id AND k.thread_id = thread_state.thread_id AND k.seq = ");
        sql.bind(seq).push(")");
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("DELETE FROM message_mark WHERE viewer_id IN (SELECT s.viewer_id ");
        sql.push("FROM thread_state s WHERE s.thread_id = ")
            .bind(thread);
        sql.push(") AND thread_id = ").bind(thread);
        sql.push(" AND seq = ").bind(seq);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    async fn entomb(&self, thread: &threads::Model, seq: i64, deletion: Deletion) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO tombstone (thread_id, seq, agency_id, deleted_at, deleted_by_kind, ");
        sql.push("deleted_by_id, purge_after) VALUES (")
            .bind(thread.id);
        sql.push(", ").bind(seq).push(", ");
        deletion.values(&mut sql, thread);
        sql.push(")");
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

impl Deletion {
    /// Adds what a tombstone says besides its place.
    fn values(&self, sql: &mut Sql, thread: &threads::Model) {
        sql.bind(thread.agency_id);
        // As a parameter of a `SELECT` PostgreSQL would not know its type.
        sql.push(", CAST(").bind(self.at);
        sql.push(if sql.postgres() {
            " AS TIMESTAMPTZ)"
        } else {
            " AS TEXT)"
        });
        sql.push(", '").push(self.by.kind().as_str()).push("', ");
        sql.bind(self.by.uuid());
        sql.push(", CAST(").bind(self.purge_after);
        sql.push(if sql.postgres() {
            " AS TIMESTAMPTZ)"
        } else {
            " AS TEXT)"
        });
    }
}
