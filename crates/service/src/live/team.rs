//! A change of a care team: whom it gives sight of which threads, and from whom it takes it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tidings_domain::{ClientId, StaffId};
use tidings_policy::{ThreadFacts, Viewer};
use tidings_store::{LiveThread, Store};

use super::prepare::sees;
use super::{LiveKind, Scope};
use crate::error::Result;

/// Threads of one client that a change of its care team names one by one; beyond it the viewer is
/// told to read everything again.
const NAMED_THREADS: usize = 500;

/// Longest time between the moment that a write carries and its commit, for telling which threads
/// were there before it.
pub(super) const COMMIT: chrono::Duration = chrono::Duration::seconds(5);

/// A change of a care team.
#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) staff: StaffId,
    pub(crate) supervisors: Vec<StaffId>,
    pub(crate) threads: Vec<Arc<LiveThread>>,
    /// Whether the assignment held before the change.
    held: bool,
    /// Whether there are more threads than were loaded.
    more: bool,
}

/// The threads about a client that are named one by one, and whether there are more.
pub(super) async fn threads_of(
    store: &Store,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<(Vec<Arc<LiveThread>>, bool)> {
    let ids = store.threads_of_client(client, NAMED_THREADS + 1).await?;
    let more = ids.len() > NAMED_THREADS;
    let ids = ids.get(..NAMED_THREADS).unwrap_or(&ids);
    let threads = store.live_threads(ids, now).await?;
    Ok((threads.into_values().map(Arc::new).collect(), more))
}

/// The change with everything that the law asks about it.
pub(super) async fn team(
    store: &Store,
    client: ClientId,
    (staff, held): (StaffId, bool),
    now: DateTime<Utc>,
) -> Result<Team> {
    let (threads, more) = threads_of(store, client, now).await?;
    let supervisors = store.supervisors_of(staff).await?;
    Ok(Team {
        staff,
        supervisors,
        threads,
        held,
        more,
    })
}

impl Team {
    /// What the change gave the viewer or took away: the difference between the threads as they
    /// are and as they were with the assignment as it was.
    pub(super) fn for_viewer(&self, viewer: &Viewer, at: DateTime<Utc>) -> Option<LiveKind> {
        let staff = viewer.staff()?;
        if staff.id != self.staff && !self.supervisors.contains(&staff.id) {
            return None;
        }
        let mut gained = Vec::new();
        let mut lost = Vec::new();
        for thread in &self.threads {
            let now = sees(viewer, &thread.facts);
            let before = sees(viewer, &self.before(&thread.facts));
            match (before, now) {
                (false, true) => gained.push(thread.thread.id),
                // SECURITY: what was started after the assignment ended was never visible; a reader
                // who comes back later is not told of it.
                (true, false) if thread.thread.created_at <= at + COMMIT => {
                    lost.push(thread.thread.id);
                }
                _ => {}
            }
        }
        let scope = |threads| {
            if self.more {
                Scope::Everything
            } else {
                Scope::Threads(threads)
            }
        };
        if !lost.is_empty() {
            Some(LiveKind::AccessRevoked(scope(lost)))
        } else if !gained.is_empty() {
            Some(LiveKind::AccessGranted(scope(gained)))
        } else {
            None
        }
    }

    fn before(&self, facts: &ThreadFacts) -> ThreadFacts {
        let mut before = facts.clone();
        match (self.held, facts.assigned.contains(&self.staff)) {
            (false, true) => {
                before.assigned.retain(|staff| *staff != self.staff);
                // A supervisor may still be there for another member of the team; naming a thread
                // as gained that was visible before does no harm.
                before
                    .supervisors
                    .retain(|staff| !self.supervisors.contains(staff));
            }
            (true, false) => {
                before.assigned.push(self.staff);
                before.supervisors.extend(&self.supervisors);
            }
            // SECURITY: an assignment that never held, or holds as before, took nothing away. To
            // name threads then would tell of threads that were never visible.
            (true, true) | (false, false) => {}
        }
        before
    }
}
