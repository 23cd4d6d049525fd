//! What an agency asks for as assessments: definitions, each in versions that never change.

use serde::{Deserialize, Serialize};
use tidings_domain::assessment::{AssessmentTitle, Question, QuestionFault, Questionnaire};
use tidings_domain::{AssessmentDefinitionId, Deed, UserErrorCode, limits};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{AssessmentDefinitionRow, AssessmentVersionRow, StoreError};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Refusal, Result};

/// An assessment, as it is to be.
#[derive(Clone, Debug, Serialize)]
pub struct SaveAssessmentDefinition {
    /// Which; a new one if left out.
    pub definition: Option<AssessmentDefinitionId>,
    /// What it is called.
    pub title: String,
    /// What it asks, in its order.
    pub questions: Vec<Question>,
    /// Whether clients can be asked for it through the portal.
    pub requestable: bool,
    /// Whether it is in use.
    pub active: bool,
}

/// A definition as it was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentDefinitionSaved {
    /// Which.
    pub definition: AssessmentDefinitionId,
}

impl Service {
    /// Makes an assessment, or a new version of one (C-33). Requests that were sent keep the version with
    /// which they asked. What is wrong with title and questions is listed, all at once, with
    /// `ASSESSMENT_DEFINITION_INVALID`; at most 100 of an agency can be asked for:
    /// `TOO_MANY_ASSESSMENT_DEFINITIONS`.
    pub async fn save_assessment_definition(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SaveAssessmentDefinition,
    ) -> Result<AssessmentDefinitionSaved> {
        if !administers(viewer, AdminAction::DefineRequests) {
            return Err(Error::forbidden());
        }
        let staff = viewer.staff().ok_or_else(Error::forbidden)?.id;
        let write = match self
            .begin(viewer, key, "saveAssessmentDefinition", &input)
            .await?
        {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let (title, questions) = parsed(&input.title, input.questions)?;
        // One write of these at a time in an agency: versions are numbered without gaps, and the bound
        // of what can be asked for holds.
        write.tx.lock_policy(viewer).await?;
        let before = match input.definition {
            Some(id) => Some(before(&write, viewer, id).await?),
            None => None,
        };
        let asked = |row: &AssessmentDefinitionRow| row.active && row.requestable;
        let was_asked = before.as_ref().is_some_and(|(row, _)| asked(row));
        let version = AssessmentVersionRow {
            id: write.id(),
            agency_id: viewer.agency(),
            definition_id: before
                .as_ref()
                .map_or_else(|| write.id(), |(row, _)| row.id),
            number: before.as_ref().map_or(1, |(_, number)| number + 1),
            title,
            questions: serde_json::to_string(&questions)
                .map_err(|_| StoreError::Corrupt("questions of an assessment"))?,
            created_at: write.now,
            created_by: staff,
        };
        let definition = AssessmentDefinitionRow {
            id: version.definition_id,
            agency_id: version.agency_id,
            version_id: version.id,
            title: version.title.clone(),
            requestable: input.requestable,
            active: input.active,
            created_at: before.as_ref().map_or(write.now, |(row, _)| row.created_at),
        };
        if asked(&definition) && !was_asked {
            room(&write, viewer).await?;
        }
        let (agency, id) = (definition.agency_id, definition.id);
        let detail = format!("assessment {id} version {}", version.number);
        write
            .tx
            .put_assessment_definition(definition, version)
            .await?;
        let deed = Deed::AssessmentDefinitionSaved;
        write.audit(agency, deed, agency, detail).await?;
        write
            .commit(AssessmentDefinitionSaved { definition: id })
            .await
    }
}

/// Title and questions, or everything that is wrong with them.
fn parsed(title: &str, questions: Vec<Question>) -> Result<(String, Questionnaire)> {
    let code = UserErrorCode::AssessmentDefinitionInvalid;
    let mut refusals = Vec::new();
    let title = AssessmentTitle::parse(title);
    if title.is_none() {
        refusals.push(Refusal::new(code, &["title"]));
    }
    let questions = Questionnaire::parse(questions).map_err(|faults| {
        refusals.extend(faults.into_iter().map(|fault| {
            match fault {
                QuestionFault::Number => Refusal::new(code, &["questions"]),
                QuestionFault::Part(at, part) => Refusal::new(code, &["questions"])
                    .within(at.to_string())
                    .within(part),
            }
        }));
    });
    match (title, questions) {
        (Some(title), Ok(questions)) => Ok((title.as_str().to_owned(), questions)),
        _ => Err(Error::Several(refusals)),
    }
}

/// A definition of the viewer's agency, and the number of its version.
async fn before(
    write: &Write<'_>,
    viewer: &Viewer,
    id: AssessmentDefinitionId,
) -> Result<(AssessmentDefinitionRow, i32)> {
    let found = write.tx.assessment_definition(viewer, id).await?;
    let row = found.ok_or_else(Error::not_found)?;
    let version = write.tx.assessment_version(viewer, row.version_id).await?;
    let version = version.ok_or(StoreError::Corrupt("version of an assessment"))?;
    Ok((row, version.number))
}

async fn room(write: &Write<'_>, viewer: &Viewer) -> Result<()> {
    let asked = write.tx.count_requestable_assessments(viewer).await?;
    if asked >= limits::MAX_ASSESSMENT_DEFINITIONS {
        let code = UserErrorCode::TooManyAssessmentDefinitions;
        return Err(Error::refused(code, &["requestable"]));
    }
    Ok(())
}
