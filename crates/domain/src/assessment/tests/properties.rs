//! What holds of every questionnaire and every set of answers.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

/// Questions in random kinds, some of which hang on a choice before them.
fn questionnaires() -> impl Strategy<Value = Questionnaire> {
    let kinds = prop::sample::select(QuestionKind::ALL);
    let one = (
        kinds,
        any::<bool>(),
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    prop::collection::vec(one, 1..12).prop_map(|rows| {
        let mut questions: Vec<Question> = Vec::new();
        for (at, (kind, required, on, hangs)) in rows.into_iter().enumerate() {
            let choices = questions.iter().filter(|q| !q.options.is_empty());
            let choices: Vec<String> = choices.map(|q| q.key.clone()).collect();
            let hangs = hangs && !choices.is_empty();
            let shown_when = hangs.then(|| on.get(&choices)).map(|key| when(key, "yes"));
            questions.push(Question {
                required,
                shown_when,
                ..question(&format!("q{at}"), kind)
            });
        }
        Questionnaire::parse(questions).unwrap()
    })
}

fn answers() -> impl Strategy<Value = Answer> {
    let key = prop::sample::select(vec!["yes", "no", "never"]);
    prop_oneof![
        ".{0,8}".prop_map(Answer::Text),
        any::<f64>().prop_map(Answer::Number),
        Just(Answer::Date(NaiveDate::MIN)),
        key.prop_map(choice),
        prop::sample::subsequence(vec!["yes", "no", "some"], 0..=3).prop_map(|keys| choices(&keys)),
    ]
}

/// An answer that fits the question.
fn fitting(kind: QuestionKind, yes: bool) -> Answer {
    let key = if yes { "yes" } else { "no" };
    match kind {
        Text => text("a"),
        Number => Answer::Number(1.5),
        Date => Answer::Date(NaiveDate::MIN),
        SingleChoice => choice(key),
        MultipleChoice => choices(&[key]),
    }
}

fn shown(question: &Question, given: impl Fn(&str, &str) -> bool) -> bool {
    let condition = question.shown_when.as_ref();
    condition.is_none_or(|when| given(&when.question, &when.option))
}

proptest! {
    #[test]
    fn cx05_what_is_taken_answers_every_required_question_that_is_shown_and_none_that_is_not(
        form in questionnaires(),
        given in prop::collection::vec(("q[0-9]{1,2}", answers()), 0..14),
    ) {
        let named: Vec<String> = given.iter().map(|(key, _)| key.clone()).collect();
        match form.answer(given) {
            Ok(answered) => {
                let chose = |key: &str, option: &str| answered.iter().any(|a| {
                    let Given::Options(options) = &a.given else { return false };
                    a.question == key && options.iter().any(|o| o.key == option)
                });
                for question in form.questions() {
                    let has = answered.iter().any(|a| a.question == question.key);
                    prop_assert!(!has || shown(question, chose));
                    prop_assert!(has || !question.required || !shown(question, chose));
                }
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                let mut once: Vec<&Option<String>> = faults.iter().map(|f| &f.question).collect();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), faults.len());
                for fault in faults.iter().filter(|f| f.problem == Invalid) {
                    prop_assert!(fault.question.as_ref().is_none_or(|key| named.contains(key)));
                }
            }
        }
    }

    #[test]
    fn cx05_exactly_what_was_left_out_or_spoilt_is_listed(
        form in questionnaires(),
        rows in prop::collection::vec((any::<bool>(), 0..4_u8), 12),
    ) {
        // Whole and right, and then spoilt where nothing hangs on it.
        let (mut whole, mut expect) = (Vec::new(), Vec::new());
        let mut chosen: Vec<String> = Vec::new();
        for (question, (yes, spoil)) in form.questions().iter().zip(rows) {
            if !shown(question, |key, _| chosen.iter().any(|of| of == key)) {
                continue;
            }
            let hung_on = |q: &Question| q.shown_when.as_ref().is_some_and(|w| w.question == question.key);
            let free = !form.questions().iter().any(hung_on);
            let answer = fitting(question.kind, yes);
            match spoil {
                0 if free && question.required => expect.push((question.key.clone(), Required)),
                0 if free => {}
                1 if free => {
                    let other = if question.kind == Text { Answer::Number(1.0) } else { text("a") };
                    whole.push((question.key.clone(), other));
                    expect.push((question.key.clone(), Invalid));
                }
                _ => {
                    if yes && !question.options.is_empty() {
                        chosen.push(question.key.clone());
                    }
                    whole.push((question.key.clone(), answer));
                }
            }
        }
        let faults = form.answer(whole).err().unwrap_or_default();
        let faults: Vec<_> = faults.into_iter().map(|f| (f.question.unwrap_or_default(), f.problem)).collect();
        prop_assert_eq!(faults, expect);
    }

    #[test]
    fn c33_what_was_checked_is_stored_and_read_as_it_was(
        form in questionnaires(),
        least in any::<f64>().prop_filter_map("a number", crate::assessment::Number::new),
    ) {
        let mut questions = form.questions().to_vec();
        if questions[0].kind == Number {
            questions[0].min = Some(least);
        }
        let form = Questionnaire::parse(questions).unwrap();
        let json = serde_json::to_string(&form).unwrap();
        let read: Questionnaire = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &form);
        prop_assert_eq!(Questionnaire::parse(read.questions().to_vec()), Ok(form));
    }
}
