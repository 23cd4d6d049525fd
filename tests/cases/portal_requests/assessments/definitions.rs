//! What can be asked: definitions in versions, and which of them clients can be asked for.

use serde_json::{Value, json};
use tidings_server::seed::cast::{assessment_definition, client, request};

use super::{answers, errors, housing, look, said, whole, wrong};
use crate::cases::portal_requests::sent;
use crate::support::{Caller, Global as _, Tidings, assessment_request};

/// What clients can be asked for, by title, with the version.
async fn requestable(caller: &Caller<'_>) -> Vec<(String, i64)> {
    let query =
        "{ agency { requestableAssessments { title requestable active version { number } } } }";
    let data = caller.data(query, json!({})).await;
    let list = data["agency"]["requestableAssessments"].as_array().unwrap();
    let one = |row: &Value| {
        assert_eq!(
            (&row["requestable"], &row["active"]),
            (&json!(true), &json!(true))
        );
        let number = row["version"]["number"].as_i64().unwrap();
        (row["title"].as_str().unwrap().to_owned(), number)
    };
    list.iter().map(one).collect()
}

fn named(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter()
        .map(|(title, n)| ((*title).to_owned(), *n))
        .collect()
}

/// An assessment with one question.
fn simple(title: &str, requestable: bool) -> Value {
    json!({ "title": title, "requestable": requestable, "questions": [{ "key": "a", "prompt": " How are you? ", "kind": "TEXT", "required": true }] })
}

#[tokio::test]
async fn c33_an_assessment_is_one_of_those_enabled_for_the_agency() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for who in ["clinician", "client"] {
        let found = requestable(&tidings.caller(who)).await;
        assert_eq!(found, named(&[("Housing stability", 1)]), "{who}");
    }
    let found = requestable(&tidings.caller("outsider")).await;
    assert_eq!(found, named(&[("Intake", 1)]));
    let before = tidings.stored().await;
    let nowhere = crate::support::nowhere("AssessmentDefinition");
    for (id, code) in [
        (
            assessment_definition::INTAKE.gid(),
            "ASSESSMENT_NOT_ENABLED",
        ),
        (assessment_definition::OUTSIDER.gid(), "NOT_FOUND"),
        (nowhere, "NOT_FOUND"),
    ] {
        let wanted = json!({ "assessment": { "definitionId": id } });
        let one = json!({ "clientId": client::CLIENT.gid(), "request": wanted });
        assert_eq!(amina.refused("sendPortalRequest", one).await, code);
        let many = json!({ "clientIds": [client::CLIENT.gid()], "request": wanted });
        assert_eq!(amina.refused("sendPortalRequests", many).await, code);
    }
    assert_eq!(tidings.stored().await, before);
    let many = json!({ "clientIds": [client::CLIENT.gid(), client::SECOND_CLIENT.gid()], "request": housing() });
    let done = amina.does("sendPortalRequests", many).await;
    for result in done["results"].as_array().unwrap() {
        assert_eq!(result["request"]["__typename"], "AssessmentRequest");
    }
    // Switched off, or taken out of use: what was asked for before is answered all the same.
    let admin = tidings.caller("practice-admin");
    let id = assessment_definition::HOUSING.gid();
    for (requestable, active) in [(false, true), (true, false)] {
        let mut off = simple("Housing", requestable);
        (off["definitionId"], off["active"]) = (json!(id), json!(active));
        admin.does("saveAssessmentDefinition", off).await;
        assert_eq!(self::requestable(&amina).await, []);
        let one = json!({ "clientId": client::CLIENT.gid(), "request": housing() });
        let refused = amina.refused("sendPortalRequest", one).await;
        assert_eq!(refused, "ASSESSMENT_NOT_ENABLED");
    }
    let ruth = tidings.caller("guardian");
    let open = answers(&assessment_request(request::ASSESSMENT), &whole());
    ruth.does("fulfillAssessmentRequest", open).await;
}

#[tokio::test]
async fn c33_cx05_a_request_keeps_the_version_with_which_it_asked() {
    let tidings = Tidings::start().await;
    let (admin, amina, elena) = (
        tidings.caller("clinical-admin"),
        tidings.caller("clinician"),
        tidings.caller("client"),
    );
    let made = admin
        .does("saveAssessmentDefinition", simple("Health", true))
        .await;
    let definition = &made["assessmentDefinition"];
    assert_eq!(definition["version"]["number"], 1);
    let wanted = json!({ "assessment": { "definitionId": definition["id"] } });
    let first = sent(&amina, client::CLIENT, wanted.clone()).await;
    let mut changed = simple("Health and sleep", true);
    changed["definitionId"] = definition["id"].clone();
    changed["questions"] = json!([
        { "key": "a", "prompt": "How do you feel?", "kind": "TEXT", "maxChars": 10 },
        { "key": "b", "prompt": "How do you sleep?", "kind": "SINGLE_CHOICE", "required": true,
          "options": [{ "key": "well", "label": "Well" }, { "key": "badly", "label": "Badly" }] },
        { "key": "c", "prompt": "How long?", "kind": "NUMBER", "min": 0, "max": 24, "shownWhen": { "question": "b", "option": "badly" } },
    ]);
    let saved = admin.does("saveAssessmentDefinition", changed).await;
    let saved = &saved["assessmentDefinition"];
    assert_eq!(
        (&saved["id"], &saved["version"]["number"]),
        (&definition["id"], &json!(2))
    );
    assert_ne!(saved["version"]["id"], definition["version"]["id"]);
    let second = sent(&amina, client::CLIENT, wanted).await;
    for (id, number, title) in [(&first, 1, "Health"), (&second, 2, "Health and sleep")] {
        let found = look(&elena, id).await;
        assert_eq!(found["version"]["number"], number);
        assert_eq!(found["version"]["title"], title);
        assert_eq!(found["definition"]["title"], "Health and sleep");
    }
    let given = || vec![said("a", &json!({ "text": "Rather well today." }))];
    let answer = elena
        .act("fulfillAssessmentRequest", answers(&second, &given()))
        .await;
    let expect = wrong(&[
        ("answers.a", "ANSWER_INVALID"),
        ("answers.b", "ANSWER_REQUIRED"),
    ]);
    assert_eq!(errors(&answer), expect);
    elena
        .does("fulfillAssessmentRequest", answers(&first, &given()))
        .await;
    let found = look(&amina, &first).await;
    let answered = &found["assessment"];
    assert_eq!(answered["title"], "Health");
    assert_eq!(answered["answers"][0]["prompt"], "How are you?");
    // A version is found by its id, also when it asks no more.
    let query = "query($id: ID!) { node(id: $id) { ... on AssessmentVersion { number definition { version { number } } questions { prompt maxChars } } } }";
    let id = &definition["version"]["id"];
    let expect = json!({ "number": 1, "definition": { "version": { "number": 2 } }, "questions": [{ "prompt": "How are you?", "maxChars": 10_000 }] });
    for who in ["clinician", "client"] {
        let caller = tidings.caller(who);
        let found = caller.data(query, json!({ "id": id })).await;
        assert_eq!(found["node"], expect, "{who}");
    }
    let outsider = tidings.caller("outsider");
    let found = outsider.data(query, json!({ "id": id })).await;
    assert_eq!(found["node"], Value::Null);
}

#[tokio::test]
async fn c33_what_cannot_be_asked_is_listed_and_stores_nothing() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let before = tidings.stored().await;
    let choice = |key: &str, options: Value| json!({ "key": key, "prompt": "b", "kind": "SINGLE_CHOICE", "options": options });
    let yes = json!([{ "key": "yes", "label": "Yes" }]);
    let mut later = json!({ "key": "first", "prompt": " ", "kind": "TEXT", "min": 1 });
    later["shownWhen"] = json!({ "question": "second", "option": "yes" });
    let bad = json!({ "title": " ", "requestable": true, "questions": [
        later,
        choice("second", yes.clone()),
        choice("second", json!([])),
        { "key": "ü", "prompt": "b", "kind": "NUMBER", "min": 2, "max": 1, "shownWhen": { "question": "second", "option": "no" } },
    ] });
    let answer = admin.act("saveAssessmentDefinition", bad).await;
    let code = "ASSESSMENT_DEFINITION_INVALID";
    let expect = wrong(&[
        ("title", code),
        ("questions.0.prompt", code),
        ("questions.0.min", code),
        ("questions.0.shownWhen", code),
        ("questions.2.key", code),
        ("questions.2.options", code),
        ("questions.3.key", code),
        ("questions.3.max", code),
        ("questions.3.shownWhen", code),
    ]);
    assert_eq!(errors(&answer), expect);
    for count in [0, 201] {
        let mut bad = simple("a", true);
        let questions =
            (0..count).map(|n| json!({ "key": format!("q{n}"), "prompt": "b", "kind": "DATE" }));
        bad["questions"] = json!(questions.collect::<Vec<_>>());
        let answer = admin.act("saveAssessmentDefinition", bad).await;
        assert_eq!(errors(&answer), wrong(&[("questions", code)]), "{count}");
    }
    let mut foreign = simple("a", true);
    foreign["definitionId"] = json!(assessment_definition::OUTSIDER.gid());
    let refused = admin.refused("saveAssessmentDefinition", foreign).await;
    assert_eq!(refused, "NOT_FOUND");
    for who in ["clinician", "scheduler", "system-admin", "client"] {
        let caller = tidings.caller(who);
        let refused = caller.refused("saveAssessmentDefinition", simple("a", true));
        assert_eq!(refused.await, "FORBIDDEN", "{who}");
    }
    assert_eq!(tidings.stored().await, before);
    for n in 0..99 {
        admin
            .does("saveAssessmentDefinition", simple(&n.to_string(), true))
            .await;
    }
    let refused = admin.refused("saveAssessmentDefinition", simple("one more", true));
    assert_eq!(refused.await, "TOO_MANY_ASSESSMENT_DEFINITIONS");
    // A change of one that is asked for takes no more room, and what is not asked for takes none.
    let mut again = simple("Housing", true);
    again["definitionId"] = json!(assessment_definition::HOUSING.gid());
    admin.does("saveAssessmentDefinition", again).await;
    admin
        .does("saveAssessmentDefinition", simple("kept back", false))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c33_versions_that_are_saved_at_once_are_numbered_without_gaps() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let mut change = simple("Housing", true);
    change["definitionId"] = json!(assessment_definition::HOUSING.gid());
    let saving = (0..10).map(|_| admin.does("saveAssessmentDefinition", change.clone()));
    let saved = futures_util::future::join_all(saving).await;
    assert_eq!(saved.len(), 10);
    let number = "SELECT MAX(number) FROM assessment_version";
    assert_eq!(tidings.count(number).await, 11);
    assert_eq!(requestable(&admin).await, named(&[("Housing", 11)]));
}
