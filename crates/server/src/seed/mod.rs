//! Data to look at and to measure with: the demo agency, and an agency of any size.
//!
//! - [`demo`] makes the agency that the documents, the playground and the tests speak of. Its ids
//!   are constants ([`cast`]), so that `tidings token --as clinician` needs no database.
//! - [`at_size`] makes an agency of a given size from a seed number: the same number gives the same
//!   rows, byte for byte, on either database and on any day.
//!
//! Both write through `Store::begin` and `Tx::insert_batch`; neither emits events. Conversations
//! are played out by `talk.rs`, so that numbers, read positions and receipts agree by construction.
//!
//! To add somebody to the demo: an id and a line of `CAST` in `cast.rs`, a row in
//! `demo/people.rs`; a conversation: an id in `cast.rs` and a script in `demo/scripts.rs`.

pub mod cast;
mod demo;
mod dice;
mod progress;
mod size;
mod talk;
#[cfg(test)]
mod tests;

use std::fmt;

use tidings_store::StoreError;

pub use cast::{CAST, CastMember};
pub use demo::{demo, demo_when_empty};
pub use progress::{Meter, Progress, Quiet};
pub use size::{Counts, Landmarks, Size, Summary, at_size, landmarks};

/// Why nothing was seeded, or not all of it.
#[derive(Debug)]
pub enum SeedError {
    /// The demo agency is there already.
    DemoExists,
    /// The agency of this seed number is there already, or a part of it is.
    SizeExists(u64),
    /// No such size can be made; the text says what is wrong with it.
    Size(String),
    /// The database could not do it.
    Store(StoreError),
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DemoExists => f.write_str("the demo agency is in this database already"),
            Self::SizeExists(seed) => write!(
                f,
                "the agency of seed number {seed} is in this database already, in whole or (after \
                 an interrupted run) in part: choose another number or an empty database"
            ),
            Self::Size(what) => f.write_str(what),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SeedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::DemoExists | Self::SizeExists(_) | Self::Size(_) => None,
        }
    }
}

impl From<StoreError> for SeedError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What seeding answers.
pub type Result<T, E = SeedError> = std::result::Result<T, E>;
