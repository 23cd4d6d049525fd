//! A change of a client's access to direct chats: which threads its account loses, or has back (K15).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tidings_domain::{AccountId, ClientId, ThreadId, ThreadKind};
use tidings_policy::Viewer;
use tidings_store::{LiveThread, Store};

use super::team::{COMMIT, threads_of};
use super::{LiveKind, Scope};
use crate::error::Result;

/// A client's direct chats, which came or went.
#[derive(Debug)]
pub(crate) struct DirectChats {
    client: ClientId,
    /// Who acts for the client.
    pub(crate) account: Option<AccountId>,
    threads: Vec<Arc<LiveThread>>,
    /// Whether there are more threads than were loaded.
    more: bool,
}

/// The change with everything that is asked about it.
pub(super) async fn direct_chats(
    store: &Store,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<DirectChats> {
    let (threads, more) = threads_of(store, client, now).await?;
    let direct = |thread: &Arc<LiveThread>| thread.thread.kind == ThreadKind::Direct;
    Ok(DirectChats {
        client,
        account: store.account_of(client).await?,
        threads: threads.into_iter().filter(direct).collect(),
        more,
    })
}

impl DirectChats {
    /// An account that has lost sight of the threads is told to drop them; one that has them back,
    /// that they are there. What counts is what it sees now: a reader who comes back later may read of
    /// a change that another has undone.
    pub(super) fn for_viewer(&self, viewer: &Viewer, at: DateTime<Utc>) -> Option<LiveKind> {
        let own = viewer.account()?.own(self.client)?;
        // SECURITY: what was started while they were out of sight was never visible: it is not named.
        let there =
            |thread: &&Arc<LiveThread>| own.direct_chat || thread.thread.created_at <= at + COMMIT;
        let threads = self.threads.iter().filter(there);
        let ids: Vec<ThreadId> = threads.map(|thread| thread.thread.id).collect();
        let scope = match (ids.is_empty(), self.more) {
            (_, true) => Scope::Everything,
            (true, false) => return None,
            (false, false) => Scope::Threads(ids),
        };
        Some(if own.direct_chat {
            LiveKind::AccessGranted(scope)
        } else {
            LiveKind::AccessRevoked(scope)
        })
    }
}
