//! Every crate says what it is for, and takes the workspace's lints.

use std::path::Path;

use super::{
    Violation,
    model::{Model, Package, shown},
    tree::Tree,
};
use crate::workspace;

/// The rule's name.
pub(super) const RULE: &str = "crates";

/// The least that crate docs can say, in characters: a sentence.
const SHORTEST_DOCS: usize = 40;

/// Judges every package's manifest and root files.
pub(super) fn check(model: &Model, tree: &Tree) -> Vec<Violation> {
    let root = workspace::root();
    let mut violations = Vec::new();
    for package in &model.packages {
        violations.extend(lints(package));
        for target in &package.targets {
            let judged = ["lib", "bin", "proc-macro"];
            if target
                .kind
                .iter()
                .any(|kind| judged.contains(&kind.as_str()))
            {
                let path = shown(&root, &target.src_path);
                let text = tree
                    .files
                    .iter()
                    .find(|file| file.path == path)
                    .map_or("", |file| &file.text);
                violations.extend(docs(&path, text));
            }
        }
    }
    violations
}

fn lints(package: &Package) -> Option<Violation> {
    let takes = package
        .manifest
        .split("\n[")
        .filter_map(|section| section.trim_start_matches('[').strip_prefix("lints]"))
        .any(|section| {
            section
                .lines()
                .any(|line| line.split_whitespace().collect::<String>() == "workspace=true")
        });
    (!takes).then(|| Violation {
        path: package.shown.clone(),
        line: 1,
        rule: RULE,
        what: format!("{} does not take the workspace's lints", package.name),
        mend: "add `[lints]` with `workspace = true`".into(),
    })
}

fn docs(path: &str, text: &str) -> Option<Violation> {
    let docs: String = text
        .lines()
        .map(str::trim)
        .skip_while(|line| {
            line.is_empty()
                || (line.starts_with("//") && !line.starts_with("//!"))
                || line.starts_with("#![")
        })
        .map_while(|line| line.strip_prefix("//!"))
        .collect();
    (docs.trim().len() < SHORTEST_DOCS).then(|| Violation {
        path: path.into(),
        line: 1,
        rule: RULE,
        what: format!(
            "{} has no crate docs worth the name",
            Path::new(path)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
        ),
        mend: "begin it with `//!`: its purpose, what it must not know, how to add the next thing"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::model::build::package;

    #[test]
    fn lints_must_come_from_the_workspace() {
        let with = |manifest: &str| {
            lints(&Package {
                manifest: manifest.into(),
                ..package("a", &[])
            })
        };
        assert_eq!(
            with("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n\n[dependencies]\n"),
            None
        );
        assert_eq!(with("[lints]\nworkspace=true"), None);
        for broken in [
            "[package]\nname = \"a\"\n",
            "[package]\nname = \"a\"\n[lints]\n\n[dependencies.b]\nworkspace = true\n",
            "[package]\nedition.workspace = true\n[lints.rust]\nunsafe_code = \"allow\"\n",
        ] {
            assert!(with(broken).is_some(), "{broken}");
        }
    }

    #[test]
    fn crate_docs_must_say_something() {
        let long = "//! The words of Tidings: ids, parsed values, limits.\n";
        assert_eq!(docs("lib.rs", &format!("{long}\nuse std::fs;\n")), None);
        assert_eq!(docs("lib.rs", &format!("#![no_std]\n\n{long}")), None);
        for broken in [
            "",
            "use std::fs;\n",
            "//! (in the making)\n",
            "//! Short.\n\n// and a comment that does not count\n",
        ] {
            let violation = docs("lib.rs", broken);
            assert!(violation.is_some(), "{broken}");
        }
        let after = docs("main.rs", &format!("use std::fs;\n{long}")).unwrap();
        assert_eq!(
            (after.line, after.what.as_str()),
            (1, "main.rs has no crate docs worth the name")
        );
    }
}
