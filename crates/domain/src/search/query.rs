//! What a query asks for.

use super::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, MIN_PREFIX_CHARS, words};

/// Words that must stand behind each other, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchTerm {
    /// The words, folded; at least one.
    pub words: Vec<String>,
    /// Whether the last of them may go on.
    pub prefix: bool,
}

/// A query: a text answers it if each of its terms stands in it, wherever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// The terms; at least one.
    pub terms: Vec<SearchTerm>,
}

/// Why a query cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchProblem {
    /// It has no word.
    Empty,
    /// It has more than [`MAX_QUERY_CHARS`] characters, or more than [`MAX_QUERY_WORDS`] words.
    TooLong,
}

impl SearchQuery {
    /// Reads a query as a person types it.
    ///
    /// What stands between quotation marks is a phrase, and so is what is written without a space
    /// but has several words (`10:30`, `e-mail`). The last word, unless it is quoted, also stands
    /// for those that begin with it, if it has [`MIN_PREFIX_CHARS`] letters. Everything else is
    /// text: `AND`, `*`, `-` and their like mean nothing.
    pub fn parse(text: &str) -> Result<Self, SearchProblem> {
        if text.chars().nth(MAX_QUERY_CHARS).is_some() {
            return Err(SearchProblem::TooLong);
        }
        let mut terms = Vec::new();
        // Every other part is quoted; a mark that is never closed quotes all behind it.
        for (part, quoted) in text
            .split(['"', '“', '”', '„'])
            .zip([false, true].iter().cycle())
        {
            if *quoted {
                terms.extend(term(part));
            } else {
                terms.extend(part.split_whitespace().filter_map(term));
            }
        }
        let ends_in_words = text
            .chars()
            .next_back()
            .is_some_and(|last| !words(last.encode_utf8(&mut [0; 4])).is_empty());
        let quoted = text.matches(['"', '“', '”', '„']).count() % 2 == 1;
        if let Some(last) = terms.last_mut().filter(|_| ends_in_words && !quoted) {
            let letters = last.words.last().map_or(0, |word| word.chars().count());
            last.prefix = letters >= MIN_PREFIX_CHARS;
        }
        let count: usize = terms.iter().map(|term| term.words.len()).sum();
        match count {
            0 => Err(SearchProblem::Empty),
            1..=MAX_QUERY_WORDS => Ok(Self { terms }),
            _ => Err(SearchProblem::TooLong),
        }
    }
}

fn term(text: &str) -> Option<SearchTerm> {
    let words: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
    (!words.is_empty()).then_some(SearchTerm {
        words,
        prefix: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query as its terms: words of a phrase by `+`, a prefix by `*`.
    fn read(text: &str) -> String {
        let query = SearchQuery::parse(text).unwrap();
        let term = |term: &SearchTerm| {
            let star = if term.prefix { "*" } else { "" };
            term.words.join("+") + star
        };
        let terms: Vec<String> = query.terms.iter().map(term).collect();
        terms.join(" ")
    }

    #[test]
    fn cx18_a_query_is_words_phrases_and_a_beginning() {
        for (text, expect) in [
            ("sleep", "sleep*"),
            ("sleep ", "sleep"),
            ("Sleep DIARY", "sleep diary*"),
            ("at", "at"),
            ("\"see you\" thurs", "see+you thurs*"),
            ("“see you” thurs", "see+you thurs*"),
            ("thurs \"see you\"", "thurs see+you"),
            ("\"see you", "see+you"),
            ("10:30", "10+30"),
            ("e-mail", "e+mail*"),
            ("薬を", "薬+を"),
            ("\"\" a \"\"", "a"),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }

    #[test]
    fn cx18_no_operator_is_syntax() {
        for (text, expect) in [
            ("sleep* OR diary", "sleep or diary*"),
            ("NEAR(sleep diary, 3)", "near+sleep diary 3"),
            ("words:sleep", "words+sleep*"),
            ("-sleep ^diary", "sleep diary*"),
            ("sleep & diary | !x <-> ab:*", "sleep diary x ab"),
            ("'; DROP TABLE message; --", "drop table message"),
            ("(((", ""),
            ("{a b}: c' \\", "a b c"),
        ] {
            match SearchQuery::parse(text) {
                Ok(_) => assert_eq!(read(text), expect, "{text}"),
                Err(problem) => assert_eq!((problem, ""), (SearchProblem::Empty, expect)),
            }
        }
    }

    #[test]
    fn cx18_a_query_is_bounded() {
        let parse = |text: &str| SearchQuery::parse(text).map(|query| query.terms.len());
        for empty in ["", "  ", "\"\"", "?!", "\u{200b}", "🙂"] {
            assert_eq!(parse(empty), Err(SearchProblem::Empty), "{empty:?}");
        }
        assert_eq!(parse(&"é".repeat(200)), Ok(1));
        assert_eq!(parse(&"é".repeat(201)), Err(SearchProblem::TooLong));
        assert_eq!(parse(&"a ".repeat(16)), Ok(16));
        assert_eq!(parse(&"a ".repeat(17)), Err(SearchProblem::TooLong));
        assert_eq!(parse(&"薬".repeat(17)), Err(SearchProblem::TooLong));
    }
}
