//! Asking: what, whom, and with which words.

use serde_json::json;
use tidings_server::seed::cast::{client, thread};

use super::{seen, sent};
use crate::support::{Global as _, Tidings, key, mutation};

#[tokio::test]
async fn c01_c31_a_request_is_a_thing_of_its_own_and_reaches_the_clients_portal() {
    let tidings = Tidings::start().await;
    let unread = tidings.caller("client").unread().await;
    let mut elena = tidings.listen("client").await;
    let mut stranger = tidings.listen("second-client").await;
    let input = json!({ "clientId": client::CLIENT.gid(), "request": { "location": { "private": true } },
        "note": "<p>Where <strong>are</strong> you?</p><script>x</script>", "noteFormat": "RICH" });
    let done = tidings
        .caller("clinician")
        .does("sendPortalRequest", input)
        .await;
    let id = done["request"]["id"].as_str().unwrap();
    let event = elena.expect("RequestSent").await;
    assert_eq!(event["request"], json!({ "id": id, "status": "SENT" }));
    tidings
        .nothing_more(std::slice::from_mut(&mut stranger))
        .await;
    let request = seen(&tidings.caller("client"), id).await;
    assert_eq!(request["client"]["id"], client::CLIENT.gid());
    assert_eq!(
        request["requestedBy"]["id"],
        tidings_server::seed::cast::staff::CLINICIAN.gid()
    );
    assert_eq!(request["noteText"], "Where are you?");
    assert_eq!(
        request["noteHtml"],
        "<p>Where <strong>are</strong> you?</p>"
    );
    assert_eq!(request["private"], true);
    // It is no thread, and no message.
    assert_eq!(tidings.caller("client").unread().await, unread);
    for who in [
        "second-client",
        "guardian",
        "outsider",
        "outsider-client",
        "system-admin",
    ] {
        assert_eq!(seen(&tidings.caller(who), id).await, json!(null), "{who}");
    }
    for who in [
        "biller",
        "scheduler",
        "supervisor",
        "clinical-admin",
        "practice-admin",
    ] {
        assert_eq!(seen(&tidings.caller(who), id).await["id"], id, "{who}");
    }
}

#[tokio::test]
async fn c32_c43_exactly_one_kind_is_asked_for_and_a_release_is_never_private() {
    let tidings = Tidings::start().await;
    let clinician = tidings.caller("clinician");
    let before = tidings.stored().await;
    for request in [
        json!({}),
        json!({ "location": {}, "releaseOfInformation": {} }),
        json!({ "location": null }),
        json!({ "releaseOfInformation": { "private": true } }),
        json!({ "telephone": {} }),
    ] {
        let input = json!({ "idempotencyKey": key(), "clientId": client::CLIENT.gid(), "request": request });
        let text = mutation("sendPortalRequest");
        let answer = clinician.ask(&text, json!({ "input": input })).await;
        assert!(answer["errors"].is_array(), "{request}: {answer:#}");
        assert!(answer["data"]["answer"].is_null(), "{request}: {answer:#}");
    }
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn c16_a_note_is_made_by_the_sanitiser_of_messages() {
    let tidings = Tidings::start().await;
    let clinician = tidings.caller("clinician");
    let text = "<h2>Tea &amp; sympathy</h2><ul><li onclick=x()>a<li>b</ul><a href='https://example.org'>c</a><iframe src=x></iframe><table><tr><td colspan=2>d</td></tr></table>";
    let input = json!({ "threadId": thread::SLEEP.gid(), "body": text, "bodyFormat": "RICH" });
    let message = clinician.does("sendMessage", input).await["message"]["id"].take();
    let query = "query($id: ID!) { node(id: $id) { ... on Message { bodyHtml bodyText } } }";
    let message = clinician.data(query, json!({ "id": message })).await;
    let input = json!({ "clientId": client::CLIENT.gid(), "request": { "location": {} }, "note": text, "noteFormat": "RICH" });
    let request = clinician.does("sendPortalRequest", input).await;
    assert_eq!(request["request"]["noteHtml"], message["node"]["bodyHtml"]);
    assert_eq!(request["request"]["noteText"], message["node"]["bodyText"]);
    // Nothing but empty tags is no note; more than fits is refused.
    let blank = json!({ "clientId": client::CLIENT.gid(), "request": { "location": {} }, "note": "<p> </p>", "noteFormat": "RICH" });
    let done = clinician.does("sendPortalRequest", blank).await;
    assert_eq!(done["request"]["noteText"], json!(null));
    let long = json!({ "clientId": client::CLIENT.gid(), "request": { "location": {} }, "note": "x".repeat(65_537) });
    assert_eq!(
        clinician.refused("sendPortalRequest", long).await,
        "MESSAGE_TOO_LONG"
    );
}

#[tokio::test]
async fn c31_t01_k11_who_may_ask_whom() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let to = |client: tidings_domain::ClientId| json!({ "clientId": client.gid(), "request": { "location": {} } });
    for (who, client, code) in [
        ("system-admin", client::CLIENT, "FORBIDDEN"),
        ("client", client::CLIENT, "FORBIDDEN"),
        ("clinician", client::OUTSIDER, "NOT_FOUND"),
        ("outsider", client::CLIENT, "NOT_FOUND"),
    ] {
        let caller = tidings.caller(who);
        assert_eq!(
            caller.refused("sendPortalRequest", to(client)).await,
            code,
            "{who}"
        );
    }
    let clinician = tidings.caller("clinician");
    tidings
        .policy(json!({ "send_to_unregistered": false }))
        .await;
    let code = clinician
        .refused("sendPortalRequest", to(client::UNREGISTERED))
        .await;
    assert_eq!(code, "CLIENT_NOT_ACTIVATED");
    tidings.policy(json!({ "portal_enabled": false })).await;
    let code = clinician
        .refused("sendPortalRequest", to(client::CLIENT))
        .await;
    assert_eq!(code, "PORTAL_DISABLED");
    assert_eq!(tidings.stored().await, before);
    tidings.policy(json!({ "portal_enabled": true })).await;
    sent(&clinician, client::UNREGISTERED, json!({ "location": {} })).await;
}
