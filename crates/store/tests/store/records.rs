//! Part of the crown test: portal requests, the records that they leave and notifications, behind
//! every door as the law of records has it.

mod asking;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tidings_domain::{
    AgencyId, AssessmentId, ClientId, DocumentFileId, DocumentId, LocationId, NotificationId,
    PortalRequestId, ReleaseId,
};
use tidings_policy::{RecordFacts, Viewer, decide_record};
use tidings_store::{
    AssessmentRow, AssessmentVersionRow, Batch, ClientSharingRow, DocumentFileRow, DocumentRow,
    LocationRow, NotificationRow, PortalRequestRow, RecordPlace, ReleaseRow, Store,
};
use uuid::Uuid;

use self::asking::ask;
use crate::support::world::World;

/// What was added to a world.
pub(crate) struct Records {
    sharings: Vec<(ClientId, AgencyId)>,
    requests: Vec<PortalRequestRow>,
    locations: Vec<LocationRow>,
    assessments: Vec<AssessmentRow>,
    versions: Vec<AssessmentVersionRow>,
    documents: Vec<DocumentRow>,
    files: Vec<DocumentFileRow>,
    releases: Vec<ReleaseRow>,
    notifications: Vec<NotificationRow>,
}

/// Asks many of the clients for something, and shares some of them with the other agency.
pub(crate) async fn record(world: &mut World, store: &Store) -> Records {
    let mut batch = Batch::default();
    let mut sharings = Vec::new();
    for client in world.clients.clone() {
        if world.dice.percent(40) {
            let other = world.agencies.iter().find(|a| a.id != client.agency_id);
            let sharing = ClientSharingRow {
                client_id: client.id,
                agency_id: other.unwrap().id,
                created_at: world.now,
            };
            sharings.push((sharing.client_id, sharing.agency_id));
            batch.sharings.push(sharing);
        }
        for _ in 0..world.dice.below(5) {
            ask(world, &mut batch, &client);
        }
    }
    let records = Records {
        sharings,
        requests: batch.requests.clone(),
        locations: batch.locations.clone(),
        assessments: batch.assessments.clone(),
        versions: batch.assessment_versions.clone(),
        documents: batch.documents.clone(),
        files: batch.document_files.clone(),
        releases: batch.releases.clone(),
        notifications: batch.notifications.clone(),
    };
    let tx = store.begin().await.unwrap();
    tx.insert_batch(batch).await.unwrap();
    tx.commit().await.unwrap();
    records
}

impl Records {
    /// Whether the law shows the viewer a row like this.
    fn shows(
        &self,
        viewer: &Viewer,
        (agency, client): (AgencyId, ClientId),
        (private, hidden): (bool, bool),
    ) -> bool {
        let sharings = self.sharings.iter().filter(|(of, _)| *of == client);
        let shared_with: Vec<AgencyId> = sharings.map(|(_, with)| *with).collect();
        let facts = RecordFacts {
            agency,
            client,
            private,
            hidden,
            shared_with: &shared_with,
        };
        decide_record(viewer, &facts).is_ok()
    }
}

/// Newest first, and the ids.
fn newest<T: Ord + Copy>(mut rows: Vec<(DateTime<Utc>, T)>) -> Vec<T> {
    rows.sort_unstable_by(|a, b| b.cmp(a));
    rows.into_iter().map(|(_, id)| id).collect()
}

/// Pages a list to its end.
macro_rules! paged {
    ($store:expr, $method:ident, $viewer:expr, $client:expr, $size:expr) => {{
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = $store.$method($viewer, $client, after, $size).await;
            let page = page.unwrap();
            assert_eq!(page.has_previous, after.is_some());
            ids.extend(page.rows.iter().map(|row| row.id));
            after = page.rows.last().map(|row| RecordPlace {
                created_at: row.created_at,
                id: row.id.0,
            });
            if !page.has_next {
                break ids;
            }
        }
    }};
}

/// Every door to the rows of one table: by id, by request, by client in pages.
macro_rules! doors {
    ($world:expr, $store:expr, $viewer:expr, $records:expr, $rows:ident: $model:ty, $id:ty, $by_id:ident, $of:ident, |$row:ident| $switches:expr) => {{
        let sees =
            |$row: &&$model| $records.shows($viewer, ($row.agency_id, $row.client_id), $switches);
        let all: Vec<$id> = $records.$rows.iter().map(|row| row.id).collect();
        let rows = $store.$by_id($viewer, &all).await.unwrap();
        let found: BTreeSet<$id> = rows.iter().map(|row| row.id).collect();
        assert_eq!(found.len(), rows.len(), "each row once");
        let visible = $records.$rows.iter().filter(sees);
        let expect: BTreeSet<$id> = visible.map(|row| row.id).collect();
        assert_eq!(
            found, expect,
            concat!(stringify!($by_id), "() of {:?}"),
            $viewer
        );
        for client in &$world.clients {
            let rows = $records
                .$rows
                .iter()
                .filter(|row| row.client_id == client.id);
            let expect = rows.filter(sees).map(|row| (row.created_at, row.id));
            let expect = newest(expect.collect());
            for size in [1, 3, 100] {
                let found = paged!($store, $of, $viewer, client.id, size);
                assert_eq!(
                    found, expect,
                    concat!(stringify!($of), "() of {:?}"),
                    $viewer
                );
            }
        }
        expect
    }};
}

/// Every door shows what the law of records allows. Answers how many rows that were.
pub(crate) async fn records(
    world: &World,
    store: &Store,
    viewer: &Viewer,
    records: &Records,
) -> usize {
    let requests = doors!(
        world,
        store,
        viewer,
        records,
        requests: PortalRequestRow,
        PortalRequestId,
        portal_requests,
        portal_requests_of,
        |row| (row.private, false)
    );
    let locations = doors!(
        world,
        store,
        viewer,
        records,
        locations: LocationRow,
        LocationId,
        locations,
        locations_of,
        |row| (row.private, false)
    );
    let documents = doors!(
        world,
        store,
        viewer,
        records,
        documents: DocumentRow,
        DocumentId,
        documents,
        documents_of,
        |row| (row.private, false)
    );
    let assessments = doors!(
        world,
        store,
        viewer,
        records,
        assessments: AssessmentRow,
        AssessmentId,
        assessments,
        assessments_of,
        |row| (row.private, row.hidden)
    );
    let releases = doors!(
        world,
        store,
        viewer,
        records,
        releases: ReleaseRow,
        ReleaseId,
        releases,
        releases_of,
        |_row| (false, false)
    );
    let all: Vec<PortalRequestId> = records.requests.iter().map(|row| row.id).collect();
    let rows = store.locations_for(viewer, &all).await.unwrap();
    let found: BTreeSet<LocationId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, locations, "locations_for() of {viewer:?}");
    let rows = store.documents_for(viewer, &all).await.unwrap();
    let found: BTreeSet<DocumentId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, documents, "documents_for() of {viewer:?}");
    files(store, viewer, records, &documents).await;
    let rows = store.assessments_for(viewer, &all).await.unwrap();
    let found: BTreeSet<AssessmentId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, assessments, "assessments_for() of {viewer:?}");
    versions(store, viewer, records).await;
    let rows = store.releases_for(viewer, &all).await.unwrap();
    let found: BTreeSet<ReleaseId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, releases, "releases_for() of {viewer:?}");
    locked(store, viewer, records, &requests).await;
    notified(store, viewer, records).await;
    requests.len() + locations.len() + documents.len() + assessments.len() + releases.len()
}

/// What an agency asks for is its own, and everybody's in it.
async fn versions(store: &Store, viewer: &Viewer, records: &Records) {
    let own = records.versions.iter();
    let own = own.filter(|row| row.agency_id == viewer.agency());
    let expect: BTreeSet<_> = own.map(|row| (row.definition_id, row.id)).collect();
    let all: Vec<_> = records.versions.iter().map(|row| row.id).collect();
    let rows = store.assessment_versions(viewer, &all).await.unwrap();
    let found: BTreeSet<_> = rows.iter().map(|row| (row.definition_id, row.id)).collect();
    assert_eq!(found, expect, "assessment_versions() of {viewer:?}");
    let all: Vec<_> = records
        .versions
        .iter()
        .map(|row| row.definition_id)
        .collect();
    let rows = store.assessment_definitions(viewer, &all).await.unwrap();
    let found: BTreeSet<_> = rows.iter().map(|row| (row.id, row.version_id)).collect();
    assert_eq!(found, expect, "assessment_definitions() of {viewer:?}");
}

/// A file of a document is seen as the document is, by its own id and by the document's.
async fn files(store: &Store, viewer: &Viewer, records: &Records, visible: &BTreeSet<DocumentId>) {
    let all: Vec<DocumentFileId> = records.files.iter().map(|row| row.id).collect();
    let expect = records.files.iter();
    let expect = expect.filter(|row| visible.contains(&row.document_id));
    let expect: BTreeSet<DocumentFileId> = expect.map(|row| row.id).collect();
    let rows = store.document_files(viewer, &all).await.unwrap();
    let found: BTreeSet<DocumentFileId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, expect, "document_files() of {viewer:?}");
    let all: Vec<DocumentId> = records.documents.iter().map(|row| row.id).collect();
    let rows = store.document_files_of(viewer, &all).await.unwrap();
    let found: BTreeSet<DocumentFileId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, expect, "document_files_of() of {viewer:?}");
}

/// Doors of writes, and what streams ask the law with.
async fn locked(
    store: &Store,
    viewer: &Viewer,
    records: &Records,
    visible: &BTreeSet<PortalRequestId>,
) {
    let ids: Vec<PortalRequestId> = records.requests.iter().map(|row| row.id).collect();
    let live = store.live_requests(&ids).await.unwrap();
    assert_eq!(live.len(), ids.len());
    let tx = store.begin().await.unwrap();
    for request in &records.requests {
        let sees = visible.contains(&request.id);
        let found = tx.lock_portal_request(viewer, request.id).await.unwrap();
        let expect = sees.then_some(request);
        assert_eq!(
            found.as_ref(),
            expect,
            "lock_portal_request() of {viewer:?}"
        );
        let told = decide_record(viewer, &live[&request.id].facts()).is_ok();
        assert_eq!(told, sees, "live_requests() of {viewer:?}");
    }
    for assessment in &records.assessments {
        let found = tx.lock_assessment(viewer, assessment.id).await.unwrap();
        let whose = (assessment.agency_id, assessment.client_id);
        let sees = records.shows(viewer, whose, (assessment.private, assessment.hidden));
        assert_eq!(found.is_some(), sees, "lock_assessment() of {viewer:?}");
    }
    for release in &records.releases {
        let found = tx.lock_release(viewer, release.id).await.unwrap();
        let whose = (release.agency_id, release.client_id);
        let sees = records.shows(viewer, whose, (false, false));
        assert_eq!(found.is_some(), sees, "lock_release() of {viewer:?}");
    }
}

/// Notifications are their recipient's and nobody else's.
async fn notified(store: &Store, viewer: &Viewer, records: &Records) {
    let me: Uuid = viewer.principal().uuid();
    let own = records
        .notifications
        .iter()
        .filter(|row| row.recipient_id == me);
    let own: Vec<&NotificationRow> = own.collect();
    let all: Vec<NotificationId> = records.notifications.iter().map(|row| row.id).collect();
    let rows = store.notifications(viewer, &all).await.unwrap();
    let found: BTreeSet<NotificationId> = rows.iter().map(|row| row.id).collect();
    let expect: BTreeSet<NotificationId> = own.iter().map(|row| row.id).collect();
    assert_eq!(found, expect, "notifications() of {viewer:?}");
    let unread = own.iter().filter(|row| row.read_at.is_none());
    let expect = newest(unread.map(|row| (row.created_at, row.id)).collect());
    let page = store.notifications_page(viewer, true, None, 100).await;
    let found: Vec<NotificationId> = page.unwrap().rows.iter().map(|row| row.id).collect();
    assert_eq!(found, expect, "notifications_page() of {viewer:?}");
    let count = store.unread_notifications(viewer).await.unwrap();
    assert_eq!(usize::try_from(count), Ok(expect.len()));
}
