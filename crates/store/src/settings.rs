//! What agencies and people set: versions of policies, settings of users, what a client may do.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QueryResult, QuerySelect, Set,
};
use tidings_domain::{ClientId, MessagingPolicy, Principal, StaffId, UserSettings};
use tidings_policy::Viewer;
use uuid::Uuid;

use crate::database::Store;
use crate::directory::padded;
use crate::entities::{client, messaging_policy};
use crate::error::{Result, StoreError};
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::viewer::switches;
use crate::visibility::visible;
use crate::writer::Tx;

/// A policy as its agency has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The version, from 1 without gaps.
    pub version: i32,
    /// The switches.
    pub switches: MessagingPolicy,
}

/// A version of an agency's policy (C-50).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// What holds since.
    pub policy: Policy,
    /// When it came into force.
    pub since: DateTime<Utc>,
    /// Who made it; none of an agency's first.
    pub changed_by: Option<StaffId>,
}

fn version(row: &QueryResult) -> Result<PolicyVersion> {
    let row: messaging_policy::Model = Reader::new(row).row()?;
    Ok(PolicyVersion {
        policy: Policy {
            version: row.version,
            switches: switches(&row.switches)?,
        },
        since: row.created_at,
        changed_by: row.changed_by,
    })
}

fn settings(text: &str) -> Result<UserSettings> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("user settings"))
}

impl Store {
    /// The versions of the viewer's agency's policy, newest first: those older than `before`, and of
    /// these the ones that had come into force by a moment.
    pub async fn policy_history(
        &self,
        viewer: &Viewer,
        at: Option<DateTime<Utc>>,
        before: Option<i32>,
        first: usize,
    ) -> Result<Page<PolicyVersion>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<messaging_policy::Model>("p");
        sql.push(" FROM messaging_policy p WHERE p.agency_id = ")
            .bind(viewer.agency());
        if let Some(before) = before {
            sql.push(" AND p.version < ").bind(before);
        }
        if let Some(at) = at {
            sql.push(" AND p.created_at <= ").bind(at);
        }
        sql.push(" ORDER BY p.version DESC LIMIT ")
            .number(first + 1);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let mut rows = rows.iter().map(version).collect::<Result<Vec<_>>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: before.is_some(),
        })
    }

    /// The viewer's own settings.
    pub async fn own_settings(&self, viewer: &Viewer) -> Result<UserSettings> {
        stored(&self.read, viewer.principal().uuid()).await
    }

    /// The settings of those of the staff members whom the viewer sees.
    pub async fn staff_settings(
        &self,
        viewer: &Viewer,
        ids: &[StaffId],
    ) -> Result<HashMap<StaffId, UserSettings>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT st.id, u.settings FROM staff_member st \
             LEFT JOIN user_settings u ON u.principal_id = st.id WHERE st.agency_id = ",
        );
        sql.bind(viewer.agency()).push(" AND st.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let one = |row| {
            let mut row = Reader::new(row);
            let (id, text): (StaffId, Option<String>) = (row.next()?, row.next()?);
            let stored = text.as_deref().map(settings).transpose()?;
            Ok((id, stored.unwrap_or_default()))
        };
        rows.iter().map(one).collect()
    }
}

async fn stored<C: ConnectionTrait>(db: &C, principal: Uuid) -> Result<UserSettings> {
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT u.settings FROM user_settings u WHERE u.principal_id = ")
        .bind(principal);
    let row = db.query_one_raw(sql.statement()).await?;
    let text: Option<String> = row
        .as_ref()
        .map(|row| Reader::new(row).next())
        .transpose()?;
    Ok(text
        .as_deref()
        .map(settings)
        .transpose()?
        .unwrap_or_default())
}

impl Tx {
    /// The policy of the viewer's agency as it was set; no other write changes it until the end of this
    /// one.
    pub async fn lock_policy(&self, viewer: &Viewer) -> Result<Policy> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT a.policy_version FROM agency a WHERE a.id = ")
            .bind(viewer.agency());
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE");
        }
        let missing = StoreError::Corrupt("messaging policy");
        let row = self.query_one_raw(sql.statement()).await?.ok_or(missing)?;
        let version: i32 = Reader::new(&row).next()?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT p.switches FROM messaging_policy p WHERE p.agency_id = ")
            .bind(viewer.agency())
            .push(" AND p.version = ")
            .bind(version);
        let missing = StoreError::Corrupt("messaging policy");
        let row = self.query_one_raw(sql.statement()).await?.ok_or(missing)?;
        let text: String = Reader::new(&row).next()?;
        Ok(Policy {
            version,
            switches: switches(&text)?,
        })
    }

    /// Stores a new version of a locked policy and puts it in force.
    pub async fn put_policy(&self, row: messaging_policy::Model) -> Result<()> {
        let (agency, version) = (row.agency_id, row.version);
        messaging_policy::Entity::insert(row.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE agency SET policy_version = ")
            .bind(version);
        sql.push(" WHERE id = ").bind(agency);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// The settings of a person; other writes of them wait for the end of this one.
    pub async fn lock_settings(&self, whose: Principal) -> Result<UserSettings> {
        let mut sql = Sql::new(self.get_database_backend());
        if sql.postgres() {
            // The row of the person is there, that of the settings perhaps not yet.
            sql.push(match whose {
                Principal::Staff(_) => "SELECT w.id FROM staff_member w WHERE w.id = ",
                Principal::Account(_) => "SELECT w.id FROM portal_account w WHERE w.id = ",
                Principal::Client(_) => "SELECT w.id FROM client w WHERE w.id = ",
            });
            sql.bind(whose.uuid()).push(" FOR NO KEY UPDATE");
            self.query_one_raw(sql.statement()).await?;
        }
        stored(&**self, whose.uuid()).await
    }

    /// Stores the settings of a person.
    pub async fn put_settings(
        &self,
        whose: Principal,
        settings: &UserSettings,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let text =
            serde_json::to_string(settings).map_err(|_| StoreError::Corrupt("user settings"))?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "INSERT INTO user_settings (principal_id, principal_kind, settings, changed_at) VALUES (",
        );
        sql.bind(whose.uuid()).push(", ").bind(whose.kind());
        sql.push(", ").bind(text).push(", ").bind(at);
        sql.push(
            ") ON CONFLICT (principal_id) DO UPDATE SET settings = excluded.settings, \
             changed_at = excluded.changed_at",
        );
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Lets a client write and use direct chats, or not.
    pub async fn set_client_messaging(
        &self,
        id: ClientId,
        may_send: bool,
        direct_chat: bool,
    ) -> Result<()> {
        client::ActiveModel {
            id: Set(id),
            may_send: Set(may_send),
            direct_chat: Set(direct_chat),
            ..Default::default()
        }
        .update_without_returning(&**self)
        .await?;
        Ok(())
    }

    /// Those of the staff members who work in the viewer's agency at present.
    pub async fn working(&self, viewer: &Viewer, ids: &[StaffId]) -> Result<Vec<StaffId>> {
        let staff = self.staff_members(viewer, ids).await?;
        let working = staff.into_iter().filter(|member| member.active);
        Ok(working.map(|member| member.id).collect())
    }

    /// Those of the clients that the viewer sees, locked until the end of the write, in the order of
    /// their ids: two that lock the same clients do not wait for each other.
    pub async fn lock_clients(
        &self,
        viewer: &Viewer,
        ids: &[ClientId],
    ) -> Result<Vec<client::Model>> {
        let query = visible::<client::Entity>(viewer)
            .filter(client::Column::Id.is_in(padded(ids)))
            .order_by_asc(client::Column::Id)
            .lock(LockType::NoKeyUpdate);
        Ok(query.all(&**self).await?)
    }
}
