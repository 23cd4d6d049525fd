//! What administrators keep: writes of the directory.

use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter};
use tidings_domain::{AccountId, AudienceId, AudienceKind, ClientId, StaffId};
use tidings_policy::Viewer;

use crate::entities::{audience, client, portal_account_client, staff_member, topic};
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::visibility::visible;
use crate::writer::Tx;

/// Whether a text is the name of an IANA time zone.
#[must_use]
pub fn is_time_zone(text: &str) -> bool {
    text.parse::<chrono_tz::Tz>().is_ok()
}

impl Tx {
    /// Lets an account act for these clients, in this order, and for no others.
    pub async fn set_clients_of_account(&self, id: AccountId, clients: &[ClientId]) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM portal_account_client WHERE account_id = ")
            .bind(id);
        self.execute_raw(sql.statement()).await?;
        let row = |(client, rank): (&ClientId, i32)| portal_account_client::Model {
            client_id: *client,
            account_id: id,
            rank,
        };
        self.bulk(clients.iter().zip(0..).map(row).collect()).await
    }

    /// Stores a staff member.
    pub async fn insert_staff(&self, staff: &staff_member::Model) -> Result<()> {
        self.bulk(vec![staff.clone()]).await
    }

    /// Sets whether a staff member works here.
    pub async fn set_staff_active(&self, id: StaffId, active: bool) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE staff_member SET active = ").bind(active);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Stores a client.
    pub async fn insert_client(&self, client: &client::Model) -> Result<()> {
        self.bulk(vec![client.clone()]).await
    }

    /// An audience of the viewer's agency, and the rank behind its topics.
    pub async fn audience_of(
        &self,
        viewer: &Viewer,
        kind: AudienceKind,
    ) -> Result<Option<(audience::Model, i32)>> {
        let query = visible::<audience::Entity>(viewer).filter(audience::Column::Kind.eq(kind));
        let Some(audience) = query.one(&**self).await? else {
            return Ok(None);
        };
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT CAST(COALESCE(MAX(t.rank), -1) + 1 AS INTEGER) FROM topic t WHERE t.audience_id = ");
        sql.bind(audience.id);
        let row = self.query_one_raw(sql.statement()).await?;
        let rank = row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())?;
        Ok(Some((audience, rank)))
    }

    /// Stores a topic, or what it is called.
    pub async fn save_topic(&self, topic: &topic::Model) -> Result<()> {
        let kept = OnConflict::column(topic::Column::Id)
            .update_columns([topic::Column::Title, topic::Column::DefaultSubject])
            .to_owned();
        topic::Entity::insert(topic.clone().into_active_model())
            .on_conflict(kept)
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Names an audience of the viewer's agency; `false` if there is no such.
    pub async fn set_audience_label(
        &self,
        viewer: &Viewer,
        id: AudienceId,
        label: &str,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE audience SET label = ").bind(label);
        sql.push(" WHERE id = ").bind(id);
        // SECURITY: of the own agency.
        sql.push(" AND agency_id = ").bind(viewer.agency());
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }
}
