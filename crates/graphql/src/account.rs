//! `PortalAccount`.

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::{DateTime, TimeDelta, Utc};
use tidings_domain::{AccountState, ClientId};
use tidings_policy::Viewer;
use tidings_store::{AccountRow, InvitationRow};

use crate::client::Client;
use crate::enums::PortalAccountState;
use crate::guard::permit;
use crate::loaders::{InvitationOf, Load};
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

    /// The newest invitation of the account; null if nobody sent one. Staff only.
    async fn invitation(&self, ctx: &Context<'_>) -> Option<Result<PortalInvitation>> {
        if let Err(refused) = permit(ctx, "PortalAccount.invitation") {
            return Some(Err(refused));
        }
        let found = ctx.one(InvitationOf(self.0.id)).await.transpose()?;
        Some(found.and_then(|row| {
            Ok(PortalInvitation {
                row,
                connected: self.0.state == AccountState::Connected,
                now: ctx.service()?.clock.now(),
            })
        }))
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

/// An invitation to choose a password for a portal account. Seen by staff of the agency; whoever is
/// invited has a link.
#[derive(Description)]
pub(crate) struct PortalInvitation {
    row: InvitationRow,
    connected: bool,
    now: DateTime<Utc>,
}

impl PortalInvitation {
    fn is_open(&self) -> bool {
        let row = &self.row;
        let pending = row.accepted_at.is_none() && row.withdrawn_at.is_none();
        pending && !self.connected && self.now < row.expires_at
    }
}

#[Object(use_type_description)]
impl PortalInvitation {
    /// When it was sent.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// From this moment on it opens nothing.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.row.expires_at
    }

    /// Whether it can be accepted still.
    async fn open(&self) -> bool {
        self.is_open()
    }

    /// Days until it expires, one that has begun counted whole; 0 if it is not open.
    async fn days_left(&self) -> i64 {
        if !self.is_open() {
            return 0;
        }
        let left = self.row.expires_at - self.now;
        let begun = i64::from(left > TimeDelta::days(left.num_days()));
        left.num_days() + begun
    }

    /// How often it was reminded of.
    async fn reminders_sent(&self) -> i32 {
        self.row.reminders
    }

    /// When it was accepted.
    async fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.row.accepted_at
    }
}
