//! `cargo xtask playground`: builds the page of `playground/` into the files that the server carries, or compares.
//!
//! Neither Cargo nor the server needs npm: what is built is committed in `playground/dist`.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{node, out, process, workspace};

/// `cargo xtask playground`'s own arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail and name the files when what is committed is not what the sources make
    #[arg(long)]
    check: bool,
}

/// Builds or compares; `false` when the build failed or the comparison found a difference.
///
/// # Errors
/// When there is no Node.js, or npm cannot be started.
pub(crate) fn run(options: &Options) -> Result<bool> {
    node::ensure()?;
    let script = if options.check { "check" } else { "build" };
    let runs = [
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"][..],
        &["run", script],
    ];
    for words in runs {
        let mut npm = Command::new("npm");
        npm.args(words)
            .current_dir(workspace::root().join("playground"));
        let status = process::stream(&mut npm, out::raw)
            .with_context(|| format!("`{}` cannot be run", process::describe(&npm)))?;
        if !status.success() {
            out::note(&format!(
                "`{}` ended with {status}",
                process::describe(&npm)
            ));
            if options.check {
                out::note("remake the files with `cargo xtask playground`, and commit them");
            }
            return Ok(false);
        }
    }
    Ok(true)
}
