//! The same portal request to many clients: one write, and an answer for each of them (C-04).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidings_domain::{ClientId, PortalRequestId, UserErrorCode, limits};
use tidings_policy::Viewer;

use crate::body::note;
use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::portal_request::{Asked, NoteInput, Wanted};

/// A request to send to many.
#[derive(Clone, Debug, Serialize)]
pub struct SendPortalRequests {
    /// To which clients: 1 to 100, each once.
    pub clients: Vec<ClientId>,
    /// For what.
    pub wanted: Wanted,
    /// What else they are told.
    pub note: Option<NoteInput>,
}

/// What came of asking one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// The request that was sent.
    Sent(PortalRequestId),
    /// Why this client was not asked.
    Refused(UserErrorCode),
}

/// What came of asking each client, in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsSent {
    /// Client by client.
    pub clients: Vec<(ClientId, Asking)>,
}

impl Service {
    /// Asks each of these clients for something: a request of its own for each, so that none learns
    /// of another. Who cannot be asked is answered with the reason while the others are. Nobody
    /// is asked if one of the clients is not there, or if what is asked for is refused for all.
    pub async fn send_portal_requests(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SendPortalRequests,
    ) -> Result<RequestsSent> {
        named_once(&input.clients)?;
        let note = match &input.note {
            Some(given) => note(given.format, &given.text).await,
            None => Ok(None),
        };
        let write = match self
            .begin(viewer, key, "sendPortalRequests", &input)
            .await?
        {
            Begin::Done(sent) => return Ok(sent),
            Begin::New(write) => write,
        };
        // In an order: two that ask the same clients at once do not wait for each other.
        let mut clients = BTreeMap::new();
        let mut sorted = input.clients.clone();
        sorted.sort_unstable();
        for id in sorted {
            let client = write.tx.lock_client(viewer, id).await?;
            clients.insert(id, client.ok_or_else(Error::not_found)?);
        }
        let asked = Asked::judge(&write, viewer, &input.wanted, note).await?;
        let mut answers = Vec::with_capacity(input.clients.len());
        for id in &input.clients {
            let client = clients.get(id).ok_or_else(Error::not_found)?;
            answers.push((
                *id,
                match asked.send(&write, viewer, client).await {
                    Ok(request) => Asking::Sent(request),
                    Err(Error::Refused(refusal)) => Asking::Refused(refusal.code),
                    Err(error) => return Err(error),
                },
            ));
        }
        // Last: entries of an agency are written in turns.
        for (id, answer) in &answers {
            if let (Asking::Sent(request), Some(client)) = (answer, clients.get(id)) {
                asked.audit(&write, client, *request).await?;
            }
        }
        write.commit(RequestsSent { clients: answers }).await
    }
}

fn named_once(clients: &[ClientId]) -> Result<()> {
    let mut sorted = clients.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() == clients.len() && (1..=limits::MAX_IDS).contains(&clients.len()) {
        Ok(())
    } else {
        Err(Error::bad_input("Name 1 to 100 clients, each once."))
    }
}
