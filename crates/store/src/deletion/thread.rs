//! Deleting a thread with all of its messages.

use sea_orm::ConnectionTrait;
use tidings_domain::{Lifecycle, Principal, ThreadId};
use tidings_policy::ContentFacts;

use super::Deletion;
use crate::database::Store;
use crate::entities::thread;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

impl Store {
    /// What the law asks of the messages of threads before it lets somebody delete them.
    pub async fn thread_contents(
        &self,
        viewer: Principal,
        threads: &[ThreadId],
    ) -> Result<Vec<(ThreadId, ContentFacts)>> {
        contents(&self.read, viewer, threads).await
    }
}

impl Tx {
    /// What the law asks of the messages of a locked thread.
    pub async fn thread_content(
        &self,
        viewer: Principal,
        thread: ThreadId,
    ) -> Result<ContentFacts> {
        let found = contents(&**self, viewer, &[thread]).await?;
        Ok(found.first().map(|(_, facts)| *facts).unwrap_or_default())
    }

    /// Deletes a locked thread with all of its messages. Nobody has anything unread in it any more.
    pub async fn delete_thread(&self, thread: &thread::Model, deletion: Deletion) -> Result<()> {
        let backend = self.get_database_backend();
        let all = "SELECT m.thread_id, m.seq, ";
        let mut sql = Sql::new(backend);
        sql.push("INSERT INTO tombstone (thread_id, seq, agency_id, deleted_at, deleted_by_kind, ");
        sql.push("deleted_by_id, purge_after) ").push(all);
        deletion.values(&mut sql, thread);
        sql.push(" FROM message m WHERE m.deleted_at IS NULL AND m.thread_id = ")
            .bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE message SET pinned_at = NULL, deleted_at = ")
            .bind(deletion.at);
        sql.push(" WHERE deleted_at IS NULL AND thread_id = ")
            .bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE attachment SET sent_at = NULL, deleted_at = ")
            .bind(deletion.at);
        sql.push(" WHERE deleted_at IS NULL AND sent_at IS NOT NULL AND thread_id = ")
            .bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("DELETE FROM message_mark WHERE viewer_id IN (SELECT s.viewer_id ");
        sql.push("FROM thread_state s WHERE s.thread_id = ")
            .bind(thread.id);
        sql.push(") AND thread_id = ").bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread_state SET read_seq = ")
            .bind(thread.last_seq);
        sql.push(", pinned = FALSE, unread_adjust = ")
            .bind(thread.last_seq);
        sql.push(" WHERE thread_id = ").bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread SET deleted_messages = last_seq, lifecycle = '");
        sql.push(Lifecycle::Deleted.as_str())
            .push("' WHERE id = ")
            .bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        self.entomb(thread, 0, deletion).await
    }
}

async fn contents<C: ConnectionTrait>(
    db: &C,
    viewer: Principal,
    threads: &[ThreadId],
) -> Result<Vec<(ThreadId, ContentFacts)>> {
    let some = " EXISTS (SELECT 1 FROM message m WHERE m.thread_id = t.id AND m.deleted_at IS NULL";
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT t.id,").push(some);
    sql.push(" AND (m.author_kind = 'CLIENT' OR m.seen_by_client_at IS NOT NULL)),");
    sql.push(some)
        .push(" AND m.author_id <> ")
        .bind(viewer.uuid());
    sql.push(") FROM thread t WHERE t.id IN ").list(threads);
    let rows = db.query_all_raw(sql.statement()).await?;
    rows.iter()
        .map(|row| {
            let mut row = Reader::new(row);
            let thread = row.next()?;
            let facts = ContentFacts {
                known_to_client: row.next()?,
                of_others: row.next()?,
            };
            Ok((thread, facts))
        })
        .collect()
}
