//! HMIS sets.

use tidings_domain::{ClientStatus, HouseholdRole, Role};
use tidings_import::{Format, Options, ProblemCode, Record};

use crate::{Outcome, read_files};

/// The set that every test starts from: two organizations, one of them for victims; a mother with
/// her child, who is at both; somebody who has left.
pub(crate) fn set() -> Vec<(String, Vec<u8>)> {
    let files = [
        (
            "Export.csv",
            "ExportID,SourceName,ExportDate,CSVVersion,HashStatus\n\"X1\",\"CoC\",\"2026-06-01 04:00:00\",\"2026 v1\",\"1\"\n",
        ),
        (
            "Organization.csv",
            "OrganizationID,OrganizationName,VictimServiceProvider,DateDeleted\nO1,Harbor Shelter,0,\nO2,Safe Haven,1,\n",
        ),
        (
            "Project.csv",
            "ProjectID,OrganizationID,ProjectName,DateDeleted\nP1,O1,Rapid Rehousing,\nP2,O2,Safe House,\n",
        ),
        (
            "User.csv",
            "UserID,UserFirstName,UserLastName,UserEmail,DateDeleted\nU1,Ann,Lee,ann@shelter.example,\nU2,Bo,Chan,,\n",
        ),
        (
            "Client.csv",
            "PersonalID,FirstName,LastName,NameSuffix,SSN,DOB,DateDeleted,UserID\nC1,Maria,Gomez,,999001111,1990-01-05,,U1\nC2,Leo,Gomez,Jr,,2015-02-03,,U1\nC3,Kim,Park,,,1980-01-01,,U1\n",
        ),
        (
            "Enrollment.csv",
            "EnrollmentID,PersonalID,ProjectID,EntryDate,HouseholdID,RelationshipToHoH,UserID,DateDeleted\nE1,C1,P1,2026-01-02,H1,1,U1,\nE2,C2,P1,2026-01-02,H1,2,U1,\nE3,C3,P1,2025-03-04,H3,1,U9,\nE4,C1,P2,2026-02-01,H4,1,U2,\n",
        ),
        (
            "Exit.csv",
            "ExitID,EnrollmentID,ExitDate,DateDeleted\nX1,E3,2025-12-31,\n",
        ),
    ];
    files
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into()
}

/// The set with one text in one file in the place of another.
pub(crate) fn set_with(file: &str, from: &str, to: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = set();
    let content = &mut files.iter_mut().find(|(name, _)| name == file).unwrap().1;
    let text = String::from_utf8(content.clone()).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    *content = text.replacen(from, to, 1).into_bytes();
    files
}

fn options() -> Options {
    Options {
        hmis_roles: vec![Role::Clinician],
        ..Options::default()
    }
}

fn read(files: &[(String, Vec<u8>)]) -> Outcome {
    read_files(files, Format::Hmis, &options())
}

#[test]
fn cx13_cx17_a_set_comes_out_by_agency_in_the_order_of_references() {
    let outcome = read(&set());
    assert_eq!(outcome.ended, Ok(()));
    assert_eq!(outcome.told(), ["Enrollment.csv:1 UserID PLACEHOLDER_USER"]);
    let mut lines = Vec::new();
    for record in &outcome.records {
        lines.push(match record {
            Record::Agency(a) => format!("agency {} {} {:?}", a.id, a.name, a.labels),
            Record::Program(p) => format!("program {} of {}", p.id, p.agency),
            Record::Staff(s) => format!(
                "staff {} at {} {} {:?} {}",
                s.id, s.agency, s.name, s.roles, s.active
            ),
            Record::Client(c) => format!("client {} at {} {}", c.id, c.agency, c.name),
            Record::Enrollment(e) => {
                format!("enrollment {} {} {:?} {:?}", e.id, e.client, e.exit, e.role)
            }
            Record::Team(t) => format!(
                "team {} at {} {:?}",
                t.client,
                t.agency,
                t.members
                    .iter()
                    .map(|m| (&*m.staff, m.end))
                    .collect::<Vec<_>>()
            ),
            Record::Family(_) => "family".to_owned(),
        });
    }
    assert_eq!(
        lines,
        [
            "agency O1 Harbor Shelter []",
            "agency O2 Safe Haven [\"HMIS|VictimServiceProvider\"]",
            "program P1 of O1",
            "program P2 of O2",
            "staff U1 at O1 Ann Lee [Clinician] true",
            "staff U2 at O2 Bo Chan [Clinician] true",
            "staff U9 at O1 User U9 [] false",
            "client C1 at O1 Maria Gomez",
            "client C1 at O2 Maria Gomez",
            "client C2 at O1 Leo Gomez Jr",
            "client C3 at O1 Kim Park",
            "enrollment E1 C1 None Head",
            "team C1 at O1 [(\"U1\", None)]",
            "enrollment E2 C2 None Child",
            "team C2 at O1 [(\"U1\", None)]",
            "enrollment E3 C3 Some(2025-12-31) Head",
            "team C3 at O1 [(\"U9\", Some(2025-12-31))]",
            "enrollment E4 C1 None Head",
            "team C1 at O2 [(\"U2\", None)]",
        ]
    );
}

#[test]
fn k18_one_agency_takes_one_organization_and_two_never_come_together() {
    let one = |organization: Option<&str>| Options {
        one_agency: true,
        organization: organization.map(str::to_owned),
        ..options()
    };
    let outcome = read_files(&set(), Format::Hmis, &one(None));
    assert!(outcome.refused_with(ProblemCode::OrganizationRequired));
    let outcome = read_files(&set(), Format::Hmis, &one(Some("O7")));
    assert!(outcome.refused_with(ProblemCode::OrganizationUnknown));
    let outcome = read_files(&set(), Format::Hmis, &one(Some("O2")));
    assert_eq!(outcome.told(), Vec::<String>::new());
    let clients = outcome.records.iter().filter_map(|record| match record {
        Record::Client(client) => Some((client.id.as_str(), client.agency.as_str())),
        _ => None,
    });
    assert_eq!(clients.collect::<Vec<_>>(), [("C1", "")]);
}

#[test]
fn a_set_without_a_file_or_a_column_or_of_another_version_is_refused_whole() {
    for (name, _) in set() {
        let mut files = set();
        files.retain(|(other, _)| *other != name);
        let outcome = read(&files);
        assert!(outcome.refused_with(ProblemCode::MissingFile), "{name}");
        assert_eq!(outcome.told(), [format!("{name} MISSING_FILE")]);
    }
    let outcome = read(&set_with("Enrollment.csv", "RelationshipToHoH", "Relation"));
    assert!(outcome.refused_with(ProblemCode::MissingColumn));
    assert_eq!(
        outcome.told(),
        ["Enrollment.csv:1 RelationshipToHoH MISSING_COLUMN"]
    );
    for (from, to, field) in [
        ("2026 v1", "2024 v1", "CSVVersion"),
        ("\"1\"\n", "\"9\"\n", "HashStatus"),
        ("2026-06-01", "yesterday!", "ExportDate"),
    ] {
        let outcome = read(&set_with("Export.csv", from, to));
        assert!(outcome.refused_with(ProblemCode::UnknownVersion), "{field}");
        assert_eq!(
            outcome.told(),
            [format!("Export.csv:2 {field} UNKNOWN_VERSION")]
        );
    }
}

fn client_names(outcome: &Outcome) -> Vec<&str> {
    let names = outcome.records.iter().filter_map(|record| match record {
        Record::Client(client) => Some(client.name.as_str()),
        _ => None,
    });
    names.collect()
}

#[test]
fn names_that_are_hashes_are_shown_to_nobody() {
    let outcome = read(&set_with("Export.csv", "\"1\"\n", "\"4\"\n"));
    assert_eq!(
        client_names(&outcome),
        ["Client C1", "Client C1", "Client C2", "Client C3"]
    );
    assert!(
        outcome
            .told()
            .contains(&"Export.csv:2 HashStatus HASHED_NAMES".to_owned())
    );
    // One hash in a set that says it has none.
    let hash = "a".repeat(64);
    let outcome = read(&set_with("Client.csv", "Kim", &hash));
    assert_eq!(client_names(&outcome)[3], "Client C3");
    assert!(
        outcome
            .told()
            .contains(&"Client.csv:4 FirstName BAD_NAME".to_owned())
    );
}

#[test]
fn every_bad_line_is_told_of_and_none_is_half_read() {
    for (file, from, to, told) in [
        (
            "Client.csv",
            "C3,Kim",
            "C1,Kim",
            vec![
                "Client.csv:4 PersonalID DUPLICATE_ID",
                "Enrollment.csv:1 PersonalID DANGLING_REFERENCE",
            ],
        ),
        (
            "Client.csv",
            "C3,Kim,Park,,,",
            "C3,Kim,Park,,",
            vec![
                "Client.csv:4 MALFORMED",
                "Enrollment.csv:1 PersonalID DANGLING_REFERENCE",
            ],
        ),
        (
            "Client.csv",
            "1990-01-05",
            "05-01-90",
            vec!["Client.csv:2 DOB BAD_DATE"],
        ),
        (
            "Enrollment.csv",
            "2025-03-04",
            "03-11-21",
            vec!["Enrollment.csv:4 EntryDate BAD_DATE"],
        ),
        (
            "Enrollment.csv",
            "E3,C3,P1",
            "E3,C3,P7",
            vec![
                "Client.csv:4 PersonalID NO_AGENCY",
                "Enrollment.csv:4 ProjectID DANGLING_REFERENCE",
            ],
        ),
        (
            "Enrollment.csv",
            "E2,C2",
            "E1,C2",
            vec!["Enrollment.csv:3 EnrollmentID DUPLICATE_ID"],
        ),
        (
            "Enrollment.csv",
            "H3,1,U9",
            "H3,77,U1",
            vec!["Enrollment.csv:4 RelationshipToHoH BAD_VALUE"],
        ),
        (
            "Exit.csv",
            "2025-12-31",
            "2024-12-31",
            vec!["Enrollment.csv:4 EntryDate DATE_ORDER"],
        ),
        (
            "Exit.csv",
            "2025-12-31",
            "31.12.2025",
            vec!["Exit.csv:2 ExitDate BAD_DATE"],
        ),
        (
            "User.csv",
            "ann@shelter.example",
            "ann at shelter",
            vec!["User.csv:2 UserEmail BAD_EMAIL"],
        ),
        (
            "Project.csv",
            "P2,O2",
            "P2,O9",
            vec![
                "Project.csv:3 OrganizationID DANGLING_REFERENCE",
                "Enrollment.csv:5 ProjectID DANGLING_REFERENCE",
            ],
        ),
    ] {
        let outcome = read(&set_with(file, from, to));
        assert_eq!(outcome.ended, Ok(()), "{to}");
        let mut problems = outcome.told();
        problems.retain(|line| !line.ends_with("PLACEHOLDER_USER"));
        assert_eq!(problems, told, "{to}");
    }
}

#[test]
fn what_was_deleted_or_does_not_matter_stops_nothing() {
    // Deleted in whatever form the date is written; a date in a column that is not read.
    let mut files = set_with("Client.csv", "1980-01-01,,U1", "1980-01-01,03-11-21,U1");
    let enrollments = &mut files
        .iter_mut()
        .find(|(name, _)| name == "Enrollment.csv")
        .unwrap()
        .1;
    let text = String::from_utf8(enrollments.clone()).unwrap();
    let text = text.lines().enumerate().map(|(n, line)| {
        format!(
            "{line},{}\r\n",
            if n == 0 {
                "DateToStreetESSH"
            } else {
                "99-99-99"
            }
        )
    });
    let text: String = text.collect();
    *enrollments = format!("\u{feff}{text}").into_bytes();
    let outcome = read(&files);
    assert_eq!(outcome.told(), ["Enrollment.csv:1 UserID PLACEHOLDER_USER"]);
    let kim = outcome.records.iter().find_map(|record| match record {
        Record::Client(client) if client.id == "C3" => Some(client.status),
        _ => None,
    });
    assert_eq!(kim, Some(ClientStatus::Inactive));
}

#[test]
fn an_adult_child_is_nobodys_child() {
    let outcome = read(&set_with("Client.csv", "2015-02-03", "2008-06-01"));
    let leo = outcome.records.iter().find_map(|record| match record {
        Record::Enrollment(enrollment) if enrollment.client == "C2" => Some(enrollment.role),
        _ => None,
    });
    assert_eq!(leo, Some(HouseholdRole::Other));
    // The day before the birthday.
    let outcome = read(&set_with("Client.csv", "2015-02-03", "2008-06-02"));
    assert!(outcome.records.iter().any(|record| {
        matches!(record, Record::Enrollment(e) if e.client == "C2" && e.role == HouseholdRole::Child)
    }));
}

#[test]
fn no_problem_carries_a_name_or_a_value() {
    let outcome = read(&set_with("Client.csv", "1990-01-05", "Chrysanthemum"));
    let told = outcome.problems.iter();
    let told: Vec<String> = told
        .map(|problem| format!("{problem} {problem:?}"))
        .collect();
    let text = told.join("\n");
    for secret in ["Chrysanthemum", "Maria", "Gomez", "999001111"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(
        !format!("{:?}", outcome.records).contains("999001111"),
        "SSN is never read"
    );
}
