//! Fills the index of search with what was there before it, and again when what a word is has
//! changed.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{MessageId, SearchKind, ThreadId};
use uuid::Uuid;

use crate::database::Store;
use crate::error::Result;
use crate::search::{Entry, VERSION};
use crate::sql::{Reader, Sql};

/// Texts of one write.
const AT_ONCE: usize = 1_000;

/// Where the texts of each kind are: the columns of a [`Words`].
const SOURCES: [(SearchKind, &str); 3] = [
    (
        SearchKind::Message,
        "SELECT x.id, x.thread_id, x.id, x.created_at, x.body FROM message x \
         WHERE x.deleted_at IS NULL",
    ),
    (
        SearchKind::Subject,
        "SELECT x.id, x.id, NULL, x.created_at, x.subject FROM thread x \
         WHERE x.lifecycle <> 'DELETED'",
    ),
    (
        SearchKind::Document,
        "SELECT x.id, x.thread_id, x.message_id, x.sent_at, x.file_name FROM attachment x \
         WHERE x.message_id IS NOT NULL AND x.deleted_at IS NULL",
    ),
];

struct Words {
    id: Uuid,
    thread: ThreadId,
    message: Option<MessageId>,
    at: DateTime<Utc>,
    text: String,
}

impl Store {
    /// Indexes all texts, unless this version has. It can be done by several servers at once, and
    /// goes on where one was stopped.
    pub(crate) async fn fill_search(&self) -> Result<()> {
        let tx = self.begin().await?;
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT v.version FROM search_version v ORDER BY v.version DESC LIMIT 1");
        let row = tx.query_one_raw(sql.statement()).await?;
        let version: Option<i32> = row.map(|row| Reader::new(&row).next()).transpose()?;
        if version == Some(VERSION) {
            return Ok(());
        }
        if version.is_some() {
            tx.execute_unprepared("DELETE FROM search_entry").await?;
            tx.execute_unprepared("DELETE FROM search_version").await?;
        }
        tx.commit().await?;
        for (kind, source) in SOURCES {
            let mut last = Uuid::nil();
            while let Some(next) = self.fill_some(kind, source, last).await? {
                last = next;
            }
        }
        let tx = self.begin().await?;
        let mut sql = Sql::new(self.backend());
        sql.push("INSERT INTO search_version (version) VALUES (")
            .bind(VERSION)
            .push(") ON CONFLICT (version) DO NOTHING");
        tx.execute_raw(sql.statement()).await?;
        tx.commit().await
    }

    /// Indexes some texts behind an id; answers the last of them.
    async fn fill_some(
        &self,
        kind: SearchKind,
        source: &'static str,
        last: Uuid,
    ) -> Result<Option<Uuid>> {
        let tx = self.begin().await?;
        let mut sql = Sql::new(self.backend());
        sql.push(source).push(" AND x.id > ").bind(last);
        sql.push(" ORDER BY x.id LIMIT ").number(AT_ONCE);
        let rows = tx.query_all_raw(sql.statement()).await?;
        let read = |row| {
            let mut row = Reader::new(row);
            Ok(Words {
                id: row.next()?,
                thread: row.next()?,
                message: row.next()?,
                at: row.next()?,
                text: row.next()?,
            })
        };
        let texts = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        let entry = |text| {
            let Words {
                id,
                thread,
                message,
                at,
                text,
            }: &Words = text;
            Entry {
                id: *id,
                kind,
                thread: *thread,
                message: *message,
                at: *at,
                text,
            }
        };
        tx.index(texts.iter().map(entry).collect()).await?;
        tx.commit().await?;
        Ok(texts.last().map(|text| text.id))
    }
}
