//! What administrators keep, and that none of it shows them a message.

use serde_json::json;
use tidings_server::seed::cast::{CAST, audience, staff, thread, topic};

use super::directory::refused;
use crate::support::{Global as _, MESSAGES, Tidings};

#[tokio::test]
async fn t05_c24_who_may_keep_the_directory() {
    let tidings = Tidings::start().await;
    let schedulers = [
        "practice-admin",
        "clinical-admin",
        "scheduler",
        "scheduler-biller",
        "outsider",
    ];
    #[rustfmt::skip]
    let rows: &[(&str, &[&str], serde_json::Value)] = &[
        ("createStaffMember", &["practice-admin", "system-admin", "outsider"],
            json!({ "displayName": "New Person", "email": "new@harborlane.example", "roles": [] })),
        ("createClient", &schedulers, json!({ "displayName": "New Client" })),
        ("saveTopic", &["practice-admin", "clinical-admin", "outsider"],
            json!({ "audience": "BILLING", "title": "Refunds", "defaultSubject": "Your refund" })),
        ("setAudienceLabel", &["practice-admin", "clinical-admin"],
            json!({ "audienceId": audience::BILLING.gid(), "label": "Money" })),
        ("createAgency", &["system-admin", "outsider"],
            json!({ "name": "North", "timeZone": "Europe/Berlin", "adminName": "Nils", "adminEmail": "nils@north.example" })),
        ("setStaffActive", &["practice-admin", "system-admin"],
            json!({ "staffMemberId": staff::FORMER_CLINICIAN.gid(), "active": true })),
    ];
    for (name, allowed, input) in rows {
        for member in CAST {
            let caller = tidings.caller(member.name);
            if allowed.contains(&member.name) {
                caller.does(name, input.clone()).await;
            } else {
                let code = if member.name == "outsider" {
                    "NOT_FOUND"
                } else {
                    "FORBIDDEN"
                };
                refused(&tidings, &caller, name, input.clone(), code).await;
            }
        }
    }
}

#[tokio::test]
async fn c24_g5_a_staff_member_comes_and_leaves() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let input = json!({ "displayName": " Noor Haddad ", "title": "Nurse", "email": "noor@harborlane.example", "roles": ["PRACTICE_BILLER"] });
    let created = admin.does("createStaffMember", input).await;
    let id = created["staffMember"]["id"].clone();
    admin
        .does("sendPasswordLink", json!({ "staffMemberId": id }))
        .await;
    let token = tidings
        .mails_to("noor@harborlane.example")
        .await
        .pop()
        .unwrap()
        .token();
    let body = json!({ "token": token, "password": "correct horse battery" });
    assert_eq!(tidings.auth("reset-password", &body).await.0, 200);
    let body = json!({ "login": "noor@harborlane.example", "password": "correct horse battery" });
    let (_, answer) = tidings.auth("sign-in", &body).await;
    let noor = tidings.with_token(answer["accessToken"].as_str().unwrap());
    // The roles say what she sees, and nothing else does.
    assert!(noor.sees(&thread::INVOICE.gid()).await);
    assert!(!noor.sees(&thread::SLEEP.gid()).await);
    let mut socket = noor.socket().await;
    socket.subscribe(MESSAGES, json!({})).await;
    socket.settle().await;
    admin
        .does(
            "setStaffActive",
            json!({ "staffMemberId": id, "active": false }),
        )
        .await;
    loop {
        let last = socket.receive().await;
        if last["close"] == json!(4403) {
            break;
        }
        assert_eq!(last["type"], "error", "{last:#}");
    }
    assert_eq!(
        noor.code("{ eventCursor }", json!({})).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(tidings.auth_code("sign-in", &body).await, "SIGN_IN_REFUSED");
    admin
        .does(
            "setStaffActive",
            json!({ "staffMemberId": id, "active": true }),
        )
        .await;
    assert_eq!(tidings.auth("sign-in", &body).await.0, 200);
    // Nobody does it to themselves.
    let own = json!({ "staffMemberId": staff::PRACTICE_ADMIN.gid(), "active": false });
    refused(&tidings, &admin, "setStaffActive", own, "FORBIDDEN").await;
    let deeds = "SELECT COUNT(*) FROM audit_entry WHERE deed LIKE 'STAFF_%ATED'";
    assert_eq!(tidings.count(deeds).await, 3);
}

#[tokio::test]
async fn t18_topics_and_labels_are_kept_and_threads_keep_their_subjects() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let input = json!({ "topicId": topic::APPOINTMENTS.gid(), "title": "Dates", "defaultSubject": "Your date" });
    let saved = admin.does("saveTopic", input).await;
    assert_eq!(saved["topic"]["title"], "Dates");
    let input = json!({ "audience": "ADMINISTRATIVE", "title": "Parking", "defaultSubject": "Where to park" });
    let made = admin.does("saveTopic", input).await;
    let query = "{ audiences { kind label topics { id title defaultSubject } } }";
    let label = json!({ "audienceId": audience::ADMINISTRATIVE.gid(), "label": "Office" });
    admin.does("setAudienceLabel", label).await;
    let data = tidings.caller("scheduler").data(query, json!({})).await;
    let office = &data["audiences"][0];
    assert_eq!(office["label"], "Office");
    let topics = office["topics"].as_array().unwrap();
    assert_eq!(topics.first().unwrap()["title"], "Dates");
    assert_eq!(
        topics.last().unwrap()["id"],
        made["topic"]["id"],
        "behind the others"
    );
    let query = "query($id: ID!) { thread(id: $id) { subject } }";
    let id = json!({ "id": thread::APPOINTMENT.gid() });
    let data = tidings.caller("scheduler").data(query, id).await;
    assert!(!data.to_string().contains("Your date"), "{data}");
    for (input, code) in [
        (
            json!({ "topicId": topic::APPOINTMENTS.gid(), "audience": "BILLING", "title": "t", "defaultSubject": "s" }),
            "BAD_USER_INPUT",
        ),
        (
            json!({ "title": "t", "defaultSubject": "s" }),
            "BAD_USER_INPUT",
        ),
        (
            json!({ "audience": "BILLING", "title": " ", "defaultSubject": "s" }),
            "NAME_INVALID",
        ),
        (
            json!({ "audience": "BILLING", "title": "t", "defaultSubject": "s".repeat(256) }),
            "SUBJECT_TOO_LONG",
        ),
        (
            json!({ "topicId": topic::OTHER_INVOICES.gid(), "title": "t", "defaultSubject": "s" }),
            "NOT_FOUND",
        ),
    ] {
        refused(&tidings, &admin, "saveTopic", input, code).await;
    }
}

#[tokio::test]
async fn k18_a_new_agency_is_its_own_and_nobody_elses() {
    let tidings = Tidings::start().await;
    let system = tidings.caller("system-admin");
    let input = json!({ "name": "North", "timeZone": "Europe/Berlin", "adminName": "Nils Berg", "adminEmail": "nils@north.example" });
    let created = system.does("createAgency", input).await;
    // Whoever adds it sees nothing of it.
    let query = "query($id: ID!) { node(id: $id) { id } }";
    for id in [&created["agencyId"], &created["adminId"]] {
        let data = system.data(query, json!({ "id": id })).await;
        assert!(data["node"].is_null(), "{data:#}");
    }
    let token = tidings
        .mails_to("nils@north.example")
        .await
        .pop()
        .unwrap()
        .token();
    let body = json!({ "token": token, "password": "correct horse battery" });
    assert_eq!(tidings.auth("reset-password", &body).await.0, 200);
    let body = json!({ "login": "nils@north.example", "password": "correct horse battery" });
    let (_, answer) = tidings.auth("sign-in", &body).await;
    let nils = tidings.with_token(answer["accessToken"].as_str().unwrap());
    let query = "{ agency { name timeZone } audiences { kind label } clients(first: 5) { edges { node { id } } } staffMembers(first: 5) { edges { node { displayName } } } }";
    let data = nils.data(query, json!({})).await;
    assert_eq!(
        data["agency"],
        json!({ "name": "North", "timeZone": "Europe/Berlin" })
    );
    assert_eq!(data["audiences"].as_array().unwrap().len(), 3);
    assert_eq!(data["clients"]["edges"], json!([]));
    assert_eq!(data["staffMembers"]["edges"].as_array().unwrap().len(), 1);
    for (field, value, code) in [
        ("name", " ", "NAME_INVALID"),
        ("timeZone", "Mars/Olympus", "TIME_ZONE_INVALID"),
        ("adminName", "", "NAME_INVALID"),
        ("adminEmail", "nils", "EMAIL_INVALID"),
    ] {
        let mut input = json!({ "name": "North", "timeZone": "UTC", "adminName": "N", "adminEmail": "n@north.example" });
        input[field] = json!(value);
        refused(&tidings, &system, "createAgency", input, code).await;
    }
}

#[tokio::test]
async fn t16_a_new_client_is_found_and_can_be_invited() {
    let tidings = Tidings::start().await;
    let scheduler = tidings.caller("scheduler");
    let input = json!({ "displayName": "Zora Quill", "email": "zora@post.example" });
    let created = scheduler.does("createClient", input).await;
    let id = created["client"]["id"].clone();
    let query = "{ clients(first: 5, search: \"qui\") { edges { node { id status } } } }";
    let data = scheduler.data(query, json!({})).await;
    assert_eq!(
        data["clients"]["edges"],
        json!([{ "node": { "id": id, "status": "ACTIVE" } }])
    );
    let invited = scheduler
        .does("invitePortalAccount", json!({ "clientId": id }))
        .await;
    assert_eq!(invited["portalAccount"]["email"], "zora@post.example");
    for input in [
        json!({ "displayName": "" }),
        json!({ "displayName": "x".repeat(201) }),
        json!({ "displayName": "a\u{0}b" }),
    ] {
        refused(&tidings, &scheduler, "createClient", input, "NAME_INVALID").await;
    }
    let odd = json!({ "displayName": "Z", "email": "zora" });
    refused(&tidings, &scheduler, "createClient", odd, "EMAIL_INVALID").await;
}
