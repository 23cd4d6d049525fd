//! `cargo xtask tidy`: the rules of the house that the compiler and Clippy cannot see. Offline.
//!
//! Each rule is a pure function that returns [`Violation`]s, and stands in [`RULES`] once. The tests below run every
//! rule over this repository, so `cargo test` keeps the house tidy; each rule's own tests show it a broken input.

mod crates;
mod layers;
mod masked;
pub(crate) mod model;
mod operations;
mod sources;
mod test_names;
mod tree;
mod walls;

use std::fmt;

use anyhow::Result;

use self::{model::Model, tree::Tree};
use crate::{out, workspace};

/// One breach of a rule, and how to mend it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// From the root.
    path: String,
    /// From 1.
    line: usize,
    /// The rule's name in [`RULES`].
    rule: &'static str,
    what: String,
    mend: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            what,
            mend,
        } = self;
        write!(f, "{path}:{line}: [{rule}] {what}\n    mend: {mend}")
    }
}

/// What the rules look at: the files of the repository, and its packages with what they depend on.
struct House {
    tree: Tree,
    model: Model,
}

impl House {
    fn load() -> Result<Self> {
        Ok(Self {
            tree: Tree::load(&workspace::root())?,
            model: Model::load()?,
        })
    }
}

/// A rule's check of the whole house.
type Check = fn(&House) -> Vec<Violation>;

/// Every rule, by name.
const RULES: &[(&str, Check)] = &[
    (layers::RULE, |house| layers::check(&house.model)),
    (walls::RULE, |house| walls::check(&house.model)),
    (crates::RULE, |house| {
        crates::check(&house.model, &house.tree)
    }),
    (sources::LENGTH, |house| house.tree.each(sources::length)),
    (sources::ATTRIBUTES, |house| {
        house.tree.each(sources::attributes)
    }),
    (sources::LEFTOVERS, |house| {
        house.tree.each(sources::leftovers)
    }),
    (sources::PLACES, |house| house.tree.each(sources::places)),
    (test_names::RULE, |house| house.tree.each(test_names::check)),
    (operations::RULE, |house| house.tree.each(operations::check)),
];

/// Prints every violation; `false` when there is one.
///
/// # Errors
/// When the repository cannot be read.
pub(crate) fn run() -> Result<bool> {
    let house = House::load()?;
    let mut violations: Vec<_> = RULES.iter().flat_map(|(_, check)| check(&house)).collect();
    violations.sort();
    for violation in &violations {
        out::line(&violation.to_string());
    }
    out::note(&format!(
        "{} rules, {} files, {} packages: {} violations",
        RULES.len(),
        house.tree.files.len(),
        house.model.packages.len(),
        violations.len()
    ));
    Ok(violations.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(rule: &str) {
        let house = House::load().unwrap();
        let (_, check) = RULES.iter().find(|(name, _)| *name == rule).unwrap();
        let violations: Vec<_> = check(&house).iter().map(ToString::to_string).collect();
        assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
    }

    // One test a rule, so that the name of the broken rule is the name of the failed test.

    #[test]
    fn the_house_keeps_its_layers() {
        keeps(layers::RULE);
    }

    #[test]
    fn the_house_keeps_its_walls() {
        keeps(walls::RULE);
    }

    #[test]
    fn the_house_documents_and_lints_every_crate() {
        keeps(crates::RULE);
    }

    #[test]
    fn the_house_keeps_files_short() {
        keeps(sources::LENGTH);
    }

    #[test]
    fn the_house_expects_rather_than_allows() {
        keeps(sources::ATTRIBUTES);
    }

    #[test]
    fn the_house_leaves_nothing_for_later() {
        keeps(sources::LEFTOVERS);
    }

    #[test]
    fn the_house_names_no_place_outside_itself() {
        keeps(sources::PLACES);
    }

    #[test]
    fn the_house_names_its_tests_after_features() {
        keeps(test_names::RULE);
    }

    #[test]
    fn the_house_keeps_its_example_operations() {
        keeps(operations::RULE);
    }

    #[test]
    fn every_rule_has_a_test_above() {
        let source = include_str!("mod.rs");
        assert_eq!(source.matches("\n        keeps(").count(), RULES.len());
    }

    #[test]
    fn a_violation_is_shown_with_its_place_its_rule_and_its_remedy() {
        let violation = Violation {
            path: "a.rs".into(),
            line: 7,
            rule: "rule",
            what: "is wrong".into(),
            mend: "put it right".into(),
        };
        assert_eq!(
            violation.to_string(),
            "a.rs:7: [rule] is wrong\n    mend: put it right"
        );
    }
}
