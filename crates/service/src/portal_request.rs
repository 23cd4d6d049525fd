//! Portal requests: asking a client, and what becomes of it short of being fulfilled.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AccountState, BodyFormat, ClientId, Event, MessagingPolicy, PortalRequestId, RequestKind,
    RequestStatus, UserErrorCode, release,
};
use tidings_policy::{Viewer, may_act_for, may_change_requests, may_send_request};
use tidings_store::{ClientRow, PortalRequestRow, Subject};

use crate::body::note;
use crate::context::{Begin, Service, Write};
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
            Self::ReleaseOfInformation { .. } => RequestKind::ReleaseOfInformation,
        }
    }

    fn private(&self) -> bool {
        match self {
            Self::Location { private } => *private,
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
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        let client = write.tx.lock_client(viewer, input.client).await?;
        let client = client.ok_or_else(Error::not_found)?;
        may_send_request(viewer)?;
        reaches(&write, viewer.policy(), &client).await?;
        let mut row = PortalRequestRow {
            id: write.id(),
            agency_id: client.agency_id,
            client_id: client.id,
            kind: input.wanted.kind(),
            status: RequestStatus::Sent,
            private: input.wanted.private(),
            requested_by: staff.id,
            note_text: None,
            note_html: None,
            release_text: None,
            release_days: None,
            created_at: write.now,
            expires_at: write.now + viewer.policy().request_lasts(),
            seen_at: None,
            closed_at: None,
        };
        wanted(&write, viewer, &input.wanted, &mut row).await?;
        if let Some(note) = note? {
            (row.note_text, row.note_html) = (Some(note.text), note.html);
        }
        write.tx.insert_portal_request(&row).await?;
        tell(&write, &row, |request| Event::RequestSent { request }).await?;
        write.commit(RequestMoved { request: row.id }).await
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
        move_to(&write, row, RequestStatus::Cancelled).await?;
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

/// What the kind of a request asks besides.
async fn wanted(
    write: &Write<'_>,
    viewer: &Viewer,
    wanted: &Wanted,
    row: &mut PortalRequestRow,
) -> Result<()> {
    match wanted {
        Wanted::Location { .. } => {}
        Wanted::ReleaseOfInformation { days } => {
            let today = viewer.today();
            let until = write.tx.released_until(row.client_id, today).await?;
            if !release::may_request(today, until) {
                let code = UserErrorCode::RoiAlreadyActive;
                return Err(Error::refused(code, &["request", "releaseOfInformation"]));
            }
            let longest = viewer.policy().longest_release();
            let days = days.unwrap_or(longest);
            if !(1..=longest).contains(&days) {
                let code = UserErrorCode::DateRangeInvalid;
                let field = &["request", "releaseOfInformation", "days"];
                return Err(Error::refused(code, field));
            }
            row.release_days = i32::try_from(days).ok();
            row.release_text = Some(viewer.policy().release_text().to_owned());
        }
    }
    Ok(())
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

/// Tells the client's agency of a request and, if it is not private, each agency with which the
/// client is shared: an event for each, since nothing in the log crosses from one to another.
async fn tell(
    write: &Write<'_>,
    row: &PortalRequestRow,
    event: impl Fn(PortalRequestId) -> Event,
) -> Result<()> {
    let mut agencies = vec![row.agency_id];
    if !row.private {
        agencies.extend(write.tx.sharing_agencies(row.client_id).await?);
    }
    for agency in agencies {
        let subject = Subject {
            agency,
            thread: None,
            client: Some(row.client_id),
        };
        write.emit(subject, event(row.id)).await?;
    }
    Ok(())
}
