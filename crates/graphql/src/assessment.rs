//! Assessments: `Assessment` with its answers, and the definitions and versions with which they are asked
//! for.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use tidings_domain::assessment::{Answered, ChoiceOption, Given, Number, Question};
use tidings_service::{answered, questionnaire};
use tidings_store::{AssessmentDefinitionRow, AssessmentRow, AssessmentVersionRow};

use crate::client::Client;
use crate::connection::connection;
use crate::enums::QuestionKind;
use crate::error::fault;
use crate::loaders::Load;
use crate::node::Global;
use crate::portal_request::PortalRequest;
use crate::request::Ask;
use crate::scalars::Date;

/// What a client answered to an assessment. Seen as the request is that asked for it; the client's own
/// account does not see it while it is hidden.
#[derive(Clone, Description)]
pub(crate) struct Assessment(Arc<AssessmentRow>);

impl From<AssessmentRow> for Assessment {
    fn from(row: AssessmentRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    AssessmentConnection,
    AssessmentEdge,
    Assessment,
    "A page of assessments, newest first."
);

#[Object(use_type_description)]
impl Assessment {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Whose it is.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0.client_id).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// What the assessment was called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Whether it is kept from other agencies that share the client.
    async fn private(&self) -> bool {
        self.0.private
    }

    /// Whether it is kept from the client's own portal. Who reads it there reads false.
    async fn hidden(&self) -> bool {
        self.0.hidden
    }

    /// The day that it is of, in the agency's time zone.
    async fn assessment_date(&self) -> Date {
        Date(self.0.assessed_on)
    }

    /// What was answered, in the order of the questions: at most 200. What was not answered is not listed.
    #[graphql(complexity = "20 * (child_complexity + 1)")]
    async fn answers(&self) -> Result<Vec<AssessmentAnswer>> {
        let answered = answered(&self.0).map_err(|error| fault(&error))?;
        Ok(answered.into_iter().map(AssessmentAnswer::from).collect())
    }

    /// The version that was answered; null to another agency.
    async fn version(&self, ctx: &Context<'_>) -> Option<Result<AssessmentVersion>> {
        let row = ctx.one(self.0.version_id).await;
        row.map(|row| row.map(AssessmentVersion::from)).transpose()
    }

    /// The request that asked for it.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        PortalRequest::load(ctx, self.0.request_id?, None)
            .await
            .transpose()
    }

    /// When it came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A question as it was asked, and its answer. Health information, like messages.
#[derive(SimpleObject)]
pub(crate) struct AssessmentAnswer {
    /// The key of the question.
    question: String,
    /// What was asked.
    prompt: String,
    /// What was answered.
    value: AssessmentValue,
}

/// An answer: one type for each kind of them.
#[derive(Union)]
pub(crate) enum AssessmentValue {
    Text(AssessmentText),
    Number(AssessmentNumber),
    Date(AssessmentDate),
    Choices(AssessmentChoices),
}

/// A text.
#[derive(SimpleObject)]
pub(crate) struct AssessmentText {
    /// It: at most 10,000 characters.
    text: String,
}

/// A number.
#[derive(SimpleObject)]
pub(crate) struct AssessmentNumber {
    /// It.
    number: f64,
}

/// A day.
#[derive(SimpleObject)]
pub(crate) struct AssessmentDate {
    /// It.
    date: Date,
}

/// What was chosen.
#[derive(SimpleObject)]
pub(crate) struct AssessmentChoices {
    /// The options, in the order of the question: one of a single choice, at most 100.
    options: Vec<AssessmentOption>,
}

/// An option of a choice.
#[derive(SimpleObject)]
pub(crate) struct AssessmentOption {
    /// What it is known by, among the options of its question.
    key: String,
    /// What it says.
    label: String,
}

impl From<ChoiceOption> for AssessmentOption {
    fn from(option: ChoiceOption) -> Self {
        Self {
            key: option.key,
            label: option.label,
        }
    }
}

impl From<Answered> for AssessmentAnswer {
    fn from(answered: Answered) -> Self {
        let value = match answered.given {
            Given::Text(text) => AssessmentValue::Text(AssessmentText { text }),
            Given::Number(number) => AssessmentValue::Number(AssessmentNumber {
                number: number.get(),
            }),
            Given::Date(day) => AssessmentValue::Date(AssessmentDate { date: Date(day) }),
            Given::Options(options) => AssessmentValue::Choices(AssessmentChoices {
                options: options.into_iter().map(AssessmentOption::from).collect(),
            }),
        };
        Self {
            question: answered.question,
            prompt: answered.prompt,
            value,
        }
    }
}

/// An assessment that an agency defines. Everybody of the agency sees it.
#[derive(Clone, Description)]
pub(crate) struct AssessmentDefinition(Arc<AssessmentDefinitionRow>);

impl From<AssessmentDefinitionRow> for AssessmentDefinition {
    fn from(row: AssessmentDefinitionRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl AssessmentDefinition {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// What it is called at present.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Whether clients can be asked for it through the portal, as long as it is in use.
    async fn requestable(&self) -> bool {
        self.0.requestable
    }

    /// Whether it is in use.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// The version with which it asks at present.
    async fn version(&self, ctx: &Context<'_>) -> Option<Result<AssessmentVersion>> {
        let row = ctx.one(self.0.version_id).await;
        row.map(|row| row.map(AssessmentVersion::from)).transpose()
    }
}

/// One version of an assessment. It never changes: a request keeps the one with which it asked.
#[derive(Clone, Description)]
pub(crate) struct AssessmentVersion(Arc<AssessmentVersionRow>);

impl From<AssessmentVersionRow> for AssessmentVersion {
    fn from(row: AssessmentVersionRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl AssessmentVersion {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The assessment.
    async fn definition(&self, ctx: &Context<'_>) -> Option<Result<AssessmentDefinition>> {
        let row = ctx.one(self.0.definition_id).await;
        row.map(|row| row.map(AssessmentDefinition::from))
            .transpose()
    }

    /// Its number among the versions, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What the assessment is called in it.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it asks, in order: 1 to 200.
    #[graphql(complexity = "20 * (child_complexity + 1)")]
    async fn questions(&self) -> Result<Vec<AssessmentQuestion>> {
        let form = questionnaire(&self.0).map_err(|error| fault(&error))?;
        let questions = form.questions().iter().cloned();
        Ok(questions.map(AssessmentQuestion::from).collect())
    }

    /// When it was saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A question of an assessment.
#[derive(SimpleObject)]
pub(crate) struct AssessmentQuestion {
    /// What it is known by in its assessment, from version to version.
    key: String,
    /// What is asked.
    prompt: String,
    /// What kind of answer it takes.
    kind: QuestionKind,
    /// Whether it must be answered where it is shown.
    required: bool,
    /// Of a text: characters that the answer has at most.
    max_chars: Option<u32>,
    /// Of a number: the least; null if there is none.
    min: Option<f64>,
    /// Of a number: the largest; null if there is none.
    max: Option<f64>,
    /// Of a choice: what there is to choose, 1 to 100. Else empty.
    options: Vec<AssessmentOption>,
    /// When it is shown; null if always. One that is not shown is not answered.
    shown_when: Option<AssessmentCondition>,
}

/// The answer to a choice that was asked before: it is, or contains, this option.
#[derive(SimpleObject)]
pub(crate) struct AssessmentCondition {
    /// The key of the choice.
    question: String,
    /// The key of the option.
    option: String,
}

impl From<Question> for AssessmentQuestion {
    fn from(question: Question) -> Self {
        let options = question.options.into_iter();
        Self {
            key: question.key,
            prompt: question.prompt,
            kind: question.kind.into(),
            required: question.required,
            max_chars: question.max_chars,
            min: question.min.map(Number::get),
            max: question.max.map(Number::get),
            options: options.map(AssessmentOption::from).collect(),
            shown_when: question.shown_when.map(|when| AssessmentCondition {
                question: when.question,
                option: when.option,
            }),
        }
    }
}

/// What clients of the viewer's agency can be asked for at present, by title.
pub(crate) async fn requestable(ctx: &Context<'_>) -> Result<Vec<AssessmentDefinition>> {
    let viewer = ctx.viewer()?;
    let rows = ctx.service()?.store.requestable_assessments(&viewer).await;
    let rows = rows.map_err(|error| fault(&error))?;
    Ok(rows.into_iter().map(AssessmentDefinition::from).collect())
}
