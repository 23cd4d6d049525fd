//! Loaders: one for each (entity, key), made per request, owning the viewer, returning only what
//! the viewer sees. They batch; they keep nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use tidings_domain::{
    AccountId, AttachmentId, AudienceId, AudienceKind, CareTeamMemberId, ClientId, EnrollmentId,
    LocationId, MessageId, NotificationId, ParticipantStanding, PortalRequestId, Principal,
    ProgramId, ReleaseId, StaffId, ThreadId, TopicId,
};
use tidings_store::{
    AccountClientRow, AccountRow, AttachmentRow, AudienceRow, CareTeamRow, ClientRow,
    EnrollmentRow, LocationRow, MessageRange, MessageRow, NotificationRow, PortalRequestRow,
    ProgramRow, QuoteKey, QuoteRow, ReactionRow, Receipt, ReleaseRow, RevisionRow, SeenThread,
    StaffRow, StoreError, Take, TopicRow,
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

/// The receipts of one message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReceiptsOf {
    pub(crate) thread: ThreadId,
    pub(crate) seq: i64,
}

/// The attachments of a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AttachmentsOf(pub(crate) MessageId);

/// The reactions to a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReactionsTo(pub(crate) MessageId);

/// What a message said before it was edited.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RevisionsOf(pub(crate) MessageId);

/// The pinned messages of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PinnedIn {
    pub(crate) thread: ThreadId,
    /// Whether to read the HTML of rich ones, too.
    pub(crate) html: bool,
}

/// The care team of a client, as the viewer sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TeamOf(pub(crate) ClientId);

/// The portal account that acts for a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AccountOf(pub(crate) ClientId);

/// Who is listed on a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ListedOn(pub(crate) ThreadId);

/// Whether nobody of the staff addressed in a thread takes messages that clients start.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ContactOff(pub(crate) ThreadId);

/// The newest chat of the viewer with a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ChatWithClient(pub(crate) ClientId);

/// The newest chat of the viewer with a colleague.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ChatWithStaff(pub(crate) StaffId);

/// The threads before and behind a thread that goes on with another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ContinuationOf(pub(crate) ThreadId);

/// What a thread goes on with, and what goes on with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Continuation {
    pub(crate) continues: Option<ThreadId>,
    pub(crate) continued_by: Vec<ThreadId>,
}

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
    QuoteKey => QuoteRow by quotes, |row: &QuoteRow| row.key;
    AttachmentId => AttachmentRow by attachments, |row: &AttachmentRow| row.id;
    TopicId => TopicRow by topics, |row: &TopicRow| row.id;
    AudienceId => AudienceRow by audiences_by_id, |row: &AudienceRow| row.id;
    PortalRequestId => PortalRequestRow by portal_requests, |row: &PortalRequestRow| row.id;
    LocationId => LocationRow by locations, |row: &LocationRow| row.id;
    ReleaseId => ReleaseRow by releases, |row: &ReleaseRow| row.id;
    NotificationId => NotificationRow by notifications, |row: &NotificationRow| row.id;
    ProgramId => ProgramRow by programs, |row: &ProgramRow| row.id;
    EnrollmentId => EnrollmentRow by enrollments, |row: &EnrollmentRow| row.id;
    CareTeamMemberId => CareTeamRow by care_team_members, |row: &CareTeamRow| row.member.id;
}

/// The location that a request left.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LocationFor(pub(crate) PortalRequestId);

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

impl Loader<AttachmentsOf> for Rows {
    type Value = Vec<Arc<AttachmentRow>>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[AttachmentsOf],
    ) -> Result<HashMap<AttachmentsOf, Self::Value>, LoadError> {
        let messages: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let viewer = self.0.viewer();
        let rows = self
            .0
            .service
            .store
            .attachments_of(&viewer, &messages)
            .await?;
        let mut groups = HashMap::with_capacity(keys.len());
        for row in rows {
            if let Some(message) = row.message_id {
                let group: &mut Self::Value = groups.entry(AttachmentsOf(message)).or_default();
                group.push(Arc::new(row));
            }
        }
        Ok(groups)
    }
}

impl Loader<ReactionsTo> for Rows {
    type Value = Vec<Arc<ReactionRow>>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ReactionsTo],
    ) -> Result<HashMap<ReactionsTo, Self::Value>, LoadError> {
        let messages: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let (store, viewer) = (&self.0.service.store, self.0.viewer());
        let rows = store.reactions(&viewer, &messages).await?;
        let rows = rows.into_iter().map(Arc::new).collect();
        Ok(grouped(keys, rows, |row| {
            ReactionsTo(row.reaction.message_id)
        }))
    }
}

impl Loader<RevisionsOf> for Rows {
    type Value = Vec<RevisionRow>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[RevisionsOf],
    ) -> Result<HashMap<RevisionsOf, Self::Value>, LoadError> {
        let messages: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let (store, viewer) = (&self.0.service.store, self.0.viewer());
        let rows = store.revisions(&viewer, &messages).await?;
        Ok(grouped(keys, rows, |row| RevisionsOf(row.message_id)))
    }
}

impl Loader<PinnedIn> for Rows {
    type Value = Vec<MessageRow>;
    type Error = LoadError;

    async fn load(&self, keys: &[PinnedIn]) -> Result<HashMap<PinnedIn, Self::Value>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.thread).collect();
        let html = keys.iter().any(|key| key.html);
        let (store, viewer) = (&self.0.service.store, self.0.viewer());
        let rows = store.pinned_messages(&viewer, &threads, html).await?;
        let of = |key: &PinnedIn| {
            let own = rows
                .iter()
                .filter(|row| row.message.thread_id == key.thread);
            own.cloned().collect()
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
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

impl Loader<ContactOff> for Rows {
    type Value = ();
    type Error = LoadError;

    async fn load(&self, keys: &[ContactOff]) -> Result<HashMap<ContactOff, ()>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let off = store.contact_off(&self.0.viewer(), &threads).await?;
        Ok(off.into_iter().map(|id| (ContactOff(id), ())).collect())
    }
}

impl Loader<ChatWithClient> for Rows {
    type Value = ThreadId;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ChatWithClient],
    ) -> Result<HashMap<ChatWithClient, ThreadId>, LoadError> {
        let clients: Vec<ClientId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let chats = store
            .own_chats_with_clients(&self.0.viewer(), &clients)
            .await?;
        let key = |(with, thread)| (ChatWithClient(with), thread);
        Ok(chats.into_iter().map(key).collect())
    }
}

impl Loader<ChatWithStaff> for Rows {
    type Value = ThreadId;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ChatWithStaff],
    ) -> Result<HashMap<ChatWithStaff, ThreadId>, LoadError> {
        let staff: Vec<StaffId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let chats = store.own_chats_with_staff(&self.0.viewer(), &staff).await?;
        let key = |(with, thread)| (ChatWithStaff(with), thread);
        Ok(chats.into_iter().map(key).collect())
    }
}

impl Loader<ContinuationOf> for Rows {
    type Value = Continuation;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ContinuationOf],
    ) -> Result<HashMap<ContinuationOf, Continuation>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let pairs = store.continuations(&self.0.viewer(), &threads).await?;
        let mut found: HashMap<ContinuationOf, Continuation> = HashMap::new();
        for (thread, before) in pairs {
            found.entry(ContinuationOf(thread)).or_default().continues = Some(before);
            let behind = found.entry(ContinuationOf(before)).or_default();
            behind.continued_by.push(thread);
        }
        Ok(found)
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

impl Loader<MessageRange> for Rows {
    type Value = Vec<MessageRow>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[MessageRange],
    ) -> Result<HashMap<MessageRange, Self::Value>, LoadError> {
        let rows = self
            .0
            .service
            .store
            .messages(&self.0.viewer(), keys)
            .await?;
        let within = |key: &MessageRange, row: &MessageRow| {
            row.message.thread_id == key.thread && (key.from..=key.to).contains(&row.message.seq)
        };
        // Of several ranges of one thread each takes its own part.
        let of = |key: &MessageRange| {
            let of_range = rows.iter().filter(|row| within(key, row));
            let mut of_range: Vec<MessageRow> = of_range.cloned().collect();
            match key.take {
                None => {}
                Some(Take::First(count)) => of_range.truncate(count),
                Some(Take::Last(count)) => {
                    let skipped = of_range.len().saturating_sub(count);
                    of_range.drain(..skipped);
                }
            }
            of_range
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
    }
}

impl Loader<ReceiptsOf> for Rows {
    type Value = Vec<Receipt>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ReceiptsOf],
    ) -> Result<HashMap<ReceiptsOf, Self::Value>, LoadError> {
        let ranges: Vec<MessageRange> = keys
            .iter()
            .map(|key| MessageRange {
                thread: key.thread,
                from: key.seq,
                to: key.seq,
                take: None,
                html: false,
            })
            .collect();
        let rows = self
            .0
            .service
            .store
            .receipts(&self.0.viewer(), &ranges)
            .await?;
        let covers = |key: &ReceiptsOf, row: &Receipt| {
            row.thread == key.thread && (row.from..=row.to).contains(&key.seq)
        };
        let of = |key: &ReceiptsOf| {
            rows.iter()
                .filter(|row| covers(key, row))
                .copied()
                .collect()
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
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
