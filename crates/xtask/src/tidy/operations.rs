//! The playground's example operations, which the end-to-end tests also run.

use super::{Violation, tree::File};

/// The rule's name.
pub(super) const RULE: &str = "operations";

/// Where they are.
const FOLDER: &str = "playground/operations/";

/// An example's file is named in kebab-case, and holds an operation.
pub(super) fn check(file: &File) -> Vec<Violation> {
    let name = file
        .path
        .strip_prefix(FOLDER)
        .and_then(|name| name.strip_suffix(".graphql"));
    let Some(name) = name else { return Vec::new() };
    let mut found = Vec::new();
    if !is_kebab_case(name) {
        let what = format!("`{name}` is not kebab-case");
        found.push(file.breach(
            1,
            RULE,
            what,
            "rename it: lower-case words and numbers joined by `-` (`send-message.graphql`)",
        ));
    }
    let empty = file
        .text
        .lines()
        .all(|line| line.trim().is_empty() || line.trim().starts_with('#'));
    if empty {
        found.push(file.breach(
            1,
            RULE,
            "there is no operation in it".to_owned(),
            "write one, or delete the file",
        ));
    }
    found
}

fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(path: &str, text: &str) -> Vec<String> {
        check(&File::new(path, text))
            .into_iter()
            .map(|violation| violation.what)
            .collect()
    }

    #[test]
    fn a_named_operation_passes_and_other_files_are_free() {
        assert!(
            what(
                "playground/operations/send-message-2.graphql",
                "mutation { a }"
            )
            .is_empty()
        );
        assert!(what("playground/Other.graphql", "").is_empty());
        assert!(what("playground/operations/README.md", "").is_empty());
    }

    #[test]
    fn a_badly_named_operation_is_found() {
        for name in [
            "sendMessage",
            "send_message",
            "-send",
            "send--message",
            "folder/send",
        ] {
            let path = format!("playground/operations/{name}.graphql");
            assert_eq!(
                what(&path, "query { a }"),
                [format!("`{name}` is not kebab-case")]
            );
        }
    }

    #[test]
    fn an_operation_that_says_nothing_is_found() {
        for text in ["", "\n\n", "# only a comment\n"] {
            assert_eq!(
                what("playground/operations/a.graphql", text),
                ["there is no operation in it"]
            );
        }
    }
}
