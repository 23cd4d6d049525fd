//! Care teams: from which day to which day, and who sees them.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use super::directory::refused;
use crate::support::{Global as _, Tidings, membership};

fn assign(start: &str, end: Option<&str>) -> Value {
    json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::SECOND_CLINICIAN.gid(), "startDate": start, "endDate": end })
}

#[tokio::test]
async fn cx14_an_assignment_has_a_first_and_a_last_day_and_none_overlaps_another() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let made = admin
        .does(
            "assignCareTeamMember",
            assign("2026-07-01", Some("2026-07-10")),
        )
        .await;
    let member = &made["careTeamMember"];
    assert_eq!(
        (&member["startDate"], &member["endDate"], &member["active"]),
        (&json!("2026-07-01"), &json!("2026-07-10"), &json!(false))
    );
    for (start, end) in [
        ("2026-07-10", None),
        ("2026-06-20", None),
        ("2026-06-20", Some("2026-07-01")),
        ("2026-07-03", Some("2026-07-04")),
        ("2026-07-01", Some("2026-07-10")),
    ] {
        refused(
            &tidings,
            &admin,
            "assignCareTeamMember",
            assign(start, end),
            "ALREADY_ASSIGNED",
        )
        .await;
    }
    refused(
        &tidings,
        &admin,
        "assignCareTeamMember",
        assign("2026-08-02", Some("2026-08-01")),
        "DATE_RANGE_INVALID",
    )
    .await;
    admin
        .does(
            "assignCareTeamMember",
            assign("2026-06-20", Some("2026-06-30")),
        )
        .await;
    admin
        .does("assignCareTeamMember", assign("2026-07-11", None))
        .await;
    // Whoever is on the team is on it once.
    let again =
        json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    refused(
        &tidings,
        &admin,
        "assignCareTeamMember",
        again,
        "ALREADY_ASSIGNED",
    )
    .await;
    // Today is the first day if none is given.
    let today =
        json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    let made = admin.does("assignCareTeamMember", today).await;
    assert_eq!(made["careTeamMember"]["startDate"], json!("2026-06-15"));
    assert_eq!(made["careTeamMember"]["active"], json!(true));
}

#[tokio::test]
async fn cx14_c23_ending_an_assignment_never_makes_it_longer_by_accident() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let end = |member: &Value, last: Option<&str>| json!({ "careTeamMemberId": member, "lastDate": last });
    // At once: yesterday was the last day.
    let made = admin
        .does("assignCareTeamMember", assign("2026-06-01", None))
        .await;
    let first = made["careTeamMember"]["id"].clone();
    refused(
        &tidings,
        &admin,
        "endCareTeamAssignment",
        end(&first, Some("2026-05-31")),
        "DATE_RANGE_INVALID",
    )
    .await;
    let ended = admin
        .does("endCareTeamAssignment", end(&first, Some("2026-06-05")))
        .await;
    assert_eq!(ended["careTeamMember"]["endDate"], json!("2026-06-05"));
    let ended = admin.does("endCareTeamAssignment", end(&first, None)).await;
    assert_eq!(
        ended["careTeamMember"]["endDate"],
        json!("2026-06-05"),
        "it had ended already"
    );
    // A later last day must leave room for the next assignment.
    let made = admin
        .does("assignCareTeamMember", assign("2026-06-10", None))
        .await;
    let second = made["careTeamMember"]["id"].clone();
    refused(
        &tidings,
        &admin,
        "endCareTeamAssignment",
        end(&first, Some("2026-06-10")),
        "ALREADY_ASSIGNED",
    )
    .await;
    refused(
        &tidings,
        &admin,
        "endCareTeamAssignment",
        end(&first, Some("2030-01-01")),
        "ALREADY_ASSIGNED",
    )
    .await;
    admin
        .does("endCareTeamAssignment", end(&first, Some("2026-06-09")))
        .await;
    let ended = admin
        .does("endCareTeamAssignment", end(&second, None))
        .await;
    assert_eq!(ended["careTeamMember"]["endDate"], json!("2026-06-14"));
    assert_eq!(ended["careTeamMember"]["active"], json!(false));
    assert!(
        !tidings
            .caller("second-clinician")
            .sees(&thread::SLEEP.gid())
            .await
    );
    // One that begins today, and is ended today, never holds.
    let made = admin
        .does("assignCareTeamMember", assign("2026-06-15", None))
        .await;
    assert!(
        tidings
            .caller("second-clinician")
            .sees(&thread::SLEEP.gid())
            .await
    );
    admin
        .does(
            "endCareTeamAssignment",
            end(&made["careTeamMember"]["id"], None),
        )
        .await;
    assert!(
        !tidings
            .caller("second-clinician")
            .sees(&thread::SLEEP.gid())
            .await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cx14_of_many_equal_assignments_at_once_one_is_made() {
    let tidings = Tidings::start().await;
    let assigning = (0..8).map(|n| {
        let caller = tidings.caller(["clinical-admin", "practice-admin"][n % 2]);
        async move {
            caller
                .act("assignCareTeamMember", assign("2026-06-15", None))
                .await
        }
    });
    let answers = futures_util::future::join_all(assigning).await;
    let done = answers
        .iter()
        .filter(|answer| answer["data"]["answer"]["userErrors"] == json!([]))
        .count();
    assert_eq!(done, 1, "{answers:#?}");
}

#[tokio::test]
async fn cx11_cx14_staff_see_the_whole_team_and_clients_who_is_shown_to_them() {
    let tidings = Tidings::start().await;
    let query = "query($id: ID!, $all: Boolean!) { client(id: $id) { careTeam { id members(includeInactive: $all) { id active staffMember { id } } } } }";
    let team = async |who: &'static str, all: bool| -> Vec<(String, bool)> {
        let data = tidings
            .caller(who)
            .data(query, json!({ "id": client::CLIENT.gid(), "all": all }))
            .await;
        let members = data["client"]["careTeam"]["members"].as_array().unwrap();
        members
            .iter()
            .map(|member| {
                (
                    member["staffMember"]["id"].as_str().unwrap().to_owned(),
                    member["active"] == json!(true),
                )
            })
            .collect()
    };
    let (amina, callum) = (
        (staff::CLINICIAN.gid(), true),
        (staff::FORMER_CLINICIAN.gid(), false),
    );
    assert_eq!(team("biller", false).await, std::slice::from_ref(&amina));
    assert_eq!(
        team("biller", true).await,
        [callum, amina.clone()],
        "by start date"
    );
    assert_eq!(team("client", false).await, std::slice::from_ref(&amina));
    assert_eq!(team("client", true).await, [amina]);
    // What a client is shown it can read again by its id, and nothing else.
    let elena = tidings.caller("client");
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for (member, shown) in [(staff::CLINICIAN, true), (staff::FORMER_CLINICIAN, false)] {
        let id = membership(client::CLIENT, member);
        let data = elena.data(node, json!({ "id": id })).await;
        assert_eq!(data["node"]["id"] == json!(id), shown, "{data:#}");
    }
    let id = membership(client::SECOND_CLIENT, staff::SECOND_CLINICIAN);
    assert_eq!(
        elena.data(node, json!({ "id": id })).await["node"],
        json!(null)
    );
}
