//! A client's record, as far as messaging needs it.

use serde::{Deserialize, Serialize};
use tidings_domain::{ClientId, ClientStatus, Deed, Event, limits};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{ClientRow, Subject};

use crate::context::{Begin, Service, Write};
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

/// What clients may do in messages. What is left out stays.
#[derive(Clone, Debug, Serialize)]
pub struct SetClientMessaging {
    /// Whose: one, or many at once (PX-06).
    pub clients: Vec<ClientId>,
    /// Whether they may write as such.
    pub send: Option<bool>,
    /// Whether they may use direct chats.
    pub direct_chat: Option<bool>,
}

/// Clients whose switches were set, in the order of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMessagingSet {
    /// Whose.
    pub clients: Vec<ClientId>,
}

impl Service {
    /// Sets what clients may do, for all of them or for none (K15, PX-05, PX-06). A client who may not
    /// write reads on. One without direct chats does not see those that there were, on open streams at
    /// once, until the access comes back.
    pub async fn set_client_messaging(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetClientMessaging,
    ) -> Result<ClientMessagingSet> {
        if !administers(viewer, AdminAction::SetClientMessaging) {
            return Err(Error::forbidden());
        }
        if !(1..=limits::MAX_IDS).contains(&input.clients.len()) {
            return Err(Error::bad_input("1 to 100 clients at once."));
        }
        let write = match self
            .begin(viewer, key, "setClientMessaging", &input)
            .await?
        {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let clients = write.tx.lock_clients(viewer, &input.clients).await?;
        let there = |id: &ClientId| clients.iter().any(|client| client.id == *id);
        if !input.clients.iter().all(there) {
            return Err(Error::not_found());
        }
        let mut changes = Vec::with_capacity(clients.len());
        for client in &clients {
            changes.extend(set_messaging(&write, client, &input).await?);
        }
        for (client, detail) in changes {
            let deed = Deed::ClientMessagingChanged;
            write.audit(viewer.agency(), deed, client, detail).await?;
        }
        let clients = input.clients;
        write.commit(ClientMessagingSet { clients }).await
    }

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

/// Sets what one client may do; answers what changed, for the audit log.
async fn set_messaging(
    write: &Write<'_>,
    client: &ClientRow,
    input: &SetClientMessaging,
) -> Result<Option<(ClientId, String)>> {
    let send = input.send.unwrap_or(client.may_send);
    let direct = input.direct_chat.unwrap_or(client.direct_chat);
    if (send, direct) == (client.may_send, client.direct_chat) {
        return Ok(None);
    }
    write
        .tx
        .set_client_messaging(client.id, send, direct)
        .await?;
    let subject = Subject {
        agency: client.agency_id,
        thread: None,
        client: Some(client.id),
    };
    if direct != client.direct_chat {
        write.emit(subject, Event::DirectChatChanged).await?;
    }
    write.emit(subject, Event::ClientChanged).await?;
    let detail = format!(
        "send: {} -> {send}, directChatAccess: {} -> {direct}",
        client.may_send, client.direct_chat
    );
    Ok(Some((client.id, detail)))
}
