//! Where a text answers a query, for whoever looks at the hits.

use super::{SearchQuery, SearchTerm, Word, words};

/// Characters of an excerpt at most, white space drawn together; a little more where its end falls
/// into a word that was sought.
const LENGTH: usize = 200;
/// Characters before the first word that was sought, at most.
const BEFORE: usize = 60;

/// A piece of a text around the first word that was sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Its parts in order: together the piece of the text, every run of white space as one space.
    pub parts: Vec<ExcerptPart>,
    /// Whether there is text before it.
    pub cut_before: bool,
    /// Whether there is text behind it.
    pub cut_after: bool,
}

/// A part of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptPart {
    /// Its text: plain, never markup.
    pub text: String,
    /// Whether it is a word that was sought.
    pub marked: bool,
}

impl SearchQuery {
    /// The piece of the text that shows where it answers the query; none if it does not.
    #[must_use]
    pub fn excerpt(&self, text: &str) -> Option<Excerpt> {
        let words = words(text);
        let mut marked = vec![false; words.len()];
        for term in &self.terms {
            if !mark(term, &words, &mut marked) {
                return None;
            }
        }
        let first = marked.iter().position(|marked| *marked)?;
        let start = back(text, words[first].start);
        Some(cut(text, start, &words, &marked))
    }
}

/// Marks every place where the term stands; whether there is one.
fn mark(term: &SearchTerm, words: &[Word], marked: &mut [bool]) -> bool {
    let length = term.words.len();
    let mut found = false;
    for at in 0..(words.len() + 1).saturating_sub(length) {
        let here = words[at..].iter().zip(&term.words).enumerate();
        let stands = here.into_iter().all(|(i, (word, sought))| {
            let goes_on = term.prefix && i + 1 == length && word.folded.starts_with(sought);
            goes_on || word.folded == *sought
        });
        if stands {
            marked[at..at + length].fill(true);
            found = true;
        }
    }
    found
}

/// Where the excerpt begins: some characters before, behind white space if there is any.
fn back(text: &str, first: usize) -> usize {
    let before = &text[..first];
    let mut back = before.char_indices().rev().take(BEFORE);
    let furthest = back.by_ref().last().map_or(first, |(at, _)| at);
    if furthest == 0 {
        return 0;
    }
    let space = before[furthest..].find(char::is_whitespace);
    space.map_or(furthest, |at| {
        let rest = &before[furthest + at..];
        furthest + at + (rest.len() - rest.trim_start().len())
    })
}

fn cut(text: &str, start: usize, words: &[Word], marked: &[bool]) -> Excerpt {
    let mut parts: Vec<ExcerptPart> = Vec::new();
    let mut chars = 0;
    let mut space = false;
    let mut end = text.len();
    let mut sought = words
        .iter()
        .zip(marked)
        .filter(|(word, marked)| **marked && word.start >= start)
        .map(|(word, _)| word)
        .peekable();
    for (at, c) in text[start..].char_indices() {
        let at = start + at;
        while sought.next_if(|word| word.end <= at).is_some() {}
        let inside = sought.peek().is_some_and(|word| word.start <= at);
        if chars >= LENGTH && !inside {
            end = at;
            break;
        }
        if c.is_whitespace() || c.is_control() {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) && chars > 0 {
            push(&mut parts, ' ', false);
            chars += 1;
        }
        push(&mut parts, c, inside);
        chars += 1;
    }
    Excerpt {
        parts,
        cut_before: !text[..start].trim().is_empty(),
        cut_after: !text[end..].trim().is_empty(),
    }
}

fn push(parts: &mut Vec<ExcerptPart>, c: char, marked: bool) {
    match parts.last_mut() {
        Some(part) if part.marked == marked => part.text.push(c),
        _ => parts.push(ExcerptPart {
            text: c.to_string(),
            marked,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An excerpt with its marked parts in brackets and a dot for what is cut.
    fn shown(query: &str, text: &str) -> Option<String> {
        let excerpt = SearchQuery::parse(query).unwrap().excerpt(text)?;
        let part = |part: &ExcerptPart| {
            if part.marked {
                format!("[{}]", part.text)
            } else {
                part.text.clone()
            }
        };
        let parts: String = excerpt.parts.iter().map(part).collect();
        let dots = |cut| if cut { "…" } else { "" };
        Some(dots(excerpt.cut_before).to_owned() + &parts + dots(excerpt.cut_after))
    }

    #[test]
    fn cx18_an_excerpt_marks_what_was_sought() {
        for (query, text, expect) in [
            ("sleep", "Sleep well", "[Sleep] well"),
            ("brulee", "Une crème\n\n brûlée!", "Une crème [brûlée]!"),
            ("slee", "a sleepless sleep", "a [sleepless] [sleep]"),
            ("\"see you\"", "you see you see", "you [see] [you] see"),
            ("see you", "you <b>see</b>", "[you] <b>[see]</b>"),
            ("10:30", "at 10:30, 30:10", "at [10]:[30], 30:10"),
            ("strasse", "Hauptstr. Straße", "Hauptstr. [Straße]"),
            ("薬を", "薬を飲む", "[薬を]飲む"),
        ] {
            assert_eq!(shown(query, text).as_deref(), Some(expect), "{query}");
        }
        for (query, text) in [
            ("sleep ", "sleepless"),
            ("sleep diary", "sleep"),
            ("\"you see\"", "see you"),
            ("\"see yo\"", "see you"),
            ("sl", "sleep"),
        ] {
            assert_eq!(shown(query, text), None, "{query}");
        }
    }

    #[test]
    fn cx18_an_excerpt_is_short_whatever_the_text() {
        let text = format!("{} needle {}", "before ".repeat(900), "after ".repeat(900));
        let found = shown("needle", &text).unwrap();
        assert!(
            found.starts_with("…before ") && found.ends_with('…'),
            "{found}"
        );
        assert!(found.contains(" [needle] after"), "{found}");
        let excerpt = SearchQuery::parse("needle")
            .unwrap()
            .excerpt(&text)
            .unwrap();
        let chars: usize = excerpt.parts.iter().map(|p| p.text.chars().count()).sum();
        assert!((LENGTH..=LENGTH + 10).contains(&chars), "{chars}");
        let solid = format!("{}needle", "ö".repeat(9_000) + ".");
        assert!(shown("needle", &solid).unwrap().ends_with(".[needle]"));
    }
}
