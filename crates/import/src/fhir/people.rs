//! Organizations, practitioners, patients and those who are related to them.

use std::collections::BTreeMap;

use serde_json::Value;
use tidings_domain::{ClientStatus, Role};

use super::element;
use super::reference::{Reference, Resolved, read};
use super::survey::Job;
use super::{Found, Kind, Reading};
use crate::problem::ProblemCode;
use crate::record::{Agency, Client, Family, Item, Record, Staff};
use crate::{Ended, Sink, text};

/// How a guardian is related, in v3 `RoleCode`: parents and those who stand in their place by law.
/// Whoever is merely next of kin, or to be called in an emergency, reads nobody's messages.
const GUARDIANS: &[&str] = &[
    "GUARD", "POWATT", "DPOWATT", "HPOWATT", "PRN", "MTH", "FTH", "NMTH", "NFTH", "ADOPTP",
    "ADOPTM", "ADOPTF", "PRNFOST", "MTHFOST", "FTHFOST", "STPPRN", "STPMTH", "STPFTH",
];

pub(super) fn organizations(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    if reading.options.one_agency {
        return Ok(());
    }
    reading.each(Kind::Organization, sink, &mut |id, found, sink| {
        if found.resource["active"] == false {
            return Ok(());
        }
        let name = found.resource["name"].as_str().and_then(text::name);
        if name.is_none() {
            sink(Item::Problem(
                found.place.problem(ProblemCode::BadName, "name"),
            ))?;
        }
        let agency = Agency {
            id: id.to_owned(),
            name: name.unwrap_or_else(|| format!("Agency {id}")),
            labels: element::labels(found.resource),
        };
        sink(Item::Record(found.place.clone(), Record::Agency(agency)))
    })
}

/// What somebody does at one organization, all roles together.
#[derive(Default)]
struct Work {
    roles: Vec<Role>,
    title: Option<String>,
    active: bool,
}

pub(super) fn practitioners(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    reading.each(Kind::Practitioner, sink, &mut |id, found, sink| {
        let jobs = jobs_of(reading, id, found);
        let mut work: BTreeMap<String, Work> = BTreeMap::new();
        if reading.options.one_agency {
            // Somebody without any role is there, and has no access by one.
            let active = jobs.is_empty();
            work.insert(
                String::new(),
                Work {
                    active,
                    ..Work::default()
                },
            );
        }
        for job in &jobs {
            let Some(agency) = agency_of(reading, job.organization.as_ref()) else {
                continue;
            };
            let here = work.entry(agency).or_default();
            // An inactive role gives no access.
            if job.active && job.end.is_none_or(|end| Some(end) >= reading.survey.newest) {
                here.active = true;
                here.roles.extend(&job.roles);
                here.title = here.title.take().or_else(|| job.title.clone());
            }
        }
        if work.is_empty() {
            return sink(Item::Problem(
                found.place.problem(ProblemCode::NoAgency, ""),
            ));
        }
        let name = element::human_name(&found.resource["name"]);
        if name.is_none() {
            sink(Item::Problem(
                found.place.problem(ProblemCode::BadName, "name"),
            ))?;
        }
        let name = name.unwrap_or_else(|| format!("Practitioner {id}"));
        let email = email(found, sink)?;
        for (agency, mut work) in work {
            work.roles.sort_unstable();
            work.roles.dedup();
            let staff = Staff {
                id: id.to_owned(),
                agency,
                name: name.clone(),
                title: work.title,
                email: email.clone().unwrap_or_default(),
                roles: work.roles,
                active: work.active && found.resource["active"] != false,
            };
            sink(Item::Record(found.place.clone(), Record::Staff(staff)))?;
        }
        Ok(())
    })
}

/// The roles of a practitioner, whichever way they name them.
fn jobs_of<'a>(reading: &Reading<'a>, id: &str, found: &Found<'_>) -> Vec<&'a Job> {
    let literal = Reference::Literal(Kind::Practitioner, id.to_owned());
    let url = found.url.map(|url| Reference::Url(url.to_owned()));
    let identifiers = element::identifiers(found.resource).flat_map(|identifier| {
        [
            Reference::Logical(identifier.clone()),
            Reference::Conditional(Kind::Practitioner, identifier),
        ]
    });
    let all = [literal].into_iter().chain(url).chain(identifiers);
    let mine = all.filter(|reference| {
        let whom = reading.survey.names.resolve(reference, Kind::Practitioner);
        whom == Resolved::Id(id)
    });
    mine.filter_map(|reference| reading.survey.jobs.get(&reference))
        .flatten()
        .collect()
}

/// The agency of an organization: empty where all goes to one, none if it is not in the set.
fn agency_of(reading: &Reading<'_>, organization: Option<&Reference>) -> Option<String> {
    if reading.options.one_agency {
        return Some(String::new());
    }
    match reading
        .survey
        .names
        .resolve(organization?, Kind::Organization)
    {
        Resolved::Id(id) => Some(id.to_owned()),
        _ => None,
    }
}

fn email(found: &Found<'_>, sink: &mut Sink<'_>) -> Result<Option<String>, Ended> {
    if let Ok(email) = element::email(&found.resource["telecom"]) {
        return Ok(email);
    }
    let problem = found.place.problem(ProblemCode::BadEmail, "telecom");
    sink(Item::Problem(problem))?;
    Ok(None)
}

pub(super) fn patients(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    reading.each(Kind::Patient, sink, &mut |id, found, sink| {
        let Some(agency) = patient_agency(reading, id, found.resource) else {
            let problem = found
                .place
                .problem(ProblemCode::NoAgency, "managingOrganization");
            return sink(Item::Problem(problem));
        };
        let name = element::human_name(&found.resource["name"]);
        if name.is_none() {
            sink(Item::Problem(
                found.place.problem(ProblemCode::BadName, "name"),
            ))?;
        }
        let client = Client {
            id: id.to_owned(),
            agency,
            name: name.unwrap_or_else(|| format!("Client {id}")),
            email: email(found, sink)?,
            status: status(found.resource),
            labels: element::labels(found.resource),
        };
        sink(Item::Record(found.place.clone(), Record::Client(client)))
    })
}

/// Whoever is not active, or has died, is not served any more.
fn status(patient: &Value) -> ClientStatus {
    let died = patient["deceasedDateTime"].is_string() || patient["deceasedBoolean"] == true;
    if died || patient["active"] == false {
        ClientStatus::Inactive
    } else {
        ClientStatus::Active
    }
}

/// Who serves a patient: the organization that manages the record, else where the patient was last.
fn patient_agency(reading: &Reading<'_>, id: &str, patient: &Value) -> Option<String> {
    if reading.options.one_agency {
        return Some(String::new());
    }
    if let Some(managing) = read(&patient["managingOrganization"]) {
        return agency_of(reading, Some(&managing));
    }
    let literal = Reference::Literal(Kind::Patient, id.to_owned());
    let last = reading.survey.last_place.get(&literal);
    agency_of(reading, Some(&last?.1))
}

pub(super) fn related(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    reading.each(Kind::RelatedPerson, sink, &mut |id, found, sink| {
        let codes = element::list(&found.resource["relationship"]).flat_map(element::codes);
        let mut codes =
            codes.filter_map(|code| code.rsplit_once('|').map(|(_, code)| code.to_owned()));
        if !codes.any(|code| GUARDIANS.contains(&code.as_str())) {
            return Ok(());
        }
        let names = &reading.survey.names;
        let patient = read(&found.resource["patient"]);
        let patient = patient
            .as_ref()
            .map(|patient| names.resolve(patient, Kind::Patient));
        let Some(Resolved::Id(client)) = patient else {
            let problem = found
                .place
                .problem(ProblemCode::DanglingReference, "patient");
            return sink(Item::Problem(problem));
        };
        let Some(email) = email(found, sink)? else {
            return sink(Item::Problem(
                found.place.problem(ProblemCode::NoEmail, "telecom"),
            ));
        };
        let days = match element::period(&found.resource["period"]) {
            Ok(days) => days,
            Err(field) => {
                let problem = found.place.problem(ProblemCode::BadDate, field);
                return sink(Item::Problem(problem));
            }
        };
        let family = Family {
            id: id.to_owned(),
            agency: String::new(),
            name: element::human_name(&found.resource["name"])
                .unwrap_or_else(|| format!("Guardian {id}")),
            email,
            client: client.to_owned(),
            active: found.resource["active"] != false && days.end.is_none(),
        };
        sink(Item::Record(found.place.clone(), Record::Family(family)))
    })
}
