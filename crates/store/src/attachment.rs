//! Attachments: scoped lookups, what was announced, and the writes that make and send them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryResult};
use tidings_domain::{AttachmentId, ClientId, MessageId, SearchKind};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::{attachment, message, upload};
use crate::error::Result;
use crate::search::Entry;
use crate::sql::{Reader, Sql};
use crate::visibility::{visible_attachments, visible_threads};
use crate::writer::Tx;

impl Store {
    /// Those of the attachments that the viewer sees, sent or not.
    pub async fn attachments(
        &self,
        viewer: &Viewer,
        ids: &[AttachmentId],
    ) -> Result<Vec<attachment::Model>> {
        attachments(&self.read, viewer, ids).await
    }

    /// The attachments of these messages, as far as the viewer sees them, in their order: one
    /// statement for any number of messages.
    pub async fn attachments_of(
        &self,
        viewer: &Viewer,
        messages: &[MessageId],
    ) -> Result<Vec<attachment::Model>> {
        let mut sql = attachments_of_statement(Sql::new(self.backend()), viewer, messages);
        sql.push(" ORDER BY a.message_id, a.rank");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(row).collect()
    }

    /// The names of what hangs on messages that the viewer exports, in its order; of deleted ones
    /// nothing.
    pub async fn attachments_to_export(
        &self,
        viewer: &Viewer,
        messages: &[MessageId],
    ) -> Result<HashMap<MessageId, Vec<String>>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT a.message_id, a.file_name FROM attachment a ");
        sql.push("JOIN thread t ON t.id = a.thread_id WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND a.deleted_at IS NULL AND a.message_id IN ")
            .list(messages);
        sql.push(" ORDER BY a.message_id, a.rank");
        let mut names: HashMap<MessageId, Vec<String>> = HashMap::new();
        for row in &self.read.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            names.entry(row.next()?).or_default().push(row.next()?);
        }
        Ok(names)
    }

    /// The viewer's own announced upload, if it is still waited for.
    pub async fn upload(
        &self,
        viewer: &Viewer,
        id: AttachmentId,
        now: DateTime<Utc>,
    ) -> Result<Option<upload::Model>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<upload::Model>("u");
        sql.push(" FROM upload u WHERE ");
        own_upload(&mut sql, viewer, now);
        sql.push(" AND u.id = ").bind(id);
        let found = self.read.query_one_raw(sql.statement()).await?;
        found.as_ref().map(|row| Reader::new(row).row()).transpose()
    }
}

pub(crate) fn attachments_of_statement(
    mut sql: Sql,
    viewer: &Viewer,
    messages: &[MessageId],
) -> Sql {
    select(&mut sql, viewer);
    sql.push(" AND a.message_id IN ").list(messages);
    sql
}

/// The columns of an attachment that the viewer sees, and where they come from.
fn select(sql: &mut Sql, viewer: &Viewer) {
    sql.push("SELECT ").columns::<attachment::Model>("a");
    sql.push(" FROM attachment a LEFT JOIN thread t ON t.id = a.thread_id WHERE ");
    visible_attachments(sql, viewer);
}

pub(crate) fn row(row: &QueryResult) -> Result<attachment::Model> {
    Reader::new(row).row()
}

async fn attachments<C: ConnectionTrait>(
    db: &C,
    viewer: &Viewer,
    ids: &[AttachmentId],
) -> Result<Vec<attachment::Model>> {
    let mut sql = Sql::new(db.get_database_backend());
    select(&mut sql, viewer);
    sql.push(" AND a.id IN ").list(ids);
    let rows = db.query_all_raw(sql.statement()).await?;
    rows.iter().map(row).collect()
}

fn own_upload(sql: &mut Sql, viewer: &Viewer, now: DateTime<Utc>) {
    sql.push("u.agency_id = ").bind(viewer.agency());
    sql.push(" AND u.uploader_id = ")
        .bind(viewer.principal().uuid());
    sql.push(" AND u.expires_at > ").bind(now);
}

impl Tx {
    /// Stores an attachment whose file is there.
    pub async fn insert_attachment(&self, attachment: &attachment::Model) -> Result<()> {
        attachment::Entity::insert(attachment.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Stores an announced upload.
    pub async fn insert_upload(&self, upload: &upload::Model) -> Result<()> {
        upload::Entity::insert(upload.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Ends the viewer's own announced upload. Of several at once one gets `true`.
    pub async fn take_upload(
        &self,
        viewer: &Viewer,
        id: AttachmentId,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM upload AS u WHERE ");
        own_upload(&mut sql, viewer, now);
        sql.push(" AND u.id = ").bind(id);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }

    /// Those of the attachments that the viewer sees, inside the write.
    pub async fn attachments(
        &self,
        viewer: &Viewer,
        ids: &[AttachmentId],
    ) -> Result<Vec<attachment::Model>> {
        attachments(&**self, viewer, ids).await
    }

    /// How many attachments of the viewer wait to be sent or to come.
    pub async fn unsent_attachments(&self, viewer: &Viewer, now: DateTime<Utc>) -> Result<u64> {
        let me = viewer.principal().uuid();
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT (SELECT COUNT(*) FROM attachment a WHERE a.message_id IS NULL");
        sql.push(" AND a.uploader_id = ").bind(me);
        sql.push(" AND (a.expires_at > ").bind(now);
        sql.push(" OR EXISTS (SELECT 1 FROM draft_attachment d WHERE d.attachment_id = a.id))");
        sql.push(") + (SELECT COUNT(*) FROM upload u WHERE ");
        own_upload(&mut sql, viewer, now);
        sql.push(")");
        let row = self.query_one_raw(sql.statement()).await?;
        let count: i64 = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Sends an attachment with a message about this client, at this place among its attachments, to
    /// be found by its name. `false` if it was sent already: of several messages at once one gets it.
    pub async fn attach(
        &self,
        id: AttachmentId,
        message: &message::Model,
        client: Option<ClientId>,
        rank: i32,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE attachment SET message_id = ")
            .bind(message.id);
        sql.push(", thread_id = ").bind(message.thread_id);
        sql.push(", client_id = ").bind(client);
        sql.push(", rank = ").bind(rank);
        sql.push(", sent_at = ").bind(message.created_at);
        sql.push(" WHERE message_id IS NULL AND id = ").bind(id);
        sql.push(" RETURNING file_name");
        let Some(row) = self.query_one_raw(sql.statement()).await? else {
            return Ok(false);
        };
        let name: String = Reader::new(&row).next()?;
        let entry = Entry {
            id: id.0,
            kind: SearchKind::Document,
            thread: message.thread_id,
            message: Some(message.id),
            at: message.created_at,
            text: &name,
        };
        self.index(vec![entry]).await?;
        Ok(true)
    }
}
