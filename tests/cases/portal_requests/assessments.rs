//! Assessments: asked for by definition, answered as a whole, kept from the portal, and what can be asked.

mod definitions;
mod hidden;

use serde_json::{Value, json};
use tidings_server::seed::cast::{
    agency, assessment, assessment_definition, client, request, staff,
};

use super::{next_of, notified, sent, status};
use crate::support::{Caller, Global as _, Tidings, assessment_request};

/// The demo's assessment, as the clinician asks for it.
fn housing() -> Value {
    json!({ "assessment": { "definitionId": assessment_definition::HOUSING.gid() } })
}

/// An answer.
fn said(question: &str, value: &Value) -> Value {
    json!({ "question": question, "value": value })
}

/// Answers to all that the demo's assessment asks.
fn whole() -> Vec<Value> {
    vec![
        said("worries", &json!({ "choices": ["space", "rent"] })),
        said("situation", &json!({ "choice": "guest" })),
        said("host", &json!({ "text": "  With my sister. " })),
        said("moves", &json!({ "number": 2.5 })),
        said("since", &json!({ "date": "2026-02-28" })),
    ]
}

fn answers(request: &str, answers: &[Value]) -> Value {
    json!({ "requestId": request, "answers": answers })
}

/// A request for an assessment as the caller sees it; null if it does not.
async fn look(caller: &Caller<'_>, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on AssessmentRequest { status private defaultAssessmentDate definition { id title }
        version { id number title questions { key } } assessment { id title private hidden assessmentDate request { id } version { number }
        answers { question prompt value { __typename ... on AssessmentText { text } ... on AssessmentNumber { number } ... on AssessmentDate { date }
        ... on AssessmentChoices { options { key label } } } } } } } }";
    caller.data(query, json!({ "id": id })).await["node"].take()
}

/// The client's assessments as the caller sees them, by id.
async fn listed(caller: &Caller<'_>, of: tidings_domain::ClientId) -> Vec<String> {
    let query = "query($id: ID!) { node(id: $id) { ... on Client { assessments(first: 10) { edges { node { id } } } } } }";
    let list = caller.data(query, json!({ "id": of.gid() })).await;
    let edges = list["node"]["assessments"]["edges"].as_array();
    let id = |edge: &Value| edge["node"]["id"].as_str().unwrap().to_owned();
    edges.into_iter().flatten().map(id).collect()
}

/// Field and code of every user error of an answer.
fn errors(answer: &Value) -> Vec<(String, String)> {
    let list = answer["data"]["answer"]["userErrors"].as_array();
    let one = |error: &Value| {
        let field = error["field"].as_array().unwrap().iter();
        let field: Vec<&str> = field.map(|part| part.as_str().unwrap()).collect();
        (field.join("."), error["code"].as_str().unwrap().to_owned())
    };
    list.unwrap_or_else(|| panic!("{answer:#}"))
        .iter()
        .map(one)
        .collect()
}

fn wrong(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let one = |(field, code): &(&str, &str)| ((*field).to_owned(), (*code).to_owned());
    list.iter().map(one).collect()
}

#[tokio::test]
async fn c31_c33_c47_c48_c49_an_assessment_is_asked_for_answered_and_stands_on_the_record() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let before = notified(&amina).await.len();
    let mut listener = tidings.listen("clinician").await;
    let id = sent(&amina, client::CLIENT, housing()).await;
    let asked = look(&elena, &id).await;
    assert_eq!(asked["definition"]["title"], "Housing stability");
    assert_eq!(asked["version"]["number"], 1);
    assert_eq!(asked["version"]["questions"][0]["key"], "situation");
    assert_eq!(asked["assessment"], Value::Null);
    let done = elena
        .does("fulfillAssessmentRequest", answers(&id, &whole()))
        .await;
    assert_eq!(done["request"]["status"], "FULFILLED");
    let told = next_of(&mut listener, "RequestFulfilled").await;
    assert_eq!(told["request"]["id"], id);
    for who in ["client", "clinician", "biller"] {
        let caller = tidings.caller(who);
        let found = look(&caller, &id).await;
        let found = &found["assessment"];
        assert_eq!(found["title"], "Housing stability", "{who}");
        assert_eq!(found["request"]["id"], id);
        assert_eq!(found["version"]["number"], 1);
        let expect = json!([
            { "question": "situation", "prompt": "Where do you live at present?",
              "value": { "__typename": "AssessmentChoices", "options": [{ "key": "guest", "label": "With family or friends" }] } },
            { "question": "host", "prompt": "With whom do you stay?", "value": { "__typename": "AssessmentText", "text": "With my sister." } },
            { "question": "moves", "prompt": "How often have you moved in the last 12 months?",
              "value": { "__typename": "AssessmentNumber", "number": 2.5 } },
            { "question": "since", "prompt": "Since when do you live there?", "value": { "__typename": "AssessmentDate", "date": "2026-02-28" } },
            { "question": "worries", "prompt": "What worries you about it?",
              "value": { "__typename": "AssessmentChoices", "options": [{ "key": "rent", "label": "The rent" }, { "key": "space", "label": "Too little space" }] } },
        ]);
        assert_eq!(found["answers"], expect, "{who}");
        let list = listed(&caller, client::CLIENT).await;
        assert_eq!(list, [found["id"].as_str().unwrap()], "{who}");
    }
    assert_eq!(notified(&amina).await.len(), before + 1);
    let stored = tidings.stored().await;
    let again = answers(&id, &whole());
    assert_eq!(
        elena.refused("fulfillAssessmentRequest", again).await,
        "REQUEST_CLOSED"
    );
    assert_eq!(tidings.stored().await, stored);
    // Newest first.
    let ruth = tidings.caller("guardian");
    let open = answers(&assessment_request(request::ASSESSMENT), &whole());
    let done = ruth.does("fulfillAssessmentRequest", open).await;
    let newest = done["request"]["assessment"]["id"].as_str().unwrap();
    let list = listed(&amina, client::SECOND_CHILD).await;
    assert_eq!(list, [newest, assessment::SECOND_CHILD.gid().as_str()]);
}

#[tokio::test]
async fn cx04_the_day_is_the_agencys_today_and_can_be_changed_to_one_of_the_year_before() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = sent(&amina, client::CLIENT, housing()).await;
    let today = look(&elena, &id).await["defaultAssessmentDate"].take();
    let here: chrono::NaiveDate = serde_json::from_value(today.clone()).unwrap();
    let before = tidings.stored().await;
    for days in [1, -367, 4000] {
        let mut input = answers(&id, &whole());
        input["assessmentDate"] = json!(here + chrono::Duration::days(days));
        let answer = elena.act("fulfillAssessmentRequest", input).await;
        let expect = wrong(&[("assessmentDate", "ASSESSMENT_DATE_INVALID")]);
        assert_eq!(errors(&answer), expect, "{days}");
    }
    assert_eq!(tidings.stored().await, before);
    let done = elena
        .does("fulfillAssessmentRequest", answers(&id, &whole()))
        .await;
    assert_eq!(done["request"]["assessment"]["assessmentDate"], today);
    let id = sent(&amina, client::CLIENT, housing()).await;
    let mut input = answers(&id, &whole());
    input["assessmentDate"] = json!(here - chrono::Duration::days(366));
    let done = elena.does("fulfillAssessmentRequest", input.clone()).await;
    assert_eq!(
        done["request"]["assessment"]["assessmentDate"],
        input["assessmentDate"]
    );
    // Late in the evening of the agency it is the next day elsewhere, and not there.
    let zone = "UPDATE agency SET time_zone = 'Pacific/Pago_Pago' WHERE id = {}";
    tidings.alter(zone, agency::HARBOR_LANE).await;
    let id = sent(&amina, client::CLIENT, housing()).await;
    let there = tidings_domain::Clock::now(&*tidings.clock)
        .with_timezone(&chrono::FixedOffset::west_opt(11 * 3600).unwrap())
        .date_naive();
    let found = look(&elena, &id).await;
    assert_eq!(found["defaultAssessmentDate"], json!(there));
}

#[tokio::test]
async fn cx05_everything_that_is_missing_or_wrong_is_told_at_once_and_nothing_is_stored() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = sent(&amina, client::CLIENT, housing()).await;
    let before = tidings.stored().await;
    let guest = said("situation", &json!({ "choice": "guest" }));
    for (given, mut input, expect) in [
        (
            vec![],
            json!({}),
            wrong(&[
                ("answers.situation", "ANSWER_REQUIRED"),
                ("answers.moves", "ANSWER_REQUIRED"),
            ]),
        ),
        (
            vec![
                guest.clone(),
                said("moves", &json!({ "text": "two" })),
                said("worries", &json!({ "choices": ["rent", "rats"] })),
                said("since", &json!({ "number": 2026 })),
                said("pets", &json!({ "text": "a cat" })),
            ],
            json!({ "assessmentDate": "2036-01-01" }),
            wrong(&[
                ("assessmentDate", "ASSESSMENT_DATE_INVALID"),
                ("answers.host", "ANSWER_REQUIRED"),
                ("answers.moves", "ANSWER_INVALID"),
                ("answers.since", "ANSWER_INVALID"),
                ("answers.worries", "ANSWER_INVALID"),
                ("answers", "ANSWER_INVALID"),
            ]),
        ),
        (
            vec![
                guest,
                said("host", &json!({ "text": " \n " })),
                said("moves", &json!({ "number": 100.5 })),
            ],
            json!({}),
            wrong(&[
                ("answers.host", "ANSWER_REQUIRED"),
                ("answers.moves", "ANSWER_INVALID"),
            ]),
        ),
        (
            // What is not shown is not answered.
            vec![
                said("situation", &json!({ "choice": "own" })),
                said("host", &json!({ "text": "Nobody." })),
                said("moves", &json!({ "number": 0 })),
            ],
            json!({}),
            wrong(&[("answers.host", "ANSWER_INVALID")]),
        ),
        (
            vec![
                said("situation", &json!({ "choice": "own" })),
                said("situation", &json!({ "choice": "own" })),
                said("moves", &json!({ "number": 0 })),
            ],
            json!({}),
            wrong(&[("answers.situation", "ANSWER_INVALID")]),
        ),
    ] {
        (input["requestId"], input["answers"]) = (json!(id), json!(given));
        let answer = elena.act("fulfillAssessmentRequest", input.clone()).await;
        assert_eq!(errors(&answer), expect, "{input}");
        assert_eq!(answer["data"]["answer"]["request"], Value::Null);
        assert_eq!(tidings.stored().await, before, "{input}");
    }
    let many = vec![said("situation", &json!({ "choice": "own" })); 201];
    let input = answers(&id, &many);
    assert_eq!(
        elena.refused("fulfillAssessmentRequest", input).await,
        "BAD_USER_INPUT"
    );
    // A value is exactly one.
    for value in [json!({}), json!({ "text": "a", "number": 1 })] {
        let input = answers(&id, &[said("host", &value)]);
        elena.refused("fulfillAssessmentRequest", input).await;
    }
    assert_eq!(tidings.stored().await, before);
    assert_eq!(status(&elena, &id).await, "SENT");
}

#[tokio::test]
async fn c49_p48_only_the_client_asked_answers() {
    let tidings = Tidings::start().await;
    let id = assessment_request(request::ASSESSMENT);
    let before = tidings.stored().await;
    for (who, code) in [
        ("client", "NOT_FOUND"),
        ("second-client", "NOT_FOUND"),
        ("outsider", "NOT_FOUND"),
        ("outsider-client", "NOT_FOUND"),
        ("clinician", "FORBIDDEN"),
        ("clinical-admin", "FORBIDDEN"),
    ] {
        let caller = tidings.caller(who);
        let refused = caller.refused("fulfillAssessmentRequest", answers(&id, &whole()));
        assert_eq!(refused.await, code, "{who}");
    }
    // The id of another kind of request is none of this kind.
    let other = crate::support::location_request(request::LOCATION);
    let elena = tidings.caller("client");
    let refused = elena.refused("fulfillAssessmentRequest", answers(&other, &whole()));
    assert_eq!(refused.await, "BAD_USER_INPUT");
    let (_, bare) = other.split_once('_').unwrap();
    let disguised = answers(&format!("AssessmentRequest_{bare}"), &whole());
    let refused = elena.refused("fulfillAssessmentRequest", disguised);
    assert_eq!(refused.await, "NOT_FOUND");
    assert_eq!(tidings.stored().await, before);
    // Of many at once one is stored.
    let ruth = tidings.caller("guardian");
    let answering = (0..8).map(|_| ruth.act("fulfillAssessmentRequest", answers(&id, &whole())));
    let answered = futures_util::future::join_all(answering).await;
    let (done, refused): (Vec<_>, Vec<_>) = answered.iter().map(errors).partition(Vec::is_empty);
    assert_eq!((done.len(), refused.len()), (1, 7));
    for errors in refused {
        assert_eq!(errors, wrong(&[("requestId", "REQUEST_CLOSED")]));
    }
    assert_eq!(listed(&ruth, client::SECOND_CHILD).await.len(), 2);
}

#[tokio::test]
async fn c34_k18_a_private_assessment_is_not_there_for_an_agency_that_shares_the_client() {
    let tidings = Tidings::start().await;
    let (amina, elena, beatriz) = (
        tidings.caller("clinician"),
        tidings.caller("client"),
        tidings.caller("outsider"),
    );
    let share = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": true });
    tidings
        .caller("clinical-admin")
        .does("setClientSharing", share)
        .await;
    let open = sent(&amina, client::CLIENT, housing()).await;
    let mut private = housing();
    private["assessment"]["private"] = json!(true);
    let private = sent(&amina, client::CLIENT, private).await;
    for id in [&open, &private] {
        elena
            .does("fulfillAssessmentRequest", answers(id, &whole()))
            .await;
    }
    // What was asked stands on the record; what the agency asks for is its own.
    let shown = look(&beatriz, &open).await;
    assert_eq!(
        (&shown["definition"], &shown["version"]),
        (&Value::Null, &Value::Null)
    );
    let answers = &shown["assessment"]["answers"];
    assert_eq!(answers[1]["prompt"], "With whom do you stay?");
    assert_eq!(shown["assessment"]["version"], Value::Null);
    assert_eq!(look(&beatriz, &private).await, Value::Null);
    let hidden = look(&amina, &private).await;
    assert_eq!(hidden["assessment"]["private"], true);
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let id = &hidden["assessment"]["id"];
    let found = beatriz.data(query, json!({ "id": id })).await;
    assert_eq!(found["node"], Value::Null);
    let list = listed(&beatriz, client::CLIENT).await;
    assert_eq!(list, [shown["assessment"]["id"].as_str().unwrap()]);
    // Another agency reads, and does not hide.
    let hide = json!({ "assessmentId": list[0], "hidden": true });
    let before = tidings.stored().await;
    assert_eq!(
        beatriz.refused("setAssessmentHidden", hide).await,
        "FORBIDDEN"
    );
    let hide = json!({ "assessmentId": id, "hidden": true });
    assert_eq!(
        beatriz.refused("setAssessmentHidden", hide).await,
        "NOT_FOUND"
    );
    assert_eq!(tidings.stored().await, before);
    for who in [
        "second-client",
        "guardian",
        "system-admin",
        "outsider-client",
    ] {
        assert_eq!(
            look(&tidings.caller(who), &open).await,
            Value::Null,
            "{who}"
        );
    }
}

#[tokio::test]
async fn c33_cx12_the_audit_log_tells_of_assessments_without_what_was_said() {
    let tidings = Tidings::start().await;
    let (ruth, admin) = (tidings.caller("guardian"), tidings.caller("clinical-admin"));
    let open = answers(&assessment_request(request::ASSESSMENT), &whole());
    ruth.does("fulfillAssessmentRequest", open).await;
    let hide = json!({ "assessmentId": assessment::SECOND_CHILD.gid(), "hidden": true });
    admin.does("setAssessmentHidden", hide).await;
    let save = json!({ "title": "Secret", "requestable": false, "questions": [{ "key": "a", "prompt": "Whisper?", "kind": "TEXT" }] });
    admin.does("saveAssessmentDefinition", save).await;
    let query = "{ auditLog(first: 3) { edges { node { deed detail subjectId actor { ... on StaffMember { id } } } } } }";
    let log = admin.data(query, json!({})).await;
    let edges = log["auditLog"]["edges"].as_array().unwrap();
    let deeds: Vec<&Value> = edges.iter().map(|edge| &edge["node"]["deed"]).collect();
    assert_eq!(
        deeds,
        [
            "ASSESSMENT_DEFINITION_SAVED",
            "ASSESSMENT_HIDDEN_CHANGED",
            "REQUEST_FULFILLED"
        ]
    );
    assert_eq!(edges[1]["node"]["actor"]["id"], staff::CLINICAL_ADMIN.gid());
    assert_eq!(edges[1]["node"]["subjectId"], client::SECOND_CHILD.gid());
    let text = log.to_string();
    for word in ["Secret", "Whisper", "sister"] {
        assert!(!text.contains(word), "{text}");
    }
}
