//! The playground's operations: each is run as the member of the cast that its first line names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::crown::rows::DOCUMENTS;
use crate::support::Tidings;

struct Operation {
    name: String,
    who: String,
    text: String,
    variables: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../playground/operations")
}

fn operations() -> Vec<Operation> {
    let files = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut operations: Vec<Operation> = files
        .filter(|path| path.extension().is_some_and(|ext| ext == "graphql"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let variables = std::fs::read_to_string(path.with_extension("json"));
            let variables =
                variables.unwrap_or_else(|_| panic!("{name} has no default variables beside it"));
            let mut lines = text.lines();
            let who = lines.next().and_then(|line| line.strip_prefix("# as: "));
            let who = who
                .unwrap_or_else(|| panic!("{name} does not begin with `# as: `"))
                .to_owned();
            let mut lines = lines.filter(|line| !line.starts_with("# group: "));
            let what = lines.next().and_then(|line| line.strip_prefix("# "));
            assert!(
                what.is_some_and(|what| what.len() > 10),
                "{name} does not say what it is for"
            );
            Operation {
                name,
                who,
                variables: serde_json::from_str(&variables).unwrap(),
                text,
            }
        })
        .collect();
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    operations
}

#[tokio::test]
async fn every_example_runs_without_errors() {
    for operation in operations() {
        let Operation {
            name,
            who,
            text,
            variables,
        } = operation;
        let tidings = Tidings::start().await;
        let who: &'static str = tidings_server::seed::cast::find(&who)
            .unwrap_or_else(|| panic!("{name}: {who} is not in the cast"))
            .name;
        let caller = tidings.caller(who);
        if text.contains("\nsubscription ") {
            let mut socket = caller.socket().await;
            socket.subscribe(&text, variables).await;
            socket.settle().await;
            if text.contains("requestFulfilled(") {
                let request = tidings_server::seed::cast::request::LOCATION;
                let id = crate::support::location_request(request);
                let place = json!({ "address": { "line1": "Look." } });
                let input = json!({ "requestId": id, "place": place });
                let elena = tidings.caller("client");
                elena.does("fulfillLocationRequest", input).await;
                let event = socket.data().await.to_string();
                assert!(event.contains(&id), "{name}: {event}");
                continue;
            }
            tidings
                .caller("supervisor")
                .writes(
                    &crate::support::Global::gid(tidings_server::seed::cast::thread::SLEEP),
                    "Look.",
                )
                .await;
            let event = socket.data().await.to_string();
            assert!(event.contains("Look."), "{name}: {event}");
            continue;
        }
        if name == "directory-imports" {
            let input = json!({ "file": null, "format": "FHIR" });
            caller.does("importDirectory", input).await;
        }
        if name == "shared-clients" {
            let admin = tidings.caller("clinical-admin");
            let input = json!({
                "clientId": crate::support::Global::gid(tidings_server::seed::cast::client::CLIENT),
                "agencyId": crate::support::Global::gid(tidings_server::seed::cast::agency::FERNHILL),
                "shared": true,
            });
            admin.does("setClientSharing", input).await;
        }
        if name == "delete-draft" {
            // No demo has a draft.
            tidings.drafts_wait().await;
        }
        if name == "shared-documents" {
            // Files are no part of the demo's rows.
            let file = caller.attaches(tidings_domain::FileKind::Txt).await;
            let id = crate::support::Global::gid(tidings_server::seed::cast::thread::SLEEP);
            let input = json!({ "threadId": id, "body": "b", "attachmentIds": [file] });
            caller.does("sendMessage", input).await;
        }
        let removed = json!({ "what": variables["input"]["what"] });
        match name.as_str() {
            "restore-to-view" => {
                let client = tidings.caller("client");
                client.does("removeFromMyView", removed).await;
            }
            "deleted-threads" => {
                let id = crate::support::Global::gid(tidings_server::seed::cast::thread::SLEEP);
                caller.does("deleteThread", json!({ "threadId": id })).await;
            }
            "fulfill-document-request" | "add-document" => tidings.papers_wait().await,
            _ => {}
        }
        let answer = if variables["input"].get("file").is_some() {
            let kind = match name.as_str() {
                "import-directory" => ("export.ndjson", "application/x-ndjson"),
                _ => ("diary.txt", "text/plain"),
            };
            caller
                .multipart(&text, variables, kind.0, kind.1, b"Dear Amina")
                .await
        } else {
            caller.ask(&text, variables).await
        };
        assert!(answer.get("errors").is_none(), "{name}: {answer:#}");
        for (field, value) in answer["data"].as_object().unwrap() {
            assert!(!value.is_null(), "{name}: {field} is null");
            if let Some(errors) = value.get("userErrors") {
                assert_eq!(errors, &json!([]), "{name}: {answer:#}");
            }
            if let Some(edges) = value.get("edges") {
                assert_ne!(edges, &json!([]), "{name}: an example with nothing in it");
            }
            assert!(
                !value.to_string().starts_with("[null"),
                "{name}: {answer:#}"
            );
        }
    }
}

#[test]
fn there_is_an_example_of_every_root_field() {
    let mut unused: BTreeSet<&str> = DOCUMENTS.iter().map(|(field, _)| *field).collect();
    for operation in operations() {
        unused.retain(|field| {
            let called = [
                format!("\n  {field}("),
                format!("\n  {field} {{"),
                format!("\n  {field}\n"),
            ];
            !called
                .iter()
                .any(|call| operation.text.contains(call.as_str()))
        });
    }
    // Examples say `nodes`; a single node needs none beside it.
    unused.remove("node");
    assert!(unused.is_empty(), "{unused:?}");
}
