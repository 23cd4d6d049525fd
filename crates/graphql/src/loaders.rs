//! Loaders: one for each (entity, key), made per request, owning the viewer, returning only what
//! the viewer sees. They batch; they keep nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use tidings_domain::{
    AccountId, AttachmentId, AudienceId, AudienceKind, CareTeamMemberId, ClientId,
    DocumentCategoryId, DocumentFileId, DocumentId, DocumentNameId, DraftId, EnrollmentId,
    LocationId, MessageId, NotificationId, ParticipantStanding, PortalRequestId, Principal,
    ProgramId, ReleaseId, StaffId, ThreadId, TopicId,
};
use tidings_store::{
    AccountClientRow, AccountRow, AttachmentRow, AudienceRow, CareTeamRow, ClientRow,
    DocumentCategoryRow, DocumentFileRow, DocumentNameRow, DocumentRow, DraftRow, EnrollmentRow,
    InvitationRow, LocationRow, MessageRow, NoteKey, NoteRow, NotificationRow, PortalRequestRow,
    ProgramRow, QuoteKey, QuoteRow, ReleaseRow, SeenThread, StaffRow, StoreError, TopicRow,
};

use crate::batching::Loads;
use crate::request::{Ask, Request};

/// The rows that a request's viewer sees.
pub(crate) struct Rows(pub(crate) Arc<Request>);

/// The loaders of the operation at hand.
pub(crate) fn loader<'a>(
    ctx: &'a async_graphql::Context<'_>,
) -> async_graphql::Result<&'a DataLoader<Rows>> {
    Ok(ctx.data::<Arc<DataLoader<Rows>>>()?.as_ref())
}

/// Loaders whose loads are driven by the operation itself.
pub(crate) fn loaders(request: Arc<Request>, loads: Loads) -> DataLoader<Rows> {
    DataLoader::new(Rows(request), move |load| loads.add(load)).delay(Duration::ZERO)
}

/// What a loader answers when the database does not: shared by everybody who waited for it.
pub(crate) type LoadError = Arc<StoreError>;

fn by_key<K: Hash + Eq, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, R> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

pub(crate) fn grouped<K: Hash + Eq + Clone, R>(
    keys: &[K],
    rows: Vec<R>,
    key: impl Fn(&R) -> K,
) -> HashMap<K, Vec<R>> {
    let mut groups: HashMap<K, Vec<R>> = keys.iter().cloned().map(|k| (k, Vec::new())).collect();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

/// The care team of a client, as the viewer sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TeamOf(pub(crate) ClientId);

/// The portal account that acts for a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AccountOf(pub(crate) ClientId);

/// The newest invitation of a portal account.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct InvitationOf(pub(crate) AccountId);

/// Who is listed on a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ListedOn(pub(crate) ThreadId);

/// The settings of a staff member.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SettingsOf(pub(crate) StaffId);

/// The number of a client in a group.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NumberIn(pub(crate) ThreadId, pub(crate) ClientId);

/// The topics of an audience.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TopicsOf(pub(crate) AudienceKind);

macro_rules! by_id {
    ($($key:ident => $row:ident by $method:ident, $id:expr;)+) => {$(
        impl Loader<$key> for Rows {
            type Value = $row;
            type Error = LoadError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $row>, LoadError> {
                let viewer = self.0.viewer();
                let rows = self.0.service.store.$method(&viewer, keys).await?;
                Ok(by_key(rows, $id))
            }
        }
    )+};
}

by_id! {
    ThreadId => SeenThread by threads, |row: &SeenThread| row.thread.id;
    MessageId => MessageRow by messages_by_id, |row: &MessageRow| row.message.id;
    ClientId => ClientRow by clients, |row: &ClientRow| row.id;
    StaffId => StaffRow by staff, |row: &StaffRow| row.id;
    AccountId => AccountRow by accounts, |row: &AccountRow| row.id;
    DraftId => DraftRow by drafts_by_id, |row: &DraftRow| row.id;
    NoteKey => NoteRow by notes_at, |row: &NoteRow| NoteKey { thread: row.thread_id, number: row.number };
    QuoteKey => QuoteRow by quotes, |row: &QuoteRow| row.key;
    AttachmentId => AttachmentRow by attachments, |row: &AttachmentRow| row.id;
    TopicId => TopicRow by topics, |row: &TopicRow| row.id;
    AudienceId => AudienceRow by audiences_by_id, |row: &AudienceRow| row.id;
    PortalRequestId => PortalRequestRow by portal_requests, |row: &PortalRequestRow| row.id;
    LocationId => LocationRow by locations, |row: &LocationRow| row.id;
    DocumentId => DocumentRow by documents, |row: &DocumentRow| row.id;
    DocumentFileId => DocumentFileRow by document_files, |row: &DocumentFileRow| row.id;
    DocumentCategoryId => DocumentCategoryRow by document_categories_by_id, |row: &DocumentCategoryRow| row.id;
    DocumentNameId => DocumentNameRow by document_names, |row: &DocumentNameRow| row.id;
    ReleaseId => ReleaseRow by releases, |row: &ReleaseRow| row.id;
    NotificationId => NotificationRow by notifications, |row: &NotificationRow| row.id;
    ProgramId => ProgramRow by programs, |row: &ProgramRow| row.id;
    EnrollmentId => EnrollmentRow by enrollments, |row: &EnrollmentRow| row.id;
    CareTeamMemberId => CareTeamRow by care_team_members, |row: &CareTeamRow| row.member.id;
}

/// The location that a request left.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LocationFor(pub(crate) PortalRequestId);

/// The document that a request left.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DocumentFor(pub(crate) PortalRequestId);

/// The release that a request left.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReleaseFor(pub(crate) PortalRequestId);

macro_rules! by_request {
    ($($key:ident => $row:ident by $method:ident;)+) => {$(
        impl Loader<$key> for Rows {
            type Value = $row;
            type Error = LoadError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $row>, LoadError> {
                let requests: Vec<PortalRequestId> = keys.iter().map(|key| key.0).collect();
                let viewer = self.0.viewer();
                let rows = self.0.service.store.$method(&viewer, &requests).await?;
                let by = |row: $row| Some(($key(row.request_id?), row));
                Ok(rows.into_iter().filter_map(by).collect())
            }
        }
    )+};
}

by_request! {
    LocationFor => LocationRow by locations_for;
    DocumentFor => DocumentRow by documents_for;
    ReleaseFor => ReleaseRow by releases_for;
}

impl Loader<AudienceKind> for Rows {
    type Value = AudienceRow;
    type Error = LoadError;

    async fn load(
        &self,
        _: &[AudienceKind],
    ) -> Result<HashMap<AudienceKind, AudienceRow>, LoadError> {
        let rows = self.0.service.store.audiences(&self.0.viewer()).await?;
        Ok(by_key(rows, |row| row.kind))
    }
}

impl Loader<TopicsOf> for Rows {
    type Value = Vec<TopicRow>;
    type Error = LoadError;

    async fn load(&self, keys: &[TopicsOf]) -> Result<HashMap<TopicsOf, Self::Value>, LoadError> {
        let kinds: Vec<AudienceKind> = keys.iter().map(|key| key.0).collect();
        let rows = self
            .0
            .service
            .store
            .topics_of(&self.0.viewer(), &kinds)
            .await?;
        Ok(grouped(keys, rows, |row| TopicsOf(row.audience)))
    }
}

impl Loader<TeamOf> for Rows {
    type Value = Vec<CareTeamRow>;
    type Error = LoadError;

    async fn load(&self, keys: &[TeamOf]) -> Result<HashMap<TeamOf, Self::Value>, LoadError> {
        let clients: Vec<ClientId> = keys.iter().map(|key| key.0).collect();
        let rows = self
            .0
            .service
            .store
            .care_teams(&self.0.viewer(), &clients)
            .await?;
        Ok(grouped(keys, rows, |row| TeamOf(row.member.client_id)))
    }
}

impl Loader<AccountOf> for Rows {
    type Value = AccountClientRow;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[AccountOf],
    ) -> Result<HashMap<AccountOf, AccountClientRow>, LoadError> {
        let clients: Vec<ClientId> = keys.iter().map(|key| key.0).collect();
        let rows = self
            .0
            .service
            .store
            .account_links(&self.0.viewer(), &clients)
            .await?;
        Ok(by_key(rows, |row| AccountOf(row.client_id)))
    }
}

impl Loader<ListedOn> for Rows {
    type Value = Vec<(Principal, ParticipantStanding)>;
    type Error = LoadError;

    async fn load(&self, keys: &[ListedOn]) -> Result<HashMap<ListedOn, Self::Value>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let rows = self
            .0
            .service
            .store
            .participants(&self.0.viewer(), &threads)
            .await?;
        let groups = grouped(keys, rows, |row| ListedOn(row.0));
        let bare = |rows: Vec<(_, Principal, _)>| rows.into_iter().map(|r| (r.1, r.2)).collect();
        Ok(groups
            .into_iter()
            .map(|(key, rows)| (key, bare(rows)))
            .collect())
    }
}

impl Loader<SettingsOf> for Rows {
    type Value = tidings_domain::UserSettings;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[SettingsOf],
    ) -> Result<HashMap<SettingsOf, Self::Value>, LoadError> {
        let staff: Vec<StaffId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let settings = store.staff_settings(&self.0.viewer(), &staff).await?;
        let key = |(id, settings)| (SettingsOf(id), settings);
        Ok(settings.into_iter().map(key).collect())
    }
}

impl Loader<NumberIn> for Rows {
    type Value = i32;
    type Error = LoadError;

    async fn load(&self, keys: &[NumberIn]) -> Result<HashMap<NumberIn, i32>, LoadError> {
        let mut threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        threads.sort_unstable();
        threads.dedup();
        let numbers = self
            .0
            .service
            .store
            .member_numbers(&self.0.viewer(), &threads)
            .await?;
        let number = |key: &NumberIn| Some((*key, *numbers.get(&(key.0, key.1))?));
        Ok(keys.iter().filter_map(number).collect())
    }
}

impl Loader<InvitationOf> for Rows {
    type Value = InvitationRow;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[InvitationOf],
    ) -> Result<HashMap<InvitationOf, InvitationRow>, LoadError> {
        let accounts: Vec<AccountId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let rows = store
            .newest_invitations(&self.0.viewer(), &accounts)
            .await?;
        Ok(by_key(rows, |row| InvitationOf(row.account_id)))
    }
}

/// Loads that fail are faults of ours: the transport masks and logs them.
pub(crate) trait Load {
    /// One row, if the viewer sees it.
    async fn one<K>(&self, key: K) -> async_graphql::Result<Option<<Rows as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Rows: Loader<K, Error = LoadError>;
}

impl Load for async_graphql::Context<'_> {
    async fn one<K>(&self, key: K) -> async_graphql::Result<Option<<Rows as Loader<K>>::Value>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Rows: Loader<K, Error = LoadError>,
    {
        // In a box: a resolver that has no need of it must not carry its size.
        Box::pin(self.rows()?.load_one(key))
            .await
            .map_err(|error| crate::error::fault(&error))
    }
}
