//! Asking many at once, and what the audit log tells of requests.

use serde_json::{Value, json};
use tidings_domain::ClientId;
use tidings_server::seed::cast::{agency, client, release};

use super::{at, seen, sent};
use crate::support::{Caller, Global as _, Tidings, nowhere};

fn to(clients: &[ClientId], wanted: &Value) -> Value {
    let ids: Vec<String> = clients.iter().map(|client| client.gid()).collect();
    json!({ "clientIds": ids, "request": wanted })
}

/// The ids of a client's requests, as the caller sees them.
async fn listed(caller: &Caller<'_>, of: ClientId) -> Vec<Value> {
    let query = "query($id: ID!) { client(id: $id) { portalRequests(first: 100) { edges { node { id } } } } }";
    let data = caller.data(query, json!({ "id": of.gid() })).await;
    let edges = data["client"]["portalRequests"]["edges"].as_array();
    edges
        .unwrap()
        .iter()
        .map(|edge| edge["node"]["id"].clone())
        .collect()
}

#[tokio::test]
async fn c04_cx01_many_are_asked_at_once_and_none_learns_of_another() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "send_to_unregistered": false }))
        .await;
    let amina = tidings.caller("clinician");
    let mut haruto = tidings.listen("second-client").await;
    let clients = [
        client::SECOND_CLIENT,
        client::UNREGISTERED,
        client::CLIENT,
        client::FIRST_CHILD,
    ];
    let mut input = to(&clients, &json!({ "location": { "private": true } }));
    input["note"] = json!("Where are you?");
    let done = amina.does("sendPortalRequests", input).await;
    let results = done["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for (result, of) in results.iter().zip(clients) {
        assert_eq!(result["client"]["id"], of.gid());
        if of == client::UNREGISTERED {
            assert_eq!(result["request"], json!(null));
            assert_eq!(result["refusal"]["code"], "CLIENT_NOT_ACTIVATED");
            assert_eq!(result["refusal"]["field"], json!(["clientIds"]));
        } else {
            assert_eq!(result["refusal"], json!(null));
            assert_eq!(result["request"]["client"]["id"], of.gid());
            assert_eq!(result["request"]["noteText"], "Where are you?");
            let id = &result["request"]["id"];
            assert_eq!(listed(&amina, of).await.first(), Some(id));
            assert_eq!(seen(&amina, id.as_str().unwrap()).await["private"], true);
        }
    }
    assert_eq!(listed(&amina, client::UNREGISTERED).await, [json!(null); 0]);
    // Each sees its own, and hears of nothing else.
    let id = |at: usize| results[at]["request"]["id"].as_str().unwrap();
    for (who, own, others) in [
        ("second-client", 0, [2, 3]),
        ("client", 2, [0, 3]),
        ("guardian", 3, [0, 2]),
    ] {
        let caller = tidings.caller(who);
        assert_eq!(seen(&caller, id(own)).await["id"], id(own), "{who}");
        for other in others {
            assert_eq!(seen(&caller, id(other)).await, json!(null), "{who}");
        }
    }
    let event = haruto.expect("RequestSent").await;
    assert_eq!(event["request"]["id"], id(0));
    tidings
        .nothing_more(std::slice::from_mut(&mut haruto))
        .await;
    let count = "SELECT COUNT(*) FROM portal_request WHERE private";
    // The demo has one.
    assert_eq!(tidings.count(count).await, 4);
}

#[tokio::test]
async fn c04_c44_c45_of_many_those_are_asked_who_have_no_release_that_holds_on() {
    let tidings = Tidings::start().await;
    let sql = "UPDATE release_of_information SET expires_on = '2026-06-23' WHERE id = {}";
    tidings.alter(sql, release::CLIENT).await;
    let clients = [client::CLIENT, client::SECOND_CHILD];
    let wanted = json!({ "releaseOfInformation": { "days": 90 } });
    let amina = tidings.caller("clinician");
    let done = amina
        .does("sendPortalRequests", to(&clients, &wanted))
        .await;
    let refusal = &done["results"][0]["refusal"];
    assert_eq!(refusal["code"], "ROI_ALREADY_ACTIVE");
    assert_eq!(
        refusal["message"],
        "This client already has an active Release of Information. Please review the client\u{2019}s Release of Information history."
    );
    let request = &done["results"][1]["request"];
    assert_eq!(request["__typename"], "ReleaseOfInformationRequest");
    let found = seen(&amina, request["id"].as_str().unwrap()).await;
    assert_eq!(found["days"], 90);
}

#[tokio::test]
async fn c04_c32_what_is_wrong_for_all_asks_nobody() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let both = [client::CLIENT, client::SECOND_CLIENT];
    let foreign = [client::CLIENT, client::OUTSIDER];
    let location = || json!({ "location": {} });
    let release = json!({ "releaseOfInformation": { "days": 0 } });
    let mut absent = to(&both, &location());
    absent["clientIds"][1] = json!(nowhere("Client"));
    let mut long = to(&both, &location());
    long["note"] = json!("x".repeat(65_537));
    let many = vec![client::CLIENT; 101];
    let twice = [client::CLIENT, client::CLIENT];
    for (who, input, code) in [
        ("clinician", to(&foreign, &location()), "NOT_FOUND"),
        ("clinician", absent, "NOT_FOUND"),
        ("clinician", to(&both, &release), "DATE_RANGE_INVALID"),
        ("clinician", long, "MESSAGE_TOO_LONG"),
        ("clinician", to(&[], &location()), "BAD_USER_INPUT"),
        ("clinician", to(&twice, &location()), "BAD_USER_INPUT"),
        ("clinician", to(&many, &location()), "BAD_USER_INPUT"),
        ("system-admin", to(&both, &location()), "FORBIDDEN"),
        ("client", to(&[client::CLIENT], &location()), "FORBIDDEN"),
        ("outsider", to(&both, &location()), "NOT_FOUND"),
    ] {
        let caller = tidings.caller(who);
        assert_eq!(
            caller.refused("sendPortalRequests", input).await,
            code,
            "{who}"
        );
    }
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn cx10_the_audit_log_tells_of_requests_and_records_without_what_was_written() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let wanted = || json!({ "location": {} });
    let first = sent(&amina, client::CLIENT, wanted()).await;
    elena
        .does("fulfillLocationRequest", at(&first, "12 Secret Street"))
        .await;
    let second = sent(&amina, client::CLIENT, wanted()).await;
    amina
        .does("cancelPortalRequest", json!({ "requestId": second }))
        .await;
    let place = json!({ "address": { "line1": "12 Secret Street" } });
    let add = json!({ "actingFor": client::CLIENT.gid(), "place": place });
    elena.does("addLocation", add).await;
    let revoke = json!({ "releaseId": release::CLIENT.gid() });
    elena.does("revokeReleaseOfInformation", revoke).await;
    let share = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": true });
    let admin = tidings.caller("clinical-admin");
    admin.does("setClientSharing", share.clone()).await;
    // What changes nothing is no deed.
    admin.does("setClientSharing", share).await;
    let mut many = to(&[client::SECOND_CLIENT, client::CLIENT], &wanted());
    many["note"] = json!("a secret");
    amina.does("sendPortalRequests", many).await;
    let query =
        "{ auditLog(first: 9) { edges { node { deed detail subjectId actor { __typename } } } } }";
    let log = admin.data(query, json!({})).await;
    let entries: Vec<(&str, &str, bool)> = log["auditLog"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| {
            let node = &edge["node"];
            (
                node["deed"].as_str().unwrap(),
                node["actor"]["__typename"].as_str().unwrap(),
                node["subjectId"] == client::CLIENT.gid(),
            )
        })
        .collect();
    let expect = [
        ("REQUEST_SENT", "StaffMember", true),
        ("REQUEST_SENT", "StaffMember", false),
        ("CLIENT_SHARING_CHANGED", "StaffMember", true),
        ("RELEASE_REVOKED", "PortalAccount", true),
        ("LOCATION_ADDED", "PortalAccount", true),
        ("REQUEST_CANCELLED", "StaffMember", true),
        ("REQUEST_SENT", "StaffMember", true),
        ("REQUEST_FULFILLED", "PortalAccount", true),
        ("REQUEST_SENT", "StaffMember", true),
    ];
    assert_eq!(entries, expect);
    assert!(!log.to_string().to_lowercase().contains("secret"));
    let store = &tidings.server().service.store;
    for agency in store.agency_ids().await.unwrap() {
        store.verify_audit(agency).await.unwrap();
    }
}
