//! The law through GraphQL: who sees and answers which thread, written down by hand from the rules
//! rather than taken from the code.

use chrono::TimeDelta;
use serde_json::json;
use tidings_domain::ThreadId;
use tidings_server::seed::cast::{self, CAST, client, staff, thread};

use crate::support::{Global, Tidings, membership};

/// Each thread of the demo with everybody who sees it (T-04 to T-09, T-44, C-25, P-48, S-03).
#[rustfmt::skip]
const SEES: &[(ThreadId, &[&str])] = &[
    // Administrative: schedulers, practice admins, assigned clinicians, their supervisors, clinical admins.
    (thread::APPOINTMENT,    &["client", "clinician", "supervisor", "clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
    (thread::OFFICE_CLOSING, &["client", "clinician", "supervisor", "clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
    (thread::SCHOOL_LETTER,  &["guardian", "clinician", "supervisor", "clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
    (thread::INTAKE_FORMS,   &["second-client", "second-clinician", "clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
    (thread::WELCOME,        &["clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
    // Billing: billers, assigned clinicians, their supervisors, clinical admins; no practice admin.
    (thread::INVOICE,        &["client", "clinician", "supervisor", "clinical-admin", "biller", "scheduler-biller"]),
    (thread::INSURANCE_CARD, &["guardian", "clinician", "supervisor", "clinical-admin", "biller", "scheduler-biller"]),
    (thread::PAYMENT_PLAN,   &["second-client", "second-clinician", "clinical-admin", "biller", "scheduler-biller"]),
    (thread::LAST_STATEMENT, &["inactive-client", "clinical-admin", "biller", "scheduler-biller"]),
    // Clinical: assigned clinicians, their supervisors, clinical admins.
    (thread::SLEEP,          &["client", "clinician", "supervisor", "clinical-admin"]),
    (thread::BREATHING,      &["client", "clinician", "supervisor", "clinical-admin"]),
    (thread::HOMEWORK,       &["guardian", "clinician", "supervisor", "clinical-admin"]),
    (thread::MEDICATION,     &["second-client", "second-clinician", "clinical-admin"]),
    (thread::CARE_PLAN,      &["guardian", "clinical-admin"]),
    (thread::CLOSING,        &["inactive-client", "clinical-admin"]),
    // Among staff: who takes part.
    (thread::CASE_REVIEW,    &["supervisor", "clinician", "clinical-admin"]),
    // The other agency.
    (thread::OTHER_APPOINTMENT, &["outsider", "outsider-client"]),
    (thread::OTHER_SESSION,     &["outsider", "outsider-client"]),
];

fn visible(who: &str) -> Vec<ThreadId> {
    let rows = SEES.iter().filter(|(_, names)| names.contains(&who));
    rows.map(|(thread, _)| *thread).collect()
}

#[test]
fn the_table_names_every_thread_and_everybody() {
    assert!(
        thread::ALL
            .iter()
            .all(|id| SEES.iter().any(|row| row.0 == *id))
    );
    let blind = ["former-clinician", "system-admin"];
    for member in CAST {
        assert_eq!(
            visible(member.name).is_empty(),
            blind.contains(&member.name),
            "{}",
            member.name
        );
    }
}

#[tokio::test]
async fn t04_t06_t07_t08_t09_t44_c25_k12_k17_k18_reading_is_by_role_audience_and_assignment() {
    let tidings = Tidings::start().await;
    let one = "query($id: ID!, $ids: [ID!]!, $message: ID!) {
        node(id: $id) { id } nodes(ids: $ids) { id } message: node(id: $message) { id }
        listed: inbox(first: 100, filter: { state: ALL_INCLUDING_ARCHIVED }) { edges { node { id } } } }";
    for member in CAST {
        let caller = tidings.caller(member.name);
        let visible = visible(member.name);
        let mut inbox = caller
            .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
            .await;
        let mut expected: Vec<String> = visible.iter().map(|id| id.gid()).collect();
        inbox.sort();
        expected.sort();
        assert_eq!(inbox, expected, "the inbox of {}", member.name);
        let (mut messages, mut threads) = (0, 0);
        let open = caller.inbox(json!({})).await;
        for id in thread::ALL {
            let (sees, id, first) = (visible.contains(id), id.gid(), cast::message(*id, 1).gid());
            let name = format!("{} and {id}", member.name);
            assert_eq!(caller.sees(&id).await, sees, "thread: {name}");
            let data = caller
                .data(
                    one,
                    json!({ "id": id, "ids": [id, first], "message": first }),
                )
                .await;
            let (thread, message) = if sees {
                (json!({ "id": id }), json!({ "id": first }))
            } else {
                (json!(null), json!(null))
            };
            assert_eq!(data["node"], thread, "node: {name}");
            assert_eq!(data["message"], message, "message: {name}");
            assert_eq!(data["nodes"], json!([thread, message]), "nodes: {name}");
            if sees && open.contains(&id) {
                let unread = caller
                    .messages(&id)
                    .await
                    .iter()
                    .filter(|m| m["viewerUnread"] == json!(true))
                    .count();
                messages += i64::try_from(unread).unwrap();
                threads += i64::from(unread > 0);
            }
        }
        assert_eq!(
            caller.unread().await,
            (messages, threads),
            "the counts of {}",
            member.name
        );
    }
}

#[tokio::test]
async fn t04_s27_s33_c27_whoever_sees_a_thread_can_answer_it_and_nobody_else() {
    let tidings = Tidings::start().await;
    let query = "query($id: ID!) { thread(id: $id) { viewerCanReply replyBlockedReason } }";
    for member in CAST {
        let caller = tidings.caller(member.name);
        for id in thread::ALL {
            let input = json!({ "threadId": id.gid(), "body": "An answer." });
            let name = format!("{} in {id}", member.name);
            if !visible(member.name).contains(id) {
                let before = tidings.stored().await;
                assert_eq!(
                    caller.refused("sendMessage", input).await,
                    "NOT_FOUND",
                    "{name}"
                );
                assert_eq!(tidings.stored().await, before, "{name}");
                continue;
            }
            let block = match (member.name, *id) {
                ("practice-admin", thread::OFFICE_CLOSING) => None,
                (_, thread::OFFICE_CLOSING) => Some("REPLY_NOT_ALLOWED"),
                ("inactive-client", _) => Some("CLIENT_INACTIVE"),
                _ => None,
            };
            let data = caller.data(query, json!({ "id": id.gid() })).await;
            assert_eq!(
                data["thread"]["viewerCanReply"],
                json!(block.is_none()),
                "{name}"
            );
            assert_eq!(data["thread"]["replyBlockedReason"], json!(block), "{name}");
            match block {
                None => _ = caller.does("sendMessage", input).await,
                Some(code) => {
                    let before = tidings.stored().await;
                    assert_eq!(caller.refused("sendMessage", input).await, code, "{name}");
                    assert_eq!(tidings.stored().await, before, "{name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn t05_several_roles_see_the_union_and_none_see_nothing() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let naomi = tidings.caller("system-admin");
    let all = json!({ "state": "ALL_INCLUDING_ARCHIVED" });
    let roles =
        |roles: &[&str]| json!({ "staffMemberId": staff::SYSTEM_ADMIN.gid(), "roles": roles });
    for (given, like) in [
        (&["PRACTICE_SCHEDULER"][..], "scheduler"),
        (&["PRACTICE_BILLER"], "biller"),
        (
            &["PRACTICE_SCHEDULER", "PRACTICE_BILLER"],
            "scheduler-biller",
        ),
        (
            &["PRACTICE_BILLER", "PRACTICE_BILLER", "PRACTICE_ADMIN"],
            "scheduler-biller",
        ),
        (
            &["PRACTICE_SCHEDULER", "CLINICIAN", "SUPERVISOR"],
            "scheduler",
        ),
        (&["SYSTEM_ADMIN"], "system-admin"),
        (&[], "system-admin"),
    ] {
        admin.does("setStaffRoles", roles(given)).await;
        let mut seen = naomi.inbox(all.clone()).await;
        // A person listed on a thread sees it whatever the role: only what roles open is compared.
        let mut expected: Vec<String> = visible(like).iter().map(|id| id.gid()).collect();
        seen.sort();
        expected.sort();
        assert_eq!(seen, expected, "{given:?} sees as {like}");
    }
}

#[tokio::test]
async fn k17_a_participant_sees_the_one_thread_that_it_was_put_on() {
    let tidings = Tidings::start().await;
    let (admin, biller) = (tidings.caller("practice-admin"), tidings.caller("biller"));
    let before = biller.inbox(json!({})).await;
    let started = admin
        .does("startThread", json!({
            "to": [{ "clientId": client::CLIENT.gid() }, { "staffMemberId": staff::BILLER.gid() }],
            "audience": "ADMINISTRATIVE", "subject": "Together", "body": "Wei, please have a look."
        }))
        .await;
    assert_eq!(started["thread"]["kind"], "TEAM");
    let id = started["thread"]["id"].as_str().unwrap();
    assert!(biller.sees(id).await, "K17: a participant sees it");
    biller.writes(id, "I have seen it.").await;
    let after = biller.inbox(json!({})).await;
    assert_eq!(after.len(), before.len() + 1, "and nothing else by that");
    assert!(!tidings.caller("second-clinician").sees(id).await);
    // Without any role at all the listing stands.
    let input = json!({ "staffMemberId": staff::BILLER.gid(), "roles": [] });
    admin.does("setStaffRoles", input).await;
    assert!(biller.sees(id).await && !biller.sees(&thread::PAYMENT_PLAN.gid()).await);
}

#[tokio::test]
async fn k12_t44_a_supervisor_sees_the_clients_of_supervisees_or_all_by_policy() {
    let tidings = Tidings::start().await;
    let ingrid = tidings.caller("supervisor");
    assert!(!ingrid.sees(&thread::MEDICATION.gid()).await);
    tidings.policy(json!({ "supervisor_scope": "ALL" })).await;
    let mut seen = ingrid
        .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
        .await;
    let mut all: Vec<String> = SEES
        .iter()
        .filter(|(_, names)| names.contains(&"clinical-admin"))
        .map(|(id, _)| id.gid())
        .collect();
    seen.sort();
    all.sort();
    assert_eq!(seen, all);
    // The same without the role: nothing is left but what she takes part in.
    let input = json!({ "staffMemberId": staff::SUPERVISOR.gid(), "roles": ["CLINICIAN"] });
    tidings
        .caller("practice-admin")
        .does("setStaffRoles", input)
        .await;
    assert_eq!(ingrid.inbox(json!({})).await, [thread::CASE_REVIEW.gid()]);
}

#[tokio::test]
async fn t06_an_assignment_opens_and_closes_all_three_audiences_by_the_agencys_day() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let daniel = || tidings.caller("second-clinician");
    let threads = [thread::SLEEP, thread::INVOICE, thread::APPOINTMENT].map(Global::gid);
    let assign = |start: &str, end: &str| json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::SECOND_CLINICIAN.gid(), "startDate": start, "endDate": end });
    let expect = async |sees: bool, when: &str| {
        for id in &threads {
            assert_eq!(daniel().sees(id).await, sees, "{when}");
        }
        let listed = daniel()
            .inbox(json!({ "clientId": client::CLIENT.gid() }))
            .await;
        assert_eq!(listed.is_empty(), !sees, "{when}");
    };
    expect(false, "before").await;
    // It is noon of 15 June in UTC, and morning of the same day in New York.
    admin
        .does("assignCareTeamMember", assign("2026-06-16", "2026-06-17"))
        .await;
    expect(false, "the assignment lies ahead").await;
    tidings
        .clock
        .advance(TimeDelta::hours(15) + TimeDelta::minutes(59));
    expect(false, "03:59 UTC is 23:59 of the day before in New York").await;
    tidings.clock.advance(TimeDelta::minutes(1));
    expect(true, "the first day has begun").await;
    tidings
        .clock
        .advance(TimeDelta::hours(47) + TimeDelta::minutes(59));
    expect(true, "the last day counts to its end").await;
    tidings.clock.advance(TimeDelta::minutes(1));
    expect(false, "the day after").await;
}

#[tokio::test]
async fn t06_c23_ending_an_assignment_takes_sight_away_at_once_from_supervisors_too() {
    let tidings = Tidings::start().await;
    let sleep = thread::SLEEP.gid();
    let member = json!({ "careTeamMemberId": membership(client::CLIENT, staff::CLINICIAN) });
    tidings
        .caller("clinical-admin")
        .does("endCareTeamAssignment", member)
        .await;
    assert!(!tidings.caller("supervisor").sees(&sleep).await);
    let amina = tidings.caller("clinician");
    // Amina is listed on this one by name (K17), and on the invoice she is not.
    assert!(amina.sees(&sleep).await);
    assert!(!amina.sees(&thread::INVOICE.gid()).await);
    let input = json!({ "threadId": thread::INVOICE.gid(), "body": "?" });
    assert_eq!(amina.refused("sendMessage", input).await, "NOT_FOUND");
}
