//! Loaders of what deletions ask and leave.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use tidings_domain::{ClientId, ThreadId};
use tidings_policy::ContentFacts;
use tidings_store::TombstoneRow;

use crate::loaders::{LoadError, Rows};

/// How a thread was deleted as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DeletionOf(pub(crate) ThreadId);

/// What the law asks of a thread's messages before it is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ContentOf(pub(crate) ThreadId);

/// Whether a legal hold lies on a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct HeldClient(pub(crate) ClientId);

impl Loader<DeletionOf> for Rows {
    type Value = TombstoneRow;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[DeletionOf],
    ) -> Result<HashMap<DeletionOf, TombstoneRow>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let rows = store.thread_deletions(&self.0.viewer(), &threads).await?;
        Ok(rows
            .into_iter()
            .map(|row| (DeletionOf(row.thread), row))
            .collect())
    }
}

impl Loader<ContentOf> for Rows {
    type Value = ContentFacts;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[ContentOf],
    ) -> Result<HashMap<ContentOf, ContentFacts>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let me = self.0.viewer().principal();
        let rows = self.0.service.store.thread_contents(me, &threads).await?;
        let of = |(thread, facts)| (ContentOf(thread), facts);
        Ok(rows.into_iter().map(of).collect())
    }
}

impl Loader<HeldClient> for Rows {
    type Value = ();
    type Error = LoadError;

    async fn load(&self, keys: &[HeldClient]) -> Result<HashMap<HeldClient, ()>, LoadError> {
        let clients: Vec<ClientId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let held = store.held_clients(&self.0.viewer(), &clients).await?;
        Ok(held.into_iter().map(|id| (HeldClient(id), ())).collect())
    }
}
