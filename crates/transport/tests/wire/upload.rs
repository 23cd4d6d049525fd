//! Files with an operation, by the multipart request specification.

use std::{fmt::Write, path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tidings_transport::Options;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::server::{Answer, JSON, Server, reaches, soon};

const UPLOAD: &str = "mutation($file: Upload!) { upload(file: $file) }";

/// A gateway that keeps files in a folder of its own.
struct Place {
    server: Server,
    folder: TempDir,
}

impl Place {
    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let server = Server::with(|options| {
            options.upload_folder = path;
            change(options);
        })
        .await;
        Self { server, folder }
    }

    async fn send(&self, parts: &[(&str, &str)]) -> Answer {
        let request = self.server.client.post(self.server.url());
        let request = request
            .header("accept", JSON)
            .header("content-type", "multipart/form-data; boundary=x");
        self.server.send(request.body(body(parts))).await
    }

    /// Nothing is left, neither under a name nor held open without one, when all work is done.
    async fn is_clean(&self) {
        self.server.options.tasks.close();
        soon(self.server.options.tasks.wait()).await;
        assert_eq!(std::fs::read_dir(self.folder.path()).unwrap().count(), 0);
        assert_eq!(held(self.folder.path()), 0);
    }
}

/// Open files of this process that lie in a folder, with a name or without.
fn held(folder: &Path) -> usize {
    let open = std::fs::read_dir("/proc/self/fd").unwrap();
    open.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter(|path| path.starts_with(folder))
        .count()
}

fn body(parts: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, content) in parts {
        let (file, kind) = match *name {
            "operations" | "map" => ("", ""),
            _ => ("; filename=\"../a.txt\"", "Content-Type: text/plain\r\n"),
        };
        write!(
            body,
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n{kind}\r\n{content}\r\n"
        )
        .unwrap();
    }
    body + "--x--\r\n"
}

fn operation(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

fn one() -> String {
    operation(UPLOAD, &json!({ "file": null }))
}

const MAP: &str = r#"{"0": ["variables.file"]}"#;

#[tokio::test]
async fn a_file_comes_with_its_name_type_and_content() {
    let place = Place::with(|_| {}).await;
    let answer = place
        .send(&[("operations", &one()), ("map", MAP), ("0", "hello")])
        .await;
    let described = json!(["../a.txt", "text/plain", "hello"]);
    assert_eq!(answer.body, json!({ "data": { "upload": described } }));
    // Several, in a list, and the same file twice as two files.
    let list = operation(
        "mutation($files: [Upload!]!) { uploads(files: $files) }",
        &json!({ "files": [null, null] }),
    );
    let map = r#"{"a": ["variables.files.1"], "b": ["variables.files.0"]}"#;
    let parts = [
        ("operations", &*list),
        ("map", map),
        ("a", "one"),
        ("b", "two"),
    ];
    let answer = place.send(&parts).await;
    assert_eq!(answer.body["data"]["uploads"][0][2], "two", "{answer:?}");
    assert_eq!(answer.body["data"]["uploads"][1][2], "one", "{answer:?}");
    // A batch.
    let batch = format!("[{}, {}]", one(), one());
    let map = r#"{"a": ["1.variables.file"], "b": ["0.variables.file"]}"#;
    let parts = [
        ("operations", &*batch),
        ("map", map),
        ("a", "one"),
        ("b", "two"),
    ];
    let answer = place.send(&parts).await;
    assert_eq!(answer.body[0]["data"]["upload"][2], "two", "{answer:?}");
    assert_eq!(answer.body[1]["data"]["upload"][2], "one", "{answer:?}");
    place.is_clean().await;
}

#[tokio::test]
async fn what_is_not_to_the_letter_is_refused() {
    let place = Place::with(|options| options.max_files = 2).await;
    let (one, file) = (one(), ("0", "hello"));
    let marked = operation(UPLOAD, &json!({ "file": "#__graphql_file__:0" }));
    let twice = r#"{"0": ["variables.file", "variables.other"]}"#;
    let same = r#"{"0": ["variables.file"], "1": ["variables.file"]}"#;
    let many = r#"{"0": ["variables.a"], "1": ["variables.b"], "2": ["variables.c"]}"#;
    let bad = (400, "BAD_REQUEST");
    for (parts, expected) in [
        (vec![("map", MAP), ("operations", &*one), file], bad),
        (vec![("operations", &*one), file], bad),
        (vec![("operations", &*one), ("map", MAP)], bad),
        (vec![("operations", "{"), ("map", MAP), file], bad),
        (vec![("operations", &*one), ("map", "[]"), file], bad),
        (
            vec![("operations", &*one), ("map", MAP), ("1", "other")],
            bad,
        ),
        (vec![("operations", &*one), ("map", MAP), file, file], bad),
        (vec![("operations", &*one), ("map", twice), file], bad),
        (
            vec![("operations", &*one), ("map", same), file, ("1", "x")],
            bad,
        ),
        (vec![("operations", &*marked), ("map", "{}")], bad),
        (
            vec![("operations", &*one), ("map", many)],
            (400, "TOO_MANY_FILES"),
        ),
        (
            vec![
                ("operations", &*one),
                ("map", r#"{"0": ["variables.x"]}"#),
                file,
            ],
            (200, "BAD_USER_INPUT"),
        ),
    ] {
        let answer = place.send(&parts).await;
        assert_eq!(
            (answer.status, answer.code()),
            expected,
            "{parts:?} {answer:?}"
        );
        answer.check_errors();
    }
    let cut = place.server.client.post(place.server.url());
    let whole = body(&[("operations", &one), ("map", MAP), file]);
    let cut = cut.header("content-type", "multipart/form-data; boundary=x");
    let answer = place
        .server
        .send(cut.body(whole[..whole.len() - 9].to_owned()))
        .await;
    assert_eq!((answer.status, answer.code()), bad);
    place.is_clean().await;
}

#[tokio::test]
async fn files_and_uploads_are_of_bounded_size() {
    let small = |options: &mut Options| {
        options.max_file_bytes = 1_000;
        options.max_upload_bytes = 2_000;
    };
    let place = Place::with(small).await;
    let size = operation(
        "mutation($file: Upload!) { uploadSize(file: $file) }",
        &json!({ "file": null }),
    );
    let fits = place
        .send(&[
            ("operations", &size),
            ("map", MAP),
            ("0", &"x".repeat(1_000)),
        ])
        .await;
    assert_eq!(fits.body, json!({ "data": { "uploadSize": 1_000 } }));
    let large = "x".repeat(1_001);
    let answer = place
        .send(&[("operations", &size), ("map", MAP), ("0", &large)])
        .await;
    assert_eq!((answer.status, answer.code()), (413, "UPLOAD_TOO_LARGE"));
    answer.check_errors();
    let list = operation(
        "mutation($files: [Upload!]!) { uploads(files: $files) }",
        &json!({ "files": [null, null] }),
    );
    let map = r#"{"0": ["variables.files.0"], "1": ["variables.files.1"]}"#;
    let file = "x".repeat(900);
    let answer = place
        .send(&[
            ("operations", &list),
            ("map", map),
            ("0", &file),
            ("1", &file),
        ])
        .await;
    assert_eq!((answer.status, answer.code()), (413, "UPLOAD_TOO_LARGE"));
    place.is_clean().await;
}

/// Sends all but the end of an upload.
async fn begin(place: &Place) -> TcpStream {
    let body = body(&[
        ("operations", &one()),
        ("map", MAP),
        ("0", &"x".repeat(50_000)),
    ]);
    let mut stream = TcpStream::connect(place.server.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let sent = head + &body[..body.len() - 100];
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

async fn holds(place: &Place, count: usize) {
    let reached = async {
        while held(place.folder.path()) != count {
            tokio::task::yield_now().await;
        }
    };
    soon(reached).await;
}

#[tokio::test]
async fn no_file_is_left_when_the_client_hangs_up_is_too_slow_or_the_mutation_panics() {
    let place = Place::with(|_| {}).await;
    let stream = begin(&place).await;
    holds(&place, 1).await;
    drop(stream);
    holds(&place, 0).await;
    let panics = operation(
        "mutation($file: Upload!) { uploadPanic(file: $file) }",
        &json!({ "file": null }),
    );
    let answer = place
        .send(&[("operations", &panics), ("map", MAP), ("0", "hello")])
        .await;
    assert_eq!(answer.code(), "INTERNAL");
    // The operation waits with its file, and goes on when nobody waits for it.
    let slow = operation(
        "mutation($file: Upload!) { slow upload(file: $file) }",
        &json!({ "file": null }),
    );
    let parts = [("operations", &*slow), ("map", MAP), ("0", "hello")];
    let (answer, ()) = tokio::join!(place.send(&parts), async {
        reaches(&place.server.world.started, 1).await;
        assert_eq!(held(place.folder.path()), 1);
        place.server.world.gate.add_permits(1);
    });
    assert_eq!(answer.body["data"]["upload"][2], "hello", "{answer:?}");
    place.is_clean().await;

    let short = |options: &mut Options| options.upload_timeout = Duration::from_millis(100);
    let place = Place::with(short).await;
    let _stream = begin(&place).await;
    holds(&place, 1).await;
    holds(&place, 0).await;
    place.is_clean().await;
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let place = Place::with(|_| {}).await;
    let request = place.server.client.post(place.server.url());
    let request = request
        .header("content-type", "multipart/form-data; boundary=x")
        .header("origin", "https://evil.example");
    let parts = body(&[("operations", &one()), ("map", MAP), ("0", "hello")]);
    let answer = place.server.send(request.body(parts)).await;
    assert_eq!((answer.status, answer.code()), (403, "CSRF_PREVENTED"));
    place.is_clean().await;
}
