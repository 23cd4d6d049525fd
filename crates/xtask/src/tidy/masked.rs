//! Rust without its comments and without the insides of its literals, line by line where it was.
//!
//! No parser: enough of a lexer that a rule about code does not stumble over a comment or a string which mentions it.

/// Replaces comments and the contents of string and character literals by spaces; line ends stay.
pub(super) fn code_only(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest, '"'),
            '\'' => character(rest),
            'r' | 'b' | 'c' if !is_word(previous) => prefixed(rest),
            _ => 0,
        };
        if skipped == 0 {
            masked.push(c);
            previous = c;
            rest = &rest[c.len_utf8()..];
        } else {
            masked.extend(
                rest[..skipped]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' }),
            );
            previous = ' ';
            rest = &rest[skipped..];
        }
    }
    masked
}

/// Whether `c` may stand inside a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a block comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a literal that begins and ends with `quote`, with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal; 0 when the quote begins a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text.chars().skip(1);
    match (inside.next(), inside.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 0,
    }
}

/// The length of a literal with a prefix: `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `b'…'`, `c"…"`; 0 when it is none.
fn prefixed(text: &str) -> usize {
    let letters = text.len() - text.trim_start_matches(['r', 'b', 'c']).len();
    let (prefix, literal) = text.split_at(letters);
    if !matches!(prefix, "r" | "b" | "c" | "br" | "cr") {
        return 0;
    }
    if prefix.ends_with('r') {
        let hashes = literal.len() - literal.trim_start_matches('#').len();
        if !literal[hashes..].starts_with('"') {
            return 0;
        }
        let close = format!("\"{}", "#".repeat(hashes));
        let begin = hashes + 1;
        let end = literal[begin..]
            .find(&close)
            .map_or(literal.len(), |at| begin + at + close.len());
        return letters + end;
    }
    match literal.chars().next() {
        Some('"') => letters + quoted(literal, '"'),
        Some('\'') if prefix == "b" => letters + quoted(literal, '\''),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let masked = code_only(text);
        assert_eq!(
            masked.lines().count(),
            text.lines().count(),
            "lines stay where they were"
        );
        masked.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn comments_go() {
        assert_eq!(words("a // b\nc /* d /* e */ f\n */ g"), ["a", "c", "g"]);
        assert_eq!(words("//! a\n/// b\nc"), ["c"]);
    }

    #[test]
    fn literals_go() {
        assert_eq!(words(r#"a "b \" c" d"#), ["a", "d"]);
        assert_eq!(
            words("a r#\"b \" c\"# d br\"e\" f b'g' h c\"i\" j"),
            ["a", "d", "f", "h", "j"]
        );
        assert_eq!(words("a '\"' b '\\'' c 'd' e"), ["a", "b", "c", "e"]);
    }

    #[test]
    fn lifetimes_names_and_raw_names_stay() {
        assert_eq!(
            words("fn a<'b>(c: &'b str) {}"),
            ["fn", "a<'b>(c:", "&'b", "str)", "{}"]
        );
        assert_eq!(
            words("rb crate r#type bar"),
            ["rb", "crate", "r#type", "bar"]
        );
        assert_eq!(
            words("for r in b { c }"),
            ["for", "r", "in", "b", "{", "c", "}"]
        );
    }

    #[test]
    fn an_unfinished_literal_goes_to_the_end() {
        assert_eq!(words("a \"b"), ["a"]);
        assert_eq!(words("a /* b"), ["a"]);
    }
}
