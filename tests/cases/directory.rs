//! People, roles, assignments: who may change them, and what holds then.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, client, staff, thread};

use crate::support::{Caller, Global as _, Tidings, membership};

pub(super) async fn refused(
    tidings: &Tidings,
    caller: &Caller<'_>,
    name: &str,
    input: Value,
    code: &str,
) {
    let before = tidings.stored().await;
    assert_eq!(
        caller.refused(name, input.clone()).await,
        code,
        "{name} {input}"
    );
    assert_eq!(
        tidings.stored().await,
        before,
        "{name} {input}: something was stored"
    );
}

#[tokio::test]
async fn c22_s33_who_may_change_the_directory_and_who_may_not() {
    let tidings = Tidings::start().await;
    #[rustfmt::skip]
    let rows: &[(&str, &[&str], Value)] = &[
        ("setStaffRoles", &["practice-admin", "system-admin"],
            json!({ "staffMemberId": staff::FORMER_CLINICIAN.gid(), "roles": ["CLINICIAN"] })),
        ("updateStaffSettings", &["practice-admin", "system-admin", "former-clinician"],
            json!({ "staffMemberId": staff::FORMER_CLINICIAN.gid(), "displayInPortal": true })),
        ("assignCareTeamMember", &["practice-admin", "clinical-admin"],
            json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid(), "startDate": "2001-01-01", "endDate": "2001-01-01" })),
        ("endCareTeamAssignment", &["practice-admin", "clinical-admin"],
            json!({ "careTeamMemberId": membership(client::SECOND_CLIENT, staff::SECOND_CLINICIAN), "lastDate": "2030-01-01" })),
        ("setClientStatus", &["practice-admin", "clinical-admin", "scheduler", "scheduler-biller"],
            json!({ "clientId": client::SECOND_CHILD.gid(), "status": "ACTIVE" })),
        ("setClientMessaging", &["practice-admin", "clinical-admin"],
            json!({ "clientIds": [client::SECOND_CHILD.gid()], "send": true })),
    ];
    for (name, allowed, input) in rows {
        for member in CAST {
            let caller = tidings.caller(member.name);
            if allowed.contains(&member.name) {
                let answer = caller.act(name, input.clone()).await;
                assert!(
                    answer.get("errors").is_none(),
                    "{name} by {}: {answer:#}",
                    member.name
                );
            } else {
                // The owner of the other agency holds every role, there.
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
async fn c22_p37_settings_are_ones_own_and_change_all_or_nothing() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let changed = amina
        .does(
            "updateStaffSettings",
            json!({ "allowClientInitiatedContact": false }),
        )
        .await;
    assert_eq!(
        changed["staffMember"],
        json!({ "id": staff::CLINICIAN.gid(), "allowClientInitiatedContact": false, "displayInPortal": true })
    );
    let changed = amina
        .does(
            "updateStaffSettings",
            json!({ "allowClientInitiatedContact": true, "displayInPortal": false }),
        )
        .await;
    assert_eq!(
        changed["staffMember"],
        json!({ "id": staff::CLINICIAN.gid(), "allowClientInitiatedContact": true, "displayInPortal": false })
    );
    let changed = amina.does("updateStaffSettings", json!({})).await;
    assert_eq!(
        changed["staffMember"]["displayInPortal"],
        json!(false),
        "what is left out stays"
    );
    for who in ["client", "guardian"] {
        let input = json!({ "allowClientInitiatedContact": true });
        refused(
            &tidings,
            &tidings.caller(who),
            "updateStaffSettings",
            input,
            "FORBIDDEN",
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p37_a_change_of_settings_never_gives_back_a_role_that_was_taken() {
    let tidings = Tidings::start().await;
    let query = "query($id: ID!) { node(id: $id) { ... on StaffMember { roles allowClientInitiatedContact } } }";
    let biller = json!({ "id": staff::BILLER.gid() });
    for round in 0..12 {
        let (admin, wei) = (tidings.caller("practice-admin"), tidings.caller("biller"));
        let roles: &[&str] = if round % 2 == 0 {
            &[]
        } else {
            &["PRACTICE_BILLER"]
        };
        let take = admin.does(
            "setStaffRoles",
            json!({ "staffMemberId": staff::BILLER.gid(), "roles": roles }),
        );
        let set = wei.does(
            "updateStaffSettings",
            json!({ "allowClientInitiatedContact": round % 2 == 0 }),
        );
        futures_util::future::join(take, set).await;
        let data = admin.data(query, biller.clone()).await;
        assert_eq!(
            data["node"]["roles"],
            json!(roles),
            "round {round}: the role came back"
        );
        assert_eq!(
            data["node"]["allowClientInitiatedContact"],
            json!(round % 2 == 0),
            "round {round}"
        );
    }
}

#[tokio::test]
async fn t05_roles_take_effect_with_the_next_request() {
    let tidings = Tidings::start().await;
    let (admin, lucia, id) = (
        tidings.caller("practice-admin"),
        tidings.caller("scheduler"),
        thread::WELCOME.gid(),
    );
    let roles = |roles: &[&str]| json!({ "staffMemberId": staff::SCHEDULER.gid(), "roles": roles });
    let other = thread::INTAKE_FORMS.gid();
    assert!(lucia.sees(&other).await);
    let set = admin
        .does("setStaffRoles", roles(&["PRACTICE_BILLER", "SUPERVISOR"]))
        .await;
    assert_eq!(
        set["staffMember"]["roles"],
        json!(["SUPERVISOR", "PRACTICE_BILLER"])
    );
    assert!(!lucia.sees(&other).await && lucia.sees(&thread::PAYMENT_PLAN.gid()).await);
    assert_eq!(
        lucia
            .refused(
                "setClientStatus",
                json!({ "clientId": client::CLIENT.gid(), "status": "INACTIVE" })
            )
            .await,
        "FORBIDDEN"
    );
    admin
        .does("setStaffRoles", roles(&["PRACTICE_SCHEDULER"]))
        .await;
    assert!(lucia.sees(&other).await && lucia.sees(&id).await);
}

#[tokio::test]
async fn c24_whoever_left_cannot_sign_in() {
    let tidings = Tidings::start().await;
    tidings.clock.advance(TimeDelta::seconds(1));
    let query = "{ viewer { __typename } }";
    let amina = tidings.caller("clinician");
    amina.data(query, json!({})).await;
    tidings
        .alter(
            "UPDATE staff_member SET active = FALSE WHERE id = {}",
            staff::CLINICIAN,
        )
        .await;
    assert_eq!(amina.code(query, json!({})).await, "UNAUTHENTICATED");
    let data = tidings
        .caller("biller")
        .data(
            "{ staffMembers(first: 100) { edges { node { id } } } }",
            json!({}),
        )
        .await;
    assert!(
        !data.to_string().contains(&staff::CLINICIAN.gid()),
        "nor is listed"
    );
}
