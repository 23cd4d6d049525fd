//! Notes of staff on threads. Each read asks the law for [`Action::Annotate`], which no portal
//! account has.

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tidings_domain::ThreadId;
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::thread_note;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;
use crate::writer::Tx;

/// A note by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoteKey {
    /// The thread.
    pub thread: ThreadId,
    /// Its number there.
    pub number: i32,
}

impl Store {
    /// The notes on a thread before a number, newest first.
    pub async fn notes(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
        before: Option<i64>,
        first: usize,
    ) -> Result<Page<thread_note::Model>> {
        let mut sql = select(Sql::new(self.backend()), viewer);
        sql.push(" AND n.thread_id = ").bind(thread);
        sql.push(" AND n.number < ")
            .bind(before.unwrap_or(i64::MAX));
        sql.push(" ORDER BY n.number DESC LIMIT ").number(first + 1);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let rows = rows.iter().map(|row| Reader::new(row).row());
        let mut rows: Vec<thread_note::Model> = rows.collect::<Result<_>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: before.is_some(),
        })
    }

    /// These notes, as far as the viewer sees them.
    pub async fn notes_at(
        &self,
        viewer: &Viewer,
        keys: &[NoteKey],
    ) -> Result<Vec<thread_note::Model>> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.thread).collect();
        let numbers: Vec<i32> = keys.iter().map(|key| key.number).collect();
        let mut sql = select(Sql::new(self.backend()), viewer);
        sql.push(" AND n.thread_id IN ").list(&threads);
        sql.push(" AND n.number IN ").list(&numbers);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }
}

fn select(mut sql: Sql, viewer: &Viewer) -> Sql {
    sql.push("SELECT ").columns::<thread_note::Model>("n");
    sql.push(" FROM thread_note n JOIN thread t ON t.id = n.thread_id WHERE ");
    visible_threads(&mut sql, viewer, Action::Annotate, "t");
    sql
}

impl Tx {
    /// The number of the next note on a thread whose lock is held.
    pub async fn next_note(&self, thread: ThreadId) -> Result<i32> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT COALESCE(MAX(n.number), 0) + 1 FROM thread_note n WHERE n.thread_id = ")
            .bind(thread);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(1), |row| Reader::new(row).next())
    }

    /// Takes all notes on a thread away, with its content.
    pub(crate) async fn drop_notes(&self, thread: ThreadId) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM thread_note WHERE thread_id = ")
            .bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Stores a note.
    pub async fn insert_note(&self, note: &thread_note::Model) -> Result<()> {
        thread_note::Entity::insert(note.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }
}
