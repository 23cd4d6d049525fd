//! What the demo's clients are asked for, and what has come of it.

use chrono::{DateTime, Duration, Utc};
use tidings_domain::release::DEFAULT_RELEASE_TEXT;
use tidings_domain::{
    ClientId, NotificationKind, PortalRequestId, PrincipalKind, RequestKind, RequestStatus, limits,
};
use tidings_service::text_hash;
use tidings_store::{
    Batch, DocumentCategoryRow, DocumentNameRow, LocationRow, NotificationRow, PortalRequestRow,
    ReleaseRow,
};

use super::{Times, assessments};
use crate::seed::cast::{
    account, agency, client, document_category, document_name, location, notification, release,
    request, staff,
};

/// Adds them to the batch.
pub(super) fn add(batch: &mut Batch, times: &Times) {
    documents(batch, times);
    requests(batch, times);
    assessments::add(batch, times);
    locations(batch, times);
    let signed_at = times.now - Duration::days(362);
    batch.releases.push(ReleaseRow {
        id: release::CLIENT,
        agency_id: agency::HARBOR_LANE,
        client_id: client::CLIENT,
        request_id: None,
        added_by: account::CLIENT,
        signed_name: "Elena Marchetti".to_owned(),
        text: DEFAULT_RELEASE_TEXT.to_owned(),
        text_sha256: text_hash(DEFAULT_RELEASE_TEXT),
        starts_on: times.today - Duration::days(362),
        expires_on: times.today + Duration::days(3),
        revoked_at: None,
        noticed_at: None,
        created_at: signed_at,
    });
    batch.notifications.push(NotificationRow {
        id: notification::CHILD_LOCATION,
        agency_id: agency::HARBOR_LANE,
        recipient_kind: PrincipalKind::Staff,
        recipient_id: staff::CLINICIAN.0,
        kind: NotificationKind::RequestFulfilled,
        subject_id: request::CHILD_LOCATION.0,
        client_id: client::FIRST_CHILD,
        created_at: times.now - Duration::hours(5),
        read_at: None,
    });
}

/// An open request that was sent so many hours ago.
pub(super) fn asked(
    times: &Times,
    id: PortalRequestId,
    client: ClientId,
    kind: RequestKind,
    hours: i64,
) -> PortalRequestRow {
    let created_at = times.now - Duration::hours(hours);
    let is_release = kind == RequestKind::ReleaseOfInformation;
    PortalRequestRow {
        id,
        agency_id: agency::HARBOR_LANE,
        client_id: client,
        kind,
        status: RequestStatus::Sent,
        private: false,
        requested_by: staff::CLINICIAN,
        note_text: None,
        note_html: None,
        document_category_id: None,
        document_name: None,
        assessment_version_id: None,
        release_text: is_release.then(|| DEFAULT_RELEASE_TEXT.to_owned()),
        release_days: is_release.then(|| i32::try_from(limits::RELEASE_DAYS).unwrap_or(i32::MAX)),
        created_at,
        expires_at: created_at + Duration::days(i64::from(limits::REQUEST_DAYS)),
        seen_at: None,
        closed_at: None,
    }
}

/// What documents are asked for by category, under which names.
fn documents(batch: &mut Batch, times: &Times) {
    let (here, there) = (agency::HARBOR_LANE, agency::FERNHILL);
    for (id, agency_id, name) in [
        (document_category::INCOME, here, "Income"),
        (document_category::IDENTITY, here, "Identity"),
        (document_category::OUTSIDER, there, "Income"),
    ] {
        batch.document_categories.push(DocumentCategoryRow {
            id,
            agency_id,
            name: name.to_owned(),
            active: true,
            created_at: times.founded,
        });
    }
    for (id, category_id, rank, name) in [
        (
            document_name::PAY_SLIP,
            document_category::INCOME,
            0,
            "Pay slip",
        ),
        (
            document_name::BENEFITS,
            document_category::INCOME,
            1,
            "Letter about benefits",
        ),
        (
            document_name::PASSPORT,
            document_category::IDENTITY,
            0,
            "Passport",
        ),
    ] {
        batch.document_names.push(DocumentNameRow {
            id,
            category_id,
            name: name.to_owned(),
            rank,
            active: true,
        });
    }
}

fn requests(batch: &mut Batch, times: &Times) {
    let at = |hours: i64| -> Option<DateTime<Utc>> { Some(times.now - Duration::hours(hours)) };
    let note = "Please tell us where you are staying at the moment, so that we can plan our visit.";
    batch.requests.push(PortalRequestRow {
        note_text: Some(note.to_owned()),
        ..asked(
            times,
            request::LOCATION,
            client::CLIENT,
            RequestKind::Location,
            4,
        )
    });
    let kind = RequestKind::ReleaseOfInformation;
    batch
        .requests
        .push(asked(times, request::RELEASE, client::CLIENT, kind, 3));
    batch.requests.push(PortalRequestRow {
        requested_by: staff::SECOND_CLINICIAN,
        status: RequestStatus::Seen,
        seen_at: at(20),
        ..asked(
            times,
            request::SECOND_RELEASE,
            client::SECOND_CLIENT,
            kind,
            26,
        )
    });
    batch.requests.push(PortalRequestRow {
        document_category_id: Some(document_category::INCOME),
        document_name: Some("Pay slip".to_owned()),
        ..asked(
            times,
            request::DOCUMENT,
            client::CLIENT,
            RequestKind::Document,
            2,
        )
    });
    let kind = RequestKind::Location;
    batch.requests.push(PortalRequestRow {
        private: true,
        status: RequestStatus::Fulfilled,
        seen_at: at(6),
        closed_at: at(5),
        ..asked(
            times,
            request::CHILD_LOCATION,
            client::FIRST_CHILD,
            kind,
            30,
        )
    });
}

fn locations(batch: &mut Batch, times: &Times) {
    let own = LocationRow {
        id: location::CLIENT,
        agency_id: agency::HARBOR_LANE,
        client_id: client::CLIENT,
        private: true,
        request_id: None,
        added_by: account::CLIENT,
        owner_id: None,
        line1: Some("48 Mill Street".to_owned()),
        line2: None,
        city: Some("Portland".to_owned()),
        region: Some("ME".to_owned()),
        postal_code: Some("04101".to_owned()),
        country: Some("US".to_owned()),
        latitude: None,
        longitude: None,
        accuracy: None,
        created_at: times.now - Duration::days(40),
    };
    batch.locations.push(LocationRow {
        id: location::FIRST_CHILD,
        client_id: client::FIRST_CHILD,
        request_id: Some(request::CHILD_LOCATION),
        added_by: account::GUARDIAN,
        line1: None,
        city: None,
        region: None,
        postal_code: None,
        country: None,
        latitude: Some(43.6591),
        longitude: Some(-70.2568),
        accuracy: Some(12.0),
        created_at: times.now - Duration::hours(5),
        ..own.clone()
    });
    batch.locations.push(own);
}
