//! One act on many messages and threads, each with its own outcome (CX-18).

use serde::Serialize;
use sha2::{Digest, Sha256};
use tidings_domain::{MessageId, ThreadId, limits};
use tidings_policy::Viewer;
use uuid::Uuid;

use crate::context::{Begin, Service, hex};
use crate::deletion::{DeleteMessage, DeleteThread};
use crate::error::{Error, Result};
use crate::read_state::{MarkMessages, MarkThread};

/// What to do with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BulkAct {
    /// Mark it as read by the viewer.
    MarkRead,
    /// Mark it as unread for the viewer: of a thread the newest message of somebody else.
    MarkUnread,
    /// Delete it for everybody.
    Delete,
}

/// Messages and threads, 1 to 100 in all.
#[derive(Clone, Debug, Serialize)]
pub struct Bulk {
    /// What to do.
    pub act: BulkAct,
    /// With these messages.
    pub messages: Vec<MessageId>,
    /// And with these threads.
    pub threads: Vec<ThreadId>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BulkItem {
    /// A message.
    Message(MessageId),
    /// A thread.
    Thread(ThreadId),
}

/// What came of one: done, or why not.
pub type BulkOutcome = (BulkItem, Result<()>);

impl Service {
    /// Does one act to each of many, in the order given, messages first. Each is a write of its own:
    /// what is refused keeps none of the others. Sent again with the same key, what was done is not
    /// done twice, and what was refused is tried again.
    pub async fn bulk(&self, viewer: &Viewer, key: &str, input: Bulk) -> Result<Vec<BulkOutcome>> {
        let count = input.messages.len() + input.threads.len();
        if count == 0 || count > limits::MAX_IDS {
            return Err(Error::bad_input("Name 1 to 100 messages and threads."));
        }
        // The key of the whole: the same with another input is refused before anything is done.
        if let Begin::New(write) = self.begin::<()>(viewer, key, "bulk", &input).await? {
            write.commit(()).await?;
        }
        let messages = input.messages.iter().copied().map(BulkItem::Message);
        let threads = input.threads.iter().copied().map(BulkItem::Thread);
        let mut outcomes = Vec::with_capacity(count);
        for item in messages.chain(threads) {
            let key = key_of(key, item);
            let outcome = self.one(viewer, &key, input.act, item).await;
            if let Err(Error::Store(error)) = outcome {
                return Err(Error::Store(error));
            }
            outcomes.push((item, outcome));
        }
        Ok(outcomes)
    }

    async fn one(&self, viewer: &Viewer, key: &str, act: BulkAct, item: BulkItem) -> Result<()> {
        match (act, item) {
            (BulkAct::MarkRead, BulkItem::Message(message)) => {
                let messages = vec![message];
                let marked = self.mark_read(viewer, key, MarkMessages { messages });
                marked.await.map(drop)
            }
            (BulkAct::MarkUnread, BulkItem::Message(message)) => {
                let messages = vec![message];
                let marked = self.mark_unread(viewer, key, MarkMessages { messages });
                marked.await.map(drop)
            }
            (BulkAct::Delete, BulkItem::Message(message)) => {
                let deleted = self.delete_message(viewer, key, DeleteMessage { message });
                deleted.await.map(drop)
            }
            (BulkAct::MarkRead, BulkItem::Thread(thread)) => {
                let whole = MarkThread {
                    thread,
                    up_to: None,
                };
                self.mark_thread_read(viewer, key, whole).await.map(drop)
            }
            (BulkAct::MarkUnread, BulkItem::Thread(thread)) => {
                self.mark_thread_unread(viewer, key, thread).await.map(drop)
            }
            (BulkAct::Delete, BulkItem::Thread(thread)) => {
                let deleted = self.delete_thread(viewer, key, DeleteThread { thread });
                deleted.await.map(drop)
            }
        }
    }
}

/// The key of one write within the whole: a hash, since a key is short.
fn key_of(key: &str, item: BulkItem) -> String {
    let (kind, id): (u8, Uuid) = match item {
        BulkItem::Message(id) => (0, id.0),
        BulkItem::Thread(id) => (1, id.0),
    };
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update([0, kind]);
    hash.update(id.as_bytes());
    format!("bulk-{}", hex(&hash.finalize()))
}
