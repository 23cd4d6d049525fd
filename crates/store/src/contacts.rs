//! Whom a staff member can write to, and the conversations that there are with them.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{ClientId, ParticipantStanding, StaffId, ThreadId};
use tidings_policy::{Action, StaffViewer, Viewer};

use crate::database::Store;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;
use crate::writer::Tx;

/// A chat of the viewer with one other person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatOfTwo {
    /// The thread.
    pub thread: ThreadId,
    /// How the viewer stands on it: as one of the two, or because it was shared.
    pub standing: ParticipantStanding,
}

/// A place in a list of groups, newest activity first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupPlace {
    /// When the group was last active.
    pub at: DateTime<Utc>,
    /// The group.
    pub thread: ThreadId,
}

/// Adds a statement for the chats of a staff member with these clients: columns `client_id`, `id`,
/// `standing`, newest first.
fn with_clients(sql: &mut Sql, viewer: &Viewer, staff: &StaffViewer, clients: &[ClientId]) {
    sql.push(
        "SELECT t.client_id, t.id, p.standing FROM thread t JOIN thread_participant p \
         ON p.thread_id = t.id AND p.principal_id = ",
    );
    sql.bind(staff.id)
        .push(" WHERE t.kind = 'DIRECT' AND t.lifecycle IN ('OPEN', 'ARCHIVED') AND ");
    visible_threads(sql, viewer, Action::View, "t");
    sql.push(" AND t.client_id IN ").list(clients);
    sql.push(" ORDER BY t.last_activity_at DESC, t.id DESC");
}

/// Adds the same for the chats with these colleagues: threads among staff of exactly two.
fn with_staff(sql: &mut Sql, viewer: &Viewer, staff: &StaffViewer, others: &[StaffId]) {
    sql.push(
        "SELECT q.principal_id, t.id, p.standing FROM thread_participant q \
         JOIN thread_participant p ON p.thread_id = q.thread_id AND p.principal_id = ",
    );
    sql.bind(staff.id).push(
        " JOIN thread t ON t.id = q.thread_id WHERE t.kind = 'INTERNAL' \
         AND t.lifecycle IN ('OPEN', 'ARCHIVED') AND ",
    );
    visible_threads(sql, viewer, Action::View, "t");
    sql.push(" AND q.principal_id IN ").list(others);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM thread_participant r WHERE r.thread_id = t.id \
         AND r.principal_id <> p.principal_id AND r.principal_id <> q.principal_id)",
    );
    sql.push(" ORDER BY t.last_activity_at DESC, t.id DESC");
}

impl Tx {
    /// The chats of the viewer with a client, newest first; none for who is no staff.
    pub async fn chats_with_client(
        &self,
        viewer: &Viewer,
        client: ClientId,
    ) -> Result<Vec<ChatOfTwo>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Vec::new());
        };
        let mut sql = Sql::new(self.get_database_backend());
        with_clients(&mut sql, viewer, staff, &[client]);
        self.chats(sql).await
    }

    /// The chats of the viewer with a colleague, newest first; none for who is no staff.
    pub async fn chats_with_staff(
        &self,
        viewer: &Viewer,
        other: StaffId,
    ) -> Result<Vec<ChatOfTwo>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Vec::new());
        };
        let mut sql = Sql::new(self.get_database_backend());
        with_staff(&mut sql, viewer, staff, &[other]);
        self.chats(sql).await
    }

    async fn chats(&self, sql: Sql) -> Result<Vec<ChatOfTwo>> {
        let rows = self.query_all_raw(sql.statement()).await?;
        let chat = |row| {
            let mut row = Reader::new(row);
            let _with: uuid::Uuid = row.next()?;
            Ok(ChatOfTwo {
                thread: row.next()?,
                standing: row.next()?,
            })
        };
        rows.iter().map(chat).collect()
    }

    /// Notes that a thread goes on with another.
    pub async fn continue_thread(
        &self,
        thread: ThreadId,
        continues: ThreadId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO thread_continuation (thread_id, continues_id, created_at) VALUES (");
        sql.bind(thread).push(", ").bind(continues);
        sql.push(", ").bind(at).push(")");
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

impl Store {
    /// The newest chat of the viewer with each of these clients, as one of the two; with colleagues
    /// by [`Store::own_chats_with_staff`].
    pub async fn own_chats_with_clients(
        &self,
        viewer: &Viewer,
        clients: &[ClientId],
    ) -> Result<Vec<(ClientId, ThreadId)>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Vec::new());
        };
        let mut sql = Sql::new(self.backend());
        with_clients(&mut sql, viewer, staff, clients);
        self.own_chats(sql).await
    }

    /// The newest chat of the viewer with each of these colleagues.
    pub async fn own_chats_with_staff(
        &self,
        viewer: &Viewer,
        others: &[StaffId],
    ) -> Result<Vec<(StaffId, ThreadId)>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Vec::new());
        };
        let mut sql = Sql::new(self.backend());
        with_staff(&mut sql, viewer, staff, others);
        self.own_chats(sql).await
    }

    /// The first of the viewer's own for each person, of rows that are sorted newest first.
    async fn own_chats<I>(&self, sql: Sql) -> Result<Vec<(I, ThreadId)>>
    where
        I: sea_orm::TryGetable + Copy + Ord,
    {
        let mut found = std::collections::BTreeMap::new();
        for row in &self.read.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            let (with, thread): (I, ThreadId) = (row.next()?, row.next()?);
            let standing: ParticipantStanding = row.next()?;
            if standing == ParticipantStanding::Participant {
                found.entry(with).or_insert(thread);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// The conversations of more than two on which a staff member is listed, newest activity first:
    /// groups, teams, and threads among three of the staff or more. `search` is the beginning of the
    /// subject or of a word of it. None for who is no staff.
    pub async fn find_groups(
        &self,
        viewer: &Viewer,
        search: &str,
        after: Option<GroupPlace>,
        first: usize,
    ) -> Result<Page<(GroupPlace, String)>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Page::empty());
        };
        let mut sql = Sql::new(self.backend());
        // `CROSS JOIN`: SQLite keeps the order, and so walks the viewer's own list.
        sql.push(
            "SELECT p.last_activity_at, t.id, t.subject FROM thread_participant p CROSS JOIN thread t \
             WHERE t.id = p.thread_id AND p.principal_id = ",
        );
        sql.bind(staff.id).push(" AND ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(
            " AND t.lifecycle IN ('OPEN', 'ARCHIVED') AND (t.kind IN ('GROUP', 'TEAM') \
             OR t.kind = 'INTERNAL' AND (SELECT COUNT(*) FROM thread_participant r \
             WHERE r.thread_id = t.id) > 2)",
        );
        if let Some(literal) = crate::directory::literal(search) {
            sql.push(" AND (LOWER(t.subject) LIKE ")
                .bind(format!("{literal}%"))
                .push(" ESCAPE '\\' OR LOWER(t.subject) LIKE ")
                .bind(format!("% {literal}%"))
                .push(" ESCAPE '\\')");
        }
        if let Some(place) = after {
            sql.push(" AND (p.last_activity_at, p.thread_id) < (")
                .bind(place.at);
            sql.push(", ").bind(place.thread).push(")");
        }
        sql.push(" ORDER BY p.last_activity_at DESC, p.thread_id DESC LIMIT ")
            .number(first + 1);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let group = |row| {
            let mut row = Reader::new(row);
            let (at, thread) = (row.next()?, row.next()?);
            Ok((GroupPlace { at, thread }, row.next()?))
        };
        let mut rows = rows.iter().map(group).collect::<Result<Vec<_>>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }

    /// Of these threads, those that go on with another, and those with which another goes on, as pairs
    /// (the one that goes on, the one before). Of each pair the viewer sees both.
    pub async fn continuations(
        &self,
        viewer: &Viewer,
        ids: &[ThreadId],
    ) -> Result<Vec<(ThreadId, ThreadId)>> {
        let mut sql = Sql::new(self.backend());
        for (i, column) in ["thread_id", "continues_id"].iter().enumerate() {
            sql.push(if i > 0 { " UNION " } else { "" });
            sql.push(
                "SELECT k.thread_id, k.continues_id FROM thread_continuation k \
                 JOIN thread t ON t.id = k.thread_id JOIN thread o ON o.id = k.continues_id WHERE ",
            );
            // SECURITY: that a chat went on in a group, or what a group began as, is for who sees both.
            visible_threads(&mut sql, viewer, Action::View, "t");
            sql.push(" AND ");
            visible_threads(&mut sql, viewer, Action::View, "o");
            sql.push(" AND k.").push(column).push(" IN ").list(ids);
        }
        sql.push(" ORDER BY 1, 2");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let pair = |row| {
            let mut row = Reader::new(row);
            Ok((row.next()?, row.next()?))
        };
        rows.iter().map(pair).collect()
    }
}
