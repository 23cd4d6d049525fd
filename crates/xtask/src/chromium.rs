//! Chromium, in which the tests use the playground.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{debian, out};

/// Where Debian puts it, and where the tests look unless `TIDINGS_TEST_CHROMIUM` names another one.
const DEBIAN: &str = "/usr/bin/chromium";

/// Sees to it that Chromium is there, after installing Debian's package when it is not and we may.
///
/// # Errors
/// When it is not there in the end; the text says what to install.
pub(crate) fn ensure() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    out::note("no Chromium here");
    debian::install(&["chromium"]).context(ADVICE)?;
    if !is_there() {
        bail!(ADVICE);
    }
    Ok(())
}

fn is_there() -> bool {
    let named = std::env::var_os("TIDINGS_TEST_CHROMIUM");
    Path::new(named.as_deref().unwrap_or(DEBIAN.as_ref())).is_file()
}

/// What a person has to do when we cannot.
const ADVICE: &str = "the tests need Chromium: install it (on Debian `apt-get install chromium`), or name one in \
                      TIDINGS_TEST_CHROMIUM";
