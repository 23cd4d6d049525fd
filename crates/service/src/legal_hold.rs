//! Legal holds: clients of whom nothing is erased, whatever was deleted (K3).

use serde::{Deserialize, Serialize};
use tidings_domain::{ClientId, Deed, Event};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::Subject;

use crate::context::{Begin, Service};
use crate::error::{Error, Result};

/// A hold to place, or to lift.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetLegalHold {
    /// Of which client.
    pub client: ClientId,
    /// Whether it is to be held.
    pub held: bool,
}

/// A client whose hold was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalHoldSet {
    /// The client.
    pub client: ClientId,
}

impl Service {
    /// Places a legal hold on a client, or lifts it.
    pub async fn set_legal_hold(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetLegalHold,
    ) -> Result<LegalHoldSet> {
        let write = match self.begin(viewer, key, "setLegalHold", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let client = write.tx.client(viewer, input.client).await?;
        let client = client.ok_or_else(Error::not_found)?;
        if !administers(viewer, AdminAction::SetLegalHold) {
            return Err(Error::forbidden());
        }
        let changed = if input.held {
            let by = viewer.principal();
            write.tx.hold(client.id, by, write.now).await?
        } else {
            write.tx.release(client.id).await?
        };
        if changed {
            let agency = viewer.agency();
            let subject = Subject {
                agency,
                thread: None,
                client: Some(client.id),
            };
            write.emit(subject, Event::ClientChanged).await?;
            let deed = if input.held {
                Deed::LegalHoldPlaced
            } else {
                Deed::LegalHoldLifted
            };
            write.audit(agency, deed, client.id, "").await?;
        }
        write.commit(LegalHoldSet { client: client.id }).await
    }
}
