//! Mutations of assessments: answering one that was asked for, keeping one from the portal, and what can
//! be asked for.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use tidings_domain::assessment::{Answer, ChoiceOption, Condition, Number, Question};
use tidings_domain::{AssessmentDefinitionId, AssessmentId, RequestKind};
use tidings_service::{
    FulfillAssessment, SaveAssessmentDefinition, SetAssessmentHidden, WantedAssessment,
};

use crate::assessment::{Assessment, AssessmentDefinition};
use crate::enums::QuestionKind;
use crate::error::{UserError, bad_input, outcome};
use crate::loaders::Load;
use crate::node::{Global, parse_request};
use crate::portal_request::{AssessmentRequest, PortalRequest};
use crate::request::Ask;
use crate::scalars::Date;

/// Answers to an assessment.
#[derive(InputObject)]
pub(crate) struct AssessmentWantedInput {
    /// The assessment, one of `Agency.requestableAssessments`.
    definition_id: ID,
    /// Whether request and assessment are kept from other agencies that share the client.
    #[graphql(default)]
    private: bool,
}

impl AssessmentWantedInput {
    pub(crate) fn wanted(&self) -> Result<WantedAssessment> {
        Ok(WantedAssessment {
            definition: AssessmentDefinitionId::parse(&self.definition_id)?,
            private: self.private,
        })
    }
}

/// An answer: exactly one of these, of the kind that the question takes.
#[derive(OneofObject)]
pub(crate) enum AnswerInput {
    /// To a question of the kind `TEXT`. White space around it is taken off; blank is no answer.
    Text(String),
    /// To a question of the kind `NUMBER`.
    Number(f64),
    /// To a question of the kind `DATE`.
    Date(Date),
    /// To a question of the kind `SINGLE_CHOICE`: the key of an option.
    Choice(String),
    /// To a question of the kind `MULTIPLE_CHOICE`: keys of options, each once; none is no answer.
    Choices(Vec<String>),
}

/// The answer to a question.
#[derive(InputObject)]
pub(crate) struct AssessmentAnswerInput {
    /// The key of the question: `AssessmentQuestion.key`.
    question: String,
    /// The answer.
    value: AnswerInput,
}

/// Answers that a request asked for.
#[derive(InputObject)]
pub(crate) struct FulfillAssessmentRequestInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The request.
    request_id: ID,
    /// The day that the assessment is of, in the agency's time zone: today or one of the 366 days before;
    /// `AssessmentRequest.defaultAssessmentDate` if left out.
    assessment_date: Option<Date>,
    /// The answers to the questions of `AssessmentRequest.version`, in any order: at most 200, each question
    /// once. What is not shown is not answered.
    answers: Vec<AssessmentAnswerInput>,
}

/// What came of answering an assessment.
#[derive(SimpleObject)]
pub(crate) struct FulfillAssessmentRequestPayload {
    /// The request, with its assessment.
    request: Option<AssessmentRequest>,
    /// Why it was not fulfilled: all of it, one for each question that misses an answer
    /// (`ANSWER_REQUIRED`) or has one that is none (`ANSWER_INVALID`); `field` ends with the key of the
    /// question, and with `answers` for what answers none. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// An assessment to keep from the client's own portal, or to show there again.
#[derive(InputObject)]
pub(crate) struct SetAssessmentHiddenInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The assessment.
    assessment_id: ID,
    /// Whether it is kept from there.
    hidden: bool,
}

/// What came of hiding an assessment or showing it again.
#[derive(SimpleObject)]
pub(crate) struct SetAssessmentHiddenPayload {
    /// The assessment.
    assessment: Option<Assessment>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// An option of a choice.
#[derive(InputObject)]
pub(crate) struct AssessmentOptionInput {
    /// What it is known by: 1 to 64 ASCII letters, digits, `_` and `-`, once in its question.
    key: String,
    /// What it says: 1 to 200 characters.
    label: String,
}

/// The answer to a choice that is asked before: it is, or contains, this option.
#[derive(InputObject)]
pub(crate) struct AssessmentConditionInput {
    /// The key of the choice.
    question: String,
    /// The key of the option.
    option: String,
}

/// A question of an assessment, as it is to be.
#[derive(InputObject)]
pub(crate) struct AssessmentQuestionInput {
    /// What it is known by: 1 to 64 ASCII letters, digits, `_` and `-`, once in the assessment. Kept from
    /// version to version, so that answers can be compared.
    key: String,
    /// What is asked: 1 to 1,000 characters.
    prompt: String,
    /// What kind of answer it takes.
    kind: QuestionKind,
    /// Whether it must be answered where it is shown.
    #[graphql(default)]
    required: bool,
    /// Of a text: characters that the answer has at most, from 1 to 10,000; 10,000 if left out.
    max_chars: Option<u32>,
    /// Of a number: the least.
    min: Option<f64>,
    /// Of a number: the largest.
    max: Option<f64>,
    /// Of a choice: what there is to choose, 1 to 100.
    #[graphql(default)]
    options: Vec<AssessmentOptionInput>,
    /// When it is shown; always if left out.
    shown_when: Option<AssessmentConditionInput>,
}

impl AssessmentQuestionInput {
    fn question(self) -> Result<Question> {
        let number = |number: f64| Number::new(number).ok_or_else(|| bad_input("No number."));
        let options = self.options.into_iter();
        Ok(Question {
            key: self.key,
            prompt: self.prompt,
            kind: self.kind.into(),
            required: self.required,
            max_chars: self.max_chars,
            min: self.min.map(number).transpose()?,
            max: self.max.map(number).transpose()?,
            options: options
                .map(|option| ChoiceOption {
                    key: option.key,
                    label: option.label,
                })
                .collect(),
            shown_when: self.shown_when.map(|when| Condition {
                question: when.question,
                option: when.option,
            }),
        })
    }
}

/// An assessment, as it is to be.
#[derive(InputObject)]
pub(crate) struct SaveAssessmentDefinitionInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which one gets a new version; a new one if left out.
    definition_id: Option<ID>,
    /// What it is called: 1 to 200 characters.
    title: String,
    /// What it asks, in order: 1 to 200 questions.
    questions: Vec<AssessmentQuestionInput>,
    /// Whether clients can be asked for it through the portal. At most 100 of an agency are.
    requestable: bool,
    /// Whether it is in use. One that is not is not asked for.
    #[graphql(default = true)]
    active: bool,
}

/// What came of saving an assessment.
#[derive(SimpleObject)]
pub(crate) struct SaveAssessmentDefinitionPayload {
    /// The assessment as saved.
    assessment_definition: Option<AssessmentDefinition>,
    /// Why nothing was changed: all of it. `field` names the question by its place, from 0, and the part.
    user_errors: Vec<UserError>,
}

fn answer(input: AssessmentAnswerInput) -> (String, Answer) {
    let answer = match input.value {
        AnswerInput::Text(text) => Answer::Text(text),
        AnswerInput::Number(number) => Answer::Number(number),
        AnswerInput::Date(date) => Answer::Date(date.0),
        AnswerInput::Choice(key) => Answer::Choice(key),
        AnswerInput::Choices(keys) => Answer::Choices(keys),
    };
    (input.question, answer)
}

#[derive(Default)]
pub(crate) struct AssessmentMutation;

#[Object]
impl AssessmentMutation {
    /// Answers an assessment, as a request asked. Judged as a whole: everything that is wrong is told at
    /// once. For the client's portal account.
    async fn fulfill_assessment_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request and the answers.")] input: FulfillAssessmentRequestInput,
    ) -> Result<FulfillAssessmentRequestPayload> {
        let fulfill = FulfillAssessment {
            request: parse_request(&input.request_id, Some(RequestKind::Assessment))?,
            assessed_on: input.assessment_date.map(|date| date.0),
            answers: input.answers.into_iter().map(answer).collect(),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let service = ctx.service()?;
        let done = service
            .fulfill_assessment_request(&viewer, key, fulfill)
            .await;
        let (request, user_errors) = match outcome(done)? {
            Ok(done) => (
                PortalRequest::load(ctx, done.request, None).await?,
                Vec::new(),
            ),
            Err(user_errors) => (None, user_errors),
        };
        let request = match request {
            Some(PortalRequest::AssessmentRequest(request)) => Some(request),
            _ => None,
        };
        Ok(FulfillAssessmentRequestPayload {
            request,
            user_errors,
        })
    }

    /// Keeps an assessment from the client's own portal, or shows it there again. Staff see it all the
    /// same. For staff of the client's agency who work with records.
    async fn set_assessment_hidden(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment, and whether it is hidden.")]
        input: SetAssessmentHiddenInput,
    ) -> Result<SetAssessmentHiddenPayload> {
        let set = SetAssessmentHidden {
            assessment: AssessmentId::parse(&input.assessment_id)?,
            hidden: input.hidden,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let service = ctx.service()?;
        let set = service.set_assessment_hidden(&viewer, key, set).await;
        Ok(match outcome(set)? {
            Ok(set) => SetAssessmentHiddenPayload {
                assessment: ctx.one(set.assessment).await?.map(Assessment::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => SetAssessmentHiddenPayload {
                assessment: None,
                user_errors,
            },
        })
    }

    /// Makes an assessment, or a new version of one. Requests that were sent keep the version with which
    /// they asked. For practice and clinical admins.
    async fn save_assessment_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment, as it is to be.")] input: SaveAssessmentDefinitionInput,
    ) -> Result<SaveAssessmentDefinitionPayload> {
        let definition = input.definition_id.as_ref();
        let questions = input.questions.into_iter();
        let save = SaveAssessmentDefinition {
            definition: definition.map(AssessmentDefinitionId::parse).transpose()?,
            title: input.title,
            questions: questions
                .map(AssessmentQuestionInput::question)
                .collect::<Result<_>>()?,
            requestable: input.requestable,
            active: input.active,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let service = ctx.service()?;
        let saved = service.save_assessment_definition(&viewer, key, save).await;
        Ok(match outcome(saved)? {
            Ok(saved) => SaveAssessmentDefinitionPayload {
                assessment_definition: ctx
                    .one(saved.definition)
                    .await?
                    .map(AssessmentDefinition::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => SaveAssessmentDefinitionPayload {
                assessment_definition: None,
                user_errors,
            },
        })
    }
}
