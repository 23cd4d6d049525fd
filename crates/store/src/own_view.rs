//! What viewers put out of their own sight: hidden threads, and what was removed (P-19, C-28, K3).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{AgencyId, MessageId, Principal, ThreadId};
use tidings_policy::Viewer;
use uuid::Uuid;

use crate::database::Store;
use crate::entities::thread;
use crate::error::Result;
use crate::read_state::Reading;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// Adds the ids of the threads that the viewer has hidden, or removed unless `kept` asks only for
/// those that it still can read. A newer message brings either back.
pub(crate) fn hidden_threads(sql: &mut Sql, viewer: &Viewer, kept: bool) {
    sql.push("SELECT h.thread_id FROM thread_state h JOIN thread ht ON ht.id = h.thread_id ");
    sql.push("WHERE h.viewer_id = ")
        .bind(viewer.principal().uuid());
    sql.push(" AND h.hidden_seq > 0 AND h.hidden_seq >= ht.last_seq");
    if kept {
        sql.push(" AND h.removed_seq < ht.last_seq");
    }
}

/// What one viewer took out of its own sight of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Everything up to this number.
    pub up_to: i64,
    /// And these, each for itself.
    pub singles: Vec<i64>,
}

impl Removed {
    /// Whether the message of this number is out of sight.
    #[must_use]
    pub fn has(&self, seq: i64) -> bool {
        seq <= self.up_to || self.singles.contains(&seq)
    }
}

impl Store {
    /// Who took what out of the own sight of these threads: mostly nobody, nothing. Unscoped: it is for
    /// telling events.
    pub async fn removed(
        &self,
        threads: &[ThreadId],
    ) -> Result<HashMap<(ThreadId, Uuid), Removed>> {
        let mut removed: HashMap<(ThreadId, Uuid), Removed> = HashMap::new();
        if threads.is_empty() {
            return Ok(removed);
        }
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT s.thread_id, s.viewer_id, s.removed_seq, COALESCE(r.seq, 0) ");
        sql.push("FROM thread_state s LEFT JOIN message_removal r ");
        sql.push("ON r.viewer_id = s.viewer_id AND r.thread_id = s.thread_id ");
        sql.push("WHERE (s.removed_seq > 0 OR s.removals > 0) AND s.thread_id IN ")
            .list(threads);
        for row in self.read.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(&row);
            let whose = (row.next()?, row.next()?);
            let (up_to, single): (i64, i64) = (row.next()?, row.next()?);
            let of = removed.entry(whose).or_default();
            of.up_to = up_to;
            of.singles.extend((single > 0).then_some(single));
        }
        Ok(removed)
    }
}

impl Tx {
    /// Hides a locked thread from the viewer's inbox until a newer message comes, or shows it again.
    /// Answers whether that changed anything.
    pub async fn hide_thread(
        &self,
        viewer: Principal,
        thread: &thread::Model,
        on: bool,
    ) -> Result<bool> {
        let before = self.lock_state(viewer, thread.id).await?;
        let hidden = before.hidden_seq >= thread.last_seq;
        let seq = if on { thread.last_seq } else { 0 };
        self.set_own(viewer, thread.id, ("hidden_seq", seq)).await?;
        Ok(hidden != on)
    }

    /// Takes a locked thread out of the viewer's sight with all that it holds now. Counted as read for
    /// the viewer, without a receipt: nobody is told that it was seen.
    pub async fn remove_thread(
        &self,
        viewer: Principal,
        thread: &thread::Model,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let reading = Reading::RemovedUpTo(thread.last_seq);
        self.read_thread(viewer, thread, &reading, now).await?;
        for column in ["hidden_seq", "removed_seq"] {
            let value = (column, thread.last_seq);
            self.set_own(viewer, thread.id, value).await?;
        }
        Ok(())
    }

    /// Takes one message of a locked thread out of the viewer's sight, in the same way.
    pub async fn remove_message(
        &self,
        viewer: Principal,
        thread: &thread::Model,
        seq: i64,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let reading = Reading::Removed(vec![seq]);
        self.read_thread(viewer, thread, &reading, now).await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO message_removal (viewer_id, thread_id, seq, removed_at) VALUES (");
        sql.bind(viewer.uuid()).push(", ").bind(thread.id);
        sql.push(", ").bind(seq).push(", ").bind(now);
        sql.push(") ON CONFLICT (viewer_id, thread_id, seq) DO NOTHING");
        let added = self.execute_raw(sql.statement()).await?.rows_affected();
        self.count_removals(viewer, thread.id, i32::from(added > 0))
            .await
    }

    /// Gives a viewer a removed thread back; false if it had not removed it.
    pub async fn restore_thread(&self, viewer: Uuid, thread: ThreadId) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread_state SET removed_seq = 0, hidden_seq = 0 WHERE viewer_id = ")
            .bind(viewer);
        sql.push(" AND removed_seq > 0 AND thread_id = ")
            .bind(thread);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() > 0)
    }

    /// Gives a viewer a removed message back; false if it had not removed it.
    pub async fn restore_message(
        &self,
        viewer: Principal,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM message_removal WHERE viewer_id = ")
            .bind(viewer.uuid());
        sql.push(" AND thread_id = ").bind(thread);
        sql.push(" AND seq = (SELECT m.seq FROM message m WHERE m.thread_id = ")
            .bind(thread);
        sql.push(" AND m.id = ").bind(message).push(")");
        let gone = self.execute_raw(sql.statement()).await?.rows_affected();
        self.count_removals(viewer, thread, -i32::from(gone > 0))
            .await?;
        Ok(gone > 0)
    }

    /// The person of an agency behind an id: a staff member or a portal account.
    pub async fn principal_of(&self, agency: AgencyId, id: Uuid) -> Result<Option<Principal>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT 1 FROM staff_member p WHERE p.id = ")
            .bind(id);
        sql.push(" AND p.agency_id = ").bind(agency);
        sql.push(" UNION ALL SELECT 2 FROM portal_account p WHERE p.id = ")
            .bind(id);
        sql.push(" AND p.agency_id = ").bind(agency);
        let row = self.query_one_raw(sql.statement()).await?;
        let kind: Option<i32> = row
            .as_ref()
            .map(|row| Reader::new(row).next())
            .transpose()?;
        Ok(kind.map(|kind| match kind {
            1 => Principal::Staff(id.into()),
            _ => Principal::Account(id.into()),
        }))
    }

    async fn count_removals(&self, viewer: Principal, thread: ThreadId, more: i32) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread_state SET removals = removals + ")
            .bind(more);
        sql.push(" WHERE viewer_id = ").bind(viewer.uuid());
        sql.push(" AND thread_id = ").bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    async fn set_own(
        &self,
        viewer: Principal,
        thread: ThreadId,
        (column, seq): (&'static str, i64),
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread_state SET ").push(column);
        sql.push(" = ").bind(seq);
        sql.push(" WHERE viewer_id = ").bind(viewer.uuid());
        sql.push(" AND thread_id = ").bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
