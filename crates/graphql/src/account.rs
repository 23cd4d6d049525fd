//! `PortalAccount`.

use async_graphql::{Context, Description, ID, Object, Result};
use tidings_domain::ClientId;
use tidings_policy::Viewer;
use tidings_store::AccountRow;

use crate::client::Client;
use crate::enums::PortalAccountState;
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;

/// A login that acts for one client or for several: a family. Seen by itself and by staff of the
/// agency.
#[derive(Description)]
pub(crate) struct PortalAccount(pub(crate) AccountRow);

#[Object(use_type_description)]
impl PortalAccount {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The name of the person who signs in.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The default address for notices.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// How far the account has come.
    async fn state(&self) -> PortalAccountState {
        self.0.state.into()
    }

    /// The clients for whom the viewer's own account acts, the primary record first; empty for
    /// another account. At most 100.
    #[graphql(complexity = "3 * (child_complexity + 1)")]
    async fn clients(&self, ctx: &Context<'_>) -> Result<Vec<Client>> {
        let viewer = ctx.viewer()?;
        let own: Vec<ClientId> = match &*viewer {
            Viewer::Account(account) if account.id == self.0.id => {
                account.clients.iter().map(|own| own.id).collect()
            }
            _ => Vec::new(),
        };
        let rows = own.into_iter().map(async |id| ctx.one(id).await);
        let clients = futures_util::future::try_join_all(rows).await?;
        Ok(clients.into_iter().flatten().map(Client::from).collect())
    }
}
