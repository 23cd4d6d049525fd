//! An agency of any size, from a seed number.
//!
//! Everything follows from [`Size`]: the directory (`directory.rs`), which threads there are
//! (`plan.rs`), and what is said in each (`play.rs`). Times lie between two fixed moments and
//! chance is integers only, so the rows are the same whenever and wherever they are made.
//!
//! Memory: the directory and a few dozen bytes a thread are held; rows of threads are made and
//! stored in batches, one transaction each.

mod directory;
mod plan;
mod play;
mod teams;
mod words;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tidings_domain::{
    AccountId, AgencyId, ClientId, Clock, IdSource, SeededIds, StaffId, ThreadId,
};
use tidings_store::{Batch, Store};

use self::directory::Directory;
use self::plan::Plan;
use self::play::Stage;
use super::progress::Progress;
use super::{Result, SeedError};

/// When the first thread begins: 2024-01-01, in microseconds.
const FIRST: i64 = 1_704_067_200_000_000;
/// When the last message is sent at the latest: 2026-01-01, in microseconds.
const LAST: i64 = 1_767_225_600_000_000;

/// Threads of one batch, which is one transaction.
const BATCH: usize = 2_000;

/// The fewest staff: every role, and two clinicians.
pub(super) const LEAST_STAFF: usize = 10;

/// How large an agency, and from which seed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Clients, at least 1.
    pub clients: usize,
    /// Staff, at least 10.
    pub staff: usize,
    /// Threads, at least 1.
    pub threads: usize,
    /// Messages, at least one a thread.
    pub messages: usize,
    /// The seed number: the same gives the same rows.
    pub seed: u64,
}

/// How many rows of each table were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Staff.
    pub staff: usize,
    /// Clients.
    pub clients: usize,
    /// Portal accounts.
    pub accounts: usize,
    /// Memberships of care teams, those that have ended included.
    pub care_team_members: usize,
    /// Threads.
    pub threads: usize,
    /// People listed on them.
    pub participants: usize,
    /// Messages.
    pub messages: usize,
    /// Read positions.
    pub states: usize,
    /// Read receipts.
    pub receipts: usize,
}

impl Counts {
    fn add(&mut self, batch: &Batch) {
        self.staff += batch.staff.len();
        self.clients += batch.clients.len();
        self.accounts += batch.accounts.len();
        self.care_team_members += batch.care_team_members.len();
        self.threads += batch.threads.len();
        self.participants += batch.participants.len();
        self.messages += batch.messages.len();
        self.states += batch.states.len();
        self.receipts += batch.receipts.len();
    }
}

/// Some ids of a seeded agency that are worth measuring with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmarks {
    /// The agency.
    pub agency: AgencyId,
    /// The scheduler who leads most Administrative threads, and has read most of them.
    pub scheduler: StaffId,
    /// A clinician with about 20 clients (fewer where there are few clients).
    pub clinician: StaffId,
    /// The supervisor with most supervisees.
    pub supervisor: StaffId,
    /// A clinical administrator: sees everything.
    pub clinical_admin: StaffId,
    /// The portal account of one client, with about 10 threads.
    pub account: AccountId,
    /// That client.
    pub client: ClientId,
    /// The longest thread: 500 messages where there are enough. Its audience is Clinical, its
    /// client one of the clinician's.
    pub long_thread: ThreadId,
    /// How many messages it has.
    pub long_thread_messages: usize,
}

/// What a run made.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// How many rows.
    pub counts: Counts,
    /// Ids to measure with.
    pub landmarks: Landmarks,
    /// How long it took.
    pub elapsed: Duration,
}

/// Fills the database with an agency of this size. It stands beside whatever is there already.
///
/// # Errors
/// [`SeedError::Size`] for a size that cannot be, [`SeedError::SizeExists`] when the agency of
/// this seed number is there already, whatever its size.
pub async fn at_size(
    store: &Store,
    size: &Size,
    clock: &dyn Clock,
    progress: &dyn Progress,
) -> Result<Summary> {
    let begun = Instant::now();
    let mut world = World::new(size)?;
    let witness = world.directory.first_staff();
    if store.viewer(witness.0, clock.now()).await?.is_some() {
        return Err(SeedError::SizeExists(size.seed));
    }
    let landmarks = world.landmarks()?;
    let mut counts = Counts::default();
    let total = size.staff + size.clients + size.threads + size.messages;
    progress.start(u64::try_from(total).unwrap_or(u64::MAX));
    while let Some(batch) = world.next_batch() {
        let rows =
            batch.staff.len() + batch.clients.len() + batch.threads.len() + batch.messages.len();
        counts.add(&batch);
        let tx = store.begin().await?;
        tx.insert_batch(batch).await?;
        tx.commit().await?;
        progress.advance(u64::try_from(rows).unwrap_or(u64::MAX));
    }
    store.analyze().await?;
    progress.finish();
    Ok(Summary {
        counts,
        landmarks,
        elapsed: begun.elapsed(),
    })
}

/// The landmarks of an agency of this size, made or not.
///
/// # Errors
/// [`SeedError::Size`] for a size that cannot be.
pub fn landmarks(size: &Size) -> Result<Landmarks> {
    World::new(size)?.landmarks()
}

/// An agency in the making: a stream of batches.
pub(super) struct World {
    seed: u64,
    directory: Directory,
    /// The rows of the directory, until they are handed out.
    founding: Option<Batch>,
    plans: Vec<Plan>,
    long_thread: usize,
    /// The busiest scheduler.
    scheduler: usize,
    /// Number of the next thread.
    next: usize,
    ids: Ids,
}

impl World {
    pub(super) fn new(size: &Size) -> Result<Self> {
        check(size)?;
        let (directory, founding) = Directory::new(size)?;
        let (plans, long_thread) = plan::threads(size, &directory);
        Ok(Self {
            seed: size.seed,
            scheduler: plan::busiest_scheduler(&plans, &directory),
            directory,
            founding: Some(founding),
            plans,
            long_thread,
            next: 0,
            ids: Ids::new(size.seed, Stream::Messages),
        })
    }

    /// The next rows to store; none when all have been made.
    pub(super) fn next_batch(&mut self) -> Option<Batch> {
        if let Some(founding) = self.founding.take() {
            return Some(founding);
        }
        let end = self.plans.len().min(self.next + BATCH);
        if self.next == end {
            return None;
        }
        let stage = Stage {
            directory: &self.directory,
            scheduler: self.scheduler,
            ids: &self.ids,
        };
        let mut batch = Batch::default();
        for at in self.next..end {
            let dice = dice(self.seed, Stream::Talk(at));
            stage.thread(&self.plans[at], dice, &mut batch);
        }
        self.next = end;
        Some(batch)
    }

    pub(super) fn landmarks(&self) -> Result<Landmarks> {
        let directory = &self.directory;
        let (client, account) = plan::usual_client(&self.plans, directory)
            .ok_or_else(|| SeedError::Size("there is no client with an account".to_owned()))?;
        Ok(Landmarks {
            agency: directory.agency,
            scheduler: directory.staff[self.scheduler],
            clinician: directory.staff[directory.usual_clinician()],
            supervisor: directory.staff[directory.busiest_supervisor()],
            clinical_admin: directory.staff[directory.jobs.clinical_admins[0]],
            account,
            client,
            long_thread: self.plans[self.long_thread].id,
            long_thread_messages: self.plans[self.long_thread].messages,
        })
    }
}

fn check(size: &Size) -> Result<()> {
    let wrong = if size.clients == 0 {
        "an agency needs at least 1 client".to_owned()
    } else if size.staff < LEAST_STAFF {
        format!("an agency needs at least {LEAST_STAFF} staff, so that every role is there")
    } else if size.threads == 0 {
        "there must be at least 1 thread".to_owned()
    } else if size.messages < size.threads {
        "there must be at least as many messages as threads: each begins with one".to_owned()
    } else {
        return Ok(());
    };
    Err(SeedError::Size(wrong))
}

/// What chance is used for: each use has throws of its own, so that none moves another's.
#[derive(Clone, Copy)]
enum Stream {
    Directory,
    Plans,
    Messages,
    Talk(usize),
}

impl Stream {
    fn number(self) -> u64 {
        match self {
            Self::Directory => 0,
            Self::Plans => 1,
            Self::Messages => 2,
            Self::Talk(thread) => 3 + u64::try_from(thread).unwrap_or_default(),
        }
    }
}

fn dice(seed: u64, stream: Stream) -> super::dice::Dice {
    super::dice::Dice::new(seed, stream.number())
}

/// Ids of one use.
struct Ids(SeededIds);

impl Ids {
    fn new(seed: u64, stream: Stream) -> Self {
        let salt = (stream.number() + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(SeededIds::new(seed ^ salt))
    }

    fn next<T: From<uuid::Uuid>>(&self, at: DateTime<Utc>) -> T {
        self.0.next(at).into()
    }
}

/// A moment from microseconds.
fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
