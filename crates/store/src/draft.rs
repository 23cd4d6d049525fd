//! Drafts: each its writer's alone. Every read and every lock starts at [`own_drafts`].

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tidings_domain::{AttachmentId, DraftId, ThreadId, limits};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::{attachment, draft};
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;
use crate::writer::Tx;

impl Store {
    /// All drafts of the viewer, the one that was saved last first.
    pub async fn drafts(&self, viewer: &Viewer) -> Result<Vec<draft::Model>> {
        let mut sql = select(Sql::new(self.backend()), viewer);
        sql.push(" ORDER BY f.updated_at DESC, f.id DESC LIMIT ")
            .number(usize::try_from(limits::MAX_DRAFTS).unwrap_or(usize::MAX));
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// Those of the drafts that are the viewer's.
    pub async fn drafts_by_id(
        &self,
        viewer: &Viewer,
        ids: &[DraftId],
    ) -> Result<Vec<draft::Model>> {
        let mut sql = select(Sql::new(self.backend()), viewer);
        sql.push(" AND f.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// The viewer's drafts of answers in these threads.
    pub async fn drafts_in(
        &self,
        viewer: &Viewer,
        threads: &[ThreadId],
    ) -> Result<Vec<draft::Model>> {
        let mut sql = select(Sql::new(self.backend()), viewer);
        sql.push(" AND f.thread_id IN ").list(threads);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// The attachments of the viewer's drafts that were not sent otherwise, in their order.
    pub async fn attachments_of_drafts(
        &self,
        viewer: &Viewer,
        drafts: &[DraftId],
    ) -> Result<Vec<(DraftId, attachment::Model)>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT d.draft_id, ")
            .columns::<attachment::Model>("a");
        sql.push(
            " FROM draft_attachment d JOIN draft f ON f.id = d.draft_id \
             JOIN attachment a ON a.id = d.attachment_id \
             LEFT JOIN thread t ON t.id = f.thread_id WHERE ",
        );
        own_drafts(&mut sql, viewer);
        sql.push(" AND a.message_id IS NULL AND a.uploader_id = f.owner_id AND d.draft_id IN ")
            .list(drafts);
        sql.push(" ORDER BY d.draft_id, d.rank");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let read = |row| {
            let mut row = Reader::new(row);
            Ok((row.next()?, row.row()?))
        };
        rows.iter().map(read).collect()
    }
}

/// Adds the condition under which a draft `f`, whose thread, if it answers in one, is `t`, is the
/// viewer's own. With its thread it is out of sight: where the viewer does not see that any more, where
/// it is deleted, and as long as the viewer has removed it.
fn own_drafts(sql: &mut Sql, viewer: &Viewer) {
    let me = viewer.principal().uuid();
    // SECURITY: a draft is its writer's alone, whatever anybody's role.
    sql.push("(f.agency_id = ").bind(viewer.agency());
    sql.push(" AND f.owner_id = ").bind(me);
    sql.push(" AND (f.thread_id IS NULL OR (");
    visible_threads(sql, viewer, Action::Arrange, "t");
    sql.push(" AND NOT EXISTS (SELECT 1 FROM thread_state s WHERE s.viewer_id = ")
        .bind(me);
    sql.push(" AND s.thread_id = t.id AND s.removed_seq >= t.last_seq))))");
}

fn select(mut sql: Sql, viewer: &Viewer) -> Sql {
    sql.push("SELECT ").columns::<draft::Model>("f");
    sql.push(" FROM draft f LEFT JOIN thread t ON t.id = f.thread_id WHERE ");
    own_drafts(&mut sql, viewer);
    sql
}

impl Tx {
    /// The viewer's draft as it stands. Its thread is locked before itself.
    pub async fn draft(&self, viewer: &Viewer, id: DraftId) -> Result<Option<draft::Model>> {
        let mut sql = select(Sql::new(self.get_database_backend()), viewer);
        sql.push(" AND f.id = ").bind(id);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// The viewer's draft, locked until the end of the write.
    pub async fn lock_draft(&self, viewer: &Viewer, id: DraftId) -> Result<Option<draft::Model>> {
        let mut sql = select(Sql::new(self.get_database_backend()), viewer);
        sql.push(" AND f.id = ").bind(id);
        self.locked_draft(sql).await
    }

    /// The viewer's draft of an answer in a thread, locked until the end of the write.
    pub async fn lock_draft_in(
        &self,
        viewer: &Viewer,
        thread: ThreadId,
    ) -> Result<Option<draft::Model>> {
        let mut sql = select(Sql::new(self.get_database_backend()), viewer);
        sql.push(" AND f.thread_id = ").bind(thread);
        self.locked_draft(sql).await
    }

    async fn locked_draft(&self, mut sql: Sql) -> Result<Option<draft::Model>> {
        if sql.postgres() {
            sql.push(" FOR UPDATE OF f");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// How many drafts the viewer has, of those that it can take away.
    pub async fn draft_count(&self, viewer: &Viewer) -> Result<u64> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT COUNT(*) FROM draft f LEFT JOIN thread t ON t.id = f.thread_id WHERE ");
        own_drafts(&mut sql, viewer);
        let row = self.query_one_raw(sql.statement()).await?;
        let count: i64 = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Stores a draft in the place of what it was before, with these attachments.
    pub async fn put_draft(
        &self,
        draft: &draft::Model,
        attachments: &[AttachmentId],
    ) -> Result<()> {
        self.drop_draft(draft.id).await?;
        draft::Entity::insert(draft.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        for (rank, attachment) in (0_i32..).zip(attachments) {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("INSERT INTO draft_attachment (draft_id, attachment_id, rank) VALUES (");
            sql.bind(draft.id).push(", ").bind(*attachment);
            sql.push(", ").bind(rank).push(")");
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }

    /// Takes all drafts of answers in a thread away, whoever's they are, with its content.
    pub(crate) async fn drop_drafts_in(&self, thread: ThreadId) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM draft_attachment WHERE draft_id IN (SELECT f.id FROM draft f WHERE f.thread_id = ")
            .bind(thread).push(")");
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM draft WHERE thread_id = ")
            .bind(thread);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Takes a draft away; what was attached to it waits as long as any upload does.
    pub async fn drop_draft(&self, id: DraftId) -> Result<()> {
        for (table, key) in [("draft_attachment", "draft_id"), ("draft", "id")] {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("DELETE FROM ").push(table).push(" WHERE ");
            sql.push(key).push(" = ").bind(id);
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }

    /// Those of the attachments that a draft of the viewer's keeps, however long they wait.
    pub async fn kept_by_drafts(
        &self,
        viewer: &Viewer,
        attachments: &[AttachmentId],
    ) -> Result<Vec<AttachmentId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "SELECT d.attachment_id FROM draft_attachment d JOIN draft f ON f.id = d.draft_id",
        );
        sql.push(" WHERE f.owner_id = ")
            .bind(viewer.principal().uuid());
        sql.push(" AND d.attachment_id IN ").list(attachments);
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}
