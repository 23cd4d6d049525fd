//! What the demo's clients are asked about, and what one has answered.

use chrono::Duration;
use serde_json::json;
use tidings_domain::{NotificationKind, PrincipalKind, RequestKind, RequestStatus};
use tidings_store::{
    AssessmentDefinitionRow, AssessmentRow, AssessmentVersionRow, Batch, NotificationRow,
    PortalRequestRow,
};

use super::Times;
use super::requests::asked;
use crate::seed::cast::{
    account, agency, assessment, assessment_definition, assessment_version, client, notification,
    request, staff,
};

/// Adds them to the batch.
pub(super) fn add(batch: &mut Batch, times: &Times) {
    definitions(batch, times);
    let kind = RequestKind::Assessment;
    let version = Some(assessment_version::HOUSING);
    batch.requests.push(PortalRequestRow {
        assessment_version_id: version,
        ..asked(times, request::ASSESSMENT, client::SECOND_CHILD, kind, 1)
    });
    let (asked_at, came_at) = (Duration::days(80), Duration::days(79));
    batch.requests.push(PortalRequestRow {
        assessment_version_id: version,
        requested_by: staff::BILLER,
        status: RequestStatus::Fulfilled,
        closed_at: Some(times.now - came_at),
        ..asked(
            times,
            request::FIRST_ASSESSMENT,
            client::SECOND_CHILD,
            kind,
            asked_at.num_hours(),
        )
    });
    batch.assessments.push(AssessmentRow {
        id: assessment::SECOND_CHILD,
        agency_id: agency::HARBOR_LANE,
        client_id: client::SECOND_CHILD,
        private: false,
        hidden: false,
        request_id: Some(request::FIRST_ASSESSMENT),
        added_by: account::GUARDIAN,
        version_id: assessment_version::HOUSING,
        title: TITLE.to_owned(),
        assessed_on: times.today - came_at,
        answers: answers(),
        created_at: times.now - came_at,
    });
    batch.notifications.push(NotificationRow {
        id: notification::FIRST_ASSESSMENT,
        agency_id: agency::HARBOR_LANE,
        recipient_kind: PrincipalKind::Staff,
        recipient_id: staff::BILLER.0,
        kind: NotificationKind::RequestFulfilled,
        subject_id: request::FIRST_ASSESSMENT.0,
        client_id: client::SECOND_CHILD,
        created_at: times.now - came_at,
        read_at: Some(times.now - came_at + Duration::hours(1)),
    });
}

const TITLE: &str = "Housing stability";

fn definitions(batch: &mut Batch, times: &Times) {
    let (here, there) = (agency::HARBOR_LANE, agency::FERNHILL);
    let simple = json!([{ "key": "reason", "prompt": "What brings you here?", "kind": "TEXT", "required": true, "max_chars": 10_000 }]);
    for (id, version_id, agency_id, title, requestable, questions, created_by) in [
        (
            assessment_definition::HOUSING,
            assessment_version::HOUSING,
            here,
            TITLE,
            true,
            housing(),
            staff::CLINICAL_ADMIN,
        ),
        (
            assessment_definition::INTAKE,
            assessment_version::INTAKE,
            here,
            "Intake",
            false,
            simple.to_string(),
            staff::CLINICAL_ADMIN,
        ),
        (
            assessment_definition::OUTSIDER,
            assessment_version::OUTSIDER,
            there,
            "Intake",
            true,
            simple.to_string(),
            staff::OUTSIDER,
        ),
    ] {
        batch.assessment_definitions.push(AssessmentDefinitionRow {
            id,
            agency_id,
            version_id,
            title: title.to_owned(),
            requestable,
            active: true,
            created_at: times.founded,
        });
        batch.assessment_versions.push(AssessmentVersionRow {
            id: version_id,
            agency_id,
            definition_id: id,
            number: 1,
            title: title.to_owned(),
            questions,
            created_at: times.founded,
            created_by,
        });
    }
}

/// A short questionnaire: one question of each kind, and one that is shown to some.
fn housing() -> String {
    json!([
        { "key": "situation", "prompt": "Where do you live at present?", "kind": "SINGLE_CHOICE", "required": true, "options": [
            { "key": "own", "label": "In a home of my own" },
            { "key": "guest", "label": "With family or friends" },
            { "key": "shelter", "label": "In a shelter" },
            { "key": "none", "label": "Somewhere not meant for living" },
        ] },
        { "key": "host", "prompt": "With whom do you stay?", "kind": "TEXT", "required": true, "max_chars": 200,
          "shown_when": { "question": "situation", "option": "guest" } },
        { "key": "moves", "prompt": "How often have you moved in the last 12 months?", "kind": "NUMBER", "required": true, "min": "0", "max": "100" },
        { "key": "since", "prompt": "Since when do you live there?", "kind": "DATE", "required": false },
        { "key": "worries", "prompt": "What worries you about it?", "kind": "MULTIPLE_CHOICE", "required": false, "options": [
            { "key": "rent", "label": "The rent" },
            { "key": "safety", "label": "Safety" },
            { "key": "space", "label": "Too little space" },
        ] },
    ])
    .to_string()
}

fn answers() -> String {
    json!([
        { "question": "situation", "prompt": "Where do you live at present?", "kind": "SINGLE_CHOICE",
          "given": { "OPTIONS": [{ "key": "own", "label": "In a home of my own" }] } },
        { "question": "moves", "prompt": "How often have you moved in the last 12 months?", "kind": "NUMBER", "given": { "NUMBER": "1" } },
        { "question": "worries", "prompt": "What worries you about it?", "kind": "MULTIPLE_CHOICE",
          "given": { "OPTIONS": [{ "key": "rent", "label": "The rent" }, { "key": "space", "label": "Too little space" }] } },
    ])
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_domain::assessment::{Answered, Questionnaire};

    #[test]
    fn c33_the_demos_assessments_are_as_if_they_had_been_saved_and_answered() {
        let form: Questionnaire = serde_json::from_str(&housing()).unwrap();
        assert_eq!(
            Questionnaire::parse(form.questions().to_vec()).as_ref(),
            Ok(&form)
        );
        let answered: Vec<Answered> = serde_json::from_str(&answers()).unwrap();
        for given in &answered {
            let mut questions = form.questions().iter();
            let asked = questions.find(|question| question.key == given.question);
            assert_eq!(asked.map(|asked| &asked.prompt), Some(&given.prompt));
        }
    }
}
