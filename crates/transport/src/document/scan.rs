//! A look at the text of a document before it is parsed: what is too deep or too long costs no more.

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The deepest nesting of brackets.
    pub(super) nesting: usize,
    /// Lexical tokens: names, values, punctuators.
    pub(super) tokens: usize,
}

const QUOTES: &[u8] = b"\"\"\"";

/// Scans outside strings and comments.
pub(super) fn scan(text: &[u8]) -> Scan {
    let (mut found, mut depth, mut at) = (Scan::default(), 0_usize, 0_usize);
    while let Some(byte) = text.get(at) {
        let token = match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                found.nesting = found.nesting.max(depth);
                true
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                true
            }
            b'#' => {
                at = skip(text, at, |rest| usize::from(!b"\n\r".contains(&rest[0])));
                false
            }
            b'"' if text[at..].starts_with(QUOTES) => {
                at = skip(text, at + 3, |rest| match rest {
                    [b'\\', rest @ ..] if rest.starts_with(QUOTES) => 4,
                    _ => usize::from(!rest.starts_with(QUOTES)),
                }) + 2;
                true
            }
            b'"' => {
                at = skip(text, at + 1, |rest| match rest[0] {
                    b'"' | b'\n' | b'\r' => 0,
                    b'\\' => 2,
                    _ => 1,
                });
                true
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => false,
            b'.' => {
                at = skip(text, at, |rest| usize::from(rest[0] == b'.')) - 1;
                true
            }
            byte if is_word(*byte) => {
                at = skip(text, at, |rest| usize::from(is_word(rest[0]))) - 1;
                true
            }
            _ => true,
        };
        found.tokens += usize::from(token);
        at += 1;
    }
    found
}

/// What makes names and numbers.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
}

/// Advances by what `step` says of the rest until that is nothing, or the text ends.
fn skip(text: &[u8], from: usize, step: impl Fn(&[u8]) -> usize) -> usize {
    let mut at = from;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match step(rest) {
            0 => break,
            bytes => at += bytes,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::scan;

    fn nesting(text: &[u8]) -> usize {
        scan(text).nesting
    }

    #[test]
    fn nesting_counts_brackets_but_not_in_strings_or_comments() {
        assert_eq!(nesting(b"{ a(b: [1, [2]]) { c } }"), 4);
        assert_eq!(
            nesting(br#"{ a(b: "{{{\"{{", c: """{{ " \""" {{""") } # {{{{"#),
            2
        );
        assert_eq!(nesting(b"{ a # {{{\n { b } }"), 2);
        assert_eq!(nesting(b"}}}{\"\\"), 1);
        // A backslash means nothing in a comment, and little in a block string.
        assert_eq!(nesting(b"{ # \\\n {{"), 3);
        assert_eq!(nesting(br#"{ a(b: """\\"""{{{""", c: "") { d } }"#), 2);
        assert_eq!(nesting(&b"{a".repeat(1000)), 1000);
    }

    #[test]
    fn tokens_are_names_values_and_punctuators() {
        for (text, tokens) in [
            (&b""[..], 0),
            (b"{ hello }", 3),
            (
                b"query Q($a: Int = -1.5e3) { a(b: $a) @skip(if: true) }",
                26,
            ),
            (b"{ ...F } fragment F on Query { a }, # and no more", 11),
            (br#"{ a(b: "c d \" e", c: """ f "g" """) }"#, 11),
        ] {
            let text_shown = String::from_utf8_lossy(text);
            assert_eq!(scan(text).tokens, tokens, "{text_shown}");
        }
    }
}
