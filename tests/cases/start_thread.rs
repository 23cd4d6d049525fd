//! `startThread` by staff.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread, topic};

use crate::support::{Caller, Global as _, Tidings};

/// A thread that the clinician could start.
fn start() -> Value {
    json!({
        "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
        "subject": "After our session", "body": "Thank you for today."
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut input = start();
    input[field] = value;
    input
}

/// Asserts that the input is refused with the code and that nothing was stored.
async fn refused(tidings: &Tidings, caller: &Caller<'_>, input: Value, code: &str) {
    let before = tidings.stored().await;
    assert_eq!(
        caller.refused("startThread", input.clone()).await,
        code,
        "{input}"
    );
    assert_eq!(
        tidings.stored().await,
        before,
        "{input}: something was stored"
    );
}

#[tokio::test]
async fn c03_t15_t19_s15_one_thread_with_one_message_is_made() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let (threads, messages) = (
        tidings.count("SELECT COUNT(*) FROM thread").await,
        tidings.count("SELECT COUNT(*) FROM message").await,
    );
    let started = amina.does("startThread", start()).await;
    assert_eq!(
        tidings.count("SELECT COUNT(*) FROM thread").await,
        threads + 1
    );
    assert_eq!(
        tidings.count("SELECT COUNT(*) FROM message").await,
        messages + 1
    );
    let thread = &started["thread"];
    assert_eq!(thread["kind"], "DIRECT");
    assert_eq!(thread["subject"], "After our session");
    assert_eq!(thread["audience"]["kind"], "CLINICAL");
    assert_eq!(thread["client"]["id"], json!(client::CLIENT.gid()));
    assert_eq!(thread["messageCount"], json!(1));
    assert_eq!(started["message"]["seq"], json!(1));
    assert_eq!(started["message"]["bodyText"], "Thank you for today.");
    // It reaches the client's inbox, unread, and shows the subject (S-11).
    let elena = tidings.caller("client");
    let query = "query($id: ID!) { thread(id: $id) { subject viewerUnreadCount viewerCanReply startedBy { ... on StaffMember { id } }
        participants { standing person { ... on StaffMember { id } ... on Client { id } } } } }";
    let data = elena.data(query, json!({ "id": thread["id"] })).await;
    assert_eq!(data["thread"]["subject"], "After our session");
    assert_eq!(data["thread"]["viewerUnreadCount"], json!(1));
    assert_eq!(data["thread"]["viewerCanReply"], json!(true), "S-24");
    assert_eq!(
        data["thread"]["startedBy"]["id"],
        json!(staff::CLINICIAN.gid())
    );
    let listed = data["thread"]["participants"].to_string();
    assert!(listed.contains(&staff::CLINICIAN.gid()), "{listed}");
}

#[tokio::test]
async fn c03_t16_recipients_outside_the_agency_are_not_there() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let own = json!({ "clientId": client::CLIENT.gid() });
    for to in [
        json!([{ "clientId": client::OUTSIDER.gid() }]),
        json!([own, { "staffMemberId": staff::OUTSIDER.gid() }]),
    ] {
        refused(&tidings, &amina, with("to", to), "NOT_FOUND").await;
    }
    // Somebody who has left is not there either.
    tidings
        .alter(
            "UPDATE staff_member SET active = FALSE WHERE id = {}",
            staff::BILLER,
        )
        .await;
    let to = json!([own, { "staffMemberId": staff::BILLER.gid() }]);
    refused(&tidings, &amina, with("to", to), "NOT_FOUND").await;
}

#[tokio::test]
async fn s08_s10_k5_who_can_stand_together_in_one_thread() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let client = json!({ "clientId": client::CLIENT.gid() });
    let colleague = json!({ "staffMemberId": staff::SCHEDULER.gid() });
    refused(
        &tidings,
        &amina,
        with("to", json!([])),
        "RECIPIENT_REQUIRED",
    )
    .await;
    let mut many = vec![client.clone()];
    many.resize(5_001, colleague.clone());
    refused(&tidings, &amina, with("to", json!(many)), "BAD_USER_INPUT").await;
    // Exactly one of the two names of a recipient.
    for wrong in [
        json!({}),
        json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::SCHEDULER.gid() }),
        json!({ "all": true }),
        json!({ "clientId": null }),
    ] {
        let before = tidings.stored().await;
        let answer = amina.act("startThread", with("to", json!([wrong]))).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(
            ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code.as_str().unwrap()),
            "{wrong}: {answer:#}"
        );
        assert_eq!(tidings.stored().await, before);
    }
    // Said twice, meant once; oneself is in it anyway.
    let me = json!({ "staffMemberId": staff::CLINICIAN.gid() });
    let started = amina
        .does("startThread", with("to", json!([client, client, me])))
        .await;
    assert_eq!(started["thread"]["kind"], "DIRECT");
    let started = amina
        .does(
            "startThread",
            with("to", json!([colleague, client, colleague])),
        )
        .await;
    assert_eq!(started["thread"]["kind"], "TEAM");
}

#[tokio::test]
async fn t17_staff_choose_an_audience_that_they_could_see_themselves() {
    let tidings = Tidings::start().await;
    #[rustfmt::skip]
    let rows: &[(&str, &str, &[&str])] = &[
        // Who, about whom, which audiences.
        ("clinician",        "client",        &["ADMINISTRATIVE", "BILLING", "CLINICAL"]),
        ("clinician",        "second-client", &[]),
        ("second-clinician", "client",        &[]),
        ("former-clinician", "client",        &[]),
        ("supervisor",       "client",        &["ADMINISTRATIVE", "BILLING", "CLINICAL"]),
        ("supervisor",       "second-client", &[]),
        ("clinical-admin",   "second-client", &["ADMINISTRATIVE", "BILLING", "CLINICAL"]),
        ("practice-admin",   "client",        &["ADMINISTRATIVE"]),
        ("scheduler",        "client",        &["ADMINISTRATIVE"]),
        ("biller",           "client",        &["BILLING"]),
        ("scheduler-biller", "client",        &["ADMINISTRATIVE", "BILLING"]),
        ("system-admin",     "client",        &[]),
    ];
    for (who, about, allowed) in rows {
        let caller = tidings.caller(who);
        let about = if *about == "client" {
            client::CLIENT
        } else {
            client::SECOND_CLIENT
        };
        for audience in ["ADMINISTRATIVE", "BILLING", "CLINICAL"] {
            let mut input = with("audience", json!(audience));
            input["to"] = json!([{ "clientId": about.gid() }]);
            if allowed.contains(&audience) {
                let started = caller.does("startThread", input).await;
                assert!(
                    caller.sees(started["thread"]["id"].as_str().unwrap()).await,
                    "{who} {audience}"
                );
            } else {
                refused(&tidings, &caller, input, "AUDIENCE_NOT_ALLOWED").await;
            }
        }
    }
    let none = with("audience", json!(null));
    refused(
        &tidings,
        &tidings.caller("clinician"),
        none,
        "AUDIENCE_REQUIRED",
    )
    .await;
}

#[tokio::test]
async fn t18_s11_k9_the_topic_fills_in_the_subject_and_a_subject_is_needed() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let subject = async |subject: Value, topic: Option<String>| {
        let mut input = with("subject", subject);
        input["topicId"] = json!(topic);
        let started = amina.does("startThread", input).await;
        assert_eq!(started["thread"]["topic"]["id"], json!(topic));
        started["thread"]["subject"].as_str().unwrap().to_owned()
    };
    let plan = || Some(topic::CARE_PLAN.gid());
    assert_eq!(subject(json!(null), plan()).await, "Your care plan");
    assert_eq!(subject(json!("  \n "), plan()).await, "Your care plan");
    assert_eq!(subject(json!("My own words"), plan()).await, "My own words");
    assert_eq!(
        subject(json!(" Two\n lines\u{0} "), None).await,
        "Two lines"
    );
    assert_eq!(subject(json!("ü".repeat(255)), None).await, "ü".repeat(255));
    for blank in [json!(null), json!(""), json!("   "), json!("\u{200b}")] {
        refused(&tidings, &amina, with("subject", blank), "SUBJECT_REQUIRED").await;
    }
    refused(
        &tidings,
        &amina,
        with("subject", json!("x".repeat(256))),
        "SUBJECT_TOO_LONG",
    )
    .await;
    // A topic of another audience, of another agency.
    refused(
        &tidings,
        &amina,
        with("topicId", json!(topic::INVOICES.gid())),
        "TOPIC_NOT_IN_AUDIENCE",
    )
    .await;
    refused(
        &tidings,
        &amina,
        with("topicId", json!(topic::OTHER_SESSIONS.gid())),
        "NOT_FOUND",
    )
    .await;
    tidings.policy(json!({ "subject_required": false })).await;
    assert_eq!(subject(json!(""), None).await, "(no subject)");
}

#[tokio::test]
async fn s12_t30_k16_the_first_message_needs_text_within_bounds() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for blank in [
        "",
        "  ",
        "\n\t\r\n",
        "\u{200b}\u{feff}",
        "\u{0}\u{7}",
        "\u{a0}",
    ] {
        refused(
            &tidings,
            &amina,
            with("body", json!(blank)),
            "BODY_REQUIRED",
        )
        .await;
    }
    refused(
        &tidings,
        &amina,
        with("body", json!("x".repeat(65_537))),
        "MESSAGE_TOO_LONG",
    )
    .await;
    amina
        .does("startThread", with("body", json!("x".repeat(65_536))))
        .await;
    tidings.policy(json!({ "min_body_chars": 10 })).await;
    refused(
        &tidings,
        &amina,
        with("body", json!("123456789")),
        "BODY_TOO_SHORT",
    )
    .await;
    amina
        .does("startThread", with("body", json!("1234567890")))
        .await;
}

#[tokio::test]
async fn t20_k11_p01_a_client_without_an_account_gets_it_later_or_never_by_policy() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let input = json!({
        "to": [{ "clientId": client::UNREGISTERED.gid() }], "audience": "ADMINISTRATIVE", "subject": "Welcome", "body": "Hello."
    });
    let started = lucia.does("startThread", input.clone()).await;
    let id = started["thread"]["id"].as_str().unwrap();
    assert!(
        lucia.inbox(json!({})).await.contains(&id.to_owned()),
        "stored"
    );
    // When the client gets an account, the message is there, unread.
    let account = tidings_server::seed::cast::account::SECOND_CLIENT;
    let sql = "INSERT INTO portal_account_client (client_id, account_id, rank) SELECT id, {ACCOUNT}, 1 FROM client WHERE id = {}";
    tidings.link(sql, client::UNREGISTERED, account).await;
    let haruto = tidings.caller("second-client");
    assert!(
        haruto
            .inbox(json!({ "state": "UNREAD", "clientId": client::UNREGISTERED.gid() }))
            .await
            .contains(&id.to_owned())
    );
    // An account that is invited and not connected is none yet.
    tidings
        .alter(
            "UPDATE portal_account SET state = 'INVITED' WHERE id = {}",
            account,
        )
        .await;
    lucia.does("startThread", input.clone()).await;
    tidings
        .policy(json!({ "send_to_unregistered": false }))
        .await;
    refused(&tidings, &lucia, input.clone(), "CLIENT_NOT_ACTIVATED").await;
    tidings
        .alter(
            "UPDATE portal_account SET state = 'CONNECTED' WHERE id = {}",
            account,
        )
        .await;
    lucia.does("startThread", input).await;
}

#[tokio::test]
async fn t01_a_disabled_portal_carries_no_message_either_way_and_staff_among_themselves_go_on() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "portal_enabled": false })).await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    refused(&tidings, &amina, start(), "PORTAL_DISABLED").await;
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffMemberId": staff::CLINICIAN.gid() }], "body": "b" });
    refused(&tidings, &elena, input, "PORTAL_DISABLED").await;
    for caller in [&amina, &elena] {
        let input = json!({ "threadId": thread::SLEEP.gid(), "body": "b" });
        assert_eq!(
            caller.refused("sendMessage", input).await,
            "PORTAL_DISABLED"
        );
        assert!(caller.sees(&thread::SLEEP.gid()).await, "reading goes on");
    }
    amina
        .writes(&thread::CASE_REVIEW.gid(), "Among ourselves.")
        .await;
}

#[tokio::test]
async fn p46_staff_act_for_nobody() {
    let tidings = Tidings::start().await;
    let input = with("actingFor", json!(client::CLIENT.gid()));
    refused(
        &tidings,
        &tidings.caller("clinician"),
        input,
        "BAD_USER_INPUT",
    )
    .await;
}
