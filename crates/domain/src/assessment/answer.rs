//! Answers to a questionnaire, judged as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::question::{ChoiceOption, Number, Question};
use super::{Questionnaire, lines};
use crate::limits;
use crate::vocabulary::QuestionKind;

/// An answer, as it is handed in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Answer {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// The key of one option.
    Choice(String),
    /// The keys of options.
    Choices(Vec<String>),
}

/// What was answered, in full: it says the same whatever becomes of the questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Given {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// A day.
    Date(NaiveDate),
    /// Options with their labels, in the questionnaire's order; one of a single choice.
    Options(Vec<ChoiceOption>),
}

/// A question as it was asked, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The key of the question.
    pub question: String,
    /// What was asked.
    pub prompt: String,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// What was answered.
    pub given: Given,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerProblem {
    /// The question is shown, must be answered and is not.
    Required,
    /// It is of the wrong kind, out of bounds, no option, a second one, or answers what is not asked or not
    /// shown.
    Invalid,
}

/// What is wrong with the answer to one question, or with what answers none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerFault {
    /// The key of the question; none of what answers no question: what somebody wrote is not said again.
    pub question: Option<String>,
    /// What is wrong.
    pub problem: AnswerProblem,
}

/// Whether a question is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    Shown,
    Hidden,
    /// It depends on an answer that is none. That one is listed; what hangs on it is not guessed.
    Unclear,
}

/// What was made of the answer to a question.
enum Judged {
    Given(Given),
    Nothing,
    Wrong,
}

impl Questionnaire {
    /// Judges a whole set of answers. What was answered comes back in the order of the questions; else
    /// everything that is wrong is listed, once for each question, in that order, and once behind it
    /// whatever answers no question at all. An answer to a question that is not shown is refused: nobody could have
    /// meant it. A blank text and no options are no answer.
    pub fn answer(
        &self,
        answers: Vec<(String, Answer)>,
    ) -> Result<Vec<Answered>, Vec<AnswerFault>> {
        let mut faults = Vec::new();
        let mut twice = BTreeSet::new();
        let mut by_key = BTreeMap::new();
        for (key, answer) in answers {
            if by_key.insert(key.clone(), answer).is_some() {
                twice.insert(key);
            }
        }
        let mut judged: BTreeMap<&str, Judged> = BTreeMap::new();
        let mut answered = Vec::new();
        for question in self.questions() {
            let mut fault = |problem| {
                faults.push(AnswerFault {
                    question: Some(question.key.clone()),
                    problem,
                });
            };
            let sight = sight(question, &judged);
            let given = match by_key.remove(&question.key) {
                _ if twice.contains(&question.key) => Judged::Wrong,
                None => Judged::Nothing,
                Some(answer) => judge(question, answer),
            };
            // What is not shown was not answered, whatever came: what hangs on it is not shown either.
            let given = match (sight, given) {
                (Sight::Hidden, Judged::Given(_) | Judged::Wrong) => {
                    fault(AnswerProblem::Invalid);
                    Judged::Nothing
                }
                (_, given) => given,
            };
            match &given {
                Judged::Wrong => fault(AnswerProblem::Invalid),
                Judged::Nothing if sight == Sight::Shown && question.required => {
                    fault(AnswerProblem::Required);
                }
                Judged::Nothing => {}
                Judged::Given(given) => answered.push(Answered {
                    question: question.key.clone(),
                    prompt: question.prompt.clone(),
                    kind: question.kind,
                    given: given.clone(),
                }),
            }
            judged.insert(&question.key, given);
        }
        // What is left answers nothing that is asked.
        if !by_key.is_empty() {
            faults.push(AnswerFault {
                question: None,
                problem: AnswerProblem::Invalid,
            });
        }
        if faults.is_empty() {
            Ok(answered)
        } else {
            Err(faults)
        }
    }
}

fn sight(question: &Question, judged: &BTreeMap<&str, Judged>) -> Sight {
    let Some(condition) = &question.shown_when else {
        return Sight::Shown;
    };
    match judged.get(condition.question.as_str()) {
        Some(Judged::Wrong) => Sight::Unclear,
        Some(Judged::Given(Given::Options(options)))
            if options.iter().any(|option| option.key == condition.option) =>
        {
            Sight::Shown
        }
        _ => Sight::Hidden,
    }
}

fn judge(question: &Question, answer: Answer) -> Judged {
    let given = match (question.kind, answer) {
        (QuestionKind::Text, Answer::Text(text)) => {
            let text = text.trim();
            if text.is_empty() {
                return Judged::Nothing;
            }
            let most = question.max_chars.unwrap_or(limits::MAX_ANSWER_CHARS);
            let fits = lines(text)
                && text
                    .chars()
                    .nth(usize::try_from(most).unwrap_or(usize::MAX))
                    .is_none();
            fits.then(|| Given::Text(text.to_owned()))
        }
        (QuestionKind::Number, Answer::Number(number)) => Number::new(number)
            .filter(|number| question.min.is_none_or(|min| min <= *number))
            .filter(|number| question.max.is_none_or(|max| *number <= max))
            .map(Given::Number),
        (QuestionKind::Date, Answer::Date(day)) => Some(Given::Date(day)),
        (QuestionKind::SingleChoice, Answer::Choice(key)) => {
            let option = question.option(&key);
            option.map(|option| Given::Options(vec![option.clone()]))
        }
        (QuestionKind::MultipleChoice, Answer::Choices(keys)) => {
            if keys.is_empty() {
                return Judged::Nothing;
            }
            chosen(question, &keys).map(Given::Options)
        }
        _ => None,
    };
    given.map_or(Judged::Wrong, Judged::Given)
}

/// The options of these keys, in the questionnaire's order; none if one is no option, or named twice.
fn chosen(question: &Question, keys: &[String]) -> Option<Vec<ChoiceOption>> {
    let named: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
    let options = question.options.iter();
    let options: Vec<ChoiceOption> = options
        .filter(|option| named.contains(option.key.as_str()))
        .cloned()
        .collect();
    (options.len() == keys.len()).then_some(options)
}
