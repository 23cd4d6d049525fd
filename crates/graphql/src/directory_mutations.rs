//! Mutations of the directory: care teams, roles, settings, a client's status.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{CareTeamMemberId, ClientId, RoleSet, StaffId};
use tidings_service::{Assign, Assigned, EndAssignment, SetClientStatus, SetRoles, StaffChanged};

use crate::care_team::CareTeamMember;
use crate::client::Client;
use crate::enums::{ClientStatus, Role};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::scalars::Date;
use crate::staff::StaffMember;

/// A staff member to put on a client's care team.
#[derive(InputObject)]
pub(crate) struct AssignCareTeamMemberInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client.
    client_id: ID,
    /// The staff member.
    staff_member_id: ID,
    /// The first day; today if left out.
    start_date: Option<Date>,
    /// The last day; open if left out.
    end_date: Option<Date>,
    /// Whether others than the agency's staff see the membership.
    #[graphql(default = true)]
    public: bool,
}

/// An assignment to end.
#[derive(InputObject)]
pub(crate) struct EndCareTeamAssignmentInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The membership.
    care_team_member_id: ID,
    /// The last day; yesterday if left out, which ends it at once.
    last_date: Option<Date>,
}

/// What came of a change of a care team.
#[derive(SimpleObject)]
pub(crate) struct CareTeamPayload {
    /// The membership.
    care_team_member: Option<CareTeamMember>,
    /// The client.
    client: Option<Client>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// A client's status to set.
#[derive(InputObject)]
pub(crate) struct SetClientStatusInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client.
    client_id: ID,
    /// The status.
    status: ClientStatus,
}

/// What came of a change of a client.
#[derive(SimpleObject)]
pub(crate) struct ClientPayload {
    /// The client.
    pub(crate) client: Option<Client>,
    /// Why nothing was changed.
    pub(crate) user_errors: Vec<UserError>,
}

/// Roles to give a staff member, in place of the present ones.
#[derive(InputObject)]
pub(crate) struct SetStaffRolesInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The staff member.
    staff_member_id: ID,
    /// The roles; none is allowed and opens nothing.
    roles: Vec<Role>,
}

/// What came of a change of a staff member.
#[derive(SimpleObject)]
pub(crate) struct StaffMemberPayload {
    /// The staff member, as saved.
    staff_member: Option<StaffMember>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct DirectoryMutation;

#[Object]
impl DirectoryMutation {
    /// Puts a staff member on a client's care team. For practice and clinical admins.
    async fn assign_care_team_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, the staff member and the days.")]
        input: AssignCareTeamMemberInput,
    ) -> Result<CareTeamPayload> {
        let assign = Assign {
            client: ClientId::parse(&input.client_id)?,
            staff: StaffId::parse(&input.staff_member_id)?,
            start: input.start_date.map(|date| date.0),
            end: input.end_date.map(|date| date.0),
            public: input.public,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        care_team(
            ctx,
            ctx.service()?
                .assign_care_team_member(&viewer, key, assign)
                .await,
        )
        .await
    }

    /// Ends an assignment. Access ends with the last day, on open streams, too. For practice and
    /// clinical admins.
    async fn end_care_team_assignment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership and its last day.")] input: EndCareTeamAssignmentInput,
    ) -> Result<CareTeamPayload> {
        let member = CareTeamMemberId::parse(&input.care_team_member_id)?;
        let end = EndAssignment {
            member,
            last: input.last_date.map(|date| date.0),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        care_team(
            ctx,
            ctx.service()?
                .end_care_team_assignment(&viewer, key, end)
                .await,
        )
        .await
    }

    /// Marks a client active or inactive. An inactive client reads and does not write, at once.
    /// For practice admins, clinical admins and schedulers.
    async fn set_client_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and the status.")] input: SetClientStatusInput,
    ) -> Result<ClientPayload> {
        let client = ClientId::parse(&input.client_id)?;
        let set = SetClientStatus {
            client,
            status: input.status.into(),
        };
        let viewer = ctx.viewer()?;
        let set = ctx
            .service()?
            .set_client_status(&viewer, &input.idempotency_key, set)
            .await;
        match outcome(set)? {
            Ok(set) => {
                let client = ctx.one(set.client).await?.map(Client::from);
                Ok(ClientPayload {
                    client,
                    user_errors: Vec::new(),
                })
            }
            Err(user_errors) => Ok(ClientPayload {
                client: None,
                user_errors,
            }),
        }
    }

    /// Replaces a staff member's roles. Takes effect at once, on open streams before their next
    /// event. For practice and system admins.
    async fn set_staff_roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member and the roles.")] input: SetStaffRolesInput,
    ) -> Result<StaffMemberPayload> {
        let roles: Vec<tidings_domain::Role> = input.roles.into_iter().map(Into::into).collect();
        let staff = StaffId::parse(&input.staff_member_id)?;
        let set = SetRoles {
            staff,
            roles: RoleSet::of(&roles),
        };
        let viewer = ctx.viewer()?;
        let set = ctx
            .service()?
            .set_staff_roles(&viewer, &input.idempotency_key, set)
            .await;
        staff_member(ctx, set).await
    }
}

async fn care_team(
    ctx: &Context<'_>,
    assigned: tidings_service::Result<Assigned>,
) -> Result<CareTeamPayload> {
    match outcome(assigned)? {
        Ok(assigned) => {
            let care_team_member = ctx.one(assigned.member).await?.map(CareTeamMember);
            let client = ctx.one(assigned.client).await?.map(Client::from);
            Ok(CareTeamPayload {
                care_team_member,
                client,
                user_errors: Vec::new(),
            })
        }
        Err(user_errors) => Ok(CareTeamPayload {
            care_team_member: None,
            client: None,
            user_errors,
        }),
    }
}

pub(crate) async fn staff_member(
    ctx: &Context<'_>,
    changed: tidings_service::Result<StaffChanged>,
) -> Result<StaffMemberPayload> {
    match outcome(changed)? {
        Ok(changed) => {
            let staff_member = ctx.one(changed.staff).await?.map(StaffMember::from);
            Ok(StaffMemberPayload {
                staff_member,
                user_errors: Vec::new(),
            })
        }
        Err(user_errors) => Ok(StaffMemberPayload {
            staff_member: None,
            user_errors,
        }),
    }
}
