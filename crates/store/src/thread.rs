//! Threads: scoped lookups and the writes that change them.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryResult, Set};
use tidings_domain::{
    AudienceKind, ClientId, Lifecycle, MessageId, ParticipantStanding, Principal, StaffId,
    ThreadId, TopicId,
};
use tidings_policy::{Action, Viewer};

use crate::database::Store;
use crate::entities::{thread, thread_client, thread_participant};
use crate::error::Result;
use crate::read_state::ViewerState;
use crate::sql::{Reader, Sql};
use crate::visibility::visible_threads;
use crate::writer::Tx;

/// A thread with what the viewer did with it.
#[derive(Clone, Debug)]
pub struct SeenThread {
    /// The thread.
    pub thread: thread::Model,
    /// What the viewer did with it.
    pub state: ViewerState,
}

/// What to change about a thread's header.
#[derive(Clone, Debug)]
pub struct Header {
    /// The audience.
    pub audience: Option<AudienceKind>,
    /// The topic.
    pub topic: Option<TopicId>,
    /// The subject.
    pub subject: String,
}

impl Store {
    /// Those of the threads that the viewer sees.
    pub async fn threads(&self, viewer: &Viewer, ids: &[ThreadId]) -> Result<Vec<SeenThread>> {
        let mut sql = select_visible(Sql::new(self.backend()), viewer, Action::View);
        sql.push(" AND t.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(seen).collect()
    }

    /// Who is listed on these threads, the starter's side first. Of a thread with several clients a
    /// portal account is told of its own and, of a broadcast, of nobody else but the sender (S-26);
    /// staff page through the clients.
    pub async fn participants(
        &self,
        viewer: &Viewer,
        ids: &[ThreadId],
    ) -> Result<Vec<(ThreadId, Principal, ParticipantStanding)>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT l.thread_id, l.principal_kind, l.principal_id, l.standing \
             FROM thread_participant l JOIN thread t ON t.id = l.thread_id WHERE ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND l.thread_id IN ").list(ids);
        if let Viewer::Account(account) = viewer {
            // SECURITY: whom else a broadcast went to is nobody's business.
            sql.push(" AND (t.kind <> 'BROADCAST' OR l.principal_id = t.started_by_id)");
            sql.push(" UNION ALL SELECT y.thread_id, 'CLIENT', y.client_id, 'PARTICIPANT' ");
            sql.push("FROM thread_client y JOIN thread t ON t.id = y.thread_id WHERE ");
            visible_threads(&mut sql, viewer, Action::View, "t");
            let own: Vec<ClientId> = account.clients.iter().map(|own| own.id).collect();
            sql.push(" AND y.thread_id IN ").list(ids);
            sql.push(" AND y.client_id IN ").list(&own);
        }
        sql.push(" ORDER BY 1, 2 DESC, 3");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(listed).collect()
    }
}

impl Store {
    /// Those of the threads whose addressed staff take no messages that clients start, nobody of them
    /// (C-22, K13).
    pub async fn contact_off(&self, viewer: &Viewer, ids: &[ThreadId]) -> Result<Vec<ThreadId>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT l.thread_id FROM thread_participant l JOIN thread t ON t.id = l.thread_id \
             JOIN staff_member st ON st.id = l.principal_id WHERE l.standing = 'PARTICIPANT' AND ",
        );
        visible_threads(&mut sql, viewer, Action::View, "t");
        sql.push(" AND l.thread_id IN ").list(ids);
        sql.push(
            " GROUP BY l.thread_id HAVING MAX(CASE WHEN st.active AND st.allow_client_contact \
             THEN 1 ELSE 0 END) = 0",
        );
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

pub(crate) fn listed(row: &QueryResult) -> Result<(ThreadId, Principal, ParticipantStanding)> {
    let mut row = Reader::new(row);
    let thread = row.next()?;
    let kind = row.next()?;
    Ok((thread, Principal::new(kind, row.next()?), row.next()?))
}

fn seen(row: &QueryResult) -> Result<SeenThread> {
    let mut row = Reader::new(row);
    Ok(SeenThread {
        thread: row.row()?,
        state: ViewerState::read(&mut row)?,
    })
}

fn select_visible(mut sql: Sql, viewer: &Viewer, action: Action) -> Sql {
    sql.push("SELECT ").columns::<thread::Model>("t");
    ViewerState::columns(&mut sql, viewer);
    sql.push(" FROM thread t");
    sql.push(" LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = ");
    sql.bind(viewer.principal().uuid()).push(" WHERE ");
    visible_threads(&mut sql, viewer, action, "t");
    // What the viewer removed from its own view is gone for it until a newer message comes (C-28).
    sql.push(" AND COALESCE(s.removed_seq, 0) < t.last_seq");
    sql
}

impl Tx {
    /// The thread, locked until the end of the write, if the viewer sees it.
    pub async fn lock_thread(&self, viewer: &Viewer, id: ThreadId) -> Result<Option<SeenThread>> {
        let mut sql = select_visible(Sql::new(self.get_database_backend()), viewer, Action::View);
        sql.push(" AND t.id = ").bind(id);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE OF t");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(seen).transpose()
    }

    /// Stores a new thread, to be found by its subject.
    pub async fn insert_thread(&self, thread: &thread::Model) -> Result<()> {
        thread::Entity::insert(thread.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        self.index(vec![thread.into()]).await
    }

    /// Lists people on a thread.
    pub async fn list_participants(
        &self,
        thread: &thread::Model,
        principals: &[Principal],
        standing: ParticipantStanding,
    ) -> Result<()> {
        let rows = principals
            .iter()
            .map(|principal| thread_participant::Model {
                thread_id: thread.id,
                principal_id: principal.uuid(),
                principal_kind: principal.kind(),
                standing,
                last_activity_at: thread.last_activity_at,
            });
        self.bulk(rows.collect()).await
    }

    /// Lists staff on a thread; answers who was not listed before.
    pub async fn add_listed(
        &self,
        thread: &thread::Model,
        staff: &[StaffId],
        standing: ParticipantStanding,
    ) -> Result<Vec<StaffId>> {
        let mut added = Vec::new();
        for id in staff {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push(
                "INSERT INTO thread_participant (thread_id, principal_id, principal_kind, \
                 standing, last_activity_at) VALUES (",
            );
            sql.bind(thread.id).push(", ").bind(*id);
            sql.push(", 'STAFF', '").push(standing.as_str()).push("', ");
            sql.bind(thread.last_activity_at);
            sql.push(") ON CONFLICT (thread_id, principal_id) DO NOTHING");
            if self.execute_raw(sql.statement()).await?.rows_affected() > 0 {
                added.push(*id);
            }
        }
        Ok(added)
    }

    /// Takes staff of this standing off a thread; answers who was on it.
    pub async fn remove_listed(
        &self,
        thread: &thread::Model,
        staff: &[StaffId],
        standing: ParticipantStanding,
    ) -> Result<Vec<StaffId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM thread_participant WHERE thread_id = ")
            .bind(thread.id);
        sql.push(" AND principal_kind = 'STAFF' AND standing = '")
            .push(standing.as_str())
            .push("' AND principal_id IN ")
            .list(staff);
        sql.push(" RETURNING principal_id");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// Gives a thread its clients, numbered from the one behind `last`.
    pub async fn list_clients(
        &self,
        thread: &thread::Model,
        clients: &[ClientId],
        last: i32,
    ) -> Result<()> {
        let rows = (last + 1..)
            .zip(clients)
            .map(|(number, client)| thread_client::Model {
                thread_id: thread.id,
                client_id: *client,
                number,
                last_activity_at: thread.last_activity_at,
            });
        self.bulk(rows.collect()).await
    }

    /// Moves a thread to the top: its newest message is this one.
    pub async fn advance_thread(
        &self,
        thread: &thread::Model,
        seq: i64,
        message: MessageId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread SET last_seq = ").bind(seq);
        sql.push(", last_message_id = ").bind(message);
        sql.push(", last_activity_at = ").bind(at);
        sql.push(", lifecycle = '")
            .push(Lifecycle::Open.as_str())
            .push("' WHERE id = ")
            .bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(backend);
        sql.push("UPDATE thread_participant SET last_activity_at = ")
            .bind(at);
        sql.push(" WHERE thread_id = ").bind(thread.id);
        self.execute_raw(sql.statement()).await?;
        if thread.kind.has_clients() {
            let mut sql = Sql::new(backend);
            sql.push("UPDATE thread_client SET last_activity_at = ")
                .bind(at);
            sql.push(" WHERE thread_id = ").bind(thread.id);
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }

    /// Changes the header of a locked thread and counts its version up.
    pub async fn change_header(&self, thread: &thread::Model, header: Header) -> Result<i32> {
        let version = thread.version + 1;
        let renamed = thread::Model {
            subject: header.subject.clone(),
            ..thread.clone()
        };
        thread::ActiveModel {
            id: Set(thread.id),
            audience: Set(header.audience),
            topic_id: Set(header.topic),
            subject: Set(header.subject),
            version: Set(version),
            ..Default::default()
        }
        .update_without_returning(&**self)
        .await?;
        self.index(vec![(&renamed).into()]).await?;
        Ok(version)
    }

    /// Locks a thread for everybody but this staff member, or takes the lock off (PX-04).
    pub async fn set_thread_lock(&self, id: ThreadId, by: Option<StaffId>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread SET locked_by_id = ").bind(by);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Archives a locked thread, or takes it back.
    pub async fn set_lifecycle(&self, id: ThreadId, lifecycle: Lifecycle) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE thread SET lifecycle = '")
            .push(lifecycle.as_str());
        sql.push("' WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
