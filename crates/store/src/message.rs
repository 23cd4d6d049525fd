//! Messages: pages by arithmetic on `seq`, and the insert.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryResult, Statement};
use tidings_domain::{MessageId, Principal, PrincipalKind, ThreadId};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::{client, message, staff_member};
use crate::error::Result;
use crate::sql::{Known, Reader, Sql};
use crate::visibility::{hangs_in_sight, removed, shown, visible_threads};
use crate::writer::Tx;

/// A message as its thread shows it.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// The message.
    pub message: message::Model,
    /// Its author, if a staff member.
    pub staff: Option<Arc<staff_member::Model>>,
    /// Its author, if a client.
    pub client: Option<Arc<client::Model>>,
    /// Whether the viewer has not read it.
    pub unread: bool,
}

/// Messages of one thread from one number to another, both included, as far as they are in the
/// viewer's sight. Numbers have no gaps, so where nothing was deleted or removed a page is
/// arithmetic: it needs no offset, no count and no look beyond its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageRange {
    /// The thread.
    pub thread: ThreadId,
    /// First number.
    pub from: i64,
    /// Last number.
    pub to: i64,
    /// Of these, so many only: where some may be out of sight, a page is not arithmetic.
    pub take: Option<Take>,
    /// Whether to read the HTML of rich messages, too: up to 512 KiB for each, so only for who
    /// asks for it.
    pub html: bool,
}

/// A part of the messages of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Take {
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
}

/// A message by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagePlace {
    /// The message.
    pub id: MessageId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its number there.
    pub seq: i64,
    /// Whether the viewer wrote it.
    pub own: bool,
}

/// Who saw a message first, and when (K7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The thread.
    pub thread: ThreadId,
    /// First message of the range.
    pub from: i64,
    /// Last message of the range.
    pub to: i64,
    /// Who.
    pub reader: Principal,
    /// When.
    pub seen_at: DateTime<Utc>,
}

impl Store {
    /// The messages of these ranges, of threads that the viewer sees, by thread and number: one
    /// statement for any number of threads. If one range asks for HTML, all are read with it.
    pub async fn messages(
        &self,
        viewer: &Viewer,
        ranges: &[MessageRange],
    ) -> Result<Vec<MessageRow>> {
        let Some(statement) = messages_statement(self.backend(), viewer, ranges) else {
            return Ok(Vec::new());
        };
        let rows = self.read.query_all_raw(statement).await?;
        read(&rows)
    }

    /// Messages of a thread that the viewer sees, from one number to another, for an export: deleted
    /// ones, too, without their content. A staff member gets all of them, a portal account what it did
    /// not take out of its own view.
    pub async fn messages_to_export(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
        from: i64,
        to: i64,
    ) -> Result<Vec<MessageRow>> {
        let mut sql = select(Sql::new(self.backend()), viewer, false);
        sql.push(" WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        if viewer.account().is_some() {
            sql.push(" AND NOT ");
            removed(&mut sql, "m", "s");
        }
        sql.push(" AND m.thread_id = ").bind(thread);
        sql.push(" AND m.seq BETWEEN ").bind(from);
        sql.push(" AND ").bind(to).push(" ORDER BY m.seq");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let mut rows = read(&rows)?;
        for row in &mut rows {
            if row.message.deleted_at.is_some() {
                // SECURITY: content that waits for its purge is in no file.
                row.message.body = String::new();
            }
        }
        Ok(rows)
    }

    /// Those of the messages whose thread the viewer sees, with their HTML.
    pub async fn messages_by_id(
        &self,
        viewer: &Viewer,
        ids: &[MessageId],
    ) -> Result<Vec<MessageRow>> {
        let mut sql = select(Sql::new(self.backend()), viewer, true);
        sql.push(" WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND ");
        shown(&mut sql, "m", "s");
        sql.push(" AND m.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        read(&rows)
    }

    /// The pinned messages of these threads, the one that was pinned last first (P-31).
    pub async fn pinned_messages(
        &self,
        viewer: &Viewer,
        threads: &[ThreadId],
        html: bool,
    ) -> Result<Vec<MessageRow>> {
        let mut sql = select(Sql::new(self.backend()), viewer, html);
        sql.push(" WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND ");
        shown(&mut sql, "m", "s");
        sql.push(" AND m.thread_id IN ").list(threads);
        sql.push(" AND m.pinned_at IS NOT NULL ORDER BY m.thread_id, m.pinned_at DESC, m.seq DESC");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        read(&rows)
    }

    /// The receipts that touch these ranges, oldest first.
    pub async fn receipts(&self, viewer: &Viewer, ranges: &[MessageRange]) -> Result<Vec<Receipt>> {
        let threads: Vec<ThreadId> = ranges.iter().map(|range| range.thread).collect();
        let from = ranges.iter().map(|range| range.from).min().unwrap_or(0);
        let to = ranges.iter().map(|range| range.to).max().unwrap_or(0);
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT r.thread_id, r.from_seq, r.to_seq, r.reader_kind, r.reader_id, r.seen_at \
             FROM read_receipt r JOIN thread t ON t.id = r.thread_id WHERE ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND r.thread_id IN ")
            .list(&threads)
            .push(" AND r.to_seq >= ")
            .bind(from);
        sql.push(" AND r.from_seq <= ").bind(to);
        sql.push(" ORDER BY r.seen_at, r.reader_id");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(receipt).collect()
    }
}

/// The statement of [`Store::messages`]; none for no ranges.
pub(crate) fn messages_statement(
    backend: DbBackend,
    viewer: &Viewer,
    ranges: &[MessageRange],
) -> Option<Statement> {
    let last = ranges.last()?;
    let html = ranges.iter().any(|range| range.html);
    let mut sql = select(Sql::new(backend), viewer, html);
    sql.push(" WHERE ");
    visible_threads(&mut sql, viewer, Action::View, "t");
    sql.push(" AND ");
    shown(&mut sql, "m", "s");
    sql.push(" AND (");
    // Padded to a power of two, so that all numbers of threads come to a few statements.
    let padding = ranges.len().next_power_of_two() - ranges.len();
    let padding = std::iter::repeat_n(last, padding);
    for (i, range) in ranges.iter().chain(padding).enumerate() {
        let or = if i == 0 { "(" } else { " OR (" };
        sql.push(or).push("m.thread_id = ").bind(range.thread);
        sql.push(" AND m.seq BETWEEN ");
        match range.take {
            None => _ = sql.bind(range.from).push(" AND ").bind(range.to),
            Some(Take::First(count)) => {
                sql.bind(range.from).push(" AND ");
                edge(&mut sql, viewer, range, ("MAX", count, ""));
            }
            Some(Take::Last(count)) => {
                edge(&mut sql, viewer, range, ("MIN", count, " DESC"));
                sql.push(" AND ").bind(range.to);
            }
        }
        sql.push(")");
    }
    sql.push(") ORDER BY m.thread_id, m.seq");
    Some(sql.statement())
}

/// Adds the number of the last message that a range takes; empty if it has none in sight.
fn edge(
    sql: &mut Sql,
    viewer: &Viewer,
    range: &MessageRange,
    (edge, count, order): (&str, usize, &str),
) {
    sql.push("(SELECT ").push(edge);
    sql.push("(w.seq) FROM (SELECT x.seq FROM message x LEFT JOIN thread_state q ON ");
    sql.push("q.thread_id = x.thread_id AND q.viewer_id = ")
        .bind(viewer.principal().uuid());
    sql.push(" WHERE x.thread_id = ").bind(range.thread);
    sql.push(" AND x.seq BETWEEN ").bind(range.from);
    sql.push(" AND ").bind(range.to).push(" AND ");
    shown(sql, "x", "q");
    sql.push(" ORDER BY x.seq").push(order).push(" LIMIT ");
    sql.number(count).push(") w)");
}

fn receipt(row: &QueryResult) -> Result<Receipt> {
    let mut row = Reader::new(row);
    let (thread, from, to) = (row.next()?, row.next()?, row.next()?);
    let kind: PrincipalKind = row.next()?;
    let reader = Principal::new(kind, row.next()?);
    Ok(Receipt {
        thread,
        from,
        to,
        reader,
        seen_at: row.next()?,
    })
}

/// The columns of a message under `m`, with its HTML or without.
pub(crate) fn columns(sql: &mut Sql, html: bool) -> &mut Sql {
    sql.columns_without::<message::Model>("m", if html { "" } else { "body_html" })
}

/// The columns of [`MessageRow`] and the tables they come from.
fn select(mut sql: Sql, viewer: &Viewer, html: bool) -> Sql {
    sql.push("SELECT ");
    columns(&mut sql, html).push(", ");
    sql.columns::<staff_member::Model>("st")
        .push(", ")
        .columns::<client::Model>("cl");
    sql.push(
        ", (m.seq > COALESCE(s.read_seq, 0)) <> (k.seq IS NOT NULL) FROM message m \
         JOIN thread t ON t.id = m.thread_id \
         LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
         LEFT JOIN client cl ON cl.id = m.author_id AND m.author_kind = 'CLIENT' \
         LEFT JOIN thread_state s ON s.thread_id = m.thread_id AND s.viewer_id = ",
    );
    let viewer = viewer.principal().uuid();
    sql.bind(viewer).push(" LEFT JOIN message_mark k ON k.thread_id = m.thread_id AND k.seq = m.seq AND k.viewer_id = ");
    sql.bind(viewer);
    sql
}

fn read(rows: &[QueryResult]) -> Result<Vec<MessageRow>> {
    let (mut staff, mut clients) = (Known::default(), Known::default());
    let read = |row| {
        let mut row = Reader::new(row);
        Ok(MessageRow {
            message: row.row()?,
            staff: row.shared(&mut staff)?,
            client: row.shared(&mut clients)?,
            unread: row.next()?,
        })
    };
    rows.iter().map(read).collect()
}

impl Tx {
    /// Stores a new message, to be found by its words. The caller holds the thread's lock and has
    /// numbered it.
    pub async fn insert_message(&self, message: &message::Model) -> Result<()> {
        message::Entity::insert(message.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        self.index(vec![message.into()]).await
    }

    /// A message of a thread that the viewer sees, as it is now; none if it was deleted, or is out of
    /// the viewer's own view.
    pub async fn message(&self, viewer: &Viewer, id: MessageId) -> Result<Option<message::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<message::Model>("m");
        sql.push(" FROM message m JOIN thread t ON t.id = m.thread_id WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND ");
        hangs_in_sight(&mut sql, viewer);
        sql.push(" AND m.id = ").bind(id);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// Pins a message of a locked thread, or unpins it.
    pub async fn pin_message(&self, id: MessageId, at: Option<DateTime<Utc>>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE message SET pinned_at = ").bind(at);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// How many messages of a thread are pinned.
    pub async fn pinned_messages(&self, thread: ThreadId) -> Result<u64> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT COUNT(*) FROM message m WHERE m.thread_id = ")
            .bind(thread)
            .push(" AND m.pinned_at IS NOT NULL");
        let row = self.query_one_raw(sql.statement()).await?;
        let count: i64 = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The number of the newest message in the viewer's sight that the viewer did not write.
    pub async fn newest_of_others(&self, viewer: &Viewer, thread: ThreadId) -> Result<Option<i64>> {
        let me = viewer.principal().uuid();
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT m.seq FROM message m LEFT JOIN thread_state s ON ");
        sql.push("s.thread_id = m.thread_id AND s.viewer_id = ")
            .bind(me);
        sql.push(" WHERE m.thread_id = ").bind(thread).push(" AND ");
        shown(&mut sql, "m", "s");
        sql.push(" AND COALESCE(m.account_id, m.author_id) <> ")
            .bind(me)
            .push(" ORDER BY m.seq DESC LIMIT 1");
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).next()).transpose()
    }

    /// Where these messages stand, of threads that the viewer sees.
    pub async fn message_places(
        &self,
        viewer: &Viewer,
        ids: &[MessageId],
    ) -> Result<Vec<MessagePlace>> {
        let mut sql = Sql::new(self.get_database_backend());
        let me = viewer.principal().uuid();
        sql.push("SELECT m.id, m.thread_id, m.seq, COALESCE(m.account_id, m.author_id) = ")
            .bind(me);
        sql.push(" FROM message m JOIN thread t ON t.id = m.thread_id LEFT JOIN thread_state s ");
        sql.push("ON s.thread_id = m.thread_id AND s.viewer_id = ")
            .bind(me)
            .push(" WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND ");
        shown(&mut sql, "m", "s");
        sql.push(" AND m.id IN ")
            .list(ids)
            .push(" ORDER BY m.thread_id, m.seq");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                Ok(MessagePlace {
                    id: row.next()?,
                    thread: row.next()?,
                    seq: row.next()?,
                    own: row.next()?,
                })
            })
            .collect()
    }
}
