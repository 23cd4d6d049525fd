//! FHIR sets.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};
use tidings_domain::{CareTeamSource, ClientStatus, Role};
use tidings_import::{Format, Limits, Member, Options, ProblemCode, Record};

use crate::{Outcome, read_files, read_path};

fn options(one_agency: bool) -> Options {
    Options {
        one_agency,
        role_codes: BTreeMap::from([("urn:jobs|doc".to_owned(), Role::Clinician)]),
        encounter_days: 365,
        ..Options::default()
    }
}

fn lines(resources: &[Value]) -> Vec<(String, Vec<u8>)> {
    let text: Vec<String> = resources.iter().map(Value::to_string).collect();
    let text = text.join("\n") + "\n";
    vec![("all.ndjson".to_owned(), text.into_bytes())]
}

fn read(resources: &[Value]) -> Outcome {
    read_files(&lines(resources), Format::Fhir, &options(true))
}

fn patient(id: &str, more: Value) -> Value {
    let mut patient = json!({ "resourceType": "Patient", "id": id, "name": [{ "use": "official", "family": "Soto", "given": ["Ana"] }] });
    let Value::Object(more) = more else {
        panic!("not an object");
    };
    patient.as_object_mut().unwrap().extend(more);
    patient
}

fn practitioner(id: &str) -> Value {
    json!({ "resourceType": "Practitioner", "id": id, "active": true, "identifier": [{ "system": "urn:npi", "value": format!("npi-{id}") }], "name": [{ "family": "Lee", "given": [id] }] })
}

fn role(id: &str, practitioner: Value, code: &str, more: Value) -> Value {
    let mut role = json!({ "resourceType": "PractitionerRole", "id": id, "code": [{ "coding": [{ "system": "urn:jobs", "code": code }], "text": "Doctor" }] });
    let Value::Object(more) = more else {
        panic!("not an object");
    };
    role["practitioner"] = practitioner;
    role.as_object_mut().unwrap().extend(more);
    role
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

#[test]
fn s33_whoever_is_inactive_or_has_died_is_not_served() {
    let status = |more| match &read(&[patient("p1", more)]).records[..] {
        [Record::Client(client)] => client.status,
        other => panic!("{other:?}"),
    };
    assert_eq!(status(json!({})), ClientStatus::Active);
    assert_eq!(status(json!({ "active": false })), ClientStatus::Inactive);
    assert_eq!(
        status(json!({ "deceasedBoolean": true })),
        ClientStatus::Inactive
    );
    assert_eq!(
        status(json!({ "deceasedBoolean": false })),
        ClientStatus::Active
    );
    assert_eq!(
        status(json!({ "deceasedDateTime": "1989-05-09" })),
        ClientStatus::Inactive
    );
}

#[test]
fn roles_come_from_the_table_and_an_inactive_role_gives_no_access() {
    let who = |roles: &[Value]| {
        let mut all = vec![practitioner("d1")];
        all.extend_from_slice(roles);
        let outcome = read(&all);
        let staff = outcome.records.iter().find_map(|record| match record {
            Record::Staff(staff) => Some((staff.roles.clone(), staff.active)),
            _ => None,
        });
        (staff.unwrap(), outcome.told())
    };
    let d1 = json!({ "reference": "Practitioner/d1" });
    let by_npi = json!({ "identifier": { "system": "urn:npi", "value": "npi-d1" } });
    let none = Vec::<String>::new();
    for named in [&d1, &by_npi] {
        let (staff, told) = who(&[role("r1", named.clone(), "doc", json!({}))]);
        assert_eq!((staff, told), ((vec![Role::Clinician], true), none.clone()));
    }
    let (staff, told) = who(&[role("r1", d1.clone(), "cook", json!({}))]);
    assert_eq!(staff, (vec![], true));
    assert_eq!(told, ["all.ndjson:2 code UNMAPPED_ROLE"]);
    let (staff, _) = who(&[role("r1", d1.clone(), "doc", json!({ "active": false }))]);
    assert_eq!(staff, (vec![], false));
    let (staff, told) = who(&[role(
        "r1",
        d1.clone(),
        "doc",
        json!({ "period": { "end": "sometime" } }),
    )]);
    assert_eq!(
        (staff.0, told),
        (vec![], vec!["all.ndjson:2 period.end BAD_DATE".to_owned()])
    );
    let own = json!({ "code": [{ "coding": [{ "system": "urn:tidings:role", "code": "PRACTICE_BILLER" }] }] });
    assert_eq!(
        who(&[role("r1", d1, "doc", own)]).0.0,
        [Role::PracticeBiller]
    );
}

fn teams(outcome: &Outcome) -> BTreeMap<String, Vec<Member>> {
    let teams = outcome.records.iter().filter_map(|record| match record {
        Record::Team(team) => Some((team.origin.clone(), team.members.clone())),
        _ => None,
    });
    teams.collect()
}

#[test]
fn cx14_a_care_team_has_its_participants_with_their_days() {
    let team = json!({
        "resourceType": "CareTeam", "id": "t1", "status": "active", "subject": { "reference": "Patient/p1" },
        "period": { "start": "2026-01-01", "end": "2027-01-31" },
        "participant": [
            { "member": { "reference": "Practitioner/d1" }, "period": { "start": "2026-02", "end": "2026-04" } },
            { "member": { "reference": "PractitionerRole/r2" } },
            { "member": { "reference": "Practitioner/d3" }, "period": { "start": "2026-05-01", "end": "2026-04-01" } },
            { "member": { "reference": "Practitioner/nobody" } },
            { "member": { "reference": "Patient/p1" } },
            { "member": { "reference": "Organization/o1" } },
        ],
    });
    let all = [
        patient("p1", json!({})),
        practitioner("d1"),
        practitioner("d2"),
        practitioner("d3"),
        role(
            "r2",
            json!({ "reference": "Practitioner/d2" }),
            "doc",
            json!({}),
        ),
        team.clone(),
    ];
    let outcome = read(&all);
    let member = |staff: &str, start, end| Member {
        staff: staff.to_owned(),
        start,
        end,
        public: true,
        source: CareTeamSource::Manual,
    };
    assert_eq!(
        teams(&outcome)["CareTeam/t1"],
        [
            member("d1", Some(day(2026, 2, 1)), Some(day(2026, 4, 30))),
            member("d2", Some(day(2026, 1, 1)), Some(day(2027, 1, 31))),
        ]
    );
    assert_eq!(
        outcome.told(),
        [
            "all.ndjson:6 participant.period DATE_ORDER",
            "all.ndjson:6 participant.member DANGLING_REFERENCE"
        ]
    );
    let mut over = team;
    over["status"] = json!("inactive");
    let outcome = read(&[patient("p1", json!({})), practitioner("d1"), over]);
    assert_eq!(teams(&outcome)["CareTeam/t1"], []);
}

fn encounter(id: &str, day: &str, who: &str) -> Value {
    json!({ "resourceType": "Encounter", "id": id, "status": "finished", "subject": { "reference": "Patient/p1" }, "period": { "start": format!("{day}T09:00:00-05:00") }, "participant": [{ "individual": { "reference": format!("Practitioner?identifier=urn:npi|npi-{who}") } }, { "type": [] }] })
}

#[test]
fn cx13_encounters_within_the_days_put_their_practitioner_on_the_team() {
    let mut all = vec![
        patient("p1", json!({})),
        patient("p2", json!({})),
        practitioner("d1"),
        practitioner("d2"),
        practitioner("d3"),
    ];
    all.extend([
        encounter("e1", "2023-03-22", "d1"),
        encounter("e2", "2022-05-01", "d1"),
        encounter("e3", "2022-03-22", "d2"),
        encounter("e4", "2022-03-21", "d3"),
        encounter("e5", "2023-01-01", "nobody"),
    ]);
    let mut cancelled = encounter("e6", "2023-02-02", "d3");
    cancelled["status"] = json!("cancelled");
    all.push(cancelled);
    let outcome = read(&all);
    let team = teams(&outcome);
    let members = team["Encounter/p1"]
        .iter()
        .map(|m| (m.staff.as_str(), m.start, m.end, m.source));
    assert_eq!(
        members.collect::<Vec<_>>(),
        [
            (
                "d1",
                Some(day(2022, 5, 1)),
                None,
                CareTeamSource::Enrollment
            ),
            (
                "d2",
                Some(day(2022, 3, 22)),
                None,
                CareTeamSource::Enrollment
            ),
        ]
    );
    assert_eq!(
        outcome.told(),
        ["all.ndjson:10 participant.individual DANGLING_REFERENCE"]
    );
    // Somebody without any encounter has no such team, which ends none.
    assert!(!team.contains_key("Encounter/p2"));
}

#[test]
fn p46_a_guardian_holds_the_childs_profile_and_the_next_of_kin_does_not() {
    let related = |id: &str, code: &str, more: Value| {
        let mut person = json!({ "resourceType": "RelatedPerson", "id": id, "patient": { "reference": "Patient/p1" }, "relationship": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": code }] }], "telecom": [{ "system": "email", "value": "mother@home.example" }] });
        for (key, value) in more.as_object().unwrap() {
            person[key] = value.clone();
        }
        person
    };
    let outcome = read(&[
        patient("p1", json!({})),
        related("r1", "MTH", json!({})),
        related("r2", "NOK", json!({})),
        related("r3", "GUARD", json!({ "telecom": [] })),
        related("r4", "GUARD", json!({ "period": { "end": "2020-01-01" } })),
        related(
            "r5",
            "GUARD",
            json!({ "patient": { "reference": "Patient/p9" } }),
        ),
    ]);
    let families = outcome.records.iter().filter_map(|record| match record {
        Record::Family(family) => Some((family.id.as_str(), family.active)),
        _ => None,
    });
    assert_eq!(families.collect::<Vec<_>>(), [("r1", true), ("r4", false)]);
    assert_eq!(
        outcome.told(),
        [
            "all.ndjson:4 telecom NO_EMAIL",
            "all.ndjson:6 patient DANGLING_REFERENCE"
        ]
    );
}

#[test]
fn a_bundle_reads_as_its_lines_do_and_resolves_addresses_of_entries() {
    let team = json!({ "resourceType": "CareTeam", "id": "t1", "subject": { "reference": "urn:uuid:1" }, "participant": [{ "member": { "reference": "urn:uuid:2" } }] });
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        { "resource": team },
        { "fullUrl": "urn:uuid:1", "resource": patient("p1", json!({})) },
        { "fullUrl": "urn:uuid:2", "resource": practitioner("d1") },
    ] });
    let text = serde_json::to_vec_pretty(&bundle).unwrap();
    let outcome = read_files(&[("b.json".to_owned(), text)], Format::Fhir, &options(true));
    assert_eq!(outcome.told(), Vec::<String>::new());
    assert_eq!(teams(&outcome)["CareTeam/t1"][0].staff, "d1");
    assert!(matches!(outcome.records[0], Record::Staff(_)));
    assert!(matches!(outcome.records[1], Record::Client(_)));
    let broken = serde_json::to_vec(&bundle).unwrap();
    let broken = broken[..broken.len() - 3].to_vec();
    let outcome = read_files(
        &[("b.json".to_owned(), broken)],
        Format::Fhir,
        &options(true),
    );
    assert!(outcome.refused_with(ProblemCode::Unreadable));
}

#[test]
fn every_bad_line_is_told_of_and_the_others_are_read() {
    let text = format!(
        "\u{feff}{}\r\n{{\"resourceType\": \"Patient\", \r\n\r\nnull\r\n{{\"resourceType\":\"Patient\"}}\n{}\n{}\n{}\n",
        patient(
            "p1",
            json!({ "telecom": [{ "system": "email", "value": "nobody" }] })
        ),
        patient("p1", json!({})),
        patient("p2", json!({ "name": [] })),
        json!({ "resourceType": "Observation", "id": "o1" }),
    );
    let outcome = read_files(
        &[("p.ndjson".to_owned(), text.into_bytes())],
        Format::Fhir,
        &options(true),
    );
    assert_eq!(outcome.ended, Ok(()));
    assert_eq!(
        outcome.told(),
        [
            "p.ndjson:2 MALFORMED",
            "p.ndjson:4 resourceType MALFORMED",
            "p.ndjson:5 id BAD_ID",
            "p.ndjson:6 id DUPLICATE_ID",
            "p.ndjson Observation NOT_TAKEN",
            "p.ndjson:1 telecom BAD_EMAIL",
            "p.ndjson:7 name BAD_NAME",
        ]
    );
    let names = outcome.records.iter().map(|record| match record {
        Record::Client(client) => client.name.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(names.collect::<Vec<_>>(), ["Ana Soto", "Client p2"]);
}

#[test]
fn k18_each_organization_is_an_agency_of_its_own() {
    let organization = |id: &str| json!({ "resourceType": "Organization", "id": id, "name": format!("Practice {id}") });
    let at = |id: &str| json!({ "organization": { "reference": format!("Organization/{id}") } });
    let mut visit = encounter("e1", "2023-03-22", "d2");
    visit["subject"] = json!({ "reference": "Patient/p2" });
    visit["serviceProvider"] = json!({ "reference": "Organization/o2" });
    let outcome = read_files(
        &lines(&[
            organization("o1"),
            organization("o2"),
            practitioner("d1"),
            practitioner("d2"),
            role(
                "r1",
                json!({ "reference": "Practitioner/d1" }),
                "doc",
                at("o1"),
            ),
            role(
                "r2",
                json!({ "reference": "Practitioner/d1" }),
                "doc",
                at("o2"),
            ),
            patient(
                "p1",
                json!({ "managingOrganization": { "reference": "Organization/o1" } }),
            ),
            patient("p2", json!({})),
            patient("p3", json!({})),
            visit,
        ]),
        Format::Fhir,
        &options(false),
    );
    let people = outcome.records.iter().filter_map(|record| match record {
        Record::Staff(staff) => Some(format!("{} {}", staff.id, staff.agency)),
        Record::Client(client) => Some(format!("{} {}", client.id, client.agency)),
        _ => None,
    });
    assert_eq!(
        people.collect::<Vec<_>>(),
        ["d1 o1", "d1 o2", "p1 o1", "p2 o2"]
    );
    assert_eq!(
        outcome.told(),
        [
            "all.ndjson:4 NO_AGENCY",
            "all.ndjson:9 managingOrganization NO_AGENCY"
        ]
    );
}

/// A real export, where there is one: `TIDINGS_TEST_FHIR` names its folder.
#[test]
fn a_real_export_reads_without_a_problem() {
    let Some(sample) = std::env::var_os("TIDINGS_TEST_FHIR") else {
        return;
    };
    let mut options = options(true);
    options.role_codes.insert(
        "http://nucc.org/provider-taxonomy|208D00000X".to_owned(),
        Role::Clinician,
    );
    let outcome = read_path(
        Path::new(&sample),
        Format::Fhir,
        &options,
        Limits::default(),
    );
    assert_eq!(outcome.told(), Vec::<String>::new());
    let count =
        |is: fn(&Record) -> bool| outcome.records.iter().filter(|record| is(record)).count();
    assert_eq!(count(|record| matches!(record, Record::Client(_))), 13);
    assert_eq!(count(|record| matches!(record, Record::Staff(_))), 43);
    assert_eq!(count(|record| matches!(record, Record::Team(_))), 13);
}
