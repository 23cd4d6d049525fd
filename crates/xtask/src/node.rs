//! Node.js and npm, which run the real JavaScript clients of `tests/clients/`.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{debian, out};

/// The oldest major version that the clients run on.
const OLDEST: u32 = 20;

/// Sees to it that Node and npm are there, after installing Debian's packages when they are not and we may.
///
/// # Errors
/// When they are not there in the end; the text says what to install.
pub(crate) fn ensure() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    out::note(&format!("no Node.js {OLDEST} or newer with npm here"));
    debian::install(&["nodejs", "npm"]).with_context(advice)?;
    if !is_there() {
        bail!(advice());
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
        "the tests need Node.js {OLDEST} or newer and npm: install them (on Debian 13 or newer `apt-get install nodejs npm`; \
         elsewhere from nodejs.org)"
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
