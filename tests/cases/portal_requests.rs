//! Portal requests: asking a client, and what comes of it.

mod assessments;
mod documents;
mod fulfilling;
mod life;
mod lists;
mod many;
mod releases;
mod sending;
mod sharing;
mod telling;

use serde_json::{Value, json};
use tidings_domain::ClientId;
use tidings_server::seed::cast::client;

use crate::support::{Caller, Global as _, Listener, Tidings};

/// The hash of the text that is signed unless the agency has its own.
pub(crate) fn default_release() -> String {
    "01db81c1f89b7ea5fbcf9c70d735583fce2edf4fcbb05c6ddb871af8b8aec9a8".to_owned()
}

/// Sends a request to a client; answers its id.
async fn sent(caller: &Caller<'_>, client: ClientId, wanted: Value) -> String {
    let input = json!({ "clientId": client.gid(), "request": wanted });
    let done = caller.does("sendPortalRequest", input).await;
    done["request"]["id"].as_str().unwrap().to_owned()
}

/// An answer to a request for a location.
fn at(request: &str, line1: &str) -> Value {
    json!({ "requestId": request, "place": { "address": { "line1": line1 } } })
}

/// A request as the caller sees it; null if it does not.
async fn seen(caller: &Caller<'_>, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on PortalRequest { id status noteText noteHtml sentAt expiresAt seenAt closedAt
        client { id } requestedBy { id } ... on LocationRequest { private location { id private place { ... on Address { line1 country } ... on Coordinates { latitude longitude accuracy } } } }
        ... on ReleaseOfInformationRequest { text textSha256 days releaseOfInformation { id } } } } }";
    caller.data(query, json!({ "id": id })).await["node"].take()
}

/// The status of a request.
async fn status(caller: &Caller<'_>, id: &str) -> String {
    let found = seen(caller, id).await;
    found["status"].as_str().unwrap_or("NOT_FOUND").to_owned()
}

/// The caller's notifications: kind and request.
async fn notified(caller: &Caller<'_>) -> Vec<(String, Value)> {
    let query = "{ notifications(first: 100) { edges { node { kind request { id } } } } }";
    let data = caller.data(query, json!({})).await;
    let edges = data["notifications"]["edges"].as_array().unwrap();
    let entry = |edge: &Value| {
        let node = &edge["node"];
        (
            node["kind"].as_str().unwrap().to_owned(),
            node["request"]["id"].clone(),
        )
    };
    edges.iter().map(entry).collect()
}

/// The next event of this kind. On PostgreSQL a stream may begin with what happened just before it.
async fn next_of(listener: &mut Listener, kind: &str) -> Value {
    loop {
        let event = listener.next().await;
        if event["kind"] == kind {
            return event;
        }
    }
}

/// A server, and a request for the location of the demo's client.
async fn asked() -> (Tidings, String) {
    let tidings = Tidings::start().await;
    let clinician = tidings.caller("clinician");
    let id = sent(&clinician, client::CLIENT, json!({ "location": {} })).await;
    (tidings, id)
}
