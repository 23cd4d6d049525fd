//! Rules about the text of single files.

use super::{Violation, masked::is_word, tree::File};

/// The rule about how long a file may be.
pub(super) const LENGTH: &str = "length";
/// The rule about attributes.
pub(super) const ATTRIBUTES: &str = "attributes";
/// The rule about what is left for later.
pub(super) const LEFTOVERS: &str = "leftovers";
/// The rule about places outside the repository.
pub(super) const PLACES: &str = "places";

/// The most lines that a Rust file may have. The house aims at 400; past this the file has two subjects.
const LONGEST: usize = 450;

/// Macros that stand in for code that is not there, or that should not be.
const MACROS: &[&str] = &["todo", "unimplemented", "dbg"];

/// Marks that put work off, taken apart so that this file does not break its own rule.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// Paths that exist only on the machine of whoever wrote them, taken apart likewise.
const ELSEWHERE: &[&str] = &[concat!("/wo", "rk/"), concat!("../sha", "red")];

/// A Rust file has at most [`LONGEST`] lines.
pub(super) fn length(file: &File) -> Vec<Violation> {
    let lines = file.text.lines().count();
    if !file.is("rs") || lines <= LONGEST {
        return Vec::new();
    }
    let what = format!("{lines} lines, at most {LONGEST} are allowed");
    vec![file.breach(
        LONGEST + 1,
        LENGTH,
        what,
        "split it by subject into modules (`thread.rs`, `thread/reply.rs`)",
    )]
}

/// Lints are expected, with a reason, and never allowed: an expectation that no longer holds is reported, an allowance
/// stays for ever.
pub(super) fn attributes(file: &File) -> Vec<Violation> {
    let breach = |line: usize| {
        let what = "a lint is allowed".to_owned();
        file.breach(
            line,
            ATTRIBUTES,
            what,
            "write `#[expect(the_lint, reason = \"…\")]`, or mend what the lint found",
        )
    };
    let mut found = Vec::new();
    let mut attribute = String::new();
    for (at, line) in file.code.lines().enumerate() {
        // An attribute may go over several lines; it ends where its brackets do.
        if attribute.is_empty()
            && !line.trim_start().starts_with("#[")
            && !line.trim_start().starts_with("#![")
        {
            continue;
        }
        attribute.extend(line.chars().filter(|c| !c.is_whitespace()));
        if has_allow(&attribute) {
            found.push(breach(at + 1));
            attribute.clear();
        } else if attribute.matches('[').count() <= attribute.matches(']').count() {
            attribute.clear();
        }
    }
    found
}

/// Whether an attribute, without white space, is `allow(…)`, alone or inside `cfg_attr`.
fn has_allow(attribute: &str) -> bool {
    attribute
        .match_indices("allow(")
        .any(|(at, _)| attribute[..at].ends_with(['[', ',']))
}

/// Nothing is left for later in a source: an issue is the place for that.
pub(super) fn leftovers(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    for (at, line) in file.code.lines().enumerate() {
        for name in MACROS.iter().filter(|name| calls(line, name)) {
            let what = format!("`{name}!` is left over");
            found.push(file.breach(
                at + 1,
                LEFTOVERS,
                what,
                "write the code, or take the line out",
            ));
        }
    }
    let is_source = !file.is("md") && !file.path.ends_with("package-lock.json");
    for (at, line) in file.text.lines().enumerate().filter(|_| is_source) {
        for mark in MARKS.iter().filter(|mark| has_word(line, mark)) {
            let what = format!("`{mark}` puts work off");
            found.push(file.breach(
                at + 1,
                LEFTOVERS,
                what,
                "do it now, or open an issue and take the mark out",
            ));
        }
    }
    found
}

/// The repository stands alone: nothing in it names a place on its authors' machines.
pub(super) fn places(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        for place in ELSEWHERE.iter().filter(|place| line.contains(**place)) {
            let what = format!("`{place}` is a place outside the repository");
            found.push(file.breach(
                at + 1,
                PLACES,
                what,
                "copy what is needed into the repository, or leave the path out",
            ));
        }
    }
    found
}

/// Whether a line of code calls the macro `name`.
fn calls(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        !line[..at].ends_with(is_word)
            && line[at + name.len()..].trim_start().starts_with('!')
            && !line[at + name.len()..].trim_start().starts_with("!=")
    })
}

/// Whether `word` stands in the line as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_word) && !line[at + word.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&File) -> Vec<Violation>, path: &str, text: &str) -> Vec<usize> {
        rule(&File::new(path, text))
            .into_iter()
            .map(|violation| violation.line)
            .collect()
    }

    #[test]
    fn a_long_rust_file_is_found() {
        assert!(lines(length, "a.rs", &"x\n".repeat(LONGEST)).is_empty());
        assert_eq!(
            lines(length, "a.rs", &"x\n".repeat(LONGEST + 1)),
            [LONGEST + 1]
        );
        assert!(lines(length, "a.graphql", &"x\n".repeat(LONGEST + 1)).is_empty());
    }

    #[test]
    fn allowed_lints_are_found_however_they_are_written() {
        let allow = concat!("al", "low");
        for broken in [
            format!("#[{allow}(dead_code)]"),
            format!("#![{allow}(dead_code)]"),
            format!("    #[ {allow} (dead_code) ] fn a() {{}}"),
            format!("#[cfg_attr(test, {allow}(dead_code))]"),
            format!("#[cfg_attr(test,{allow}(dead_code))]"),
        ] {
            assert_eq!(lines(attributes, "a.rs", &broken), [1], "{broken}");
        }
        let over_lines =
            format!("#[cfg_attr(\n    test,\n    {allow}(dead_code),\n)]\nfn a() {{}}");
        assert_eq!(lines(attributes, "a.rs", &over_lines), [3]);
        for fine in [
            "#[expect(dead_code, reason = \"x\")]".to_owned(),
            format!("// #[{allow}(dead_code)]"),
            format!("let a = \"#[{allow}(dead_code)]\";"),
            format!("#[expect(dead_code)]\nfn a() {{ b[0].{allow}(c) }}"),
            format!("#[dis{allow}(x)]"),
        ] {
            assert!(lines(attributes, "a.rs", &fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn leftover_macros_are_found_in_code_only() {
        for name in MACROS {
            assert_eq!(
                lines(leftovers, "a.rs", &format!("fn a() {{\n    {name}!()\n}}")),
                [2],
                "{name}"
            );
            assert_eq!(
                lines(leftovers, "a.rs", &format!("std::{name}!(1)")),
                [1],
                "{name}"
            );
            assert!(
                lines(
                    leftovers,
                    "a.rs",
                    &format!("// {name}!()\nmy_{name}!();{name} != 1")
                )
                .is_empty(),
                "{name}"
            );
        }
    }

    #[test]
    fn marks_that_put_work_off_are_found_in_every_source() {
        for mark in MARKS {
            assert_eq!(
                lines(leftovers, "a.rs", &format!("\n// {mark}: later")),
                [2],
                "{mark}"
            );
            assert_eq!(
                lines(leftovers, "a.sql", &format!("-- ({mark})")),
                [1],
                "{mark}"
            );
            assert!(
                lines(leftovers, "a.rs", &format!("// {mark}S and NOT{mark}")).is_empty(),
                "{mark}"
            );
            assert!(
                lines(leftovers, "a.md", &format!("no {mark} here")).is_empty(),
                "{mark}"
            );
        }
    }

    #[test]
    fn places_outside_the_repository_are_found_in_every_file() {
        for place in ELSEWHERE {
            assert_eq!(
                lines(places, "README.md", &format!("a\nsee {place}thing\n")),
                [2],
                "{place}"
            );
        }
        assert!(lines(places, "README.md", "workspace, ../other, network/a").is_empty());
    }
}
