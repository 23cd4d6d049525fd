//! What an import came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidings_import::{Problem, Severity};

use super::Watcher;

/// Most problems that a summary keeps; all are counted, and told as they are found.
const MOST_PROBLEMS: usize = 1_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Agencies.
    Agency,
    /// Programs.
    Program,
    /// Staff members.
    Staff,
    /// Clients.
    Client,
    /// Profiles in the hands of portal accounts.
    Family,
    /// Enrolments.
    Enrollment,
    /// Care team memberships.
    CareTeam,
}

impl Kind {
    /// Every kind, in the order of references.
    pub const ALL: [Self; 7] = [
        Self::Agency,
        Self::Program,
        Self::Staff,
        Self::Client,
        Self::Family,
        Self::Enrollment,
        Self::CareTeam,
    ];
}

/// How many of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Were not there before.
    pub added: u64,
    /// Are not what they were.
    pub changed: u64,
    /// Have ended: left, exited, inactive.
    pub closed: u64,
    /// Are as they were.
    pub unchanged: u64,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// What changes, by kind.
    pub counts: BTreeMap<Kind, Counts>,
    /// The first 1,000 problems.
    pub problems: Vec<Problem>,
    /// How many problems there are, by weight.
    pub totals: BTreeMap<Severity, u64>,
    /// Whether the set was refused as a whole: nothing is stored then.
    pub refused: bool,
    /// Whether it is stored.
    pub applied: bool,
}

impl ImportSummary {
    /// What comes of a set that cannot be opened.
    #[must_use]
    pub fn refused_for(problem: Problem) -> Self {
        Self {
            totals: BTreeMap::from([(problem.code.severity(), 1)]),
            problems: vec![problem],
            refused: true,
            ..Self::default()
        }
    }

    /// The counts of a kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Counts {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// How many problems of a weight there are.
    #[must_use]
    pub fn problems_of(&self, severity: Severity) -> u64 {
        self.totals.get(&severity).copied().unwrap_or_default()
    }

    /// Whether anything is added, changed or closed.
    #[must_use]
    pub fn changes(&self) -> bool {
        let changes = |counts: &Counts| counts.added + counts.changed + counts.closed > 0;
        self.counts.values().any(changes)
    }

    pub(super) fn count(&mut self, kind: Kind) -> &mut Counts {
        self.counts.entry(kind).or_default()
    }

    pub(super) fn tell(&mut self, watcher: &dyn Watcher, problem: Problem) {
        watcher.problem(&problem);
        *self.totals.entry(problem.code.severity()).or_default() += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
}
