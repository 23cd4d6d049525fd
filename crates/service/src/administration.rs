//! What administrators keep: staff, clients, topics, the names of audiences. None of it shows anybody
//! a message.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AgencyId, AudienceId, AudienceKind, ClientId, ClientStatus, Deed, EmailAddress, Event,
    Principal, RoleSet, StaffId, TopicId, UserErrorCode, limits,
};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{ClientRow, Sessions, StaffRow, Subject, TopicRow};

use crate::context::{Begin, Service};
use crate::error::{Error, Result};
use crate::fields;
use crate::session::revoke;
use crate::staff::StaffChanged;

/// A staff member to add.
#[derive(Clone, Debug, Serialize)]
pub struct CreateStaffMember {
    /// The name as shown.
    pub display_name: String,
    /// Title or profession.
    pub title: Option<String>,
    /// The work address.
    pub email: String,
    /// The roles.
    pub roles: RoleSet,
}

/// Whether a staff member works here.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetStaffActive {
    /// Who.
    pub staff: StaffId,
    /// Whether.
    pub active: bool,
}

/// A client to add.
#[derive(Clone, Debug, Serialize)]
pub struct CreateClient {
    /// The name as shown.
    pub display_name: String,
    /// The address on file.
    pub email: Option<String>,
}

/// A client that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCreated {
    /// Which.
    pub client: ClientId,
}

/// A topic to add, or to change.
#[derive(Clone, Debug, Serialize)]
pub struct SaveTopic {
    /// The topic to change; a new one if left out.
    pub topic: Option<TopicId>,
    /// The audience of a new one.
    pub audience: Option<AudienceKind>,
    /// The title.
    pub title: String,
    /// The subject that it fills in (T-18).
    pub default_subject: String,
}

/// A topic that was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSaved {
    /// Which.
    pub topic: TopicId,
}

/// What an audience is called.
#[derive(Clone, Debug, Serialize)]
pub struct SetAudienceLabel {
    /// Which audience.
    pub audience: AudienceId,
    /// Its name.
    pub label: String,
}

/// An audience that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceNamed {
    /// Which.
    pub audience: AudienceId,
}

impl Service {
    /// Adds a staff member, who reads nothing before roles or assignments say so.
    pub async fn create_staff_member(
        &self,
        viewer: &Viewer,
        key: &str,
        input: CreateStaffMember,
    ) -> Result<StaffChanged> {
        let write = match admin(
            self,
            viewer,
            key,
            "createStaffMember",
            &input,
            AdminAction::ManageStaff,
        )
        .await?
        {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let row = StaffRow {
            id: write.id(),
            agency_id: viewer.agency(),
            display_name: name(&input.display_name, "displayName")?,
            title: input
                .title
                .as_deref()
                .map(|text| name(text, "title"))
                .transpose()?,
            email: email(&input.email, "email")?,
            roles: input.roles,
            active: true,
            allow_client_contact: false,
            display_in_portal: false,
            created_at: write.now,
        };
        write.tx.insert_staff(&row).await?;
        let deed = Deed::StaffCreated;
        write
            .audit(row.agency_id, deed, row.id, String::new())
            .await?;
        write.commit(StaffChanged { staff: row.id }).await
    }

    /// Lets a staff member leave, or come back. Who leaves is signed out at once, on open streams too.
    /// Nobody does it to themselves.
    pub async fn set_staff_active(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetStaffActive,
    ) -> Result<StaffChanged> {
        if viewer.principal() == Principal::Staff(input.staff) {
            return Err(Error::forbidden());
        }
        let write = match admin(
            self,
            viewer,
            key,
            "setStaffActive",
            &input,
            AdminAction::ManageStaff,
        )
        .await?
        {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let staff = write.tx.lock_staff_member(viewer, input.staff).await?;
        let staff = staff.ok_or_else(Error::not_found)?;
        if staff.active != input.active {
            write.tx.set_staff_active(staff.id, input.active).await?;
            let who = Principal::Staff(staff.id);
            revoke(&write, who, staff.agency_id, Sessions::All).await?;
            let event = Event::StaffAccessChanged { staff: staff.id };
            write.emit(of_agency(staff.agency_id, None), event).await?;
            let deed = if input.active {
                Deed::StaffActivated
            } else {
                Deed::StaffDeactivated
            };
            write
                .audit(staff.agency_id, deed, staff.id, String::new())
                .await?;
        }
        write.commit(StaffChanged { staff: staff.id }).await
    }

    /// Adds a client.
    pub async fn create_client(
        &self,
        viewer: &Viewer,
        key: &str,
        input: CreateClient,
    ) -> Result<ClientCreated> {
        let write = match admin(
            self,
            viewer,
            key,
            "createClient",
            &input,
            AdminAction::ManageClients,
        )
        .await?
        {
            Begin::Done(created) => return Ok(created),
            Begin::New(write) => write,
        };
        let display_name = name(&input.display_name, "displayName")?;
        let row = ClientRow {
            id: write.id(),
            agency_id: viewer.agency(),
            sort_name: display_name.to_lowercase(),
            display_name,
            email: input
                .email
                .as_deref()
                .map(|text| email(text, "email"))
                .transpose()?,
            status: ClientStatus::Active,
            direct_chat: viewer.policy().direct_chat_for_new_clients,
            may_send: true,
            created_at: write.now,
        };
        write.tx.insert_client(&row).await?;
        let subject = of_agency(row.agency_id, Some(row.id));
        write.emit(subject, Event::ClientChanged).await?;
        let deed = Deed::ClientCreated;
        write
            .audit(row.agency_id, deed, row.id, String::new())
            .await?;
        write.commit(ClientCreated { client: row.id }).await
    }

    /// Adds a topic to an audience, behind those it has, or changes one. Threads keep their subjects.
    pub async fn save_topic(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SaveTopic,
    ) -> Result<TopicSaved> {
        let write = match admin(
            self,
            viewer,
            key,
            "saveTopic",
            &input,
            AdminAction::ManageTopics,
        )
        .await?
        {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let title = name(&input.title, "title")?;
        let default_subject = subject(&input.default_subject)?;
        let row = match (input.topic, input.audience) {
            (Some(id), None) => {
                let row = write.tx.topic(viewer, id).await?;
                let row = row.ok_or_else(Error::not_found)?;
                TopicRow {
                    title,
                    default_subject,
                    ..row
                }
            }
            (None, Some(kind)) => {
                let audience = write.tx.audience_of(viewer, kind).await?;
                let (audience, rank) = audience.ok_or_else(Error::not_found)?;
                TopicRow {
                    id: write.id(),
                    agency_id: viewer.agency(),
                    audience_id: audience.id,
                    audience: kind,
                    title,
                    default_subject,
                    rank,
                }
            }
            _ => {
                return Err(Error::bad_input(
                    "Name a topic to change, or an audience for a new one.",
                ));
            }
        };
        write.tx.save_topic(&row).await?;
        let (deed, agency) = (Deed::TopicSaved, viewer.agency());
        write
            .audit(agency, deed, agency, row.id.to_string())
            .await?;
        write.commit(TopicSaved { topic: row.id }).await
    }

    /// Names an audience. Who reads it does not change.
    pub async fn set_audience_label(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetAudienceLabel,
    ) -> Result<AudienceNamed> {
        let write = match admin(
            self,
            viewer,
            key,
            "setAudienceLabel",
            &input,
            AdminAction::ManageTopics,
        )
        .await?
        {
            Begin::Done(named) => return Ok(named),
            Begin::New(write) => write,
        };
        let label = name(&input.label, "label")?;
        if !write
            .tx
            .set_audience_label(viewer, input.audience, &label)
            .await?
        {
            return Err(Error::not_found());
        }
        let (deed, agency) = (Deed::AudienceNamed, viewer.agency());
        write
            .audit(agency, deed, agency, input.audience.to_string())
            .await?;
        let audience = input.audience;
        write.commit(AudienceNamed { audience }).await
    }
}

pub(crate) async fn admin<'a, O: serde::de::DeserializeOwned>(
    service: &'a Service,
    viewer: &Viewer,
    key: &str,
    operation: &'static str,
    input: &impl Serialize,
    action: AdminAction,
) -> Result<Begin<'a, O>> {
    if !administers(viewer, action) {
        return Err(Error::forbidden());
    }
    service.begin(viewer, key, operation, input).await
}

fn of_agency(agency: AgencyId, client: Option<ClientId>) -> Subject {
    Subject {
        agency,
        thread: None,
        client,
    }
}

/// A name: 1 to 200 characters that show.
pub(crate) fn name(text: &str, field: &'static str) -> Result<String> {
    let text = text.trim();
    let fits = (1..=limits::MAX_NAME_CHARS).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(Error::refused(UserErrorCode::NameInvalid, &[field]))
    }
}

pub(crate) fn email(text: &str, field: &'static str) -> Result<String> {
    let invalid = || Error::refused(UserErrorCode::EmailInvalid, &[field]);
    Ok(EmailAddress::parse(text)
        .ok_or_else(invalid)?
        .as_str()
        .to_owned())
}

fn subject(text: &str) -> Result<String> {
    let required = || Error::refused(UserErrorCode::SubjectRequired, &["defaultSubject"]);
    let subject = fields::subject(Some(text))?.ok_or_else(required)?;
    Ok(subject.as_str().to_owned())
}
