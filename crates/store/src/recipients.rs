//! The people to whom something goes, looked up together: a broadcast has thousands.

use std::collections::HashMap;

use sea_orm::entity::prelude::ColumnTrait;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder};
use tidings_domain::{AccountState, ClientId, StaffId};
use tidings_policy::Viewer;

use crate::directory::padded;
use crate::entities::{client, staff_member};
use crate::error::Result;
use crate::sql::{AT_ONCE, Reader, Sql};
use crate::visibility::visible;
use crate::writer::Tx;

impl Tx {
    /// Those of the clients that the viewer sees, inside the write.
    pub async fn clients(&self, viewer: &Viewer, ids: &[ClientId]) -> Result<Vec<client::Model>> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let query = visible::<client::Entity>(viewer);
            let query = query.filter(client::Column::Id.is_in(padded(ids)));
            found.extend(query.all(&**self).await?);
        }
        Ok(found)
    }

    /// Those of the staff members that the viewer sees, inside the write.
    pub async fn staff_members(
        &self,
        viewer: &Viewer,
        ids: &[StaffId],
    ) -> Result<Vec<staff_member::Model>> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let query = visible::<staff_member::Entity>(viewer);
            let query = query.filter(staff_member::Column::Id.is_in(padded(ids)));
            found.extend(query.all(&**self).await?);
        }
        Ok(found)
    }

    /// Everybody who works in the viewer's agency, by name.
    pub async fn all_staff(&self, viewer: &Viewer) -> Result<Vec<staff_member::Model>> {
        let query = visible::<staff_member::Entity>(viewer);
        let query = query.filter(staff_member::Column::Active.eq(true));
        let query = query.order_by_asc(staff_member::Column::DisplayName);
        Ok(query.all(&**self).await?)
    }

    /// How far the portal accounts of clients have come; without those that have none.
    pub async fn account_states(
        &self,
        clients: &[ClientId],
    ) -> Result<HashMap<ClientId, AccountState>> {
        let mut states = HashMap::with_capacity(clients.len());
        for clients in clients.chunks(AT_ONCE) {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push(
                "SELECT l.client_id, o.state FROM portal_account o \
                 JOIN portal_account_client l ON l.account_id = o.id WHERE l.client_id IN ",
            );
            sql.list(clients);
            for row in &self.query_all_raw(sql.statement()).await? {
                let mut row = Reader::new(row);
                states.insert(row.next()?, row.next()?);
            }
        }
        Ok(states)
    }
}
