//! Assessments: questionnaires that an agency defines, and a client's answers to one.
//!
//! A [`Questionnaire`] holds what was checked as a whole: no key twice, every condition about a choice
//! that was asked before. [`Questionnaire::answer`] judges a whole set of answers and lists everything
//! that is wrong with it, so that nothing is ever half stored (CX-05).

mod answer;
mod question;
#[cfg(test)]
mod tests;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::limits;

pub use self::answer::{Answer, AnswerFault, AnswerProblem, Answered, Given};
pub use self::question::{ChoiceOption, Condition, Number, Question, QuestionFault};

/// What an assessment is called: 1 to 200 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentTitle(String);

impl AssessmentTitle {
    /// Parses a title, without the white space around it; none if it is blank, too long, or no title.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        line(text, limits::MAX_ASSESSMENT_TITLE_CHARS).map(Self)
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Questions in their order, checked as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Questionnaire {
    questions: Vec<Question>,
}

impl Questionnaire {
    /// Checks questions, and takes off what stands around their texts. Everything that is wrong is listed.
    pub fn parse(questions: Vec<Question>) -> Result<Self, Vec<QuestionFault>> {
        question::check(questions).map(|questions| Self { questions })
    }

    /// The questions, in their order.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }
}

/// Whether an assessment can be of this day: today, or one of the 366 days before (CX-04). Nobody tells
/// what will be.
#[must_use]
pub fn may_be_of(today: NaiveDate, day: NaiveDate) -> bool {
    let earliest = today
        .checked_sub_days(Days::new(limits::ASSESSMENT_DAYS_BACK))
        .unwrap_or(NaiveDate::MIN);
    (earliest..=today).contains(&day)
}

/// One line of 1 to so many characters, without the white space around it.
fn line(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// Whether these are lines of text, and nothing that a page or a database cannot show.
fn lines(text: &str) -> bool {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\t');
    text.chars().all(|c| !c.is_control() || breaks(c))
}
