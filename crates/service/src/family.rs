//! Families: several clients under one login (P-46 to P-48, PX-12). Access moves at once, on open
//! streams too.

use serde::Serialize;
use tidings_domain::{AccountId, AccountState, ClientId, Deed, Principal, UserErrorCode, limits};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{AccountRow, ClientRow, Sessions};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::invitation::{AccountChanged, tell};
use crate::session::revoke;

/// A client to put under a login.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LinkClient {
    /// The client.
    pub client: ClientId,
    /// The account that acts for it from now on.
    pub account: AccountId,
}

/// A client to take from under a login.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UnlinkClient {
    /// The client.
    pub client: ClientId,
}

/// A client to stand first under its login.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SwitchPrimaryClient {
    /// The account.
    pub account: AccountId,
    /// The client, which is one of the account's.
    pub client: ClientId,
}

impl Service {
    /// Lets an account act for a client, too. If another did, the client moves: the other sees nothing
    /// of it from now on, and one that is left with nobody to act for is taken back.
    pub async fn link_client_to_account(
        &self,
        viewer: &Viewer,
        key: &str,
        input: LinkClient,
    ) -> Result<AccountChanged> {
        let write = match self
            .family(viewer, key, "linkClientToAccount", &input)
            .await?
        {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let client = client(&write, viewer, input.client).await?;
        let old = write.tx.lock_account_of(viewer, client.id).await?;
        let new = account(&write, viewer, input.account).await?;
        if new.state == AccountState::Deactivated {
            let code = UserErrorCode::AccountDeactivated;
            return Err(Error::refused(code, &["portalAccountId"]));
        }
        let changed = AccountChanged {
            account: new.id,
            client: Some(client.id),
        };
        if old.as_ref().is_some_and(|old| old.id == new.id) {
            return write.commit(changed).await;
        }
        let mut clients = write.tx.clients_of_account(new.id).await?;
        if clients.len() >= limits::MAX_ACCOUNT_CLIENTS {
            let code = UserErrorCode::TooManyClients;
            return Err(Error::refused(code, &["portalAccountId"]));
        }
        if let Some(old) = old {
            leave(&write, &old, client.id).await?;
        }
        clients.push(client.id);
        write.tx.set_clients_of_account(new.id, &clients).await?;
        tell(&write, client.agency_id, new.id).await?;
        let detail = client.id.to_string();
        write
            .audit(client.agency_id, Deed::ClientLinked, new.id, detail)
            .await?;
        write.commit(changed).await
    }

    /// Takes a client from under its login. The last one cannot be taken: take the account back
    /// instead.
    pub async fn unlink_client(
        &self,
        viewer: &Viewer,
        key: &str,
        input: UnlinkClient,
    ) -> Result<AccountChanged> {
        let write = match self.family(viewer, key, "unlinkClient", &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let client = client(&write, viewer, input.client).await?;
        let account = write.tx.lock_account_of(viewer, client.id).await?;
        let none = || Error::refused(UserErrorCode::ClientNotActivated, &["clientId"]);
        let account = account.ok_or_else(none)?;
        if write.tx.clients_of_account(account.id).await?.len() == 1 {
            return Err(Error::refused(UserErrorCode::LastClient, &["clientId"]));
        }
        leave(&write, &account, client.id).await?;
        let detail = client.id.to_string();
        write
            .audit(client.agency_id, Deed::ClientUnlinked, account.id, detail)
            .await?;
        let changed = AccountChanged {
            account: account.id,
            client: Some(client.id),
        };
        write.commit(changed).await
    }

    /// Makes a client the first under its login (PX-12).
    pub async fn switch_primary_client(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SwitchPrimaryClient,
    ) -> Result<AccountChanged> {
        let write = match self
            .family(viewer, key, "switchPrimaryClient", &input)
            .await?
        {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let client = client(&write, viewer, input.client).await?;
        let account = account(&write, viewer, input.account).await?;
        let mut clients = write.tx.clients_of_account(account.id).await?;
        let place = clients.iter().position(|id| *id == client.id);
        clients.remove(place.ok_or_else(Error::not_found)?);
        clients.insert(0, client.id);
        write
            .tx
            .set_clients_of_account(account.id, &clients)
            .await?;
        tell(&write, client.agency_id, account.id).await?;
        let detail = client.id.to_string();
        write
            .audit(
                client.agency_id,
                Deed::PrimaryClientSwitched,
                account.id,
                detail,
            )
            .await?;
        let changed = AccountChanged {
            account: account.id,
            client: Some(client.id),
        };
        write.commit(changed).await
    }

    async fn family(
        &self,
        viewer: &Viewer,
        key: &str,
        operation: &'static str,
        input: &impl Serialize,
    ) -> Result<Begin<'_, AccountChanged>> {
        if !administers(viewer, AdminAction::ManagePortalAccounts) {
            return Err(Error::forbidden());
        }
        self.begin(viewer, key, operation, input).await
    }
}

async fn client(write: &Write<'_>, viewer: &Viewer, id: ClientId) -> Result<ClientRow> {
    let client = write.tx.lock_client(viewer, id).await?;
    client.ok_or_else(Error::not_found)
}

async fn account(write: &Write<'_>, viewer: &Viewer, id: AccountId) -> Result<AccountRow> {
    let account = write.tx.lock_account(viewer, id).await?;
    account.ok_or_else(Error::not_found)
}

/// An account acts for a client no more.
async fn leave(write: &Write<'_>, account: &AccountRow, client: ClientId) -> Result<()> {
    // Told while it is one of them, and after: the client's record changes for both.
    tell(write, account.agency_id, account.id).await?;
    let mut clients = write.tx.clients_of_account(account.id).await?;
    clients.retain(|id| *id != client);
    write
        .tx
        .set_clients_of_account(account.id, &clients)
        .await?;
    if clients.is_empty() {
        let state = AccountState::Deactivated;
        write
            .tx
            .set_account(account.id, state, &account.email)
            .await?;
        write.tx.withdraw_invitations(account.id, write.now).await?;
        let who = Principal::Account(account.id);
        revoke(write, who, account.agency_id, Sessions::All).await?;
    }
    Ok(())
}
