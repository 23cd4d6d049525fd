//! `search`.

mod access;

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread};

use crate::support::{Caller, Global as _, Tidings};

const SEARCH: &str = "query($query: String!, $first: Int! = 100, $after: String, $filter: SearchFilter) {
  search(query: $query, first: $first, after: $after, filter: $filter) { pageInfo { hasNextPage hasPreviousPage endCursor }
    edges { cursor node { kind thread { id } message { id } attachment { id fileName } excerpt { cutBefore cutAfter parts { text marked } } } } } }";

/// An excerpt with its marked parts in brackets.
fn shown(hit: &Value) -> String {
    let parts = hit["excerpt"]["parts"].as_array().unwrap().iter();
    let part = |part: &Value| {
        let text = part["text"].as_str().unwrap();
        if part["marked"] == json!(true) {
            format!("[{text}]")
        } else {
            text.to_owned()
        }
    };
    parts.map(part).collect()
}

impl Caller<'_> {
    /// What the caller finds, newest first, at most 100.
    async fn finds(&self, query: &str) -> Vec<Value> {
        self.finds_among(query, json!({})).await
    }

    async fn finds_among(&self, query: &str, filter: Value) -> Vec<Value> {
        let variables = json!({ "query": query, "filter": filter });
        let data = self.data(SEARCH, variables).await;
        let edges = data["search"]["edges"].as_array().unwrap();
        edges.iter().map(|edge| edge["node"].clone()).collect()
    }

    /// The messages that the caller finds.
    async fn finds_messages(&self, query: &str) -> Vec<String> {
        let hits = self
            .finds_among(query, json!({ "kinds": ["MESSAGE"] }))
            .await;
        let id = |hit: &Value| hit["message"]["id"].as_str().unwrap().to_owned();
        hits.iter().map(id).collect()
    }
}

#[tokio::test]
async fn cx18_t11_words_phrases_and_beginnings_are_found_alike_on_both_databases() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let mut sent = Vec::new();
    for body in [
        "Crème brûlée on the 10:30 train",
        "CREME of tartar; the train left at 11:30",
        "see you at the Straße, O\u{2019}Brien",
        "you see: nothing but a trainer",
        "薬を飲む時間",
        "foo@example.org https://example.org/a_b?c=d AND OR NOT",
    ] {
        sent.push(amina.writes(&id, body).await);
    }
    // Numbers of the messages above, newest first.
    for (query, expect) in [
        ("creme", &[1, 0][..]),
        ("CRÈME ", &[1, 0]),
        ("train", &[3, 1, 0]),
        ("train ", &[1, 0]),
        ("trai", &[3, 1, 0]),
        ("tra", &[3, 1, 0]),
        ("creme train ", &[1, 0]),
        ("train brulee", &[0]),
        ("\"see you\"", &[2]),
        ("\"you see\"", &[3]),
        ("\"you see", &[3]),
        ("strasse", &[2]),
        ("STRASSE o'brien", &[2]),
        ("obrien", &[]),
        ("10:30", &[0]),
        ("30 train", &[1, 0]),
        ("\"11 30\"", &[1]),
        ("薬を", &[4]),
        ("時間", &[4]),
        ("を薬", &[]),
        ("example.org", &[5]),
        ("foo@example.org", &[5]),
        ("exam", &[5]),
        ("c=d", &[5]),
        ("and or not", &[5]),
        ("tartar OR brulee", &[]),
        ("tartar NOT brulee", &[]),
        ("train*", &[1, 0]),
        ("-train -left", &[1]),
        ("words:train", &[]),
        ("NEAR(see you)", &[]),
        ("('train' | 'x') & !'y'", &[]),
        ("train:* ", &[1, 0]),
        ("\\ train ' ", &[1, 0]),
        ("§t", &[]),
    ] {
        let found = amina.finds_messages(query).await;
        let expect: Vec<&String> = expect.iter().map(|n| &sent[*n]).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expect, "{query}");
    }
}

#[tokio::test]
async fn cx18_t16_hits_are_messages_subjects_and_documents_with_their_excerpts() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let file = amina.attaches(tidings_domain::FileKind::Pdf).await;
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
        "subject": "About the <b>quokka</b>", "body": "<p>A <em>quokka</em>\n &amp; its friends</p>",
        "bodyFormat": "RICH", "attachmentIds": [file] });
    let started = amina.does("startThread", input).await;
    let (id, message) = (&started["thread"]["id"], &started["message"]["id"]);
    let hits = amina.finds("quok").await;
    let kinds: Vec<&Value> = hits.iter().map(|hit| &hit["kind"]).collect();
    assert_eq!(kinds.len(), 2, "{hits:#?}");
    let of = |kind: &str| hits.iter().find(|hit| hit["kind"] == kind).unwrap();
    // Text, whatever it looks like.
    assert_eq!(shown(of("SUBJECT")), "About the <b>[quokka]</b>");
    assert_eq!(shown(of("MESSAGE")), "A [quokka] & its friends");
    assert_eq!(of("SUBJECT")["message"], json!(null));
    for hit in &hits {
        assert_eq!(&hit["thread"]["id"], id);
        assert_eq!(hit["attachment"], json!(null));
    }
    assert_eq!(&of("MESSAGE")["message"]["id"], message);

    let name = "query($id: ID!) { node(id: $id) { ... on Attachment { fileName } } }";
    let data = amina.data(name, json!({ "id": file })).await;
    let name = data["node"]["fileName"].as_str().unwrap().to_owned();
    let documents = amina
        .finds_among(&format!("\"{name}\""), json!({ "kinds": ["DOCUMENT"] }))
        .await;
    assert_eq!(documents.len(), 1, "{documents:#?}");
    assert_eq!(
        documents[0]["attachment"],
        json!({ "id": file, "fileName": name })
    );
    assert_eq!(&documents[0]["message"]["id"], message);

    // A new subject takes the place of the old one.
    tidings.move_to(id.as_str().unwrap(), "BILLING").await;
    let edit = json!({ "threadId": id, "subject": "About the wombat", "expectedVersion": 2 });
    amina.does("editThreadHeader", edit).await;
    let subjects = json!({ "kinds": ["SUBJECT"] });
    assert!(
        amina
            .finds_among("quokka", subjects.clone())
            .await
            .is_empty()
    );
    assert_eq!(amina.finds_among("wombat", subjects).await.len(), 1);
}

#[tokio::test]
async fn cx18_an_excerpt_of_a_long_text_is_short_and_says_so() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    // More of one word than PostgreSQL keeps places of, and the phrase behind them.
    let text = format!(
        "{} needle in hay {}",
        "hay ".repeat(400),
        "hay ".repeat(9_000)
    );
    let sent = amina.writes(&id, &text).await;
    for query in ["needle", "\"needle in hay\"", "\"hay needle\"", "needl"] {
        let hits = amina.finds(query).await;
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(hits[0]["message"]["id"], json!(sent));
        assert_eq!(hits[0]["excerpt"]["cutBefore"], json!(true));
        assert_eq!(hits[0]["excerpt"]["cutAfter"], json!(true));
        assert!(shown(&hits[0]).chars().count() < 260, "{query}");
    }
    assert!(amina.finds("\"needle hay\"").await.is_empty());
}

#[tokio::test]
async fn cx18_a_query_without_a_word_or_too_long_is_refused() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for query in [
        String::new(),
        " ".to_owned(),
        "\"\"".to_owned(),
        "?!*-()".to_owned(),
        "🙂".to_owned(),
        "x".repeat(201),
        "a ".repeat(17),
    ] {
        let code = amina.code(SEARCH, json!({ "query": query })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{query:?}");
    }
    for first in [0, -1, 101] {
        let code = amina
            .code(SEARCH, json!({ "query": "a", "first": first }))
            .await;
        assert_eq!(code, "BAD_USER_INPUT", "{first}");
    }
    for fits in ["x".repeat(200), "a ".repeat(16)] {
        amina.data(SEARCH, json!({ "query": fits })).await;
    }
}

#[tokio::test]
async fn cx18_p16_pages_hold_every_hit_once_newest_first() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let mut sent = Vec::new();
    for n in 0..13 {
        let id = [thread::SLEEP, thread::INVOICE, thread::APPOINTMENT][n % 3].gid();
        let caller = [&amina, &elena][n % 2];
        sent.push(caller.writes(&id, &format!("platypus {n}")).await);
    }
    sent.reverse();
    for caller in [&amina, &elena] {
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let variables = json!({ "query": "platypus", "first": 4, "after": after });
            let page = caller.data(SEARCH, variables).await["search"].take();
            let edges = page["edges"].as_array().unwrap();
            found.extend(
                edges
                    .iter()
                    .map(|edge| edge["node"]["message"]["id"].clone()),
            );
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            assert_eq!(edges.len(), 4);
            after = page["pageInfo"]["endCursor"].clone();
            // What comes meanwhile stands before the pages, and so on none of them.
            amina
                .writes(&thread::SLEEP.gid(), "platypus meanwhile")
                .await;
        }
        assert_eq!(json!(found[found.len() - 13..]), json!(sent));
    }
    let page = amina
        .data(SEARCH, json!({ "query": "platypus", "first": 1 }))
        .await;
    let cursor = &page["search"]["pageInfo"]["endCursor"];
    let code = elena
        .code(SEARCH, json!({ "query": "platypus", "after": cursor }))
        .await;
    assert_eq!(code, "CURSOR_INVALID", "another viewer's");
}

#[tokio::test]
async fn t11_t12_filters_narrow_and_never_widen() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    for (id, body) in [
        (thread::SLEEP, "echidna clinical"),
        (thread::INVOICE, "echidna billing"),
        (thread::PAYMENT_PLAN, "echidna of another client"),
        (thread::OFFICE_CLOSING, "echidna to several clients"),
    ] {
        let sender = if id == thread::OFFICE_CLOSING {
            tidings.caller("practice-admin")
        } else {
            tidings.caller("clinical-admin")
        };
        sender.writes(&id.gid(), body).await;
    }
    let elena = client::CLIENT.gid();
    for (filter, expect) in [
        (json!({}), 4),
        (json!({ "clientId": elena }), 3),
        (json!({ "clientId": client::SECOND_CLIENT.gid() }), 1),
        (json!({ "audience": "BILLING" }), 2),
        (json!({ "clientId": elena, "audience": "BILLING" }), 1),
        (json!({ "threadId": thread::SLEEP.gid() }), 1),
        (
            json!({ "threadId": thread::SLEEP.gid(), "audience": "BILLING" }),
            0,
        ),
        (json!({ "kinds": ["SUBJECT", "DOCUMENT"] }), 0),
        (json!({ "kinds": [] }), 4),
    ] {
        let hits = admin.finds_among("echidna", filter.clone()).await;
        assert_eq!(hits.len(), expect, "{filter}");
    }
    let client = tidings.caller("client");
    for (filter, expect) in [
        (json!({}), 3),
        (json!({ "clientId": client::SECOND_CLIENT.gid() }), 0),
        (json!({ "threadId": thread::PAYMENT_PLAN.gid() }), 0),
        (json!({ "audience": "BILLING" }), 1),
    ] {
        let hits = client.finds_among("echidna", filter.clone()).await;
        assert_eq!(hits.len(), expect, "{filter}");
    }
}
