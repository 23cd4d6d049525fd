//! Assessments that are kept from the client's own portal.

use serde_json::{Value, json};
use tidings_server::seed::cast::{assessment, client, request};

use super::{answers, listed, look, whole};
use crate::cases::portal_requests::next_of;
use crate::support::{Global as _, Tidings, assessment_request};

#[tokio::test]
async fn cx12_a_hidden_assessment_is_nowhere_in_the_clients_own_portal() {
    let tidings = Tidings::start().await;
    let (ruth, amina) = (tidings.caller("guardian"), tidings.caller("clinician"));
    let id = assessment::SECOND_CHILD.gid();
    let request = assessment_request(request::FIRST_ASSESSMENT);
    let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let mut listener = tidings.listen("biller").await;
    for hidden in [true, false] {
        let input = json!({ "assessmentId": id, "hidden": hidden });
        let done = amina.does("setAssessmentHidden", input).await;
        assert_eq!(done["assessment"], json!({ "id": id, "hidden": hidden }));
        next_of(&mut listener, "ClientChanged").await;
        let expect = if hidden {
            Value::Null
        } else {
            json!({ "id": id })
        };
        let found = ruth.data(query, json!({ "id": id })).await;
        assert_eq!(found, json!({ "node": expect, "nodes": [expect] }));
        let found = look(&ruth, &request).await;
        assert_eq!(found["status"], "FULFILLED");
        assert_eq!(found["assessment"].is_null(), hidden);
        let list = listed(&ruth, client::SECOND_CHILD).await;
        assert_eq!(list.len(), usize::from(!hidden));
        // Staff see it all the same, and that it is hidden.
        for who in ["clinician", "clinical-admin", "biller"] {
            let caller = tidings.caller(who);
            let found = look(&caller, &request).await;
            assert_eq!(found["assessment"]["hidden"], hidden, "{who}");
            let list = listed(&caller, client::SECOND_CHILD).await;
            assert_eq!(list, std::slice::from_ref(&id), "{who}");
        }
    }
    // The same again is nothing new.
    let events = tidings.events().await;
    let input = json!({ "assessmentId": id, "hidden": false });
    amina.does("setAssessmentHidden", input).await;
    assert_eq!(tidings.events().await, events);
    let before = tidings.stored().await;
    for (who, code) in [
        ("guardian", "FORBIDDEN"),
        ("client", "NOT_FOUND"),
        ("system-admin", "NOT_FOUND"),
        ("outsider", "NOT_FOUND"),
    ] {
        let input = json!({ "assessmentId": id, "hidden": true });
        let caller = tidings.caller(who);
        let refused = caller.refused("setAssessmentHidden", input).await;
        assert_eq!(refused, code, "{who}");
    }
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn cx12_what_is_hidden_before_a_repeat_stays_hidden_in_its_answer() {
    let tidings = Tidings::start().await;
    let ruth = tidings.caller("guardian");
    let mut input = answers(&assessment_request(request::ASSESSMENT), &whole());
    input["idempotencyKey"] = json!("once");
    let done = ruth.does("fulfillAssessmentRequest", input.clone()).await;
    let hide = json!({ "assessmentId": done["request"]["assessment"]["id"], "hidden": true });
    tidings
        .caller("scheduler")
        .does("setAssessmentHidden", hide)
        .await;
    let again = ruth.does("fulfillAssessmentRequest", input).await;
    assert_eq!(again["request"]["status"], "FULFILLED");
    assert_eq!(again["request"]["assessment"], Value::Null);
}
