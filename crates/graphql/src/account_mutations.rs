//! Mutations of portal accounts: invitations, and taking an account back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{AccountId, ClientId};
use tidings_service::{
    AccountChanged, InvitePortalAccount, LinkClient, PortalAccountDeactivation,
    SwitchPrimaryClient, UnlinkClient,
};

use crate::account::PortalAccount;
use crate::client::Client;
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;

/// Somebody to invite to the portal.
#[derive(InputObject)]
pub(crate) struct InvitePortalAccountInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// For which client.
    client_id: ID,
    /// At which address; the one on file if left out. It becomes the account's default address.
    email: Option<String>,
}

/// A portal account to take back.
#[derive(InputObject)]
pub(crate) struct DeactivatePortalAccountInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The account.
    portal_account_id: ID,
}

/// A client to put under a login.
#[derive(InputObject)]
pub(crate) struct LinkClientToAccountInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client.
    client_id: ID,
    /// The account that acts for it from now on.
    portal_account_id: ID,
}

/// A client to take from under its login.
#[derive(InputObject)]
pub(crate) struct UnlinkClientInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client.
    client_id: ID,
}

/// A client to stand first under its login.
#[derive(InputObject)]
pub(crate) struct SwitchPrimaryClientInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The account.
    portal_account_id: ID,
    /// The client, one of the account's.
    client_id: ID,
}

/// What came of a change of a portal account.
#[derive(SimpleObject)]
pub(crate) struct PortalAccountPayload {
    /// The account, as saved.
    portal_account: Option<PortalAccount>,
    /// The client, where the change was about one.
    client: Option<Client>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Invites a client to the portal by a mail with a link that is good once, for the hours that the
    /// policy says; the place of an open invitation is taken. For practice admins, clinical admins and
    /// schedulers.
    async fn invite_portal_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and the address.")] input: InvitePortalAccountInput,
    ) -> Result<PortalAccountPayload> {
        let invite = InvitePortalAccount {
            client: ClientId::parse(&input.client_id)?,
            email: input.email,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let key = &input.idempotency_key;
        payload(
            ctx,
            service.invite_portal_account(&viewer, key, invite).await,
        )
        .await
    }

    /// Takes a portal account back: it signs nobody in any more, and its open streams end. Its
    /// clients can be invited again. For practice admins, clinical admins and schedulers.
    async fn deactivate_portal_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: DeactivatePortalAccountInput,
    ) -> Result<PortalAccountPayload> {
        let account = AccountId::parse(&input.portal_account_id)?;
        let deactivate = PortalAccountDeactivation { account };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let key = &input.idempotency_key;
        payload(
            ctx,
            service
                .deactivate_portal_account(&viewer, key, deactivate)
                .await,
        )
        .await
    }

    /// Lets a portal account act for a client, too: a family. If another did, the client moves at once,
    /// on open streams too; an account that is left with nobody is taken back. For practice admins,
    /// clinical admins and schedulers.
    async fn link_client_to_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and the account.")] input: LinkClientToAccountInput,
    ) -> Result<PortalAccountPayload> {
        let link = LinkClient {
            client: ClientId::parse(&input.client_id)?,
            account: AccountId::parse(&input.portal_account_id)?,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let linked = service.link_client_to_account(&viewer, &input.idempotency_key, link);
        payload(ctx, linked.await).await
    }

    /// Takes a client from under its login, which sees nothing of it from now on. For practice admins,
    /// clinical admins and schedulers.
    async fn unlink_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] input: UnlinkClientInput,
    ) -> Result<PortalAccountPayload> {
        let client = ClientId::parse(&input.client_id)?;
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let unlink = UnlinkClient { client };
        let unlinked = service.unlink_client(&viewer, &input.idempotency_key, unlink);
        payload(ctx, unlinked.await).await
    }

    /// Makes a client the first under its login. For practice admins, clinical admins and schedulers.
    async fn switch_primary_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account and the client.")] input: SwitchPrimaryClientInput,
    ) -> Result<PortalAccountPayload> {
        let switch = SwitchPrimaryClient {
            account: AccountId::parse(&input.portal_account_id)?,
            client: ClientId::parse(&input.client_id)?,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let switched = service.switch_primary_client(&viewer, &input.idempotency_key, switch);
        payload(ctx, switched.await).await
    }
}

pub(crate) async fn payload(
    ctx: &Context<'_>,
    changed: tidings_service::Result<AccountChanged>,
) -> Result<PortalAccountPayload> {
    let changed = match outcome(changed)? {
        Ok(changed) => changed,
        Err(user_errors) => {
            return Ok(PortalAccountPayload {
                portal_account: None,
                client: None,
                user_errors,
            });
        }
    };
    let client = match changed.client {
        Some(client) => ctx.one(client).await?.map(Client::from),
        None => None,
    };
    Ok(PortalAccountPayload {
        portal_account: ctx.one(changed.account).await?.map(PortalAccount),
        client,
        user_errors: Vec::new(),
    })
}
