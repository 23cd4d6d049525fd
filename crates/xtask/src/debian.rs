//! Debian's packages, installed when they are missing and we may.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use nix::unistd::geteuid;

use crate::{out, process};

/// Installs packages by their names.
///
/// # Errors
/// When this is no Debian, when we lack the rights, or when `apt-get` fails.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !Path::new("/usr/bin/apt-get").is_file() {
        bail!("this machine has no apt-get");
    }
    let sudo = !geteuid().is_root();
    if sudo && !may_sudo() {
        bail!("installing it takes root or `sudo` without a password");
    }
    out::note(&format!("installing from Debian: {}", packages.join(", ")));
    // A fresh machine has no package lists, and an old one has lists that name packages no longer there.
    apt_get(sudo, &["update"])?;
    let install = ["install", "--yes", "--no-install-recommends"];
    apt_get(sudo, &[&install, packages].concat())
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
