//! A thread as the counter holds it, wherever it came from: read alone, with an inbox, or on a stream.

use std::sync::Arc;

use tidings_store::{
    AudienceRow, ClientRow, InboxRow, LiveThread, MessageRow, SeenThread, ThreadRow, TopicRow,
    ViewerState,
};

use crate::thread::Thread;

/// A thread with what was fetched along with it. What is not at hand is loaded when it is asked
/// for.
#[derive(Clone)]
pub(crate) struct ThreadParts {
    pub(crate) row: Arc<ThreadRow>,
    /// None on a stream, where the row is shared by all readers.
    pub(crate) state: Option<ViewerState>,
    pub(crate) client: Option<Arc<ClientRow>>,
    pub(crate) topic: Option<Arc<TopicRow>>,
    pub(crate) audience: Option<Arc<AudienceRow>>,
    pub(crate) last_message: Option<Arc<MessageRow>>,
}

impl From<SeenThread> for Thread {
    fn from(seen: SeenThread) -> Self {
        Self(Arc::new(ThreadParts {
            row: Arc::new(seen.thread),
            state: Some(seen.state),
            client: None,
            topic: None,
            audience: None,
            last_message: None,
        }))
    }
}

impl From<InboxRow> for Thread {
    fn from(row: InboxRow) -> Self {
        Self(Arc::new(ThreadParts {
            row: Arc::new(row.thread),
            state: Some(row.state),
            client: row.client,
            topic: row.topic,
            audience: row.audience,
            last_message: row.last_message.map(Arc::new),
        }))
    }
}

impl From<&LiveThread> for Thread {
    fn from(live: &LiveThread) -> Self {
        Self(Arc::new(ThreadParts {
            row: Arc::clone(&live.thread),
            state: None,
            client: live.client.clone(),
            topic: None,
            audience: None,
            last_message: None,
        }))
    }
}
