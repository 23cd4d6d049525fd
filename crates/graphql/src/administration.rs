//! Mutations of what administrators keep: staff, clients, topics, audiences, agencies.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{AudienceId, RoleSet, StaffId, TopicId};
use tidings_service::{
    CreateAgency, CreateClient, CreateStaffMember, SaveTopic, SetAudienceLabel, SetStaffActive,
};

use crate::audience::{Audience, Topic};
use crate::client::Client;
use crate::directory_mutations::{ClientPayload, StaffMemberPayload, staff_member};
use crate::enums::{AudienceKind, Role};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;

/// A staff member to add.
#[derive(InputObject)]
pub(crate) struct CreateStaffMemberInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The name as shown: 1 to 200 characters.
    display_name: String,
    /// Title or profession, as shown.
    title: Option<String>,
    /// The work address.
    email: String,
    /// The roles; none is allowed and opens nothing.
    roles: Vec<Role>,
}

/// Whether a staff member works here.
#[derive(InputObject)]
pub(crate) struct SetStaffActiveInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The staff member.
    staff_member_id: ID,
    /// Whether.
    active: bool,
}

/// A client to add.
#[derive(InputObject)]
pub(crate) struct CreateClientInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The name as shown: 1 to 200 characters.
    display_name: String,
    /// The address on file.
    email: Option<String>,
}

/// A topic to add, or to change.
#[derive(InputObject)]
pub(crate) struct SaveTopicInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The topic to change; a new one if left out.
    topic_id: Option<ID>,
    /// The audience of a new one, and of no other.
    audience: Option<AudienceKind>,
    /// The title: 1 to 200 characters.
    title: String,
    /// The subject that it fills in.
    default_subject: String,
}

/// What came of a change of a topic.
#[derive(SimpleObject)]
pub(crate) struct TopicPayload {
    /// The topic, as saved.
    topic: Option<Topic>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// A name for an audience.
#[derive(InputObject)]
pub(crate) struct SetAudienceLabelInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The audience.
    audience_id: ID,
    /// The name: 1 to 200 characters.
    label: String,
}

/// What came of a change of an audience.
#[derive(SimpleObject)]
pub(crate) struct AudiencePayload {
    /// The audience, as saved.
    audience: Option<Audience>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// An agency to add, with its first administrator.
#[derive(InputObject)]
pub(crate) struct CreateAgencyInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Its name: 1 to 200 characters.
    name: String,
    /// The IANA time zone in which it counts its days.
    time_zone: String,
    /// The name of its first administrator.
    admin_name: String,
    /// The administrator's work address, to which a link to choose a password goes.
    admin_email: String,
}

/// What came of adding an agency, of which whoever added it sees nothing else.
#[derive(SimpleObject)]
pub(crate) struct AgencyCreatedPayload {
    /// The id of the agency.
    agency_id: Option<ID>,
    /// The id of its first administrator.
    admin_id: Option<ID>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AdministrationMutation;

#[Object]
impl AdministrationMutation {
    /// Adds a staff member. For practice and system admins.
    async fn create_staff_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member.")] input: CreateStaffMemberInput,
    ) -> Result<StaffMemberPayload> {
        let roles: Vec<tidings_domain::Role> = input.roles.into_iter().map(Into::into).collect();
        let create = CreateStaffMember {
            display_name: input.display_name,
            title: input.title,
            email: input.email,
            roles: RoleSet::of(&roles),
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let created = service.create_staff_member(&viewer, &input.idempotency_key, create);
        staff_member(ctx, created.await).await
    }

    /// Lets a staff member leave, at once and on open streams too, or come back. For practice and
    /// system admins; nobody does it to themselves.
    async fn set_staff_active(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member, and whether.")] input: SetStaffActiveInput,
    ) -> Result<StaffMemberPayload> {
        let set = SetStaffActive {
            staff: StaffId::parse(&input.staff_member_id)?,
            active: input.active,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let set = service.set_staff_active(&viewer, &input.idempotency_key, set);
        staff_member(ctx, set.await).await
    }

    /// Adds a client. For practice admins, clinical admins and schedulers.
    async fn create_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] input: CreateClientInput,
    ) -> Result<ClientPayload> {
        let create = CreateClient {
            display_name: input.display_name,
            email: input.email,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let created = service.create_client(&viewer, &input.idempotency_key, create);
        let (client, user_errors) = match outcome(created.await)? {
            Ok(created) => (ctx.one(created.client).await?.map(Client::from), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(ClientPayload {
            client,
            user_errors,
        })
    }

    /// Adds a topic to an audience, or changes one. For practice and clinical admins.
    async fn save_topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The topic.")] input: SaveTopicInput,
    ) -> Result<TopicPayload> {
        let save = SaveTopic {
            topic: input.topic_id.as_ref().map(TopicId::parse).transpose()?,
            audience: input.audience.map(Into::into),
            title: input.title,
            default_subject: input.default_subject,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let saved = service.save_topic(&viewer, &input.idempotency_key, save);
        let (topic, user_errors) = match outcome(saved.await)? {
            Ok(saved) => (ctx.one(saved.topic).await?.map(Topic::from), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(TopicPayload { topic, user_errors })
    }

    /// Names an audience; who reads it does not change. For practice and clinical admins.
    async fn set_audience_label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The audience and its name.")] input: SetAudienceLabelInput,
    ) -> Result<AudiencePayload> {
        let set = SetAudienceLabel {
            audience: AudienceId::parse(&input.audience_id)?,
            label: input.label,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let named = service.set_audience_label(&viewer, &input.idempotency_key, set);
        let (audience, user_errors) = match outcome(named.await)? {
            Ok(named) => {
                let row = ctx.one(named.audience).await?;
                (row.map(Audience::from), Vec::new())
            }
            Err(user_errors) => (None, user_errors),
        };
        Ok(AudiencePayload {
            audience,
            user_errors,
        })
    }

    /// Adds an agency with the default policy, its three audiences and its first administrator. Nothing
    /// of it shows to whoever adds it. For system admins.
    async fn create_agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency and its administrator.")] input: CreateAgencyInput,
    ) -> Result<AgencyCreatedPayload> {
        let create = CreateAgency {
            name: input.name,
            time_zone: input.time_zone,
            admin_name: input.admin_name,
            admin_email: input.admin_email,
        };
        let (service, viewer) = (ctx.service()?, ctx.viewer()?);
        let created = service.create_agency(&viewer, &input.idempotency_key, create);
        Ok(match outcome(created.await)? {
            Ok(created) => AgencyCreatedPayload {
                agency_id: Some(created.agency.global()),
                admin_id: Some(created.admin.global()),
                user_errors: Vec::new(),
            },
            Err(user_errors) => AgencyCreatedPayload {
                agency_id: None,
                admin_id: None,
                user_errors,
            },
        })
    }
}
