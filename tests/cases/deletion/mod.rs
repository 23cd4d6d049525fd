//! Deleting for everybody: messages, threads, many at once, and what is erased when.

mod bulk;
mod erased;
mod messages;
mod threads;

use serde_json::{Value, json};
use tidings_server::seed::cast::client;

use crate::support::{Caller, Global as _};

pub(super) fn message(id: &str) -> Value {
    json!({ "messageId": id })
}

/// Starts a thread with Elena in this audience; answers the thread and its message.
pub(super) async fn starts(who: &Caller<'_>, audience: &str) -> (String, String) {
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": audience, "subject": "s", "body": "b" });
    let started = who.does("startThread", input).await;
    let id = |of: &str| started[of]["id"].as_str().unwrap().to_owned();
    (id("thread"), id("message"))
}

pub(super) async fn reads(who: &Caller<'_>, message: &str) {
    who.does("markRead", json!({ "messageIds": [message] }))
        .await;
}
