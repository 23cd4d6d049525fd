//! `User.csv` and `Client.csv`.

use std::collections::BTreeSet;

use chrono::Months;
use tidings_domain::ClientStatus;

use super::{Line, Once, Reading, each};
use crate::problem::ProblemCode;
use crate::record::{Client, Item, Place, Record, Staff};
use crate::{Ended, Sink, text};

/// Months until somebody is an adult.
const MINOR_MONTHS: u32 = 18 * 12;

/// Users, in each agency where they made an enrolment; then a placeholder for those who are named
/// by enrolments alone.
pub(super) fn users(reading: &Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    const COLUMNS: &[&str] = &[
        "UserID",
        "UserFirstName",
        "UserLastName",
        "UserEmail",
        "DateDeleted",
    ];
    let mut once = Once::default();
    each(reading.set, "User.csv", COLUMNS, sink, &mut |line, sink| {
        let Some(id) = once.take(line, "UserID", sink)? else {
            return Ok(());
        };
        let agencies = match reading.users.get(id) {
            Some(agencies) => agencies.clone(),
            // Somebody of another organization, or who enrols nobody.
            None => reading.only_agency().into_iter().collect(),
        };
        if agencies.is_empty() {
            return Ok(());
        }
        let name = format!("{} {}", line.get("UserFirstName"), line.get("UserLastName"));
        let name = text::name(&name);
        if name.is_none() {
            sink(line.problem(ProblemCode::BadName, "UserLastName"))?;
        }
        let mail = line.get("UserEmail");
        let email = text::email(mail);
        if email.is_none() && !mail.is_empty() {
            sink(line.problem(ProblemCode::BadEmail, "UserEmail"))?;
        }
        for agency in agencies {
            let staff = Staff {
                id: id.to_owned(),
                agency,
                name: name.clone().unwrap_or_else(|| format!("User {id}")),
                title: None,
                email: email.clone().unwrap_or_default(),
                roles: reading.options.hmis_roles.clone(),
                active: !line.deleted(),
            };
            sink(Item::Record(line.place.clone(), Record::Staff(staff)))?;
        }
        Ok(())
    })?;
    let place = Place {
        file: "Enrollment.csv".into(),
        line: 1,
    };
    for (id, agencies) in &reading.users {
        if once.0.contains(id) {
            continue;
        }
        sink(Item::Problem(
            place.problem(ProblemCode::PlaceholderUser, "UserID"),
        ))?;
        for agency in agencies {
            let staff = Staff {
                id: id.clone(),
                agency: agency.clone(),
                name: format!("User {id}"),
                title: None,
                email: String::new(),
                roles: Vec::new(),
                active: false,
            };
            sink(Item::Record(place.clone(), Record::Staff(staff)))?;
        }
    }
    Ok(())
}

/// Clients, in each agency where they are enrolled; then a placeholder for those whom enrolments
/// name and nobody describes.
pub(super) fn clients(reading: &mut Reading<'_>, sink: &mut Sink<'_>) -> Result<(), Ended> {
    // SSN is not among them: it is never read.
    const COLUMNS: &[&str] = &[
        "PersonalID",
        "FirstName",
        "LastName",
        "NameSuffix",
        "DOB",
        "DateDeleted",
        "UserID",
    ];
    let (mut once, mut minors) = (Once::default(), BTreeSet::new());
    let here = &*reading;
    each(here.set, "Client.csv", COLUMNS, sink, &mut |line, sink| {
        let Some(id) = once.take(line, "PersonalID", sink)? else {
            return Ok(());
        };
        let agencies = match here.clients.get(id) {
            Some(agencies) => agencies.clone(),
            None => here.only_agency().into_iter().collect(),
        };
        if agencies.is_empty() {
            if here.options.organization.is_none() && !line.deleted() {
                sink(line.problem(ProblemCode::NoAgency, "PersonalID"))?;
            }
            return Ok(());
        }
        if minor(here, line, sink)? {
            minors.insert(id.to_owned());
        }
        let name = client_name(here, line, sink)?;
        for agency in agencies {
            let client = Client {
                id: id.to_owned(),
                agency,
                name: name.clone().unwrap_or_else(|| format!("Client {id}")),
                email: None,
                status: if line.deleted() {
                    ClientStatus::Inactive
                } else {
                    ClientStatus::Active
                },
                labels: Vec::new(),
            };
            sink(Item::Record(line.place.clone(), Record::Client(client)))?;
        }
        Ok(())
    })?;
    let place = Place {
        file: "Enrollment.csv".into(),
        line: 1,
    };
    for (id, agencies) in &here.clients {
        if once.0.contains(id) {
            continue;
        }
        sink(Item::Problem(
            place.problem(ProblemCode::DanglingReference, "PersonalID"),
        ))?;
        for agency in agencies {
            let client = Client {
                id: id.clone(),
                agency: agency.clone(),
                name: format!("Client {id}"),
                email: None,
                status: ClientStatus::Inactive,
                labels: Vec::new(),
            };
            sink(Item::Record(place.clone(), Record::Client(client)))?;
        }
    }
    reading.minors = minors;
    Ok(())
}

/// A client's name; none where it is a hash, or is not known.
fn client_name(
    reading: &Reading<'_>,
    line: &Line<'_, '_>,
    sink: &mut Sink<'_>,
) -> Result<Option<String>, Ended> {
    if reading.hashed {
        return Ok(None);
    }
    let parts = ["FirstName", "LastName", "NameSuffix"].map(|column| line.get(column));
    // One hash among names: a set that says of itself what it is not.
    if parts.iter().any(|part| is_hash(part)) {
        sink(line.problem(ProblemCode::BadName, "FirstName"))?;
        return Ok(None);
    }
    let name = text::name(&parts.join(" "));
    if name.is_none() {
        sink(line.problem(ProblemCode::BadName, "LastName"))?;
    }
    Ok(name)
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn minor(reading: &Reading<'_>, line: &Line<'_, '_>, sink: &mut Sink<'_>) -> Result<bool, Ended> {
    let born = line.get("DOB");
    if born.is_empty() {
        return Ok(false);
    }
    let Some(born) = text::day(born) else {
        sink(line.problem(ProblemCode::BadDate, "DOB"))?;
        return Ok(false);
    };
    let adult = born.checked_add_months(Months::new(MINOR_MONTHS));
    Ok(adult.is_some_and(|adult| adult > reading.day))
}
