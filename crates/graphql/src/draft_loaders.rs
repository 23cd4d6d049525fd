//! Loaders of drafts and of what goes with them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use tidings_domain::{DraftId, ThreadId};
use tidings_store::{AttachmentRow, DraftRow};

use crate::loaders::{LoadError, Rows, grouped};

/// The attachments of a draft.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AttachmentsIn(pub(crate) DraftId);

/// The viewer's draft in a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DraftIn(pub(crate) ThreadId);

impl Loader<AttachmentsIn> for Rows {
    type Value = Vec<Arc<AttachmentRow>>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[AttachmentsIn],
    ) -> Result<HashMap<AttachmentsIn, Self::Value>, LoadError> {
        let drafts: Vec<DraftId> = keys.iter().map(|key| key.0).collect();
        let (store, viewer) = (&self.0.service.store, self.0.viewer());
        let rows = store.attachments_of_drafts(&viewer, &drafts).await?;
        let groups = grouped(keys, rows, |row| AttachmentsIn(row.0));
        let bare = |rows: Vec<(_, AttachmentRow)>| rows.into_iter().map(|r| Arc::new(r.1));
        Ok(groups
            .into_iter()
            .map(|(key, rows)| (key, bare(rows).collect()))
            .collect())
    }
}

impl Loader<DraftIn> for Rows {
    type Value = DraftRow;
    type Error = LoadError;

    async fn load(&self, keys: &[DraftIn]) -> Result<HashMap<DraftIn, DraftRow>, LoadError> {
        let threads: Vec<ThreadId> = keys.iter().map(|key| key.0).collect();
        let (store, viewer) = (&self.0.service.store, self.0.viewer());
        let rows = store.drafts_in(&viewer, &threads).await?;
        let of = |row: DraftRow| Some((DraftIn(row.thread_id?), row));
        Ok(rows.into_iter().filter_map(of).collect())
    }
}
