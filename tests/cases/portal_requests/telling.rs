//! Streams: who is told of a request, live, resumed, and on another server.

use serde_json::json;
use tidings_server::seed::cast::client;

use super::{asked, at, sent};
use crate::support::{Global as _, Line, Tidings};

const FULFILLED: &str = "subscription($client: ID, $after: EventCursor) { requestFulfilled(clientId: $client, after: $after) {
    cursor request { id status client { id } ... on LocationRequest { location { place { ... on Address { line1 } } } } } } }";

#[tokio::test]
async fn c47_c48_g1_fulfilment_is_told_on_both_transports_with_its_record_and_resumes() {
    let (tidings, id) = asked().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let cursor = amina.cursor().await;
    let variables = json!({ "client": client::CLIENT.gid(), "after": cursor });
    let mut lines = Line::both(&amina, FULFILLED, variables.clone()).await;
    // That of another client is not told to who waits for this one.
    let other = sent(&amina, client::FIRST_CHILD, json!({ "location": {} })).await;
    tidings
        .caller("guardian")
        .does("fulfillLocationRequest", at(&other, "b"))
        .await;
    elena.does("fulfillLocationRequest", at(&id, "a")).await;
    let expect = json!({ "id": id, "status": "FULFILLED", "client": { "id": client::CLIENT.gid() }, "location": { "place": { "line1": "a" } } });
    for line in &mut lines {
        assert_eq!(line.event().await["request"], expect);
    }
    // Whoever comes later, on another server, reads the same from the log.
    let another = tidings.another().await;
    let [mut socket, mut feed] =
        Line::both(&another.caller("clinician"), FULFILLED, variables).await;
    assert_eq!(socket.event().await["request"], expect);
    let event = feed.event().await;
    assert_eq!(event["request"], expect);
    // And behind that, nothing of it again.
    let next = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    let after = json!({ "client": client::CLIENT.gid(), "after": event["cursor"] });
    let [mut resumed, _] = Line::both(&amina, FULFILLED, after).await;
    elena.does("fulfillLocationRequest", at(&next, "c")).await;
    assert_eq!(resumed.event().await["request"]["id"], next);
}

#[tokio::test]
async fn c31_c47_k18_g5_each_member_of_the_cast_is_told_what_it_could_query() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    let amina = tidings.caller("clinician");
    let id = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    tidings
        .caller("client")
        .does("fulfillLocationRequest", at(&id, "a"))
        .await;
    for listener in &mut listeners {
        let sees = matches!(
            listener.name,
            "clinician"
                | "second-clinician"
                | "former-clinician"
                | "supervisor"
                | "clinical-admin"
                | "practice-admin"
                | "scheduler"
                | "biller"
                | "scheduler-biller"
                | "client"
        );
        if sees {
            assert_eq!(listener.expect("RequestSent").await["request"]["id"], id);
            assert_eq!(
                listener.expect("RequestFulfilled").await["request"]["id"],
                id
            );
        }
        if listener.name == "clinician" {
            let event = listener.expect("NotificationAdded").await;
            assert_eq!(event["notification"]["request"]["id"], id);
        }
    }
    tidings.nothing_more(&mut listeners).await;
}

#[tokio::test]
async fn k18_nobody_waits_for_the_requests_of_a_client_out_of_sight() {
    let tidings = Tidings::start().await;
    let variables = json!({ "client": client::CLIENT.gid() });
    for who in ["outsider", "outsider-client", "second-client"] {
        let caller = tidings.caller(who);
        for mut line in Line::both(&caller, FULFILLED, variables.clone()).await {
            let code = match &mut line {
                Line::WebSocket(socket) => {
                    socket.receive().await["payload"][0]["extensions"]["code"].clone()
                }
                Line::Events(feed) => feed.next().await["errors"][0]["extensions"]["code"].clone(),
            };
            assert_eq!(code, "NOT_FOUND", "{who}");
        }
    }
}
