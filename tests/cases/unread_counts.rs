//! Unread counts: exact after whatever happened.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use super::read_state::unread;
use crate::support::{Caller, Global as _, Tidings};

/// The counter, and the same recounted from every message of every thread of the inbox.
async fn assert_exact(caller: &Caller<'_>, context: &str) {
    let (mut messages, mut threads) = (0, BTreeSet::new());
    for id in caller.inbox(json!({})).await {
        let unread = unread(&caller.messages(&id).await).len();
        messages += i64::try_from(unread).unwrap();
        if unread > 0 {
            threads.insert(id);
        }
    }
    let counted = (messages, i64::try_from(threads.len()).unwrap());
    assert_eq!(caller.unread().await, counted, "{context}");
    let listed: BTreeSet<String> = caller
        .inbox(json!({ "state": "UNREAD" }))
        .await
        .into_iter()
        .collect();
    assert_eq!(listed, threads, "P-18, T-23: {context}");
    let query = "{ unreadCounts { messages threads byAudience { messages threads } } }";
    let data = caller.data(query, json!({})).await;
    let parts = data["unreadCounts"]["byAudience"].as_array().unwrap();
    let sum = |name: &str| {
        parts
            .iter()
            .map(|part| part[name].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!((sum("messages"), sum("threads")), counted, "{context}");
}

/// A small generator of numbers: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[tokio::test]
async fn s06_t21_t23_p18_counts_are_exact_after_any_sequence_of_operations() {
    let tidings = Tidings::start().await;
    let people = ["clinician", "client", "clinical-admin", "guardian"];
    let callers = people.map(|who| tidings.caller(who));
    for seed in 0..3 {
        let mut dice = Dice(seed);
        for step in 0..60 {
            let caller = &callers[dice.below(callers.len())];
            let threads = caller
                .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
                .await;
            let id = &threads[dice.below(threads.len())];
            let messages = caller.messages(id).await;
            let some: Vec<&Value> = (0..=dice.below(4))
                .map(|_| &messages[dice.below(messages.len())]["id"])
                .collect();
            match dice.below(7) {
                0 => {
                    _ = caller
                        .act("sendMessage", json!({ "threadId": id, "body": "b" }))
                        .await;
                }
                1 => {
                    _ = caller
                        .act(
                            "sendMessage",
                            json!({ "threadId": id, "body": "b", "markThreadRead": false }),
                        )
                        .await;
                }
                2 => _ = caller.does("markRead", json!({ "messageIds": some })).await,
                3 => {
                    _ = caller
                        .does("markUnread", json!({ "messageIds": some }))
                        .await;
                }
                4 => {
                    _ = caller
                        .does(
                            "markThreadRead",
                            json!({ "threadId": id, "upToMessageId": some[0] }),
                        )
                        .await;
                }
                5 => {
                    _ = caller
                        .act(
                            "setThreadArchived",
                            json!({ "threadId": id, "archived": step % 2 == 0 }),
                        )
                        .await;
                }
                _ => {
                    _ = caller
                        .does(
                            "setThreadPinned",
                            json!({ "threadId": id, "pinned": step % 2 == 0 }),
                        )
                        .await;
                }
            }
            if step % 20 == 19 {
                for (who, caller) in people.iter().zip(&callers) {
                    assert_exact(caller, &format!("{who}, seed {seed}, step {step}")).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s06_k14_counts_stay_exact_when_everybody_acts_at_once() {
    let tidings = Tidings::start().await;
    let people = [
        "clinician",
        "client",
        "clinical-admin",
        "supervisor",
        "clinician",
        "client",
    ];
    let tidings = &tidings;
    let acting = people.iter().enumerate().map(|(n, who)| async move {
        let (caller, mut dice) = (tidings.caller(who), Dice(n as u64));
        for _ in 0..15 {
            let id = [thread::SLEEP, thread::INVOICE][dice.below(2)].gid();
            let messages = caller.messages(&id).await;
            let one = &messages[dice.below(messages.len())]["id"];
            match dice.below(4) {
                0 => _ = caller.does("sendMessage", json!({ "threadId": id, "body": "b", "markThreadRead": dice.below(2) == 0 })).await,
                1 => _ = caller.does("markRead", json!({ "messageIds": [one] })).await,
                2 => _ = caller.does("markUnread", json!({ "messageIds": [one] })).await,
                _ => _ = caller.does("markThreadRead", json!({ "threadId": id })).await,
            }
        }
    });
    futures_util::future::join_all(acting).await;
    for who in &people[..4] {
        assert_exact(&tidings.caller(who), who).await;
    }
}
