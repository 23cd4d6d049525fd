//! What messages said: before they were edited, and when they were answered.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tidings_domain::{BodyFormat, MessageId, PrincipalKind, ThreadId};
use tidings_policy::{Action, Viewer};
use uuid::Uuid;

use crate::database::Store;
use crate::entities::{client, message, message_revision, staff_member};
use crate::error::Result;
use crate::sql::{Known, Reader, Sql};
use crate::visibility::{hangs_in_sight, visible_threads};
use crate::writer::Tx;

/// What a message answers: another one, as it read at that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuoteKey {
    /// The other message.
    pub message: MessageId,
    /// Which of its texts.
    pub revision: i32,
}

/// A message as it read when it was answered (P-34).
#[derive(Clone, Debug)]
pub struct QuoteRow {
    /// Which.
    pub key: QuoteKey,
    /// Its thread.
    pub thread: ThreadId,
    /// Its number there.
    pub seq: i64,
    /// Staff member or client.
    pub author_kind: PrincipalKind,
    /// Who wrote it.
    pub author_id: Uuid,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// Its plain text as of that revision.
    pub text: Option<String>,
    /// Its author, if a staff member.
    pub staff: Option<Arc<staff_member::Model>>,
    /// Its author, if a client.
    pub client: Option<Arc<client::Model>>,
}

/// A new text for a message.
#[derive(Clone, Debug)]
pub struct Edit {
    /// How it is written.
    pub format: BodyFormat,
    /// The plain text.
    pub text: String,
    /// The sanitised HTML of a rich one.
    pub html: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Messages as they read at some time, of threads that the viewer sees: one statement for any
    /// number of them.
    pub async fn quotes(&self, viewer: &Viewer, keys: &[QuoteKey]) -> Result<Vec<QuoteRow>> {
        let mut messages: Vec<MessageId> = keys.iter().map(|key| key.message).collect();
        let mut revisions: Vec<i32> = keys.iter().map(|key| key.revision).collect();
        messages.sort_unstable();
        messages.dedup();
        revisions.sort_unstable();
        revisions.dedup();
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT m.id, m.revision, v.revision, m.thread_id, m.seq, m.author_kind, m.author_id, \
             m.created_at, m.body, v.body, ",
        );
        sql.columns::<staff_member::Model>("st").push(", ");
        sql.columns::<client::Model>("cl");
        sql.push(
            " FROM message m JOIN thread t ON t.id = m.thread_id \
             LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
             LEFT JOIN client cl ON cl.id = m.author_id AND m.author_kind = 'CLIENT' \
             LEFT JOIN message_revision v ON v.message_id = m.id AND v.revision IN ",
        );
        sql.list(&revisions).push(" WHERE ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        // SECURITY: what was deleted is not quoted any more (S-31).
        sql.push(" AND ");
        hangs_in_sight(&mut sql, viewer);
        sql.push(" AND m.id IN ").list(&messages);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let (mut staff, mut clients) = (Known::default(), Known::default());
        let mut found: Vec<QuoteRow> = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut row = Reader::new(row);
            let message = row.next()?;
            let (now, then): (i32, Option<i32>) = (row.next()?, row.next()?);
            let quote = QuoteRow {
                key: QuoteKey {
                    message,
                    revision: now,
                },
                thread: row.next()?,
                seq: row.next()?,
                author_kind: row.next()?,
                author_id: row.next()?,
                created_at: row.next()?,
                text: row.next()?,
                staff: None,
                client: None,
            };
            let before: Option<String> = row.next()?;
            let quote = QuoteRow {
                staff: row.shared(&mut staff)?,
                client: row.shared(&mut clients)?,
                ..quote
            };
            if let Some(revision) = then {
                let key = QuoteKey { message, revision };
                found.push(QuoteRow {
                    key,
                    text: before,
                    ..quote.clone()
                });
            }
            found.push(quote);
        }
        // A message stands there once for each of its texts, and once more as it is now.
        found.sort_by_key(|quote| quote.key);
        found.dedup_by_key(|quote| quote.key);
        Ok(found)
    }

    /// What these messages said before they were edited, oldest first; to an account nothing.
    pub async fn revisions(
        &self,
        viewer: &Viewer,
        messages: &[MessageId],
    ) -> Result<Vec<message_revision::Model>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<message_revision::Model>("v");
        sql.push(
            " FROM message_revision v JOIN message m ON m.id = v.message_id \
             JOIN thread t ON t.id = m.thread_id WHERE ",
        );
        visible_threads(&mut sql, viewer, Action::ReadHistory, "t");
        sql.push(" AND ");
        hangs_in_sight(&mut sql, viewer);
        sql.push(" AND v.message_id IN ").list(messages);
        sql.push(" ORDER BY v.message_id, v.revision");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }
}

impl Tx {
    /// Gives a message of a locked thread another text, and keeps the one before.
    pub async fn edit_message(&self, message: &message::Model, edit: &Edit) -> Result<()> {
        let before = message_revision::Model {
            message_id: message.id,
            revision: message.revision,
            body_format: message.body_format,
            body: message.body.clone(),
            body_html: message.body_html.clone(),
            written_at: message.edited_at.unwrap_or(message.created_at),
        };
        message_revision::Entity::insert(before.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE message SET revision = ")
            .bind(message.revision + 1);
        sql.push(", edited_at = ").bind(edit.at);
        sql.push(", body_format = ").bind(edit.format);
        sql.push(", body = ").bind(edit.text.as_str());
        sql.push(", body_html = ").bind(edit.html.clone());
        sql.push(" WHERE id = ").bind(message.id);
        self.execute_raw(sql.statement()).await?;
        let edited = message::Model {
            body: edit.text.clone(),
            ..message.clone()
        };
        self.index(vec![(&edited).into()]).await
    }
}
