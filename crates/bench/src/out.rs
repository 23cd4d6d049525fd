//! The one place that writes to the terminal.

use std::io::{self, Write as _};

/// Writes one line of result to standard output. Nobody may be reading: that is no fault.
pub(crate) fn line(text: &str) {
    let _nobody_reads = writeln!(io::stdout().lock(), "{text}");
}

/// Writes one line about the run itself to standard error.
pub(crate) fn note(text: &str) {
    let _nobody_reads = writeln!(io::stderr().lock(), "bench: {text}");
}
