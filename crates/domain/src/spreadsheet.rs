//! Text that goes into a spreadsheet's cell (P-26). A cell that begins like a formula is one to
//! the program that opens the file: it can call other programs and send what stands beside it.

use std::borrow::Cow;

/// What a formula begins with, in the program or in its import: the signs, tab and carriage
/// return, and the wide forms that some programs take for the same.
const STARTS: &[char] = &[
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
];

/// The text as a cell that is never a formula: with an apostrophe in front if it could be one,
/// which says "text" to every program of the kind.
///
/// White space and invisible characters before the sign do not hide it: programs trim. Applied
/// to its own answer it changes nothing. Quoting for CSV comes after it, not instead.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let first = text
        .chars()
        .find(|c| STARTS.contains(c) || !(c.is_whitespace() || is_ignored(*c)));
    // SECURITY: a message "=HYPERLINK(...)" would run on the machine of whoever opens the export.
    if first.is_some_and(|c| STARTS.contains(&c)) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// Characters that a program may drop before it looks at the first one.
fn is_ignored(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'
        )
}

/// One field of a CSV file (RFC 4180): [`cell`], quoted, with its quotes doubled.
#[must_use]
pub fn csv_field(text: &str) -> String {
    let mut field = String::with_capacity(text.len() + 3);
    field.push('"');
    for c in cell(text).chars() {
        match c {
            '"' => field.push_str("\"\""),
            // A NUL ends the file for some readers.
            '\0' => {}
            c => field.push(c),
        }
    }
    field.push('"');
    field
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p26_a_formula_becomes_text() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tcmd",
            "\rcmd",
            "\ncmd",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "\u{200B}=1",
            "\u{FEFF}=1",
            "\u{FF1D}1",
            "\0=1",
        ] {
            assert_eq!(cell(formula), format!("'{formula}"), "{formula:?}");
        }
        for text in ["", " ", "a", "a=b", "'=1", "1-2", "\u{1F600} =", "(=1)"] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn p26_a_field_is_quoted_after_it_is_made_text() {
        assert_eq!(csv_field("=\"a\",b\n"), "\"'=\"\"a\"\",b\n\"");
        assert_eq!(csv_field("a\0b"), "\"ab\"");
    }

    proptest! {
        #[test]
        fn p26_no_text_gives_a_cell_that_begins_like_a_formula(
            text in "[ \\t\\r\\n\u{200B}\u{FEFF}'\"=+@a,-]{0,8}|\\PC{0,12}"
        ) {
            let made = cell(&text);
            let first = made.trim_start().chars().find(|c| !is_ignored(*c));
            prop_assert!(!first.is_some_and(|c| STARTS.contains(&c)));
            prop_assert_eq!(cell(&made), made.clone());
            prop_assert!(made == text || made[1..] == text);
            // A reader of CSV gets the cell back: one field, its quotes in pairs.
            let field = csv_field(&text);
            let inner = &field[1..field.len() - 1];
            prop_assert_eq!(inner.replace("\"\"", "\u{1}").matches('"').count(), 0);
            prop_assert_eq!(inner.replace("\"\"", "\""), made.replace('\0', ""));
        }
    }
}
