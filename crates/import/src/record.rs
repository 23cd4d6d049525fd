//! What a directory is made of. People and things are named by the source's own ids.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;
use tidings_domain::{CareTeamSource, ClientStatus, HouseholdRole, Role};

use crate::problem::{Problem, ProblemCode};

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, without folders.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
}

impl Place {
    /// A problem with a field here.
    #[must_use]
    pub fn problem(&self, code: ProblemCode, field: &str) -> Problem {
        Problem {
            code,
            file: self.file.to_string(),
            line: Some(self.line),
            field: (!field.is_empty()).then(|| field.to_owned()),
        }
    }
}

/// What a reader gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// So many more bytes will be read, uncompressed.
    Total(u64),
    /// So many more were read.
    Read(u64),
    /// A record.
    Record(Place, Record),
    /// A problem.
    Problem(Problem),
}

/// A record. `agency` is the id of an organization; empty where all goes to one agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An agency.
    Agency(Agency),
    /// A program.
    Program(Program),
    /// A staff member.
    Staff(Staff),
    /// A client.
    Client(Client),
    /// A login that acts for a client.
    Family(Family),
    /// An enrolment.
    Enrollment(Enrollment),
    /// All memberships of one origin.
    Team(Team),
}

/// An organization as an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agency {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the source says about sharing, as it says it.
    pub labels: Vec<String>,
}

/// A program of an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Program {
    /// Its id.
    pub id: String,
    /// Whose.
    pub agency: String,
    /// Its name.
    pub name: String,
    /// Whether it is there still.
    pub active: bool,
}

/// A person who works in an agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staff {
    /// Their id.
    pub id: String,
    /// Where they work.
    pub agency: String,
    /// Their name.
    pub name: String,
    /// Their title.
    pub title: Option<String>,
    /// Their address; empty if there is none.
    pub email: String,
    /// What they do.
    pub roles: Vec<Role>,
    /// Whether they work there still. A placeholder does not.
    pub active: bool,
}

/// A person whom an agency serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// Their id.
    pub id: String,
    /// Who serves them.
    pub agency: String,
    /// Their name.
    pub name: String,
    /// Their address on file.
    pub email: Option<String>,
    /// Whether they are served still.
    pub status: ClientStatus,
    /// What the source says about sharing, as it says it.
    pub labels: Vec<String>,
}

/// A guardian with a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Family {
    /// The id of the person; of one person with several clients there are several.
    pub id: String,
    /// Of which agency.
    pub agency: String,
    /// Their name.
    pub name: String,
    /// Their address, by which they are one person.
    pub email: String,
    /// For whom they act.
    pub client: String,
    /// Whether they do still.
    pub active: bool,
}

/// An enrolment of a client in a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enrollment {
    /// Its id.
    pub id: String,
    /// Of which agency.
    pub agency: String,
    /// Who.
    pub client: String,
    /// In what.
    pub program: String,
    /// First day.
    pub entry: NaiveDate,
    /// Last day; none if it goes on.
    pub exit: Option<NaiveDate>,
    /// The id of the household.
    pub household: Option<String>,
    /// The place in it.
    pub role: HouseholdRole,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Who is on a client's care team because of one thing: an enrolment, a `CareTeam`, encounters. It
/// is all of them: whoever came from there before and is not named is not on the team any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Team {
    /// What they come from.
    pub origin: String,
    /// Of which agency.
    pub agency: String,
    /// Whose team.
    pub client: String,
    /// The members, one for each staff member.
    pub members: Vec<Member>,
}

/// One membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Who.
    pub staff: String,
    /// First day; the day of the import if the source has none.
    pub start: Option<NaiveDate>,
    /// Last day; none if it goes on.
    pub end: Option<NaiveDate>,
    /// Whether others than the agency's staff see it (CX-14).
    pub public: bool,
    /// Where it came from (CX-13).
    pub source: CareTeamSource,
}
