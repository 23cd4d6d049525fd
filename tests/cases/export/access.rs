//! Whose copy has what, and for whom an address is good.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{account, client, staff, thread};

use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn k17_p26_who_sees_a_thread_exports_it_and_nobody_else() {
    let tidings = Tidings::start().await;
    for id in [thread::SLEEP, thread::INVOICE, thread::CASE_REVIEW] {
        for who in [
            "client",
            "second-client",
            "clinician",
            "supervisor",
            "clinical-admin",
            "scheduler",
            "biller",
            "system-admin",
            "outsider",
        ] {
            let caller = tidings.caller(who);
            let input = json!({ "threadId": id.gid(), "format": "CSV" });
            if caller.sees(&id.gid()).await {
                caller.does("exportThread", input).await;
                assert!(tidings.csv(who, &id.gid()).await.len() > 1);
            } else {
                assert_eq!(
                    caller.refused("exportThread", input).await,
                    "NOT_FOUND",
                    "{who}"
                );
            }
        }
    }
}

#[tokio::test]
async fn s20_p26_an_address_is_good_for_its_viewer_its_format_and_its_time() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let url = tidings.caller("client").exports(&id, "CSV").await;
    let missing = tidings.fetch("/files/AAAA").await.bytes().await.unwrap();
    let gone = async |url: &str, why: &str| {
        let answer = tidings.fetch(url).await;
        assert_eq!(answer.status(), 404, "{why}");
        assert_eq!(answer.bytes().await.unwrap(), missing, "{why}");
    };
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    let token = url.strip_prefix("/exports/csv/").unwrap();
    for other in [
        format!("/exports/pdf/{token}"),
        format!("/exports/exe/{token}"),
        format!("/files/{token}"),
        "/exports/csv/AAAA".to_owned(),
    ] {
        gone(&other, "another use").await;
    }
    for at in ["/exports/csv/".len(), url.len() / 2, url.len() - 2] {
        let mut forged = url.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        gone(&String::from_utf8(forged).unwrap(), "forged").await;
    }
    for (who, status) in [("client", 200), ("second-client", 404), ("clinician", 404)] {
        let asked = reqwest::Client::new()
            .get(format!("http://{}{url}", tidings.address()))
            .bearer_auth(tidings.caller(who).token.unwrap());
        assert_eq!(asked.send().await.unwrap().status(), status, "{who}");
    }
    tidings
        .clock
        .advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    tidings.clock.advance(TimeDelta::seconds(1));
    gone(&url, "expired").await;
}

#[tokio::test]
async fn t39_p11_p26_an_address_is_dead_once_its_viewer_does_not_see_the_thread() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let amina = tidings.caller("clinician");
    let share = json!({ "threadId": id, "staffMemberIds": [staff::BILLER.gid()] });
    amina.does("shareThread", share.clone()).await;
    let url = tidings.caller("biller").exports(&id, "JSON").await;
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    amina.does("unshareThread", share).await;
    assert_eq!(tidings.fetch(&url).await.status(), 404);
}

#[tokio::test]
async fn p08_p26_a_client_learns_nothing_of_receipts() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    tidings.caller("clinician").writes(&id, "Seen?").await;
    tidings
        .caller("client")
        .does("markThreadRead", json!({ "threadId": id }))
        .await;
    let staff = tidings.csv("clinician", &id).await;
    assert_eq!(staff[0].last().unwrap(), "Seen by the client (UTC)");
    let last = staff.last().unwrap();
    assert_eq!(last.last().unwrap(), "2026-06-15T12:00:00Z");
    let own = tidings.csv("client", &id).await;
    assert_eq!(own.len(), staff.len());
    for (own, staff) in own.iter().zip(&staff) {
        assert_eq!(own[..], staff[..8]);
    }
    let said = tidings.exported("client", &id, "JSON").await;
    assert!(!String::from_utf8(said).unwrap().contains("seen"));
}

#[tokio::test]
async fn s26_p26_of_a_broadcast_a_client_gets_the_message_and_its_sender() {
    let tidings = Tidings::start().await;
    let id = thread::OFFICE_CLOSING.gid();
    let said = tidings.exported("client", &id, "JSON").await;
    let text = String::from_utf8(said).unwrap();
    let said: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said["client"], json!(null));
    assert_eq!(said["messages"][0]["side"], "Staff");
    assert!(!text.contains("Oskar"), "{text}");
}

#[tokio::test]
async fn px02_k5_p26_in_a_group_others_are_named_by_the_policy() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "allow_multi_client_groups": true, "group_client_names": "INITIALS" }))
        .await;
    let admin = tidings.caller("clinical-admin");
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }, { "clientId": client::SECOND_CLIENT.gid() }],
        "group": true, "audience": "CLINICAL", "subject": "Group", "body": "Welcome" });
    let started = admin.does("startThread", input).await;
    let id = started["thread"]["id"].as_str().unwrap();
    tidings
        .caller("second-client")
        .writes(id, "Hello all")
        .await;
    let hers = tidings.csv("client", id).await;
    let his = tidings.csv("second-client", id).await;
    let staff = tidings.csv("clinical-admin", id).await;
    assert_eq!(his[2][3], staff[2][3]);
    assert!(staff[2][3].starts_with("Haruto "), "{staff:?}");
    assert!(
        hers[2][3].starts_with("H.") && hers[2][3].ends_with(')'),
        "{hers:?}"
    );
    assert!(!format!("{hers:?}").contains("Haruto"), "{hers:?}");
}

#[tokio::test]
async fn p26_an_export_is_in_the_audit_log_with_who_and_what() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    tidings.caller("client").exports(&id, "PDF").await;
    // Refused, so nothing was exported.
    let input = json!({ "threadId": id, "format": "PDF" });
    tidings
        .caller("second-client")
        .refused("exportThread", input)
        .await;
    let log = "{ auditLog(first: 50) { edges { node { deed detail subjectId actor { ... on PortalAccount { id } } } } } }";
    let data = tidings.caller("practice-admin").data(log, json!({})).await;
    let expect = json!([{ "node": { "deed": "THREAD_EXPORTED", "detail": "PDF", "subjectId": id,
        "actor": { "id": account::CLIENT.gid() } } }]);
    let mut edges = data["auditLog"]["edges"].as_array().unwrap().clone();
    edges.retain(|edge| edge["node"]["deed"] == "THREAD_EXPORTED");
    assert_eq!(json!(edges), expect);
}

#[tokio::test]
async fn p26_c28_k3_staff_get_deletion_marks_without_content_and_a_client_what_it_kept() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let file = amina.attaches(tidings_domain::FileKind::Pdf).await;
    let input = json!({ "threadId": id, "body": "first", "attachmentIds": [file] });
    let first = amina.does("sendMessage", input).await["message"]["id"].clone();
    let second = amina
        .does("sendMessage", json!({ "threadId": id, "body": "second" }))
        .await;
    let second = second["message"]["id"].clone();
    let all = tidings.csv("client", &id).await.len();
    // Out of one's own view: the client's copy is without it, a staff member's is a record.
    for who in [&amina, &elena] {
        let what = json!({ "what": { "messageId": first } });
        who.does("removeFromMyView", what).await;
    }
    let (own, record) = (
        tidings.csv("client", &id).await,
        tidings.csv("clinician", &id).await,
    );
    assert_eq!((own.len(), record.len()), (all - 1, all));
    assert!(own.iter().all(|row| row[5] != "first"));
    let row = record.iter().find(|row| row[5] == "first").unwrap();
    assert_ne!(row[6], "", "with the names of its files");
    // Deleted for everybody: a mark, and no content.
    let admin = tidings.caller("clinical-admin");
    for message in [&first, &second] {
        admin
            .does("deleteMessage", json!({ "messageId": message }))
            .await;
    }
    let record = tidings.csv("clinician", &id).await;
    assert_eq!(record.len(), all);
    for gone in &record[all - 2..] {
        assert_eq!((gone[5].as_str(), gone[6].as_str()), ("", ""));
        assert!(gone[7].starts_with("2026-"), "{gone:?}");
    }
    for format in ["CSV", "JSON"] {
        let bytes = tidings.exported("clinical-admin", &id, format).await;
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            !text.contains("first") && !text.contains("second"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn p20_k3_p26_a_thread_that_was_deleted_is_in_no_file_during_its_grace_either() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "deleted_grace_days": 7 })).await;
    let id = thread::SLEEP.gid();
    let admin = tidings.caller("clinical-admin");
    let url = tidings.caller("clinician").exports(&id, "JSON").await;
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    admin.does("deleteThread", json!({ "threadId": id })).await;
    // Its staff see that it was there, and the admins of its audience may read it for its time.
    for who in ["clinician", "clinical-admin"] {
        assert!(tidings.caller(who).sees(&id).await, "{who}");
        let input = json!({ "threadId": id, "format": "JSON" });
        let code = tidings.caller(who).refused("exportThread", input).await;
        assert_eq!(code, "NOT_FOUND", "{who}");
    }
    assert_eq!(tidings.fetch(&url).await.status(), 404);
}
