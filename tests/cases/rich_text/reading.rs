//! Rich text as its readers get it: live, resumed, and on every way through the schema.

use serde_json::json;
use tidings_server::seed::cast::thread;

use super::{LINK, rich};
use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn c05_c15_a_rich_message_is_live_for_all_who_see_it_and_the_same_when_resumed() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let one = "subscription($thread: ID, $after: EventCursor) { it: messageAdded(threadId: $thread, after: $after) { message { bodyFormat bodyText bodyHtml } } }";
    let all = "subscription($after: EventCursor) { it: events(after: $after, kinds: [MESSAGE_ADDED]) { ... on MessageAdded { message { bodyFormat bodyText bodyHtml } } } }";
    let mut sockets = Vec::new();
    let mut cursors = Vec::new();
    for who in ["client", "clinician", "supervisor"] {
        let caller = tidings.caller(who);
        let after = caller.cursor().await;
        for query in [one, all] {
            let mut socket = caller.socket().await;
            let variables = json!({ "after": after, "thread": id });
            socket.subscribe(query, variables).await;
            socket.settle().await;
            sockets.push(socket);
        }
        cursors.push((who, after));
    }
    let html = "<p onclick=x>See <a href=\"https://x.example/\">this</a>.</p>";
    let input = rich(&id, html);
    tidings.caller("clinician").does("sendMessage", input).await;
    let expected = json!({
        "bodyFormat": "RICH",
        "bodyText": "See this.",
        "bodyHtml": format!("<p>See <a href=\"https://x.example/\" {LINK}>this</a>.</p>"),
    });
    for socket in &mut sockets {
        assert_eq!(socket.data().await["it"]["message"], expected);
    }
    for (who, after) in cursors {
        for query in [one, all] {
            let mut socket = tidings.caller(who).socket().await;
            let variables = json!({ "after": after, "thread": id });
            socket.subscribe(query, variables).await;
            assert_eq!(socket.data().await["it"]["message"], expected, "{who}");
        }
    }
}

#[tokio::test]
async fn c05_every_way_to_a_rich_message_shows_the_same_and_takes_no_statement_more() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let amina = tidings.caller("clinician");
    let mut message = String::new();
    for n in 0..3 {
        let sent = amina
            .does("sendMessage", rich(&id, &format!("<p><b>{n}</b></p>")))
            .await;
        message = sent["message"]["id"].as_str().unwrap().to_owned();
        amina.writes(&thread::BREATHING.gid(), "Plain.").await;
    }
    let html = json!("<p><b>2</b></p>");
    let elena = tidings.caller("client");
    let variables = json!({ "id": id, "message": message });
    // The last of them reads, by a longer way, a message that the page was not asked to read whole.
    let ways = [
        (
            "/inbox/edges",
            2,
            "query { inbox(first: 5) { edges { node { id lastMessage { bodyHtml } } } } }",
        ),
        (
            "/inbox/edges",
            2,
            "query { inbox(first: 5) { edges { node { id ...L } } } } fragment L on Thread { lastMessage { h: bodyHtml bodyHtml } }",
        ),
        (
            "/thread/messages/edges",
            3,
            "query($id: ID!) { thread(id: $id) { messages(last: 5) { edges { node { id bodyHtml } } } } }",
        ),
        (
            "/node",
            2,
            "query($message: ID!) { node(id: $message) { ... on Message { bodyHtml } } }",
        ),
        (
            "/inbox/edges",
            3,
            "query { inbox(first: 5) { edges { node { id lastMessage { thread { lastMessage { bodyHtml } } } } } } }",
        ),
    ];
    for (place, most, query) in ways {
        let mut fewest = u64::MAX;
        for _ in 0..4 {
            let (count, answer) = tidings.counting(&elena, query, variables.clone()).await;
            assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
            let found = answer["data"].pointer(place).unwrap().to_string();
            assert!(found.contains(&html.to_string()), "{query}: {found}");
            fewest = fewest.min(count);
        }
        assert_eq!(fewest, most, "{query}");
    }
    // Who asks for the text alone gets it alone.
    let query =
        "query { inbox(first: 5) { edges { node { lastMessage { bodyFormat bodyText } } } } }";
    let (_, answer) = tidings.counting(&elena, query, json!({})).await;
    let text = answer["data"].to_string();
    assert!(
        text.contains("\"RICH\"") && text.contains("\"2\""),
        "{text}"
    );
}
