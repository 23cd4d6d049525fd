//! Portal requests: the writes that move them on, and those that leave a record.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tidings_domain::{ClientId, PortalRequestId, ReleaseId, RequestStatus};
use tidings_policy::Viewer;

use crate::entities::{location, portal_request, release_of_information};
use crate::error::Result;
use crate::record::{Record, select};
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

impl Tx {
    /// The request, locked until the end of the write, if the viewer sees it.
    pub async fn lock_portal_request(
        &self,
        viewer: &Viewer,
        id: PortalRequestId,
    ) -> Result<Option<portal_request::Model>> {
        self.lock_record(viewer, id.0).await
    }

    /// The release, locked until the end of the write, if the viewer sees it.
    pub async fn lock_release(
        &self,
        viewer: &Viewer,
        id: ReleaseId,
    ) -> Result<Option<release_of_information::Model>> {
        self.lock_record(viewer, id.0).await
    }

    pub(crate) async fn lock_record<R: Record>(
        &self,
        viewer: &Viewer,
        id: uuid::Uuid,
    ) -> Result<Option<R>> {
        let mut sql = select::<R>(self.get_database_backend(), viewer);
        sql.push(" AND r.id = ").bind(id);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE OF r");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// Stores a new request.
    pub async fn insert_portal_request(&self, request: &portal_request::Model) -> Result<()> {
        portal_request::Entity::insert(request.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Moves a locked request on: to seen, or to one of the states in which it is closed.
    pub async fn move_portal_request(
        &self,
        id: PortalRequestId,
        status: RequestStatus,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE portal_request SET status = '")
            .push(status.as_str());
        sql.push(if status == RequestStatus::Seen {
            "', seen_at = "
        } else {
            "', closed_at = "
        });
        sql.bind(at).push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Stores a location.
    pub async fn insert_location(&self, location: &location::Model) -> Result<()> {
        location::Entity::insert(location.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Stores a signed release.
    pub async fn insert_release(&self, release: &release_of_information::Model) -> Result<()> {
        release_of_information::Entity::insert(release.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Revokes a locked release.
    pub async fn revoke_release(&self, id: ReleaseId, at: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE release_of_information SET revoked_at = ")
            .bind(at);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// The last day of those of a client's releases that hold on this day (C-44).
    pub async fn released_until(
        &self,
        client: ClientId,
        today: NaiveDate,
    ) -> Result<Option<NaiveDate>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT MAX(e.expires_on) FROM release_of_information e WHERE e.client_id = ")
            .bind(client);
        sql.push(" AND e.revoked_at IS NULL AND e.starts_on <= ")
            .bind(today);
        sql.push(" AND e.expires_on >= ").bind(today);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(None), |row| Reader::new(row).next())
    }
}
