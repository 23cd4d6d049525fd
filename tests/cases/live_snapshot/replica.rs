//! A small client that keeps what it has read true by what it is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::Caller;

const THREAD: &str = "fragment T on Thread { id subject archived audience { kind } topic { id } locked messageCount viewerUnreadCount viewerHasPinned }
fragment M on Message { id seq bodyText pinnedAt revision replyTo { messageId bodyText } reactions { emoji count viewerHasReacted } }";
const MESSAGES: &str = "messages(last: 100) { edges { node { ...M } } }";
/// Receipts are for staff.
const SEEN: &str = "messages(last: 100) { edges { node { ...M seenBy { reader { ... on StaffMember { id } ... on PortalAccount { id } } } } } }";

/// A thread and its messages by number: the message, and who has seen it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept {
    thread: Value,
    messages: BTreeMap<i64, (Value, BTreeSet<String>)>,
}

/// Everything that a member sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Replica {
    staff: bool,
    threads: BTreeMap<String, Kept>,
    clients: BTreeMap<String, Value>,
}

impl Replica {
    /// Reads everything afresh, and where the log ended, in one operation.
    pub(super) async fn read(caller: &Caller<'_>, staff: bool) -> (Self, String) {
        let messages = if staff { SEEN } else { MESSAGES };
        // The cursor stands last: whatever the order of the fields, nothing may be missing.
        let query = format!(
            "{{ inbox(first: 100, filter: {{ state: ALL_INCLUDING_ARCHIVED }}) {{ pageInfo {{ hasNextPage }} edges {{ node {{ ...T {messages} }} }} }}
            clients(first: 100) {{ edges {{ node {{ id status }} }} }} eventCursor }} {THREAD}"
        );
        let mut data = caller.data(&query, json!({})).await;
        assert_eq!(data["inbox"]["pageInfo"]["hasNextPage"], false);
        let mut replica = Self {
            staff,
            ..Self::default()
        };
        for edge in data["inbox"]["edges"].as_array_mut().unwrap() {
            replica.keep(edge["node"].take());
        }
        for edge in data["clients"]["edges"].as_array().unwrap() {
            let node = &edge["node"];
            let id = node["id"].as_str().unwrap().to_owned();
            replica.clients.insert(id, node["status"].clone());
        }
        (replica, data["eventCursor"].as_str().unwrap().to_owned())
    }

    fn keep(&mut self, mut thread: Value) {
        let mut kept = Kept::default();
        for edge in thread["messages"]["edges"].as_array().unwrap() {
            let mut node = edge["node"].clone();
            let seen = node.as_object_mut().unwrap().remove("seenBy");
            let seen = seen.iter().filter_map(Value::as_array).flatten();
            let seen = seen.map(|receipt| receipt["reader"]["id"].as_str().unwrap().to_owned());
            let (seq, seen) = (node["seq"].as_i64().unwrap(), seen.collect());
            kept.messages.insert(seq, (node, seen));
        }
        thread.as_object_mut().unwrap().remove("messages");
        kept.thread = thread;
        let id = kept.thread["id"].as_str().unwrap().to_owned();
        self.threads.insert(id, kept);
    }

    /// Reads one thread, if it is to be seen still.
    async fn fetch(&mut self, caller: &Caller<'_>, id: &str) {
        let messages = if self.staff { SEEN } else { MESSAGES };
        let query = format!("query($id: ID!) {{ thread(id: $id) {{ ...T {messages} }} }} {THREAD}");
        let mut answer = caller.ask(&query, json!({ "id": id })).await;
        let thread = answer["data"]["thread"].take();
        if thread.is_null() {
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
                "{answer:#}"
            );
            self.threads.remove(id);
        } else {
            self.keep(thread);
        }
    }

    /// Applies one event.
    pub(super) async fn apply(&mut self, caller: &Caller<'_>, mut event: Value) {
        let thread = event["thread"].take();
        let id = thread["id"].as_str().unwrap_or_default().to_owned();
        match event["kind"].as_str().unwrap() {
            "MessageAdded" => {
                let mut message = event["message"].take();
                message.as_object_mut().unwrap().remove("viewerUnread");
                let seq = message["seq"].as_i64().unwrap();
                let known = self.threads.get_mut(&id);
                match known.filter(|kept| i64::try_from(kept.messages.len()).unwrap() >= seq - 1) {
                    Some(kept) => {
                        // An event may tell of what was read already.
                        kept.messages.entry(seq).or_default().0 = message;
                        kept.thread = thread;
                    }
                    None if seq == 1 => {
                        let messages = BTreeMap::from([(1, (message, BTreeSet::new()))]);
                        self.threads.insert(id, Kept { thread, messages });
                    }
                    // Not a thread that was read: the gap must come from a gain that is to be told.
                    None => self.fetch(caller, &id).await,
                }
            }
            "MessageChanged" | "ReactionChanged" => {
                let message = event["message"].take();
                let seq = message["seq"].as_i64().unwrap();
                let known = self.threads.get_mut(&id);
                match known.and_then(|kept| kept.messages.get_mut(&seq)) {
                    Some(slot) => slot.0 = message,
                    None => self.fetch(caller, &id).await,
                }
            }
            "ThreadNoteAdded" | "DraftChanged" => {}
            "ThreadChanged" | "ViewerStateChanged" => match self.threads.get_mut(&id) {
                Some(kept) => kept.thread = thread,
                None => self.fetch(caller, &id).await,
            },
            "ReadReceiptAdded" => {
                let reader = event["reader"]["id"].as_str().unwrap();
                let range = event["fromSeq"].as_i64().unwrap()..=event["toSeq"].as_i64().unwrap();
                if let Some(kept) = self.threads.get_mut(&id) {
                    for (_, (_, seen)) in kept.messages.range_mut(range) {
                        seen.insert(reader.to_owned());
                    }
                }
            }
            "ClientChanged" => {
                let client = &event["client"];
                let id = client["id"].as_str().unwrap().to_owned();
                self.clients.insert(id, client["status"].clone());
            }
            "AccessRevoked" if event["everything"] == true => {
                *self = Self::read(caller, self.staff).await.0;
            }
            "AccessRevoked" => {
                for id in event["threadIds"].as_array().unwrap() {
                    self.threads.remove(id.as_str().unwrap());
                }
            }
            "AccessGranted" => {
                for id in event["threadIds"].as_array().unwrap() {
                    self.fetch(caller, id.as_str().unwrap()).await;
                }
            }
            other => panic!("a kind that nobody knows: {other}"),
        }
    }

    /// What differs, in a form to be read.
    pub(super) fn difference(&self, other: &Self) -> Vec<String> {
        let ids: BTreeSet<_> = self.threads.keys().chain(other.threads.keys()).collect();
        let mut lines = Vec::new();
        for id in ids {
            let (ours, theirs) = (self.threads.get(id), other.threads.get(id));
            let (Some(ours), Some(theirs)) = (ours, theirs) else {
                if ours != theirs {
                    lines.push(format!(
                        "{id}: kept {}, fresh {}",
                        ours.is_some(),
                        theirs.is_some()
                    ));
                }
                continue;
            };
            if ours.thread != theirs.thread {
                lines.push(format!(
                    "{id}: kept {}\n  fresh {}",
                    ours.thread, theirs.thread
                ));
            }
            if ours.messages != theirs.messages {
                lines.push(format!(
                    "{id}: kept {:?}\n  fresh {:?}",
                    ours.messages, theirs.messages
                ));
            }
        }
        if self.clients != other.clients {
            lines.push(format!("clients: {:?} {:?}", self.clients, other.clients));
        }
        lines
    }
}
