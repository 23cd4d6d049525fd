//! Sharing a client's records with another agency (K18). Threads stay within their agency.

use serde::{Deserialize, Serialize};
use tidings_domain::{AgencyId, ClientId, Deed, Event, UserErrorCode};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::Subject;

use crate::context::{Begin, Service};
use crate::error::{Error, Result};

/// A client to share, or to share no more.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetClientSharing {
    /// The client, of the viewer's agency.
    pub client: ClientId,
    /// The other agency.
    pub agency: AgencyId,
    /// Whether it is to see the client's records.
    pub shared: bool,
}

/// What was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSharingSet {
    /// Of which client.
    pub client: ClientId,
}

impl Service {
    /// Shares a client's records that are not private with another agency, or ends it. It takes
    /// effect at once, on open streams, too: the law is asked about each event as of its delivery.
    pub async fn set_client_sharing(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetClientSharing,
    ) -> Result<ClientSharingSet> {
        if !administers(viewer, AdminAction::ShareClients) {
            return Err(Error::forbidden());
        }
        let write = match self.begin(viewer, key, "setClientSharing", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        // SECURITY: only the client's own agency shares it, not one with which it is shared.
        let client = write.tx.lock_client(viewer, input.client).await?;
        let client = client.ok_or_else(Error::not_found)?;
        if input.agency == viewer.agency() {
            let code = UserErrorCode::SharingNotAllowed;
            return Err(Error::refused(code, &["agencyId"]));
        }
        if !write.tx.is_agency(input.agency).await? {
            return Err(Error::not_found());
        }
        let changed = if input.shared {
            let tx = &write.tx;
            tx.share_client(client.id, input.agency, write.now).await?
        } else {
            write.tx.unshare_client(client.id, input.agency).await?
        };
        if changed {
            let subject = Subject {
                agency: input.agency,
                thread: None,
                client: Some(client.id),
            };
            let event = Event::ClientSharingChanged {
                shared: input.shared,
            };
            write.emit(subject, event).await?;
            let detail = format!("shared {} with agency {}", input.shared, input.agency);
            let deed = Deed::ClientSharingChanged;
            write
                .audit(client.agency_id, deed, client.id, detail)
                .await?;
        }
        write.commit(ClientSharingSet { client: client.id }).await
    }
}
