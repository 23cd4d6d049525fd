//! FHIR into the demo agency, whose clinicians are found by their addresses.

use serde_json::{Value, json};
use tidings_server::import::ImportKind;
use tidings_server::seed::cast::staff;

use super::{FHIR, Set, counts, import, told};
use crate::support::{Global as _, Tidings, ids};

fn practitioner(id: &str, mailbox: &str, active: bool) -> Value {
    json!({ "resourceType": "Practitioner", "id": id, "active": active, "name": [{ "family": "Record", "given": [id] }],
        "telecom": [{ "system": "email", "value": format!("{mailbox}@harborlane.example") }] })
}

fn role(practitioner: &str, code: &str, active: bool) -> Value {
    json!({ "resourceType": "PractitionerRole", "id": format!("r-{practitioner}"), "active": active, "practitioner": { "reference": format!("Practitioner/{practitioner}") },
        "code": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/practitioner-role", "code": code }] }] })
}

fn patient(id: &str, given: &str) -> Value {
    json!({ "resourceType": "Patient", "id": id, "name": [{ "use": "official", "family": "Castellanos", "given": [given] }] })
}

fn team(id: &str, patient: &str, members: &[Value]) -> Value {
    json!({ "resourceType": "CareTeam", "id": id, "status": "active", "subject": { "reference": format!("Patient/{patient}") }, "participant": members })
}

fn member(practitioner: &str) -> Value {
    json!({ "member": { "reference": format!("Practitioner/{practitioner}") }, "period": { "start": "2026-01-01" } })
}

/// Two clinicians of the demo, a new colleague and a client with a team.
fn set(members: &[Value]) -> Set {
    let mut all = vec![
        practitioner("amina", "amina.farouk", true),
        practitioner("daniel", "daniel.okafor", true),
        practitioner("nia", "nia.new", true),
        role("nia", "doctor", true),
        patient("p1", "Inés"),
        team("t1", "p1", members),
    ];
    Set::of(&[("all.ndjson", lines(&mut all))])
}

fn lines(resources: &mut Vec<Value>) -> String {
    let lines: Vec<String> = resources.drain(..).map(|line| line.to_string()).collect();
    lines.join("\n") + "\n"
}

async fn client(tidings: &Tidings, name: &str) -> String {
    let query =
        "query($name: String!) { clients(first: 2, search: $name) { edges { node { id } } } }";
    let data = tidings
        .caller("clinical-admin")
        .data(query, json!({ "name": name }))
        .await;
    ids(&data["clients"]).remove(0)
}

#[tokio::test]
async fn cx13_g5_a_transfer_of_staff_takes_effect_at_once_on_live_streams_too() {
    let tidings = Tidings::start().await;
    let set = set(&[member("amina")]);
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(told(&summary), Vec::<String>::new());
    // Colleagues who were here before are the same people, and stay what they were.
    assert_eq!(counts(&summary, ImportKind::Staff), (1, 0, 0));
    assert_eq!(summary.of(ImportKind::Staff).unchanged, 2);
    let client = client(&tidings, "castellanos").await;
    let started = tidings
        .caller("clinician")
        .does("startThread", json!({ "to": [{ "clientId": client }], "audience": "CLINICAL", "subject": "s", "body": "before" }))
        .await;
    let thread = started["thread"]["id"].as_str().unwrap().to_owned();
    let before = tidings.caller("clinician").cursor().await;
    let admin = tidings
        .caller("clinical-admin")
        .does("startThread", json!({ "to": [{ "clientId": client }], "audience": "CLINICAL", "subject": "s", "body": "of another" }))
        .await;
    let of_another = admin["thread"]["id"].as_str().unwrap().to_owned();
    assert!(tidings.caller("clinician").sees(&of_another).await);
    assert!(!tidings.caller("second-clinician").sees(&of_another).await);
    let mut single = tidings
        .listen_to_after("clinician", Some(&of_another), before)
        .await;
    // From here on the present end of the log is behind what was written.
    single.expect_message("of another").await;
    let mut old = tidings.listen("clinician").await;
    let mut new = tidings.listen("second-clinician").await;

    set.change(
        "all.ndjson",
        "\"participant\":[{\"member\":{\"reference\":\"Practitioner/amina\"",
        "\"participant\":[{\"member\":{\"reference\":\"Practitioner/daniel\"",
    );
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(counts(&summary, ImportKind::CareTeam), (1, 0, 1));
    single.expect_end("NOT_FOUND").await;
    old.expect("AccessRevoked").await;
    new.expect("AccessGranted").await;
    assert!(!tidings.caller("clinician").sees(&of_another).await);
    assert!(tidings.caller("second-clinician").sees(&of_another).await);
    // What somebody wrote stays readable to them (K17).
    assert!(tidings.caller("clinician").sees(&thread).await);
    assert!(!import(&tidings, &set, FHIR).await.changes());
}

#[tokio::test]
async fn cx14_a_member_who_is_not_public_is_there_for_the_agency_and_nobody_else() {
    let tidings = Tidings::start().await;
    let mut hidden = member("daniel");
    hidden["extension"] =
        json!([{ "url": "urn:tidings:care-team-member-private", "valueBoolean": true }]);
    let set = set(&[member("amina"), hidden]);
    let guardian = json!({ "resourceType": "RelatedPerson", "id": "g1", "patient": { "reference": "Patient/p1" },
        "relationship": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH" }] }],
        "telecom": [{ "system": "email", "value": "ruth.adeyemi@post.example" }] });
    set.write("family.ndjson", &format!("{guardian}\n"));
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(counts(&summary, ImportKind::Family), (1, 0, 0));
    let client = client(&tidings, "castellanos").await;
    let query = "query($id: ID!) { client(id: $id) { careTeam { members { staffMember { id } } } messageableCareTeam { staffMember { id } } } }";
    let (amina, daniel) = (staff::CLINICIAN.gid(), staff::SECOND_CLINICIAN.gid());
    let of = |who: &'static str| {
        let (tidings, client) = (&tidings, &client);
        async move {
            tidings
                .caller(who)
                .data(query, json!({ "id": client }))
                .await["client"]
                .clone()
        }
    };
    // Staff of the agency see both; the family sees and reaches the public one alone (C-29).
    let seen = of("biller").await;
    assert!(
        seen["careTeam"].to_string().contains(&amina)
            && seen["careTeam"].to_string().contains(&daniel)
    );
    let seen = of("guardian").await;
    assert!(seen["careTeam"].to_string().contains(&amina) && !seen.to_string().contains(&daniel));
    assert!(seen["messageableCareTeam"].to_string().contains(&amina));
    let write = |staff: &str| json!({ "actingFor": client, "to": [{ "staffMemberId": staff }], "subject": "s", "body": "b" });
    tidings
        .caller("guardian")
        .does("startThread", write(&amina))
        .await;
    assert_eq!(
        tidings
            .caller("guardian")
            .refused("startThread", write(&daniel))
            .await,
        "NOT_CARE_TEAM_MEMBER"
    );
    // The other agency knows of none of it.
    let (_, answer) = tidings
        .caller("outsider")
        .send(query, json!({ "id": client }))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    // The guardian is one no more: the profile leaves the account.
    set.change(
        "family.ndjson",
        "\"id\":\"g1\"",
        "\"active\":false,\"id\":\"g1\"",
    );
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(counts(&summary, ImportKind::Family), (0, 0, 1));
    let (_, answer) = tidings
        .caller("guardian")
        .send(query, json!({ "id": client }))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_practitioner_who_leaves_loses_the_roles_that_the_source_gave() {
    let tidings = Tidings::start().await;
    let set = set(&[member("nia")]);
    import(&tidings, &set, FHIR).await;
    let active = "SELECT COUNT(*) FROM staff_member WHERE display_name = 'nia Record' AND active AND roles = 1";
    assert_eq!(tidings.count(active).await, 1);
    set.change(
        "all.ndjson",
        "\"id\":\"r-nia\"",
        "\"active\":false,\"id\":\"r-nia\"",
    );
    set.change("all.ndjson", "{\"active\":true,\"code\"", "{\"code\"");
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(counts(&summary, ImportKind::Staff), (0, 0, 1));
    let gone = "SELECT COUNT(*) FROM staff_member WHERE display_name = 'nia Record' AND NOT active AND roles = 0";
    assert_eq!(tidings.count(gone).await, 1);
    assert_eq!(
        tidings
            .count("SELECT COUNT(*) FROM event WHERE payload LIKE '%STAFF_ACCESS_CHANGED%'")
            .await,
        1
    );
}

#[tokio::test]
async fn an_import_gives_nobody_an_open_door() {
    let tidings = Tidings::start().await;
    let set = set(&[member("nia")]);
    let guardian = json!({ "resourceType": "RelatedPerson", "id": "g1", "patient": { "reference": "Patient/p1" }, "name": [{ "text": "Paz Castellanos" }],
        "relationship": [{ "coding": [{ "code": "GUARD" }] }], "telecom": [{ "system": "email", "value": "paz@home.example" }] });
    set.write("family.ndjson", &format!("{guardian}\n"));
    import(&tidings, &set, FHIR).await;
    let invited = "SELECT COUNT(*) FROM portal_account WHERE email = 'paz@home.example' AND state = 'INVITED'";
    assert_eq!(tidings.count(invited).await, 1);
    // A second guardian does not take the profile over.
    set.change("family.ndjson", "\"id\":\"g1\"", "\"id\":\"g2\"");
    set.change("family.ndjson", "paz@home.example", "other@home.example");
    let summary = import(&tidings, &set, FHIR).await;
    assert_eq!(told(&summary), ["family.ndjson:1 patient ACCOUNT_TAKEN"]);
}
