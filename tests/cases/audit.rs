//! The audit log: every change by an administrator leaves an entry, which administrators read.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, client, staff, thread};

use crate::support::{Caller, Global as _, Tidings};

const LOG: &str = "query($first: Int!, $after: String) { auditLog(first: $first, after: $after) { \
     edges { node { number deed detail subjectType subjectId link actor { ... on StaffMember { id } } } } \
     pageInfo { hasNextPage endCursor } } }";

async fn log(caller: &Caller<'_>, first: i32, after: Value) -> Value {
    let variables = json!({ "first": first, "after": after });
    let answer = caller.ask(LOG, variables).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["auditLog"].clone()
}

#[tokio::test]
async fn cx10_changes_by_administrators_are_in_the_log_and_the_log_is_whole() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    // The demo's own entries.
    let demo = log(&admin, 1, Value::Null).await["edges"][0]["node"]["number"].as_i64();
    let status = json!({ "clientId": client::SECOND_CHILD.gid(), "status": "INACTIVE" });
    admin.does("setClientStatus", status).await;
    let roles =
        json!({ "staffMemberId": staff::FORMER_CLINICIAN.gid(), "roles": ["PRACTICE_BILLER"] });
    admin.does("setStaffRoles", roles).await;
    tidings.move_to(&thread::SLEEP.gid(), "BILLING").await;
    let page = log(&admin, 2, Value::Null).await;
    let rows: Vec<&Value> = page["edges"].as_array().unwrap().iter().collect();
    assert_eq!(rows[0]["node"]["deed"], "THREAD_HEADER_EDITED");
    assert_eq!(rows[0]["node"]["subjectId"], thread::SLEEP.gid());
    assert_eq!(rows[0]["node"]["actor"]["id"], staff::CLINICAL_ADMIN.gid());
    assert_eq!(rows[1]["node"]["deed"], "ROLES_CHANGED");
    assert_eq!(rows[1]["node"]["subjectType"], "StaffMember");
    let detail = rows[1]["node"]["detail"].as_str().unwrap();
    assert!(detail.ends_with("-> PRACTICE_BILLER"), "{detail}");
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = log(&admin, 100, page["pageInfo"]["endCursor"].clone()).await;
    let first = &rest["edges"][0]["node"];
    assert_eq!(first["deed"], "CLIENT_STATUS_CHANGED");
    assert_eq!(first["detail"], "ACTIVE -> INACTIVE");
    assert_eq!(first["number"].as_i64(), demo.map(|number| number + 1));
    let oldest = rest["edges"].as_array().unwrap().last();
    assert_eq!(oldest.unwrap()["node"]["number"], 1);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    let store = &tidings.server().service.store;
    for agency in store.agency_ids().await.unwrap() {
        let chain = store.verify_audit(agency).await.unwrap();
        assert!(format!("{chain:?}").starts_with("Whole"), "{chain:?}");
    }
}

#[tokio::test]
async fn cx10_administrators_read_the_log_of_their_own_agency_and_nobody_else_reads_any() {
    let tidings = Tidings::start().await;
    let status = json!({ "clientId": client::SECOND_CHILD.gid(), "status": "INACTIVE" });
    tidings
        .caller("scheduler")
        .does("setClientStatus", status)
        .await;
    for member in CAST {
        let caller = tidings.caller(member.name);
        let variables = json!({ "first": 5 });
        let answer = caller.ask(LOG, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        match member.name {
            "practice-admin" | "clinical-admin" | "system-admin" => {
                let newest = &answer["data"]["auditLog"]["edges"][0]["node"];
                assert_eq!(newest["deed"], "CLIENT_STATUS_CHANGED");
            }
            // The owner of the other agency, who holds every role there.
            "outsider" => assert_eq!(answer["data"]["auditLog"]["edges"], json!([])),
            _ => assert_eq!(code, Some("FORBIDDEN"), "{}: {answer:#}", member.name),
        }
    }
}
