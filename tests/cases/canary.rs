//! What clients and staff write to each other stands in no log line, no metric and no error text, however much is
//! logged.

use serde_json::{Value, json};
use tidings_server::seed::cast::{request, thread};

use crate::support::process::{Process, post};
use crate::support::{Global as _, MESSAGES, assessment_request, key, mutation};

/// A word that stands in every column of content, and nowhere else.
const CANARY: &str = "Chrysanthemum";

/// A server that logs all that it can, and somebody who asks it.
struct Aviary {
    process: Process,
    metrics: String,
    /// Who saw the canary in an answer.
    seen: Vec<&'static str>,
}

impl Aviary {
    async fn start() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let metrics = free.local_addr().unwrap().to_string();
        drop(free);
        let options = [
            ("TIDINGS_LOG", "trace"),
            ("TIDINGS_LOG_FORMAT", "json"),
            ("TIDINGS_METRICS_LISTEN", metrics.as_str()),
        ];
        let process = Process::start_with(&options).await;
        // No mutation writes names yet.
        for (table, column) in [
            ("client", "display_name"),
            ("client", "email"),
            ("staff_member", "display_name"),
            ("staff_member", "title"),
            ("staff_member", "email"),
            ("portal_account", "email"),
            ("topic", "title"),
        ] {
            let sql = format!("UPDATE {table} SET {column} = '{CANARY} of ' || {column}");
            process.alter(&sql).await;
        }
        let searched = CANARY.to_lowercase();
        let sql = format!("UPDATE client SET sort_name = '{searched} of ' || sort_name");
        process.alter(&sql).await;
        let seen = Vec::new();
        Self {
            process,
            metrics,
            seen,
        }
    }

    async fn ask(&mut self, name: &'static str, query: &str, variables: Value) -> Value {
        let token = self.process.token(name);
        let answer = post(&self.process.address, &token, query, &variables).await;
        let answer = answer.unwrap();
        if answer["data"].to_string().contains(CANARY) {
            self.seen.push(name);
        }
        for errors in [&answer["errors"], &answer["data"]["answer"]["userErrors"]] {
            assert!(!errors.to_string().contains(CANARY), "{answer:#}");
        }
        answer
    }

    /// The code with which a mutation is refused, or `OK`.
    async fn act(&mut self, who: &'static str, name: &str, mut input: Value) -> String {
        if input["idempotencyKey"].is_null() {
            input["idempotencyKey"] = json!(key());
        }
        let query = mutation(name);
        let answer = self.ask(who, &query, json!({ "input": input })).await;
        let top = answer["errors"][0]["extensions"]["code"].as_str();
        let user = answer["data"]["answer"]["userErrors"][0]["code"].as_str();
        top.or(user).unwrap_or("OK").to_owned()
    }

    /// A request as no client of ours would send it.
    async fn raw(&self, path: &str, kind: &str, token: &str, body: String) {
        let url = format!("http://{}{path}", self.process.address);
        let client = reqwest::Client::new();
        let request = client.post(url).header("content-type", kind);
        let answer = request.bearer_auth(token).body(body).send().await.unwrap();
        let answer = answer.text().await.unwrap();
        assert!(!answer.contains(CANARY), "{answer}");
    }
}

/// Mutations that are done, and mutations that are refused.
async fn write(aviary: &mut Aviary) {
    let sleep = thread::SLEEP.gid();
    let text = format!("{CANARY} in a text");
    let send = |body: String| json!({ "threadId": sleep, "body": body });
    assert_eq!(
        aviary
            .act("client", "sendMessage", send(text.clone()))
            .await,
        "OK"
    );
    let mut rich = send(format!(
        "<p onclick='{CANARY}'>A <b>{CANARY}</b> <script>{CANARY}</script></p>"
    ));
    rich["bodyFormat"] = json!("RICH");
    assert_eq!(aviary.act("clinician", "sendMessage", rich).await, "OK");
    let mut twice = send(text.clone());
    twice["idempotencyKey"] = json!(key());
    assert_eq!(
        aviary.act("client", "sendMessage", twice.clone()).await,
        "OK"
    );
    twice["body"] = json!(format!("another {CANARY}"));
    for (who, name, input) in [
        ("client", "sendMessage", twice),
        ("client", "sendMessage", send(CANARY.repeat(10_000))),
        ("outsider", "sendMessage", send(text.clone())),
        (
            "client",
            "sendMessage",
            json!({ "threadId": text, "body": text }),
        ),
        (
            "clinician",
            "startThread",
            json!({ "to": [], "subject": text, "body": text }),
        ),
        (
            "clinician",
            "editThreadHeader",
            json!({ "threadId": sleep, "subject": CANARY.repeat(100), "expectedVersion": 1 }),
        ),
    ] {
        assert_ne!(aviary.act(who, name, input).await, "OK", "{name}");
    }
    let query = "query($id: ID!) { thread(id: $id) { lastMessage { id } } }";
    let last = aviary.ask("clinician", query, json!({ "id": sleep })).await;
    let last = &last["data"]["thread"]["lastMessage"]["id"];
    let mut answer = send(text.clone());
    answer["replyToId"] = last.clone();
    for (who, name, input, code) in [
        ("client", "sendMessage", answer, "OK"),
        (
            "client",
            "editMessage",
            json!({ "messageId": last, "body": format!("no {text}") }),
            "OK",
        ),
        (
            "clinician",
            "editMessage",
            json!({ "messageId": last, "body": text }),
            "FORBIDDEN",
        ),
        (
            "clinician",
            "addThreadNote",
            json!({ "threadId": sleep, "body": text }),
            "OK",
        ),
        (
            "client",
            "addThreadNote",
            json!({ "threadId": sleep, "body": text }),
            "FORBIDDEN",
        ),
        ("client", "saveDraft", send(text.clone()), "OK"),
        ("outsider", "saveDraft", send(text.clone()), "NOT_FOUND"),
        (
            "clinician",
            "addReaction",
            json!({ "messageId": last, "emoji": text }),
            "EMOJI_NOT_ALLOWED",
        ),
    ] {
        assert_eq!(aviary.act(who, name, input).await, code, "{name}");
    }
    assess(aviary, &text).await;
    let query = "query($id: ID!) { thread(id: $id) { version } }";
    let now = aviary.ask("clinician", query, json!({ "id": sleep })).await;
    let version = &now["data"]["thread"]["version"];
    let subject = json!({ "threadId": sleep, "subject": text, "expectedVersion": version });
    assert_eq!(
        aviary.act("clinician", "editThreadHeader", subject).await,
        "OK"
    );
}

/// Answers that are refused, each in another way, and answers that are taken.
async fn assess(aviary: &mut Aviary, text: &str) {
    let said = |question: &str, value: Value| json!({ "question": question, "value": value });
    let guest = said("situation", json!({ "choice": "guest" }));
    let moves = said("moves", json!({ "number": 1 }));
    let host = said("host", json!({ "text": text }));
    let id = assessment_request(request::ASSESSMENT);
    for (answers, code) in [
        (
            json!([said(CANARY, json!({ "text": text }))]),
            "ANSWER_REQUIRED",
        ),
        (
            json!([guest, host, said("moves", json!({ "text": text }))]),
            "ANSWER_INVALID",
        ),
        (
            json!([said("situation", json!({ "choice": text })), moves]),
            "ANSWER_INVALID",
        ),
        (
            json!([guest, host, moves, said(text, json!({ "text": text }))]),
            "ANSWER_INVALID",
        ),
        (json!([guest, host, moves]), "OK"),
    ] {
        let input = json!({ "requestId": id, "answers": answers });
        let done = aviary
            .act("guardian", "fulfillAssessmentRequest", input)
            .await;
        assert_eq!(done, code, "{answers}");
    }
}

/// Queries that are answered, and queries that are not.
async fn read(aviary: &mut Aviary) {
    let sleep = thread::SLEEP.gid();
    let everything = "query($id: ID!) { thread(id: $id) { subject topic { title } client { displayName email } participants { person { __typename } }
        pinnedMessages { bodyText } messages(last: 10) { edges { node { bodyText bodyHtml replyTo { bodyText } author { ... on StaffMember { displayName title email } ... on Client { displayName } } } } } }
        inbox(first: 5) { edges { node { subject } } } viewer { ... on StaffMember { email } ... on PortalAccount { email } } }";
    let answers = |answer: &Value| answer["data"]["thread"]["subject"].is_string();
    for who in ["client", "clinician"] {
        let answer = aviary.ask(who, everything, json!({ "id": sleep })).await;
        assert!(answers(&answer), "{answer:#}");
    }
    for who in ["outsider", "system-admin"] {
        aviary.ask(who, everything, json!({ "id": sleep })).await;
    }
    let search = "query($search: String) { clients(first: 5, search: $search) { edges { node { displayName } } } }";
    aviary
        .ask("scheduler", search, json!({ "search": CANARY }))
        .await;
    // An id, and a cursor, that somebody mistook.
    aviary
        .ask("clinician", everything, json!({ "id": CANARY }))
        .await;
    let page = "query($after: String) { inbox(first: 1, after: $after) { edges { cursor } } }";
    aviary
        .ask("clinician", page, json!({ "after": CANARY }))
        .await;
}

/// What is not well formed, over every transport.
async fn break_things(aviary: &Aviary) {
    let token = aviary.process.token("client");
    let json = "application/json";
    for (path, kind, token, body) in [
        (
            "/graphql",
            json,
            &*token,
            format!("{{\"query\": \"{{ viewer {{ id }} }}\", \"{CANARY}"),
        ),
        (
            "/graphql",
            json,
            &token,
            format!("{{\"query\":\"{{ viewer {{ __typename }} }}\",\"variables\":\"{CANARY}\"}}"),
        ),
        ("/graphql", "text/plain", &token, CANARY.to_owned()),
        (
            "/graphql",
            "multipart/form-data; boundary=x",
            &token,
            format!(
                "--x\r\ncontent-disposition: form-data; name=\"0\"; filename=\"{CANARY}.pdf\"\r\n\r\n{CANARY}\r\n--x--"
            ),
        ),
        ("/graphql", json, CANARY, "{}".to_owned()),
        ("/graphql/stream", json, &token, format!("[\"{CANARY}\"")),
    ] {
        aviary.raw(path, kind, token, body).await;
    }
    let mut socket = aviary.process.socket(&token).await;
    socket
        .send(&json!({ "type": CANARY, "payload": CANARY }))
        .await;
    let closed = socket.receive().await;
    assert_eq!(closed["close"], 4400, "{closed}");
}

#[tokio::test]
async fn content_is_in_no_log_line_no_metric_and_no_error_text() {
    let mut aviary = Aviary::start().await;
    let sleep = thread::SLEEP.gid();
    let mut socket = aviary
        .process
        .socket(&aviary.process.token("clinician"))
        .await;
    socket.subscribe(MESSAGES, json!({ "thread": sleep })).await;
    socket
        .subscribe(MESSAGES, json!({ "thread": CANARY }))
        .await;
    let refused = socket.receive().await;
    assert_eq!(refused["type"], "error", "{refused:#}");
    write(&mut aviary).await;
    assert!(socket.data().await.to_string().contains(CANARY));
    read(&mut aviary).await;
    break_things(&aviary).await;
    for who in ["client", "clinician", "scheduler"] {
        assert!(
            aviary.seen.contains(&who),
            "{who} saw nothing: {:?}",
            aviary.seen
        );
    }
    let page = reqwest::get(format!("http://{}/metrics", aviary.metrics))
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("tidings_operations_total"));
    assert!(!page.contains(CANARY), "{page}");
    aviary.process.kill().await;
    let log = aviary.process.log();
    // It does log what happens.
    assert!(log.contains("a token was refused"), "{log}");
    let lower = CANARY.to_lowercase();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(
            !line.to_string().to_lowercase().contains(&lower),
            "{line:#}"
        );
    }
}
