//! Loaders of chats: which there are, how they go on, and who takes no contact in them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use tidings_domain::{ClientId, StaffId, ThreadId};

use crate::loaders::{LoadError, Rows};

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
