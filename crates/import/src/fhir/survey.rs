//! The first look at a set: what lies where, who is meant by what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde_json::Value;
use tidings_domain::Role;

use super::element::{self, Days};
use super::reference::{Names, Reference, read};
use super::{Found, Kind, each_in};
use crate::files::FileSet;
use crate::problem::{Problem, ProblemCode};
use crate::record::Item;
use crate::{Ended, Options, Sink};

/// The system of Tidings' own role codes: what an export writes.
pub(super) const ROLE_SYSTEM: &str = "urn:tidings:role";

/// What somebody does at an organization.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) organization: Option<Reference>,
    pub(super) roles: Vec<Role>,
    pub(super) title: Option<String>,
    pub(super) active: bool,
    /// Until when; the role is not active after it.
    pub(super) end: Option<NaiveDate>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(super) names: Names,
    files: BTreeMap<String, BTreeSet<usize>>,
    /// Whose role is which: by the id of the `PractitionerRole`.
    pub(super) role_of: HashMap<String, Reference>,
    /// What each practitioner does.
    pub(super) jobs: HashMap<Reference, Vec<Job>>,
    /// The day of the newest encounter.
    pub(super) newest: Option<NaiveDate>,
    /// Where each patient was last; only where organizations count.
    pub(super) last_place: HashMap<Reference, (NaiveDate, Reference)>,
}

impl Survey {
    /// The files with resources of a kind.
    pub(super) fn files_of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let files = self.files.iter();
        let with = files.filter(move |(_, kinds)| kinds.contains(&(kind as usize)));
        with.map(|(file, _)| file.as_str())
    }
}

/// Looks at every resource once.
pub(super) fn survey(
    set: &FileSet,
    files: &[&str],
    options: &Options,
    sink: &mut Sink<'_>,
) -> Result<Survey, Ended> {
    let mut survey = Survey::default();
    let mut not_taken = BTreeSet::new();
    for file in files {
        sink(Item::Total(set.bytes(file)))?;
        let mut here = BTreeSet::new();
        each_in(set, file, sink, &mut |found, sink| {
            let found = match found {
                Ok(found) => found,
                Err(problem) => return sink(Item::Problem(problem)),
            };
            let Some(name) = found.resource["resourceType"].as_str() else {
                let problem = found.place.problem(ProblemCode::Malformed, "resourceType");
                return sink(Item::Problem(problem));
            };
            let Some(kind) = Kind::of(name) else {
                // Said once: an export holds a hundred kinds.
                if name.chars().all(|c| c.is_ascii_alphanumeric())
                    && not_taken.len() < 200
                    && not_taken.insert(name.to_owned())
                {
                    let problem = Problem::of_file(ProblemCode::NotTaken, file).field(name);
                    return sink(Item::Problem(problem));
                }
                return Ok(());
            };
            here.insert(kind as usize);
            survey.add(kind, found, options, sink)
        })?;
        survey.files.insert((*file).to_owned(), here);
    }
    Ok(survey)
}

impl Survey {
    fn add(
        &mut self,
        kind: Kind,
        found: &Found<'_>,
        options: &Options,
        sink: &mut Sink<'_>,
    ) -> Result<(), Ended> {
        let Some(id) = element::resource_id(found.resource) else {
            return sink(Item::Problem(found.place.problem(ProblemCode::BadId, "id")));
        };
        if !self.names.add(kind, id, found.url, found.resource) {
            let problem = found.place.problem(ProblemCode::DuplicateId, "id");
            return sink(Item::Problem(problem));
        }
        match kind {
            Kind::PractitionerRole => self.job(id, found, options, sink),
            Kind::Encounter => {
                self.encounter(found.resource, options);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn job(
        &mut self,
        id: &str,
        found: &Found<'_>,
        options: &Options,
        sink: &mut Sink<'_>,
    ) -> Result<(), Ended> {
        let Some(practitioner) = read(&found.resource["practitioner"]) else {
            let code = ProblemCode::DanglingReference;
            return sink(Item::Problem(found.place.problem(code, "practitioner")));
        };
        let mut roles = Vec::new();
        let mut title = None;
        for concept in element::list(&found.resource["code"]) {
            let before = roles.len();
            for code in element::codes(concept) {
                roles.extend(role(&code, options));
            }
            if roles.len() == before && element::codes(concept).next().is_some() {
                let problem = found.place.problem(ProblemCode::UnmappedRole, "code");
                sink(Item::Problem(problem))?;
            }
            title = title.or_else(|| {
                let shown = concept["coding"][0]["display"].as_str();
                crate::text::name(concept["text"].as_str().or(shown)?)
            });
        }
        let days = match element::period(&found.resource["period"]) {
            Ok(days) => days,
            Err(field) => {
                // SECURITY: a role whose end cannot be read gives no access.
                sink(Item::Problem(
                    found.place.problem(ProblemCode::BadDate, field),
                ))?;
                return Ok(());
            }
        };
        self.role_of.insert(id.to_owned(), practitioner.clone());
        self.jobs.entry(practitioner).or_default().push(Job {
            organization: read(&found.resource["organization"]),
            roles,
            title,
            active: found.resource["active"] != false,
            end: days.end,
        });
        Ok(())
    }

    fn encounter(&mut self, resource: &Value, options: &Options) {
        let Some(day) = encounter_day(resource) else {
            return;
        };
        self.newest = self.newest.max(Some(day));
        if options.one_agency {
            return;
        }
        let place = read(&resource["serviceProvider"]);
        if let (Some(patient), Some(place)) = (read(&resource["subject"]), place) {
            let last = self.last_place.entry(patient);
            let last = last.or_insert_with(|| (day, place.clone()));
            if last.0 < day {
                *last = (day, place);
            }
        }
    }
}

/// The role of a code, by the configuration or Tidings' own system.
fn role(code: &str, options: &Options) -> Option<Role> {
    let own = code
        .strip_prefix(ROLE_SYSTEM)
        .and_then(|code| code.strip_prefix('|'));
    match own {
        Some(name) => Role::ALL.iter().copied().find(|role| role.as_str() == name),
        None => options.role_codes.get(code).copied(),
    }
}

/// The day that counts of an encounter: its last, else its first. None if it was never one.
pub(super) fn encounter_day(resource: &Value) -> Option<NaiveDate> {
    if matches!(
        resource["status"].as_str(),
        Some("cancelled" | "entered-in-error" | "planned")
    ) {
        return None;
    }
    let Days { start, end } = element::period(&resource["period"]).ok()?;
    end.or(start)
}
