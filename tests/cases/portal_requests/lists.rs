//! Lists: complete, newest first, and what they cost.

use chrono::Duration;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, notification, request};

use super::{at, sent};
use crate::support::{
    Caller, Global as _, Tidings, document_request, location_request, release_request,
};

const PAGE: &str = "query($id: ID!, $first: Int!, $after: String) { client(id: $id) { portalRequests(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { __typename id status noteText noteHtml sentAt expiresAt closedAt ... on LocationRequest { private } } } } } }";

/// All of a client's requests, page by page: id and status.
async fn all(
    caller: &Caller<'_>,
    of: tidings_domain::ClientId,
    first: i32,
) -> Vec<(String, String)> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "id": of.gid(), "first": first, "after": after });
        let mut data = caller.data(PAGE, variables).await;
        let page = data["client"]["portalRequests"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let nodes = page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| &edge["node"]);
        found.extend(nodes.map(|node| (text(&node["id"]), text(&node["status"]))));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn c46_every_request_stays_listed_newest_first_whatever_the_page() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let mut expect = vec![
        (document_request(request::DOCUMENT), "SENT".to_owned()),
        (release_request(request::RELEASE), "SENT".to_owned()),
        (location_request(request::LOCATION), "SENT".to_owned()),
    ];
    for n in 0..7 {
        // Several share a moment.
        if n % 3 == 0 {
            tidings.clock.advance(Duration::seconds(1));
        }
        let id = sent(&amina, client::CLIENT, json!({ "location": {} })).await;
        let status = match n {
            2 => {
                elena.does("fulfillLocationRequest", at(&id, "a")).await;
                "FULFILLED"
            }
            4 => {
                amina
                    .does("cancelPortalRequest", json!({ "requestId": id }))
                    .await;
                "CANCELLED"
            }
            _ => "SENT",
        };
        expect.insert(0, (id, status.to_owned()));
    }
    let sorted = |mut list: Vec<(String, String)>| {
        list.sort();
        list
    };
    for first in [1, 2, 3, 100] {
        for who in [&elena, &amina] {
            let found = all(who, client::CLIENT, first).await;
            assert_eq!(found.last(), expect.last());
            assert_eq!(found.first().map(|f| &f.1), expect.first().map(|f| &f.1));
            assert_eq!(sorted(found), sorted(expect.clone()), "{first}");
        }
    }
    // A cursor is good for its client's list and its viewer.
    let variables = json!({ "id": client::CLIENT.gid(), "first": 1 });
    let data = amina.data(PAGE, variables).await;
    let cursor = &data["client"]["portalRequests"]["pageInfo"]["endCursor"];
    let foreign = json!({ "id": client::CLIENT.gid(), "first": 1, "after": cursor });
    assert_eq!(elena.code(PAGE, foreign).await, "CURSOR_INVALID");
    let foreign = json!({ "id": client::FIRST_CHILD.gid(), "first": 1, "after": cursor });
    assert_eq!(amina.code(PAGE, foreign).await, "CURSOR_INVALID");
    for first in [0, 101] {
        let variables = json!({ "id": client::CLIENT.gid(), "first": first });
        assert_eq!(amina.code(PAGE, variables).await, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn c46_a_page_of_requests_takes_a_statement_and_one_for_its_client_whatever_its_size() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for _ in 0..30 {
        sent(&amina, client::CLIENT, json!({ "location": {} })).await;
    }
    for who in ["clinician", "client"] {
        let caller = tidings.caller(who);
        for first in [1, 10, 100] {
            let variables = json!({ "id": client::CLIENT.gid(), "first": first });
            let mut fewest = u64::MAX;
            for _ in 0..4 {
                let (count, answer) = tidings.counting(&caller, PAGE, variables.clone()).await;
                assert!(answer.get("errors").is_none(), "{answer:#}");
                fewest = fewest.min(count);
            }
            // One for who asks, one for the client, one for the page.
            assert_eq!(fewest, 3, "{who} {first}");
        }
    }
}

#[tokio::test]
async fn c47_notifications_are_the_viewers_own_and_are_read_once() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let count = async |who: &'static str| {
        let data = tidings
            .caller(who)
            .data("{ unreadNotificationCount }", json!({}))
            .await;
        data["unreadNotificationCount"].as_i64().unwrap()
    };
    let mine = notification::CHILD_LOCATION.gid();
    let mark = json!({ "notificationIds": [mine] });
    assert_eq!(
        (count("clinician").await, count("supervisor").await),
        (1, 0)
    );
    for who in ["supervisor", "client", "outsider", "clinical-admin"] {
        let code = tidings
            .caller(who)
            .refused("markNotificationsRead", mark.clone())
            .await;
        assert_eq!(code, "NOT_FOUND", "{who}");
        let query = "query($id: ID!) { node(id: $id) { id } }";
        let data = tidings.caller(who).data(query, json!({ "id": mine })).await;
        assert_eq!(data["node"], json!(null), "{who}");
    }
    // All or none.
    let both = json!({ "notificationIds": [mine, crate::support::nowhere("Notification")] });
    assert_eq!(
        amina.refused("markNotificationsRead", both).await,
        "NOT_FOUND"
    );
    assert_eq!(count("clinician").await, 1);
    let read = amina.does("markNotificationsRead", mark.clone()).await;
    tidings.clock.advance(Duration::minutes(1));
    let again = amina.does("markNotificationsRead", mark).await;
    assert_eq!(again["notifications"], read["notifications"]);
    assert_eq!(count("clinician").await, 0);
    let query = "{ all: notifications(first: 5) { edges { node { id } } } new: notifications(first: 5, unread: true) { edges { node { id } } } }";
    let data = amina.data(query, json!({})).await;
    assert_eq!(data["all"]["edges"][0]["node"]["id"], json!(mine));
    assert_eq!(data["new"]["edges"], json!([]));
}
