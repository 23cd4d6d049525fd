//! `startThread` by a client: to whom, and for whom.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::{ClientId, StaffId};
use tidings_server::seed::cast::{account, client, staff, topic};

use crate::support::{Caller, Global as _, Tidings, membership};

pub(super) fn to(client: ClientId, member: StaffId) -> Value {
    json!({ "actingFor": client.gid(), "to": [{ "staffMemberId": member.gid() }], "body": "May I ask something?" })
}

fn start() -> Value {
    to(client::CLIENT, staff::CLINICIAN)
}

fn with(field: &str, value: Value) -> Value {
    let mut input = start();
    input[field] = value;
    input
}

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

/// The staff that `messageableCareTeam` offers.
pub(super) async fn offered(caller: &Caller<'_>, client: ClientId) -> Vec<String> {
    let query =
        "query($id: ID!) { client(id: $id) { messageableCareTeam { staffMember { id } } } }";
    let data = caller.data(query, json!({ "id": client.gid() })).await;
    let members = data["client"]["messageableCareTeam"].as_array().unwrap();
    members
        .iter()
        .map(|member| member["staffMember"]["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn c29_c30_k9_a_client_writes_to_a_member_of_its_care_team() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let unread = amina.unread().await;
    let started = elena.does("startThread", start()).await;
    let thread = &started["thread"];
    assert_eq!(thread["kind"], "DIRECT");
    assert_eq!(thread["subject"], "(no subject)", "K9");
    assert_eq!(thread["audience"]["kind"], "CLINICAL");
    assert_eq!(thread["client"]["id"], json!(client::CLIENT.gid()));
    assert_eq!(thread["viewerUnreadCount"], json!(0), "C-19");
    assert_eq!(started["message"]["labels"], json!(["PORTAL"]));
    assert_eq!(amina.unread().await, (unread.0 + 1, unread.1 + 1));
    let id = thread["id"].as_str().unwrap();
    let author = &amina.messages(id).await[0]["author"];
    assert_eq!(author["id"], json!(client::CLIENT.gid()));
    // A topic and an audience are taken where they are given.
    let mut input = with("topicId", json!(topic::INVOICES.gid()));
    input["audience"] = json!("BILLING");
    let started = elena.does("startThread", input).await;
    assert_eq!(started["thread"]["subject"], "Your invoice");
    assert!(
        tidings
            .caller("biller")
            .sees(started["thread"]["id"].as_str().unwrap())
            .await
    );
    let input = with("topicId", json!(topic::INVOICES.gid()));
    refused(&tidings, &elena, input, "TOPIC_NOT_IN_AUDIENCE").await;
}

#[tokio::test]
async fn c30_recipients_of_the_staff_and_text() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let member = |id: StaffId| json!({ "staffMemberId": id.gid() });
    refused(
        &tidings,
        &elena,
        with("to", json!([])),
        "RECIPIENT_REQUIRED",
    )
    .await;
    let two = json!([member(staff::CLINICIAN), member(staff::SCHEDULER)]);
    refused(&tidings, &elena, with("to", two), "NOT_CARE_TEAM_MEMBER").await;
    for someone in [client::SECOND_CLIENT, client::CLIENT, client::OUTSIDER] {
        let to = json!([{ "clientId": someone.gid() }]);
        refused(&tidings, &elena, with("to", to), "RECIPIENT_NOT_ALLOWED").await;
    }
    refused(
        &tidings,
        &elena,
        with("to", json!([member(staff::OUTSIDER)])),
        "NOT_FOUND",
    )
    .await;
    refused(&tidings, &elena, with("body", json!(" ")), "BODY_REQUIRED").await;
    refused(
        &tidings,
        &elena,
        with("actingFor", json!(null)),
        "BAD_USER_INPUT",
    )
    .await;
    tidings
        .policy(json!({ "client_max_message_chars": 5 }))
        .await;
    refused(
        &tidings,
        &elena,
        with("body", json!("123456")),
        "MESSAGE_TOO_LONG",
    )
    .await;
    elena
        .does("startThread", with("body", json!("12345")))
        .await;
    // P-43: staff are not limited by it.
    tidings
        .caller("clinician")
        .writes(&tidings_server::seed::cast::thread::SLEEP.gid(), "123456")
        .await;
}

#[tokio::test]
async fn c23_only_members_of_the_care_team_on_that_day_can_be_written_to() {
    let tidings = Tidings::start().await;
    let (elena, admin) = (tidings.caller("client"), tidings.caller("clinical-admin"));
    // Not on the team; on it until yesterday; not a clinician at all.
    for other in [
        staff::SECOND_CLINICIAN,
        staff::FORMER_CLINICIAN,
        staff::CLINICAL_ADMIN,
    ] {
        refused(
            &tidings,
            &elena,
            to(client::CLIENT, other),
            "NOT_CARE_TEAM_MEMBER",
        )
        .await;
    }
    assert_eq!(
        offered(&elena, client::CLIENT).await,
        [staff::CLINICIAN.gid()]
    );
    let member = json!({ "careTeamMemberId": membership(client::CLIENT, staff::CLINICIAN), "lastDate": "2026-06-15" });
    admin.does("endCareTeamAssignment", member).await;
    elena.does("startThread", start()).await;
    tidings.clock.advance(TimeDelta::hours(24));
    let elena = tidings.caller("client");
    refused(&tidings, &elena, start(), "NOT_CARE_TEAM_MEMBER").await;
    assert!(offered(&elena, client::CLIENT).await.is_empty());
    let again =
        json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    tidings
        .caller("clinical-admin")
        .does("assignCareTeamMember", again)
        .await;
    elena.does("startThread", start()).await;
}

#[tokio::test]
async fn c22_k13_a_staff_member_may_take_no_new_messages_and_answers_go_on() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let allow = |on: bool| json!({ "allowClientInitiatedContact": on });
    amina.does("updateStaffSettings", allow(false)).await;
    refused(&tidings, &elena, start(), "CONTACT_NOT_ALLOWED").await;
    assert!(offered(&elena, client::CLIENT).await.is_empty());
    elena
        .writes(
            &tidings_server::seed::cast::thread::SLEEP.gid(),
            "In a thread that is there.",
        )
        .await;
    amina.does("updateStaffSettings", allow(true)).await;
    elena.does("startThread", start()).await;
    // Not displayed: as if the person were not on the team at all.
    amina
        .does("updateStaffSettings", json!({ "displayInPortal": false }))
        .await;
    refused(&tidings, &elena, start(), "NOT_CARE_TEAM_MEMBER").await;
    assert!(offered(&elena, client::CLIENT).await.is_empty());
    let query = "query($id: ID!) { client(id: $id) { careTeam { members { id } } } }";
    let data = elena
        .data(query, json!({ "id": client::CLIENT.gid() }))
        .await;
    assert_eq!(
        data["client"]["careTeam"]["members"],
        json!([]),
        "CX-11: not on the client's team either"
    );
}

#[tokio::test]
async fn k13_the_first_check_that_fails_gives_the_code() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    // From the last check to the first: each takes over the answer.
    let update = |sql: &'static str, id: uuid::Uuid| tidings.alter(sql, id);
    update(
        "UPDATE staff_member SET allow_client_contact = FALSE WHERE id = {}",
        staff::CLINICIAN.0,
    )
    .await;
    refused(&tidings, &elena, start(), "CONTACT_NOT_ALLOWED").await;
    update(
        "UPDATE care_team_member SET end_date = '2026-01-01' WHERE client_id = {}",
        client::CLIENT.0,
    )
    .await;
    refused(&tidings, &elena, start(), "NOT_CARE_TEAM_MEMBER").await;
    update(
        "UPDATE client SET direct_chat = FALSE WHERE id = {}",
        client::CLIENT.0,
    )
    .await;
    refused(&tidings, &elena, start(), "CONTACT_NOT_ALLOWED").await;
    update(
        "UPDATE client SET status = 'INACTIVE' WHERE id = {}",
        client::CLIENT.0,
    )
    .await;
    refused(&tidings, &elena, start(), "CLIENT_INACTIVE").await;
    tidings.policy(json!({ "portal_enabled": false })).await;
    refused(&tidings, &elena, start(), "PORTAL_DISABLED").await;
    // An account that is not connected any more cannot even ask (C-24).
    update(
        "UPDATE portal_account SET state = 'DEACTIVATED' WHERE id = {}",
        account::CLIENT.0,
    )
    .await;
    assert_eq!(
        elena.code("{ viewer { __typename } }", json!({})).await,
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn s33_an_inactive_client_starts_nothing() {
    let tidings = Tidings::start().await;
    let marisol = tidings.caller("inactive-client");
    let assign =
        json!({ "clientId": client::INACTIVE.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    tidings
        .caller("clinical-admin")
        .does("assignCareTeamMember", assign)
        .await;
    refused(
        &tidings,
        &marisol,
        to(client::INACTIVE, staff::CLINICIAN),
        "CLIENT_INACTIVE",
    )
    .await;
    assert!(offered(&marisol, client::INACTIVE).await.is_empty());
}

#[tokio::test]
async fn p46_p47_p48_a_family_writes_in_the_name_of_each_child_and_of_no_other() {
    let tidings = Tidings::start().await;
    let (ruth, amina) = (tidings.caller("guardian"), tidings.caller("clinician"));
    let data = ruth
        .data(
            "{ viewer { ... on PortalAccount { clients { id } } } }",
            json!({}),
        )
        .await;
    let children =
        json!([{ "id": client::FIRST_CHILD.gid() }, { "id": client::SECOND_CHILD.gid() }]);
    assert_eq!(data["viewer"]["clients"], children);
    // For one child, whose care team it is; the other child has none.
    let started = ruth
        .does("startThread", to(client::FIRST_CHILD, staff::CLINICIAN))
        .await;
    assert_eq!(
        started["thread"]["client"]["id"],
        json!(client::FIRST_CHILD.gid())
    );
    let id = started["thread"]["id"].as_str().unwrap();
    assert_eq!(
        amina.messages(id).await[0]["author"]["id"],
        json!(client::FIRST_CHILD.gid())
    );
    refused(
        &tidings,
        &ruth,
        to(client::SECOND_CHILD, staff::CLINICIAN),
        "NOT_CARE_TEAM_MEMBER",
    )
    .await;
    // P-47: what is sent to the child comes to the account.
    let input = json!({ "to": [{ "clientId": client::FIRST_CHILD.gid() }], "audience": "CLINICAL", "subject": "s", "body": "b" });
    let sent = amina.does("startThread", input).await;
    let id = sent["thread"]["id"].as_str().unwrap().to_owned();
    assert!(
        ruth.inbox(json!({ "clientId": client::FIRST_CHILD.gid() }))
            .await
            .contains(&id)
    );
    assert!(
        !ruth
            .inbox(json!({ "clientId": client::SECOND_CHILD.gid() }))
            .await
            .contains(&id)
    );
    ruth.writes(&id, "P-48: and answers.").await;
    // For nobody else's child.
    for other in [client::CLIENT, client::OUTSIDER, client::UNREGISTERED] {
        refused(&tidings, &ruth, to(other, staff::CLINICIAN), "NOT_FOUND").await;
    }
    refused(
        &tidings,
        &tidings.caller("client"),
        to(client::FIRST_CHILD, staff::CLINICIAN),
        "NOT_FOUND",
    )
    .await;
    // A child who becomes inactive stops no other.
    let input = json!({ "clientId": client::SECOND_CHILD.gid(), "status": "INACTIVE" });
    tidings
        .caller("clinical-admin")
        .does("setClientStatus", input)
        .await;
    ruth.does("startThread", to(client::FIRST_CHILD, staff::CLINICIAN))
        .await;
}
