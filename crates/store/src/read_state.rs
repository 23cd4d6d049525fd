//! What a viewer has read. A position and a few marks, so that unread counts are arithmetic:
//! `last_seq - read_seq + unread_adjust`, never a count over messages.

mod book;
mod unread;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AudienceKind, ClientId, ClientStatus, Principal, ThreadId};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::thread;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;
use crate::writer::Tx;

use book::Book;
pub(crate) use unread::unread_statement;

/// What one viewer did with a thread (K14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewerState {
    /// Messages up to this number are read, but for marks.
    pub read_seq: i64,
    /// Marks below `read_seq` (unread) less marks above it (read), and the deleted messages below it.
    pub unread_adjust: i64,
    /// Whether the thread stands at the top (P-14).
    pub pinned: bool,
    /// Whether the thread is a group and a client of the viewer's, which is active and may write, a
    /// member of it: who may then write into it. Never for staff.
    pub group_member: bool,
    /// Hidden as long as this is the number of the newest message (P-19).
    pub hidden_seq: i64,
    /// Whether some of its messages are out of the viewer's own sight (C-28).
    pub removed: bool,
}

/// The viewer's own columns of `thread_state`.
const OWN: &str =
    "s.read_seq, s.unread_adjust, s.pinned, s.hidden_seq, s.removed_seq + s.removals > 0";

impl ViewerState {
    /// Adds `, …`: the columns that [`Self::read`] reads, of a thread `t` with the viewer's state `s`.
    pub(crate) fn columns(sql: &mut Sql, viewer: &Viewer) {
        sql.push(", ").push(OWN).push(", ");
        let active: Vec<ClientId> = match viewer {
            Viewer::Staff(_) => Vec::new(),
            Viewer::Account(account) => account
                .clients
                .iter()
                .filter(|own| own.status == ClientStatus::Active && own.sends)
                .map(|own| own.id)
                .collect(),
        };
        if active.is_empty() {
            sql.push("FALSE");
            return;
        }
        sql.push("(t.kind = 'GROUP' AND EXISTS (SELECT 1 FROM thread_client z");
        sql.push(" WHERE z.thread_id = t.id AND z.client_id IN ")
            .list(&active)
            .push("))");
    }

    /// Reads what [`Self::columns`] adds.
    pub(crate) fn read(row: &mut Reader<'_>) -> Result<Self> {
        let read_seq: Option<i64> = row.next()?;
        let unread_adjust: Option<i64> = row.next()?;
        let pinned: Option<bool> = row.next()?;
        let hidden_seq: Option<i64> = row.next()?;
        let removed: Option<bool> = row.next()?;
        Ok(Self {
            hidden_seq: hidden_seq.unwrap_or_default(),
            removed: removed.unwrap_or_default(),
            read_seq: read_seq.unwrap_or_default(),
            unread_adjust: unread_adjust.unwrap_or_default(),
            pinned: pinned.unwrap_or_default(),
            group_member: row.next()?,
        })
    }

    /// Unread messages in the thread (S-06). Those that are deleted count on both sides.
    #[must_use]
    pub fn unread(&self, thread: &thread::Model) -> i64 {
        thread.last_seq - thread.deleted_messages - self.read_seq + self.unread_adjust
    }
}

/// Unread messages of one audience (S-06, T-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadCount {
    /// The audience; none for internal threads.
    pub audience: Option<AudienceKind>,
    /// Messages.
    pub messages: i64,
    /// Threads that hold them.
    pub threads: i64,
}

/// A change of what a viewer has read.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Everything up to this number.
    UpTo(i64),
    /// These messages.
    Read(Vec<i64>),
    /// These messages are unread again. Receipts stay (P-17).
    Unread(Vec<i64>),
    /// These messages leave the viewer's sight: nothing of them is unread, and nobody is told that
    /// they were seen (C-28).
    Removed(Vec<i64>),
    /// The same for everything up to this number.
    RemovedUpTo(i64),
    /// The viewer's own message, which is never unread (C-19) and leaves no receipt; with
    /// `all_before`, everything before it is read, too (T-31).
    Sent {
        /// The message's number.
        seq: i64,
        /// Whether the thread up to it is read.
        all_before: bool,
    },
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingDone {
    /// Whether the number of unread messages changed.
    pub changed: bool,
    /// Ranges of messages that the viewer saw for the first time.
    pub seen: Vec<(i64, i64)>,
}

impl Store {
    /// Exact numbers of unread messages in threads that count as open, by audience.
    pub async fn unread_counts(&self, viewer: &Viewer) -> Result<Vec<UnreadCount>> {
        let statement = unread_statement(self.backend(), viewer);
        let rows = self.read.query_all_raw(statement).await?;
        rows.iter().map(unread_count).collect()
    }

    /// The viewer's state of these threads. Missing means untouched.
    pub async fn viewer_states(
        &self,
        viewer: &Viewer,
        threads: &[ThreadId],
    ) -> Result<Vec<(ThreadId, ViewerState)>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT s.thread_id, ").push(OWN);
        sql.push(", FALSE FROM thread_state s WHERE s.viewer_id = ");
        sql.bind(viewer.principal().uuid())
            .push(" AND s.thread_id IN ")
            .list(threads);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                Ok((row.next()?, ViewerState::read(&mut row)?))
            })
            .collect()
    }
}

fn unread_count(row: &QueryResult) -> Result<UnreadCount> {
    let mut row = Reader::new(row);
    Ok(UnreadCount {
        audience: row.next()?,
        messages: row.next()?,
        threads: row.next()?,
    })
}

impl Tx {
    /// Changes what the viewer has read of a locked thread. The caller has made sure that the viewer
    /// sees it.
    pub async fn read_thread(
        &self,
        viewer: Principal,
        thread: &thread::Model,
        reading: &Reading,
        now: DateTime<Utc>,
    ) -> Result<ReadingDone> {
        let deleted = self.deleted_seqs(thread).await?;
        let thread = thread.id;
        let before = self.lock_state(viewer, thread).await?;
        let marks: BTreeSet<i64> = self.marks(viewer, thread).await?.into_iter().collect();
        let mut book = Book {
            read_seq: before.read_seq,
            marks: marks.clone(),
            deleted,
        };
        let seen = match reading {
            Reading::UpTo(seq) => book.read_up_to(*seq),
            Reading::Read(seqs) => book.read(seqs),
            Reading::Unread(seqs) => {
                book.unread(seqs);
                Vec::new()
            }
            Reading::Removed(seqs) => {
                book.read(seqs);
                Vec::new()
            }
            Reading::RemovedUpTo(seq) => {
                book.read_up_to(*seq);
                Vec::new()
            }
            Reading::Sent { seq, all_before } => {
                let before = if *all_before {
                    book.read_up_to(*seq - 1)
                } else {
                    Vec::new()
                };
                book.read(&[*seq]);
                before
            }
        };
        let after = ViewerState {
            read_seq: book.read_seq,
            unread_adjust: book.adjust(),
            ..before
        };
        if (after.read_seq, after.unread_adjust) != (before.read_seq, before.unread_adjust) {
            self.store_state(viewer, thread, after).await?;
        }
        if book.marks != marks {
            self.store_marks(viewer, thread, &marks, &book.marks)
                .await?;
        }
        let seen = self.first_seen(viewer, thread, seen).await?;
        for range in &seen {
            self.store_receipt(viewer, thread, *range, now).await?;
        }
        let own = i64::from(matches!(reading, Reading::Sent { .. }));
        let unread = |state: ViewerState| state.unread_adjust - state.read_seq;
        let changed = unread(after) != unread(before) - own;
        Ok(ReadingDone { changed, seen })
    }

    /// Pins a thread for the viewer, or unpins it. Answers whether that changed anything.
    pub async fn pin_thread(&self, viewer: Principal, thread: ThreadId, on: bool) -> Result<bool> {
        let before = self.lock_state(viewer, thread).await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread_state SET pinned = ").bind(on);
        sql.push(" WHERE viewer_id = ")
            .bind(viewer.uuid())
            .push(" AND thread_id = ")
            .bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(before.pinned != on)
    }

    /// How many of the threads that the viewer sees it has pinned. A pin on one that it has lost
    /// does not count: it cannot be taken back.
    pub async fn pinned_count(&self, viewer: &Viewer) -> Result<u64> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "SELECT COUNT(*) FROM thread_state s CROSS JOIN thread t WHERE t.id = s.thread_id",
        );
        sql.push(" AND s.pinned IS TRUE AND s.viewer_id = ");
        sql.bind(viewer.principal().uuid()).push(" AND ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        let row = self.query_one_raw(sql.statement()).await?;
        let count: i64 = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(count.unsigned_abs())
    }

    /// The viewer's state, locked until the end of the write.
    pub(crate) async fn lock_state(
        &self,
        viewer: Principal,
        thread: ThreadId,
    ) -> Result<ViewerState> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO thread_state (viewer_id, thread_id, read_seq, unread_adjust, pinned) VALUES (");
        sql.bind(viewer.uuid())
            .push(", ")
            .bind(thread)
            .push(", 0, 0, FALSE)");
        sql.push(
            " ON CONFLICT (viewer_id, thread_id) DO UPDATE SET read_seq = thread_state.read_seq \
             RETURNING read_seq, unread_adjust, pinned, hidden_seq, removed_seq + removals > 0, FALSE",
        );
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(ViewerState::default()), |row| {
            ViewerState::read(&mut Reader::new(row))
        })
    }

    /// The numbers of the thread's deleted messages.
    async fn deleted_seqs(&self, thread: &thread::Model) -> Result<BTreeSet<i64>> {
        if thread.deleted_messages == 0 {
            return Ok(BTreeSet::new());
        }
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT m.seq FROM message m WHERE m.deleted_at IS NOT NULL AND m.thread_id = ")
            .bind(thread.id);
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    async fn marks(&self, viewer: Principal, thread: ThreadId) -> Result<Vec<i64>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT seq FROM message_mark WHERE viewer_id = ")
            .bind(viewer.uuid());
        sql.push(" AND thread_id = ")
            .bind(thread)
            .push(" ORDER BY seq");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    async fn store_state(
        &self,
        viewer: Principal,
        thread: ThreadId,
        state: ViewerState,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread_state SET read_seq = ")
            .bind(state.read_seq);
        sql.push(", unread_adjust = ").bind(state.unread_adjust);
        sql.push(" WHERE viewer_id = ")
            .bind(viewer.uuid())
            .push(" AND thread_id = ")
            .bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Writes what changed of a viewer's marks.
    async fn store_marks(
        &self,
        viewer: Principal,
        thread: ThreadId,
        before: &BTreeSet<i64>,
        after: &BTreeSet<i64>,
    ) -> Result<()> {
        let backend = self.get_database_backend();
        let gone: Vec<i64> = before.difference(after).copied().collect();
        // In portions: a statement takes 32,766 parameters on SQLite.
        for gone in gone.chunks(1_024) {
            let mut sql = Sql::new(backend);
            sql.push("DELETE FROM message_mark WHERE viewer_id = ")
                .bind(viewer.uuid());
            sql.push(" AND thread_id = ")
                .bind(thread)
                .push(" AND seq IN ")
                .list(gone);
            self.execute_raw(sql.statement()).await?;
        }
        for seq in after.difference(before) {
            let mut sql = Sql::new(backend);
            sql.push("INSERT INTO message_mark (viewer_id, thread_id, seq) VALUES (");
            sql.bind(viewer.uuid())
                .push(", ")
                .bind(thread)
                .push(", ")
                .bind(*seq)
                .push(")");
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }

    /// Those of the messages that the reader has not seen before: reading again tells nobody
    /// anything (P-06, P-17).
    async fn first_seen(
        &self,
        reader: Principal,
        thread: ThreadId,
        seen: Vec<(i64, i64)>,
    ) -> Result<Vec<(i64, i64)>> {
        let Some(from) = seen.first().map(|range| range.0) else {
            return Ok(seen);
        };
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT r.from_seq, r.to_seq FROM read_receipt r WHERE r.thread_id = ");
        sql.bind(thread)
            .push(" AND r.reader_id = ")
            .bind(reader.uuid());
        sql.push(" AND r.to_seq >= ").bind(from);
        let mut before = Vec::new();
        for row in &self.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            before.push((row.next()?, row.next()?));
        }
        Ok(book::without(&seen, &before))
    }

    /// Keeps who saw what first (K7). For a client it also sets `seen_by_client_at`, once (C-26).
    async fn store_receipt(
        &self,
        reader: Principal,
        thread: ThreadId,
        (from, to): (i64, i64),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("INSERT INTO read_receipt (thread_id, reader_id, reader_kind, from_seq, to_seq, seen_at) VALUES (");
        sql.bind(thread)
            .push(", ")
            .bind(reader.uuid())
            .push(", ")
            .bind(reader.kind().as_str());
        sql.push(", ")
            .bind(from)
            .push(", ")
            .bind(to)
            .push(", ")
            .bind(now);
        sql.push(") ON CONFLICT (thread_id, reader_id, from_seq, to_seq) DO NOTHING");
        self.execute_raw(sql.statement()).await?;
        if matches!(reader, Principal::Account(_)) {
            let mut sql = Sql::new(backend);
            sql.push("UPDATE message SET seen_by_client_at = ")
                .bind(now);
            sql.push(" WHERE thread_id = ")
                .bind(thread)
                .push(" AND seq BETWEEN ")
                .bind(from);
            sql.push(" AND ").bind(to);
            sql.push(" AND seen_by_client_at IS NULL AND author_kind = 'STAFF'");
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }
}
