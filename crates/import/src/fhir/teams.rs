//! Care teams: those that the source keeps as such, and those that follow from encounters.

use std::collections::BTreeMap;

use chrono::{Days as Count, NaiveDate};
use serde_json::Value;
use tidings_domain::CareTeamSource;

use super::element::{self, Days};
use super::reference::{Reference, Resolved, read};
use super::survey::encounter_day;
use super::{Found, Kind, Reading};
use crate::problem::ProblemCode;
use crate::record::{Item, Member, Place, Record, Team};
use crate::{Ended, Sink};

/// The extension by which an export says that a member is not public (CX-14).
pub(super) const PRIVATE: &str = "urn:tidings:care-team-member-private";

/// The system of where a membership came from (CX-13), in what an export writes.
pub(super) const SOURCE_SYSTEM: &str = "urn:tidings:care-team-source";

pub(super) fn care_teams(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    reading.each(Kind::CareTeam, sink, &mut |id, found, sink| {
        let Some(client) = subject(reading, found, sink)? else {
            return Ok(());
        };
        let Ok(whole) = element::period(&found.resource["period"]) else {
            return sink(Item::Problem(
                found.place.problem(ProblemCode::BadDate, "period"),
            ));
        };
        let mut members: BTreeMap<String, Member> = BTreeMap::new();
        if !matches!(
            found.resource["status"].as_str(),
            Some("inactive" | "suspended" | "proposed" | "entered-in-error")
        ) {
            for participant in element::list(&found.resource["participant"]) {
                if let Some(member) = participant_of(reading, found, participant, whole, sink)? {
                    let other = members.get(&member.staff);
                    // Of several periods of one participant the latest counts.
                    if other.is_none_or(|other| other.start <= member.start) {
                        members.insert(member.staff.clone(), member);
                    }
                }
            }
        }
        let team = Team {
            origin: format!("CareTeam/{id}"),
            agency: String::new(),
            client,
            members: members.into_values().collect(),
        };
        sink(Item::Record(found.place.clone(), Record::Team(team)))
    })
}

fn participant_of(
    reading: &Reading<'_>,
    found: &Found<'_>,
    participant: &Value,
    whole: Days,
    sink: &mut Sink<'_>,
) -> Result<Option<Member>, Ended> {
    let problem = |code, field: &str| Item::Problem(found.place.problem(code, field));
    let staff = match staff(reading, read(&participant["member"]).as_ref()) {
        Ok(staff) => staff,
        Err(code) => {
            sink(problem(code, "participant.member"))?;
            return Ok(None);
        }
    };
    let Some(staff) = staff else {
        return Ok(None);
    };
    let days = match element::period(&participant["period"]) {
        Ok(days) => days,
        Err(field) => {
            sink(problem(
                ProblemCode::BadDate,
                &format!("participant.{field}"),
            ))?;
            return Ok(None);
        }
    };
    let end = match (days.end, whole.end) {
        (Some(own), Some(all)) => Some(own.min(all)),
        (own, all) => own.or(all),
    };
    let days = Days {
        start: days.start.or(whole.start),
        end,
    };
    if days.is_none() {
        sink(problem(ProblemCode::DateOrder, "participant.period"))?;
        return Ok(None);
    }
    let private = element::list(&participant["extension"])
        .any(|extension| extension["url"] == PRIVATE && extension["valueBoolean"] == true);
    let enrolled = element::list(&participant["role"])
        .flat_map(element::codes)
        .any(|code| code == format!("{SOURCE_SYSTEM}|{}", CareTeamSource::Enrollment));
    Ok(Some(Member {
        staff: staff.to_owned(),
        start: days.start,
        end: days.end,
        public: !private,
        source: if enrolled {
            CareTeamSource::Enrollment
        } else {
            CareTeamSource::Manual
        },
    }))
}

/// The practitioner whom a reference means, by name or by a role; none if it means no practitioner.
fn staff<'a>(
    reading: &Reading<'a>,
    reference: Option<&Reference>,
) -> Result<Option<&'a str>, ProblemCode> {
    let survey = reading.survey;
    let Some(reference) = reference else {
        return Err(ProblemCode::DanglingReference);
    };
    let answer = |resolved| match resolved {
        Resolved::Id(id) => Ok(Some(id)),
        Resolved::OtherKind => Ok(None),
        Resolved::Nobody => Err(ProblemCode::DanglingReference),
        Resolved::Several => Err(ProblemCode::AmbiguousReference),
    };
    match survey.names.resolve(reference, Kind::PractitionerRole) {
        Resolved::Id(role) => match survey.role_of.get(role) {
            Some(whose) => answer(survey.names.resolve(whose, Kind::Practitioner)),
            None => Err(ProblemCode::DanglingReference),
        },
        Resolved::Nobody
            if matches!(
                reference,
                Reference::Literal(..) | Reference::Conditional(..)
            ) =>
        {
            Err(ProblemCode::DanglingReference)
        }
        _ => answer(survey.names.resolve(reference, Kind::Practitioner)),
    }
}

fn subject(
    reading: &Reading<'_>,
    found: &Found<'_>,
    sink: &mut Sink<'_>,
) -> Result<Option<String>, Ended> {
    let subject = read(&found.resource["subject"]);
    let resolved =
        subject.map(
            |subject| match reading.survey.names.resolve(&subject, Kind::Patient) {
                Resolved::Id(id) => Ok(Some(id.to_owned())),
                // A team of a group, or nobody's.
                Resolved::OtherKind => Ok(None),
                Resolved::Nobody => Err(ProblemCode::DanglingReference),
                Resolved::Several => Err(ProblemCode::AmbiguousReference),
            },
        );
    match resolved {
        None => Ok(None),
        Some(Ok(client)) => Ok(client),
        Some(Err(code)) => {
            sink(Item::Problem(found.place.problem(code, "subject")))?;
            Ok(None)
        }
    }
}

/// Who cared for a patient within the days that count, and since when.
struct Seen {
    place: Place,
    staff: BTreeMap<String, NaiveDate>,
}

pub(super) fn encounters(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    let Some(newest) = reading.survey.newest else {
        return Ok(());
    };
    let days = Count::new(u64::from(reading.options.encounter_days));
    let first = newest.checked_sub_days(days).unwrap_or(newest);
    let mut patients: BTreeMap<String, Seen> = BTreeMap::new();
    reading.each(Kind::Encounter, sink, &mut |_, found, sink| {
        let Some(day) = encounter_day(found.resource) else {
            if let Err(field) = element::period(&found.resource["period"]) {
                sink(Item::Problem(
                    found.place.problem(ProblemCode::BadDate, field),
                ))?;
            }
            return Ok(());
        };
        let Some(client) = subject(reading, found, sink)? else {
            return Ok(());
        };
        let seen = patients.entry(client).or_insert_with(|| Seen {
            place: found.place.clone(),
            staff: BTreeMap::new(),
        });
        if day < first {
            return Ok(());
        }
        for participant in element::list(&found.resource["participant"]) {
            // A participant without a person is a kind of person.
            let Some(individual) = read(&participant["individual"]) else {
                continue;
            };
            match staff(reading, Some(&individual)) {
                Ok(None) => {}
                Ok(Some(staff)) => {
                    let since = seen.staff.entry(staff.to_owned()).or_insert(day);
                    *since = day.min(*since);
                }
                Err(code) => {
                    let problem = found.place.problem(code, "participant.individual");
                    sink(Item::Problem(problem))?;
                }
            }
        }
        Ok(())
    })?;
    for (client, seen) in patients {
        let member = |(staff, since): (String, NaiveDate)| Member {
            staff,
            start: Some(since),
            end: None,
            public: true,
            source: CareTeamSource::Enrollment,
        };
        let team = Team {
            origin: format!("Encounter/{client}"),
            agency: String::new(),
            client,
            members: seen.staff.into_iter().map(member).collect(),
        };
        sink(Item::Record(seen.place, Record::Team(team)))?;
    }
    Ok(())
}
