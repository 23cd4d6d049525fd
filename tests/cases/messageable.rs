//! `messageableCareTeam` and `startThread` say the same.

use serde_json::{Value, json};
use tidings_domain::StaffId;
use tidings_server::seed::cast::{client, staff};

use super::start_by_client::{offered, to};
use crate::support::{Global, Tidings};

#[tokio::test]
async fn c29_whom_the_list_offers_is_who_can_be_written_to() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    // A team of all kinds: private, to come, ended, not displayed, no contact, gone.
    let assign = |member: StaffId, more: Value| {
        let mut input = json!({ "clientId": client::CLIENT.gid(), "staffMemberId": member.gid() });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let on = "UPDATE staff_member SET allow_client_contact = TRUE, display_in_portal = TRUE WHERE id = {}";
    for member in staff::ALL {
        tidings.alter(on, *member).await;
    }
    for (member, more) in [
        (staff::SECOND_CLINICIAN, json!({ "public": false })),
        (staff::SUPERVISOR, json!({ "startDate": "2026-06-16" })),
        (
            staff::CLINICAL_ADMIN,
            json!({ "startDate": "2026-01-01", "endDate": "2026-06-14" }),
        ),
        (staff::PRACTICE_ADMIN, json!({ "endDate": "2026-06-15" })),
        (staff::SCHEDULER, json!({})),
        (staff::BILLER, json!({})),
        (staff::SCHEDULER_BILLER, json!({})),
        (staff::SYSTEM_ADMIN, json!({})),
    ] {
        admin
            .does("assignCareTeamMember", assign(member, more))
            .await;
    }
    tidings
        .alter(
            "UPDATE staff_member SET display_in_portal = FALSE WHERE id = {}",
            staff::SCHEDULER,
        )
        .await;
    tidings
        .alter(
            "UPDATE staff_member SET allow_client_contact = FALSE WHERE id = {}",
            staff::BILLER,
        )
        .await;
    tidings
        .alter(
            "UPDATE staff_member SET active = FALSE WHERE id = {}",
            staff::SCHEDULER_BILLER,
        )
        .await;
    let elena = tidings.caller("client");
    let mut offered = offered(&elena, client::CLIENT).await;
    let mut accepted = Vec::new();
    for member in staff::ALL {
        let answer = elena.act("startThread", to(client::CLIENT, *member)).await;
        if answer["data"]["answer"]["thread"]["id"].is_string() {
            accepted.push(member.gid());
        }
    }
    offered.sort();
    accepted.sort();
    assert_eq!(offered, accepted);
    let mut expected =
        [staff::CLINICIAN, staff::PRACTICE_ADMIN, staff::SYSTEM_ADMIN].map(Global::gid);
    expected.sort();
    assert_eq!(accepted, expected);
    // Staff are offered the same list.
    assert_eq!(
        super::start_by_client::offered(&admin, client::CLIENT)
            .await
            .len(),
        3
    );
}

#[tokio::test]
async fn c29_k13_nobody_can_be_written_to_by_a_client_who_has_no_account() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let assign =
        json!({ "clientId": client::UNREGISTERED.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    admin.does("assignCareTeamMember", assign).await;
    assert!(offered(&admin, client::UNREGISTERED).await.is_empty());
}
