//! Which files rows name, and the rows of files that go. Unscoped: it answers no viewer.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::database::Store;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

impl Store {
    /// Those of the files that an attachment, a document or an import names.
    pub async fn known_files(&self, files: &[Uuid]) -> Result<HashSet<Uuid>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT a.file_id FROM attachment a WHERE a.file_id IN ")
            .list(files);
        sql.push(" UNION SELECT f.file_id FROM document_file f WHERE f.file_id IN ")
            .list(files);
        sql.push(" UNION SELECT i.file_id FROM directory_import i WHERE i.file_id IN ")
            .list(files);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

impl Tx {
    /// Drops announced uploads that did not come and attachments that were not sent in time.
    /// Answers the files of these, which go after the commit.
    pub async fn drop_expired_uploads(&self, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM upload WHERE expires_at <= ")
            .bind(now);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM attachment WHERE message_id IS NULL AND expires_at <= ")
            .bind(now)
            // What a draft holds survives with it (SX-03).
            .push(" AND NOT EXISTS (SELECT 1 FROM draft_attachment d WHERE d.attachment_id = attachment.id)")
            .push(" RETURNING file_id");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}
