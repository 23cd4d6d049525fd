//! Questionnaires and answers, by the rules of CX-04 and CX-05.

mod properties;

use chrono::NaiveDate;

use super::AnswerProblem::{Invalid, Required};
use super::*;
use crate::vocabulary::QuestionKind::{self, Date, MultipleChoice, Number, SingleChoice, Text};

fn question(key: &str, kind: QuestionKind) -> Question {
    let options = match kind {
        SingleChoice | MultipleChoice => vec![option("yes"), option("no"), option("some")],
        _ => Vec::new(),
    };
    Question {
        key: key.to_owned(),
        prompt: format!("Question {key}?"),
        kind,
        required: false,
        max_chars: None,
        min: None,
        max: None,
        options,
        shown_when: None,
    }
}

fn option(key: &str) -> ChoiceOption {
    ChoiceOption {
        key: key.to_owned(),
        label: key.to_uppercase(),
    }
}

fn when(question: &str, option: &str) -> Condition {
    Condition {
        question: question.to_owned(),
        option: option.to_owned(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn number(number: f64) -> Option<super::Number> {
    super::Number::new(number)
}

fn text(text: &str) -> Answer {
    Answer::Text(text.to_owned())
}

fn choice(key: &str) -> Answer {
    Answer::Choice(key.to_owned())
}

fn choices(keys: &[&str]) -> Answer {
    Answer::Choices(keys.iter().map(|key| (*key).to_owned()).collect())
}

/// One question of each kind; `more` is shown where `some` is chosen, `why` where `more` says no.
fn housing() -> Questionnaire {
    let required = |key, kind| Question {
        required: true,
        ..question(key, kind)
    };
    Questionnaire::parse(vec![
        required("home", SingleChoice),
        Question {
            max_chars: Some(5),
            ..required("where", Text)
        },
        Question {
            min: number(0.0),
            max: number(30.0),
            ..required("nights", Number)
        },
        question("since", Date),
        required("needs", MultipleChoice),
        Question {
            shown_when: Some(when("needs", "some")),
            ..required("more", SingleChoice)
        },
        Question {
            shown_when: Some(when("more", "no")),
            ..required("why", Text)
        },
    ])
    .unwrap()
}

fn judged(answers: &[(&str, Answer)]) -> Result<Vec<Answered>, Vec<(String, AnswerProblem)>> {
    let answers = answers.iter();
    let answers = answers.map(|(key, answer)| ((*key).to_owned(), answer.clone()));
    housing().answer(answers.collect()).map_err(|faults| {
        faults
            .into_iter()
            .map(|f| (f.question.unwrap_or_default(), f.problem))
            .collect()
    })
}

fn wrong(list: &[(&str, AnswerProblem)]) -> Vec<(String, AnswerProblem)> {
    list.iter()
        .map(|(key, what)| ((*key).to_owned(), *what))
        .collect()
}

fn whole() -> Vec<(&'static str, Answer)> {
    vec![
        ("needs", choices(&["some", "yes"])),
        ("home", choice("no")),
        ("where", text("  tent ")),
        ("nights", Answer::Number(30.0)),
        ("since", Answer::Date(day("2026-02-28"))),
        ("more", choice("no")),
        ("why", text("Rent.\nWork.")),
    ]
}

#[test]
fn cx05_what_is_answered_comes_back_in_full_in_the_order_of_the_questions() {
    let answered = judged(&whole()).unwrap();
    let keys: Vec<&str> = answered.iter().map(|a| a.question.as_str()).collect();
    assert_eq!(
        keys,
        ["home", "where", "nights", "since", "needs", "more", "why"]
    );
    assert_eq!(answered[1].prompt, "Question where?");
    assert_eq!(answered[1].given, Given::Text("tent".to_owned()));
    assert_eq!(
        answered[4].given,
        Given::Options(vec![option("yes"), option("some")])
    );
    let json = serde_json::to_string(&answered).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<Answered>>(&json).unwrap(),
        answered
    );
}

#[test]
fn cx05_everything_that_is_missing_or_wrong_is_listed_at_once() {
    assert_eq!(
        judged(&[]).unwrap_err(),
        wrong(&[
            ("home", Required),
            ("where", Required),
            ("nights", Required),
            ("needs", Required)
        ])
    );
    let answers = [
        ("nights", Answer::Number(30.5)),
        ("where", text("under the bridge")),
        ("home", text("no")),
        ("needs", choices(&["some"])),
        ("since", choice("yes")),
        ("else", text("?")),
        ("more or less", text("?")),
    ];
    assert_eq!(
        judged(&answers).unwrap_err(),
        wrong(&[
            ("home", Invalid),
            ("where", Invalid),
            ("nights", Invalid),
            ("since", Invalid),
            ("more", Required),
            ("", Invalid)
        ])
    );
}

#[test]
fn cx05_what_is_no_answer_is_refused() {
    for (key, answer, problem) in [
        ("home", choice("never"), Invalid),
        ("home", choices(&["yes"]), Invalid),
        ("where", text(" \n "), Required),
        ("where", text("a\u{0}b"), Invalid),
        ("where", text("üüüüüü"), Invalid),
        ("where", Answer::Number(1.0), Invalid),
        ("nights", Answer::Number(-0.5), Invalid),
        ("nights", Answer::Number(f64::NAN), Invalid),
        ("nights", Answer::Number(f64::INFINITY), Invalid),
        ("nights", text("3"), Invalid),
        ("since", text("2026-02-28"), Invalid),
        ("needs", choices(&["yes", "yes"]), Invalid),
        ("needs", choices(&["yes", "never"]), Invalid),
        ("needs", choices(&[]), Required),
        ("needs", choice("yes"), Invalid),
    ] {
        let mut answers = whole();
        answers.retain(|(of, _)| *of != key && !["more", "why"].contains(of));
        if key != "needs" {
            answers.retain(|(of, _)| *of != "needs");
            answers.push(("needs", choices(&["yes"])));
        }
        answers.push((key, answer.clone()));
        assert_eq!(
            judged(&answers).unwrap_err(),
            wrong(&[(key, problem)]),
            "{key} {answer:?}"
        );
    }
    let mut twice = whole();
    twice.push(("where", text("tent")));
    assert_eq!(judged(&twice).unwrap_err(), wrong(&[("where", Invalid)]));
    let mut fits = whole();
    fits[2].1 = text("üüüüü");
    assert!(judged(&fits).is_ok());
}

#[test]
fn cx05_a_question_that_is_not_shown_is_not_asked_and_not_answered() {
    let mut answers = whole();
    answers[0].1 = choices(&["no"]);
    assert_eq!(
        judged(&answers).unwrap_err(),
        wrong(&[("more", Invalid), ("why", Invalid)])
    );
    answers.truncate(5);
    assert_eq!(judged(&answers).unwrap().len(), 5);
    // What hangs on an answer that is none is not guessed: neither asked for nor refused.
    let mut answers = whole();
    answers[0].1 = choices(&["never"]);
    assert_eq!(judged(&answers).unwrap_err(), wrong(&[("needs", Invalid)]));
    answers.truncate(5);
    assert_eq!(judged(&answers).unwrap_err(), wrong(&[("needs", Invalid)]));
    // It is still looked at whether it is an answer.
    answers.push(("more", choice("never")));
    assert_eq!(
        judged(&answers).unwrap_err(),
        wrong(&[("needs", Invalid), ("more", Invalid)])
    );
}

fn part(at: usize, part: &'static str) -> QuestionFault {
    QuestionFault::Part(at, part)
}

#[test]
fn c33_everything_that_is_wrong_with_a_questionnaire_is_listed() {
    let mut wrong = vec![
        question("a b", Text),
        question("same", SingleChoice),
        question("same", Text),
        question("blank", Text),
        question("later", Text),
        question("choice", MultipleChoice),
        question("bounds", Number),
        question("long", Text),
    ];
    wrong[3].prompt = " \n".to_owned();
    wrong[4].shown_when = Some(when("choice", "yes"));
    wrong[5].options[1].key = "yes".to_owned();
    wrong[6].min = number(2.0);
    wrong[6].max = number(1.0);
    wrong[6].max_chars = Some(1);
    wrong[7].max_chars = Some(10_001);
    wrong[7].options = vec![option("yes")];
    assert_eq!(
        Questionnaire::parse(wrong).unwrap_err(),
        [
            part(0, "key"),
            part(2, "key"),
            part(3, "prompt"),
            part(4, "shownWhen"),
            part(5, "options"),
            part(6, "maxChars"),
            part(6, "max"),
            part(7, "maxChars"),
            part(7, "options"),
        ]
    );
}

#[test]
fn c33_a_question_hangs_on_a_choice_that_was_asked_before_it() {
    for (condition, fits) in [
        (when("first", "yes"), true),
        (when("first", "never"), false),
        (when("text", "yes"), false),
        (when("second", "yes"), false),
        (when("third", "yes"), false),
        (when("nothing", "yes"), false),
    ] {
        let second = Question {
            shown_when: Some(condition.clone()),
            ..question("second", SingleChoice)
        };
        let questions = vec![
            question("first", SingleChoice),
            question("text", Text),
            second,
            question("third", SingleChoice),
        ];
        let parsed = Questionnaire::parse(questions).map(|_| ());
        let expect = if fits {
            Ok(())
        } else {
            Err(vec![part(2, "shownWhen")])
        };
        assert_eq!(parsed, expect, "{condition:?}");
    }
}

#[test]
fn c33_a_questionnaire_has_1_to_200_questions_and_a_choice_1_to_100_options() {
    let many = |n: usize| (0..n).map(|n| question(&format!("q{n}"), Text)).collect();
    assert_eq!(
        Questionnaire::parse(many(0)).unwrap_err(),
        [QuestionFault::Number]
    );
    assert!(Questionnaire::parse(many(200)).is_ok());
    assert_eq!(
        Questionnaire::parse(many(201)).unwrap_err(),
        [QuestionFault::Number]
    );
    for (options, fits) in [(0, false), (1, true), (100, true), (101, false)] {
        let options = (0..options).map(|n| option(&format!("o{n}"))).collect();
        let choice = Question {
            options,
            ..question("a", SingleChoice)
        };
        assert_eq!(Questionnaire::parse(vec![choice]).is_ok(), fits);
    }
    for (prompt, fits) in [(1_000, true), (1_001, false)] {
        let long = Question {
            prompt: "ü".repeat(prompt),
            ..question("a", Text)
        };
        assert_eq!(Questionnaire::parse(vec![long]).is_ok(), fits);
    }
}

#[test]
fn c33_a_title_is_not_blank_and_has_at_most_200_characters() {
    assert_eq!(
        AssessmentTitle::parse(" Housing ").unwrap().as_str(),
        "Housing"
    );
    assert!(AssessmentTitle::parse(&"ü".repeat(200)).is_some());
    for text in ["", " \t", "a\nb", "a\u{0}", &"ü".repeat(201)] {
        assert_eq!(AssessmentTitle::parse(text), None, "{text:?}");
    }
}

#[test]
fn cx04_an_assessment_is_of_today_or_of_the_year_before() {
    let today = day("2026-06-15");
    for (of, fits) in [
        ("2026-06-15", true),
        ("2026-06-16", false),
        ("2026-06-14", true),
        ("2025-06-14", true),
        ("2025-06-13", false),
        ("9999-12-31", false),
        ("0000-01-01", false),
    ] {
        assert_eq!(may_be_of(today, day(of)), fits, "{of}");
    }
}
