//! A private PostgreSQL for the tests: found or installed, started, and gone without a trace.

mod cluster;
mod find;
mod owner;

use std::{env, path::Path, thread, time::Duration};

use anyhow::{Context, Result, bail};

pub(crate) use self::cluster::Cluster;
use self::find::Installation;
use crate::{debian, out, process, test::DATABASE_URL};

/// Where Debian puts the server programs, one folder a major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Finds PostgreSQL, after installing Debian's package when there is none and we may.
///
/// # Errors
/// When there is none in the end; the text says what to install.
pub(crate) fn ensure() -> Result<Installation> {
    let look = || find::find(Path::new(DEBIAN), &env::var_os("PATH").unwrap_or_default());
    if let Some(found) = look() {
        return Ok(found);
    }
    out::note(&format!("no PostgreSQL {} or newer here", find::OLDEST));
    // The cluster on port 5432, which the package makes and may start, is left alone: the tests have theirs.
    debian::install(&["postgresql"]).with_context(advice)?;
    look().with_context(advice)
}

/// What a person has to do when we cannot.
fn advice() -> String {
    format!(
        "the tests need PostgreSQL {} or newer: install it (on Debian or Ubuntu `apt-get install postgresql`; \
         elsewhere put its `bin` folder on PATH), or leave its half out with `--sqlite-only`",
        find::OLDEST
    )
}

/// `cargo xtask postgres`: keeps the tests' cluster until Ctrl-C.
///
/// # Errors
/// When it does not start, or ends by itself.
pub(crate) fn serve() -> Result<bool> {
    let mut cluster = Cluster::start(&ensure()?)?;
    out::line(&format!("export {DATABASE_URL}={}", cluster.url()));
    out::note("ready; Ctrl-C stops it and deletes its data");
    while !process::interrupted() {
        if !cluster.is_running()? {
            bail!("the server has ended by itself:\n{}", cluster.log_tail());
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(true)
}
