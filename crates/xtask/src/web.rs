//! `cargo xtask web`: remakes what npm makes, or compares: the page that the server carries (`playground/dist`), and the
//! generated documents of the example (`examples/spa/src/gql`).
//!
//! Neither Cargo nor the server needs npm: what is made is committed.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{node, out, process, workspace};

/// The folders, each with the scripts `build` and `check` in its `package.json`.
const FOLDERS: &[&str] = &["playground", "examples/spa"];

/// `cargo xtask web`'s own arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail and name the files when what is committed is not what the sources make
    #[arg(long)]
    check: bool,
}

/// Makes or compares; `false` when that failed, or a comparison found a difference.
///
/// # Errors
/// When there is no Node.js, or npm cannot be started.
pub(crate) fn run(options: &Options) -> Result<bool> {
    node::ensure()?;
    let script = if options.check { "check" } else { "build" };
    let mut fresh = true;
    for folder in FOLDERS {
        out::note(&format!("{folder}: {script}"));
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        if !npm(folder, &install)? || !npm(folder, &["run", script])? {
            fresh = false;
        }
    }
    if !fresh && options.check {
        out::note("remake the files with `cargo xtask web`, and commit them");
    }
    Ok(fresh)
}

fn npm(folder: &str, words: &[&str]) -> Result<bool> {
    let mut npm = Command::new("npm");
    npm.args(words).current_dir(workspace::root().join(folder));
    let what = process::describe(&npm);
    let status = process::stream(&mut npm, out::raw)
        .with_context(|| format!("`{what}` cannot be run in {folder}"))?;
    if !status.success() {
        out::note(&format!("`{what}` in {folder} ended with {status}"));
    }
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_has_both_scripts_and_a_lock() {
        for folder in FOLDERS {
            let folder = workspace::root().join(folder);
            let package = std::fs::read_to_string(folder.join("package.json")).unwrap();
            let package: serde_json::Value = serde_json::from_str(&package).unwrap();
            for script in ["build", "check"] {
                assert!(
                    package["scripts"][script].is_string(),
                    "{folder:?} {script}"
                );
            }
            assert!(folder.join("package-lock.json").is_file(), "{folder:?}");
        }
    }
}
