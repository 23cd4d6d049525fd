//! How many tests ran, read from what libtest prints at the end of each binary.

use std::{fmt, ops::AddAssign};

/// The sum over test binaries. Shown as `N passed, N failed, N skipped`, the line that CI reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Counts {
    /// Reads one line of output; `None` unless it is a summary, such as
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s`.
    ///
    /// Ignored tests count as skipped; those that a filter left out do not count.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let line = strip_colours(&String::from_utf8_lossy(line));
        let summary = line.trim().strip_prefix("test result: ")?;
        let number = |word: &str| {
            summary
                .split(['.', ';'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
        };
        Some(Self {
            passed: number("passed")?,
            failed: number("failed")?,
            skipped: number("ignored")?,
        })
    }

    /// How many tests gave an answer.
    pub(super) fn ran(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Drops ANSI colour sequences (`ESC [ … m`), which libtest prints with `--color always`.
fn strip_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, text)| text);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summary_of_a_test_binary() {
        let line = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s\n";
        let counts = Counts::parse(line.as_bytes()).unwrap();
        assert_eq!(
            counts,
            Counts {
                passed: 3,
                failed: 0,
                skipped: 1
            }
        );
    }

    #[test]
    fn reads_a_failed_summary_in_colour() {
        let line = "test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 12 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            Counts::parse(line.as_bytes()),
            Some(Counts {
                passed: 12,
                failed: 1,
                skipped: 0
            })
        );
    }

    #[test]
    fn other_lines_are_not_summaries() {
        for line in [
            "running 3 tests",
            "test a ... ok",
            "3 passed; 1 failed",
            "test result: odd",
            "",
        ] {
            assert_eq!(Counts::parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_closing_line_has_the_form_that_ci_reads() {
        let mut total = Counts {
            passed: 1,
            failed: 2,
            skipped: 3,
        };
        total += Counts {
            passed: 10,
            failed: 0,
            skipped: 1,
        };
        assert_eq!(total.to_string(), "11 passed, 2 failed, 4 skipped");
        assert_eq!(total.ran(), 13);
    }
}
