//! Portal requests: asking a client, and what becomes of it short of being fulfilled.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AccountState, AssessmentVersionId, BodyFormat, ClientId, Deed, DocumentCategoryId, Event,
    MessagingPolicy, PortalRequestId, RequestKind, RequestStatus, StaffId, UserErrorCode, release,
};
use tidings_policy::{Viewer, may_act_for, may_change_requests, may_send_request};
use tidings_store::{ClientRow, PortalRequestRow, Subject, Tx};

use crate::assessment::WantedAssessment;
use crate::body::{MessageBody, note};
use crate::context::{Begin, Service, Write};
use crate::document::WantedDocument;
use crate::error::{Error, Result};

/// A note to the client, as it was handed in.
#[derive(Clone, Debug, Serialize)]
pub struct NoteInput {
    /// How it is written.
    pub format: BodyFormat,
    /// Text or HTML.
    pub text: String,
}

/// What a client is asked for (C-32).
#[derive(Clone, Debug, Serialize)]
pub enum Wanted {
    /// Where the client is (C-42).
    Location {
        /// Whether it is kept from other agencies.
        private: bool,
    },
    /// Answers to an assessment (C-33).
    Assessment(WantedAssessment),
    /// Files of a category (C-35).
    Document(WantedDocument),
    /// A signed release of information (C-43).
    ReleaseOfInformation {
        /// For how many days it is to hold at most; as the policy allows if left out.
        days: Option<u32>,
    },
}

/// A request to send.
#[derive(Clone, Debug, Serialize)]
pub struct SendPortalRequest {
    /// To which client.
    pub client: ClientId,
    /// For what.
    pub wanted: Wanted,
    /// What else the client is told.
    pub note: Option<NoteInput>,
}

/// A request that was sent or moved on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMoved {
    /// Which.
    pub request: PortalRequestId,
}

impl Wanted {
    fn kind(&self) -> RequestKind {
        match self {
            Self::Location { .. } => RequestKind::Location,
            Self::Assessment(_) => RequestKind::Assessment,
            Self::Document(_) => RequestKind::Document,
            Self::ReleaseOfInformation { .. } => RequestKind::ReleaseOfInformation,
        }
    }

    fn private(&self) -> bool {
        match self {
            Self::Location { private } => *private,
            Self::Assessment(assessment) => assessment.private,
            Self::Document(document) => document.private,
            Self::ReleaseOfInformation { .. } => false,
        }
    }
}

impl Service {
    /// Asks a client of the viewer's agency for something (C-31). A release only if none is active
    /// that holds for more than seven days (C-44): `ROI_ALREADY_ACTIVE` else (C-45).
    pub async fn send_portal_request(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SendPortalRequest,
    ) -> Result<RequestMoved> {
        // Ahead of the write, as the body of a message is.
        let note = match &input.note {
            Some(given) => note(given.format, &given.text).await,
            None => Ok(None),
        };
        let write = match self.begin(viewer, key, "sendPortalRequest", &input).await? {
            Begin::Done(sent) => return Ok(sent),
            Begin::New(write) => write,
        };
        let client = write.tx.lock_client(viewer, input.client).await?;
        let client = client.ok_or_else(Error::not_found)?;
        let asked = Asked::judge(&write, viewer, &input.wanted, note).await?;
        let request = asked.send(&write, viewer, &client).await?;
        asked.audit(&write, &client, request).await?;
        write.commit(RequestMoved { request }).await
    }

    /// Notes that the client has looked at a request. The first time is kept; a request that is
    /// closed stays as it is.
    pub async fn mark_portal_request_seen(
        &self,
        viewer: &Viewer,
        key: &str,
        request: PortalRequestId,
    ) -> Result<RequestMoved> {
        let write = match self
            .begin(viewer, key, "markPortalRequestSeen", &request)
            .await?
        {
            Begin::Done(moved) => return Ok(moved),
            Begin::New(write) => write,
        };
        let row = write.tx.lock_portal_request(viewer, request).await?;
        let row = row.ok_or_else(Error::not_found)?;
        // An inactive client reads: to have seen is to have read.
        if viewer.account().is_none() {
            return Err(Error::forbidden());
        }
        if row.status == RequestStatus::Sent {
            move_to(&write, row, RequestStatus::Seen).await?;
        }
        write.commit(RequestMoved { request }).await
    }

    /// Takes a request back. Refused with `REQUEST_CLOSED` if it is closed already.
    pub async fn cancel_portal_request(
        &self,
        viewer: &Viewer,
        key: &str,
        request: PortalRequestId,
    ) -> Result<RequestMoved> {
        let write = match self
            .begin(viewer, key, "cancelPortalRequest", &request)
            .await?
        {
            Begin::Done(moved) => return Ok(moved),
            Begin::New(write) => write,
        };
        let row = write.tx.lock_portal_request(viewer, request).await?;
        let row = row.ok_or_else(Error::not_found)?;
        may_change_requests(viewer, row.agency_id)?;
        open(&write, &row)?;
        let (agency, client) = (row.agency_id, row.client_id);
        let detail = format!("{} request {request}", row.kind);
        move_to(&write, row, RequestStatus::Cancelled).await?;
        let deed = Deed::RequestCancelled;
        write.audit(agency, deed, client, detail).await?;
        write.commit(RequestMoved { request }).await
    }
}

/// Whether the request will be read at all: without a connected account it waits for one, or is
/// refused, as the policy says (K11).
async fn reaches(write: &Write<'_>, policy: &MessagingPolicy, client: &ClientRow) -> Result<()> {
    let state = write.tx.account_state(client.id).await?;
    if state != Some(AccountState::Connected) && !policy.send_to_unregistered {
        let code = UserErrorCode::ClientNotActivated;
        return Err(Error::refused(code, &["clientId"]));
    }
    Ok(())
}

/// What clients are asked for, judged: the same for each of them.
pub(crate) struct Asked {
    kind: RequestKind,
    private: bool,
    requested_by: StaffId,
    release_days: Option<i32>,
    document: Option<(DocumentCategoryId, String)>,
    assessment: Option<AssessmentVersionId>,
    note: Option<MessageBody>,
}

impl Asked {
    /// Judges it. Refused if the viewer asks nobody for anything, with `DATE_RANGE_INVALID`,
    /// `OTHER_NAME_REQUIRED`, `DOCUMENT_NAME_INVALID` or `ASSESSMENT_NOT_ENABLED`, and as the note is.
    pub(crate) async fn judge(
        write: &Write<'_>,
        viewer: &Viewer,
        wanted: &Wanted,
        note: Result<Option<MessageBody>>,
    ) -> Result<Self> {
        let requested_by = viewer.staff().ok_or_else(Error::forbidden)?.id;
        may_send_request(viewer)?;
        let release_days = match wanted {
            Wanted::Location { .. } | Wanted::Assessment(_) | Wanted::Document(_) => None,
            Wanted::ReleaseOfInformation { days } => {
                let longest = viewer.policy().longest_release();
                let days = days.unwrap_or(longest);
                if !(1..=longest).contains(&days) {
                    let code = UserErrorCode::DateRangeInvalid;
                    let field = &["request", "releaseOfInformation", "days"];
                    return Err(Error::refused(code, field));
                }
                i32::try_from(days).ok()
            }
        };
        let document = match wanted {
            Wanted::Document(document) => {
                Some((document.category, document.name(write, viewer).await?))
            }
            _ => None,
        };
        let assessment = match wanted {
            Wanted::Assessment(assessment) => Some(assessment.version(write, viewer).await?),
            _ => None,
        };
        Ok(Self {
            document,
            assessment,
            kind: wanted.kind(),
            private: wanted.private(),
            requested_by,
            release_days,
            note: note?,
        })
    }

    /// Asks a locked client for it. Refused, before anything is written, with
    /// `CLIENT_NOT_ACTIVATED` and `ROI_ALREADY_ACTIVE`.
    pub(crate) async fn send(
        &self,
        write: &Write<'_>,
        viewer: &Viewer,
        client: &ClientRow,
    ) -> Result<PortalRequestId> {
        reaches(write, viewer.policy(), client).await?;
        let is_release = self.kind == RequestKind::ReleaseOfInformation;
        if is_release {
            let until = write.tx.released_until(client.id, viewer.today()).await?;
            if !release::may_request(viewer.today(), until) {
                let code = UserErrorCode::RoiAlreadyActive;
                return Err(Error::refused(code, &["request", "releaseOfInformation"]));
            }
        }
        let row = PortalRequestRow {
            id: write.id(),
            agency_id: client.agency_id,
            client_id: client.id,
            kind: self.kind,
            status: RequestStatus::Sent,
            private: self.private,
            requested_by: self.requested_by,
            note_text: self.note.as_ref().map(|note| note.text.clone()),
            note_html: self.note.as_ref().and_then(|note| note.html.clone()),
            release_text: is_release.then(|| viewer.policy().release_text().to_owned()),
            release_days: self.release_days,
            document_category_id: self.document.as_ref().map(|(category, _)| *category),
            document_name: self.document.as_ref().map(|(_, name)| name.clone()),
            assessment_version_id: self.assessment,
            created_at: write.now,
            expires_at: write.now + viewer.policy().request_lasts(),
            seen_at: None,
            closed_at: None,
        };
        write.tx.insert_portal_request(&row).await?;
        tell(write, &row, |request| Event::RequestSent { request }).await?;
        Ok(row.id)
    }

    /// Writes into the audit log that it was sent.
    pub(crate) async fn audit(
        &self,
        write: &Write<'_>,
        client: &ClientRow,
        request: PortalRequestId,
    ) -> Result<()> {
        let detail = format!("{} request {request}", self.kind);
        write
            .audit(client.agency_id, Deed::RequestSent, client.id, detail)
            .await
    }
}

/// A request that the viewer's account may fulfil now, locked (C-49): seen by it, of a client for
/// whom it acts and who is active, and open.
pub(crate) async fn lock_to_fulfill(
    write: &Write<'_>,
    viewer: &Viewer,
    id: PortalRequestId,
    kind: RequestKind,
) -> Result<PortalRequestRow> {
    let row = write.tx.lock_portal_request(viewer, id).await?;
    // The id of another kind of request is none of this kind.
    let row = row.filter(|row| row.kind == kind);
    let row = row.ok_or_else(Error::not_found)?;
    may_act_for(viewer, row.client_id)?;
    open(write, &row)?;
    Ok(row)
}

fn open(write: &Write<'_>, row: &PortalRequestRow) -> Result<()> {
    // One whose time is over is closed, also before the sweep has said so.
    if row.status.is_open() && write.now < row.expires_at {
        Ok(())
    } else {
        Err(Error::refused(UserErrorCode::RequestClosed, &["requestId"]))
    }
}

/// Moves a locked request on, and tells of it.
pub(crate) async fn move_to(
    write: &Write<'_>,
    row: PortalRequestRow,
    status: RequestStatus,
) -> Result<()> {
    write
        .tx
        .move_portal_request(row.id, status, write.now)
        .await?;
    let event = |request| match status {
        RequestStatus::Fulfilled => Event::RequestFulfilled { request },
        _ => Event::RequestChanged { request },
    };
    tell(write, &row, event).await
}

async fn tell(
    write: &Write<'_>,
    row: &PortalRequestRow,
    event: impl Fn(PortalRequestId) -> Event,
) -> Result<()> {
    for subject in who_is_told(&write.tx, row).await? {
        write.emit(subject, event(row.id)).await?;
    }
    Ok(())
}

/// Who is told of a request: the client's agency and, if it is not private, each agency with which
/// the client is shared. An event for each, since nothing in the log crosses from one to another.
pub(crate) async fn who_is_told(tx: &Tx, row: &PortalRequestRow) -> Result<Vec<Subject>> {
    let mut agencies = vec![row.agency_id];
    if !row.private {
        agencies.extend(tx.sharing_agencies(row.client_id).await?);
    }
    let subject = |agency| Subject {
        agency,
        thread: None,
        client: Some(row.client_id),
    };
    Ok(agencies.into_iter().map(subject).collect())
}
