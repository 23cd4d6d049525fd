//! The machine: which core does what, and what processes have used of it.
//!
//! Everything is read from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};

/// The core of servers and databases.
pub(crate) const SERVER_CORE: &str = "0";
/// The core of the client.
const CLIENT_CORE: &str = "1";

/// Nanoseconds of a tick in `/proc`: fixed by the kernel's interface to programs.
const TICK: u64 = 10_000_000;

const TASKSET: &str = "/usr/bin/taskset";
const SETPRIV: &str = "/usr/bin/setpriv";
const PRLIMIT: &str = "/usr/bin/prlimit";

fn is_there(path: &str) -> bool {
    fs::exists(path).unwrap_or_default()
}

/// Whether servers and client have a core each.
pub(crate) fn pins() -> bool {
    is_there(TASKSET) && std::thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2)
}

/// A command that runs on the servers' core (with `pinned`) and ends with us, even by SIGKILL.
pub(crate) fn command(program: &std::path::Path, pinned: bool) -> Command {
    let mut words: Vec<&std::ffi::OsStr> = Vec::new();
    if is_there(SETPRIV) {
        words.extend([SETPRIV, "--pdeathsig", "KILL", "--"].map(std::ffi::OsStr::new));
    }
    if pinned {
        words.extend([TASKSET, "-c", SERVER_CORE].map(std::ffi::OsStr::new));
    }
    words.push(program.as_os_str());
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Moves this process to the client's core.
pub(crate) fn pin_client() -> Result<()> {
    let id = std::process::id().to_string();
    let output = Command::new(TASKSET)
        .args(["-a", "-c", "-p", CLIENT_CORE, &id])
        .output()
        .context("cannot start taskset")?;
    if !output.status.success() {
        bail!("taskset: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Lets us and what we start have as many open files as we may; answers how many that are.
pub(crate) fn open_files() -> Result<u64> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.context("no limit of open files")?.split_whitespace();
    let (soft, hard) = (numbers.next(), numbers.next().context("no hard limit")?);
    if soft != Some(hard) && is_there(PRLIMIT) {
        let id = std::process::id().to_string();
        let bound = format!("--nofile={hard}:{hard}");
        Command::new(PRLIMIT)
            .args(["--pid", &id, &bound])
            .status()?;
    }
    Ok(hard.parse().unwrap_or(u64::MAX))
}

/// The time: real processes are measured, and no test sets their clocks.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place here that asks for the time"
)]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Processes whose time is counted together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Processes {
    /// Single processes.
    pub(crate) alone: Vec<u32>,
    /// Processes that count with their children: PostgreSQL's.
    pub(crate) with_children: Vec<u32>,
}

/// What every thread of some processes has used so far, in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Used(HashMap<u32, u64>);

fn numbers(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The fields behind the name of a process or thread, which may hold anything: from the third of
/// proc(5) on.
fn stat(folder: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("{folder}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

fn children(parent: u32) -> Vec<u32> {
    let parent = parent.to_string();
    let is_child = |pid: &u32| {
        stat(&format!("/proc/{pid}")).is_some_and(|fields| fields.get(1) == Some(&parent))
    };
    numbers("/proc").into_iter().filter(is_child).collect()
}

/// User and system time of a thread: to the nanosecond where the kernel says it, else in ticks.
fn nanoseconds(folder: &str) -> Option<u64> {
    if let Ok(text) = fs::read_to_string(format!("{folder}/schedstat")) {
        return text.split_whitespace().next()?.parse().ok();
    }
    let fields = stat(folder)?;
    let ticks = |at: usize| fields.get(at - 3)?.parse::<u64>().ok();
    Some((ticks(14)? + ticks(15)?) * TICK)
}

impl Processes {
    /// Looks at every thread.
    pub(crate) fn used(&self) -> Used {
        let families = self.with_children.iter().flat_map(|pid| {
            let mut family = children(*pid);
            family.push(*pid);
            family
        });
        let threads = self.alone.iter().copied().chain(families).flat_map(|pid| {
            let folder = format!("/proc/{pid}/task");
            numbers(&folder).into_iter().filter_map(move |thread| {
                Some((thread, nanoseconds(&format!("{folder}/{thread}"))?))
            })
        });
        Used(threads.collect())
    }

    /// Microseconds of all cores since an earlier look. A thread that has ended since is left out.
    pub(crate) fn since(&self, before: &Used) -> f64 {
        let spent = self.used().0.into_iter().map(|(thread, now)| {
            now.saturating_sub(before.0.get(&thread).copied().unwrap_or_default())
        });
        Duration::from_nanos(spent.sum()).as_secs_f64() * 1e6
    }
}

/// Memory that a process holds, in KiB.
pub(crate) fn resident(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.context("no VmRSS")?.split_whitespace().next();
    Ok(words.context("no VmRSS")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_process_has_used_time() {
        let processes = Processes {
            alone: vec![std::process::id()],
            with_children: Vec::new(),
        };
        let before = processes.used();
        let begun = std::time::Instant::now();
        while begun.elapsed().as_millis() < 100 {
            std::hint::black_box(0);
        }
        assert!(processes.since(&before) > 1_000.0);
        assert!(resident(std::process::id()).unwrap() > 100.0);
    }
}
