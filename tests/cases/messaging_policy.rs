//! The agency's messaging policy, its versions, and the switch of the whole system.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, client, staff, thread};

use super::start_by_client::to;
use crate::support::{Caller, Global as _, Tidings, nowhere};

/// Every switch that can be read.
const POLICY: &str = "version portalEnabled supervisorScope subjectRequired minBodyChars clientMaxMessageChars \
    clientSeesStaffReceipts sendToUnregistered allowMultiClientGroups groupClientNames chatSharing \
    attachmentBelowBytes attachmentsPerMessage voiceNotes photos internalMessaging directChatForNewClients \
    blockRepliesWhenContactOff clientAudienceInboxes defaultDirectChatSharing staffEmailContent \
    staffAlertContent clientEmailContent clientAlertContent requestDays releaseText releaseDays \
    releaseNoticeDays unsolicitedRecords unsolicitedOwner";

async fn policy(caller: &Caller<'_>) -> Value {
    let query = format!("{{ agency {{ messagingPolicy {{ {POLICY} }} }} }}");
    caller.data(&query, json!({})).await["agency"]["messagingPolicy"].take()
}

async fn history(caller: &Caller<'_>, arguments: &str) -> Vec<Value> {
    let query = format!(
        "{{ agency {{ policyHistory({arguments}) {{ edges {{ cursor node {{ since changedBy {{ id }} policy {{ {POLICY} }} }} }} }} }} }}"
    );
    let data = caller.data(&query, json!({})).await;
    data["agency"]["policyHistory"]["edges"]
        .as_array()
        .unwrap()
        .clone()
}

/// Every switch in another position than the default.
fn turned() -> Value {
    json!({ "portalEnabled": false, "supervisorScope": "ALL", "subjectRequired": false, "minBodyChars": 10,
        "clientMaxMessageChars": 200, "clientSeesStaffReceipts": true, "sendToUnregistered": false,
        "allowMultiClientGroups": true, "groupClientNames": "FIRST", "chatSharing": false,
        "attachmentBelowBytes": 1_048_576, "attachmentsPerMessage": 0, "voiceNotes": true, "photos": true,
        "internalMessaging": false, "directChatForNewClients": false, "blockRepliesWhenContactOff": true,
        "clientAudienceInboxes": ["BILLING"], "defaultDirectChatSharing": [staff::SCHEDULER.gid()],
        "staffEmailContent": true, "staffAlertContent": true, "clientEmailContent": true, "clientAlertContent": true,
        "requestDays": 10, "releaseText": "I agree.", "releaseDays": 100, "releaseNoticeDays": 0,
        "unsolicitedRecords": false, "unsolicitedOwner": staff::SCHEDULER.gid() })
}

#[tokio::test]
async fn c50_cx10_p37_every_switch_is_changed_at_once_as_a_new_version_that_can_be_looked_up() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("system-admin");
    let first = policy(&admin).await;
    tidings.clock.advance(TimeDelta::minutes(20));
    let mut input = turned();
    input["expectedVersion"] = json!(1);
    input["acknowledgeInsecure"] = json!(true);
    let saved = admin.does("updateMessagingPolicy", input).await;
    assert_eq!(saved["messagingPolicy"]["version"], json!(2));
    let mut expect = turned();
    expect["version"] = json!(2);
    assert_eq!(policy(&admin).await, expect);
    // In force for everybody of the agency at the next request, and for nobody of another.
    assert_eq!(policy(&tidings.caller("client")).await, expect);
    assert_eq!(
        policy(&tidings.caller("outsider")).await["version"],
        json!(1)
    );

    // One switch more, and null takes the bound away.
    tidings.clock.advance(TimeDelta::minutes(20));
    let one = json!({ "expectedVersion": 2, "clientMaxMessageChars": null });
    tidings
        .caller("practice-admin")
        .does("updateMessagingPolicy", one)
        .await;
    expect["version"] = json!(3);
    expect["clientMaxMessageChars"] = json!(null);
    assert_eq!(policy(&admin).await, expect);
    // Nothing to change makes no version.
    let same = json!({ "expectedVersion": 3, "portalEnabled": false });
    let saved = admin.does("updateMessagingPolicy", same).await;
    assert_eq!(saved["messagingPolicy"]["version"], json!(3));

    let all = history(&admin, "first: 10").await;
    let versions: Vec<&Value> = all
        .iter()
        .map(|edge| &edge["node"]["policy"]["version"])
        .collect();
    assert_eq!(versions, [&json!(3), &json!(2), &json!(1)]);
    assert_eq!(
        all[0]["node"]["changedBy"]["id"],
        json!(staff::PRACTICE_ADMIN.gid())
    );
    assert_eq!(
        all[1]["node"]["changedBy"]["id"],
        json!(staff::SYSTEM_ADMIN.gid())
    );
    assert_eq!(all[2]["node"]["changedBy"], json!(null));
    assert_eq!(all[2]["node"]["policy"], first);
    // What held at a moment, and pages.
    let then = history(&admin, "first: 1, at: \"2026-06-15T12:30:00Z\"").await;
    assert_eq!(then[0]["node"]["policy"]["version"], json!(2));
    assert_eq!(
        then[0]["node"]["policy"]["clientMaxMessageChars"],
        json!(200)
    );
    let after = format!("first: 1, after: {}", all[0]["cursor"]);
    assert_eq!(history(&admin, &after).await[0], all[1]);
    let query = format!("{{ agency {{ policyHistory({after}) {{ edges {{ cursor }} }} }} }}");
    let foreign = tidings
        .caller("practice-admin")
        .ask(&query, json!({}))
        .await;
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "CURSOR_INVALID");
}

#[tokio::test]
async fn cx10_c50_every_change_of_a_setting_stands_in_the_audit_log_with_what_it_was_and_is() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let change = json!({ "expectedVersion": 1, "minBodyChars": 2, "voiceNotes": true });
    admin.does("updateMessagingPolicy", change).await;
    let whose = json!({ "staffMemberId": staff::CLINICIAN.gid(), "displayInPortal": false });
    admin.does("updateStaffSettings", whose).await;
    let one = json!({ "clientIds": [client::CLIENT.gid()], "directChatAccess": false });
    admin.does("setClientMessaging", one.clone()).await;
    let own = json!({ "emailContent": true, "acknowledgeInsecure": true });
    tidings.caller("client").does("updateMySettings", own).await;
    // What changes nothing leaves no entry.
    admin.does("setClientMessaging", one).await;
    // Before them the log tells how the demo agency came to be.
    let query = "{ auditLog(first: 4) { edges { node { deed detail subjectId } } } }";
    let data = admin.data(query, json!({})).await;
    let rows: Vec<&Value> = data["auditLog"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"])
        .collect();
    let details: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row["deed"].as_str().unwrap(),
                row["detail"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        details,
        [
            (
                "OWN_SETTINGS_CHANGED",
                "notifyByEmail: true -> true, emailContent: false -> true, alertContent: false -> false"
            ),
            (
                "CLIENT_MESSAGING_CHANGED",
                "send: true -> true, directChatAccess: true -> false"
            ),
            (
                "STAFF_SETTINGS_CHANGED",
                "allowClientInitiatedContact: true -> true, displayInPortal: true -> false"
            ),
            (
                "MESSAGING_POLICY_CHANGED",
                "version 2: min_body_chars: 1 -> 2, voice_notes: false -> true"
            ),
        ]
    );
    assert_eq!(rows[1]["subjectId"], json!(client::CLIENT.gid()));
}

#[tokio::test]
async fn c50_cx10_who_may_change_the_policy_and_read_its_history() {
    let tidings = Tidings::start().await;
    let input = json!({ "expectedVersion": 1, "voiceNotes": false });
    for member in CAST {
        let caller = tidings.caller(member.name);
        let may = ["practice-admin", "system-admin", "outsider"].contains(&member.name);
        let answer = caller.act("updateMessagingPolicy", input.clone()).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code.is_null(), may, "{}: {answer:#}", member.name);
        let query = "{ agency { id policyHistory(first: 1) { edges { cursor } } } }";
        let answer = caller.ask(query, json!({})).await;
        let shown = answer["data"]["agency"]["policyHistory"].is_object();
        assert_eq!(shown, may, "{}: {answer:#}", member.name);
    }
}

#[tokio::test]
async fn c50_a_change_of_a_version_that_is_old_and_a_switch_out_of_bounds_change_nothing() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let stored = tidings.stored().await;
    let one =
        |field: &str, value: Value| json!({ "expectedVersion": 1, "photos": true, field: value });
    for (input, code) in [
        (
            json!({ "expectedVersion": 2, "photos": true }),
            "VERSION_CONFLICT",
        ),
        (
            json!({ "expectedVersion": 0, "photos": true }),
            "VERSION_CONFLICT",
        ),
        (one("minBodyChars", json!(0)), "SETTING_OUT_OF_RANGE"),
        (one("minBodyChars", json!(101)), "SETTING_OUT_OF_RANGE"),
        (
            one("clientMaxMessageChars", json!(0)),
            "SETTING_OUT_OF_RANGE",
        ),
        (
            one("clientMaxMessageChars", json!(65_537)),
            "SETTING_OUT_OF_RANGE",
        ),
        (
            one("attachmentBelowBytes", json!(1_048_575)),
            "SETTING_OUT_OF_RANGE",
        ),
        (
            one("attachmentBelowBytes", json!(26_214_401)),
            "SETTING_OUT_OF_RANGE",
        ),
        (
            one("attachmentBelowBytes", json!(-1)),
            "SETTING_OUT_OF_RANGE",
        ),
        (
            one("attachmentsPerMessage", json!(101)),
            "SETTING_OUT_OF_RANGE",
        ),
        (one("requestDays", json!(0)), "SETTING_OUT_OF_RANGE"),
        (one("releaseDays", json!(3_651)), "SETTING_OUT_OF_RANGE"),
        (one("releaseText", json!(" ")), "SETTING_OUT_OF_RANGE"),
        (
            one("staffAlertContent", json!(true)),
            "INSECURE_NOT_ACKNOWLEDGED",
        ),
        (
            one("defaultDirectChatSharing", json!([nowhere("StaffMember")])),
            "NOT_FOUND",
        ),
        (
            one("defaultDirectChatSharing", json!([staff::OUTSIDER.gid()])),
            "NOT_FOUND",
        ),
    ] {
        let refused = admin.refused("updateMessagingPolicy", input.clone()).await;
        assert_eq!(refused, code, "{input}");
        assert_eq!(tidings.stored().await, stored, "{input}");
    }
    // A bound for clients that lies below what every message needs fits nothing.
    let both = json!({ "expectedVersion": 1, "minBodyChars": 20, "clientMaxMessageChars": 19 });
    assert_eq!(
        admin.refused("updateMessagingPolicy", both).await,
        "SETTING_OUT_OF_RANGE"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c50_of_changes_at_once_of_one_version_one_is_made() {
    let tidings = Tidings::start().await;
    let callers: Vec<_> = (0..6).map(|_| tidings.caller("practice-admin")).collect();
    let change = |at: usize| json!({ "expectedVersion": 1, "minBodyChars": at + 2 });
    let acts = callers.iter().enumerate();
    let acts = acts.map(|(at, caller)| caller.act("updateMessagingPolicy", change(at)));
    let answers = futures_util::future::join_all(acts).await;
    let done = answers
        .iter()
        .filter(|answer| answer["data"]["answer"]["userErrors"] == json!([]));
    assert_eq!(done.count(), 1);
    assert_eq!(
        history(&tidings.caller("practice-admin"), "first: 10")
            .await
            .len(),
        2
    );
}

#[tokio::test]
async fn g5_t44_k12_a_change_of_the_policy_holds_on_open_streams_before_the_next_event() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    // A thread of a client of nobody whom the supervisor supervises.
    let plan = thread::PAYMENT_PLAN.gid();
    assert!(!tidings.caller("supervisor").sees(&plan).await);
    let mut supervisor = tidings.listen("supervisor").await;
    let mut elena = tidings.listen("client").await;
    let all = json!({ "expectedVersion": 1, "supervisorScope": "ALL" });
    admin.does("updateMessagingPolicy", all).await;
    let seen = json!({ "threadId": plan, "body": "Seen", "markThreadRead": false });
    tidings
        .caller("second-client")
        .does("sendMessage", seen)
        .await;
    let told = supervisor.expect("AccessRevoked").await;
    assert_eq!(
        told["everything"],
        json!(true),
        "what was read should be read again"
    );
    supervisor.expect_message("Seen").await;
    let told = elena.expect("AccessRevoked").await;
    assert_eq!(told["everything"], json!(true));

    let mut single = tidings.listen_to("supervisor", Some(&plan)).await;
    let own = json!({ "expectedVersion": 2, "supervisorScope": "SUPERVISEES" });
    admin.does("updateMessagingPolicy", own).await;
    let unseen = json!({ "threadId": plan, "body": "Not seen", "markThreadRead": false });
    tidings
        .caller("second-client")
        .does("sendMessage", unseen)
        .await;
    single.expect_end("NOT_FOUND").await;
    supervisor.expect("AccessRevoked").await;
    elena.expect("AccessRevoked").await;
    assert!(!tidings.caller("supervisor").sees(&plan).await);
    tidings.nothing_more(&mut [supervisor, elena]).await;
}

#[tokio::test]
async fn t01_cx10_the_portal_is_off_for_an_agency_or_for_the_system_both_ways_and_staff_go_on() {
    for options in [&[][..], &[("TIDINGS_CLIENT_PORTAL", "off")][..]] {
        let tidings = Tidings::start_with(options).await;
        let admin = tidings.caller("practice-admin");
        let on = options.is_empty();
        if on {
            let off = json!({ "expectedVersion": 1, "portalEnabled": false });
            admin.does("updateMessagingPolicy", off).await;
        } else {
            // What is off for the system no agency enables.
            assert_eq!(
                history(&admin, "first: 1").await[0]["node"]["policy"]["portalEnabled"],
                json!(true)
            );
        }
        assert_eq!(policy(&admin).await["portalEnabled"], json!(false));
        let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
        let reply = json!({ "threadId": thread::SLEEP.gid(), "body": "b" });
        let new = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
        let stored = tidings.stored().await;
        for (caller, name, input) in [
            (&amina, "sendMessage", reply.clone()),
            (&elena, "sendMessage", reply.clone()),
            (&amina, "startThread", new),
            (&elena, "startThread", to(client::CLIENT, staff::CLINICIAN)),
        ] {
            assert_eq!(
                caller.refused(name, input).await,
                "PORTAL_DISABLED",
                "{name}"
            );
        }
        assert_eq!(tidings.stored().await, stored);
        let query = "query($id: ID!) { thread(id: $id) { viewerCanReply replyBlockedReason } }";
        let data = elena
            .data(query, json!({ "id": thread::SLEEP.gid() }))
            .await;
        assert_eq!(data["thread"]["replyBlockedReason"], "PORTAL_DISABLED");
        // Reading goes on, and staff write to each other.
        assert!(elena.sees(&thread::SLEEP.gid()).await);
        let among_us = json!({ "to": [{ "staffMemberId": staff::BILLER.gid() }], "subject": "s", "body": "b" });
        amina.does("startThread", among_us).await;
        if on {
            let back = json!({ "expectedVersion": 2, "portalEnabled": true });
            admin.does("updateMessagingPolicy", back).await;
            elena.does("sendMessage", reply).await;
        }
    }
}

#[tokio::test]
async fn p43_k16_the_length_of_clients_messages_is_bounded_to_the_character_and_that_of_staff_is_not()
 {
    let tidings = Tidings::start().await;
    let bound = json!({ "expectedVersion": 1, "clientMaxMessageChars": 10 });
    tidings
        .caller("practice-admin")
        .does("updateMessagingPolicy", bound)
        .await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let message = |chars: usize| json!({ "threadId": thread::SLEEP.gid(), "body": "\u{1F600}".repeat(chars) });
    elena.does("sendMessage", message(10)).await;
    assert_eq!(
        elena.refused("sendMessage", message(11)).await,
        "MESSAGE_TOO_LONG"
    );
    amina.does("sendMessage", message(11)).await;
}

#[tokio::test]
async fn tx04_internal_messages_are_a_switch_of_their_own() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let new =
        json!({ "to": [{ "staffMemberId": staff::BILLER.gid() }], "subject": "s", "body": "b" });
    let started = amina.does("startThread", new.clone()).await;
    let id = started["thread"]["id"].as_str().unwrap().to_owned();
    let off = json!({ "expectedVersion": 1, "internalMessaging": false });
    tidings
        .caller("practice-admin")
        .does("updateMessagingPolicy", off)
        .await;
    let stored = tidings.stored().await;
    assert_eq!(
        amina.refused("startThread", new).await,
        "INTERNAL_MESSAGING_DISABLED"
    );
    let reply = json!({ "threadId": id, "body": "b" });
    assert_eq!(
        amina.refused("sendMessage", reply).await,
        "INTERNAL_MESSAGING_DISABLED"
    );
    assert_eq!(tidings.stored().await, stored);
    // What there is can be read, with the reason; and clients are written to.
    let query = "query($id: ID!) { thread(id: $id) { viewerCanReply replyBlockedReason } }";
    let data = amina.data(query, json!({ "id": id })).await;
    let expect =
        json!({ "viewerCanReply": false, "replyBlockedReason": "INTERNAL_MESSAGING_DISABLED" });
    assert_eq!(data["thread"], expect);
    amina.writes(&thread::SLEEP.gid(), "b").await;
}
