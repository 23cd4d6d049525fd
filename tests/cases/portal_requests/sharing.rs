//! K18: what another agency sees of a client that is shared with it, and what never.

use serde_json::{Value, json};
use tidings_server::seed::cast::{agency, client, location, request, thread};

use super::{at, next_of, seen, sent, status};
use crate::support::{Caller, Global as _, Tidings, release_request};

/// Shares the demo's client with the second agency, or ends it.
async fn share(tidings: &Tidings, shared: bool) {
    let input = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": shared });
    let admin = tidings.caller("clinical-admin");
    admin.does("setClientSharing", input).await;
}

/// The ids of a client's requests and locations that the caller is listed.
async fn listed(caller: &Caller<'_>) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Client { portalRequests(first: 100) { edges { node { id } } } locations(first: 100) { edges { node { id } } } } } }";
    let id = json!({ "id": client::CLIENT.gid() });
    caller.data(query, id).await["node"].take()
}

#[tokio::test]
async fn k18_c34_c42_an_agency_that_shares_a_client_sees_what_is_not_private_and_nothing_else() {
    let tidings = Tidings::start().await;
    let (amina, beatriz) = (tidings.caller("clinician"), tidings.caller("outsider"));
    let open = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    let private = json!({ "location": { "private": true } });
    let private = sent(&amina, client::CLIENT, private).await;
    assert_eq!(listed(&beatriz).await, Value::Null);
    assert_eq!(status(&beatriz, &open).await, "NOT_FOUND");
    let mut fernhill = tidings.listen("outsider").await;
    let mut jamal = tidings.listen("outsider-client").await;
    share(&tidings, true).await;
    let event = fernhill.expect("AccessGranted").await;
    assert_eq!(event["everything"], true);
    for id in [&open, &private] {
        let line = if *id == open { "open" } else { "private" };
        let answer = at(id, line);
        tidings
            .caller("client")
            .does("fulfillLocationRequest", answer)
            .await;
    }
    // Live it hears of the one; of the other it does not.
    let event = fernhill.expect("RequestFulfilled").await;
    assert_eq!(event["request"]["id"], open);
    tidings
        .nothing_more(std::slice::from_mut(&mut fernhill))
        .await;
    tidings.nothing_more(std::slice::from_mut(&mut jamal)).await;
    // By id, in lists, as a record: the one, not the other.
    let found = seen(&beatriz, &open).await;
    assert_eq!(found["location"]["place"]["line1"], "open");
    assert_eq!(
        found["requestedBy"],
        json!(null),
        "its staff are not told of"
    );
    assert_eq!(seen(&beatriz, &private).await, json!(null));
    let record = seen(&amina, &private).await["location"]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for hidden in [record, json!(location::CLIENT.gid())] {
        let data = beatriz.data(node, json!({ "id": hidden })).await;
        assert_eq!(data["node"], json!(null));
    }
    let lists = listed(&beatriz).await.to_string();
    assert!(lists.contains(&open) && lists.contains(&release_request(request::RELEASE)));
    assert!(!lists.contains(&private) && !lists.contains(&location::CLIENT.gid()));
    // It reads, and does nothing.
    let cancel = json!({ "requestId": release_request(request::RELEASE) });
    assert_eq!(
        beatriz.refused("cancelPortalRequest", cancel).await,
        "FORBIDDEN"
    );
    let ask = json!({ "clientId": client::CLIENT.gid(), "request": { "location": {} } });
    assert_eq!(beatriz.refused("sendPortalRequest", ask).await, "NOT_FOUND");
    // Nobody else of that agency's does: neither its clients, nor who only runs the system.
    assert_eq!(
        status(&tidings.caller("outsider-client"), &open).await,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn k18_threads_and_the_directory_stay_within_the_agency_whatever_is_shared() {
    let tidings = Tidings::start().await;
    share(&tidings, true).await;
    let beatriz = tidings.caller("outsider");
    let found = beatriz
        .data(
            "{ sharedClients(first: 10) { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        found["sharedClients"]["edges"][0]["node"]["id"],
        client::CLIENT.gid()
    );
    assert!(!beatriz.sees(&thread::SLEEP.gid()).await);
    let found = beatriz
        .data(
            "{ clients(first: 100) { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert!(!found.to_string().contains(&client::CLIENT.gid()));
    let start = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    assert_eq!(beatriz.refused("startThread", start).await, "NOT_FOUND");
    let status = json!({ "clientId": client::CLIENT.gid(), "status": "INACTIVE" });
    assert_eq!(
        beatriz.refused("setClientStatus", status).await,
        "NOT_FOUND"
    );
    let on = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": false });
    assert_eq!(
        beatriz.refused("setClientSharing", on.clone()).await,
        "NOT_FOUND"
    );
    // Its own staff see it as before, and only administrators share.
    for who in ["clinician", "biller", "system-admin", "client"] {
        let code = tidings
            .caller(who)
            .refused("setClientSharing", on.clone())
            .await;
        assert_eq!(code, "FORBIDDEN", "{who}");
    }
    let own = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::HARBOR_LANE.gid(), "shared": true });
    let admin = tidings.caller("practice-admin");
    assert_eq!(
        admin.refused("setClientSharing", own).await,
        "SHARING_NOT_ALLOWED"
    );
}

#[tokio::test]
async fn k18_g5_what_is_shared_no_more_is_gone_at_once_from_lists_and_streams() {
    let tidings = Tidings::start().await;
    share(&tidings, true).await;
    let amina = tidings.caller("clinician");
    let id = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    assert_eq!(status(&tidings.caller("outsider"), &id).await, "SENT");
    let mut fernhill = tidings.listen("outsider").await;
    share(&tidings, false).await;
    share(&tidings, false).await;
    tidings
        .caller("client")
        .does("fulfillLocationRequest", at(&id, "a"))
        .await;
    let event = next_of(&mut fernhill, "AccessRevoked").await;
    assert_eq!(event["everything"], true);
    tidings
        .nothing_more(std::slice::from_mut(&mut fernhill))
        .await;
    let beatriz = tidings.caller("outsider");
    assert_eq!(status(&beatriz, &id).await, "NOT_FOUND");
    assert_eq!(listed(&beatriz).await, Value::Null);
    let found = beatriz
        .data(
            "{ sharedClients(first: 10) { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert_eq!(found["sharedClients"]["edges"], json!([]));
}
