//! Part of the crown test: portal requests, the records that they leave and notifications, behind
//! every door as the law of records has it.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use tidings_domain::{
    AccountId, AgencyId, ClientId, DocumentFileId, DocumentId, FileGroup, LocationId,
    NotificationId, NotificationKind, PortalRequestId, Principal, ReleaseId, RequestKind,
    RequestStatus,
};
use tidings_policy::{RecordFacts, Viewer, decide_record};
use tidings_store::{
    Batch, ClientRow, ClientSharingRow, DocumentFileRow, DocumentRow, LocationRow, NotificationRow,
    PortalRequestRow, RecordPlace, ReleaseRow, Store,
};
use uuid::Uuid;

use crate::support::world::World;

/// What was added to a world.
pub(crate) struct Records {
    sharings: Vec<(ClientId, AgencyId)>,
    requests: Vec<PortalRequestRow>,
    locations: Vec<LocationRow>,
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

/// A request, and often what came of it.
fn ask(world: &mut World, batch: &mut Batch, client: &ClientRow) {
    let of_agency = world
        .staff
        .iter()
        .filter(|s| s.agency_id == client.agency_id);
    let staff: Vec<_> = of_agency.map(|staff| staff.id).collect();
    let kind = match world.dice.below(10) {
        0..4 => RequestKind::ReleaseOfInformation,
        4..7 => RequestKind::Location,
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
        _ => {
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

impl Records {
    /// Whether the law shows the viewer such a row.
    fn shows(&self, viewer: &Viewer, agency: AgencyId, client: ClientId, private: bool) -> bool {
        let sharings = self.sharings.iter().filter(|(of, _)| *of == client);
        let shared_with: Vec<AgencyId> = sharings.map(|(_, with)| *with).collect();
        let facts = RecordFacts {
            agency,
            client,
            private,
            hidden: false,
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
    ($world:expr, $store:expr, $viewer:expr, $records:expr, $rows:ident: $model:ty, $id:ty, $by_id:ident, $of:ident, |$row:ident| $private:expr) => {{
        let sees =
            |$row: &&$model| $records.shows($viewer, $row.agency_id, $row.client_id, $private);
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
        |row| row.private
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
        |row| row.private
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
        |row| row.private
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
        |_row| false
    );
    let all: Vec<PortalRequestId> = records.requests.iter().map(|row| row.id).collect();
    let rows = store.locations_for(viewer, &all).await.unwrap();
    let found: BTreeSet<LocationId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, locations, "locations_for() of {viewer:?}");
    let rows = store.documents_for(viewer, &all).await.unwrap();
    let found: BTreeSet<DocumentId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, documents, "documents_for() of {viewer:?}");
    files(store, viewer, records, &documents).await;
    let rows = store.releases_for(viewer, &all).await.unwrap();
    let found: BTreeSet<ReleaseId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(found, releases, "releases_for() of {viewer:?}");
    locked(store, viewer, records, &requests).await;
    notified(store, viewer, records).await;
    requests.len() + locations.len() + documents.len() + releases.len()
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
    for release in &records.releases {
        let found = tx.lock_release(viewer, release.id).await.unwrap();
        let sees = records.shows(viewer, release.agency_id, release.client_id, false);
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
