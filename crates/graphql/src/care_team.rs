//! `CareTeam` and `CareTeamMember`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use tidings_store::{CareTeamRow, ClientRow};

use crate::client::Client;
use crate::enums::CareTeamSource;
use crate::guard::guarded;
use crate::loaders::{Load, TeamOf};
use crate::node::{Global, global};
use crate::request::Ask;
use crate::scalars::Date;
use crate::staff::StaffMember;

/// The staff assigned to one client.
#[derive(Description)]
pub(crate) struct CareTeam {
    pub(crate) client: Arc<ClientRow>,
}

#[Object(use_type_description)]
impl CareTeam {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        global("CareTeam", self.client.id.0)
    }

    /// The client.
    async fn client(&self) -> Client {
        Client(self.client.clone())
    }

    /// The members, by start date: those of today, or with `includeInactive` past and future ones,
    /// too, for staff. At most 500.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            default = false,
            desc = "Whether ended and coming memberships are listed, too."
        )]
        include_inactive: bool,
    ) -> Result<Vec<CareTeamMember>> {
        let today = ctx.viewer()?.today();
        let team = ctx.one(TeamOf(self.client.id)).await?.unwrap_or_default();
        let listed = |row: &CareTeamRow| include_inactive || row.holds_on(today);
        Ok(team
            .into_iter()
            .filter(listed)
            .take(500)
            .map(CareTeamMember)
            .collect())
    }
}

/// An assignment of a staff member to a client, from a first day to a last day.
#[derive(Description)]
pub(crate) struct CareTeamMember(pub(crate) CareTeamRow);

#[Object(use_type_description)]
impl CareTeamMember {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.member.id.global()
    }

    /// The staff member.
    async fn staff_member(&self) -> StaffMember {
        StaffMember(Arc::new(self.0.staff.clone()))
    }

    /// The first day.
    async fn start_date(&self) -> Date {
        Date(self.0.member.start_date)
    }

    /// The last day; the assignment holds on that day still. Null if it is open.
    async fn end_date(&self) -> Option<Date> {
        self.0.member.end_date.map(Date)
    }

    /// Whether the assignment holds today, in the agency's time zone.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = ctx.viewer()?.today();
        Ok(self.0.holds_on(today))
    }

    /// Whether others than the own agency's staff see it. Staff only.
    async fn public(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        guarded(ctx, "CareTeamMember.public", || self.0.member.public)
    }

    /// By hand or from an enrolment. Staff only.
    async fn source(&self, ctx: &Context<'_>) -> Option<Result<CareTeamSource>> {
        guarded(ctx, "CareTeamMember.source", || self.0.member.source.into())
    }
}
