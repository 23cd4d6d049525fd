//! Attachments: what comes in and how, how it is sent, who reads it, and what is swept.

mod coming_in;
mod documents;
mod memory;
mod reading;
mod sending;
mod sweeping;
mod tickets;

use serde_json::{Value, json};

use crate::support::Caller;

/// Sends a message with these attachments; answers its payload's message.
async fn send(caller: &Caller<'_>, thread: &str, ids: &[String]) -> Value {
    let input = json!({ "threadId": thread, "body": "See the file.", "attachmentIds": ids });
    caller.does("sendMessage", input).await["message"].take()
}

/// The attachments of a thread's newest message, as a reader gets them.
async fn newest(reader: &Caller<'_>, thread: &str) -> Vec<Value> {
    let query = "query($id: ID!) { thread(id: $id) { lastMessage { attachments {
        id fileName contentType kind size width height durationMs url urlExpiresAt message { bodyText } } } } }";
    let mut data = reader.data(query, json!({ "id": thread })).await;
    match data["thread"]["lastMessage"]["attachments"].take() {
        Value::Array(all) => all,
        other => panic!("{other}"),
    }
}
