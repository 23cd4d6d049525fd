//! What is asked of Tidings.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::{Request, once};
use crate::sockets::Ask;

/// An inbox page.
pub(crate) const INBOX: &str = "query Inbox($n: Int!) { inbox(first: $n) { edges { node { id subject lastActivityAt viewerUnreadCount client { id displayName } audience { kind } lastMessage { id bodyText createdAt author { __typename ... on StaffMember { displayName } ... on Client { displayName } } } } } pageInfo { hasNextPage } } }";

/// A thread with its newest fifty messages.
pub(crate) const THREAD: &str = "query Thread($id: ID!) { thread(id: $id) { id subject messages(last: 50) { edges { node { id seq bodyText createdAt viewerUnread author { __typename ... on StaffMember { displayName } ... on Client { displayName } } } } pageInfo { hasPreviousPage } } } }";

/// Threads, their newest messages, and who wrote these.
pub(crate) const THREE_LEVELS: &str = "query Levels { inbox(first: 10) { edges { node { id subject messages(last: 5) { edges { node { id bodyText createdAt author { __typename ... on StaffMember { displayName } ... on Client { displayName } } } } } } } } }";

const SEND: &str = "mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq createdAt } userErrors { code } } }";

const ADDED: &str = "subscription Added($thread: ID) { messageAdded(threadId: $thread) { cursor message { id seq bodyText createdAt author { __typename ... on StaffMember { displayName } ... on Client { displayName } } } thread { id } } }";

const EVENTS: &str = "subscription Events { events { __typename ... on MessageAdded { cursor message { id bodyText } thread { id } } ... on ThreadChanged { cursor thread { id subject } } ... on ViewerStateChanged { cursor thread { id } } } }";

/// The text of a message.
const BODY: &str =
    "Thank you for your message. The afternoon would be easier for me than the morning.";

/// A global id.
pub(crate) fn global(name: &str, id: Uuid) -> String {
    format!("{name}_{}", URL_SAFE_NO_PAD.encode(id))
}

/// What a global id names.
pub(crate) fn uuid(global: &str) -> Result<Uuid> {
    let (_, id) = global.split_once('_').context("this is no global id")?;
    Ok(Uuid::from_slice(&URL_SAFE_NO_PAD.decode(id)?)?)
}

/// A request for an operation.
pub(crate) fn request(token: &str, query: &str, variables: &Value) -> Request {
    let body = json!({ "query": query, "variables": variables }).to_string();
    Request::post("/graphql", Some(token), &body)
}

/// The data of an operation that must succeed.
pub(crate) async fn ask(
    address: SocketAddr,
    token: &str,
    query: &str,
    variables: Value,
) -> Result<Value> {
    let answer = once(address, &request(token, query, &variables)).await?;
    let mut answer: Value = serde_json::from_slice(&answer)?;
    if let Some(errors) = answer.get("errors") {
        bail!("{query}: {errors}");
    }
    Ok(answer["data"].take())
}

/// Requests that send a message each, with keys that are never used again.
#[derive(Debug)]
pub(crate) struct Sender {
    token: String,
    thread: String,
    name: String,
    count: u32,
}

impl Sender {
    /// Sends into a thread of this global id. The name is a part of the keys.
    pub(crate) fn new(token: String, thread: String, name: String) -> Self {
        Self {
            token,
            thread,
            name,
            count: 0,
        }
    }

    /// The next message.
    pub(crate) fn next(&mut self) -> Request {
        self.count += 1;
        let mut key = self.name.clone();
        let _infallible = write!(key, "-{}", self.count);
        let input = json!({ "idempotencyKey": key, "threadId": self.thread, "body": BODY });
        request(&self.token, SEND, &json!({ "input": input }))
    }

    /// Whether an answer says that it was sent.
    pub(crate) fn is_sent(answer: &[u8]) -> bool {
        answer.starts_with(b"{\"data\":{\"sendMessage\":{\"message\":{\"id\"")
    }
}

/// A subscription to one thread's messages, or to all.
pub(crate) fn added(token: &Arc<str>, thread: Option<&str>) -> Ask {
    subscription(token, ADDED, &json!({ "thread": thread }))
}

/// A subscription to everything.
pub(crate) fn events(token: &Arc<str>) -> Ask {
    subscription(token, EVENTS, &json!({}))
}

fn subscription(token: &Arc<str>, query: &str, variables: &Value) -> Ask {
    let payload = json!({ "query": query, "variables": variables }).to_string();
    Ask::Subscription(Arc::clone(token), payload.into())
}

/// The nodes of all pages of a list, up to a number.
pub(crate) async fn pages(
    address: SocketAddr,
    token: &str,
    list: &str,
    node: &str,
    most: usize,
) -> Result<Vec<Value>> {
    let query = format!(
        "query Pages($after: String) {{ {list}(first: 100, after: $after) {{ edges {{ node {{ {node} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let mut nodes = Vec::new();
    let mut after = Value::Null;
    while nodes.len() < most {
        let mut data = ask(address, token, &query, json!({ "after": after })).await?;
        let page = &mut data[list];
        let Value::Array(edges) = page["edges"].take() else {
            bail!("{list} is no list");
        };
        nodes.extend(edges.into_iter().map(|mut edge| edge["node"].take()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            break;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
    nodes.truncate(most);
    Ok(nodes)
}

/// Text of a field.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    Some(value.pointer(pointer)?.as_str()?.to_owned())
}
