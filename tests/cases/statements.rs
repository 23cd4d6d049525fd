//! How many SQL statements an answer takes, whatever its size.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use crate::support::{Caller, Global as _, Tidings};

/// As many threads as a page can have, each with a few messages of several people.
async fn fill(tidings: &Tidings) {
    let lucia = tidings.caller("scheduler");
    let admin = tidings.caller("practice-admin");
    for n in 0..101 {
        let about = [client::CLIENT, client::FIRST_CHILD, client::SECOND_CLIENT][n % 3];
        let input = json!({ "to": [{ "clientId": about.gid() }], "audience": "ADMINISTRATIVE", "subject": format!("{n}"), "body": "b" });
        let started = lucia.does("startThread", input).await;
        let id = started["thread"]["id"].as_str().unwrap();
        if n % 2 == 0 {
            admin.writes(id, "b").await;
        }
    }
}

/// The statements of an operation when nothing else runs: the relay may be a moment behind, so the
/// fewest of some tries are taken.
async fn count(tidings: &Tidings, caller: &Caller<'_>, query: &str, variables: Value) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..4 {
        let (count, answer) = tidings.counting(caller, query, variables.clone()).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        fewest = fewest.min(count);
    }
    fewest
}

#[tokio::test]
async fn t10_an_inbox_page_takes_two_statements_whatever_its_size() {
    let tidings = Tidings::start().await;
    fill(&tidings).await;
    let query = "query($first: Int!, $filter: InboxFilter!) { inbox(first: $first, filter: $filter) { pageInfo { hasNextPage endCursor } edges { cursor node {
        id subject kind archived lastActivityAt messageCount viewerUnreadCount viewerHasUnread viewerHasPinned viewerCanReply replyBlockedReason
        client { id displayName status } topic { id title } audience { id kind label }
        lastMessage { id bodyText bodyHtml createdAt viewerUnread labels author { ... on StaffMember { displayName title } ... on Client { displayName } } } } } } }";
    for (who, filter) in [
        ("scheduler", json!({})),
        (
            "clinical-admin",
            json!({ "state": "ALL_INCLUDING_ARCHIVED" }),
        ),
        ("clinician", json!({ "state": "UNREAD" })),
        ("supervisor", json!({ "audience": "ADMINISTRATIVE" })),
        (
            "practice-admin",
            json!({ "clientId": client::CLIENT.gid() }),
        ),
        ("client", json!({})),
        ("guardian", json!({})),
    ] {
        let caller = tidings.caller(who);
        let mut counts = Vec::new();
        for first in [1, 25, 100] {
            counts.push(
                count(
                    &tidings,
                    &caller,
                    query,
                    json!({ "first": first, "filter": filter }),
                )
                .await,
            );
        }
        // One for who asks, one for the page.
        assert_eq!(counts, [2, 2, 2], "{who} {filter}");
    }
}

#[tokio::test]
async fn s21_a_page_of_fifty_messages_with_authors_takes_three_statements() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    for n in 0..60 {
        let who = ["client", "clinician", "supervisor", "clinical-admin"][n % 4];
        tidings.caller(who).writes(&id, &format!("{n}")).await;
    }
    let query = "query($id: ID!, $last: Int!) { thread(id: $id) { id subject viewerUnreadCount messages(last: $last) { pageInfo { hasPreviousPage } edges { cursor node {
        id seq bodyText bodyHtml createdAt viewerUnread labels author { ... on StaffMember { id displayName } ... on Client { id displayName } } } } } } }";
    for who in ["client", "clinician", "clinical-admin"] {
        let caller = tidings.caller(who);
        let mut counts = Vec::new();
        for last in [1, 50, 100] {
            counts.push(count(&tidings, &caller, query, json!({ "id": id, "last": last })).await);
        }
        assert_eq!(counts, [3, 3, 3], "{who}");
    }
}

#[tokio::test]
async fn t10_three_levels_take_three_statements_whatever_the_page() {
    let tidings = Tidings::start().await;
    fill(&tidings).await;
    let query = "query($first: Int!) { inbox(first: $first) { edges { node { subject messages(last: 3) { edges { node {
        bodyText viewerUnread author { ... on StaffMember { displayName } ... on Client { displayName } } } } } } } } }";
    for who in ["scheduler", "clinician", "client"] {
        let caller = tidings.caller(who);
        let mut counts = Vec::new();
        for first in [1, 25, 100] {
            counts.push(count(&tidings, &caller, query, json!({ "first": first })).await);
        }
        assert_eq!(counts, [3, 3, 3], "{who}");
    }
}

#[tokio::test]
async fn what_hangs_on_threads_and_messages_is_loaded_in_batches() {
    let tidings = Tidings::start().await;
    fill(&tidings).await;
    for who in ["scheduler", "clinical-admin"] {
        let caller = tidings.caller(who);
        let participants = "query($first: Int!) { inbox(first: $first) { edges { node { startedBy { ... on StaffMember { displayName } ... on Client { displayName } } participants { standing person { ... on StaffMember { displayName } ... on Client { displayName } } } } } } }";
        let receipts = "query($first: Int!) { inbox(first: $first) { edges { node { lastMessage { seenByClientAt seenBy { seenAt reader { ... on StaffMember { displayName } ... on PortalAccount { displayName } } } } } } } }";
        let teams = "query($first: Int!) { inbox(first: $first) { edges { node { client { portalAccount { displayName } messageableCareTeam { staffMember { displayName } } careTeam { members { active staffMember { displayName } } } } } } } }";
        for (query, most) in [(participants, 6), (receipts, 5), (teams, 6)] {
            let few = count(&tidings, &caller, query, json!({ "first": 10 })).await;
            let many = count(&tidings, &caller, query, json!({ "first": 40 })).await;
            assert!(
                few <= most && many <= most,
                "{who}: {few} and {many}, at most {most}: {query}"
            );
        }
    }
    // Ten people on one thread take no more than two.
    let query = "query($id: ID!) { thread(id: $id) { participants { person { ... on StaffMember { displayName } } } messages(last: 5) { edges { node { seenBy { reader { ... on StaffMember { displayName } ... on PortalAccount { displayName } } } } } } } }";
    let mut counts = Vec::new();
    let others = [
        staff::SUPERVISOR,
        staff::CLINICAL_ADMIN,
        staff::PRACTICE_ADMIN,
        staff::SCHEDULER,
        staff::BILLER,
        staff::SCHEDULER_BILLER,
        staff::SYSTEM_ADMIN,
    ];
    let names = [
        "supervisor",
        "clinical-admin",
        "practice-admin",
        "scheduler",
        "biller",
        "scheduler-biller",
        "system-admin",
    ];
    let amina = tidings.caller("clinician");
    for people in [1, others.len()] {
        let mut to: Vec<Value> = others[..people]
            .iter()
            .map(|id| json!({ "staffMemberId": id.gid() }))
            .collect();
        to.push(json!({ "clientId": client::CLIENT.gid() }));
        let input = json!({ "to": to, "audience": "CLINICAL", "subject": "s", "body": "b" });
        let started = amina.does("startThread", input).await;
        let id = started["thread"]["id"].as_str().unwrap();
        tidings
            .caller("client")
            .does("markThreadRead", json!({ "threadId": id }))
            .await;
        for who in &names[..people] {
            tidings
                .caller(who)
                .does("markThreadRead", json!({ "threadId": id }))
                .await;
        }
        let data = amina.data(query, json!({ "id": id })).await;
        let seen = data["thread"]["messages"]["edges"][0]["node"]["seenBy"]
            .as_array()
            .unwrap();
        assert_eq!(seen.len(), people + 1);
        counts.push(count(&tidings, &amina, query, json!({ "id": id })).await);
    }
    // Two batches of one kind fall together or do not; more people make no more of them.
    assert!(counts[1] <= counts[0] + 1, "{counts:?}");
}

#[tokio::test]
async fn s21_p04_attachments_of_a_page_take_one_statement_more_whatever_their_number() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    for n in 0..50 {
        let sender = tidings.caller(["client", "clinician"][n % 2]);
        let mut files = Vec::new();
        for _ in 0..n % 3 {
            files.push(sender.attaches(tidings_domain::FileKind::Txt).await);
        }
        let image = files.first().cloned().unwrap_or_default();
        let html = format!("<p>{n} <img src=\"attachment:{image}\"></p>");
        let input =
            json!({ "threadId": id, "body": html, "bodyFormat": "RICH", "attachmentIds": files });
        sender.does("sendMessage", input).await;
    }
    let attachments = "attachments { id fileName contentType kind size width height durationMs url urlExpiresAt createdAt }";
    let of_thread = format!(
        "query($id: ID!, $n: Int!) {{ thread(id: $id) {{ id messages(last: $n) {{ edges {{ node {{ id bodyHtml author {{ ... on StaffMember {{ id }} ... on Client {{ id }} }} {attachments} }} }} }} }} }}"
    );
    let of_inbox = format!(
        "query($n: Int!) {{ inbox(first: $n) {{ edges {{ node {{ id lastMessage {{ id {attachments} }} }} }} }} }}"
    );
    let shared = format!(
        "query($n: Int!) {{ sharedDocuments(first: $n) {{ edges {{ node {{ {} }} }} }} }}",
        &attachments["attachments { ".len()..attachments.len() - 2]
    );
    for who in ["client", "clinician", "clinical-admin"] {
        let caller = tidings.caller(who);
        for (query, most) in [(&of_thread, 4), (&of_inbox, 3), (&shared, 2)] {
            let mut counts = Vec::new();
            for n in [1, 50] {
                counts.push(count(&tidings, &caller, query, json!({ "id": id, "n": n })).await);
            }
            assert!(
                counts.iter().all(|n| *n <= most),
                "{who}: {counts:?}, at most {most}: {query}"
            );
        }
    }
}

#[tokio::test]
async fn s21_p34_p35_quotes_and_reactions_of_a_page_take_a_statement_each_whatever_their_number() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let mut written: Vec<String> = Vec::new();
    for n in 0..60 {
        let who = ["client", "clinician", "supervisor", "clinical-admin"][n % 4];
        let mut input = json!({ "threadId": id, "body": format!("{n}") });
        if let Some(to) = written.get(n / 2) {
            input["replyToId"] = json!(to);
        }
        let sent = tidings.caller(who).does("sendMessage", input).await;
        written.push(sent["message"]["id"].as_str().unwrap().to_owned());
        if n % 5 == 0 {
            let input = json!({ "messageId": written[n], "body": format!("{n}, and more") });
            tidings.caller(who).does("editMessage", input).await;
        }
    }
    for (n, it) in written.iter().enumerate() {
        for who in &["client", "clinician", "supervisor"][..n % 4] {
            let input = json!({ "messageId": it, "emoji": "\u{1F44D}" });
            tidings.caller(who).does("addReaction", input).await;
        }
        tidings.clock.advance(chrono::TimeDelta::seconds(2));
        if n % 3 == 0 {
            let input = json!({ "messageId": it, "pinned": true });
            tidings
                .caller("clinician")
                .does("setMessagePinned", input)
                .await;
        }
    }
    tidings.relayed().await;
    let people = "{ ... on StaffMember { id displayName } ... on Client { id displayName } }";
    let query = format!(
        "query($id: ID!, $last: Int!) {{ thread(id: $id) {{ id locked pinnedMessages {{ id bodyText pinnedAt author {people} }}
        messages(last: $last) {{ edges {{ node {{ id seq bodyText pinnedAt editedAt revision author {people}
        replyTo {{ messageId bodyText author {people} }} reactions {{ emoji count viewerHasReacted reactors {people} }} }} }} }} }} }}"
    );
    for who in ["client", "clinician", "clinical-admin"] {
        let caller = tidings.caller(who);
        let mut counts = Vec::new();
        for last in [10, 50, 100] {
            counts.push(count(&tidings, &caller, &query, json!({ "id": id, "last": last })).await);
        }
        // Who asks, thread, page; and one each for pinned messages, quotes, reactions.
        assert_eq!(counts, [6, 6, 6], "{who}");
    }
}
