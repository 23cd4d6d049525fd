//! `cargo xtask generate`: remakes the generated files of the repository, or checks that they are up to date.
//!
//! (The policy table is generated too, but by a snapshot test, which checks it in every test run.)

mod diff;

use std::{fs, io};

use anyhow::{Context, Result};

use crate::{out, process, workspace};

/// A file that a command of ours prints.
pub(crate) struct Generated {
    /// Where it is kept, from the root.
    path: &'static str,
    /// Cargo's arguments; its standard output is the file.
    cargo: &'static [&'static str],
}

/// Every generated file. A new one is one more row here.
pub(crate) const GENERATED: &[Generated] = &[
    Generated {
        path: "schema.graphql",
        cargo: &["run", "-q", "-p", "tidings-server", "--", "schema"],
    },
    Generated {
        path: "migrations/snapshot/sqlite.sql",
        cargo: &[
            "run",
            "-q",
            "-p",
            "tidings-server",
            "--",
            "schema",
            "--sql",
            "sqlite",
        ],
    },
    Generated {
        path: "migrations/snapshot/postgres.sql",
        cargo: &[
            "run",
            "-q",
            "-p",
            "tidings-server",
            "--",
            "schema",
            "--sql",
            "postgres",
        ],
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
    for generated in GENERATED {
        let made = process::capture(workspace::cargo().args(generated.cargo))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_runs_our_own_binary_and_stays_inside_the_repository() {
        for generated in GENERATED {
            assert!(
                generated
                    .cargo
                    .starts_with(&["run", "-q", "-p", "tidings-server", "--"])
            );
            assert!(!generated.path.starts_with('/') && !generated.path.contains(".."));
        }
    }
}
