//! The sweep: what was deleted and has passed its grace (`purge.rs`), uploads that nobody sent, and
//! files that no row names.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use crate::context::Service;
use crate::error::Result;

/// Between two sweeps.
const PAUSE: Duration = Duration::from_mins(10);

/// How old a file must be before its missing row is one that will not come: longer than any
/// upload takes from its file to its row.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(1);

/// Files that are looked up at once.
const PORTION: usize = 256;

impl Service {
    /// Sweeps until the process ends. A fault is logged and tried again.
    pub async fn sweep_files_forever(self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            match self.purge_due().await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "erased content that was deleted"),
                Err(error) => tracing::error!(%error, "could not erase; trying again"),
            }
            match self.sweep_files().await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "swept files that nobody sent"),
                Err(error) => tracing::error!(%error, "files could not be swept; trying again"),
            }
        }
    }

    /// Drops what was announced or uploaded and not sent in time, and then every file that no row
    /// names: of these rows, of a process that ended between the file and its row, of messages that
    /// were deleted. Several servers may sweep at once. Answers how many files went.
    pub async fn sweep_files(&self) -> Result<usize> {
        let now = self.clock.now();
        let tx = self.store.begin().await?;
        let unsent = tx.drop_expired_uploads(now).await?;
        tx.commit().await?;
        self.delete_files(&unsent).await;
        let mut gone = unsent.len();
        let mut files = self.files.store.list();
        let mut portion = Vec::with_capacity(PORTION);
        while let Some(found) = files.try_next().await? {
            if made_at(found.key.id()).is_some_and(|made| now - made >= ORPHAN_AGE) {
                portion.push(found.key.id());
            }
            if portion.len() == PORTION {
                gone += self.drop_orphans(&mut portion).await?;
            }
        }
        Ok(gone + self.drop_orphans(&mut portion).await?)
    }

    /// Takes files away whose rows are gone, such as those of a message that was erased
    /// (`Tx::purge_due`), after the commit.
    pub async fn delete_files(&self, files: &[Uuid]) {
        for file in files {
            self.files.forget(*file).await;
        }
    }

    async fn drop_orphans(&self, portion: &mut Vec<Uuid>) -> Result<usize> {
        if portion.is_empty() {
            return Ok(0);
        }
        let known = self.store.known_files(portion).await?;
        portion.retain(|file| !known.contains(file));
        self.delete_files(portion).await;
        let gone = portion.len();
        portion.clear();
        Ok(gone)
    }
}

/// When a file's id was made, by the server's own clock: the store's may be another's.
fn made_at(file: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = file.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}
