//! The same product from both sides: the portal of clients and the inbox of staff.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, client, staff, thread};

use super::start_by_client::to;
use crate::support::{Caller, Global as _, Tidings};

/// What an application shows at its start, whoever signs in.
const START: &str =
    "{ viewer { __typename } unreadCounts { messages threads } inbox(first: 100) { edges { node {
    id kind audience { kind } viewerUnreadCount viewerHasPinned lastMessage { bodyText } } } } }";

async fn row(caller: &Caller<'_>, id: &str) -> Value {
    let data = caller.data(START, json!({})).await;
    let rows = data["inbox"]["edges"].as_array().unwrap();
    let row = rows.iter().find(|edge| edge["node"]["id"] == json!(id));
    row.unwrap()["node"].clone()
}

#[tokio::test]
async fn t02_s07_s22_clients_and_staff_use_the_same_inbox_and_answer_each_other_in_it() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let viewer = async |caller: &Caller<'_>| {
        caller.data(START, json!({})).await["viewer"]["__typename"].take()
    };
    assert_eq!(viewer(&elena).await, "PortalAccount");
    assert_eq!(viewer(&amina).await, "StaffMember");
    let started = elena
        .does("startThread", to(client::CLIENT, staff::CLINICIAN))
        .await;
    let id = started["thread"]["id"].as_str().unwrap();
    // Each answer stands in the other's inbox, unread.
    for (writes, reads, body) in [
        (&amina, &elena, "From staff"),
        (&elena, &amina, "From the client"),
    ] {
        tidings.clock.advance(chrono::TimeDelta::minutes(1));
        writes.writes(id, body).await;
        let newest = row(reads, id).await;
        assert_eq!(newest["lastMessage"]["bodyText"], json!(body));
        assert!(newest["viewerUnreadCount"].as_i64() > Some(0));
        assert_eq!(row(writes, id).await["viewerUnreadCount"], json!(0));
    }
    let texts: Vec<Value> = elena
        .messages(id)
        .await
        .iter()
        .map(|m| m["bodyText"].clone())
        .collect();
    assert_eq!(texts[1..], [json!("From staff"), json!("From the client")]);
}

#[tokio::test]
async fn t03_there_are_three_audiences_and_every_thread_with_a_client_has_one() {
    let tidings = Tidings::start().await;
    let query = "{ __type(name: \"AudienceKind\") { enumValues { name } } audiences { kind } }";
    let data = tidings.caller("clinician").data(query, json!({})).await;
    let all = ["ADMINISTRATIVE", "BILLING", "CLINICAL"];
    let names = |list: &Value, field: &str| -> Vec<String> {
        let names = list.as_array().unwrap().iter();
        names
            .map(|row| row[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&data["__type"]["enumValues"], "name"), all);
    assert_eq!(names(&data["audiences"], "kind"), all);
    for member in CAST {
        let data = tidings.caller(member.name).data(START, json!({})).await;
        for edge in data["inbox"]["edges"].as_array().unwrap() {
            let among_staff = edge["node"]["kind"] == "INTERNAL";
            assert_eq!(edge["node"]["audience"].is_null(), among_staff, "{edge:#}");
        }
    }
    let none = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "subject": "s", "body": "b" });
    let refused = tidings
        .caller("clinician")
        .refused("startThread", none)
        .await;
    assert_eq!(refused, "AUDIENCE_REQUIRED");
}

#[tokio::test]
async fn t21_t22_the_number_in_the_header_leads_to_an_inbox_that_holds_as_many() {
    let tidings = Tidings::start().await;
    for member in CAST {
        let caller = tidings.caller(member.name);
        let (messages, threads) = caller.unread().await;
        let query = "{ inbox(first: 100, filter: { state: UNREAD }) { edges { node { viewerUnreadCount } } } }";
        let data = caller.data(query, json!({})).await;
        let rows = data["inbox"]["edges"].as_array().unwrap();
        let counts = rows
            .iter()
            .map(|edge| edge["node"]["viewerUnreadCount"].as_i64().unwrap());
        assert_eq!(
            i64::try_from(rows.len()).unwrap(),
            threads,
            "{}",
            member.name
        );
        assert_eq!(counts.sum::<i64>(), messages, "{}", member.name);
    }
}

#[tokio::test]
async fn p03_p14_p15_the_list_holds_all_that_the_viewer_sees_with_the_pinned_ones_at_the_top() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let all = amina
        .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
        .await;
    for id in thread::ALL {
        let id = id.gid();
        assert_eq!(all.contains(&id), amina.sees(&id).await, "{id}");
    }
    let last = all.last().unwrap().clone();
    let pin = json!({ "threadId": last, "pinned": true });
    amina.does("setThreadPinned", pin).await;
    let data = amina.data(START, json!({})).await;
    let rows = data["inbox"]["edges"].as_array().unwrap().iter();
    let pinned: Vec<bool> = rows
        .map(|edge| edge["node"]["viewerHasPinned"] == json!(true))
        .collect();
    let first = pinned.iter().take_while(|pinned| **pinned).count();
    assert!(first > 0 && !pinned[first..].contains(&true), "{pinned:?}");
    let all = amina
        .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
        .await;
    assert!(all.iter().position(|id| *id == last) < Some(first + 1));
}

#[tokio::test]
async fn tx06_the_address_of_a_client_is_for_all_staff_and_its_messages_are_not() {
    let tidings = Tidings::start().await;
    let query = "query($id: ID!) { client(id: $id) { displayName email } inbox(first: 100, filter: { clientId: $id }) { edges { node { id } } } }";
    let variables = json!({ "id": client::CLIENT.gid() });
    for who in ["second-clinician", "system-admin"] {
        let data = tidings.caller(who).data(query, variables.clone()).await;
        assert!(data["client"]["email"].is_string(), "{who}");
        assert_eq!(data["inbox"]["edges"], json!([]), "{who}");
        assert!(!tidings.caller(who).sees(&thread::SLEEP.gid()).await);
    }
}

#[tokio::test]
async fn tx01_the_inbox_of_clients_messages_and_that_of_messages_among_staff_are_apart() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let among_us =
        json!({ "to": [{ "staffMemberId": staff::BILLER.gid() }], "subject": "s", "body": "b" });
    let among_us = amina.does("startThread", among_us).await;
    let id = among_us["thread"]["id"].as_str().unwrap().to_owned();
    for state in [
        "READ_AND_UNREAD",
        "READ",
        "UNREAD",
        "ALL_INCLUDING_ARCHIVED",
    ] {
        let all = amina.inbox(json!({ "state": state })).await;
        let clients = amina
            .inbox(json!({ "state": state, "kind": "CLIENT" }))
            .await;
        let internal = amina
            .inbox(json!({ "state": state, "kind": "INTERNAL" }))
            .await;
        let mut both = [clients.clone(), internal.clone()].concat();
        both.sort();
        let mut sorted = all.clone();
        sorted.sort();
        assert_eq!(both, sorted, "{state}");
        assert_eq!(internal.contains(&id), state != "UNREAD");
        assert!(!clients.contains(&id));
    }
    amina
        .does("setThreadPinned", json!({ "threadId": id, "pinned": true }))
        .await;
    assert!(!amina.inbox(json!({ "kind": "CLIENT" })).await.contains(&id));
    assert_eq!(amina.inbox(json!({ "kind": "INTERNAL" })).await[0], id);
    // Filters combine with AND: a thread among staff has neither client nor audience.
    for more in [
        json!({ "clientId": client::CLIENT.gid() }),
        json!({ "audience": "CLINICAL" }),
    ] {
        let mut filter = more;
        filter["kind"] = json!("INTERNAL");
        assert!(amina.inbox(filter).await.is_empty());
    }
    assert!(
        tidings
            .caller("client")
            .inbox(json!({ "kind": "INTERNAL" }))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn tx02_a_clinician_with_more_roles_narrows_the_inbox_to_the_own_clients() {
    let tidings = Tidings::start().await;
    let more = json!({ "staffMemberId": staff::CLINICIAN.gid(), "roles": ["CLINICIAN", "CLINICAL_ADMIN"] });
    tidings
        .caller("system-admin")
        .does("setStaffRoles", more)
        .await;
    let amina = tidings.caller("clinician");
    let own = amina.inbox(json!({ "myClients": true })).await;
    let all = amina.inbox(json!({})).await;
    assert!(own.len() < all.len(), "{} of {}", own.len(), all.len());
    assert!(own.iter().all(|id| all.contains(id)));
    assert!(own.contains(&thread::SLEEP.gid()));
    assert!(!own.contains(&thread::PAYMENT_PLAN.gid()));
    // It never widens: another's client is not there by asking for it.
    let other = json!({ "myClients": true, "clientId": client::SECOND_CLIENT.gid() });
    assert!(amina.inbox(other).await.is_empty());
    let end =
        json!({ "careTeamMemberId": crate::support::membership(client::CLIENT, staff::CLINICIAN) });
    tidings
        .caller("clinical-admin")
        .does("endCareTeamAssignment", end)
        .await;
    assert!(
        !amina
            .inbox(json!({ "myClients": true }))
            .await
            .contains(&thread::SLEEP.gid())
    );
    // To a client all threads are its own.
    let elena = tidings.caller("client");
    assert_eq!(
        elena.inbox(json!({ "myClients": true })).await,
        elena.inbox(json!({})).await
    );
}
