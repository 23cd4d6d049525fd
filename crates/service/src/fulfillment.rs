//! Fulfilling a portal request: the record that it leaves, the status, the notification, and the
//! events of both, in one write.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tidings_domain::release::SignedName;
use tidings_domain::{
    Deed, NotificationKind, Place, PortalRequestId, Principal, RequestKind, RequestStatus,
    UserErrorCode,
};
use tidings_policy::Viewer;
use tidings_store::{PortalRequestRow, ReleaseRow};

use crate::context::{Begin, Service, Write, hex};
use crate::error::{Error, Result};
use crate::notification::notify;
use crate::portal_request::{lock_to_fulfill, move_to};
use crate::record::{location, place};

/// Where the client is, as a request asked.
#[derive(Clone, Debug, Serialize)]
pub struct FulfillLocation {
    /// The request.
    pub request: PortalRequestId,
    /// The place.
    pub place: Place,
}

/// A signature under the text that a request shows.
#[derive(Clone, Debug, Serialize)]
pub struct FulfillRelease {
    /// The request.
    pub request: PortalRequestId,
    /// The name of who signs.
    pub signed_name: String,
    /// The hash of the text that was read, in hexadecimal.
    pub text_sha256: String,
    /// The first day; today if left out.
    pub starts_on: Option<NaiveDate>,
    /// The last day; as late as the policy allows if left out.
    pub expires_on: Option<NaiveDate>,
}

/// A request that was fulfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfilled {
    /// Which.
    pub request: PortalRequestId,
}

/// The SHA-256 of a text, in hexadecimal.
#[must_use]
pub fn text_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

impl Service {
    /// Tells where the client is (C-42). Of two at once one is stored; the other, and every later
    /// one, is refused with `REQUEST_CLOSED` (C-49).
    pub async fn fulfill_location_request(
        &self,
        viewer: &Viewer,
        key: &str,
        input: FulfillLocation,
    ) -> Result<Fulfilled> {
        let write = match self
            .begin(viewer, key, "fulfillLocationRequest", &input)
            .await?
        {
            Begin::Done(done) => return Ok(done),
            Begin::New(write) => write,
        };
        let kind = RequestKind::Location;
        let request = lock_to_fulfill(&write, viewer, input.request, kind).await?;
        let mut row = location(
            &write,
            viewer,
            request.client_id,
            place(input.place, "place")?,
        )?;
        (row.private, row.request_id, row.owner_id) = (request.private, Some(request.id), None);
        write.tx.insert_location(&row).await?;
        fulfilled(write, request).await
    }

    /// Signs a release of information: name, moment, the text and its hash, first and last day.
    /// Refused with `SIGNATURE_REQUIRED`, `RELEASE_TEXT_CHANGED` or `DATE_RANGE_INVALID`.
    pub async fn fulfill_release_request(
        &self,
        viewer: &Viewer,
        key: &str,
        input: FulfillRelease,
    ) -> Result<Fulfilled> {
        let write = match self
            .begin(viewer, key, "fulfillReleaseOfInformationRequest", &input)
            .await?
        {
            Begin::Done(done) => return Ok(done),
            Begin::New(write) => write,
        };
        let kind = RequestKind::ReleaseOfInformation;
        let request = lock_to_fulfill(&write, viewer, input.request, kind).await?;
        let name = SignedName::parse(&input.signed_name);
        let name =
            name.ok_or_else(|| Error::refused(UserErrorCode::SignatureRequired, &["signedName"]))?;
        let text = request.release_text.clone().unwrap_or_default();
        let hash = text_hash(&text);
        if !hash.eq_ignore_ascii_case(&input.text_sha256) {
            let code = UserErrorCode::ReleaseTextChanged;
            return Err(Error::refused(code, &["textSha256"]));
        }
        let (starts_on, expires_on) = days(viewer, &request, &input)?;
        let account = viewer.account().ok_or_else(Error::forbidden)?.id;
        let row = ReleaseRow {
            id: write.id(),
            agency_id: request.agency_id,
            client_id: request.client_id,
            request_id: Some(request.id),
            added_by: account,
            signed_name: name.as_str().to_owned(),
            text,
            text_sha256: hash,
            starts_on,
            expires_on,
            revoked_at: None,
            noticed_at: None,
            created_at: write.now,
        };
        write.tx.insert_release(&row).await?;
        fulfilled(write, request).await
    }
}

/// The days on which a release holds: from today on, not before, and no longer than was asked for.
fn days(
    viewer: &Viewer,
    request: &PortalRequestRow,
    input: &FulfillRelease,
) -> Result<(NaiveDate, NaiveDate)> {
    let refused = |field| Error::refused(UserErrorCode::DateRangeInvalid, &[field]);
    let today = viewer.today();
    let asked = request
        .release_days
        .and_then(|days| u64::try_from(days).ok());
    let longest = u64::from(viewer.policy().longest_release());
    let longest = Days::new(asked.unwrap_or(longest));
    let first = input.starts_on.unwrap_or(today);
    // Also a bound: a year of five digits has no end within the calendar.
    if first < today || first > today + longest {
        return Err(refused("startsOn"));
    }
    let last = input.expires_on.unwrap_or(first + longest);
    if last < first || last > first + longest {
        return Err(refused("expiresOn"));
    }
    Ok((first, last))
}

/// Closes a request whose record is stored: tells everybody who sees it, and notifies who sent it,
/// and nobody else (C-47).
pub(crate) async fn fulfilled(write: Write<'_>, request: PortalRequestRow) -> Result<Fulfilled> {
    let done = Fulfilled {
        request: request.id,
    };
    let requester = Principal::Staff(request.requested_by);
    let about = (request.agency_id, request.client_id, request.id.0);
    let (agency, client) = (request.agency_id, request.client_id);
    let detail = format!("{} request {}", request.kind, request.id);
    move_to(&write, request, RequestStatus::Fulfilled).await?;
    let kind = NotificationKind::RequestFulfilled;
    notify(&write.tx, write.id(), requester, kind, about, write.now).await?;
    let deed = Deed::RequestFulfilled;
    write.audit(agency, deed, client, detail).await?;
    write.commit(done).await
}
