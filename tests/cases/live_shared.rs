//! G5: an answer that is made once for many is the one that each would have got, and what depends on who asks is never
//! made for many.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, thread};

use crate::support::{Global as _, Socket, Tidings};

/// What is the same for everybody.
const SAME: &str = "cursor again: cursor message { id seq bodyText bodyFormat createdAt labels
  author { __typename ... on StaffMember { id displayName title } ... on Client { id displayName } } }
  thread { id kind subject messageCount client { id displayName } }";

/// What is not: also guarded fields, of which some are told that they may not read them.
const OWN: &str = "message { viewerUnread seenByClientAt } thread { viewerUnreadCount viewerHasUnread viewerHasPinned archived version viewerCanReply }";

struct Pair {
    name: &'static str,
    shared: Socket,
    alone: Socket,
}

impl Pair {
    async fn open(tidings: &Tidings, name: &'static str, cursor: &str) -> Self {
        let caller = tidings.caller(name);
        let (mut shared, mut alone) = (caller.socket().await, caller.socket().await);
        let whole = |selection: &str| {
            format!(
                "subscription($after: EventCursor) {{ messageAdded(after: $after) {{ {selection} }} }}"
            )
        };
        let after = json!({ "after": cursor });
        shared.subscribe(&whole(SAME), after.clone()).await;
        let both = format!("{SAME} {OWN}");
        alone.subscribe(&whole(&both), after).await;
        Self {
            name,
            shared,
            alone,
        }
    }

    /// The next answers of both, once it was seen that the first is the second without what is the viewer's own; answers
    /// the cursor and the whole second.
    async fn next(&mut self) -> (String, Value) {
        let (shared, alone) = (self.shared.receive().await, self.alone.receive().await);
        let (mut less, more) = (shared["payload"].clone(), alone["payload"].clone());
        assert!(less.get("errors").is_none(), "{less:#}");
        let event = &mut less["data"]["messageAdded"];
        for part in ["message", "thread"] {
            let whole = more["data"]["messageAdded"][part].as_object().unwrap();
            for (field, value) in event[part].as_object().unwrap() {
                assert_eq!(value, &whole[field], "{}: {field}", self.name);
            }
        }
        let cursor = event["cursor"].as_str().unwrap().to_owned();
        assert_eq!(event["again"], cursor);
        assert_eq!(
            more["data"]["messageAdded"]["cursor"], cursor,
            "{}",
            self.name
        );
        (cursor, more)
    }
}

#[tokio::test]
async fn g5_an_answer_made_for_many_is_what_each_of_the_cast_would_get() {
    let tidings = Tidings::start().await;
    let mut pairs = Vec::new();
    for member in CAST {
        let cursor = tidings.caller(member.name).cursor().await;
        pairs.push(Pair::open(&tidings, member.name, &cursor).await);
    }
    let (sleep, invoice) = (thread::SLEEP.gid(), thread::INVOICE.gid());
    for (name, thread, text) in [
        ("client", &sleep, "About \"sleep\"\n{}"),
        ("clinician", &sleep, "<b>ü</b> \\ \u{2028}."),
        ("client", &invoice, "Billing"),
    ] {
        tidings.caller(name).writes(thread, text).await;
        let mut cursors = Vec::new();
        for pair in &mut pairs {
            // Who sees the thread is told of it, and nobody else.
            if !tidings.caller(pair.name).sees(thread).await {
                continue;
            }
            let (cursor, whole) = pair.next().await;
            let event = &whole["data"]["messageAdded"];
            assert_eq!(event["message"]["bodyText"], text);
            assert_eq!(
                event["message"]["viewerUnread"],
                pair.name != name,
                "{}",
                pair.name
            );
            let staff = !pair.name.contains("client") && pair.name != "guardian";
            assert_eq!(
                event["thread"]["version"].is_null(),
                !staff,
                "{}: {whole:#}",
                pair.name
            );
            assert_eq!(
                whole.get("errors").is_some(),
                !staff,
                "{}: {whole:#}",
                pair.name
            );
            assert!(
                !cursors.contains(&cursor),
                "{} got another's cursor",
                pair.name
            );
            // It is its own: it goes on from there.
            let mut again = Pair::open(&tidings, pair.name, &cursor).await;
            again.shared.settle().await;
            cursors.push(cursor);
        }
        assert!(cursors.len() > 2, "{text}: {}", cursors.len());
    }
    for pair in &mut pairs {
        pair.shared.settle().await;
        pair.alone.settle().await;
    }
}
