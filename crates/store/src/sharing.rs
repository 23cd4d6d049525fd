//! Which agencies see the records of a client besides its own (K18).

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{AgencyId, ClientId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::client;
use crate::error::Result;
use crate::page::{Page, RecordPlace};
use crate::record::newest_first;
use crate::sql::{Reader, Sql};
use crate::visibility::shared_clients;
use crate::writer::Tx;

impl Store {
    /// A page of the clients that other agencies share with the viewer's, the newest client first.
    pub async fn shared_clients(
        &self,
        viewer: &Viewer,
        after: Option<RecordPlace>,
        first: usize,
    ) -> Result<Page<client::Model>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<client::Model>("c");
        sql.push(" FROM client c WHERE c.id IN (");
        shared_clients(&mut sql, viewer);
        sql.push(")");
        newest_first(&mut sql, "c", after, first + 1);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let rows: Result<Vec<_>> = rows.iter().map(|row| Reader::new(row).row()).collect();
        Ok(Page::cut(rows?, first, after.is_some()))
    }

    /// Those of the clients that the viewer sees, of another agency if it shares them.
    pub async fn clients(&self, viewer: &Viewer, ids: &[ClientId]) -> Result<Vec<client::Model>> {
        let mut rows = self.own_clients(viewer, ids).await?;
        let missing = |id: &&ClientId| rows.iter().all(|row| row.id != **id);
        let missing: Vec<ClientId> = ids.iter().filter(missing).copied().collect();
        // Most agencies share nobody: who finds all of its own asks no more than before.
        if missing.is_empty() || viewer.staff().is_none() {
            return Ok(rows);
        }
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<client::Model>("c");
        sql.push(" FROM client c WHERE c.id IN ").list(&missing);
        sql.push(" AND c.id IN (");
        shared_clients(&mut sql, viewer);
        sql.push(")");
        for row in &self.read.query_all_raw(sql.statement()).await? {
            rows.push(Reader::new(row).row()?);
        }
        Ok(rows)
    }
}

impl Tx {
    /// Whether there is such an agency.
    pub async fn is_agency(&self, id: AgencyId) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT a.id FROM agency a WHERE a.id = ").bind(id);
        Ok(self.query_one_raw(sql.statement()).await?.is_some())
    }

    /// Shares a client's records with an agency. `false` if they are already.
    pub async fn share_client(
        &self,
        client: ClientId,
        agency: AgencyId,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO client_sharing (client_id, agency_id, created_at) VALUES (");
        sql.bind(client).push(", ").bind(agency).push(", ").bind(at);
        sql.push(") ON CONFLICT (client_id, agency_id) DO NOTHING");
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }

    /// Ends that. `false` if they are not shared.
    pub async fn unshare_client(&self, client: ClientId, agency: AgencyId) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM client_sharing WHERE client_id = ")
            .bind(client);
        sql.push(" AND agency_id = ").bind(agency);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }
}
