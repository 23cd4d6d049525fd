//! Directories as other systems export them: FHIR R4 (NDJSON or a Bundle) and HMIS CSV.
//!
//! A file set comes in, a stream of typed [`Record`]s and of [`Problem`]s (file, line, field) goes
//! out, in the order of references: whoever takes it never meets a record before those that it
//! names. This crate knows files and formats, and of Tidings the words alone: it does not know what
//! is stored already and writes nothing.
//!
//! Files are read as streams, a bounded piece at a time. What is kept are ids: who names whom.
//! No problem and no error carries a name or a value out of a file.
//!
//! # Adding the next format
//!
//! A module with one function `read(set, options, sink)`, a word of [`Format`], and its rules in
//! `docs/imports.md`.

mod csv;
mod fhir;
mod files;
mod hmis;
mod json;
mod problem;
mod record;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidings_domain::Role;

pub use fhir::export;
pub use files::{FileSet, Limits};
pub use problem::{Problem, ProblemCode, Severity};
pub use record::{
    Agency, Client, Enrollment, Family, Item, Member, Place, Program, Record, Staff, Team,
};

/// How a directory is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// FHIR R4: NDJSON files, or a Bundle as JSON.
    #[serde(rename = "FHIR")]
    Fhir,
    /// HUD's HMIS CSV, FY2026.
    #[serde(rename = "HMIS")]
    Hmis,
}

/// What a reader has to know besides the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether all of it goes to one agency: organizations do not count then, and records name none.
    pub one_agency: bool,
    /// With HMIS and one agency: the organization whose part is taken. Needed where the files hold
    /// more than one.
    pub organization: Option<String>,
    /// Which codes of a `PractitionerRole` are which roles, as `SYSTEM|CODE`.
    pub role_codes: BTreeMap<String, Role>,
    /// The roles of people whom an HMIS names, since it has no roles.
    pub hmis_roles: Vec<Role>,
    /// For how many days before the newest encounter of the set an encounter puts its practitioner
    /// on the care team, 1 to 3,650.
    pub encounter_days: u32,
}

/// Why a reader did not come to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The set cannot be used; a problem that says why was given out.
    Refused,
    /// Whoever took the records wants no more.
    Stopped,
}

/// Takes what is read; an error ends the reading.
pub type Sink<'a> = dyn FnMut(Item) -> Result<(), Ended> + 'a;

/// Reads a file set to its end.
///
/// # Errors
/// [`Ended::Refused`] after a problem of severity [`Severity::Fatal`]; [`Ended::Stopped`] when the
/// sink says so. What went out before must not be stored then.
pub fn read(
    format: Format,
    set: &FileSet,
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<(), Ended> {
    match format {
        Format::Fhir => fhir::read(set, options, sink),
        Format::Hmis => hmis::read(set, options, sink),
    }
}
