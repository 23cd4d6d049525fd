//! The walls: crates from outside that only some of ours may name.
//!
//! `deny.toml` guards the three most important of these a second time, transitively. This rule needs nothing installed.

use super::{
    Violation,
    model::{Dependency, Kind, Model, Package},
};

/// The rule's name.
pub(super) const RULE: &str = "walls";

/// One wall.
struct Wall {
    /// The crates from outside.
    what: &'static [&'static str],
    /// Our crates that may depend on them.
    only: &'static [&'static str],
    /// Our crates that may besides, as an optional dependency.
    optional: &'static [&'static str],
    /// Our crates that may besides, in `[dev-dependencies]`.
    dev: &'static [&'static str],
    /// What the wall keeps apart.
    why: &'static str,
}

/// The house's walls.
const WALLS: &[Wall] = &[
    Wall {
        what: &["sea-orm", "sea-query"],
        only: &["tidings-store", "tidings-migrations"],
        optional: &["tidings-domain"],
        dev: &[],
        why: "every read goes through the store's `visible`; a crate without SeaORM cannot go round it",
    },
    Wall {
        what: &["sea-orm-migration"],
        only: &["tidings-migrations"],
        optional: &[],
        dev: &[],
        why: "the schema of the database has one home",
    },
    Wall {
        what: &["sqlx"],
        only: &["tidings-effects", "tidings-bench"],
        optional: &[],
        dev: &["tidings-tests"],
        why: "effects listens for PostgreSQL's notifications, the bench measures, the tests make databases; nobody else speaks SQL past the store",
    },
    Wall {
        what: &[
            "async-graphql",
            "async-graphql-axum",
            "async-graphql-parser",
            "async-graphql-value",
        ],
        only: &["tidings-graphql", "tidings-transport", "tidings-server"],
        optional: &[],
        dev: &[],
        why: "below the counter nobody knows that the outside is GraphQL",
    },
    Wall {
        what: &["axum", "axum-core", "axum-extra"],
        only: &[
            "tidings-transport",
            "tidings-server",
            "tidings-bench",
            "tidings-tests",
        ],
        optional: &[],
        dev: &[],
        why: "HTTP is known at the front door only",
    },
    Wall {
        what: &["jsonwebtoken"],
        only: &["tidings-server", "tidings-tests"],
        optional: &[],
        dev: &[],
        why: "a token becomes a viewer in one place",
    },
    Wall {
        what: &["ammonia", "html5ever"],
        only: &["tidings-domain"],
        optional: &[],
        dev: &[],
        why: "there is one sanitiser of rich text, with one allow-list",
    },
    Wall {
        what: &["lettre", "object_store"],
        only: &["tidings-effects"],
        optional: &[],
        dev: &[],
        why: "effects are the only doors to the world",
    },
    Wall {
        what: &[
            "tokio",
            "tokio-stream",
            "tokio-util",
            "futures",
            "futures-util",
            "async-trait",
            "async-stream",
        ],
        only: &[
            "tidings-store",
            "tidings-effects",
            "tidings-service",
            "tidings-graphql",
            "tidings-transport",
            "tidings-server",
            "tidings-migrations",
            "tidings-bench",
            "tidings-tests",
        ],
        optional: &[],
        dev: &[],
        why: "the domain and the policy are pure: no I/O, nothing async",
    },
];

/// Judges the packages by the house's walls.
pub(super) fn check(model: &Model) -> Vec<Violation> {
    judge(model, WALLS)
}

fn judge(model: &Model, walls: &[Wall]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &model.packages {
        for dependency in &package.dependencies {
            for wall in walls
                .iter()
                .filter(|wall| wall.what.contains(&dependency.name.as_str()))
            {
                violations.extend(breach(package, dependency, wall));
            }
        }
    }
    violations
}

fn breach(package: &Package, dependency: &Dependency, wall: &Wall) -> Option<Violation> {
    let ours = package.name.as_str();
    let is_optional = wall.optional.contains(&ours);
    let allowed = wall.only.contains(&ours)
        || (is_optional && dependency.optional)
        || (dependency.kind == Some(Kind::Dev) && wall.dev.contains(&ours));
    if allowed {
        return None;
    }
    let table = if dependency.kind == Some(Kind::Dev) {
        ", not even in its tests"
    } else {
        ""
    };
    let what = if is_optional {
        format!(
            "{ours} may depend on {} only with `optional = true`",
            dependency.name
        )
    } else {
        format!("{ours} must not depend on {}{table}", dependency.name)
    };
    Some(Violation {
        path: package.shown.clone(),
        line: package.line_of(&dependency.name),
        rule: RULE,
        what,
        mend: format!(
            "move the code to {} ({}); if the wall itself is wrong, change WALLS in crates/xtask/src/tidy/walls.rs, \
             deny.toml with it, and give the reason in ARCHITECTURE.md",
            wall.only.join(" or "),
            wall.why
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::model::build::{dev, normal, optional, package};

    const WALL: &[Wall] = &[Wall {
        what: &["sea-orm"],
        only: &["store"],
        optional: &["domain"],
        dev: &["bench"],
        why: "a reason",
    }];

    fn judged(ours: &str, dependency: Dependency) -> Vec<String> {
        let packages = vec![package(ours, &[normal("serde"), dependency])];
        judge(&Model { packages }, WALL)
            .into_iter()
            .map(|v| format!("{}: {}", v.line, v.what))
            .collect()
    }

    #[test]
    fn those_within_may_and_other_crates_are_free() {
        assert!(judged("store", normal("sea-orm")).is_empty());
        assert!(judged("store", dev("sea-orm")).is_empty());
        assert!(judged("service", normal("tokio")).is_empty());
    }

    #[test]
    fn one_outside_is_found_in_every_table() {
        assert_eq!(
            judged("service", normal("sea-orm")),
            ["2: service must not depend on sea-orm"]
        );
        assert_eq!(
            judged("service", dev("sea-orm")),
            ["2: service must not depend on sea-orm, not even in its tests"]
        );
    }

    #[test]
    fn optional_means_optional() {
        assert!(judged("domain", optional("sea-orm")).is_empty());
        assert_eq!(
            judged("domain", normal("sea-orm")),
            ["2: domain may depend on sea-orm only with `optional = true`"]
        );
        assert_eq!(judged("service", optional("sea-orm")).len(), 1);
    }

    #[test]
    fn dev_means_dev() {
        assert!(judged("bench", dev("sea-orm")).is_empty());
        assert_eq!(
            judged("bench", normal("sea-orm")),
            ["2: bench must not depend on sea-orm"]
        );
    }

    #[test]
    fn deny_toml_has_the_same_walls() {
        // Each crate below must be banned in deny.toml with exactly our wrappers, besides crates from outside.
        let deny = std::fs::read_to_string(crate::workspace::root().join("deny.toml")).unwrap();
        for name in ["sea-orm", "async-graphql", "axum"] {
            let wall = WALLS.iter().find(|wall| wall.what.contains(&name)).unwrap();
            let ban = deny
                .split("[[bans.deny]]")
                .find(|ban| ban.contains(&format!("crate = \"{name}\"")));
            let ban = ban.unwrap_or_else(|| panic!("deny.toml does not ban {name}"));
            let mut wrappers: Vec<_> = ban
                .split('"')
                .filter(|word| word.starts_with("tidings-"))
                .collect();
            let mut ours = [wall.only, wall.optional, wall.dev].concat();
            wrappers.sort_unstable();
            ours.sort_unstable();
            assert_eq!(wrappers, ours, "{name}");
        }
    }
}
