//! What is left of deleted messages, for staff who see the thread.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AudienceKind, MessageId, Principal, PrincipalKind, ThreadId};
use tidings_policy::{Action, Viewer, reads_deleted};

use crate::database::Store;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;

/// That something was deleted: who did it, when, and until when its content can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TombstoneRow {
    /// In which thread.
    pub thread: ThreadId,
    /// The number of the message; 0 for the thread as a whole.
    pub seq: i64,
    /// When.
    pub deleted_at: DateTime<Utc>,
    /// By whom.
    pub deleted_by: Principal,
    /// When its content may be erased; nobody reads it from then on.
    pub purge_after: DateTime<Utc>,
    /// When its content was erased.
    pub purged_at: Option<DateTime<Utc>>,
}

/// A deleted message.
#[derive(Clone, Debug)]
pub struct DeletedMessageRow {
    /// The deletion.
    pub tombstone: TombstoneRow,
    /// The message.
    pub message: MessageId,
    /// Who wrote it.
    pub author: Principal,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Its plain text, for the admins of its audience, as long as it is kept for them (K3).
    pub body: Option<String>,
}

const COLUMNS: &str = "SELECT b.thread_id, b.seq, b.deleted_at, b.deleted_by_kind, b.deleted_by_id, \
                       b.purge_after, b.purged_at";

impl Store {
    /// The deleted messages of a thread that the viewer sees, oldest first, behind a number.
    pub async fn deleted_messages(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
        (after, first): (i64, usize),
        now: DateTime<Utc>,
    ) -> Result<Page<DeletedMessageRow>> {
        let mut sql = Sql::new(self.backend());
        sql.push(COLUMNS)
            .push(", t.audience, m.id, m.author_kind, m.author_id, m.created_at, m.body");
        sql.push(" FROM tombstone b JOIN thread t ON t.id = b.thread_id JOIN message m ");
        sql.push("ON m.thread_id = b.thread_id AND m.seq = b.seq WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND b.thread_id = ").bind(thread);
        sql.push(" AND b.seq > ").bind(after.max(0));
        sql.push(" ORDER BY b.seq LIMIT ").number(first + 1);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let read = |row: &QueryResult| {
            let mut row = Reader::new(row);
            let tombstone = tombstone(&mut row)?;
            let audience: Option<AudienceKind> = row.next()?;
            let message = row.next()?;
            let kind: PrincipalKind = row.next()?;
            let author = Principal::new(kind, row.next()?);
            let sent_at = row.next()?;
            let body: String = row.next()?;
            // SECURITY: what was deleted is read by the admins of its audience, for its time.
            let kept = tombstone.is_kept(now) && reads_deleted(viewer, audience);
            Ok(DeletedMessageRow {
                tombstone,
                message,
                author,
                sent_at,
                body: kept.then_some(body),
            })
        };
        let mut rows = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after > 0,
        })
    }

    /// The deletions of these threads, of those that were deleted as a whole and that the viewer sees.
    pub async fn thread_deletions(
        &self,
        viewer: &Viewer,
        threads: &[ThreadId],
    ) -> Result<Vec<TombstoneRow>> {
        let mut sql = Sql::new(self.backend());
        sql.push(COLUMNS)
            .push(" FROM tombstone b JOIN thread t ON t.id = b.thread_id WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND b.seq = 0 AND b.thread_id IN ").list(threads);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| tombstone(&mut Reader::new(row)))
            .collect()
    }
}

impl TombstoneRow {
    /// Whether the content is still kept for those who may read it.
    #[must_use]
    pub fn is_kept(&self, now: DateTime<Utc>) -> bool {
        self.purged_at.is_none() && now < self.purge_after
    }
}

fn tombstone(row: &mut Reader<'_>) -> Result<TombstoneRow> {
    let (thread, seq, deleted_at) = (row.next()?, row.next()?, row.next()?);
    let kind: PrincipalKind = row.next()?;
    Ok(TombstoneRow {
        thread,
        seq,
        deleted_at,
        deleted_by: Principal::new(kind, row.next()?),
        purge_after: row.next()?,
        purged_at: row.next()?,
    })
}
