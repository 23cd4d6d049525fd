//! The table of the floors: which of our crates may import which.

use super::{
    Violation,
    model::{Dependency, Kind, Model, Package},
};

/// The rule's name.
pub(super) const RULE: &str = "layers";

/// One floor: a crate, and the crates below it that it may see.
struct Floor {
    name: &'static str,
    /// May stand in any of its dependency tables.
    may: &'static [&'static str],
    /// May stand in `[dev-dependencies]` besides.
    dev: &'static [&'static str],
}

const DOMAIN: &str = "tidings-domain";
const POLICY: &str = "tidings-policy";
const STORE: &str = "tidings-store";
const EFFECTS: &str = "tidings-effects";
const IMPORT: &str = "tidings-import";
const SERVICE: &str = "tidings-service";
const GRAPHQL: &str = "tidings-graphql";
const TRANSPORT: &str = "tidings-transport";
const MIGRATIONS: &str = "tidings-migrations";
const SERVER: &str = "tidings-server";
const BENCH: &str = "tidings-bench";
const TESTS: &str = "tidings-tests";
const XTASK: &str = "xtask";

/// The house's table. What a crate may see while it is tested stands beside, since tests of a floor need a database
/// (migrations) or the doors (effects) that the floor itself must not know.
const FLOORS: &[Floor] = &[
    Floor {
        name: DOMAIN,
        may: &[],
        dev: &[],
    },
    Floor {
        name: POLICY,
        may: &[DOMAIN],
        dev: &[],
    },
    // The migrations come with the store, so that a store can be opened on an empty database.
    Floor {
        name: STORE,
        may: &[DOMAIN, POLICY, MIGRATIONS],
        dev: &[],
    },
    Floor {
        name: EFFECTS,
        may: &[DOMAIN],
        dev: &[],
    },
    // Knows files of other systems and the words; what is stored already it does not know.
    Floor {
        name: IMPORT,
        may: &[DOMAIN],
        dev: &[],
    },
    Floor {
        name: SERVICE,
        may: &[DOMAIN, POLICY, STORE, EFFECTS, IMPORT],
        dev: &[MIGRATIONS],
    },
    Floor {
        name: GRAPHQL,
        may: &[DOMAIN, POLICY, STORE, SERVICE],
        dev: &[EFFECTS, MIGRATIONS],
    },
    Floor {
        name: TRANSPORT,
        may: &[],
        dev: &[],
    },
    Floor {
        name: MIGRATIONS,
        may: &[],
        dev: &[],
    },
    Floor {
        name: SERVER,
        may: &[
            DOMAIN, POLICY, STORE, EFFECTS, IMPORT, SERVICE, GRAPHQL, TRANSPORT, MIGRATIONS,
        ],
        dev: &[],
    },
    Floor {
        name: BENCH,
        may: &[
            DOMAIN, POLICY, STORE, EFFECTS, SERVICE, GRAPHQL, TRANSPORT, MIGRATIONS, SERVER,
        ],
        dev: &[],
    },
    // Drives a running server, so it knows what a stranger knows: never the store's insides or the policy.
    Floor {
        name: TESTS,
        may: &[SERVER],
        dev: &[DOMAIN],
    },
    Floor {
        name: XTASK,
        may: &[],
        dev: &[],
    },
];

/// The feature of the domain that derives SeaORM's traits, and the crates that may turn it on.
const ORM: (&str, &[&str]) = ("orm", &[STORE]);

/// Judges the packages by the house's table.
pub(super) fn check(model: &Model) -> Vec<Violation> {
    judge(model, FLOORS)
}

fn judge(model: &Model, floors: &[Floor]) -> Vec<Violation> {
    let ours = |name: &str| model.packages.iter().any(|package| package.name == name);
    let mut violations = Vec::new();
    for package in &model.packages {
        let Some(floor) = floors.iter().find(|floor| floor.name == package.name) else {
            violations.push(breach(
                package,
                1,
                format!("{} is not in the table of floors", package.name),
            ));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| ours(&dependency.name))
        {
            let line = package.line_of(&dependency.name);
            if !allowed(floor, dependency) {
                let what = format!("{} must not import {}", package.name, dependency.name);
                violations.push(breach(package, line, what));
            }
            if dependency.name == DOMAIN
                && dependency.features.iter().any(|feature| feature == ORM.0)
                && !ORM.1.contains(&package.name.as_str())
            {
                let what = format!(
                    "{} must not turn on {DOMAIN}'s feature `{}`",
                    package.name, ORM.0
                );
                violations.push(breach(package, line, what));
            }
        }
    }
    for floor in floors.iter().filter(|floor| !ours(floor.name)) {
        violations.push(Violation {
            path: "crates/xtask/src/tidy/layers.rs".into(),
            line: 1,
            rule: RULE,
            what: format!(
                "the table has a floor `{}`, the workspace has no such crate",
                floor.name
            ),
            mend: "take the floor out of the table, and out of ARCHITECTURE.md".into(),
        });
    }
    violations
}

fn allowed(floor: &Floor, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    floor.may.contains(&name) || (dependency.kind == Some(Kind::Dev) && floor.dev.contains(&name))
}

fn breach(package: &Package, line: usize, what: String) -> Violation {
    Violation {
        path: package.shown.clone(),
        line,
        rule: RULE,
        what,
        mend: "move the code to a floor that may see it; if the table itself is wrong, change FLOORS in \
               crates/xtask/src/tidy/layers.rs and give the reason in ARCHITECTURE.md"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::model::build::{dev, normal, package};

    const TABLE: &[Floor] = &[
        Floor {
            name: DOMAIN,
            may: &[],
            dev: &[],
        },
        Floor {
            name: STORE,
            may: &[DOMAIN],
            dev: &[EFFECTS],
        },
        Floor {
            name: EFFECTS,
            may: &[DOMAIN],
            dev: &[],
        },
    ];

    fn judged(store: &[Dependency]) -> Vec<(usize, String)> {
        let packages = vec![
            package(DOMAIN, &[]),
            package(STORE, store),
            package(EFFECTS, &[]),
        ];
        judge(&Model { packages }, TABLE)
            .into_iter()
            .map(|v| (v.line, v.what))
            .collect()
    }

    #[test]
    fn imports_in_the_table_are_allowed() {
        assert_eq!(judged(&[normal(DOMAIN), normal("serde"), dev(EFFECTS)]), []);
    }

    #[test]
    fn an_import_outside_the_table_is_found_with_its_line() {
        let found = judged(&[normal("serde"), normal(EFFECTS)]);
        assert_eq!(
            found,
            [(
                2,
                "tidings-store must not import tidings-effects".to_owned()
            )]
        );
    }

    #[test]
    fn a_build_dependency_is_an_import() {
        let build = Dependency {
            kind: Some(Kind::Build),
            ..normal(EFFECTS)
        };
        assert_eq!(judged(&[build]).len(), 1);
    }

    #[test]
    fn only_the_store_turns_on_the_orm() {
        let orm = Dependency {
            features: vec!["orm".into()],
            ..normal(DOMAIN)
        };
        assert_eq!(judged(std::slice::from_ref(&orm)), []);
        let packages = vec![
            package(DOMAIN, &[]),
            package(STORE, &[]),
            package(EFFECTS, &[orm]),
        ];
        let found = judge(&Model { packages }, TABLE);
        assert_eq!(
            found[0].what,
            "tidings-effects must not turn on tidings-domain's feature `orm`"
        );
    }

    #[test]
    fn a_crate_outside_the_table_and_a_floor_without_a_crate_are_found() {
        let packages = vec![
            package(DOMAIN, &[]),
            package(STORE, &[]),
            package("tidings-new", &[]),
        ];
        let what: Vec<_> = judge(&Model { packages }, TABLE)
            .into_iter()
            .map(|v| v.what)
            .collect();
        assert_eq!(what.len(), 2);
        assert_eq!(what[0], "tidings-new is not in the table of floors");
        assert!(what[1].contains("a floor `tidings-effects`"));
    }

    #[test]
    fn imports_only_go_down() {
        // A floor may name only floors above it in the list, so there is no cycle in the table itself.
        for (at, floor) in FLOORS.iter().enumerate() {
            for below in floor.may {
                let below_at = FLOORS
                    .iter()
                    .position(|other| other.name == *below)
                    .unwrap();
                assert!(
                    below_at < at || *below == MIGRATIONS,
                    "{} imports {below} upward",
                    floor.name
                );
            }
        }
    }
}
