//! An import as a job: an administrator hands the files over, a server does it in its turn.
//!
//! Whoever takes a job has it for two minutes, and keeps it while it works. A server that ends
//! half-way has stored nothing; another one, or the same after its restart, begins anew. The end of
//! a job is written in the transaction of what it stores, under the number of the attempt: of two
//! servers that both believe to have it one commits.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use tidings_domain::{DirectoryImportId, ImportStatus, Principal, UserErrorCode, limits};
use tidings_effects::files::{FileError, FileKey};
use tidings_import::{FileSet, Format, Limits, Options, Problem};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{DirectoryImportRow, StoreError, Tx};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::{ImportDirectory, ImportSummary, Watcher};
use crate::context::{Begin, Service, hex, new_id, parse_key};
use crate::error::{Error, Result};

/// Between two looks for imports that another server left.
const PAUSE: Duration = Duration::from_mins(1);

/// How long an import belongs to whoever took it.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Between two words of whoever is at it.
const BEAT: Duration = Duration::from_secs(5);

/// How often an import is begun before it is given up.
const MOST_ATTEMPTS: i32 = 3;

/// The endings of names that say how files are read.
const KINDS: &[&str] = &["zip", "ndjson", "json"];

/// A directory that an administrator hands over.
#[derive(Clone, Debug, Serialize)]
pub struct QueueImport {
    /// How it is written.
    pub format: Format,
    /// What the system is called here; by default `fhir` or `hmis`.
    pub source: Option<String>,
    /// With HMIS: whose part of the files is taken.
    pub organization: Option<String>,
    /// Whether any problem refuses all of it.
    pub strict: bool,
    /// Whether it is stored; else it is a preview.
    pub apply: bool,
    /// What the file is called.
    pub file_name: String,
}

/// An import that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportQueued {
    /// The import.
    pub import: DirectoryImportId,
}

/// The imports of this process.
#[derive(Default)]
pub(crate) struct Imports {
    wake: Notify,
    running: Mutex<HashMap<DirectoryImportId, Arc<Progress>>>,
}

/// How far an import is, in bytes.
#[derive(Default)]
struct Progress {
    read: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    fn now(&self) -> (i64, i64) {
        let read = |of: &AtomicU64| i64::try_from(of.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        (read(&self.read), read(&self.total))
    }
}

impl Watcher for Progress {
    fn progress(&self, read: u64, total: u64) {
        self.read.store(read, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn problem(&self, _: &Problem) {}
}

/// An attempt at an import.
pub(super) struct Job {
    row: DirectoryImportRow,
    progress: Arc<Progress>,
}

impl Job {
    fn key(&self) -> (DirectoryImportId, i32) {
        (self.row.id, self.row.attempt)
    }
}

/// What an import came to; none before its end, or where it failed.
#[must_use]
pub fn outcome(row: &DirectoryImportRow) -> Option<ImportSummary> {
    serde_json::from_str(row.outcome.as_deref()?).ok()
}

impl Service {
    /// Takes files for an import into the viewer's agency, which begins as soon as a server is
    /// free. For whoever may import; `FORBIDDEN` to all others. Refused with
    /// `ATTACHMENT_TYPE_NOT_ALLOWED` for a name that ends in none of `.zip`, `.ndjson`, `.json`,
    /// and with `TOO_MANY_IMPORTS`.
    pub async fn queue_import(
        &self,
        viewer: &Viewer,
        key: &str,
        input: QueueImport,
        content: File,
    ) -> Result<ImportQueued> {
        parse_key(key)?;
        let Principal::Staff(requested_by) = viewer.principal() else {
            return Err(Error::forbidden());
        };
        if !administers(viewer, AdminAction::ImportDirectories) {
            return Err(Error::forbidden());
        }
        let source = source(&input)?;
        let kind = kind(&input.file_name)?;
        let file = FileKey::new(new_id(self));
        let content = tokio::fs::File::from_std(content);
        let stored = self.files.store.put(file, content, u64::MAX).await?;
        let queued = async {
            let told = (&input, hex(&stored.sha256));
            let write = match self.begin(viewer, key, "importDirectory", &told).await? {
                Begin::Done(queued) => return Ok((queued, false)),
                Begin::New(write) => write,
            };
            if write.tx.open_imports(viewer.agency()).await? >= limits::MAX_OPEN_IMPORTS {
                return Err(Error::refused(UserErrorCode::TooManyImports, &[]));
            }
            let import = write.id();
            let row = DirectoryImportRow {
                id: import,
                agency_id: viewer.agency(),
                requested_by,
                format: format_name(input.format).to_owned(),
                source,
                organization: input.organization.clone(),
                strict: input.strict,
                apply: input.apply,
                file_kind: kind.to_owned(),
                file_id: Some(file.id()),
                status: ImportStatus::Queued,
                attempt: 0,
                lease_until: None,
                bytes_read: 0,
                bytes_total: 0,
                outcome: None,
                created_at: write.now,
                finished_at: None,
            };
            write.tx.insert_directory_import(row).await?;
            Ok((write.commit(ImportQueued { import }).await?, true))
        };
        let queued = queued.await;
        // Where the database did not say whether it stored the row, the sweep finds out.
        if !matches!(queued, Ok((_, true)) | Err(Error::Store(_))) {
            self.files.forget(file.id()).await;
        }
        self.imports.wake.notify_one();
        queued.map(|(queued, _)| queued)
    }

    /// How far an import is, in bytes: read, and of how many. What this process is at is told as
    /// of now, what another one is at as of its last word.
    #[must_use]
    pub fn import_progress(&self, row: &DirectoryImportRow) -> (i64, i64) {
        let running = self.imports.running.lock();
        let running = running.unwrap_or_else(PoisonError::into_inner);
        match running.get(&row.id) {
            Some(progress) => progress.now(),
            None => (row.bytes_read, row.bytes_total),
        }
    }

    /// Looks whether an import waits from before the start, so that
    /// [`Self::import_forever`] begins with it.
    pub async fn look_for_imports(&self) -> Result<()> {
        if self.store.import_waits(self.clock.now()).await? {
            self.imports.wake.notify_one();
        }
        Ok(())
    }

    /// Does imports in their turn until the process ends. The files are read in this folder, where
    /// only this server's account can look. A fault is logged and tried again.
    pub async fn import_forever(self, options: Options, folder: PathBuf) {
        loop {
            tokio::select! {
                () = self.imports.wake.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
            if let Err(error) = self.do_imports(&options, &folder).await {
                tracing::error!(%error, "an import could not be done; trying again");
            }
        }
    }

    async fn do_imports(&self, options: &Options, folder: &Path) -> Result<()> {
        while let Some(row) = self.claim().await? {
            let job = Job {
                row,
                progress: Arc::default(),
            };
            let id = job.row.id;
            self.running(|running| running.insert(id, Arc::clone(&job.progress)));
            let done = self.attempt(&job, options, folder).await;
            self.running(|running| running.remove(&id));
            done?;
        }
        Ok(())
    }

    fn running<T>(
        &self,
        with: impl FnOnce(&mut HashMap<DirectoryImportId, Arc<Progress>>) -> T,
    ) -> T {
        let running = self.imports.running.lock();
        with(&mut running.unwrap_or_else(PoisonError::into_inner))
    }

    async fn claim(&self) -> Result<Option<DirectoryImportRow>> {
        let now = self.clock.now();
        if !self.store.import_waits(now).await? {
            return Ok(None);
        }
        let tx = self.store.begin().await?;
        let row = tx.claim_import(now, now + LEASE).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// One attempt, with its end: what it came to, or that it is given up.
    async fn attempt(&self, job: &Job, options: &Options, folder: &Path) -> Result<()> {
        let done = if job.row.attempt > MOST_ATTEMPTS {
            Ok(None)
        } else {
            let keeper = tokio::spawn(
                self.clone()
                    .keep_import(job.key(), Arc::clone(&job.progress)),
            );
            let done = self.import_job(job, options, folder).await;
            keeper.abort();
            done
        };
        let summary = match done {
            Ok(summary) => summary,
            // Nothing is stored. Who comes next begins anew, when the lease is over.
            Err(error) if job.row.attempt < MOST_ATTEMPTS => return Err(error),
            Err(error) => {
                tracing::error!(%error, "an import is given up");
                None
            }
        };
        let mut ended = summary.as_ref().is_some_and(|summary| summary.applied);
        if !ended {
            let tx = self.store.begin().await?;
            ended = self.end(&tx, job, summary.as_ref()).await?;
            tx.commit().await?;
        }
        // Another attempt needs the files still.
        if let (true, Some(file)) = (ended, job.row.file_id) {
            self.files.forget(file).await;
        }
        Ok(())
    }

    /// Does what a job says. None if whoever asked for it may do so no more.
    async fn import_job(
        &self,
        job: &Job,
        options: &Options,
        folder: &Path,
    ) -> Result<Option<ImportSummary>> {
        let row = &job.row;
        let viewer = self
            .store
            .viewer(row.requested_by.0, self.clock.now())
            .await?;
        let may = viewer.is_some_and(|viewer| {
            viewer.agency() == row.agency_id && administers(&viewer, AdminAction::ImportDirectories)
        });
        if !may {
            return Ok(None);
        }
        let format = format_of(&row.format).ok_or(StoreError::Corrupt("format of an import"))?;
        let place = tempfile::tempdir_in(folder).map_err(FileError::Broken)?;
        let path = place.path().join(format!("import.{}", row.file_kind));
        self.fetch(row, &path).await?;
        let opening = tokio::task::spawn_blocking(move || FileSet::open(&path, Limits::default()));
        let set = match opening.await.map_err(|_| StoreError::Corrupt("import"))? {
            Ok(set) => set,
            Err(problem) => return Ok(Some(ImportSummary::refused_for(problem))),
        };
        let import = ImportDirectory {
            format,
            set,
            options: Options {
                organization: row.organization.clone(),
                ..options.clone()
            },
            source: row.source.clone(),
            agency: Some(row.agency_id),
            // No agency is made.
            time_zone: String::new(),
            strict: row.strict,
            apply: row.apply,
            by: Some(row.requested_by),
        };
        let watcher = Arc::clone(&job.progress);
        Ok(Some(self.import_as(import, watcher, Some(job)).await?))
    }

    /// Writes the files to a place where they can be read several times.
    async fn fetch(&self, row: &DirectoryImportRow, path: &Path) -> Result<()> {
        let file = row
            .file_id
            .ok_or(StoreError::Corrupt("file of an import"))?;
        let mut content = self.files.get(file, None).await?.stream;
        let mut copy = tokio::fs::File::create(path)
            .await
            .map_err(FileError::Broken)?;
        while let Some(piece) = content.try_next().await? {
            copy.write_all(&piece).await.map_err(FileError::Broken)?;
        }
        Ok(copy.flush().await.map_err(FileError::Broken)?)
    }

    /// Keeps a job, and tells how far it is. On SQLite it waits while the import is stored: so does
    /// everybody who could take the job away.
    async fn keep_import(self, key: (DirectoryImportId, i32), progress: Arc<Progress>) {
        loop {
            tokio::time::sleep(BEAT).await;
            let kept = async {
                let tx = self.store.begin().await?;
                let until = self.clock.now() + LEASE;
                tx.renew_import(key, progress.now(), until).await?;
                tx.commit().await
            };
            if let Err(error) = kept.await {
                tracing::warn!(%error, "an import could not be kept; trying again");
            }
        }
    }

    /// Writes the end of a job into a transaction. `false` if another attempt has it.
    pub(super) async fn ends(&self, tx: &Tx, job: &Job, summary: &ImportSummary) -> Result<bool> {
        self.end(tx, job, Some(summary)).await
    }

    async fn end(&self, tx: &Tx, job: &Job, summary: Option<&ImportSummary>) -> Result<bool> {
        let status = match summary {
            Some(summary) if summary.refused => ImportStatus::Refused,
            Some(_) => ImportStatus::Done,
            None => ImportStatus::Failed,
        };
        let outcome = summary.map(super::change::json).transpose()?;
        let (progress, now) = (job.progress.now(), self.clock.now());
        Ok(tx
            .finish_import(job.key(), progress, status, outcome, now)
            .await?)
    }
}

/// What the system is called: 1 to 64 visible ASCII characters.
fn source(input: &QueueImport) -> Result<String> {
    let usual = match input.format {
        Format::Fhir => "fhir",
        Format::Hmis => "hmis",
    };
    let source = input.source.as_deref().unwrap_or(usual);
    if (1..=64).contains(&source.len()) && source.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(source.to_owned());
    }
    let text = "The name of a source is 1 to 64 visible ASCII characters.";
    Err(Error::bad_input(text))
}

/// The ending of a file's name, if files of that kind are read.
fn kind(name: &str) -> Result<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let known = KINDS
        .iter()
        .find(|kind| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(kind)));
    let refused = || Error::refused(UserErrorCode::AttachmentTypeNotAllowed, &["file"]);
    known.copied().ok_or_else(refused)
}

pub(super) const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Fhir => "FHIR",
        Format::Hmis => "HMIS",
    }
}

/// The format of a row.
fn format_of(name: &str) -> Option<Format> {
    [Format::Fhir, Format::Hmis]
        .into_iter()
        .find(|format| format_name(*format) == name)
}
