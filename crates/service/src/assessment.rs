//! Assessments: what is asked for by definition, what a client answers, and what its portal shows.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tidings_domain::assessment::{
    Answer, AnswerFault, AnswerProblem, Answered, Questionnaire, may_be_of,
};
use tidings_domain::{
    AssessmentDefinitionId, AssessmentId, AssessmentVersionId, Deed, PortalRequestId, RequestKind,
    UserErrorCode, limits,
};
use tidings_policy::{Viewer, may_change_requests};
use tidings_store::{AssessmentRow, AssessmentVersionRow, PortalRequestRow, StoreError};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Refusal, Result};
use crate::fulfillment::{Fulfilled, fulfilled};
use crate::portal_request::lock_to_fulfill;
use crate::record::changed;

/// An assessment that a client is asked for (C-33, C-34).
#[derive(Clone, Debug, Serialize)]
pub struct WantedAssessment {
    /// Which.
    pub definition: AssessmentDefinitionId,
    /// Whether it is kept from other agencies.
    pub private: bool,
}

/// Answers that a request asked for.
#[derive(Clone, Debug, Serialize)]
pub struct FulfillAssessment {
    /// The request.
    pub request: PortalRequestId,
    /// The day that it is of; today if left out.
    pub assessed_on: Option<NaiveDate>,
    /// Answers by the key of their question, in any order.
    pub answers: Vec<(String, Answer)>,
}

/// An assessment to keep from the client's own portal, or to show there again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetAssessmentHidden {
    /// Which.
    pub assessment: AssessmentId,
    /// Whether it is kept from there.
    pub hidden: bool,
}

/// An assessment that was kept from the portal, or shown there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentHiddenSet {
    /// Which.
    pub assessment: AssessmentId,
}

impl Service {
    /// Hands in the answers that a request asked for (C-48, C-49), judged as a whole (CX-05): each
    /// question that must be answered and is not is refused with `ANSWER_REQUIRED`, each answer that is
    /// none with `ANSWER_INVALID`, and a day that lies ahead or more than a year back (CX-04) with
    /// `ASSESSMENT_DATE_INVALID`; all of them at once, and nothing is stored. Of two at once one is
    /// stored; the other, and every later one, is refused with `REQUEST_CLOSED`.
    pub async fn fulfill_assessment_request(
        &self,
        viewer: &Viewer,
        key: &str,
        input: FulfillAssessment,
    ) -> Result<Fulfilled> {
        if input.answers.len() > limits::MAX_QUESTIONS {
            return Err(Error::bad_input("An assessment has at most 200 answers."));
        }
        let write = match self
            .begin(viewer, key, "fulfillAssessmentRequest", &input)
            .await?
        {
            Begin::Done(done) => return Ok(done),
            Begin::New(write) => write,
        };
        let kind = RequestKind::Assessment;
        let request = lock_to_fulfill(&write, viewer, input.request, kind).await?;
        let version = asked(&write, viewer, &request).await?;
        let assessed_on = input.assessed_on.unwrap_or_else(|| viewer.today());
        let answered = judge(viewer, &version, assessed_on, input.answers)?;
        let row = AssessmentRow {
            id: write.id(),
            agency_id: request.agency_id,
            client_id: request.client_id,
            private: request.private,
            hidden: false,
            request_id: Some(request.id),
            added_by: viewer.account().ok_or_else(Error::forbidden)?.id,
            version_id: version.id,
            title: version.title,
            assessed_on,
            answers: serde_json::to_string(&answered)
                .map_err(|_| StoreError::Corrupt("answers of an assessment"))?,
            created_at: write.now,
        };
        write.tx.insert_assessment(row).await?;
        fulfilled(write, request).await
    }

    /// Keeps an assessment from the client's own portal, or shows it there again (CX-12). For the staff
    /// of the client's agency who work with records.
    pub async fn set_assessment_hidden(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetAssessmentHidden,
    ) -> Result<AssessmentHiddenSet> {
        let write = match self
            .begin(viewer, key, "setAssessmentHidden", &input)
            .await?
        {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let row = write.tx.lock_assessment(viewer, input.assessment).await?;
        let row = row.ok_or_else(Error::not_found)?;
        may_change_requests(viewer, row.agency_id)?;
        if row.hidden != input.hidden {
            write.tx.set_assessment_hidden(row.id, input.hidden).await?;
            changed(&write, viewer, row.client_id).await?;
            let detail = format!("assessment {} hidden {}", row.id, input.hidden);
            let deed = Deed::AssessmentHiddenChanged;
            write
                .audit(row.agency_id, deed, row.client_id, detail)
                .await?;
        }
        write
            .commit(AssessmentHiddenSet { assessment: row.id })
            .await
    }
}

impl WantedAssessment {
    /// The version with which it is asked for now. One that is not in use, or not to be asked for through
    /// the portal, is refused with `ASSESSMENT_NOT_ENABLED` (C-33).
    pub(crate) async fn version(
        &self,
        write: &Write<'_>,
        viewer: &Viewer,
    ) -> Result<AssessmentVersionId> {
        let found = write.tx.assessment_definition(viewer, self.definition);
        let definition = found.await?.ok_or_else(Error::not_found)?;
        if definition.active && definition.requestable {
            return Ok(definition.version_id);
        }
        let code = UserErrorCode::AssessmentNotEnabled;
        let field = &["request", "assessment", "definitionId"];
        Err(Error::refused(code, field))
    }
}

/// The version with which a request asks.
async fn asked(
    write: &Write<'_>,
    viewer: &Viewer,
    request: &PortalRequestRow,
) -> Result<AssessmentVersionRow> {
    let missing = || StoreError::Corrupt("version of a request for an assessment");
    let id = request.assessment_version_id.ok_or_else(missing)?;
    let version = write.tx.assessment_version(viewer, id).await?;
    Ok(version.ok_or_else(missing)?)
}

/// What was answered, or everything that is wrong with it.
fn judge(
    viewer: &Viewer,
    version: &AssessmentVersionRow,
    assessed_on: NaiveDate,
    answers: Vec<(String, Answer)>,
) -> Result<Vec<Answered>> {
    let mut refusals = Vec::new();
    if !may_be_of(viewer.today(), assessed_on) {
        let code = UserErrorCode::AssessmentDateInvalid;
        refusals.push(Refusal::new(code, &["assessmentDate"]));
    }
    let answered = match questionnaire(version)?.answer(answers) {
        Ok(answered) => answered,
        Err(faults) => {
            refusals.extend(faults.into_iter().map(refusal));
            Vec::new()
        }
    };
    Error::none_of(refusals)?;
    Ok(answered)
}

/// What a version asks.
pub fn questionnaire(version: &AssessmentVersionRow) -> Result<Questionnaire, StoreError> {
    serde_json::from_str(&version.questions)
        .map_err(|_| StoreError::Corrupt("questions of an assessment"))
}

/// What was answered, with the questions as they were asked.
pub fn answered(assessment: &AssessmentRow) -> Result<Vec<Answered>, StoreError> {
    serde_json::from_str(&assessment.answers)
        .map_err(|_| StoreError::Corrupt("answers of an assessment"))
}

fn refusal(fault: AnswerFault) -> Refusal {
    let code = match fault.problem {
        AnswerProblem::Required => UserErrorCode::AnswerRequired,
        AnswerProblem::Invalid => UserErrorCode::AnswerInvalid,
    };
    let refusal = Refusal::new(code, &["answers"]);
    match fault.question {
        Some(key) => refusal.within(key),
        None => refusal,
    }
}
