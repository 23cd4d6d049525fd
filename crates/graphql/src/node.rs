//! Global ids: a type and a `UUIDv7`, opaque to clients.

use async_graphql::{Error, ID};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tidings_domain::{
    AccountId, AgencyId, AttachmentId, AudienceId, CareTeamMemberId, ClientId, DocumentCategoryId,
    DocumentFileId, DocumentId, DocumentNameId, DraftId, EnrollmentId, LocationId, MessageId,
    NotificationId, PortalRequestId, ProgramId, ReleaseId, RequestKind, SessionId, StaffId,
    ThreadId, TopicId,
};
use uuid::Uuid;

use crate::error::bad_input;

/// A domain id that has a global form.
pub(crate) trait Global: From<Uuid> + Into<Uuid> {
    /// The name of its GraphQL type.
    const TYPE: &'static str;

    /// The global id.
    fn global(self) -> ID {
        global(Self::TYPE, self.into())
    }

    /// Parses a global id of this type.
    fn parse(id: &ID) -> Result<Self, Error> {
        match split(id) {
            Some((name, uuid)) if name == Self::TYPE => Ok(uuid.into()),
            _ => Err(bad_input(&format!(
                "This is not the id of a {}.",
                Self::TYPE
            ))),
        }
    }
}

/// The global id of a type that is no row of its own, by the row that it hangs on.
pub(crate) fn global(name: &str, uuid: Uuid) -> ID {
    ID(format!("{name}_{}", URL_SAFE_NO_PAD.encode(uuid)))
}

/// The type and the row of a global id.
pub(crate) fn split(id: &ID) -> Option<(&str, Uuid)> {
    let (name, uuid) = id.split_once('_')?;
    // 16 bytes in base64: anything longer is not looked at.
    if uuid.len() != 22 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(uuid).ok()?;
    Some((name, Uuid::from_slice(&bytes).ok()?))
}

macro_rules! global {
    ($($id:ident => $name:literal,)+) => {$(
        impl Global for $id {
            const TYPE: &'static str = $name;
        }
    )+};
}

global! {
    AgencyId => "Agency",
    AudienceId => "Audience",
    TopicId => "Topic",
    StaffId => "StaffMember",
    ClientId => "Client",
    AccountId => "PortalAccount",
    CareTeamMemberId => "CareTeamMember",
    ProgramId => "Program",
    EnrollmentId => "Enrollment",
    ThreadId => "Thread",
    MessageId => "Message",
    AttachmentId => "Attachment",
    DocumentCategoryId => "DocumentCategory",
    DocumentNameId => "PredefinedDocumentName",
    DocumentId => "Document",
    DocumentFileId => "DocumentFile",
    SessionId => "Session",
    LocationId => "Location",
    ReleaseId => "ReleaseOfInformation",
    NotificationId => "Notification",
    DraftId => "Draft",
}

/// The names of the types of portal requests.
const REQUESTS: &[(RequestKind, &str)] = &[
    (RequestKind::Location, "LocationRequest"),
    (RequestKind::Document, "DocumentRequest"),
    (
        RequestKind::ReleaseOfInformation,
        "ReleaseOfInformationRequest",
    ),
];

/// The global id of a portal request.
pub(crate) fn request_global(kind: RequestKind, id: PortalRequestId) -> ID {
    let named = REQUESTS.iter().find(|(of, _)| *of == kind);
    global(named.map_or("", |(_, name)| name), id.0)
}

/// The kind that the name of a type of portal requests means.
pub(crate) fn request_kind(name: &str) -> Option<RequestKind> {
    let named = REQUESTS.iter().find(|(_, of)| *of == name);
    named.map(|(kind, _)| *kind)
}

/// Parses the global id of a portal request, of this kind if one is asked for.
pub(crate) fn parse_request(
    id: &ID,
    wanted: Option<RequestKind>,
) -> Result<PortalRequestId, Error> {
    let found = split(id).and_then(|(name, uuid)| Some((request_kind(name)?, uuid)));
    match found {
        Some((kind, uuid)) if wanted.is_none_or(|wanted| wanted == kind) => Ok(uuid.into()),
        _ => Err(bad_input("This is not the id of such a portal request.")),
    }
}

/// The global id of an attachment, for what a server answers beside GraphQL.
#[must_use]
pub fn attachment_id(id: AttachmentId) -> String {
    id.global().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_type() {
        let id = ThreadId(Uuid::from_u128(42));
        let global = id.global();
        assert_eq!(ThreadId::parse(&global).unwrap(), id);
        assert!(MessageId::parse(&global).is_err());
    }

    #[test]
    fn malformed_ids_are_refused() {
        for bad in [
            "",
            "_",
            "Thread_",
            "Thread",
            "Thread_!!",
            "Thread_AAAAAAAAAAAAAAAAAAAAAA=",
            "thread_AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(ThreadId::parse(&ID(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
