//! A client's record, as far as messaging needs it.

use serde::{Deserialize, Serialize};
use tidings_domain::{ClientId, ClientStatus, Deed, Event};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::Subject;

use crate::context::{Begin, Service};
use crate::error::{Error, Result};

/// A status to set.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetClientStatus {
    /// Of which client.
    pub client: ClientId,
    /// The status.
    pub status: ClientStatus,
}

/// A status that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStatusSet {
    /// Of which client.
    pub client: ClientId,
}

impl Service {
    /// Marks a client active or inactive (S-33, S-34). It takes effect at once, in open sessions
    /// too: whether a client may write is asked at each write.
    pub async fn set_client_status(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetClientStatus,
    ) -> Result<ClientStatusSet> {
        if !administers(viewer, AdminAction::SetClientStatus) {
            return Err(Error::forbidden());
        }
        let write = match self.begin(viewer, key, "setClientStatus", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let client = write
            .tx
            .client(viewer, input.client)
            .await?
            .ok_or_else(Error::not_found)?;
        if client.status != input.status {
            write.tx.set_client_status(client.id, input.status).await?;
            let agency = client.agency_id;
            let subject = Subject {
                agency,
                thread: None,
                client: Some(client.id),
            };
            write.emit(subject, Event::ClientChanged).await?;
            let detail = format!("{} -> {}", client.status, input.status);
            write
                .audit(agency, Deed::ClientStatusChanged, client.id, detail)
                .await?;
        }
        write.commit(ClientStatusSet { client: client.id }).await
    }
}
