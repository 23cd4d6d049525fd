//! Legal holds.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{ClientId, Principal};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

impl Store {
    /// Those of the clients of the viewer's agency of whom nothing is erased.
    pub async fn held_clients(
        &self,
        viewer: &Viewer,
        clients: &[ClientId],
    ) -> Result<Vec<ClientId>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT h.client_id FROM legal_hold h JOIN client c ON c.id = h.client_id ");
        sql.push("WHERE c.agency_id = ").bind(viewer.agency());
        sql.push(" AND h.client_id IN ").list(clients);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

impl Tx {
    /// Places a hold; false if there was one.
    pub async fn hold(&self, client: ClientId, by: Principal, now: DateTime<Utc>) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO legal_hold (client_id, placed_by, placed_at) VALUES (")
            .bind(client);
        sql.push(", ").bind(by.uuid()).push(", ").bind(now);
        sql.push(") ON CONFLICT (client_id) DO NOTHING");
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() > 0)
    }

    /// Lifts a hold; false if there was none.
    pub async fn release(&self, client: ClientId) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM legal_hold WHERE client_id = ")
            .bind(client);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() > 0)
    }
}
