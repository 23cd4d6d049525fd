//! A private PostgreSQL with durable settings, for as long as the value lives.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::machine;

/// Durable, quiet while something is measured, and with memory for the database of the issue.
const SETTINGS: &[&str] = &[
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "wal_level=replica",
    "max_connections=100",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "checkpoint_timeout=30min",
    // We vacuum and analyse ourselves, after seeding.
    "autovacuum=off",
    "jit=off",
    "timezone=UTC",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
];

/// The server of one run.
#[derive(Debug)]
pub(crate) struct Postgres {
    child: Child,
    port: u16,
}

/// The newest server programs below Debian's folder, else those on the path.
fn programs() -> Option<PathBuf> {
    let complete = |bin: &PathBuf| bin.join("postgres").is_file() && bin.join("initdb").is_file();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| complete(bin))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).find(complete);
    found.pop().map(|(_, bin)| bin).or_else(on_path)
}

/// Whether there is one to start.
pub(crate) fn is_installed() -> bool {
    programs().is_some()
}

/// User and group of an account.
fn account(name: &str) -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let fields = fields.find(|fields| fields.first() == Some(&name))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

/// PostgreSQL refuses to run as root: then it runs as another account, which owns its folder.
fn hand_over(command: &mut Command, folder: &Path) -> Result<()> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(());
    }
    let found = ["postgres", "nobody"].into_iter().find_map(account);
    let (uid, gid) = found.context("PostgreSQL does not run as root, and nobody else is there")?;
    chown(folder, Some(uid), Some(gid))?;
    command.uid(uid).gid(gid);
    Ok(())
}

impl Postgres {
    /// Makes a cluster below a folder that everybody may enter, and waits until it answers.
    pub(crate) fn start(folder: &Path, pinned: bool) -> Result<Self> {
        let bin = programs().context("no PostgreSQL here: install Debian's `postgresql`")?;
        let data = folder.join("data");
        fs::create_dir_all(folder)?;
        if !data.join("PG_VERSION").is_file() {
            let mut initdb = Command::new(bin.join("initdb"));
            initdb.current_dir(folder).arg("--pgdata").arg(&data);
            initdb.args(["--username=tidings", "--auth=trust", "--encoding=UTF8"]);
            initdb.args(["--locale=C.UTF-8"]).stdin(Stdio::null());
            hand_over(&mut initdb, folder)?;
            let output = initdb.output().context("cannot start initdb")?;
            if !output.status.success() {
                bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let mut command = machine::command(&bin.join("postgres"), pinned);
        command.current_dir(folder).arg("-D").arg(&data);
        command.args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(folder.join("server.log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        command.process_group(0);
        hand_over(&mut command, folder)?;
        let child = command.spawn().context("cannot start PostgreSQL")?;
        let mut server = Self { child, port };
        server.wait(folder)?;
        Ok(server)
    }

    /// The eighth line of `postmaster.pid` says when it is ready.
    fn wait(&mut self, folder: &Path) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            let pid = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
            let ours = pid.lines().nth(3) == Some(&self.port.to_string());
            if ours
                && pid
                    .lines()
                    .nth(7)
                    .is_some_and(|status| status.trim() == "ready")
            {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
        bail!("PostgreSQL does not start:\n{log}")
    }

    /// The process whose children answer queries.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The URL of a database, made or not.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://tidings@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A fast shutdown: it ends its own children.
        let kill = format!("kill -INT {}", self.child.id());
        let _gone_already = Command::new("/bin/sh").args(["-c", &kill]).status();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}
