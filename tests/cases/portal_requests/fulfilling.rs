//! Fulfilling: what a client answers, once, and who hears of it.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, location, request};

use super::{asked, at, notified, seen, sent, status};
use crate::support::{Global as _, Tidings, location_request};

#[tokio::test]
async fn c42_c47_c48_c49_a_location_is_told_once_and_stands_on_the_record() {
    let (tidings, id) = asked().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let before = notified(&amina).await;
    // Nobody listens: the requester is away.
    let place = json!({ "address": { "line1": " 12 Harbor Lane ", "country": "us" } });
    let done = elena
        .does(
            "fulfillLocationRequest",
            json!({ "requestId": id, "place": place }),
        )
        .await;
    assert_eq!(done["request"]["status"], "FULFILLED");
    let record = &done["request"]["location"]["id"];
    for who in ["client", "clinician", "biller"] {
        let found = seen(&tidings.caller(who), &id).await;
        assert_eq!(found["status"], "FULFILLED", "{who}");
        let expect = json!({ "id": record, "private": false, "place": { "line1": "12 Harbor Lane", "country": "US" } });
        assert_eq!(found["location"], expect, "{who}");
    }
    let query = "query($id: ID!) { client(id: $id) { locations(first: 10) { edges { node { id request { id } } } } releases(first: 10) { edges { node { id } } } } }";
    let data = amina
        .data(query, json!({ "id": client::CLIENT.gid() }))
        .await;
    let lists = &data["client"];
    let places: Vec<&Value> = lists["locations"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["node"])
        .collect();
    let expect = [
        &json!({ "id": record, "request": { "id": id } }),
        &json!({ "id": location::CLIENT.gid(), "request": null }),
    ];
    assert_eq!(places, expect);
    assert!(
        !lists["releases"]
            .to_string()
            .contains(record.as_str().unwrap())
    );
    // Exactly one notification, to the requester alone.
    let mut after = notified(&amina).await;
    assert_eq!(after.remove(0), ("REQUEST_FULFILLED".to_owned(), json!(id)));
    assert_eq!(after, before);
    for who in [
        "client",
        "supervisor",
        "clinical-admin",
        "second-clinician",
        "outsider",
    ] {
        assert_eq!(notified(&tidings.caller(who)).await, [], "{who}");
    }
    // A second answer is refused, by the same key it is the first one's.
    let stored = tidings.stored().await;
    let code = elena
        .refused("fulfillLocationRequest", at(&id, "elsewhere"))
        .await;
    assert_eq!(code, "REQUEST_CLOSED");
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn c49_of_many_answers_at_once_one_is_stored_and_one_notification() {
    let (tidings, id) = asked().await;
    let answering = (0..12).map(|n| {
        let elena = tidings.caller("client");
        let id = &id;
        async move {
            let line = format!("{n} Mill Street");
            elena.act("fulfillLocationRequest", at(id, &line)).await
        }
    });
    let answers = futures_util::future::join_all(answering).await;
    let (mut done, mut closed) = (0, 0);
    for answer in &answers {
        let errors = &answer["data"]["answer"]["userErrors"];
        done += usize::from(errors == &json!([]));
        closed += usize::from(errors[0]["code"] == "REQUEST_CLOSED");
    }
    assert_eq!((done, closed), (1, 11), "{answers:#?}");
    let count = "SELECT COUNT(*) FROM location WHERE request_id IS NOT NULL";
    // The demo has one.
    assert_eq!(tidings.count(count).await, 2);
    let notifications = notified(&tidings.caller("clinician")).await;
    assert_eq!(
        notifications
            .iter()
            .filter(|(_, of)| of == &json!(id))
            .count(),
        1
    );
}

#[tokio::test]
async fn c42_a_place_that_is_none_is_refused_about_its_part_and_nothing_is_stored() {
    let (tidings, id) = asked().await;
    let elena = tidings.caller("client");
    let before = tidings.stored().await;
    for (place, part) in [
        (
            json!({ "address": { "line1": "  " } }),
            ["place", "address", "line1"],
        ),
        (
            json!({ "address": { "line1": "a", "country": "Utopia" } }),
            ["place", "address", "country"],
        ),
        (
            json!({ "coordinates": { "latitude": 91, "longitude": 0 } }),
            ["place", "coordinates", "latitude"],
        ),
        (
            json!({ "coordinates": { "latitude": 0, "longitude": -181 } }),
            ["place", "coordinates", "longitude"],
        ),
        (
            json!({ "coordinates": { "latitude": 0, "longitude": 0, "accuracy": -1 } }),
            ["place", "coordinates", "accuracy"],
        ),
    ] {
        let input = json!({ "requestId": id, "place": place });
        let answer = elena.act("fulfillLocationRequest", input).await;
        let error = &answer["data"]["answer"]["userErrors"][0];
        assert_eq!(error["code"], "LOCATION_INVALID", "{answer:#}");
        assert_eq!(error["field"], json!(part));
    }
    assert_eq!(tidings.stored().await, before);
    let here =
        json!({ "coordinates": { "latitude": 43.6591, "longitude": -70.2568, "accuracy": 12.5 } });
    elena
        .does(
            "fulfillLocationRequest",
            json!({ "requestId": id, "place": here }),
        )
        .await;
    let found = seen(&elena, &id).await;
    assert_eq!(
        found["location"]["place"],
        json!({ "latitude": 43.6591, "longitude": -70.2568, "accuracy": 12.5 })
    );
}

#[tokio::test]
async fn p46_p47_p48_c49_a_guardian_answers_for_the_child_and_no_other_family_does() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = sent(
        &amina,
        client::FIRST_CHILD,
        json!({ "location": { "private": true } }),
    )
    .await;
    for who in ["client", "second-client", "outsider-client", "outsider"] {
        let code = tidings
            .caller(who)
            .refused("fulfillLocationRequest", at(&id, "a"))
            .await;
        assert_eq!(code, "NOT_FOUND", "{who}");
        let named = json!({ "requestId": id });
        let code = tidings
            .caller(who)
            .refused("markPortalRequestSeen", named.clone())
            .await;
        assert_eq!(code, "NOT_FOUND", "{who}");
        let code = tidings
            .caller(who)
            .refused("cancelPortalRequest", named)
            .await;
        assert_eq!(code, "NOT_FOUND", "{who}");
    }
    // Staff see it and answer for nobody.
    let code = amina.refused("fulfillLocationRequest", at(&id, "a")).await;
    assert_eq!(code, "FORBIDDEN");
    // The id of another kind is none of this kind.
    let other = id.replace("LocationRequest", "ReleaseOfInformationRequest");
    let ruth = tidings.caller("guardian");
    assert_eq!(
        ruth.refused("fulfillLocationRequest", at(&other, "a"))
            .await,
        "BAD_USER_INPUT"
    );
    assert_eq!(seen(&ruth, &other).await, json!(null));
    ruth.does("fulfillLocationRequest", at(&id, "a")).await;
    assert_eq!(status(&ruth, &id).await, "FULFILLED");
    assert_eq!(seen(&ruth, &id).await["location"]["private"], true);
}

#[tokio::test]
async fn s33_t01_who_cannot_write_cannot_fulfil_but_can_have_seen() {
    let tidings = Tidings::start().await;
    let marisol = tidings.caller("inactive-client");
    let id = sent(
        &tidings.caller("clinician"),
        client::INACTIVE,
        json!({ "location": {} }),
    )
    .await;
    assert_eq!(
        marisol
            .refused("fulfillLocationRequest", at(&id, "a"))
            .await,
        "CLIENT_INACTIVE"
    );
    marisol
        .does("markPortalRequestSeen", json!({ "requestId": id }))
        .await;
    tidings.policy(json!({ "portal_enabled": false })).await;
    let open = location_request(request::LOCATION);
    let code = tidings
        .caller("client")
        .refused("fulfillLocationRequest", at(&open, "a"))
        .await;
    assert_eq!(code, "PORTAL_DISABLED");
}

#[tokio::test]
async fn cx09_cx19_a_client_adds_a_location_unasked_as_the_policy_says() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let add = |who: tidings_domain::ClientId| json!({ "actingFor": who.gid(), "place": { "address": { "line1": "a" } } });
    let owner = tidings_server::seed::cast::staff::SCHEDULER;
    tidings.policy(json!({ "unsolicited_owner": owner })).await;
    let mut staff = tidings.listen("biller").await;
    let done = elena.does("addLocation", add(client::CLIENT)).await;
    let id = done["location"]["id"].clone();
    staff.expect("ClientChanged").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Location { private owner { id } request { id } client { id } } } }";
    let found = tidings
        .caller("clinician")
        .data(query, json!({ "id": id }))
        .await;
    let expect = json!({ "private": true, "owner": { "id": owner.gid() }, "request": null, "client": { "id": client::CLIENT.gid() } });
    assert_eq!(found["node"], expect);
    // Nobody asked, so nobody is notified.
    assert_eq!(notified(&tidings.caller("scheduler")).await, []);
    for (who, whose, code) in [
        ("client", client::SECOND_CLIENT, "NOT_FOUND"),
        ("clinician", client::CLIENT, "FORBIDDEN"),
        ("inactive-client", client::INACTIVE, "CLIENT_INACTIVE"),
    ] {
        assert_eq!(
            tidings.caller(who).refused("addLocation", add(whose)).await,
            code,
            "{who}"
        );
    }
    tidings
        .policy(json!({ "unsolicited_records": false }))
        .await;
    let before = tidings.stored().await;
    assert_eq!(
        elena.refused("addLocation", add(client::CLIENT)).await,
        "RECORD_NOT_ALLOWED"
    );
    assert_eq!(tidings.stored().await, before);
}
