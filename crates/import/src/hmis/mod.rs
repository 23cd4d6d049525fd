//! HMIS CSV as HUD specifies it for FY2026: seven files of a set, of which a few columns count.
//!
//! A client, and a user, has no organization there: who is served where follows from enrolments. So
//! enrolments are read twice, first for that, and somebody who is enrolled with two organizations
//! comes out once for each: agencies share nothing, least of all a provider of services to victims.

mod enrollments;
mod export;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::csv::{Next, NoTable, Table};
use crate::files::{FileSet, Trouble};
use crate::problem::{Problem, ProblemCode};
use crate::record::{Agency, Item, Place, Program, Record};
use crate::{Ended, Options, Sink, text};

/// The label of an organization whose clients must never be shown to others.
pub(super) const VICTIM_SERVICES: &str = "HMIS|VictimServiceProvider";

/// The files of a set.
const FILES: [&str; 7] = [
    "Export.csv",
    "Organization.csv",
    "Project.csv",
    "User.csv",
    "Client.csv",
    "Enrollment.csv",
    "Exit.csv",
];

/// A set as far as it was read: who is where, by ids.
struct Reading<'a> {
    set: &'a FileSet,
    options: &'a Options,
    /// The day of the export.
    day: NaiveDate,
    hashed: bool,
    /// Organizations that are taken.
    organizations: BTreeSet<String>,
    /// Whether the files name one organization alone, deleted ones counted.
    alone: bool,
    /// The agency of each project that is taken: empty where all goes to one.
    projects: BTreeMap<String, String>,
    /// The agencies of each client and each user, by their enrolments.
    clients: BTreeMap<String, BTreeSet<String>>,
    users: BTreeMap<String, BTreeSet<String>>,
    /// Clients who are no adults.
    minors: BTreeSet<String>,
    /// The last day of enrolments that ended.
    exits: BTreeMap<String, NaiveDate>,
}

pub(crate) fn read(set: &FileSet, options: &Options, sink: &mut Sink<'_>) -> Result<(), Ended> {
    let missing: Vec<&str> = FILES
        .into_iter()
        .filter(|file| set.find(file).is_none())
        .collect();
    for file in &missing {
        sink(Item::Problem(Problem::of_file(
            ProblemCode::MissingFile,
            file,
        )))?;
    }
    if !missing.is_empty() {
        return Err(Ended::Refused);
    }
    let (day, hashed) = export::read(set, sink)?;
    let mut reading = Reading {
        set,
        options,
        day,
        hashed,
        organizations: BTreeSet::new(),
        alone: false,
        projects: BTreeMap::new(),
        clients: BTreeMap::new(),
        users: BTreeMap::new(),
        minors: BTreeSet::new(),
        exits: BTreeMap::new(),
    };
    organizations(&mut reading, sink)?;
    projects(&mut reading, sink)?;
    enrollments::survey(&mut reading, sink)?;
    people::users(&reading, sink)?;
    people::clients(&mut reading, sink)?;
    enrollments::exits(&mut reading, sink)?;
    enrollments::read(&reading, sink)
}

/// A line of a table.
struct Line<'a, 'b> {
    place: Place,
    table: &'a Table<'b>,
    columns: &'a [&'static str],
}

impl Line<'_, '_> {
    /// The field of a column that was asked for.
    fn get(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|other| *other == column);
        at.map_or("", |at| self.table.get(at))
    }

    /// The id of a column; none if it is none.
    fn id(&self, column: &str) -> Option<&str> {
        text::id(self.get(column))
    }

    /// Whether the line was deleted at the source, whenever that was.
    fn deleted(&self) -> bool {
        !self.get("DateDeleted").is_empty()
    }

    fn problem(&self, code: ProblemCode, column: &str) -> Item {
        Item::Problem(self.place.problem(code, column))
    }
}

/// Gives out the lines of a file. A head without a wanted column refuses the set.
fn each(
    set: &FileSet,
    file: &str,
    columns: &[&'static str],
    sink: &mut Sink<'_>,
    take: &mut dyn FnMut(&Line<'_, '_>, &mut Sink<'_>) -> Result<(), Ended>,
) -> Result<(), Ended> {
    let name = set.find(file).unwrap_or(file);
    sink(Item::Total(set.bytes(name)))?;
    let shown: Arc<str> = name.into();
    let most = set.record_bytes();
    set.read(name, sink, &mut |input, sink| {
        let mut table = match Table::open(input, name, columns, most) {
            Ok(table) => table,
            Err(NoTable::Read(error)) => return Err(Trouble::Read(error)),
            Err(NoTable::Head(problem)) => {
                sink(Item::Problem(problem))?;
                return Err(Trouble::Ended(Ended::Refused));
            }
        };
        loop {
            let place = |line| Place {
                file: shown.clone(),
                line,
            };
            match table.next(most)? {
                Next::End => return Ok(()),
                Next::Bad(line, code) => sink(Item::Problem(place(line).problem(code, "")))?,
                Next::Row(line) => {
                    let line = Line {
                        place: place(line),
                        table: &table,
                        columns,
                    };
                    take(&line, sink)?;
                }
            }
        }
    })
}

/// Ids that were there before.
#[derive(Default)]
struct Once(std::collections::HashSet<String>);

impl Once {
    /// The id of a line if it is one and is new; else a problem is told.
    fn take<'a>(
        &mut self,
        line: &'a Line<'_, '_>,
        column: &str,
        sink: &mut Sink<'_>,
    ) -> Result<Option<&'a str>, Ended> {
        let Some(id) = line.id(column) else {
            sink(line.problem(ProblemCode::BadId, column))?;
            return Ok(None);
        };
        if self.0.insert(id.to_owned()) {
            return Ok(Some(id));
        }
        sink(line.problem(ProblemCode::DuplicateId, column))?;
        Ok(None)
    }
}

fn organizations(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    const COLUMNS: &[&str] = &[
        "OrganizationID",
        "OrganizationName",
        "VictimServiceProvider",
        "DateDeleted",
    ];
    let (options, mut once) = (reading.options, Once::default());
    let (organizations, mut named) = (&mut reading.organizations, 0_u64);
    each(
        reading.set,
        "Organization.csv",
        COLUMNS,
        sink,
        &mut |line, sink| {
            let Some(id) = once.take(line, "OrganizationID", sink)? else {
                return Ok(());
            };
            named += 1;
            if line.deleted()
                || options
                    .organization
                    .as_deref()
                    .is_some_and(|only| only != id)
            {
                return Ok(());
            }
            organizations.insert(id.to_owned());
            if options.one_agency {
                return Ok(());
            }
            let name = text::name(line.get("OrganizationName"));
            if name.is_none() {
                sink(line.problem(ProblemCode::BadName, "OrganizationName"))?;
            }
            let victims = line.get("VictimServiceProvider") == "1";
            let agency = Agency {
                id: id.to_owned(),
                name: name.unwrap_or_else(|| format!("Agency {id}")),
                labels: victims
                    .then(|| VICTIM_SERVICES.to_owned())
                    .into_iter()
                    .collect(),
            };
            sink(Item::Record(line.place.clone(), Record::Agency(agency)))
        },
    )?;
    reading.alone = named == 1;
    let code = match (&options.organization, reading.organizations.len()) {
        (Some(_), 0) => ProblemCode::OrganizationUnknown,
        // SECURITY: two organizations never come together in one agency unasked.
        (None, 2..) if options.one_agency => ProblemCode::OrganizationRequired,
        _ => return Ok(()),
    };
    sink(Item::Problem(
        Problem::of_file(code, "Organization.csv").field("OrganizationID"),
    ))?;
    Err(Ended::Refused)
}

fn projects(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    const COLUMNS: &[&str] = &["ProjectID", "OrganizationID", "ProjectName", "DateDeleted"];
    let mut once = Once::default();
    let mut projects = BTreeMap::new();
    let here = &*reading;
    each(here.set, "Project.csv", COLUMNS, sink, &mut |line, sink| {
        let Some(id) = once.take(line, "ProjectID", sink)? else {
            return Ok(());
        };
        let organization = line.get("OrganizationID");
        if !here.organizations.contains(organization) {
            // Of a deleted or another organization; one that is not there at all is told of.
            if here.options.organization.is_none() && !line.deleted() {
                sink(line.problem(ProblemCode::DanglingReference, "OrganizationID"))?;
            }
            return Ok(());
        }
        let agency = here.agency(organization);
        let name = text::name(line.get("ProjectName"));
        if name.is_none() {
            sink(line.problem(ProblemCode::BadName, "ProjectName"))?;
        }
        projects.insert(id.to_owned(), agency.clone());
        let program = Program {
            id: id.to_owned(),
            agency,
            name: name.unwrap_or_else(|| format!("Program {id}")),
            active: !line.deleted(),
        };
        sink(Item::Record(line.place.clone(), Record::Program(program)))
    })?;
    reading.projects = projects;
    Ok(())
}

impl Reading<'_> {
    /// The agency of an organization: empty where all goes to one.
    fn agency(&self, organization: &str) -> String {
        if self.options.one_agency {
            String::new()
        } else {
            organization.to_owned()
        }
    }

    /// Where somebody without an enrolment belongs: to the only organization, if there is one only.
    fn only_agency(&self) -> Option<String> {
        // SECURITY: beside another organization, whoever is not enrolled here may be that one's.
        let only = self.organizations.first().filter(|_| self.alone)?;
        Some(self.agency(only))
    }
}
