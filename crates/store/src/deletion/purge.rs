//! Erasing the content of what was deleted (S-31, P-20).

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{AgencyId, MessagingPolicy, ThreadId};
use uuid::Uuid;

use crate::database::Store;
use crate::entities::thread;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::viewer::switches;
use crate::writer::Tx;

/// A thread of which something deleted may be erased by its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueThread {
    /// The agency.
    pub agency: AgencyId,
    /// The thread.
    pub thread: ThreadId,
}

/// What was erased of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// The numbers of the messages; 0 stands for the thread's subject.
    pub seqs: Vec<i64>,
    /// The files of their attachments, which go after the commit.
    pub files: Vec<Uuid>,
}

impl Store {
    /// Threads of which something is due to be erased, none of them about a client whose record is
    /// held; behind this one, by id, and at most `limit`.
    pub async fn due_threads(
        &self,
        now: DateTime<Utc>,
        after: ThreadId,
        limit: usize,
    ) -> Result<Vec<DueThread>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT DISTINCT b.agency_id, b.thread_id FROM tombstone b JOIN thread t ");
        sql.push("ON t.id = b.thread_id WHERE b.purged_at IS NULL AND b.purge_after <= ")
            .bind(now);
        sql.push(" AND b.thread_id > ").bind(after);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.client_id = t.client_id)");
        sql.push(" AND NOT EXISTS (SELECT 1 FROM thread_client y JOIN legal_hold h ON ");
        sql.push("h.client_id = y.client_id WHERE y.thread_id = t.id) ORDER BY b.thread_id LIMIT ");
        sql.number(limit);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                Ok(DueThread {
                    agency: row.next()?,
                    thread: row.next()?,
                })
            })
            .collect()
    }

    /// Takes what was erased out of the database's own files, as far as it can be told to: SQLite
    /// empties its write-ahead log, PostgreSQL frees the old versions of the rows.
    pub async fn forget_erased(&self) -> Result<()> {
        self.writer().clean().await
    }
}

impl Tx {
    /// The policy in force in an agency.
    pub async fn policy(&self, agency: AgencyId) -> Result<MessagingPolicy> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT p.switches FROM agency a JOIN messaging_policy p ON p.agency_id = a.id ");
        sql.push("AND p.version = a.policy_version WHERE a.id = ")
            .bind(agency);
        match self.query_one_raw(sql.statement()).await? {
            Some(row) => switches(&Reader::new(&row).next::<String>()?),
            None => Ok(MessagingPolicy::default()),
        }
    }

    /// Whether the thread is about a client of whom nothing may be erased.
    pub async fn is_held(&self, thread: &thread::Model) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT 1 FROM legal_hold h WHERE h.client_id = ")
            .bind(thread.client_id);
        sql.push(" UNION ALL SELECT 1 FROM thread_client y JOIN legal_hold h ");
        sql.push("ON h.client_id = y.client_id WHERE y.thread_id = ")
            .bind(thread.id);
        sql.push(" LIMIT 1");
        Ok(self.query_one_raw(sql.statement()).await?.is_some())
    }

    /// Erases what is due of a locked thread: text, HTML, attachments, and of a thread that was
    /// deleted as a whole the subject, the notes of staff and the drafts of answers. What was sent
    /// behind `retained` stays.
    pub async fn purge_due(
        &self,
        thread: &thread::Model,
        now: DateTime<Utc>,
        retained: Option<DateTime<Utc>>,
    ) -> Result<Purged> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("SELECT b.seq FROM tombstone b LEFT JOIN message m ON m.thread_id = b.thread_id ");
        sql.push("AND m.seq = b.seq WHERE b.purged_at IS NULL AND b.thread_id = ")
            .bind(thread.id);
        sql.push(" AND b.purge_after <= ").bind(now);
        if let Some(retained) = retained {
            // The subject goes when the newest message may.
            sql.push(" AND COALESCE(m.created_at, ")
                .bind(thread.last_activity_at);
            sql.push(") <= ").bind(retained);
        }
        sql.push(" ORDER BY b.seq");
        let rows = self.query_all_raw(sql.statement()).await?;
        let seqs = rows.iter().map(|row| Reader::new(row).next());
        let seqs = seqs.collect::<Result<Vec<i64>>>()?;
        let mut purged = Purged {
            seqs,
            files: Vec::new(),
        };
        for seqs in purged.seqs.chunks(1_000) {
            purged.files.extend(self.erase(thread.id, seqs, now).await?);
        }
        if purged.seqs.first() == Some(&0) {
            let mut sql = Sql::new(backend);
            sql.push("UPDATE thread SET subject = '' WHERE lifecycle = 'DELETED' AND id = ")
                .bind(thread.id);
            self.execute_raw(sql.statement()).await?;
            self.drop_notes(thread.id).await?;
            self.drop_drafts_in(thread.id).await?;
        }
        Ok(purged)
    }

    async fn erase(&self, thread: ThreadId, seqs: &[i64], now: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("DELETE FROM attachment WHERE deleted_at IS NOT NULL AND message_id IN ");
        sql.push("(SELECT m.id FROM message m WHERE m.thread_id = ")
            .bind(thread);
        sql.push(" AND m.seq IN ").list(seqs);
        sql.push(") RETURNING file_id");
        let rows = self.query_all_raw(sql.statement()).await?;
        let files = rows.iter().map(|row| Reader::new(row).next());
        let files = files.collect::<Result<Vec<Uuid>>>()?;
        for table in ["message_revision", "message_reaction"] {
            let mut sql = Sql::new(backend);
            sql.push("DELETE FROM ").push(table);
            sql.push(" WHERE message_id IN (SELECT m.id FROM message m WHERE m.thread_id = ")
                .bind(thread);
            sql.push(" AND m.deleted_at IS NOT NULL AND m.seq IN ")
                .list(seqs)
                .push(")");
            self.execute_raw(sql.statement()).await?;
        }
        let mut sql = Sql::new(backend);
        // SECURITY: only what is deleted is ever erased.
        sql.push("UPDATE message SET body = '', body_html = NULL, body_format = 'PLAIN' WHERE ");
        sql.push("deleted_at IS NOT NULL AND thread_id = ")
            .bind(thread);
        sql.push(" AND seq IN ").list(seqs);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE tombstone SET purged_at = ").bind(now);
        sql.push(" WHERE thread_id = ").bind(thread);
        sql.push(" AND seq IN ").list(seqs);
        self.execute_raw(sql.statement()).await?;
        Ok(files)
    }
}
