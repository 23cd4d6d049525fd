//! FHIR R4: a folder or zip of `*.ndjson`, or of Bundles in `*.json`, or one such file.
//!
//! The set is surveyed once: which kinds of resources lie in which file, which identifiers mean
//! whom, which roles somebody has, which encounter is the newest. Then it is read kind by kind, in
//! the order of references. Resources that are not JSON or have no kind are told of in the survey,
//! everything else where the resource is read.

mod element;
pub mod export;
mod people;
mod reference;
mod survey;
mod teams;

use serde_json::Value;

use crate::files::{FileSet, Trouble};
use crate::json::{Cut, Piece, Shape, pieces};
use crate::problem::{Problem, ProblemCode};
use crate::record::{Item, Place};
use crate::{Ended, Options, Sink};

use survey::Survey;

/// The kinds of resources that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Organization,
    Practitioner,
    PractitionerRole,
    Patient,
    RelatedPerson,
    CareTeam,
    Encounter,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Organization,
        Self::Practitioner,
        Self::PractitionerRole,
        Self::Patient,
        Self::RelatedPerson,
        Self::CareTeam,
        Self::Encounter,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::Practitioner => "Practitioner",
            Self::PractitionerRole => "PractitionerRole",
            Self::Patient => "Patient",
            Self::RelatedPerson => "RelatedPerson",
            Self::CareTeam => "CareTeam",
            Self::Encounter => "Encounter",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A resource with its place.
pub(crate) struct Found<'a> {
    place: &'a Place,
    /// The address of its entry in a Bundle.
    url: Option<&'a str>,
    resource: &'a Value,
}

pub(crate) fn read(set: &FileSet, options: &Options, sink: &mut Sink<'_>) -> Result<(), Ended> {
    let files: Vec<&str> = set.names().filter(|name| shape(name).is_some()).collect();
    if files.is_empty() {
        let problem = Problem::of_file(ProblemCode::NoFiles, "*.ndjson");
        sink(Item::Problem(problem))?;
        return Err(Ended::Refused);
    }
    let survey = survey::survey(set, &files, options, sink)?;
    let mut reading = Reading {
        set,
        options,
        survey: &survey,
    };
    people::organizations(&mut reading, sink)?;
    people::practitioners(&mut reading, sink)?;
    people::patients(&mut reading, sink)?;
    people::related(&mut reading, sink)?;
    teams::care_teams(&mut reading, sink)?;
    teams::encounters(&mut reading, sink)
}

/// A second look at the set, with what the survey found.
struct Reading<'a> {
    set: &'a FileSet,
    options: &'a Options,
    survey: &'a Survey,
}

impl Reading<'_> {
    /// Gives out the resources of one kind. Those whose id is no id, or was there before, were told
    /// of by the survey and are left out.
    fn each(
        &self,
        kind: Kind,
        sink: &mut Sink<'_>,
        take: &mut dyn FnMut(&str, &Found<'_>, &mut Sink<'_>) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let mut once = std::collections::HashSet::new();
        for file in self.survey.files_of(kind) {
            sink(Item::Total(self.set.bytes(file)))?;
            each_in(self.set, file, sink, &mut |found, sink| {
                let Ok(found) = found else {
                    return Ok(());
                };
                if found.resource["resourceType"] != kind.name() {
                    return Ok(());
                }
                match element::resource_id(found.resource) {
                    Some(id) if once.insert(id.to_owned()) => take(id, found, sink),
                    _ => Ok(()),
                }
            })?;
        }
        Ok(())
    }
}

/// How a file is written, by its name; none if it is not one of the format.
fn shape(name: &str) -> Option<Shape> {
    let (_, extension) = name.rsplit_once('.')?;
    if extension.eq_ignore_ascii_case("ndjson") {
        Some(Shape::Lines)
    } else if extension.eq_ignore_ascii_case("json") {
        Some(Shape::Bundle)
    } else {
        None
    }
}

/// What takes the resources of a file, or the problem that stands in the place of one.
type Take<'a> = dyn FnMut(Result<&Found<'_>, Problem>, &mut Sink<'_>) -> Result<(), Ended> + 'a;

/// Gives out the resources of one file.
fn each_in(
    set: &FileSet,
    file: &str,
    sink: &mut Sink<'_>,
    take: &mut Take<'_>,
) -> Result<(), Ended> {
    let Some(shape) = shape(file) else {
        return Ok(());
    };
    let name: std::sync::Arc<str> = file.into();
    set.read(file, sink, &mut |input, sink| {
        let done = pieces(input, shape, set.record_bytes(), &mut |piece| {
            let (line, text) = match piece {
                Piece::Json(line, text) => (line, Ok(text)),
                Piece::TooLong(line) => (line, Err(ProblemCode::TooLong)),
            };
            let place = Place {
                file: name.clone(),
                line,
            };
            let parsed = text.and_then(|text| {
                serde_json::from_slice::<Value>(text).map_err(|_| ProblemCode::Malformed)
            });
            match parsed {
                Ok(json) => take(Ok(&found(&json, shape, &place)), sink),
                Err(code) => take(Err(place.problem(code, "")), sink),
            }
        });
        done.map_err(|cut| match cut {
            Cut::Read(error) => Trouble::Read(error),
            Cut::Taker(ended) => Trouble::Ended(ended),
        })
    })
}

fn found<'a>(json: &'a Value, shape: Shape, place: &'a Place) -> Found<'a> {
    match shape {
        Shape::Lines => Found {
            place,
            url: None,
            resource: json,
        },
        Shape::Bundle => Found {
            place,
            url: json["fullUrl"].as_str(),
            resource: &json["resource"],
        },
    }
}
