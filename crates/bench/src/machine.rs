//! The machine: which core does what, and what processes have used of it.
//!
//! Everything is read from `/proc`: user and system time in ticks of a hundredth of a second, so a
//! slice of measurement lasts a second or more.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The core of servers and databases.
pub(crate) const SERVER_CORE: &str = "0";
/// The core of the client.
const CLIENT_CORE: &str = "1";

/// Ticks a second in `/proc`: fixed by the kernel's interface to programs.
const TICKS: f64 = 100.0;

const TASKSET: &str = "/usr/bin/taskset";
const SETPRIV: &str = "/usr/bin/setpriv";

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

/// Asks for as many open files as we may have; answers how many that are.
pub(crate) fn open_files() -> Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(hard)
}

/// Processes whose time is counted together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Processes {
    /// Single processes.
    pub(crate) alone: Vec<u32>,
    /// Processes that count with their children, those that have ended included: PostgreSQL's.
    pub(crate) with_children: Vec<u32>,
}

/// The fields of `/proc/<pid>/stat` from the third on, or none if the process is gone.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second is a name in brackets, which may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// The sum of some fields, numbered as in proc(5).
fn sum(fields: &[String], numbers: &[usize]) -> f64 {
    let number = |at: &usize| fields.get(at - 3).and_then(|field| field.parse::<f64>().ok());
    numbers.iter().filter_map(number).sum::<f64>()
}

fn children(parent: u32) -> Vec<Vec<String>> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parent = parent.to_string();
    pids.filter_map(stat)
        .filter(|fields| fields.get(1) == Some(&parent))
        .collect()
}

impl Processes {
    /// User and system time so far, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        let alone = self.alone.iter().filter_map(|pid| stat(*pid));
        let alone: f64 = alone.map(|fields| sum(&fields, &[14, 15])).sum();
        let families = self.with_children.iter().map(|pid| {
            let own = stat(*pid).map_or(0.0, |fields| sum(&fields, &[14, 15, 16, 17]));
            let live = children(*pid);
            own + live.iter().map(|fields| sum(fields, &[14, 15])).sum::<f64>()
        });
        (alone + families.sum::<f64>()) / TICKS
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
        let begun = std::time::Instant::now();
        while begun.elapsed().as_millis() < 100 {
            std::hint::black_box(0);
        }
        assert!(processes.cpu() > 0.0);
        assert!(resident(std::process::id()).unwrap() > 100.0);
    }
}
