//! Child processes that never outlive us, and the signals that end us.
//!
//! Cargo runs in a process group of its own ([`Group`]), so that everything below it (rustc, test binaries, servers
//! that a test left behind) can be ended together and nothing else is. Ctrl-C then reaches only us; the watching thread
//! passes it on as SIGTERM, the next one as SIGKILL. The main thread sees its child end, returns an error, and every
//! guard on the stack cleans up on the way out: there is no second clean-up path for signals.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicBool, AtomicI32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// The exit code after Ctrl-C or SIGTERM: 128 + SIGINT, as shells have it.
pub(crate) const EXIT_INTERRUPTED: u8 = 130;

/// How long a child's output may stay open after the child itself has ended. Only a process that the child left behind
/// holds it that long, and that process is ended next.
const DRAIN: Duration = Duration::from_secs(2);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The process group of the running [`Group`]; 0 when there is none.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// Starts the thread that turns SIGINT, SIGTERM and SIGHUP into an orderly end. Call once, first.
pub(crate) fn watch_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot watch signals")?;
    thread::spawn(move || {
        for _ in signals.forever() {
            let again = INTERRUPTED.swap(true, Ordering::SeqCst);
            end_group(
                RUNNING.load(Ordering::SeqCst),
                if again {
                    Signal::SIGKILL
                } else {
                    Signal::SIGTERM
                },
            );
        }
    });
    Ok(())
}

/// Whether a signal has asked us to end.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// An error as soon as a signal has asked us to end, for loops that wait.
pub(crate) fn check_interrupted() -> Result<()> {
    if interrupted() {
        bail!("interrupted");
    }
    Ok(())
}

/// Signals a process group. One that is already gone is as good as ended, so errors are not looked at.
fn end_group(group: i32, signal: Signal) {
    if group > 0 {
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

/// A child in its own process group. Dropping it ends the whole group. One at a time.
struct Group {
    child: Child,
    id: i32,
}

impl Group {
    fn spawn(command: &mut Command) -> Result<Self> {
        check_interrupted()?;
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let id = i32::try_from(child.id()).context("a process id beyond i32")?;
        let group = Self { child, id };
        RUNNING.store(id, Ordering::SeqCst);
        // A signal between the spawn and the store found no group to end.
        if interrupted() {
            end_group(id, Signal::SIGTERM);
        }
        Ok(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::SeqCst);
        end_group(self.id, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// Runs `command` to its end and hands every line of its standard output, with its line end, to `each_line` as it
/// comes. Standard error is passed through untouched.
///
/// # Errors
/// When it cannot be started, or a signal ended it.
pub(crate) fn stream(
    command: &mut Command,
    mut each_line: impl FnMut(&[u8]),
) -> Result<ExitStatus> {
    let mut group = Group::spawn(command)?;
    let stdout = group
        .child
        .stdout
        .take()
        .context("the child has no standard output")?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            if sender.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    let status = loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => each_line(&line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break group.child.wait()?,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Some(status) = group.child.try_wait()? {
                    // Ended, but something still holds its output. Take what comes soon, then end the group.
                    while let Ok(line) = lines.recv_timeout(DRAIN) {
                        each_line(&line);
                    }
                    break status;
                }
            }
        }
    };
    check_interrupted()?;
    Ok(status)
}

/// Runs `command` to its end and returns its standard output. Standard error is passed through.
///
/// # Errors
/// When it cannot be started, fails, is ended by a signal, or answers other than UTF-8.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let mut text = Vec::new();
    let status = stream(command, |line| text.extend_from_slice(line))?;
    if !status.success() {
        bail!("`{}` failed: {status}", describe(command));
    }
    String::from_utf8(text)
        .with_context(|| format!("`{}` answered other than UTF-8", describe(command)))
}

/// The command as one would type it, in short: its program by name, without the folder.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let words: Vec<_> = std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    // One test, since a process has one running group.
    #[test]
    fn children_are_streamed_captured_and_ended_with_all_they_started() {
        let mut lines = Vec::new();
        let status = stream(&mut shell("printf 'a\\nb'; exit 3"), |line| {
            lines.push(line.to_vec());
        })
        .unwrap();
        assert_eq!(lines, [b"a\n".to_vec(), b"b".to_vec()]);
        assert_eq!(status.code(), Some(3));

        assert_eq!(capture(&mut shell("echo done")).unwrap(), "done\n");
        let error = capture(&mut shell("exit 1")).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 1"), "{error}");

        // The grandchild holds the pipe open: it is ended, and we come back long before it would have.
        let begun = std::time::Instant::now();
        let pid = capture(&mut shell("sleep 60 & echo $!")).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30));
        let stat = format!("/proc/{}/stat", pid.trim());
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "the grandchild lives on"
            );
            thread::yield_now();
        }
    }
}
