//! The one place that writes to the terminal.
//!
//! Write errors are ignored on purpose. `println!` panics when the reader has gone (`cargo xtask test | head`), and a
//! panic while the database is being stopped would leave it running.

use std::io::{self, Write};

/// Writes one line of result to standard output.
pub(crate) fn line(text: &str) {
    raw(format!("{text}\n").as_bytes());
}

/// Passes bytes through to standard output as they are, without waiting for the end of a line.
pub(crate) fn raw(bytes: &[u8]) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(bytes);
    let _ = stdout.flush();
}

/// Writes one line about the run itself to standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "xtask: {text}");
}
