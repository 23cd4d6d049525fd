//! Sessions: the viewer's own for reading; for refreshing and revoking, whoever holds their token.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{Principal, SessionId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::session;
use crate::error::Result;
use crate::sql::{Reader, Sql, row};
use crate::visibility::visible;
use crate::writer::Tx;

row! {
    session {
        id, agency_id, principal_kind, principal_id, device, created_at, last_used_at, expires_at,
        ends_at, generation, refresh_hash, revoked_at,
    }
}

/// Most sessions that one list shows.
const LISTED: u64 = 100;

impl session::Model {
    /// Whether it goes on at a moment.
    #[must_use]
    pub fn goes_on(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Adds the condition under which a session of a principal goes on.
pub(crate) fn going_on(sql: &mut Sql, session: SessionId, of: &str, now: DateTime<Utc>) {
    sql.push(" AND EXISTS (SELECT 1 FROM session q WHERE q.id = ")
        .bind(session);
    sql.push(" AND q.principal_id = ").push(of);
    sql.push(" AND q.revoked_at IS NULL AND q.expires_at > ")
        .bind(now)
        .push(")");
}

impl Store {
    /// The viewer's own sessions that go on, the one used last first: at most 100.
    pub async fn sessions(
        &self,
        viewer: &Viewer,
        now: DateTime<Utc>,
    ) -> Result<Vec<session::Model>> {
        let query = visible::<session::Entity>(viewer)
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .order_by_desc(session::Column::LastUsedAt)
            .order_by_desc(session::Column::Id)
            .limit(LISTED);
        Ok(query.all(&self.read).await?)
    }

    /// Whether a session goes on.
    pub async fn session_goes_on(&self, id: SessionId, now: DateTime<Utc>) -> Result<bool> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT q.id FROM session q WHERE q.id = ")
            .bind(id);
        sql.push(" AND q.revoked_at IS NULL AND q.expires_at > ")
            .bind(now);
        Ok(self.read.query_one_raw(sql.statement()).await?.is_some())
    }
}

impl Tx {
    /// Stores a session that begins.
    pub async fn insert_session(&self, session: &session::Model) -> Result<()> {
        session::Entity::insert(session.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// A session, locked until the end of the write.
    pub async fn lock_session(&self, id: SessionId) -> Result<Option<session::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<session::Model>("q");
        sql.push(" FROM session q WHERE q.id = ").bind(id);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// Notes that a session was refreshed.
    pub async fn refreshed(&self, session: &session::Model) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE session SET generation = ")
            .bind(session.generation);
        sql.push(", refresh_hash = ")
            .bind(session.refresh_hash.as_str());
        sql.push(", last_used_at = ").bind(session.last_used_at);
        sql.push(", expires_at = ").bind(session.expires_at);
        sql.push(" WHERE id = ").bind(session.id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Revokes the sessions of somebody that go on: the one, or all but one. Answers which.
    pub async fn revoke_sessions(
        &self,
        of: Principal,
        which: Sessions,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE session SET revoked_at = ").bind(now);
        sql.push(" WHERE revoked_at IS NULL AND expires_at > ")
            .bind(now);
        // SECURITY: nobody reaches anybody else's.
        sql.push(" AND principal_id = ").bind(of.uuid());
        match which {
            Sessions::All => {}
            Sessions::AllBut(id) => _ = sql.push(" AND id <> ").bind(id),
            Sessions::One(id) => _ = sql.push(" AND id = ").bind(id),
        }
        sql.push(" RETURNING id");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// Forgets sessions that ended before a moment, links that were good until then, and attempts to
    /// sign in that began before it.
    pub async fn forget_sessions(&self, before: DateTime<Utc>) -> Result<()> {
        for (table, column) in [
            ("session", "ends_at"),
            ("password_link", "expires_at"),
            ("sign_in_attempt", "first_at"),
        ] {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("DELETE FROM ")
                .push(table)
                .push(" WHERE ")
                .push(column);
            sql.push(" < ").bind(before);
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }
}

/// Which sessions of somebody.
#[derive(Clone, Copy, Debug)]
pub enum Sessions {
    /// All.
    All,
    /// All but this.
    AllBut(SessionId),
    /// This.
    One(SessionId),
}
