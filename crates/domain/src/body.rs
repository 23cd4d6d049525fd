//! Untrusted text turned into values that the rest of the house may trust.

use std::fmt;

use crate::limits;

/// The text of a message: not blank, within bounds, free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

/// The bounds that hold for one author (K16, P-43), in Unicode scalar values.
#[derive(Clone, Copy, Debug)]
pub struct BodyRules {
    /// Fewest characters, at least 1.
    pub min: usize,
    /// Most characters, at most [`limits::MAX_BODY_CHARS`].
    pub max: usize,
}

/// Why a text is no message body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyProblem {
    /// Nothing but white space and invisible characters (S-12, T-30).
    Blank,
    /// Fewer characters than the agency's policy asks for.
    TooShort {
        /// The bound.
        min: usize,
    },
    /// More characters than allowed.
    TooLong {
        /// The bound.
        max: usize,
    },
}

/// Characters that take no room and mean nothing by themselves; a text of them alone is blank.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{00AD}' | '\u{034F}' | '\u{180E}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

impl Body {
    /// Parses a message's text: line ends become `\n`, control characters other than tab and line
    /// end go, white space around the text goes.
    pub fn parse(text: &str, rules: BodyRules) -> Result<Self, BodyProblem> {
        // A text is refused by its length before any copy is made of it. Trimming can only
        // shorten it, so count what is left when the raw text is over the bound.
        let max = rules.max.min(limits::MAX_BODY_CHARS);
        let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if trimmed.chars().all(is_invisible) {
            return Err(BodyProblem::Blank);
        }
        let mut clean = String::with_capacity(trimmed.len().min(max * 4));
        let mut count = 0;
        let mut chars = trimmed.chars().peekable();
        while let Some(c) = chars.next() {
            let c = match c {
                '\r' => {
                    if chars.peek() == Some(&'\n') {
                        continue;
                    }
                    '\n'
                }
                '\n' | '\t' => c,
                c if c.is_control() => continue,
                c => c,
            };
            count += 1;
            if count > max {
                return Err(BodyProblem::TooLong { max });
            }
            clean.push(c);
        }
        if count < rules.min {
            return Err(BodyProblem::TooShort { min: rules.min });
        }
        Ok(Self(clean))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as HTML: escaped, a paragraph for each block, a `<br>` for each line.
    #[must_use]
    pub fn html_of(text: &str) -> String {
        let mut html = String::with_capacity(text.len() + 16);
        for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
            html.push_str("<p>");
            for c in block.trim_matches('\n').chars() {
                match c {
                    '&' => html.push_str("&amp;"),
                    '<' => html.push_str("&lt;"),
                    '>' => html.push_str("&gt;"),
                    '"' => html.push_str("&quot;"),
                    '\'' => html.push_str("&#39;"),
                    '\n' => html.push_str("<br>"),
                    c => html.push(c),
                }
            }
            html.push_str("</p>");
        }
        html
    }
}

/// The subject of a thread: one line of at most 255 characters. Health information: it never
/// leaves in a mail, a log or an error text (K9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

/// Why a text is no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectProblem {
    /// Nothing visible in it.
    Blank,
    /// More than [`limits::MAX_SUBJECT_CHARS`] characters.
    TooLong,
}

impl Subject {
    /// Parses a subject: white space and control characters collapse to single spaces.
    pub fn parse(text: &str) -> Result<Self, SubjectProblem> {
        if text.chars().all(is_invisible) {
            return Err(SubjectProblem::Blank);
        }
        if text.len() > limits::MAX_SUBJECT_CHARS * 16 {
            return Err(SubjectProblem::TooLong);
        }
        let line = text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if line.chars().count() > limits::MAX_SUBJECT_CHARS {
            return Err(SubjectProblem::TooLong);
        }
        Ok(Self(line))
    }

    /// The subject of a thread that got none (K9).
    #[must_use]
    pub fn none() -> Self {
        Self(limits::DEFAULT_SUBJECT.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key that a client makes for one write, so that a repeat is recognised (G4): 1 to 128 visible
/// ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses a key; none if it is empty, too long or holds anything but visible ASCII.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=limits::MAX_IDEMPOTENCY_KEY).contains(&text.len());
        (fits && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: BodyRules = BodyRules {
        min: 1,
        max: limits::MAX_BODY_CHARS,
    };

    #[test]
    fn s12_t30_a_blank_body_is_refused() {
        for blank in [
            "",
            "   ",
            "\r\n\t",
            "\u{200B}\u{FEFF}",
            "\0\0",
            "\u{00A0}",
            "\u{3164}\u{2800}",
        ] {
            assert_eq!(
                Body::parse(blank, RULES),
                Err(BodyProblem::Blank),
                "{blank:?}"
            );
        }
    }

    #[test]
    fn k16_the_bound_counts_unicode_scalar_values() {
        let fits = "ü".repeat(limits::MAX_BODY_CHARS);
        assert!(Body::parse(&fits, RULES).is_ok());
        let over = "ü".repeat(limits::MAX_BODY_CHARS + 1);
        assert_eq!(
            Body::parse(&over, RULES),
            Err(BodyProblem::TooLong {
                max: limits::MAX_BODY_CHARS
            })
        );
        let rules = BodyRules { min: 10, max: 20 };
        assert_eq!(
            Body::parse("123456789", rules),
            Err(BodyProblem::TooShort { min: 10 })
        );
        assert!(Body::parse("1234567890", rules).is_ok());
    }

    #[test]
    fn line_ends_become_one_kind_and_control_characters_go() {
        let body = Body::parse("  a\r\nb\rc\u{7}\n\td  ", RULES).unwrap();
        assert_eq!(body.as_str(), "a\nb\nc\n\td");
    }

    #[test]
    fn html_is_escaped() {
        let html = Body::html_of("<script>\"x\" & 'y'\nnext\n\nblock");
        assert_eq!(
            html,
            "<p>&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;<br>next</p><p>block</p>"
        );
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(
            Subject::parse(" Your\n visit\u{0} ").unwrap().as_str(),
            "Your visit"
        );
        assert_eq!(Subject::parse(" \n "), Err(SubjectProblem::Blank));
        assert_eq!(
            Subject::parse(&"x".repeat(256)),
            Err(SubjectProblem::TooLong)
        );
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii() {
        assert!(IdempotencyKey::parse("a-1_B:2").is_some());
        for bad in ["", " ", "a b", "ü", "a\n"] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad:?}");
        }
        assert!(IdempotencyKey::parse(&"k".repeat(129)).is_none());
    }
}
