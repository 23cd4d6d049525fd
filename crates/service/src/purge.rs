//! Erasing what passed its grace: the part of the sweep that takes content (K3, S-31).

use tidings_domain::{Deed, ThreadId};
use tidings_store::DueThread;
use uuid::Uuid;

use crate::context::Service;
use crate::deletion::retained;
use crate::error::Result;

/// Threads that are looked at in one go.
const PORTION: usize = 100;

impl Service {
    /// Erases the content of everything that was deleted and has passed its grace, unless a legal hold
    /// or the retention minimum keeps it, then takes it out of the database's own files. Several
    /// servers may do so at once. Answers how many messages and subjects went.
    pub async fn purge_due(&self) -> Result<usize> {
        let mut gone = 0;
        let mut after = ThreadId(Uuid::nil());
        loop {
            let now = self.clock.now();
            let due = self.store.due_threads(now, after, PORTION).await?;
            for thread in &due {
                gone += self.purge_thread(*thread).await?;
            }
            match due.last() {
                Some(last) if due.len() == PORTION => after = last.thread,
                _ => break,
            }
        }
        // What was erased together with its deletion waits in the same places.
        self.store.forget_erased().await?;
        Ok(gone)
    }

    async fn purge_thread(&self, due: DueThread) -> Result<usize> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let Some(thread) = tx.lock_to_delete(due.agency, due.thread).await? else {
            return Ok(0);
        };
        // Asked again under the lock: a hold may have been placed meanwhile.
        if tx.is_held(&thread).await? {
            return Ok(0);
        }
        let policy = tx.policy(due.agency).await?;
        let retained = retained(now, policy.retention());
        let purged = tx.purge_due(&thread, now, retained).await?;
        if purged.seqs.is_empty() {
            return Ok(0);
        }
        let detail = format!(
            "entries {}, files {}",
            purged.seqs.len(),
            purged.files.len()
        );
        let subject = thread.id.into();
        tx.audit(due.agency, None, Deed::ThreadPurged, subject, detail, now)
            .await?;
        tx.commit().await?;
        self.delete_files(&purged.files).await;
        Ok(purged.seqs.len())
    }
}
