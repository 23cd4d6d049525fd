//! G4: each write is done once for each viewer and key.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidings_server::seed::cast::{
    self, agency, assessment, client, notification, release, request, staff, thread, topic,
};

use super::portal_requests::default_release;
use crate::support::{
    ANSWER, Caller, DRAFT, Global as _, MUTATIONS, PAPERS, Tidings, assessment_request,
    document_request, key, location_request, membership, nowhere, release_request,
};

/// A write of every mutation, with who does it, and another input for the same key.
#[rustfmt::skip]
fn writes() -> Vec<(&'static str, &'static str, Value, (&'static str, Value))> {
    let started = |subject: &str| json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": subject, "body": "b", "topicId": topic::CARE_PLAN.gid() });
    let sleep = thread::SLEEP.gid();
    let message = |seq: u32| cast::message(thread::SLEEP, seq).gid();
    vec![
        ("startThread", "clinician", started("one"), ("subject", json!("two"))),
        ("sendMessage", "client", json!({ "threadId": sleep, "body": "one" }), ("body", json!("two"))),
        ("importDirectory", "practice-admin", json!({ "file": null, "format": "FHIR" }), ("format", json!("HMIS"))),
        ("uploadAttachment", "guardian", json!({ "file": null, "clientId": client::FIRST_CHILD.gid() }), ("clientId", json!(client::SECOND_CHILD.gid()))),
        ("createUpload", "clinician", json!({ "fileName": "a.pdf", "contentType": "", "size": 1 }), ("size", json!(2))),
        ("editThreadHeader", "clinician", json!({ "threadId": sleep, "expectedVersion": 1, "subject": "one" }), ("expectedVersion", json!(2))),
        ("setThreadArchived", "clinician", json!({ "threadId": sleep, "archived": true }), ("archived", json!(false))),
        ("setThreadPinned", "client", json!({ "threadId": sleep, "pinned": true }), ("pinned", json!(false))),
        ("shareThread", "clinician", json!({ "threadId": sleep, "staffMemberIds": [staff::BILLER.gid()] }), ("staffMemberIds", json!([staff::SCHEDULER.gid()]))),
        ("unshareThread", "clinician", json!({ "threadId": sleep, "staffMemberIds": [staff::SCHEDULER.gid()] }), ("staffMemberIds", json!([staff::PRACTICE_ADMIN.gid()]))),
        ("addThreadParticipants", "scheduler", json!({ "threadId": thread::SCHOOL_LETTER.gid(), "staffMemberIds": [staff::BILLER.gid()] }), ("staffMemberIds", json!([staff::SCHEDULER_BILLER.gid()]))),
        ("removeThreadParticipants", "clinician", json!({ "threadId": thread::SCHOOL_LETTER.gid(), "staffMemberIds": [staff::SCHEDULER_BILLER.gid()] }), ("staffMemberIds", json!([staff::PRACTICE_ADMIN.gid()]))),
        ("markRead", "clinician", json!({ "messageIds": [message(5)] }), ("messageIds", json!([message(6)]))),
        ("markUnread", "clinician", json!({ "messageIds": [message(1)] }), ("messageIds", json!([message(3)]))),
        ("markThreadRead", "guardian", json!({ "threadId": thread::HOMEWORK.gid() }), ("upToMessageId", json!(cast::message(thread::HOMEWORK, 1).gid()))),
        ("assignCareTeamMember", "clinical-admin", json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid() }), ("endDate", json!("2027-01-01"))),
        ("endCareTeamAssignment", "clinical-admin", json!({ "careTeamMemberId": membership(client::FIRST_CHILD, staff::CLINICIAN) }), ("lastDate", json!("2026-06-20"))),
        // While the client is active.
        ("fulfillAssessmentRequest", "guardian", json!({ "requestId": assessment_request(request::ASSESSMENT), "answers": [{ "question": "situation", "value": { "choice": "own" } }, { "question": "moves", "value": { "number": 0.5 } }] }), ("assessmentDate", json!("2026-06-01"))),
        ("setClientStatus", "scheduler", json!({ "clientId": client::SECOND_CHILD.gid(), "status": "INACTIVE" }), ("status", json!("ACTIVE"))),
        ("setStaffRoles", "system-admin", json!({ "staffMemberId": staff::BILLER.gid(), "roles": ["PRACTICE_SCHEDULER"] }), ("roles", json!([]))),
        ("addReaction", "clinician", json!({ "messageId": message(2), "emoji": "👍" }), ("emoji", json!("🙏"))),
        ("toggleReaction", "clinician", json!({ "messageId": message(3), "emoji": "👍" }), ("emoji", json!("🙏"))),
        ("removeReaction", "clinician", json!({ "messageId": message(2), "emoji": "👍" }), ("emoji", json!("🙏"))),
        ("setMessagePinned", "clinician", json!({ "messageId": message(2), "pinned": true }), ("pinned", json!(false))),
        ("editMessage", "clinician", json!({ "messageId": message(2), "body": "one" }), ("body", json!("two"))),
        ("setThreadLocked", "clinician", json!({ "threadId": sleep, "locked": true }), ("locked", json!(false))),
        ("addThreadNote", "clinician", json!({ "threadId": sleep, "body": "one" }), ("body", json!("two"))),
        ("saveDraft", "guardian", json!({ "threadId": thread::HOMEWORK.gid(), "body": "one" }), ("body", json!("two"))),
        ("deleteDraft", "clinician", json!({ "draftId": DRAFT.gid() }), ("draftId", json!(ANSWER.gid()))),
        ("updateStaffSettings", "clinician", json!({ "allowClientInitiatedContact": false }), ("displayInPortal", json!(false))),
        ("hideThread", "supervisor", json!({ "threadId": sleep }), ("threadId", json!(thread::BREATHING.gid()))),
        ("unhideThread", "supervisor", json!({ "threadId": sleep }), ("threadId", json!(thread::BREATHING.gid()))),
        ("removeFromMyView", "clinical-admin", json!({ "what": { "messageId": message(1) } }), ("what", json!({ "messageId": message(2) }))),
        ("restoreToView", "practice-admin", json!({ "viewerId": staff::CLINICAL_ADMIN.gid(), "what": { "messageId": message(1) } }), ("viewerId", json!(staff::CLINICIAN.gid()))),
        ("setLegalHold", "clinical-admin", json!({ "clientId": client::SECOND_CHILD.gid(), "held": true }), ("held", json!(false))),
        ("bulk", "supervisor", json!({ "act": "MARK_READ", "messageIds": [message(1)] }), ("act", json!("MARK_UNREAD"))),
        ("deleteMessage", "clinical-admin", json!({ "messageId": message(6) }), ("messageId", json!(message(5)))),
        ("deleteThread", "clinical-admin", json!({ "threadId": thread::CARE_PLAN.gid() }), ("threadId", json!(thread::HOMEWORK.gid()))),
        ("exportThread", "clinician", json!({ "threadId": sleep, "format": "PDF" }), ("format", json!("CSV"))),
        ("sendPortalRequest", "clinician", json!({ "clientId": client::CLIENT.gid(), "request": { "location": {} } }), ("note", json!("two"))),
        ("sendPortalRequests", "clinician", json!({ "clientIds": [client::CLIENT.gid(), client::SECOND_CHILD.gid()], "request": { "location": {} } }), ("note", json!("two"))),
        ("markPortalRequestSeen", "client", json!({ "requestId": location_request(request::LOCATION) }), ("requestId", json!(release_request(request::RELEASE)))),
        ("fulfillDocumentRequest", "client", json!({ "requestId": document_request(request::DOCUMENT), "attachmentIds": [PAPERS[0].gid()] }), ("attachmentIds", json!([PAPERS[1].gid()]))),
        ("fulfillLocationRequest", "client", json!({ "requestId": location_request(request::LOCATION), "place": { "address": { "line1": "one" } } }), ("place", json!({ "address": { "line1": "two" } }))),
        ("cancelPortalRequest", "clinician", json!({ "requestId": release_request(request::RELEASE) }), ("requestId", json!(location_request(request::LOCATION)))),
        ("fulfillReleaseOfInformationRequest", "second-client", json!({ "requestId": release_request(request::SECOND_RELEASE), "signedName": "Haruto Nakamura", "textSha256": default_release() }), ("signedName", json!("H. Nakamura"))),
        ("setClientSharing", "clinical-admin", json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": true }), ("shared", json!(false))),
        ("addDocument", "client", json!({ "actingFor": client::CLIENT.gid(), "name": "Lease", "attachmentIds": [PAPERS[1].gid()] }), ("name", json!("Contract"))),
        ("saveDocumentCategory", "practice-admin", json!({ "name": "Housing", "predefinedNames": ["Lease"] }), ("active", json!(false))),
        ("setAssessmentHidden", "clinician", json!({ "assessmentId": assessment::SECOND_CHILD.gid(), "hidden": true }), ("hidden", json!(false))),
        ("saveAssessmentDefinition", "practice-admin", json!({ "title": "Health", "requestable": true, "questions": [{ "key": "a", "prompt": "How are you?", "kind": "TEXT" }] }), ("active", json!(false))),
        ("addLocation", "client", json!({ "actingFor": client::CLIENT.gid(), "place": { "coordinates": { "latitude": 1.5, "longitude": 2.5 } } }), ("place", json!({ "address": { "line1": "two" } }))),
        ("revokeReleaseOfInformation", "client", json!({ "releaseId": release::CLIENT.gid() }), ("releaseId", json!(nowhere("ReleaseOfInformation")))),
        ("markNotificationsRead", "clinician", json!({ "notificationIds": [notification::CHILD_LOCATION.gid()] }), ("notificationIds", json!([nowhere("Notification")]))),
        ("updateMySettings", "guardian", json!({ "enterKeyAction": "SEND" }), ("inAppAlerts", json!(false))),
        ("openDirectThread", "clinician", json!({ "with": { "clientId": client::CLIENT.gid() }, "createNew": true, "message": { "audience": "CLINICAL", "subject": "s", "body": "b" } }), ("createNew", json!(false))),
        ("convertToGroup", "clinician", json!({ "threadId": thread::SLEEP.gid(), "staffMemberIds": [staff::BILLER.gid()], "body": "b" }), ("body", json!("c"))),
        ("setClientMessaging", "clinical-admin", json!({ "clientIds": [client::SECOND_CHILD.gid()], "send": false }), ("directChatAccess", json!(false))),
        ("updateMessagingPolicy", "practice-admin", json!({ "expectedVersion": 1, "minBodyChars": 1, "voiceNotes": true }), ("expectedVersion", json!(2))),
    ]
}

fn with(input: &Value, field: &str, value: &Value) -> Value {
    let mut input = input.clone();
    input[field] = value.clone();
    input
}

#[test]
fn every_mutation_has_its_row() {
    let here: BTreeSet<&str> = writes().iter().map(|row| row.0).collect();
    let all: BTreeSet<&str> = MUTATIONS.iter().map(|row| row.0).collect();
    assert_eq!(here, all);
}

#[tokio::test]
async fn g4_a_repeat_answers_with_the_first_outcome_and_stores_nothing() {
    let mut tidings = Tidings::start().await;
    tidings.papers_wait().await;
    tidings.drafts_wait().await;
    let mut first = Vec::new();
    for (name, who, input, _) in writes() {
        let input = with(&input, "idempotencyKey", &json!(key()));
        let answer = tidings.caller(who).does(name, input.clone()).await;
        let stored = tidings.stored().await;
        for _ in 0..2 {
            assert_eq!(
                tidings.caller(who).does(name, input.clone()).await,
                answer,
                "{name}"
            );
        }
        assert_eq!(tidings.stored().await, stored, "{name} was done twice");
        first.push((name, who, input));
    }
    // A restart forgets nothing; hours and days neither.
    let stored = tidings.stored().await;
    tidings = tidings.kill_and_restart().await;
    tidings.clock.advance(chrono::TimeDelta::days(6));
    for (name, who, input) in first {
        tidings.caller(who).does(name, input).await;
    }
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test]
async fn g4_the_same_key_with_another_input_is_refused() {
    let tidings = Tidings::start().await;
    tidings.papers_wait().await;
    tidings.drafts_wait().await;
    for (name, who, input, (field, other)) in writes() {
        let (caller, key) = (tidings.caller(who), json!(key()));
        caller
            .does(name, with(&input, "idempotencyKey", &key))
            .await;
        let stored = tidings.stored().await;
        let reused = with(&with(&input, "idempotencyKey", &key), field, &other);
        assert_eq!(
            caller.refused(name, reused).await,
            "IDEMPOTENCY_KEY_REUSED",
            "{name}"
        );
        // Nor for another operation.
        let another = if name == "setThreadPinned" {
            "markThreadRead"
        } else {
            "setThreadPinned"
        };
        let mut reused = json!({ "idempotencyKey": key, "threadId": thread::CARE_PLAN.gid() });
        if another == "setThreadPinned" {
            reused["pinned"] = json!(true);
        }
        assert_eq!(
            caller.refused(another, reused).await,
            "IDEMPOTENCY_KEY_REUSED",
            "{name}"
        );
        assert_eq!(tidings.stored().await, stored, "{name}");
    }
}

#[tokio::test]
async fn g4_a_key_belongs_to_its_viewer() {
    let tidings = Tidings::start().await;
    let (key, id) = (key(), thread::SLEEP.gid());
    let mut sent = BTreeSet::new();
    for who in ["client", "clinician", "supervisor", "clinical-admin"] {
        let input = json!({ "idempotencyKey": key, "threadId": id, "body": who });
        let payload = tidings.caller(who).does("sendMessage", input).await;
        assert_eq!(payload["message"]["bodyText"], json!(who));
        sent.insert(payload["message"]["id"].to_string());
    }
    assert_eq!(sent.len(), 4);
}

#[tokio::test]
async fn g4_a_refused_write_leaves_its_key_free() {
    let tidings = Tidings::start().await;
    let (amina, elena, key) = (tidings.caller("clinician"), tidings.caller("client"), key());
    let input = |body: &str| json!({ "idempotencyKey": key, "threadId": thread::SLEEP.gid(), "body": body });
    assert_eq!(
        amina.refused("sendMessage", input(" ")).await,
        "BODY_REQUIRED"
    );
    amina.does("sendMessage", input("Now with text.")).await;
    // The same input is not refused for ever either.
    let status = |status: &str| json!({ "clientId": client::CLIENT.gid(), "status": status });
    let admin = tidings.caller("clinical-admin");
    admin.does("setClientStatus", status("INACTIVE")).await;
    assert_eq!(
        elena.refused("sendMessage", input("b")).await,
        "CLIENT_INACTIVE"
    );
    admin.does("setClientStatus", status("ACTIVE")).await;
    elena.does("sendMessage", input("b")).await;
}

#[tokio::test]
async fn g4_a_malformed_key_is_refused() {
    let tidings = Tidings::start().await;
    let stored = tidings.stored().await;
    for (name, who, input, _) in writes() {
        let caller = tidings.caller(who);
        for bad in [
            "",
            " ",
            "a b",
            "a\n",
            "\u{7f}",
            "ü",
            "\u{0}",
            &"k".repeat(129),
        ] {
            let input = with(&input, "idempotencyKey", &json!(bad));
            assert_eq!(
                caller.refused(name, input).await,
                "BAD_USER_INPUT",
                "{name} {bad:?}"
            );
        }
        let answer = caller
            .act(name, with(&input, "idempotencyKey", &json!(null)))
            .await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
            "{name}: {answer:#}"
        );
    }
    assert_eq!(tidings.stored().await, stored);
    let longest = format!("!~{}", "k".repeat(126));
    let input = json!({ "idempotencyKey": longest, "threadId": thread::SLEEP.gid(), "body": "b" });
    tidings.caller("client").does("sendMessage", input).await;
}

/// Does the same write fifty times at once; answers the one answer.
async fn at_once(tidings: &Tidings, who: &'static str, name: &'static str, input: &Value) -> Value {
    let callers: Vec<Caller<'_>> = (0..50).map(|_| tidings.caller(who)).collect();
    let doing = callers.iter().map(|caller| caller.act(name, input.clone()));
    let answers = futures_util::future::join_all(doing).await;
    for answer in &answers {
        assert_eq!(answer, &answers[0], "{name}: two answers to one write");
        assert_eq!(
            answer["data"]["answer"]["userErrors"],
            json!([]),
            "{name}: {answer:#}"
        );
    }
    answers[0]["data"]["answer"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_of_fifty_equal_requests_at_once_one_is_done_and_all_get_its_answer() {
    let tidings = Tidings::start().await;
    tidings.papers_wait().await;
    tidings.drafts_wait().await;
    for (name, who, input, _) in writes() {
        let events = tidings.count("SELECT COUNT(*) FROM event").await;
        let keys = tidings.count("SELECT COUNT(*) FROM idempotency_key").await;
        let messages = tidings.count("SELECT COUNT(*) FROM message").await;
        let input = with(&input, "idempotencyKey", &json!(key()));
        let payload = at_once(&tidings, who, name, &input).await;
        assert_eq!(
            tidings.count("SELECT COUNT(*) FROM idempotency_key").await,
            // Of many there is one for the whole, and one for each.
            keys + if name == "bulk" { 2 } else { 1 },
            "{name}"
        );
        assert!(
            tidings.count("SELECT COUNT(*) FROM event").await <= events + 2,
            "{name}"
        );
        let sent = i64::from(
            [
                "startThread",
                "sendMessage",
                "openDirectThread",
                "convertToGroup",
            ]
            .contains(&name),
        );
        assert_eq!(
            tidings.count("SELECT COUNT(*) FROM message").await,
            messages + sent,
            "{name}"
        );
        for object in ["thread", "message"] {
            if let Some(value) = payload.get(object) {
                assert!(value["id"].is_string(), "{name}: {payload:#}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_many_different_writes_at_once_are_all_done() {
    let tidings = Tidings::start().await;
    let before = tidings.count("SELECT COUNT(*) FROM thread").await;
    // More than there are connections, and each reads a topic on its way.
    let callers: Vec<Caller<'_>> = (0..60)
        .map(|n| tidings.caller(["clinician", "clinical-admin", "supervisor"][n % 3]))
        .collect();
    let starting = callers.iter().enumerate().map(|(n, caller)| {
        caller.does("startThread", json!({
            "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "topicId": topic::CARE_PLAN.gid(), "body": format!("{n}")
        }))
    });
    let begun = std::time::Instant::now();
    futures_util::future::join_all(starting).await;
    assert_eq!(
        tidings.count("SELECT COUNT(*) FROM thread").await,
        before + 60
    );
    assert!(
        begun.elapsed().as_secs() < 20,
        "writes waited for each other: {:?}",
        begun.elapsed()
    );
}
