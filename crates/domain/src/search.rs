//! Full-text search: what a word is, what a query asks for, and where a text answers it.
//!
//! Both databases index the words that [`words`] finds and nothing else decides what a word is, so
//! that the same query has the same hits on either.
//!
//! - Letters are compared without case and without diacritics; compatibility forms (full width,
//!   ligatures) count as what they stand for.
//! - Whatever is no letter, mark or digit parts words. In scripts that are written without spaces
//!   each letter is a word, and those that stand together are a phrase.
//! - No character of a query is syntax but the quotation mark.

mod excerpt;
mod fold;
mod query;

pub use excerpt::{Excerpt, ExcerptPart};
pub use query::{SearchProblem, SearchQuery, SearchTerm};

/// Words of one text that are indexed: all that any but the oddest message has. PostgreSQL knows
/// no place in a text behind 16,383.
pub const MAX_WORDS: usize = 16_000;
/// Bytes of one text's folded words that are indexed: PostgreSQL takes a vector of one mebibyte, and
/// there are letters that come to many.
pub const MAX_FOLDED_BYTES: usize = 512 * 1024;
/// Characters of a word that count, once it is folded; the rest of a longer one is not looked at.
pub const MAX_WORD_CHARS: usize = 64;
/// Longest query, in Unicode scalar values.
pub const MAX_QUERY_CHARS: usize = 200;
/// Most words of one query.
pub const MAX_QUERY_WORDS: usize = 16;
/// Fewest letters of a last word for which longer words are found, too. Fewer would stand for a
/// good part of everything that was ever written.
pub const MIN_PREFIX_CHARS: usize = 3;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as it is compared: letters, marks and digits, in lower case, without diacritics.
    pub folded: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
}

/// The first [`MAX_WORDS`] words of a text, of [`MAX_FOLDED_BYTES`] in all.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut open: Option<(Word, usize)> = None;
    let mut bytes = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        fold::each(c, |folded| match folded {
            fold::Folded::Apart => found.extend(open.take().map(|(word, _)| word)),
            fold::Folded::Alone(c) => {
                found.extend(open.take().map(|(word, _)| word));
                bytes += c.len_utf8();
                found.push(Word {
                    folded: c.to_string(),
                    start: at,
                    end,
                });
            }
            fold::Folded::Letter(c) => {
                let (word, chars) = open.get_or_insert_with(|| {
                    let folded = String::with_capacity(8);
                    let start = at;
                    (Word { folded, start, end }, 0)
                });
                word.end = end;
                if *chars < MAX_WORD_CHARS {
                    word.folded.push(c);
                    *chars += 1;
                    bytes += c.len_utf8();
                }
            }
        });
        if found.len() >= MAX_WORDS || bytes > MAX_FOLDED_BYTES {
            found.truncate(MAX_WORDS);
            return found;
        }
    }
    found.extend(open.map(|(word, _)| word));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn cx18_words_are_compared_without_case_and_diacritics() {
        for (text, expect) in [
            ("", &[] as &[&str]),
            (" .,!\n", &[]),
            ("See you, Thursday!", &["see", "you", "thursday"]),
            ("Crème BRÛLÉE", &["creme", "brulee"]),
            ("Cre\u{300}me", &["creme"]),
            ("Müller's Straße", &["muller", "s", "strasse"]),
            ("İstanbul ILIK ılık", &["istanbul", "ilik", "ilik"]),
            ("Łódź Ærø Þórr", &["lodz", "aero", "thorr"]),
            ("ΟΔΟΣ οδος ὁδός", &["οδοσ", "οδοσ", "οδοσ"]),
            ("Ёлка й", &["елка", "и"]),
            ("10:30 a.m. e-mail", &["10", "30", "a", "m", "e", "mail"]),
            ("ﬁne ＡＢＣ１ ①", &["fine", "abc1", "1"]),
            ("don\u{2019}t don't", &["don", "t", "don", "t"]),
            ("חָבֵר مُحَمَّد", &["חבר", "محمد"]),
            ("薬を飲む", &["薬", "を", "飲", "む"]),
            ("no\u{ad}ted zero\u{200b}width", &["noted", "zero", "width"]),
            ("a\u{0}b 🙂 c", &["a", "b", "c"]),
        ] {
            assert_eq!(folded(text), expect, "{text:?}");
        }
        // Vowel signs of Indic scripts tell words apart.
        assert_ne!(folded("की"), folded("का"));
        assert_eq!(folded("नमस्ते").len(), 1);
    }

    #[test]
    fn cx18_words_know_where_they_stand() {
        let text = "Ça ﬃ 薬!";
        let found: Vec<&str> = words(text)
            .iter()
            .map(|word| &text[word.start..word.end])
            .collect();
        assert_eq!(found, ["Ça", "ﬃ", "薬"]);
    }

    #[test]
    fn cx18_words_are_bounded() {
        let many = "a ".repeat(MAX_WORDS + 10);
        assert_eq!(words(&many).len(), MAX_WORDS);
        let long = words(&"é".repeat(1_000));
        assert_eq!(long.len(), 1);
        assert_eq!(long[0].folded, "e".repeat(MAX_WORD_CHARS));
        assert_eq!(long[0].end, 2_000);
    }
}
