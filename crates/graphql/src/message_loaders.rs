//! Loaders of messages and of what hangs on them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use tidings_domain::{MessageId, ThreadId};
use tidings_store::{
    AttachmentRow, MessageRange, MessageRow, ReactionRow, Receipt, RevisionRow, Take,
};

use crate::loaders::{LoadError, Rows, grouped};

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

/// The receipts of one message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReceiptsOf {
    pub(crate) thread: ThreadId,
    pub(crate) seq: i64,
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
