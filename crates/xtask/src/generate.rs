//! `cargo xtask generate`: remakes the generated files of the repository, or checks that they are up to date.
//!
//! (The policy table is generated too, but by a snapshot test, which checks it in every test run.)

mod diff;

use std::{fs, io, path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{out, process, workspace};

/// A file that a command of ours prints.
pub(crate) struct Generated {
    /// Where it is kept, from the root.
    path: &'static str,
    /// The arguments of `tidings` that make it print the file.
    arguments: &'static [&'static str],
}

/// Every generated file. A new one is one more row here.
pub(crate) const GENERATED: &[Generated] = &[
    Generated {
        path: "schema.graphql",
        arguments: &["schema"],
    },
    Generated {
        path: "migrations/snapshot/sqlite.sql",
        arguments: &["schema", "--sql", "sqlite"],
    },
    Generated {
        path: "migrations/snapshot/postgres.sql",
        arguments: &["schema", "--sql", "postgres"],
    },
];

/// `cargo xtask generate`'s own arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail and show the difference when a file is not up to date
    #[arg(long)]
    check: bool,
}

/// Remakes or checks every file; `false` when a check found one out of date.
///
/// # Errors
/// When a command fails, or a file cannot be read or written.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut fresh = true;
    let tidings = tidings()?;
    for generated in GENERATED {
        let made = process::capture(Command::new(&tidings).args(generated.arguments))
            .with_context(|| format!("cannot make {}", generated.path))?;
        let path = workspace::root().join(generated.path);
        let kept = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            kept => Some(kept.with_context(|| format!("cannot read {}", generated.path))?),
        };
        if kept.as_deref() == Some(&made) {
            out::line(&format!("{}: up to date", generated.path));
        } else if options.check {
            fresh = false;
            out::line(&format!("{}: out of date", generated.path));
            out::line(&diff::short(kept.as_deref().unwrap_or_default(), &made));
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, made).with_context(|| format!("cannot write {}", generated.path))?;
            out::line(&format!("{}: written", generated.path));
        }
    }
    if !fresh {
        out::note(
            "remake them with `cargo xtask generate`, and commit them with the change that caused it",
        );
    }
    Ok(fresh)
}

/// Builds `tidings`, and says where it is.
///
/// As the tests build it: for the whole workspace and beside a test, a small one, since Cargo then unifies the features
/// of test dependencies as well. Else most of the tree is built once more.
fn tidings() -> Result<PathBuf> {
    let mut build = workspace::cargo();
    build.args([
        "build",
        "--quiet",
        "--workspace",
        "--bin",
        "tidings",
        "--test",
        "law",
    ]);
    build.arg("--message-format=json-render-diagnostics");
    let messages = process::capture(&mut build)?;
    executable(&messages).context("Cargo does not say where it has built tidings")
}

/// The executable that Cargo's messages, one JSON value a line, tell of.
fn executable(messages: &str) -> Option<PathBuf> {
    let built = |line: &str| -> Option<PathBuf> {
        let message: Value = serde_json::from_str(line).ok()?;
        let ours = message.pointer("/target/name")? == "tidings";
        let path = message.get("executable")?.as_str()?;
        ours.then(|| PathBuf::from(path))
    };
    messages.lines().rev().find_map(built)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_stays_inside_the_repository() {
        for generated in GENERATED {
            assert!(!generated.path.starts_with('/') && !generated.path.contains(".."));
        }
    }

    #[test]
    fn the_executable_is_found_among_the_messages() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"tidings-store"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"tidings"},"executable":"/t/debug/tidings"}
{"reason":"compiler-artifact","target":{"name":"law"},"executable":"/t/debug/deps/law-1"}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(executable(messages), Some("/t/debug/tidings".into()));
        assert_eq!(executable("{}"), None);
    }
}
