//! `Enrollment.csv` and `Exit.csv`.

use std::collections::BTreeMap;

use tidings_domain::{CareTeamSource, HouseholdRole};

use super::{Line, Once, Reading, each};
use crate::problem::ProblemCode;
use crate::record::{Enrollment, Item, Member, Record, Team};
use crate::{Ended, Sink, text};

const COLUMNS: &[&str] = &[
    "EnrollmentID",
    "PersonalID",
    "ProjectID",
    "EntryDate",
    "HouseholdID",
    "RelationshipToHoH",
    "UserID",
    "DateDeleted",
];

/// The first look: who is served, and who works, in which agency.
pub(super) fn survey(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    let (mut clients, mut users) = (BTreeMap::new(), BTreeMap::new());
    let here = &*reading;
    each(here.set, "Enrollment.csv", COLUMNS, sink, &mut |line, _| {
        let agency = here.projects.get(line.get("ProjectID"));
        let (Some(agency), false) = (agency, line.deleted()) else {
            return Ok(());
        };
        for (who, column) in [(&mut clients, "PersonalID"), (&mut users, "UserID")] {
            if let Some(id) = line.id(column) {
                let agencies: &mut std::collections::BTreeSet<String> =
                    who.entry(id.to_owned()).or_default();
                if !agencies.contains(agency) {
                    agencies.insert(agency.clone());
                }
            }
        }
        Ok(())
    })?;
    (reading.clients, reading.users) = (clients, users);
    Ok(())
}

/// Who has left, and when.
pub(super) fn exits(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    const COLUMNS: &[&str] = &["EnrollmentID", "ExitDate", "DateDeleted"];
    let (mut once, mut exits) = (Once::default(), BTreeMap::new());
    each(reading.set, "Exit.csv", COLUMNS, sink, &mut |line, sink| {
        if line.deleted() {
            return Ok(());
        }
        let Some(id) = once.take(line, "EnrollmentID", sink)? else {
            return Ok(());
        };
        match text::day(line.get("ExitDate")) {
            Some(day) => {
                exits.insert(id.to_owned(), day);
                Ok(())
            }
            None => sink(line.problem(ProblemCode::BadDate, "ExitDate")),
        }
    })?;
    reading.exits = exits;
    Ok(())
}

/// The second look: the enrolments, each with the member who comes by it (CX-17).
pub(super) fn read(reading: &Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    let mut once = Once::default();
    each(
        reading.set,
        "Enrollment.csv",
        COLUMNS,
        sink,
        &mut |line, sink| {
            let Some(id) = once.take(line, "EnrollmentID", sink)? else {
                return Ok(());
            };
            let Some((enrollment, team)) = enrollment(reading, id, line, sink)? else {
                return Ok(());
            };
            sink(Item::Record(
                line.place.clone(),
                Record::Enrollment(enrollment),
            ))?;
            sink(Item::Record(line.place.clone(), Record::Team(team)))
        },
    )
}

fn enrollment(
    reading: &Reading<'_>,
    id: &str,
    line: &Line<'_, '_>,
    sink: &mut Sink<'_>,
) -> Result<Option<(Enrollment, Team)>, Ended> {
    let project = line.get("ProjectID");
    let Some(agency) = reading.projects.get(project) else {
        // With one organization asked for, the others' enrolments are no problem.
        if reading.options.organization.is_none() && !line.deleted() {
            sink(line.problem(ProblemCode::DanglingReference, "ProjectID"))?;
        }
        return Ok(None);
    };
    let Some(client) = line.id("PersonalID") else {
        sink(line.problem(ProblemCode::BadId, "PersonalID"))?;
        return Ok(None);
    };
    let Some(entry) = text::day(line.get("EntryDate")) else {
        sink(line.problem(ProblemCode::BadDate, "EntryDate"))?;
        return Ok(None);
    };
    let exit = reading.exits.get(id).copied();
    if exit.is_some_and(|exit| exit < entry) {
        sink(line.problem(ProblemCode::DateOrder, "EntryDate"))?;
        return Ok(None);
    }
    let role = role(reading, client, line, sink)?;
    let user = line.id("UserID");
    if user.is_none() {
        sink(line.problem(ProblemCode::BadId, "UserID"))?;
    }
    let member = |staff: &str| Member {
        staff: staff.to_owned(),
        start: Some(entry),
        end: exit,
        public: true,
        source: CareTeamSource::Enrollment,
    };
    let enrollment = Enrollment {
        id: id.to_owned(),
        agency: agency.clone(),
        client: client.to_owned(),
        program: project.to_owned(),
        entry,
        exit,
        household: line.id("HouseholdID").map(str::to_owned),
        role,
        deleted: line.deleted(),
    };
    let team = Team {
        origin: format!("Enrollment/{id}"),
        agency: agency.clone(),
        client: client.to_owned(),
        members: user
            .filter(|_| !line.deleted())
            .map(member)
            .into_iter()
            .collect(),
    };
    Ok(Some((enrollment, team)))
}

/// The place in the household. Whoever is of age is nobody's child here: the head of the household
/// does not read an adult's messages.
fn role(
    reading: &Reading<'_>,
    client: &str,
    line: &Line<'_, '_>,
    sink: &mut Sink<'_>,
) -> Result<HouseholdRole, Ended> {
    Ok(match line.get("RelationshipToHoH") {
        "1" => HouseholdRole::Head,
        "2" if reading.minors.contains(client) => HouseholdRole::Child,
        "" | "2" | "3" | "4" | "5" | "99" => HouseholdRole::Other,
        _ => {
            sink(line.problem(ProblemCode::BadValue, "RelationshipToHoH"))?;
            HouseholdRole::Other
        }
    })
}
