//! The life of a request: seen, taken back, over.

use chrono::Duration;
use serde_json::json;
use tidings_server::seed::cast::client;

use super::{asked, at, next_of, notified, seen, sent, status};
use crate::support::{Tidings, noon};

#[tokio::test]
async fn c31_a_request_is_seen_when_the_client_says_so_and_the_first_time_is_kept() {
    let (tidings, id) = asked().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let named = json!({ "requestId": id });
    assert_eq!(
        seen(&elena, &id).await["status"],
        "SENT",
        "reading does not mark"
    );
    assert_eq!(
        amina.refused("markPortalRequestSeen", named.clone()).await,
        "FORBIDDEN"
    );
    let mut staff = tidings.listen("clinician").await;
    let first = elena.does("markPortalRequestSeen", named.clone()).await;
    assert_eq!(first["request"]["status"], "SEEN");
    let event = next_of(&mut staff, "RequestChanged").await;
    assert_eq!(event["request"], json!({ "id": id, "status": "SEEN" }));
    tidings.clock.advance(Duration::hours(1));
    let again = elena.does("markPortalRequestSeen", named.clone()).await;
    assert_eq!(again["request"]["seenAt"], first["request"]["seenAt"]);
    elena.does("fulfillLocationRequest", at(&id, "a")).await;
    staff.expect("RequestFulfilled").await;
    let event = staff.expect("NotificationAdded").await;
    assert_eq!(event["notification"]["request"]["id"], id);
    // To look at what is closed does not open it.
    let closed = elena.does("markPortalRequestSeen", named).await;
    assert_eq!(closed["request"]["status"], "FULFILLED");
}

#[tokio::test]
async fn c46_c49_a_request_is_taken_back_by_staff_of_its_agency_while_it_is_open() {
    let (tidings, id) = asked().await;
    let (elena, biller) = (tidings.caller("client"), tidings.caller("biller"));
    let named = json!({ "requestId": id });
    assert_eq!(
        elena.refused("cancelPortalRequest", named.clone()).await,
        "FORBIDDEN"
    );
    let mut portal = tidings.listen("client").await;
    let done = biller.does("cancelPortalRequest", named.clone()).await;
    assert_eq!(done["request"]["status"], "CANCELLED");
    let event = next_of(&mut portal, "RequestChanged").await;
    assert_eq!(event["request"], json!({ "id": id, "status": "CANCELLED" }));
    let before = tidings.stored().await;
    assert_eq!(
        biller.refused("cancelPortalRequest", named).await,
        "REQUEST_CLOSED"
    );
    assert_eq!(
        elena.refused("fulfillLocationRequest", at(&id, "a")).await,
        "REQUEST_CLOSED"
    );
    assert_eq!(tidings.stored().await, before);
    assert!(
        notified(&tidings.caller("clinician"))
            .await
            .iter()
            .all(|(_, of)| of != &json!(id))
    );
}

#[tokio::test]
async fn c46_a_request_ends_with_its_time_whether_the_sweep_has_said_so_or_not() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "request_days": 2 })).await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let early = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    let late = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    let service = &tidings.server().service;
    tidings.until(noon() + Duration::days(2) - Duration::seconds(1));
    let elena_then = tidings.caller("client");
    assert_eq!(status(&elena_then, &early).await, "SENT");
    elena_then
        .does("fulfillLocationRequest", at(&early, "a"))
        .await;
    tidings.until(noon() + Duration::days(2));
    let (elena_now, mut portal) = (tidings.caller("client"), tidings.listen("client").await);
    let code = elena_now
        .refused("fulfillLocationRequest", at(&late, "a"))
        .await;
    assert_eq!(code, "REQUEST_CLOSED");
    assert_eq!(status(&elena_now, &late).await, "SENT");
    service.sweep_due().await.unwrap();
    let event = next_of(&mut portal, "RequestChanged").await;
    assert_eq!(event["request"], json!({ "id": late, "status": "EXPIRED" }));
    assert_eq!(status(&elena_now, &early).await, "FULFILLED");
    let before = tidings.stored().await;
    service.sweep_due().await.unwrap();
    assert_eq!(tidings.stored().await, before, "a sweep says it once");
    drop(elena);
}

#[tokio::test(flavor = "multi_thread")]
async fn c49_between_the_sweep_and_an_answer_one_wins() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    let cancel = json!({ "requestId": id });
    let elena = tidings.caller("client");
    let (answered, cancelled) = futures_util::future::join(
        elena.act("fulfillLocationRequest", at(&id, "a")),
        amina.act("cancelPortalRequest", cancel),
    )
    .await;
    let done = |answer: &serde_json::Value| answer["data"]["answer"]["userErrors"] == json!([]);
    assert_ne!(
        done(&answered),
        done(&cancelled),
        "{answered:#} {cancelled:#}"
    );
    let expect = if done(&answered) {
        "FULFILLED"
    } else {
        "CANCELLED"
    };
    assert_eq!(status(&amina, &id).await, expect);
    let located = !seen(&amina, &id).await["location"].is_null();
    assert_eq!(located, done(&answered));
}
