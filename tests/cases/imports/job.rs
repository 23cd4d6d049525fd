//! Imports as jobs: what an administrator hands over, how it ends, and what a server leaves that
//! ends half-way.

use std::io::Write as _;

use serde_json::{Value, json};
use tidings_domain::Principal;
use tidings_server::import::{Format, QueueImport};
use tidings_server::seed::cast;

use crate::support::{Caller, Tidings, key};

const ASK: &str = "mutation($input: ImportDirectoryInput!) { importDirectory(input: $input) { directoryImport { id } userErrors { field code } } }";
const LOOK: &str = "query { directoryImports(first: 10) { id status apply attempts finishedAt bytesRead bytesTotal
  requestedBy { displayName } counts { kind added changed closed unchanged } problemCounts { severity count }
  problems(first: 20) { code severity file line field } } }";

/// Two clients and a line that is none.
const FILES: &str = "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Castellanos\",\"given\":[\"Inés\"]}]}
{\"resourceType\":
{\"resourceType\":\"Patient\",\"id\":\"p2\",\"name\":[{\"family\":\"Castellanos\",\"given\":[\"Paz\"]}]}
";

const CLIENTS: &str = "SELECT COUNT(*) FROM client WHERE display_name LIKE '%Castellanos'";

/// Asks for an import; answers what came of asking.
async fn asks(caller: &Caller<'_>, name: &str, files: &str, how: Value) -> Value {
    let mut input = json!({ "idempotencyKey": key(), "file": null, "format": "FHIR" });
    for (field, value) in how.as_object().unwrap() {
        input[field] = value.clone();
    }
    let variables = json!({ "input": input });
    caller
        .multipart(
            ASK,
            variables,
            name,
            "application/x-ndjson",
            files.as_bytes(),
        )
        .await
}

/// Waits until no import is open any more; answers the newest.
async fn ended(caller: &Caller<'_>) -> Value {
    loop {
        let mut data = caller.data(LOOK, json!({})).await;
        let imports = data["directoryImports"].as_array().unwrap();
        if imports
            .iter()
            .all(|import| import["finishedAt"].is_string())
        {
            return data["directoryImports"][0].take();
        }
    }
}

async fn imports(caller: &Caller<'_>, files: &str, how: Value) -> Value {
    let answer = asks(caller, "export.ndjson", files, how).await;
    let id = &answer["data"]["importDirectory"]["directoryImport"]["id"];
    assert!(id.is_string(), "{answer:#}");
    ended(caller).await;
    let mut data = caller.data(LOOK, json!({})).await;
    let all = data["directoryImports"].as_array_mut().unwrap();
    let mut of_id = all.iter_mut().filter(|import| &import["id"] == id);
    of_id.next().unwrap().take()
}

#[tokio::test]
async fn an_administrator_imports_a_preview_first_and_nothing_twice() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let counted = |import: &Value| {
        let counts = import["counts"].as_array().unwrap().iter();
        let mut of_clients = counts.filter(|count| count["kind"] == "CLIENT");
        let count = of_clients.next().unwrap_or_else(|| panic!("{import:#}"));
        ["added", "changed", "closed", "unchanged"].map(|field| count[field].as_u64().unwrap())
    };
    let preview = imports(&admin, FILES, json!({})).await;
    assert_eq!(preview["status"], "DONE", "{preview:#}");
    assert_eq!(counted(&preview), [2, 0, 0, 0]);
    let problem = json!([{ "code": "MALFORMED", "severity": "PROBLEM", "file": "import.ndjson", "line": 2, "field": null }]);
    assert_eq!(preview["problems"], problem);
    assert_eq!(
        preview["problemCounts"],
        json!([{ "severity": "PROBLEM", "count": 1 }])
    );
    assert_eq!(preview["requestedBy"]["displayName"], "Thomas Whitfield");
    assert_eq!(preview["bytesRead"], preview["bytesTotal"]);
    assert_eq!(tidings.count(CLIENTS).await, 0);
    // With a problem a strict one is refused whole.
    let strict = imports(&admin, FILES, json!({ "apply": true, "strict": true })).await;
    assert_eq!(strict["status"], "REFUSED", "{strict:#}");
    assert_eq!(tidings.count(CLIENTS).await, 0);
    let stored = imports(&admin, FILES, json!({ "apply": true })).await;
    assert_eq!(stored["status"], "DONE", "{stored:#}");
    assert_eq!(counted(&stored), [2, 0, 0, 0]);
    assert_eq!(tidings.count(CLIENTS).await, 2);
    let again = imports(&admin, FILES, json!({ "apply": true })).await;
    assert_eq!(counted(&again), [0, 0, 0, 2]);
    assert_eq!(tidings.count(CLIENTS).await, 2);
    // Files of another format are refused, and it is said why.
    let other = imports(&admin, FILES, json!({ "apply": true, "format": "HMIS" })).await;
    assert_eq!(other["status"], "REFUSED", "{other:#}");
    assert_eq!(other["problems"][0]["severity"], "FATAL", "{other:#}");
    // No file stays behind, and who did it stands in the log.
    let kept = "SELECT COUNT(*) FROM directory_import WHERE file_id IS NOT NULL";
    assert_eq!(tidings.count(kept).await, 0);
    let told = "SELECT COUNT(*) FROM audit_entry WHERE deed = 'DIRECTORY_IMPORTED' AND actor_id IS NOT NULL";
    assert_eq!(tidings.count(told).await, 1);
}

#[tokio::test]
async fn k18_imports_are_for_administrators_of_the_agency_and_nobody_else() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    imports(&admin, FILES, json!({})).await;
    for who in [
        "clinician",
        "clinical-admin",
        "scheduler",
        "client",
        "guardian",
    ] {
        let answer = asks(&tidings.caller(who), "export.ndjson", FILES, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{who}: {answer:#}"
        );
        assert_eq!(
            tidings.caller(who).code(LOOK, json!({})).await,
            "FORBIDDEN",
            "{who}"
        );
    }
    let elsewhere = tidings.caller("outsider").data(LOOK, json!({})).await;
    assert_eq!(elsewhere["directoryImports"], json!([]));
    let system = tidings.caller("system-admin").data(LOOK, json!({})).await;
    assert_eq!(system["directoryImports"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_set_of_files_or_has_no_place_is_refused() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let answer = asks(&admin, "export.exe", FILES, json!({})).await;
    let refused = json!([{ "field": ["file"], "code": "ATTACHMENT_TYPE_NOT_ALLOWED" }]);
    assert_eq!(answer["data"]["importDirectory"]["userErrors"], refused);
    let answer = asks(&admin, "export.json", FILES, json!({ "source": "an ehr" })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let broken = asks(
        &admin,
        "export.zip",
        "PK\u{3}\u{4}",
        json!({ "apply": true }),
    )
    .await;
    assert_eq!(broken["data"]["importDirectory"]["userErrors"], json!([]));
    let broken = ended(&admin).await;
    assert_eq!(broken["status"], "REFUSED", "{broken:#}");
    assert_eq!(broken["problems"][0]["code"], "UNREADABLE", "{broken:#}");
}

/// A service of a server that was killed: what it queues stays for another one.
async fn left_behind(tidings: &mut Tidings, times: usize) {
    let service = tidings.server().service.clone();
    tidings.server.take().unwrap().kill();
    let Principal::Staff(staff) = cast::find("practice-admin").unwrap().principal else {
        panic!("an administrator is of the staff");
    };
    let viewer = service.store.viewer(staff.0, service.clock.now()).await;
    let viewer = viewer.unwrap().unwrap();
    for _ in 0..times {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(FILES.as_bytes()).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let input = QueueImport {
            format: Format::Fhir,
            source: None,
            organization: None,
            strict: false,
            apply: true,
            file_name: "export.ndjson".to_owned(),
        };
        let key = key();
        let queued = service.queue_import(&viewer, &key, input, file);
        queued.await.unwrap();
    }
}

#[tokio::test]
async fn g4_an_import_that_a_server_left_half_way_is_done_by_the_next_once() {
    let mut tidings = Tidings::start().await;
    left_behind(&mut tidings, 2).await;
    // Both were begun by the one that is gone, and its time is over; nothing of them is stored.
    let Principal::Staff(admin) = cast::find("practice-admin").unwrap().principal else {
        panic!("an administrator is of the staff");
    };
    let begun = "UPDATE directory_import SET status = 'RUNNING', attempt = 1, lease_until = created_at WHERE requested_by = {}";
    tidings.alter(begun, admin).await;
    tidings.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(tidings.count(CLIENTS).await, 0);
    let next = tidings.another().await;
    let import = ended(&next.caller("practice-admin")).await;
    assert_eq!(import["status"], "DONE", "{import:#}");
    assert_eq!(import["attempts"], 2, "{import:#}");
    assert_eq!(next.count(CLIENTS).await, 2);
}

#[tokio::test]
async fn an_import_whose_asker_may_do_so_no_more_or_that_kills_servers_is_given_up() {
    let mut tidings = Tidings::start().await;
    left_behind(&mut tidings, 1).await;
    let Principal::Staff(admin) = cast::find("practice-admin").unwrap().principal else {
        panic!("an administrator is of the staff");
    };
    tidings
        .alter("UPDATE staff_member SET roles = 16 WHERE id = {}", admin)
        .await;
    let next = tidings.another().await;
    let import = ended(&next.caller("system-admin")).await;
    assert_eq!(import["status"], "FAILED", "{import:#}");
    assert_eq!(next.count(CLIENTS).await, 0);
    let mut next = next;
    tidings
        .alter("UPDATE staff_member SET roles = 8 WHERE id = {}", admin)
        .await;
    left_behind(&mut next, 1).await;
    let often =
        "UPDATE directory_import SET attempt = 3 WHERE status = 'QUEUED' AND requested_by = {}";
    next.alter(often, admin).await;
    let last = next.another().await;
    let import = ended(&last.caller("system-admin")).await;
    assert_eq!(import["status"], "FAILED", "{import:#}");
    assert_eq!(last.count(CLIENTS).await, 0);
}
