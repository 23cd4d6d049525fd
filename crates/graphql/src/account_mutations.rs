//! Mutations of portal accounts: invitations, and taking an account back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{AccountId, ClientId};
use tidings_service::{AccountChanged, InvitePortalAccount, PortalAccountDeactivation};

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
