//! The unions of people: who asks, who wrote, who read; and the `Node` interface.

use async_graphql::{Context, Error, ID, Interface, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use tidings_domain::Principal;

use crate::account::PortalAccount;
use crate::agency::Agency;
use crate::assessment::{Assessment, AssessmentDefinition, AssessmentVersion};
use crate::attachment::Attachment;
use crate::audience::{Audience, Topic};
use crate::care_team::{CareTeam, CareTeamMember};
use crate::client::Client;
use crate::document::{Document, DocumentCategory, DocumentFile, PredefinedDocumentName};
use crate::draft::Draft;
use crate::enums::ParticipantStanding;
use crate::error::not_found;
use crate::loaders::Load;
use crate::message::Message;
use crate::notification::Notification;
use crate::portal_request::{
    AssessmentRequest, DocumentRequest, LocationRequest, ReleaseOfInformationRequest,
};
use crate::program::{Enrollment, Program};
use crate::record::{Location, ReleaseOfInformation};
use crate::staff::StaffMember;
use crate::thread::Thread;
use crate::thread_people::GroupMember;

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id."))]
pub(crate) enum Node {
    Agency(Agency),
    Assessment(Assessment),
    AssessmentDefinition(AssessmentDefinition),
    AssessmentRequest(AssessmentRequest),
    AssessmentVersion(AssessmentVersion),
    Attachment(Attachment),
    Audience(Audience),
    CareTeam(CareTeam),
    CareTeamMember(CareTeamMember),
    Client(Client),
    Document(Document),
    DocumentCategory(DocumentCategory),
    DocumentFile(DocumentFile),
    DocumentRequest(DocumentRequest),
    PredefinedDocumentName(PredefinedDocumentName),
    Draft(Draft),
    Location(Location),
    LocationRequest(LocationRequest),
    Enrollment(Enrollment),
    Message(Message),
    Notification(Notification),
    PortalAccount(PortalAccount),
    ReleaseOfInformation(ReleaseOfInformation),
    ReleaseOfInformationRequest(ReleaseOfInformationRequest),
    Program(Program),
    StaffMember(StaffMember),
    Thread(Thread),
    Topic(Topic),
}

/// Who asks: the person of the token.
#[derive(Union)]
pub(crate) enum Viewer {
    StaffMember(StaffMember),
    PortalAccount(PortalAccount),
}

/// Who wrote: a staff member, or a client (whoever signed in for it). To a portal account the other
/// clients of a group are members of it, and nothing else.
#[derive(Union)]
pub(crate) enum Author {
    StaffMember(StaffMember),
    Client(Client),
    GroupMember(GroupMember),
}

/// Who read: a staff member, or a portal account for its client.
#[derive(Union)]
pub(crate) enum Reader {
    StaffMember(StaffMember),
    PortalAccount(PortalAccount),
}

/// Who saw a message first, and when.
#[derive(SimpleObject)]
pub(crate) struct ReadReceipt {
    /// Who.
    pub(crate) reader: Reader,
    /// When.
    pub(crate) seen_at: DateTime<Utc>,
}

/// Somebody who is listed on a thread by name.
#[derive(SimpleObject)]
pub(crate) struct Participant {
    /// Who.
    pub(crate) person: Author,
    /// How they came to it.
    pub(crate) standing: ParticipantStanding,
}

impl Author {
    /// Loads the author that a row names.
    pub(crate) async fn load(ctx: &Context<'_>, principal: Principal) -> Result<Self> {
        let author = match principal {
            Principal::Staff(id) => ctx
                .one(id)
                .await?
                .map(|row| Self::StaffMember(StaffMember::from(row))),
            Principal::Client(id) => ctx
                .one(id)
                .await?
                .map(|row| Self::Client(Client::from(row))),
            Principal::Account(_) => None,
        };
        author.ok_or_else(not_found)
    }
}

impl Reader {
    /// Loads the reader that a receipt names; none if the viewer may not know of it.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        principal: Principal,
    ) -> Result<Option<Self>, Error> {
        Ok(match principal {
            Principal::Staff(id) => ctx
                .one(id)
                .await?
                .map(|row| Self::StaffMember(StaffMember::from(row))),
            Principal::Account(id) => ctx
                .one(id)
                .await?
                .map(|row| Self::PortalAccount(PortalAccount(row))),
            Principal::Client(_) => None,
        })
    }
}
