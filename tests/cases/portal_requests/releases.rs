//! Releases of information: when one is asked for, how it is signed, and how it ends.

use chrono::{Duration, TimeZone as _, Utc};
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, release, request};

use super::{default_release, seen, sent};
use crate::support::{Caller, Global as _, Tidings, release_request};

/// Gives the demo client's release another last day.
async fn until(tidings: &Tidings, day: &str) {
    let sql = format!("UPDATE release_of_information SET expires_on = '{day}' WHERE id = {{}}");
    tidings.alter(&sql, release::CLIENT).await;
}

fn ask() -> Value {
    json!({ "clientId": client::CLIENT.gid(), "request": { "releaseOfInformation": {} } })
}

#[tokio::test]
async fn c44_c45_a_release_is_asked_for_within_seven_days_of_the_end_of_the_present_one() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    // It is 15 June in New York.
    for day in ["2026-06-22", "2026-06-15", "2026-06-14"] {
        until(&tidings, day).await;
        amina.does("sendPortalRequest", ask()).await;
    }
    let before = tidings.stored().await;
    until(&tidings, "2026-06-23").await;
    let answer = amina.act("sendPortalRequest", ask()).await;
    let error = &answer["data"]["answer"]["userErrors"][0];
    assert_eq!(error["code"], "ROI_ALREADY_ACTIVE");
    assert_eq!(
        error["message"],
        "This client already has an active Release of Information. Please review the client\u{2019}s Release of Information history."
    );
    assert_eq!(tidings.stored().await, before);
    // A revoked one is none, and a client that never signed has none.
    tidings
        .caller("client")
        .does(
            "revokeReleaseOfInformation",
            json!({ "releaseId": release::CLIENT.gid() }),
        )
        .await;
    amina.does("sendPortalRequest", ask()).await;
    sent(
        &amina,
        client::SECOND_CHILD,
        json!({ "releaseOfInformation": {} }),
    )
    .await;
}

#[tokio::test]
async fn c44_the_seventh_day_is_one_of_the_agencys_time_zone() {
    let tidings = Tidings::start().await;
    until(&tidings, "2026-06-23").await;
    // Midnight in New York is at four in the morning, UTC.
    tidings.until(Utc.with_ymd_and_hms(2026, 6, 16, 3, 59, 59).unwrap());
    let code = tidings
        .caller("clinician")
        .refused("sendPortalRequest", ask())
        .await;
    assert_eq!(code, "ROI_ALREADY_ACTIVE");
    tidings.until(Utc.with_ymd_and_hms(2026, 6, 16, 4, 0, 0).unwrap());
    tidings
        .caller("clinician")
        .does("sendPortalRequest", ask())
        .await;
}

/// A signature under the demo client's open request.
fn signature() -> Value {
    json!({ "requestId": release_request(request::RELEASE), "signedName": " Elena Marchetti ", "textSha256": default_release() })
}

async fn found(caller: &Caller<'_>, id: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on ReleaseOfInformation { active signedName signedAt text textSha256 startsOn expiresOn revokedAt request { id } } } }";
    caller.data(query, json!({ "id": id })).await["node"].take()
}

#[tokio::test]
async fn c44_c48_a_release_is_signed_with_name_text_and_days_and_can_be_revoked() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let before = tidings.stored().await;
    let name = "fulfillReleaseOfInformationRequest";
    for (field, value, code) in [
        ("signedName", json!("  "), "SIGNATURE_REQUIRED"),
        ("textSha256", json!("0".repeat(64)), "RELEASE_TEXT_CHANGED"),
        ("startsOn", json!("2026-06-14"), "DATE_RANGE_INVALID"),
        ("expiresOn", json!("2026-06-14"), "DATE_RANGE_INVALID"),
        ("expiresOn", json!("2027-06-16"), "DATE_RANGE_INVALID"),
        ("startsOn", json!("9999-01-01"), "DATE_RANGE_INVALID"),
    ] {
        let mut input = signature();
        input[field] = value;
        assert_eq!(elena.refused(name, input).await, code, "{field}");
    }
    assert_eq!(tidings.stored().await, before);
    let done = elena.does(name, signature()).await;
    let id = &done["request"]["releaseOfInformation"]["id"];
    let signed = found(&tidings.caller("biller"), id).await;
    assert_eq!(signed["signedName"], "Elena Marchetti");
    assert_eq!(
        signed["text"],
        tidings_domain::release::DEFAULT_RELEASE_TEXT
    );
    assert_eq!(signed["textSha256"], default_release());
    assert_eq!(signed["startsOn"], "2026-06-15");
    assert_eq!(signed["expiresOn"], "2027-06-15");
    assert_eq!(signed["active"], true);
    assert_eq!(signed["request"]["id"], release_request(request::RELEASE));
    // The history keeps both, the newer first; a request is closed.
    let query =
        "query($id: ID!) { client(id: $id) { releases(first: 5) { edges { node { id } } } } }";
    let data = elena
        .data(query, json!({ "id": client::CLIENT.gid() }))
        .await;
    let edges = data["client"]["releases"]["edges"].as_array().unwrap();
    let ids: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["id"]).collect();
    assert_eq!(ids, [id, &json!(release::CLIENT.gid())]);
    assert_eq!(elena.refused(name, signature()).await, "REQUEST_CLOSED");
    let revoke = json!({ "releaseId": id });
    for (who, code) in [
        ("second-client", "NOT_FOUND"),
        ("outsider", "NOT_FOUND"),
        ("system-admin", "NOT_FOUND"),
    ] {
        assert_eq!(
            tidings
                .caller(who)
                .refused("revokeReleaseOfInformation", revoke.clone())
                .await,
            code,
            "{who}"
        );
    }
    elena
        .does("revokeReleaseOfInformation", revoke.clone())
        .await;
    let revoked = found(&elena, id).await;
    assert_eq!(revoked["active"], false);
    assert!(revoked["revokedAt"].is_string());
    assert_eq!(
        elena.refused("revokeReleaseOfInformation", revoke).await,
        "RELEASE_NOT_ACTIVE"
    );
}

#[tokio::test]
async fn c44_what_is_signed_is_the_text_of_the_request_and_as_long_as_it_asks() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "release_text": "Ours.", "release_days": 100 }))
        .await;
    let amina = tidings.caller("clinician");
    let wanted = |days: i64| json!({ "clientId": client::SECOND_CHILD.gid(), "request": { "releaseOfInformation": { "days": days } } });
    for days in [0, 101] {
        assert_eq!(
            amina.refused("sendPortalRequest", wanted(days)).await,
            "DATE_RANGE_INVALID"
        );
    }
    let done = amina.does("sendPortalRequest", wanted(30)).await;
    let id = done["request"]["id"].as_str().unwrap();
    // The agency changes its text: what was sent stays what it was.
    tidings.policy(json!({ "release_text": "Another." })).await;
    let ruth = tidings.caller("guardian");
    let request = seen(&ruth, id).await;
    assert_eq!(
        (&request["text"], &request["days"]),
        (&json!("Ours."), &json!(30))
    );
    let sign = json!({ "requestId": id, "signedName": "Ruth Adeyemi", "textSha256": request["textSha256"] });
    let done = ruth.does("fulfillReleaseOfInformationRequest", sign).await;
    assert_eq!(
        done["request"]["releaseOfInformation"]["expiresOn"],
        "2026-07-15"
    );
}

#[tokio::test]
async fn cx20_notice_is_given_once_before_a_release_ends_to_who_asked_and_to_the_client() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    elena
        .does("fulfillReleaseOfInformationRequest", signature())
        .await;
    let service = &tidings.server().service;
    service.sweep_due().await.unwrap();
    let kinds = async |who: &'static str| {
        let mine = super::notified(&tidings.caller(who)).await;
        mine.into_iter()
            .filter(|(kind, _)| kind == "RELEASE_EXPIRING")
            .count()
    };
    // The old one ends in three days; nobody on record asked for it.
    assert_eq!((kinds("client").await, kinds("clinician").await), (1, 0));
    let last = Utc.with_ymd_and_hms(2027, 6, 15, 12, 0, 0).unwrap();
    for (days, expect) in [(31, (1, 0)), (30, (2, 1)), (29, (2, 1))] {
        tidings.until(last - Duration::days(days));
        service.sweep_due().await.unwrap();
        assert_eq!(
            (kinds("client").await, kinds("clinician").await),
            expect,
            "{days}"
        );
    }
    assert_eq!(
        (kinds("second-client").await, kinds("supervisor").await),
        (0, 0)
    );
}
