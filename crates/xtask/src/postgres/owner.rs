//! Who runs the server: PostgreSQL refuses to run as root.

use std::{
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};
use nix::unistd::{User, geteuid};

/// The accounts that root hands the server to, in order: the one that Debian's package makes, else one that every
/// Debian has.
const ACCOUNTS: &[&str] = &["postgres", "nobody"];

/// The account of the server and of its files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner {
    /// Ours; we are not root.
    Ourselves,
    /// Another's, since we are root.
    Account { uid: u32, gid: u32 },
}

impl Owner {
    /// The account for this process.
    pub(super) fn choose() -> Result<Self> {
        if !geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let account = ACCOUNTS
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten());
        let account = account
            .context("PostgreSQL refuses to run as root, and there is no account `postgres`")?;
        Ok(Self::Account {
            uid: account.uid.as_raw(),
            gid: account.gid.as_raw(),
        })
    }

    /// Gives it a file or folder.
    pub(super) fn give(self, path: &Path) -> Result<()> {
        if let Self::Account { uid, gid } = self {
            chown(path, Some(uid), Some(gid))
                .with_context(|| format!("cannot give {} away", path.display()))?;
        }
        Ok(())
    }

    /// Lets `command` run as it. Root's supplementary groups are dropped as well (the standard library does that).
    pub(super) fn run_as(self, command: &mut Command) {
        if let Self::Account { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }
}
