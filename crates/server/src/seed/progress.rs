//! How far a long seeding has come, for whoever waits.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Is told of progress. Rows are those of the directory, threads and messages, whose number is
/// known ahead; what hangs on threads is stored with them and not counted.
pub trait Progress: Send + Sync {
    /// So many rows will be made.
    fn start(&self, total_rows: u64);
    /// So many more are stored.
    fn advance(&self, rows: u64);
    /// That was all.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn start(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// How often a line is written where no bar can be drawn.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Writes to standard error: a bar with rows per second and the time left on a terminal, a line
/// every few seconds elsewhere.
#[derive(Debug)]
pub struct Meter {
    bar: ProgressBar,
    /// When the last line was written; none on a terminal.
    line: Option<Mutex<Instant>>,
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl Meter {
    /// A meter for standard error as it is now.
    #[must_use]
    pub fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let template = "{bar:30} {percent:>3} %  {human_pos} of {human_len} rows  {per_sec}  {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            line: (!terminal).then(|| Mutex::new(Instant::now())),
        }
    }

    fn write_line(&self) {
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let seconds = self.bar.elapsed().as_secs().max(1);
        let left = total.saturating_sub(done).saturating_mul(seconds) / done.max(1);
        eprintln!(
            "seeding: {done} of {total} rows, {} rows/s, {left} s left",
            done / seconds
        );
    }
}

impl Progress for Meter {
    fn start(&self, total_rows: u64) {
        self.bar.set_length(total_rows);
        self.bar.reset();
    }

    fn advance(&self, rows: u64) {
        self.bar.inc(rows);
        let Some(line) = &self.line else {
            return;
        };
        let mut last = line.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            self.write_line();
        }
    }

    fn finish(&self) {
        if self.line.is_some() {
            self.write_line();
        }
        self.bar.finish();
    }
}
