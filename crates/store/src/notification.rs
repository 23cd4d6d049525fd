//! Notifications: the viewer's own, and nobody else's.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tidings_domain::NotificationId;
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::notification;
use crate::error::Result;
use crate::page::{Page, RecordPlace};
use crate::record::newest_first;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

fn own(sql: &mut Sql, viewer: &Viewer) {
    sql.push("n.agency_id = ").bind(viewer.agency());
    sql.push(" AND n.recipient_id = ")
        .bind(viewer.principal().uuid());
}

fn select(backend: DbBackend, viewer: &Viewer) -> Sql {
    let mut sql = Sql::new(backend);
    sql.push("SELECT ").columns::<notification::Model>("n");
    sql.push(" FROM notification n WHERE ");
    own(&mut sql, viewer);
    sql
}

/// The statement of [`Store::notifications_page`].
pub(crate) fn page_statement(
    backend: DbBackend,
    viewer: &Viewer,
    unread: bool,
    after: Option<RecordPlace>,
    limit: usize,
) -> Statement {
    let mut sql = select(backend, viewer);
    if unread {
        sql.push(" AND n.read_at IS NULL");
    }
    newest_first(&mut sql, "n", after, limit);
    sql.statement()
}

impl Store {
    /// Those of the notifications that are the viewer's.
    pub async fn notifications(
        &self,
        viewer: &Viewer,
        ids: &[NotificationId],
    ) -> Result<Vec<notification::Model>> {
        let mut sql = select(self.backend(), viewer);
        sql.push(" AND n.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// A page of the viewer's notifications, newest first; of those alone that were not read, if
    /// `unread`.
    pub async fn notifications_page(
        &self,
        viewer: &Viewer,
        unread: bool,
        after: Option<RecordPlace>,
        first: usize,
    ) -> Result<Page<notification::Model>> {
        let statement = page_statement(self.backend(), viewer, unread, after, first + 1);
        let rows = self.read.query_all_raw(statement).await?;
        let rows: Result<Vec<_>> = rows.iter().map(|row| Reader::new(row).row()).collect();
        Ok(Page::cut(rows?, first, after.is_some()))
    }

    /// How many of the viewer's notifications were not read.
    pub async fn unread_notifications(&self, viewer: &Viewer) -> Result<i64> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT COUNT(*) FROM notification n WHERE ");
        own(&mut sql, viewer);
        sql.push(" AND n.read_at IS NULL");
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())
    }
}

impl Tx {
    /// Stores a notification. `false` if its recipient has one of the same thing already: nobody
    /// is notified twice (C-47).
    pub async fn insert_notification(&self, row: &notification::Model) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "INSERT INTO notification (id, agency_id, recipient_kind, recipient_id, kind, \
             subject_id, client_id, created_at) VALUES (",
        );
        sql.bind(row.id).push(", ").bind(row.agency_id);
        sql.push(", '")
            .push(row.recipient_kind.as_str())
            .push("', ");
        sql.bind(row.recipient_id);
        sql.push(", '").push(row.kind.as_str()).push("', ");
        sql.bind(row.subject_id).push(", ").bind(row.client_id);
        sql.push(", ").bind(row.created_at);
        sql.push(") ON CONFLICT (recipient_id, kind, subject_id) DO NOTHING");
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }

    /// Marks notifications of the viewer's as read; the first time is kept. Answers which there
    /// are.
    pub async fn read_notifications(
        &self,
        viewer: &Viewer,
        ids: &[NotificationId],
        at: DateTime<Utc>,
    ) -> Result<Vec<NotificationId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE notification AS n SET read_at = COALESCE(n.read_at, ")
            .bind(at);
        sql.push(") WHERE ");
        own(&mut sql, viewer);
        sql.push(" AND n.id IN ").list(ids).push(" RETURNING id");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}
