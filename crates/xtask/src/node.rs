//! Node.js and npm, which run the real JavaScript clients of `tests/clients/`.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{debian, out};

/// The oldest major version that the clients run on.
const OLDEST: u32 = 20;

/// Sees to it that Node and npm are there, after installing Debian's packages when they are not and we may; and, where
/// Debian's own is too old (12 has Node.js 18), a newer one beside it, which npm brings.
///
/// # Errors
/// When they are not there in the end; the text says what to install.
pub(crate) fn ensure() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    out::note(&format!("no Node.js {OLDEST} or newer with npm here"));
    if version("npm").is_none() {
        debian::install(&["nodejs", "npm"]).with_context(advice)?;
    }
    if !is_there() {
        npm_install().with_context(advice)?;
    }
    if !is_there() {
        bail!(advice());
    }
    Ok(())
}

/// Installs Node.js for everybody (into `/usr/local` on Debian, which goes before its own).
fn npm_install() -> Result<()> {
    let package = format!("node@{OLDEST}");
    out::note(&format!("installing with npm: {package}"));
    let status = Command::new("npm")
        .args(["install", "--global", "--no-audit", "--no-fund", &package])
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .context("cannot start npm")?;
    if !status.success() {
        bail!("`npm install --global {package}` ended with {status}");
    }
    Ok(())
}

fn is_there() -> bool {
    let node = version("node").and_then(|version| major(&version));
    node.is_some_and(|major| major >= OLDEST) && version("npm").is_some()
}

/// What a program answers to `--version`.
fn version(program: &str) -> Option<String> {
    let answer = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|answer| answer.status.success())?;
    String::from_utf8(answer.stdout).ok()
}

/// The first number of `v20.19.2`.
fn major(version: &str) -> Option<u32> {
    let number = version.trim().trim_start_matches('v').split('.').next()?;
    number.parse().ok()
}

/// What a person has to do when we cannot.
fn advice() -> String {
    format!(
        "the tests need Node.js {OLDEST} or newer and npm: install them (on Debian `apt-get install nodejs npm`, and up to \
         Debian 12, whose Node.js is older, `npm install --global node@{OLDEST}` besides; elsewhere from nodejs.org)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.19.2\n"), Some(20));
        assert_eq!(major("18.1.0"), Some(18));
        assert_eq!(major("node"), None);
    }
}
