//! Debian's `postgresql` package, installed when it is missing and we may.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;

use crate::{out, process};

/// Installs the package. Its own cluster on port 5432, which the package makes and may start, is left alone: the tests
/// have theirs, on another port.
///
/// # Errors
/// When this is no Debian, when we lack the rights, or when `apt-get` fails.
pub(super) fn install() -> Result<()> {
    if !Path::new("/usr/bin/apt-get").is_file() {
        bail!("this machine has no apt-get");
    }
    let sudo = !geteuid().is_root();
    if sudo && !may_sudo() {
        bail!("installing it takes root or `sudo` without a password");
    }
    out::note("installing Debian's package `postgresql`");
    // A fresh machine has no package lists, and an old one has lists that name packages no longer there.
    apt_get(sudo, &["update"])?;
    apt_get(
        sudo,
        &["install", "--yes", "--no-install-recommends", "postgresql"],
    )
}

fn may_sudo() -> bool {
    let probe = Command::new("sudo")
        .args(["-n", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|status| status.success())
}

fn apt_get(sudo: bool, words: &[&str]) -> Result<()> {
    let mut command = if sudo {
        Command::new("sudo")
    } else {
        Command::new("env")
    };
    if sudo {
        command.args(["-n", "env"]);
    }
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"])
        .args(words);
    // Not in a group that a signal ends: dpkg stopped half-way leaves the machine broken.
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .context("cannot start apt-get")?;
    process::check_interrupted()?;
    if !status.success() {
        bail!("`{}` failed: {status}", process::describe(&command));
    }
    Ok(())
}
