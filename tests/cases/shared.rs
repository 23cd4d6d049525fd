//! What the viewers of a thread share beside its messages.

mod drafts;
mod edits;
mod lock;
mod notes;
mod pins;
mod quotes;
mod reactions;

use serde_json::{Value, json};
use tidings_domain::ClientId;

use crate::support::{Caller, Global as _, Tidings};

/// A broadcast of the scheduler's, or a group of hers, to these clients; answers the thread and its
/// first message.
async fn to_clients(tidings: &Tidings, clients: &[ClientId], group: bool) -> (String, String) {
    if group {
        let switches = json!({ "allow_multi_client_groups": true });
        tidings.policy(switches).await;
    }
    let to: Vec<Value> = clients
        .iter()
        .map(|id| json!({ "clientId": id.gid() }))
        .collect();
    let input = json!({ "to": to, "group": group, "audience": "ADMINISTRATIVE", "subject": "s", "body": "b" });
    let lucia = tidings.caller("scheduler");
    let started = lucia.does("startThread", input).await;
    let id = |part: &str| started[part]["id"].as_str().unwrap().to_owned();
    (id("thread"), id("message"))
}

/// A message as the caller sees it.
async fn look(caller: &Caller<'_>, message: &str, fields: &str) -> Value {
    let query =
        format!("query($id: ID!) {{ node(id: $id) {{ ... on Message {{ id {fields} }} }} }}");
    let mut data = caller.data(&query, json!({ "id": message })).await;
    data["node"].take()
}
