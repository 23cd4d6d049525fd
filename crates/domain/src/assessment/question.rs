//! Questions of a questionnaire, and what can be wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{line, lines};
use crate::limits;
use crate::vocabulary::QuestionKind;

/// A finite number. In JSON it is a text, so that it comes back as it was to the last bit.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Number(f64);

impl Number {
    /// A number; none if it is infinite or none at all.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse().ok().and_then(Self::new);
        number.ok_or_else(|| serde::de::Error::custom("no finite number"))
    }
}

/// One of the options of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// What it is known by, among the options of its question.
    pub key: String,
    /// What it says.
    pub label: String,
}

/// When a question is shown: if the answer to an earlier choice is, or contains, this option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The key of the choice.
    pub question: String,
    /// The key of the option.
    pub option: String,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What it is known by in its questionnaire, from version to version.
    pub key: String,
    /// What is asked.
    pub prompt: String,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// Whether it must be answered where it is shown.
    pub required: bool,
    /// Of a text: characters that it has at most; always known once it is checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<u32>,
    /// Of a number: the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// Of a number: the largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// Of a choice: what there is to choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChoiceOption>,
    /// When it is shown; always if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_when: Option<Condition>,
}

impl Question {
    /// The option of this key.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.key == key)
    }

    fn chooses(&self) -> bool {
        matches!(
            self.kind,
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice
        )
    }
}

/// What is wrong with questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuestionFault {
    /// There is none, or there are more than 200.
    Number,
    /// A part of the question at this place, from 0.
    Part(usize, &'static str),
}

/// Whether this is a key: 1 to 64 ASCII letters, digits, `_` and `-`.
fn is_key(key: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=limits::MAX_QUESTION_KEY_CHARS).contains(&key.len()) && key.bytes().all(fits)
}

/// Checks all questions, each by itself and with those before it.
pub(super) fn check(mut questions: Vec<Question>) -> Result<Vec<Question>, Vec<QuestionFault>> {
    if !(1..=limits::MAX_QUESTIONS).contains(&questions.len()) {
        return Err(vec![QuestionFault::Number]);
    }
    let mut faults = Vec::new();
    let mut before: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (at, question) in questions.iter_mut().enumerate() {
        let mut wrong = |part| faults.push(QuestionFault::Part(at, part));
        if !is_key(&question.key) || before.contains_key(&question.key) {
            wrong("key");
        }
        question.prompt = question.prompt.trim().to_owned();
        let chars = question.prompt.chars().count();
        if !(1..=limits::MAX_PROMPT_CHARS).contains(&chars) || !lines(&question.prompt) {
            wrong("prompt");
        }
        bounds(question, &mut wrong);
        if !options(question) {
            wrong("options");
        }
        // Of a question that was asked before, and of one of its options: no circle, nothing dangling.
        let told = |condition: &Condition| {
            before
                .get(&condition.question)
                .is_some_and(|options| options.contains(&condition.option))
        };
        if !question.shown_when.as_ref().is_none_or(told) {
            wrong("shownWhen");
        }
        let keys = question.options.iter().map(|option| option.key.clone());
        before.insert(question.key.clone(), keys.collect());
    }
    if faults.is_empty() {
        Ok(questions)
    } else {
        Err(faults)
    }
}

/// Bounds stand where they mean something, and something fits between them.
fn bounds(question: &mut Question, wrong: &mut impl FnMut(&'static str)) {
    let is_text = question.kind == QuestionKind::Text;
    let most = limits::MAX_ANSWER_CHARS;
    let fits = |chars: u32| is_text && (1..=most).contains(&chars);
    if !question.max_chars.is_none_or(fits) {
        wrong("maxChars");
    }
    if is_text {
        question.max_chars.get_or_insert(most);
    }
    let is_number = question.kind == QuestionKind::Number;
    if question.min.is_some() && !is_number {
        wrong("min");
    }
    let crossed = matches!((question.min, question.max), (Some(min), Some(max)) if min > max);
    if question.max.is_some() && (!is_number || crossed) {
        wrong("max");
    }
}

/// Options of a choice: at least one, each once, each with a label. Nothing else has any.
fn options(question: &mut Question) -> bool {
    if !question.chooses() {
        return question.options.is_empty();
    }
    if !(1..=limits::MAX_OPTIONS).contains(&question.options.len()) {
        return false;
    }
    let mut keys = BTreeSet::new();
    for option in &mut question.options {
        let Some(label) = line(&option.label, limits::MAX_OPTION_CHARS) else {
            return false;
        };
        option.label = label;
        if !is_key(&option.key) || !keys.insert(option.key.clone()) {
            return false;
        }
    }
    true
}
