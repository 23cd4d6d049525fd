//! What the law needs to know of portal requests and notifications, for streams.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use tidings_domain::{AccountId, AgencyId, ClientId, NotificationId, PortalRequestId};
use tidings_policy::RecordFacts;

use crate::database::Store;
use crate::entities::{notification, portal_request};
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// A portal request as a stream needs it: the row, who may be waiting for it, and who else shares
/// its client.
#[derive(Clone, Debug)]
pub struct LiveRequest {
    /// The request.
    pub request: Arc<portal_request::Model>,
    /// The portal accounts that act for its client.
    pub accounts: Vec<AccountId>,
    /// The agencies with which the client is shared.
    pub shared_with: Vec<AgencyId>,
}

impl LiveRequest {
    /// For [`decide_record`](tidings_policy::decide_record).
    #[must_use]
    pub fn facts(&self) -> RecordFacts<'_> {
        record_facts(&self.request, &self.shared_with)
    }
}

/// What the law needs to know of a request.
#[must_use]
pub fn record_facts<'a>(
    request: &portal_request::Model,
    shared_with: &'a [AgencyId],
) -> RecordFacts<'a> {
    RecordFacts {
        agency: request.agency_id,
        client: request.client_id,
        private: request.private,
        hidden: false,
        shared_with,
    }
}

impl Store {
    /// These requests with what the law asks about them.
    pub async fn live_requests(
        &self,
        ids: &[PortalRequestId],
    ) -> Result<HashMap<PortalRequestId, LiveRequest>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<portal_request::Model>("r");
        sql.push(
            ", l.account_id, h.agency_id FROM portal_request r \
             LEFT JOIN portal_account_client l ON l.client_id = r.client_id \
             LEFT JOIN client_sharing h ON h.client_id = r.client_id WHERE r.id IN ",
        );
        sql.list(ids);
        let mut requests: HashMap<PortalRequestId, LiveRequest> = HashMap::new();
        for row in &self.read.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            let request: portal_request::Model = row.row()?;
            let (account, agency): (Option<AccountId>, Option<AgencyId>) =
                (row.next()?, row.next()?);
            let live = requests.entry(request.id).or_insert_with(|| LiveRequest {
                request: Arc::new(request),
                accounts: Vec::new(),
                shared_with: Vec::new(),
            });
            // The one join multiplies the other.
            if let Some(account) = account.filter(|id| !live.accounts.contains(id)) {
                live.accounts.push(account);
            }
            if let Some(agency) = agency.filter(|id| !live.shared_with.contains(id)) {
                live.shared_with.push(agency);
            }
        }
        Ok(requests)
    }

    /// These notifications, for the streams of their recipients.
    pub async fn live_notifications(
        &self,
        ids: &[NotificationId],
    ) -> Result<HashMap<NotificationId, Arc<notification::Model>>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ").columns::<notification::Model>("n");
        sql.push(" FROM notification n WHERE n.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let row: notification::Model = Reader::new(row).row()?;
                Ok((row.id, Arc::new(row)))
            })
            .collect()
    }
}

impl Tx {
    /// The agencies with which a client is shared, in an order.
    pub async fn sharing_agencies(&self, client: ClientId) -> Result<Vec<AgencyId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT h.agency_id FROM client_sharing h WHERE h.client_id = ")
            .bind(client);
        sql.push(" ORDER BY h.agency_id");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}
