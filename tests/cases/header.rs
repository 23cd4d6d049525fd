//! `editThreadHeader` and the preview of who gains and who loses.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, staff, thread, topic};

use crate::support::{Caller, Global as _, Tidings, key};

const PREVIEW: &str = "query($id: ID!, $to: AudienceKind!) { audienceChangePreview(threadId: $id, to: $to) {
    from to losingRoles gainingRoles losing { id displayName } gaining { id displayName } token } }";
const VERSION: &str =
    "query($id: ID!) { thread(id: $id) { version audience { kind } topic { id } subject } }";

async fn preview(caller: &Caller<'_>, id: &str, to: &str) -> Value {
    let mut data = caller.data(PREVIEW, json!({ "id": id, "to": to })).await;
    data["audienceChangePreview"].take()
}

async fn header(caller: &Caller<'_>, id: &str) -> Value {
    caller.data(VERSION, json!({ "id": id })).await["thread"].take()
}

fn names(people: &Value) -> Vec<String> {
    let people = people.as_array().unwrap();
    people
        .iter()
        .map(|person| person["displayName"].as_str().unwrap().to_owned())
        .collect()
}

async fn refused(tidings: &Tidings, caller: &Caller<'_>, input: Value, code: &str) {
    let before = tidings.stored().await;
    assert_eq!(
        caller.refused("editThreadHeader", input.clone()).await,
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
async fn t37_topic_and_subject_change_in_one_step_against_the_version_that_was_read() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    assert_eq!(header(&amina, &id).await["version"], json!(1));
    let edit = |version: i32, more: Value| {
        let mut input = json!({ "threadId": id, "expectedVersion": version });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    amina
        .does(
            "editThreadHeader",
            edit(
                1,
                json!({ "subject": " Sleep \n again", "topicId": topic::CARE_PLAN.gid() }),
            ),
        )
        .await;
    let expected = json!({ "version": 2, "audience": { "kind": "CLINICAL" }, "topic": { "id": topic::CARE_PLAN.gid() }, "subject": "Sleep again" });
    assert_eq!(header(&amina, &id).await, expected);
    // What is left out stays; the present audience needs no token.
    amina
        .does(
            "editThreadHeader",
            edit(2, json!({ "audience": "CLINICAL", "subject": "Sleep" })),
        )
        .await;
    assert_eq!(
        header(&amina, &id).await["topic"]["id"],
        json!(topic::CARE_PLAN.gid())
    );
    for version in [0, 1, 2, 4, -1] {
        refused(
            &tidings,
            &amina,
            edit(version, json!({ "subject": "x" })),
            "VERSION_CONFLICT",
        )
        .await;
    }
    refused(
        &tidings,
        &amina,
        edit(3, json!({ "subject": " " })),
        "SUBJECT_REQUIRED",
    )
    .await;
    refused(
        &tidings,
        &amina,
        edit(3, json!({ "subject": "x".repeat(256) })),
        "SUBJECT_TOO_LONG",
    )
    .await;
    refused(
        &tidings,
        &amina,
        edit(3, json!({ "topicId": topic::INVOICES.gid() })),
        "TOPIC_NOT_IN_AUDIENCE",
    )
    .await;
    refused(
        &tidings,
        &amina,
        edit(3, json!({ "topicId": topic::OTHER_SESSIONS.gid() })),
        "NOT_FOUND",
    )
    .await;
    assert_eq!(header(&amina, &id).await["version"], json!(3));
}

#[tokio::test]
async fn t37_only_staff_who_see_the_thread_edit_it() {
    let tidings = Tidings::start().await;
    let input = json!({ "threadId": thread::INVOICE.gid(), "expectedVersion": 1, "subject": "x" });
    for (who, code) in [
        ("client", "FORBIDDEN"),
        ("second-client", "NOT_FOUND"),
        ("scheduler", "NOT_FOUND"),
        ("practice-admin", "NOT_FOUND"),
        ("outsider", "NOT_FOUND"),
    ] {
        let caller = tidings.caller(who);
        refused(&tidings, &caller, input.clone(), code).await;
        let preview = json!({ "id": thread::INVOICE.gid(), "to": "CLINICAL" });
        assert_eq!(caller.code(PREVIEW, preview).await, code, "{who}");
    }
    // A thread among staff has no audience to change.
    let amina = tidings.caller("clinician");
    let internal = json!({ "id": thread::CASE_REVIEW.gid(), "to": "CLINICAL" });
    assert_eq!(amina.code(PREVIEW, internal).await, "FORBIDDEN");
}

#[tokio::test]
async fn t38_t39_billing_to_administrative_billers_lose_and_admins_gain() {
    let tidings = Tidings::start().await;
    let (admin, id) = (tidings.caller("clinical-admin"), thread::PAYMENT_PLAN.gid());
    let change = preview(&admin, &id, "ADMINISTRATIVE").await;
    assert_eq!(
        (&change["from"], &change["to"]),
        (&json!("BILLING"), &json!("ADMINISTRATIVE"))
    );
    assert_eq!(change["losingRoles"], json!(["PRACTICE_BILLER"]));
    assert_eq!(
        change["gainingRoles"],
        json!(["PRACTICE_ADMIN", "PRACTICE_SCHEDULER"])
    );
    assert_eq!(
        names(&change["losing"]),
        ["Wei Zhang"],
        "not Naomi, who holds both roles"
    );
    assert_eq!(
        names(&change["gaining"]),
        ["Lucía Benítez", "Thomas Whitfield"],
        "by name"
    );
    let edit = json!({ "threadId": id, "expectedVersion": 1, "audience": "ADMINISTRATIVE", "confirm": change["token"] });
    let edited = admin.does("editThreadHeader", edit).await;
    assert_eq!(edited["thread"]["audience"]["kind"], "ADMINISTRATIVE");
    assert_eq!(
        edited["thread"]["topic"],
        json!(null),
        "the old topic belongs to the old audience"
    );
    assert!(!tidings.caller("biller").sees(&id).await);
    for who in ["practice-admin", "scheduler"] {
        assert_eq!(
            tidings.caller(who).messages(&id).await.len(),
            3,
            "{who} sees the history"
        );
    }
}

#[tokio::test]
async fn t38_the_preview_names_exactly_who_gains_and_who_loses() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let people: Vec<_> = CAST
        .iter()
        .filter(|member| staff::ALL.iter().any(|id| id.0 == member.principal.uuid()))
        .collect();
    let threads = admin
        .inbox(json!({ "state": "ALL_INCLUDING_ARCHIVED" }))
        .await;
    for id in threads
        .iter()
        .filter(|id| **id != thread::CASE_REVIEW.gid())
    {
        for to in ["BILLING", "CLINICAL", "ADMINISTRATIVE", "BILLING"] {
            let mut before = Vec::new();
            for person in &people {
                before.push(tidings.caller(person.name).sees(id).await);
            }
            let change = preview(&admin, id, to).await;
            let version = header(&admin, id).await["version"].clone();
            let edit = json!({ "threadId": id, "expectedVersion": version, "audience": to, "confirm": change["token"] });
            admin.does("editThreadHeader", edit).await;
            let (mut losing, mut gaining) = (Vec::new(), Vec::new());
            for (person, before) in people.iter().zip(before) {
                let after = tidings.caller(person.name).sees(id).await;
                let name = person.description.split(',').next().unwrap().to_owned();
                match (before, after) {
                    (true, false) => losing.push(name),
                    (false, true) => gaining.push(name),
                    _ => {}
                }
            }
            losing.sort();
            gaining.sort();
            let (mut told_losing, mut told_gaining) =
                (names(&change["losing"]), names(&change["gaining"]));
            told_losing.sort();
            told_gaining.sort();
            let told = (told_losing, told_gaining);
            let shortened = |names: Vec<String>| -> Vec<String> {
                names
                    .into_iter()
                    .map(|name| name.split(" supervises").next().unwrap().to_owned())
                    .collect()
            };
            assert_eq!(
                told,
                (shortened(losing), shortened(gaining)),
                "{id} to {to}"
            );
        }
    }
}

#[tokio::test]
async fn t38_a_change_of_audience_takes_the_token_of_exactly_that_change() {
    let tidings = Tidings::start().await;
    let (priya, amina) = (
        tidings.caller("clinical-admin"),
        tidings.caller("clinician"),
    );
    let id = thread::INSURANCE_CARD.gid();
    let edit = |version: i32, to: &str, token: &Value| json!({ "threadId": id, "expectedVersion": version, "audience": to, "confirm": token });
    let token = preview(&priya, &id, "CLINICAL").await["token"].take();
    let code = "AUDIENCE_CHANGE_NOT_CONFIRMED";
    for wrong in [
        json!(null),
        json!(""),
        json!("x"),
        json!(token.as_str().unwrap().to_lowercase()),
    ] {
        refused(&tidings, &priya, edit(1, "CLINICAL", &wrong), code).await;
    }
    // Another target, another viewer, another thread.
    refused(&tidings, &priya, edit(1, "ADMINISTRATIVE", &token), code).await;
    refused(&tidings, &amina, edit(1, "CLINICAL", &token), code).await;
    let mut other = edit(1, "CLINICAL", &token);
    other["threadId"] = json!(thread::INVOICE.gid());
    refused(&tidings, &priya, other, code).await;
    // The people have changed: whoever gains now was not in the list.
    let roles = json!({ "staffMemberId": staff::SYSTEM_ADMIN.gid(), "roles": ["CLINICAL_ADMIN"] });
    tidings
        .caller("practice-admin")
        .does("setStaffRoles", roles)
        .await;
    let roles = json!({ "staffMemberId": staff::BILLER.gid(), "roles": [] });
    tidings
        .caller("practice-admin")
        .does("setStaffRoles", roles)
        .await;
    refused(&tidings, &priya, edit(1, "CLINICAL", &token), code).await;
    // The thread has changed since.
    let token = preview(&priya, &id, "CLINICAL").await["token"].take();
    amina
        .does(
            "editThreadHeader",
            json!({ "threadId": id, "expectedVersion": 1, "subject": "New card" }),
        )
        .await;
    refused(
        &tidings,
        &priya,
        edit(1, "CLINICAL", &token),
        "VERSION_CONFLICT",
    )
    .await;
    refused(&tidings, &priya, edit(2, "CLINICAL", &token), code).await;
    let token = preview(&priya, &id, "CLINICAL").await["token"].take();
    let mut input = edit(2, "CLINICAL", &token);
    input["topicId"] = json!(topic::INSURANCE.gid());
    refused(&tidings, &priya, input.clone(), "TOPIC_NOT_IN_AUDIENCE").await;
    input["topicId"] = json!(topic::CARE_PLAN.gid());
    let edited = priya.does("editThreadHeader", input).await;
    assert_eq!(
        edited["thread"]["topic"]["id"],
        json!(topic::CARE_PLAN.gid())
    );
    // A token is good once: its version is gone.
    refused(&tidings, &priya, edit(3, "BILLING", &token), code).await;
}

#[tokio::test]
async fn t39_whoever_gives_a_thread_away_is_shown_it_no_more() {
    let tidings = Tidings::start().await;
    let (wei, id) = (tidings.caller("biller"), thread::PAYMENT_PLAN.gid());
    let token = preview(&wei, &id, "CLINICAL").await["token"].take();
    let input = json!({ "idempotencyKey": key(), "threadId": id, "expectedVersion": 1, "audience": "CLINICAL", "confirm": token });
    for _ in 0..2 {
        let edited = wei.does("editThreadHeader", input.clone()).await;
        assert_eq!(edited["thread"], json!(null));
    }
    assert!(!wei.sees(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn t37_of_many_edits_of_one_version_one_is_stored() {
    let tidings = Tidings::start().await;
    let id = thread::SLEEP.gid();
    let editing = (0..12).map(|n| {
        let (caller, id) = (tidings.caller(["clinician", "supervisor"][n % 2]), &id);
        async move {
            let input = json!({ "threadId": id, "expectedVersion": 1, "subject": format!("{n}") });
            caller.act("editThreadHeader", input).await
        }
    });
    let answers = futures_util::future::join_all(editing).await;
    let done = answers
        .iter()
        .filter(|answer| answer["data"]["answer"]["userErrors"] == json!([]))
        .count();
    let conflicts = answers
        .iter()
        .filter(|answer| answer["data"]["answer"]["userErrors"][0]["code"] == "VERSION_CONFLICT")
        .count();
    assert_eq!((done, conflicts), (1, 11), "{answers:#?}");
    assert_eq!(
        header(&tidings.caller("clinician"), &id).await["version"],
        json!(2)
    );
}
