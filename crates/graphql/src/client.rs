//! `Client`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use tidings_domain::{AccountState, ClientId};
use tidings_policy::{Viewer, may_contact};
use tidings_store::{ClientRow, contact_facts, contact_with};

use crate::account::PortalAccount;
use crate::care_team::{CareTeam, CareTeamMember};
use crate::connection::connection;
use crate::deletion_loaders::HeldClient;
use crate::document::DocumentConnection;
use crate::enums::{ClientStatus, DeliveryState};
use crate::guard::{guarded, permit};
use crate::loaders::{AccountOf, Load, TeamOf};
use crate::node::Global;
use crate::portal_request::{PortalRequestConnection, portal_requests};
use crate::program::{Enrollment, EnrollmentsOf};
use crate::record::{
    LocationConnection, ReleaseOfInformationConnection, documents, locations, releases,
};
use crate::request::Ask;

/// A person whom an agency serves. Staff see the entry of every client of their agency; that says
/// nothing of messages. A portal account sees its own clients.
#[derive(Clone, Description)]
pub(crate) struct Client(pub(crate) Arc<ClientRow>);

impl From<ClientRow> for Client {
    fn from(row: ClientRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    ClientConnection,
    ClientEdge,
    Client,
    "A page of clients, by name."
);

#[Object(use_type_description)]
impl Client {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The name as shown.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Whether the client is served at present. An inactive client reads and does not write.
    async fn status(&self) -> ClientStatus {
        self.0.status.into()
    }

    /// The address on file. Staff only.
    async fn email(&self, ctx: &Context<'_>) -> Option<Result<&str>> {
        match permit(ctx, "Client.email") {
            Ok(()) => self.0.email.as_deref().map(Ok),
            Err(refused) => Some(Err(refused)),
        }
    }

    /// Whether the client may use direct chats. Staff only.
    async fn direct_chat_access(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        guarded(ctx, "Client.directChatAccess", || self.0.direct_chat)
    }

    /// Whether a legal hold lies on the client: nothing of its threads is erased then. Staff only.
    async fn legal_hold(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        Some(match permit(ctx, "Client.legalHold") {
            Ok(()) => ctx
                .one(HeldClient(self.0.id))
                .await
                .map(|held| held.is_some()),
            Err(refused) => Err(refused),
        })
    }

    /// Whether the client may write as such; one who may not reads on. Staff only.
    async fn can_send(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        guarded(ctx, "Client.canSend", || self.0.may_send)
    }

    /// The login that acts for the client; null if there is none yet. Staff only.
    async fn portal_account(&self, ctx: &Context<'_>) -> Option<Result<PortalAccount>> {
        if let Err(refused) = permit(ctx, "Client.portalAccount") {
            return Some(Err(refused));
        }
        match ctx.one(AccountOf(self.0.id)).await {
            Ok(Some(link)) => ctx
                .one(link.account_id)
                .await
                .map(|row| row.map(PortalAccount))
                .transpose(),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// What the client is and was enrolled in, newest first, at most 200. Staff only.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn enrollments(&self, ctx: &Context<'_>) -> Option<Result<Vec<Enrollment>>> {
        if let Err(refused) = permit(ctx, "Client.enrollments") {
            return Some(Err(refused));
        }
        let rows = ctx.one(EnrollmentsOf(self.0.id)).await;
        let first = |rows: Vec<_>| rows.into_iter().take(200).map(Enrollment).collect();
        Some(rows.map(|rows| first(rows.unwrap_or_default())))
    }

    /// Who is assigned to the client. To a portal account it shows the members who are displayed
    /// to clients.
    async fn care_team(&self) -> CareTeam {
        CareTeam {
            client: self.0.clone(),
        }
    }

    /// What the client was asked for, newest first: every request with its status, also those that
    /// are closed. Staff see those of their agency, of another agency those that are not private
    /// and only if the client is shared with theirs.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn portal_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only requests behind this one.")] after: Option<String>,
    ) -> Result<PortalRequestConnection> {
        portal_requests(ctx, self.0.id, first, after).await
    }

    /// Where the client said to be, newest first. Seen as `portalRequests` are.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only locations behind this one.")] after: Option<String>,
    ) -> Result<LocationConnection> {
        locations(ctx, self.0.id, first, after).await
    }

    /// What the client handed in as documents, newest first. Seen as `portalRequests` are.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only documents behind this one.")] after: Option<String>,
    ) -> Result<DocumentConnection> {
        documents(ctx, self.0.id, first, after).await
    }

    /// The client's history of releases of information, newest first. Seen as `portalRequests` are.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn releases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only releases behind this one.")] after: Option<String>,
    ) -> Result<ReleaseOfInformationConnection> {
        releases(ctx, self.0.id, first, after).await
    }

    /// The care team members to whom the client can write first: on the team today, displayed,
    /// with contact allowed; empty while the client itself cannot. At most 100.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn messageable_care_team(&self, ctx: &Context<'_>) -> Result<Vec<CareTeamMember>> {
        let viewer = ctx.viewer()?;
        let account = match &*viewer {
            Viewer::Account(_) => AccountState::Connected,
            Viewer::Staff(_) => self.account_state(ctx).await?,
        };
        let facts = contact_facts(&self.0, account);
        let team = ctx.one(TeamOf(self.0.id)).await?.unwrap_or_default();
        let mut members: Vec<CareTeamMember> = Vec::new();
        for row in team {
            let today = row.holds_on(viewer.today()).then_some(&row.member);
            let with = contact_with(&row.staff, today.into_iter());
            let reachable = may_contact(viewer.policy(), &facts, with).is_ok();
            let listed = members
                .iter()
                .any(|member| member.0.staff.id == row.staff.id);
            if reachable && !listed && members.len() < 100 {
                members.push(CareTeamMember(row));
            }
        }
        Ok(members)
    }
}

impl Client {
    /// How far the login that acts for the client has come.
    async fn account_state(&self, ctx: &Context<'_>) -> Result<AccountState> {
        let Some(link) = ctx.one(AccountOf(self.0.id)).await? else {
            return Ok(AccountState::Invited);
        };
        let account = ctx.one(link.account_id).await?;
        Ok(account.map_or(AccountState::Invited, |account| account.state))
    }
}

/// Whether there is a login that acts for a client.
async fn connected(ctx: &Context<'_>, client: ClientId) -> Result<bool> {
    let Some(link) = ctx.one(AccountOf(client)).await? else {
        return Ok(false);
    };
    let account = ctx.one(link.account_id).await?;
    Ok(account.is_some_and(|account| account.state == AccountState::Connected))
}

/// Whether what is written to a client reaches a login (T-20).
pub(crate) async fn delivery(ctx: &Context<'_>, client: ClientId) -> Result<DeliveryState> {
    Ok(if connected(ctx, client).await? {
        DeliveryState::Delivered
    } else {
        DeliveryState::AwaitingAccount
    })
}
