//! Directories from other systems: what a file set would change, and the change itself.
//!
//! The files are read in a thread of their own, a bounded number of records ahead. A preview and an
//! import are the same walk over the same records; a preview has no transaction to write to. What is
//! matched on are the source's ids; a record of which the source says what it said last time is not
//! touched, so what was changed here by hand stays until the source changes it, too.

mod change;
mod households;
mod index;
mod job;
mod people;
mod summary;
mod teams;

use std::sync::Arc;

use tidings_domain::{AgencyId, StaffId};
use tidings_import::{Ended, FileSet, Format, Item, Options, Problem, Severity};
use tidings_store::{StoreError, Tx};
use tokio::sync::mpsc;

use crate::context::Service;
use crate::error::{Error, Result};

use change::Changing;
pub(crate) use job::Imports;
use job::Job;
pub use job::{ImportQueued, QueueImport, outcome};
pub use summary::{Counts, ImportSummary, Kind};

/// Records that are read ahead of the writing.
const AHEAD: usize = 256;

/// A directory to take in.
#[derive(Debug)]
pub struct ImportDirectory {
    /// How it is written.
    pub format: Format,
    /// The files.
    pub set: FileSet,
    /// What the reader has to know. `one_agency` follows from `agency`.
    pub options: Options,
    /// What the system is called here: its ids are its own under this name. 1 to 64 characters.
    pub source: String,
    /// The agency that all of it goes to; none if each organization is an agency of its own.
    pub agency: Option<AgencyId>,
    /// The IANA time zone of agencies that are made.
    pub time_zone: String,
    /// Whether any problem refuses all of it.
    pub strict: bool,
    /// Whether it is stored; else it is a preview.
    pub apply: bool,
    /// Who does it, if a staff member does: their own roles stay.
    pub by: Option<StaffId>,
}

/// Is told how an import goes.
pub trait Watcher: Send + Sync {
    /// So many bytes of so many are read.
    fn progress(&self, read: u64, total: u64);
    /// Something is wrong.
    fn problem(&self, problem: &Problem);
}

impl Service {
    /// Takes a directory in, in one transaction, or tells what that would change.
    ///
    /// A set that cannot be used, or a strict one with problems, is refused whole:
    /// [`ImportSummary::refused`] says so and nothing is stored.
    pub async fn import_directory(
        &self,
        import: ImportDirectory,
        watcher: Arc<dyn Watcher>,
    ) -> Result<ImportSummary> {
        self.import_as(import, watcher, None).await
    }

    /// The same; as a job, whose end is written in the transaction of what it stores: either both
    /// are there or neither is.
    async fn import_as(
        &self,
        import: ImportDirectory,
        watcher: Arc<dyn Watcher>,
        job: Option<&Job>,
    ) -> Result<ImportSummary> {
        let (sender, mut items) = mpsc::channel(AHEAD);
        let plan = Plan::of(&import);
        let ImportDirectory {
            format,
            set,
            mut options,
            agency,
            apply,
            strict,
            ..
        } = import;
        options.one_agency = agency.is_some();
        let reader = tokio::task::spawn_blocking(move || {
            tidings_import::read(format, &set, &options, &mut |item| {
                sender.blocking_send(item).map_err(|_| Ended::Stopped)
            })
        });
        let tx = if apply {
            Some(self.store.begin().await?)
        } else {
            None
        };
        let mut changing = self.changing(plan, tx.as_ref()).await?;
        let (mut read, mut total) = (0, 0);
        while let Some(item) = items.recv().await {
            match item {
                Item::Total(more) => total += more,
                Item::Read(more) => {
                    read += more;
                    watcher.progress(read, total);
                }
                Item::Problem(problem) => changing.summary.tell(&*watcher, problem),
                Item::Record(place, record) => {
                    let problems = changing.take(record).await?;
                    for (code, field) in problems {
                        changing.summary.tell(&*watcher, place.problem(code, field));
                    }
                }
            }
        }
        let ended = reader.await.map_err(|_| StoreError::Corrupt("import"))?;
        changing.finish().await?;
        let mut summary = changing.summary;
        summary.refused = ended.is_err() || (strict && summary.problems_of(Severity::Problem) > 0);
        if let Some(tx) = tx {
            self.settle(tx, &mut summary, job).await?;
        }
        Ok(summary)
    }

    /// Stores what was written, or lets it fall.
    async fn settle(&self, tx: Tx, summary: &mut ImportSummary, job: Option<&Job>) -> Result<()> {
        if summary.refused {
            return Ok(());
        }
        summary.applied = true;
        if let Some(job) = job
            && !self.ends(&tx, job, summary).await?
        {
            // Another server has it by now: what it stores counts.
            summary.applied = false;
            return Ok(());
        }
        tx.commit().await?;
        self.bus.wake();
        Ok(())
    }

    async fn changing<'a>(&'a self, plan: Plan, tx: Option<&'a Tx>) -> Result<Changing<'a>> {
        let now = self.clock.now();
        if let Some(agency) = plan.agency
            && !self.store.agency_exists(agency).await?
        {
            return Err(Error::not_found());
        }
        let state = match tx {
            Some(tx) => tx.import_state(&plan.source, plan.agency).await?,
            None => self.store.import_state(&plan.source, plan.agency).await?,
        };
        let days = self.store.agency_days(now).await?;
        Ok(Changing::new(self, plan, tx, state, days, now))
    }
}

/// What of an import counts for the changes.
pub(crate) struct Plan {
    source: String,
    agency: Option<AgencyId>,
    time_zone: String,
    by: Option<StaffId>,
    /// The format's name, for the audit log.
    format: &'static str,
    /// Whether a client has one agency in the source.
    one_home: bool,
}

impl Plan {
    fn of(import: &ImportDirectory) -> Self {
        Self {
            source: import.source.clone(),
            agency: import.agency,
            time_zone: import.time_zone.clone(),
            by: import.by,
            format: job::format_name(import.format),
            one_home: import.format == Format::Fhir,
        }
    }
}
