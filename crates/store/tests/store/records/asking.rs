//! What clients are asked for in a generated world, and what they answer.

use chrono::{Duration, NaiveDate};
use tidings_domain::{
    AccountId, AssessmentDefinitionId, FileGroup, NotificationKind, Principal, RequestKind,
    RequestStatus,
};
use tidings_store::{
    AssessmentDefinitionRow, AssessmentRow, AssessmentVersionRow, Batch, ClientRow,
    DocumentFileRow, DocumentRow, LocationRow, NotificationRow, PortalRequestRow, ReleaseRow,
};
use uuid::Uuid;

use crate::support::world::World;

/// A request, and often what came of it.
pub(super) fn ask(world: &mut World, batch: &mut Batch, client: &ClientRow) {
    let of_agency = world
        .staff
        .iter()
        .filter(|s| s.agency_id == client.agency_id);
    let staff: Vec<_> = of_agency.map(|staff| staff.id).collect();
    let kind = match world.dice.below(10) {
        0..4 => RequestKind::ReleaseOfInformation,
        4..6 => RequestKind::Location,
        6..8 => RequestKind::Assessment,
        _ => RequestKind::Document,
    };
    // Few moments, so that several rows share one.
    let created_at = world.now - Duration::minutes(world.dice.upto(3));
    let request = PortalRequestRow {
        id: world.id(),
        agency_id: client.agency_id,
        client_id: client.id,
        kind,
        status: RequestStatus::Sent,
        private: kind != RequestKind::ReleaseOfInformation && world.dice.percent(50),
        requested_by: world.dice.pick(&staff),
        note_text: None,
        note_html: None,
        release_text: None,
        release_days: None,
        document_category_id: None,
        document_name: None,
        assessment_version_id: None,
        created_at,
        expires_at: world.now + Duration::days(30),
        seen_at: None,
        closed_at: None,
    };
    let links = &world.account_clients;
    let account = links.iter().find(|link| link.client_id == client.id);
    let account = account.map(|link| link.account_id);
    if let Some(account) = account.filter(|_| world.dice.percent(70)) {
        answer(world, batch, &request, account);
        let requester = Principal::Staff(request.requested_by);
        batch.notifications.push(NotificationRow {
            id: world.id(),
            agency_id: client.agency_id,
            recipient_kind: requester.kind(),
            recipient_id: requester.uuid(),
            kind: NotificationKind::RequestFulfilled,
            subject_id: request.id.0,
            client_id: client.id,
            created_at,
            read_at: world.dice.percent(30).then_some(created_at),
        });
    }
    batch.requests.push(request);
}

/// What a client answered to a request.
fn answer(world: &mut World, batch: &mut Batch, request: &PortalRequestRow, account: AccountId) {
    let today = world.now.date_naive();
    match request.kind {
        RequestKind::ReleaseOfInformation => {
            batch.releases.push(ReleaseRow {
                id: world.id(),
                agency_id: request.agency_id,
                client_id: request.client_id,
                request_id: Some(request.id),
                added_by: account,
                signed_name: "A".to_owned(),
                text: "B".to_owned(),
                text_sha256: String::new(),
                starts_on: today,
                expires_on: today,
                revoked_at: None,
                noticed_at: None,
                created_at: request.created_at,
            });
        }
        RequestKind::Assessment => assess(world, batch, request, account, today),
        RequestKind::Document => {
            let document = DocumentRow {
                id: world.id(),
                agency_id: request.agency_id,
                client_id: request.client_id,
                private: request.private,
                request_id: Some(request.id),
                added_by: account,
                owner_id: None,
                category_id: None,
                name: "A".to_owned(),
                created_at: request.created_at,
            };
            for rank in 0..2 {
                let id: Uuid = world.id();
                batch.document_files.push(DocumentFileRow {
                    id: id.into(),
                    document_id: document.id,
                    rank,
                    file_name: "a.pdf".to_owned(),
                    media_type: "application/pdf".to_owned(),
                    kind: FileGroup::Document,
                    bytes: 1,
                    sha256: String::new(),
                    file_id: id,
                });
            }
            batch.documents.push(document);
        }
        RequestKind::Location => {
            batch.locations.push(LocationRow {
                id: world.id(),
                agency_id: request.agency_id,
                client_id: request.client_id,
                private: request.private,
                request_id: Some(request.id),
                added_by: account,
                owner_id: None,
                line1: Some("A".to_owned()),
                line2: None,
                city: None,
                region: None,
                postal_code: None,
                country: None,
                latitude: None,
                longitude: None,
                accuracy: None,
                created_at: request.created_at,
            });
        }
    }
}

/// What a client answered to an assessment of one version; half of them are hidden.
fn assess(
    world: &mut World,
    batch: &mut Batch,
    request: &PortalRequestRow,
    account: AccountId,
    today: NaiveDate,
) {
    let definition: AssessmentDefinitionId = world.id();
    let version = AssessmentVersionRow {
        id: world.id(),
        agency_id: request.agency_id,
        definition_id: definition,
        number: 1,
        title: "A".to_owned(),
        questions: "[]".to_owned(),
        created_at: request.created_at,
        created_by: request.requested_by,
    };
    batch.assessment_definitions.push(AssessmentDefinitionRow {
        id: definition,
        agency_id: request.agency_id,
        version_id: version.id,
        title: "A".to_owned(),
        requestable: true,
        active: true,
        created_at: request.created_at,
    });
    batch.assessments.push(AssessmentRow {
        id: world.id(),
        agency_id: request.agency_id,
        client_id: request.client_id,
        private: request.private,
        hidden: world.dice.percent(50),
        request_id: Some(request.id),
        added_by: account,
        version_id: version.id,
        title: "A".to_owned(),
        assessed_on: today,
        answers: "[]".to_owned(),
        created_at: request.created_at,
    });
    batch.assessment_versions.push(version);
}
