//! HMIS: agencies, programs, enrolments and those who come by them.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::{Value, json};
use tidings_server::import::{ImportKind, Severity};
use tidings_server::seed::cast::{account, agency};

use super::{HMIS, How, Set, counts, import, told};
use crate::support::{Caller, Tidings};

fn set() -> Set {
    let files = [
        (
            "Export.csv",
            "ExportID,SourceName,ExportDate,CSVVersion,HashStatus\nX,CoC,2026-06-01 04:00:00,2026 v1,1\n",
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
    Set::of(&files.map(|(name, text)| (name, text.to_owned())))
}

/// A staff member who came by an import, by name.
async fn staff<'a>(tidings: &'a Tidings, name: &str) -> Caller<'a> {
    let sql = format!("SELECT id FROM staff_member WHERE display_name = '{name}'");
    tidings.caller_of(tidings.uuid(&sql).await)
}

const CLIENTS: &str = "{ agency { name } programs { name } clients(first: 100) { edges { node { displayName status
  enrollments { program { name } entryDate exitDate active householdRole }
  careTeam { members(includeInactive: true) { active source public startDate endDate staffMember { displayName active } } } } } } }";

#[tokio::test]
async fn cx13_cx17_c29_whoever_enrols_a_client_is_on_the_care_team_until_the_exit() {
    let tidings = Tidings::start().await;
    let summary = import(&tidings, &set(), HMIS).await;
    assert!(summary.applied);
    assert_eq!(told(&summary), Vec::<String>::new());
    let added = [
        (ImportKind::Agency, 2),
        (ImportKind::Program, 2),
        (ImportKind::Staff, 3),
        (ImportKind::Client, 4),
        (ImportKind::Enrollment, 4),
        (ImportKind::CareTeam, 4),
    ];
    for (kind, number) in added {
        assert_eq!(counts(&summary, kind), (number, 0, 0), "{kind:?}");
    }
    let data = staff(&tidings, "Ann Lee")
        .await
        .data(CLIENTS, json!({}))
        .await;
    assert_eq!(data["agency"]["name"], "Harbor Shelter");
    assert_eq!(data["programs"], json!([{ "name": "Rapid Rehousing" }]));
    let clients = data["clients"]["edges"].as_array().unwrap();
    let of = |name: &str| {
        let edge = clients
            .iter()
            .find(|edge| edge["node"]["displayName"] == name);
        &edge.unwrap()["node"]
    };
    let leo = of("Leo Gomez Jr");
    assert_eq!(
        leo["enrollments"],
        json!([{ "program": { "name": "Rapid Rehousing" }, "entryDate": "2026-01-02", "exitDate": null, "active": true, "householdRole": "CHILD" }])
    );
    assert_eq!(
        leo["careTeam"]["members"],
        json!([{ "active": true, "source": "ENROLLMENT", "public": true, "startDate": "2026-01-02", "endDate": null, "staffMember": { "displayName": "Ann Lee", "active": true } }])
    );
    // The exit ends the member who came by the enrolment, and a user whom nobody describes is no login.
    let kim = of("Kim Park");
    assert_eq!(kim["enrollments"][0]["active"], json!(false));
    let member = &kim["careTeam"]["members"][0];
    assert_eq!(
        (&member["active"], &member["endDate"]),
        (&json!(false), &json!("2025-12-31"))
    );
    assert_eq!(
        member["staffMember"],
        json!({ "displayName": "User U9", "active": false })
    );
    let placeholder = staff(&tidings, "User U9").await;
    let (status, _) = placeholder.send("{ agency { name } }", json!({})).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn k18_cx14_a_client_of_two_organizations_is_two_records_that_know_nothing_of_each_other() {
    let tidings = Tidings::start().await;
    import(&tidings, &set(), HMIS).await;
    let names = |data: &Value| {
        let edges = data["clients"]["edges"].as_array().unwrap().iter();
        let mut names: Vec<String> = edges
            .map(|edge| edge["node"]["displayName"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let shelter = staff(&tidings, "Ann Lee")
        .await
        .data(CLIENTS, json!({}))
        .await;
    let haven = staff(&tidings, "Bo Chan")
        .await
        .data(CLIENTS, json!({}))
        .await;
    assert_eq!(names(&shelter), ["Kim Park", "Leo Gomez Jr", "Maria Gomez"]);
    assert_eq!(names(&haven), ["Maria Gomez"]);
    assert_eq!(haven["programs"], json!([{ "name": "Safe House" }]));
    assert!(!shelter.to_string().contains("Safe House"));
    assert!(!shelter.to_string().contains("Bo Chan"));
    let here = haven["clients"]["edges"][0]["node"]["careTeam"]["members"]
        .as_array()
        .unwrap();
    assert_eq!(here.len(), 1);
    assert_eq!(
        tidings
            .count("SELECT COUNT(*) FROM external_id WHERE labels LIKE '%VictimServiceProvider%'")
            .await,
        1
    );
    // What one of them says of itself comes to the other by no query.
    let other = tidings
        .count("SELECT COUNT(*) FROM client WHERE display_name = 'Maria Gomez'")
        .await;
    assert_eq!(other, 2);
}

#[tokio::test]
async fn running_an_import_again_changes_nothing() {
    let tidings = Tidings::start().await;
    let set = set();
    let preview = import(
        &tidings,
        &set,
        How {
            apply: false,
            ..HMIS
        },
    )
    .await;
    assert!(!preview.applied);
    assert_eq!(tidings.count("SELECT COUNT(*) FROM external_id").await, 0);
    let first = import(&tidings, &set, HMIS).await;
    assert_eq!(
        first.counts, preview.counts,
        "the preview tells what the import does"
    );
    let logged = "SELECT COUNT(*) FROM audit_entry WHERE deed = 'DIRECTORY_IMPORTED'";
    assert_eq!(tidings.count(logged).await, 2, "in the log of each agency");
    let before = (tidings.stored().await, tidings.events().await);
    let again = import(&tidings, &set, HMIS).await;
    assert!(!again.changes(), "{again:#?}");
    assert_eq!((tidings.stored().await, tidings.events().await), before);
    assert_eq!(tidings.count(logged).await, 2);
    // What was changed here stays, until the source says something else.
    set.change("Client.csv", "Kim,Park", "Kim,Parker");
    let third = import(&tidings, &set, HMIS).await;
    assert_eq!(counts(&third, ImportKind::Client), (0, 1, 0));
    assert_eq!(
        tidings
            .count("SELECT COUNT(*) FROM client WHERE sort_name = 'kim parker'")
            .await,
        1
    );
}

#[tokio::test]
async fn cx03_an_exit_closes_and_a_deleted_enrolment_never_was() {
    let tidings = Tidings::start().await;
    let set = set();
    import(&tidings, &set, HMIS).await;
    set.change("Exit.csv", "X1,E3", "X2,E1,2026-06-10,\nX1,E3");
    set.change("Enrollment.csv", "2,U1,\n", "2,U1,2026-06-01 00:00:00\n");
    let summary = import(&tidings, &set, HMIS).await;
    assert_eq!(counts(&summary, ImportKind::Enrollment), (0, 0, 2));
    assert_eq!(counts(&summary, ImportKind::CareTeam), (0, 0, 2));
    assert_eq!(
        tidings.count("SELECT COUNT(*) FROM enrollment").await,
        3 + 3
    );
    let ended = "SELECT COUNT(*) FROM care_team_member WHERE source = 'ENROLLMENT' AND end_date = '2026-06-10'";
    assert_eq!(tidings.count(ended).await, 1);
    assert!(!import(&tidings, &set, HMIS).await.changes());
    // Another worker made the enrolment, says the next export: the first one is off the team.
    set.change("Enrollment.csv", "H4,1,U2", "H4,1,U1");
    let summary = import(&tidings, &set, HMIS).await;
    assert_eq!(counts(&summary, ImportKind::CareTeam), (1, 0, 1));
    assert_eq!(
        counts(&summary, ImportKind::Staff),
        (1, 0, 0),
        "Ann works there, too, since"
    );
}

#[tokio::test]
async fn a_set_that_is_refused_stores_nothing_and_a_bad_line_stores_the_others() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let set = set();
    set.change("Exit.csv", "ExitDate", "Exited");
    let summary = import(&tidings, &set, HMIS).await;
    assert!(summary.refused && !summary.applied);
    assert_eq!(told(&summary), ["Exit.csv:1 ExitDate MISSING_COLUMN"]);
    assert_eq!(
        tidings.stored().await,
        before,
        "all of the other files had been read by then"
    );

    set.change("Exit.csv", "Exited", "ExitDate");
    set.change("Enrollment.csv", "2025-03-04", "03-11-21");
    let strict = How {
        strict: true,
        ..HMIS
    };
    let summary = import(&tidings, &set, strict).await;
    assert!(summary.refused && !summary.applied);
    assert_eq!(told(&summary), ["Enrollment.csv:4 EntryDate BAD_DATE"]);
    assert_eq!(tidings.stored().await, before);

    let summary = import(&tidings, &set, HMIS).await;
    assert!(summary.applied);
    assert_eq!(counts(&summary, ImportKind::Enrollment), (3, 0, 0));
    assert_eq!(summary.problems_of(Severity::Problem), 1);
}

#[tokio::test]
async fn p46_the_child_of_a_household_stands_behind_the_account_of_its_head() {
    let tidings = Tidings::start().await;
    let set = set();
    import(&tidings, &set, HMIS).await;
    // The mother gets an account; nobody has to say that the child is hers.
    let maria = "SELECT c.id FROM client c JOIN agency a ON a.id = c.agency_id \
                 WHERE c.display_name = 'Maria Gomez' AND a.name = 'Harbor Shelter'";
    for sql in [
        format!(
            "UPDATE portal_account SET agency_id = (SELECT agency_id FROM client WHERE id = ({maria})) WHERE id = {{}}"
        ),
        format!("UPDATE portal_account_client SET client_id = ({maria}) WHERE account_id = {{}}"),
    ] {
        tidings.alter(&sql, account::OUTSIDER_CLIENT).await;
    }
    let summary = import(&tidings, &set, HMIS).await;
    assert_eq!(counts(&summary, ImportKind::Family), (1, 0, 0));
    let query = "{ viewer { ... on PortalAccount { clients { displayName } } } }";
    let data = tidings
        .caller("outsider-client")
        .data(query, json!({}))
        .await;
    assert_eq!(
        data["viewer"]["clients"],
        json!([{ "displayName": "Maria Gomez" }, { "displayName": "Leo Gomez Jr" }])
    );
    assert!(!import(&tidings, &set, HMIS).await.changes());
}

#[tokio::test]
async fn an_import_into_one_agency_takes_one_organization_and_touches_no_other() {
    let tidings = Tidings::start().await;
    let into_demo = How { demo: true, ..HMIS };
    let summary = import(&tidings, &set(), into_demo).await;
    assert!(summary.refused);
    assert_eq!(
        told(&summary),
        ["Organization.csv:0 OrganizationID ORGANIZATION_REQUIRED"]
    );
    let set = set();
    set.change("Organization.csv", "1,\n", "1,2026-01-01\n");
    let summary = import(&tidings, &set, into_demo).await;
    assert!(summary.applied, "{summary:#?}");
    assert_eq!(counts(&summary, ImportKind::Agency), (0, 0, 0));
    assert_eq!(
        tidings.count("SELECT COUNT(*) FROM agency").await,
        i64::try_from(agency::ALL.len()).unwrap()
    );
    let data = tidings.caller("biller").data(CLIENTS, json!({})).await;
    assert!(data.to_string().contains("Leo Gomez Jr"));
    let other = tidings.caller("outsider").data(CLIENTS, json!({})).await;
    assert!(!other.to_string().contains("Gomez"));
}

#[tokio::test]
async fn a_community_of_thousands_comes_in_within_seconds() {
    let set = set();
    let mut clients =
        String::from("PersonalID,FirstName,LastName,NameSuffix,DOB,DateDeleted,UserID\n");
    let mut enrollments = String::from(
        "EnrollmentID,PersonalID,ProjectID,EntryDate,HouseholdID,RelationshipToHoH,UserID,DateDeleted\n",
    );
    for n in 0..4_000 {
        writeln!(clients, "C{n},Given{n},Family,,1990-01-01,,U1").unwrap();
    }
    for n in 0..5_000 {
        writeln!(enrollments, "E{n},C{},P1,2026-01-01,H{n},1,U1,", n % 4_000).unwrap();
    }
    set.write("Client.csv", &clients);
    set.write("Enrollment.csv", &enrollments);
    set.write("Exit.csv", "EnrollmentID,ExitDate,DateDeleted\n");
    let tidings = Tidings::start().await;
    let before = tidings.server().service.store.statements();
    let begun = Instant::now();
    let summary = import(&tidings, &set, HMIS).await;
    assert_eq!(counts(&summary, ImportKind::Client), (4_000, 0, 0));
    assert_eq!(counts(&summary, ImportKind::CareTeam), (5_000, 0, 0));
    let statements = tidings.server().service.store.statements() - before;
    assert!(
        statements < 150,
        "{statements} statements: rows are stored together"
    );
    // Generous: this is a build without optimisation on a busy machine.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let again = import(&tidings, &set, HMIS).await;
    assert!(!again.changes());
}
