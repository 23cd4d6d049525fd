//! `exportThread`, and the files that it leads to.

mod access;

use std::io::{Cursor, Read as _};

use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use crate::support::{Caller, Global as _, Tidings};

/// A CSV file as its rows, read as RFC 4180 says.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap();
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => assert_eq!(chars.peek(), Some(&'\n')),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    assert!(
        !quoted && row.is_empty() && field.is_empty(),
        "it ends with a row"
    );
    rows
}

impl Caller<'_> {
    /// The address of a thread as a file.
    async fn exports(&self, thread: &str, format: &str) -> String {
        let input = json!({ "threadId": thread, "format": format });
        let mut done = self.does("exportThread", input).await;
        let Value::String(url) = done["export"]["url"].take() else {
            panic!("{done:#}");
        };
        url
    }
}

impl Tidings {
    /// A thread as the caller gets it.
    pub(crate) async fn exported(&self, who: &'static str, thread: &str, format: &str) -> Vec<u8> {
        let url = self.caller(who).exports(thread, format).await;
        let file = self.fetch(&url).await;
        assert_eq!(file.status(), 200, "{who} {format}");
        file.bytes().await.unwrap().to_vec()
    }

    pub(crate) async fn csv(&self, who: &'static str, thread: &str) -> Vec<Vec<String>> {
        let bytes = self.exported(who, thread, "CSV").await;
        rows(std::str::from_utf8(&bytes).unwrap())
    }
}

#[tokio::test]
async fn p26_t35_every_message_is_in_it_in_order_whatever_the_format() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = thread::SLEEP.gid();
    let file = amina.attaches(tidings_domain::FileKind::Pdf).await;
    let body = "=HYPERLINK(\"https://example.org\",\"x\")\n\"quoted\", and a line";
    let input = json!({ "threadId": id, "body": body, "attachmentIds": [file] });
    amina.does("sendMessage", input).await;
    amina.does("sendMessage", json!({ "threadId": id, "bodyFormat": "RICH", "body": "<p>Rich &amp; <b>bold</b></p>" })).await;
    // More than is read at once.
    for n in 0..210 {
        amina.writes(&id, &format!("number {n}")).await;
    }
    let all = amina.messages(&id).await;
    let texts: Vec<&str> = all
        .iter()
        .map(|m| m["bodyText"].as_str().unwrap())
        .collect();

    let csv = tidings.csv("clinician", &id).await;
    assert_eq!(csv[0][1], "Sent (America/New_York)");
    assert_eq!(csv.len(), all.len() + 1);
    for (row, (n, text)) in csv[1..].iter().zip(texts.iter().enumerate()) {
        assert_eq!(row.len(), 9);
        assert_eq!(row[0], (n + 1).to_string());
        let safe = if text.starts_with('=') {
            format!("'{text}")
        } else {
            (*text).to_owned()
        };
        assert_eq!(row[5], safe);
    }
    let sent = csv
        .iter()
        .find(|row| row[5].starts_with("'=HYPERLINK"))
        .unwrap();
    assert_eq!(
        (sent[1].as_str(), sent[2].as_str()),
        ("2026-06-15 08:00:00 -04:00", "2026-06-15T12:00:00Z")
    );
    assert_eq!(
        (sent[3].as_str(), sent[4].as_str()),
        ("Amina Farouk, Psychologist", "Staff")
    );
    assert!(
        sent[6]
            .rsplit_once('.')
            .is_some_and(|(_, kind)| kind == "pdf"),
        "{sent:?}"
    );
    assert!(
        csv.iter()
            .any(|row| row[4] == "Client" && row[3] == "Elena Marchetti"),
        "{:?}",
        csv[1]
    );

    let bytes = tidings.exported("clinician", &id, "JSON").await;
    let said: Value = serde_json::from_slice(&bytes).unwrap();
    let messages = said["messages"].as_array().unwrap();
    let found: Vec<&str> = messages
        .iter()
        .map(|m| m["text"].as_str().unwrap())
        .collect();
    assert_eq!(found, texts);
    assert_eq!(said["subject"], "Sleeping badly again");

    let bytes = tidings.exported("clinician", &id, "XLSX").await;
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    let mut entry = book.by_name("xl/worksheets/sheet1.xml").unwrap();
    entry.read_to_string(&mut sheet).unwrap();
    assert_eq!(sheet.matches("<row ").count(), all.len() + 1);
    assert!(sheet.contains("'=HYPERLINK(&quot;") || sheet.contains("'=HYPERLINK(\""));
    assert!(!sheet.contains("<f>"), "no formula");
    for n in 0..210 {
        assert!(sheet.contains(&format!(">number {n}<")), "{n}");
    }

    let bytes = tidings.exported("clinician", &id, "PDF").await;
    assert!(bytes.starts_with(b"%PDF-1.7") && bytes.ends_with(b"%%EOF\n"));
    assert!(bytes.len() > 20_000);
}

#[tokio::test]
async fn p26_a_file_is_told_as_what_it_is_and_its_name_tells_nothing() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    for (format, kind, ending) in [
        ("CSV", "text/csv; charset=utf-8", "csv"),
        (
            "XLSX",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
        ("PDF", "application/pdf", "pdf"),
        ("JSON", "application/json", "json"),
    ] {
        let url = tidings.caller("client").exports(&id, format).await;
        let file = tidings.fetch(&url).await;
        let said = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said("content-type"), kind);
        let name = said("content-disposition");
        assert!(name.starts_with("attachment"), "{name}");
        assert!(
            name.contains(&format!("thread-2026-06-15.{ending}")),
            "{name}"
        );
        assert_eq!(said("cache-control"), "private, no-store");
        assert_eq!(said("x-content-type-options"), "nosniff");
        let length: usize = said("content-length").parse().unwrap();
        assert_eq!(file.bytes().await.unwrap().len(), length);
    }
}

#[tokio::test]
async fn g4_p26_the_same_key_answers_with_the_first_outcome() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let input =
        json!({ "idempotencyKey": "once", "threadId": thread::SLEEP.gid(), "format": "CSV" });
    let first = amina.does("exportThread", input.clone()).await;
    tidings.clock.advance(chrono::TimeDelta::minutes(3));
    assert_eq!(amina.does("exportThread", input).await, first);
    let other =
        json!({ "idempotencyKey": "once", "threadId": thread::SLEEP.gid(), "format": "PDF" });
    assert_eq!(
        amina.refused("exportThread", other).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
}
