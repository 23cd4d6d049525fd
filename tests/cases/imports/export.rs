//! A client's record as FHIR: what the viewer sees and nothing else, and what comes of it elsewhere.

use serde_json::{Value, json};
use tidings_domain::{ClientId, Principal};
use tidings_server::import::export_client;
use tidings_server::seed::cast::{self, client, thread};

use super::{FHIR, How, Set, import, told};
use crate::support::Tidings;

async fn exported(tidings: &Tidings, who: &str, client: ClientId) -> Result<Vec<u8>, String> {
    let Principal::Staff(staff) = cast::find(who).unwrap().principal else {
        panic!("{who} is no staff member");
    };
    let service = &tidings.server().service;
    let bytes = export_client(service, staff.0, client.0, Vec::new()).await;
    bytes.map_err(|error| error.to_string())
}

/// The resources of a kind.
fn all<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    let resources = entries.map(|entry| &entry["resource"]);
    resources
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

/// The directory of a Bundle without ids: names, roles, days.
fn directory(bundle: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for patient in all(bundle, "Patient") {
        lines.push(format!(
            "patient {} {} {}",
            patient["name"], patient["telecom"], patient["active"]
        ));
    }
    for role in all(bundle, "PractitionerRole") {
        let whose = role["practitioner"]["reference"].as_str().unwrap();
        let named = |staff: &&&Value| whose.ends_with(staff["id"].as_str().unwrap());
        let practitioners = all(bundle, "Practitioner");
        let staff = practitioners.iter().find(named).unwrap();
        for team in all(bundle, "CareTeam") {
            let member = &team["participant"][0];
            if member["member"]["reference"] == role["practitioner"]["reference"] {
                // Whoever merely wrote is no part of the directory around the client.
                lines.push(format!(
                    "staff {} {} {} {}",
                    staff["name"], staff["telecom"], staff["active"], role["code"]
                ));
                lines.push(format!(
                    "member {} {} {} {}",
                    staff["name"], member["period"], member["role"], member["extension"]
                ));
            }
        }
    }
    for person in all(bundle, "RelatedPerson") {
        lines.push(format!("guardian {} {}", person["name"], person["telecom"]));
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn cx13_cx14_what_was_exported_comes_in_elsewhere_as_the_same_directory() {
    let tidings = Tidings::start().await;
    let bytes = exported(&tidings, "clinical-admin", client::CLIENT)
        .await
        .unwrap();
    let bundle: Value = serde_json::from_slice(&bytes).unwrap();
    let before = directory(&bundle);
    assert!(
        before
            .iter()
            .any(|line| line.starts_with("member") && line.contains("Callum Reid")),
        "{before:#?}"
    );
    let set = Set::of(&[("record.json", String::from_utf8(bytes).unwrap())]);

    let other = Tidings::start().await;
    let elsewhere = How {
        demo: false,
        ..FHIR
    };
    let summary = import(&other, &set, elsewhere).await;
    assert!(summary.applied, "{summary:#?}");
    assert_eq!(told(&summary), Vec::<String>::new());
    let new = |table: &str, name: &str| {
        format!(
            "SELECT x.row_id FROM external_id x JOIN {table} t ON t.id = x.row_id WHERE t.display_name = '{name}'"
        )
    };
    let (staff, client) = (
        other.uuid(&new("staff_member", "Amina Farouk")).await,
        other.uuid(&new("client", "Elena Marchetti")).await,
    );
    let service = &other.server().service;
    let again = export_client(service, staff, client, Vec::new())
        .await
        .unwrap();
    let again: Value = serde_json::from_slice(&again).unwrap();
    assert_eq!(directory(&again), before);
    assert_eq!(
        all(&again, "Communication"),
        Vec::<&Value>::new(),
        "no file holds messages"
    );
    assert!(!import(&other, &set, elsewhere).await.changes());
}

#[tokio::test]
async fn t07_t08_c25_an_export_holds_what_its_viewer_reads() {
    let tidings = Tidings::start().await;
    let threads = async |who: &str| {
        let bytes = exported(&tidings, who, client::CLIENT).await.unwrap();
        let bundle: Value = serde_json::from_slice(&bytes).unwrap();
        let headers = all(&bundle, "Communication");
        let ids = headers.iter().filter(|thread| thread["partOf"].is_null());
        let ids: Vec<String> = ids
            .map(|thread| thread["id"].as_str().unwrap().to_owned())
            .collect();
        for message in headers
            .iter()
            .filter(|message| !message["partOf"].is_null())
        {
            let part_of = message["partOf"][0]["reference"].as_str().unwrap();
            assert!(
                ids.iter()
                    .any(|id| part_of == format!("Communication/{id}")),
                "{message}"
            );
            assert!(message["payload"][0]["contentString"].is_string());
        }
        ids
    };
    let sleep = thread::SLEEP.to_string();
    assert!(threads("clinician").await.contains(&sleep));
    let logged = "SELECT COUNT(*) FROM audit_entry WHERE deed = 'RECORD_EXPORTED'";
    assert_eq!(
        tidings.count(logged).await,
        1,
        "who took it along stands in the log"
    );
    assert!(threads("clinical-admin").await.contains(&sleep));
    for who in ["biller", "scheduler", "second-clinician", "system-admin"] {
        assert!(!threads(who).await.contains(&sleep), "{who}");
    }
    // Of the other agency, and a portal account: nothing, and nothing is told.
    let refused = exported(&tidings, "outsider", client::CLIENT)
        .await
        .unwrap_err();
    assert_eq!(refused, "There is no such thing.");
    let Principal::Account(account) = cast::find("client").unwrap().principal else {
        panic!("the client signs in by an account");
    };
    let service = &tidings.server().service;
    let refused = export_client(service, account.0, client::CLIENT.0, Vec::new()).await;
    assert_eq!(refused.unwrap_err().to_string(), "You may not do this.");
}

#[tokio::test]
async fn a_message_carries_its_sender_its_moment_and_its_text() {
    let tidings = Tidings::start().await;
    let bytes = exported(&tidings, "clinician", client::CLIENT)
        .await
        .unwrap();
    let bundle: Value = serde_json::from_slice(&bytes).unwrap();
    let first = cast::message(thread::SLEEP, 1).to_string();
    let messages = all(&bundle, "Communication");
    let message = messages
        .iter()
        .find(|message| message["id"] == json!(first))
        .unwrap();
    let sender = message["sender"]["reference"].as_str().unwrap();
    assert!(sender.starts_with("Practitioner/") || sender.starts_with("Patient/"));
    let (_, id) = sender.split_once('/').unwrap();
    let kind = sender.split('/').next().unwrap();
    assert!(
        all(&bundle, kind)
            .iter()
            .any(|person| person["id"] == json!(id)),
        "{sender} is not in it"
    );
    assert!(message["sent"].as_str().unwrap().ends_with('Z'));
}
