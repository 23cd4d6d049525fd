//! What clients add to their record, asked or not (CX-19), and take back: locations and releases.

use serde::{Deserialize, Serialize};
use tidings_domain::{ClientId, Deed, Event, LocationId, Place, ReleaseId, UserErrorCode};
use tidings_policy::{Viewer, may_act_for, may_revoke};
use tidings_store::{LocationRow, Subject};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// Where a client is, without a request.
#[derive(Clone, Debug, Serialize)]
pub struct AddLocation {
    /// For which client a portal account adds it.
    pub acting_for: ClientId,
    /// The place.
    pub place: Place,
}

/// A location that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationAdded {
    /// Which.
    pub location: LocationId,
}

/// A release to revoke.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RevokeRelease {
    /// Which.
    pub release: ReleaseId,
}

/// A release that was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRevoked {
    /// Which.
    pub release: ReleaseId,
}

impl Service {
    /// Adds a location that nobody asked for (CX-09, CX-19), owned by whom the policy names. It is
    /// private: what was not asked for is not passed on.
    pub async fn add_location(
        &self,
        viewer: &Viewer,
        key: &str,
        input: AddLocation,
    ) -> Result<LocationAdded> {
        let write = match self.begin(viewer, key, "addLocation", &input).await? {
            Begin::Done(added) => return Ok(added),
            Begin::New(write) => write,
        };
        unsolicited(viewer, input.acting_for)?;
        let place = place(input.place, "place")?;
        let row = location(&write, viewer, input.acting_for, place)?;
        write.tx.insert_location(&row).await?;
        changed(&write, viewer, row.client_id).await?;
        let detail = format!("location {}", row.id);
        let deed = Deed::LocationAdded;
        write
            .audit(row.agency_id, deed, row.client_id, detail)
            .await?;
        write.commit(LocationAdded { location: row.id }).await
    }

    /// Revokes a release that holds, or is to hold. It stays in the history.
    pub async fn revoke_release(
        &self,
        viewer: &Viewer,
        key: &str,
        input: RevokeRelease,
    ) -> Result<ReleaseRevoked> {
        let write = match self
            .begin(viewer, key, "revokeReleaseOfInformation", &input)
            .await?
        {
            Begin::Done(revoked) => return Ok(revoked),
            Begin::New(write) => write,
        };
        let row = write.tx.lock_release(viewer, input.release).await?;
        let row = row.ok_or_else(Error::not_found)?;
        may_revoke(viewer, row.agency_id, row.client_id)?;
        if row.revoked_at.is_some() || row.expires_on < viewer.today() {
            let code = UserErrorCode::ReleaseNotActive;
            return Err(Error::refused(code, &["releaseId"]));
        }
        write.tx.revoke_release(row.id, write.now).await?;
        changed(&write, viewer, row.client_id).await?;
        let detail = format!("release {}", row.id);
        let deed = Deed::ReleaseRevoked;
        write
            .audit(row.agency_id, deed, row.client_id, detail)
            .await?;
        write.commit(ReleaseRevoked { release: row.id }).await
    }
}

/// Whether a client may add to its record without being asked.
pub(crate) fn unsolicited(viewer: &Viewer, client: ClientId) -> Result<()> {
    may_act_for(viewer, client)?;
    if viewer.policy().unsolicited_records {
        Ok(())
    } else {
        let code = UserErrorCode::RecordNotAllowed;
        Err(Error::refused(code, &["actingFor"]))
    }
}

/// Tells that a client's record changed.
pub(crate) async fn changed(write: &Write<'_>, viewer: &Viewer, client: ClientId) -> Result<()> {
    let subject = Subject {
        agency: viewer.agency(),
        thread: None,
        client: Some(client),
    };
    write.emit(subject, Event::ClientChanged).await
}

/// A place as it is stored; refused about the part of it that is none.
pub(crate) fn place(place: Place, field: &'static str) -> Result<Place> {
    let kind = match &place {
        Place::Address(_) => "address",
        Place::Coordinates(_) => "coordinates",
    };
    let code = UserErrorCode::LocationInvalid;
    place
        .parse()
        .map_err(|part| Error::refused(code, &[field, kind, part]))
}

/// A location of a client of the account, as one that nobody asked for.
pub(crate) fn location(
    write: &Write<'_>,
    viewer: &Viewer,
    client: ClientId,
    place: Place,
) -> Result<LocationRow> {
    let account = viewer.account().ok_or_else(Error::forbidden)?;
    let mut row = LocationRow {
        id: write.id(),
        agency_id: account.agency,
        client_id: client,
        private: true,
        request_id: None,
        added_by: account.id,
        owner_id: account.policy.unsolicited_owner,
        line1: None,
        line2: None,
        city: None,
        region: None,
        postal_code: None,
        country: None,
        latitude: None,
        longitude: None,
        accuracy: None,
        created_at: write.now,
    };
    match place {
        Place::Address(address) => {
            row.line1 = Some(address.line1);
            (row.line2, row.city, row.region) = (address.line2, address.city, address.region);
            (row.postal_code, row.country) = (address.postal_code, address.country);
        }
        Place::Coordinates(at) => {
            (row.latitude, row.longitude) = (Some(at.latitude), Some(at.longitude));
            row.accuracy = at.accuracy;
        }
    }
    Ok(row)
}
