//! One PostgreSQL server in a temporary folder, for as long as the value lives.

use std::{
    env, fs,
    fs::{DirBuilder, File},
    io,
    net::TcpListener,
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{find::Installation, owner::Owner};
use crate::process;

/// The server's settings. Only for tests: a crash of the machine loses the data, which nobody would miss.
const SETTINGS: &[&str] = &[
    // Nothing waits for the disk.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    // Every test has its own server with its own pool (see `threads` in `test`).
    "max_connections=300",
    // A transaction that outlives its session is one of which nobody can tell whose it is.
    "max_prepared_transactions=4",
    // Plans and timings do not change half-way through a test.
    "autovacuum=off",
    "jit=off",
    "timezone=UTC",
    // Counted after the run, to prove that the tests did look at this server.
    "log_connections=on",
    "listen_addresses=127.0.0.1",
];

/// Who may connect: anyone on this machine, nobody else, without a password.
const HBA: &str = "local all all trust\nhost all all 127.0.0.1/32 trust\n";

/// The superuser's name, and so the name in the URL.
const USER: &str = "tidings";

/// A socket's path may have 107 bytes; PostgreSQL adds `/.s.PGSQL.54321.lock`.
const LONGEST_SOCKET_FOLDER: usize = 80;

/// How long the server may take to accept connections.
const START: Duration = Duration::from_mins(1);

/// A running server. Dropping it stops the server and deletes its folder, on whatever path we leave.
#[derive(Debug)]
pub(crate) struct Cluster {
    // Fields are dropped in this order: first the server stops, then its files go.
    server: Server,
    folder: Folder,
    port: u16,
}

impl Cluster {
    /// Makes a cluster and waits until it accepts connections.
    ///
    /// # Errors
    /// With the end of the server's log when it does not start.
    pub(crate) fn start(installation: &Installation) -> Result<Self> {
        let owner = Owner::choose()?;
        let folder = Folder::make(owner)?;
        initialise(installation, owner, &folder)?;
        // Another process may take the free port before the server does: then the next one.
        for _ in 0..5 {
            let port = free_port()?;
            let mut server = Server::spawn(installation, owner, &folder, port)?;
            if server.wait_until_ready(&folder)? {
                return Ok(Self {
                    server,
                    folder,
                    port,
                });
            }
            if !folder.log()?.contains("could not bind") {
                break;
            }
        }
        bail!("PostgreSQL does not start:\n{}", folder.log_tail())
    }

    /// Where tests connect; this database is there, the tests make their own beside it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> Result<usize> {
        Ok(self.folder.log()?.matches("connection authorized:").count())
    }

    /// Whether the server still runs.
    pub(crate) fn is_running(&mut self) -> Result<bool> {
        Ok(self.server.0.try_wait()?.is_none())
    }

    /// The end of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        self.folder.log_tail()
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot listen on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// `initdb`, and who may connect.
fn initialise(installation: &Installation, owner: Owner, folder: &Folder) -> Result<()> {
    let mut initdb = Command::new(installation.program("initdb"));
    initdb
        .current_dir(&folder.path)
        .arg("--pgdata")
        .arg(folder.data());
    initdb.args([
        "--username",
        USER,
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]);
    // Sorts by code point, as SQLite does; and every Debian has it, without the package `locales`.
    initdb.arg("--locale=C.UTF-8");
    owner.run_as(&mut initdb);
    let output = initdb
        .stdin(Stdio::null())
        .output()
        .context("cannot start initdb")?;
    process::check_interrupted()?;
    if !output.status.success() {
        bail!(
            "initdb failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    fs::write(folder.data().join("pg_hba.conf"), HBA).context("cannot write pg_hba.conf")
}

/// The server process. Dropping it stops the server.
#[derive(Debug)]
struct Server(Child);

impl Server {
    fn spawn(
        installation: &Installation,
        owner: Owner,
        folder: &Folder,
        port: u16,
    ) -> Result<Self> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.log_path())?;
        let mut command = server_command(&installation.program("postgres"));
        command
            .current_dir(&folder.path)
            .arg("-D")
            .arg(folder.data());
        command.args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args([
            "-c",
            &format!("unix_socket_directories={}", folder.sockets()),
        ]);
        owner.run_as(&mut command);
        // A group of its own: Ctrl-C in the terminal reaches us, and we decide when the server stops.
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(Self(command.spawn().context("cannot start PostgreSQL")?))
    }

    /// Waits until the server accepts connections, which it says in the eighth line of its `postmaster.pid`; `false`
    /// when it ended instead.
    fn wait_until_ready(&mut self, folder: &Folder) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            process::check_interrupted()?;
            if self.0.try_wait()?.is_some() {
                return Ok(false);
            }
            let pid = fs::read_to_string(folder.data().join("postmaster.pid")).unwrap_or_default();
            if pid
                .lines()
                .nth(7)
                .is_some_and(|status| status.trim() == "ready")
            {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!(
            "PostgreSQL is not ready after {} s:\n{}",
            START.as_secs(),
            folder.log_tail()
        )
    }

    fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.0.id()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn ended_within(&mut self, time: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        // Fast, then immediate shutdown: in both the server ends its own children.
        self.signal(Signal::SIGINT);
        if self.ended_within(Duration::from_secs(10)) {
            return;
        }
        self.signal(Signal::SIGQUIT);
        if !self.ended_within(Duration::from_secs(10)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// The server, which stops even if we are ended by SIGKILL, where `setpriv` can arrange that (util-linux, so on every
/// Debian). Its folder stays behind then.
fn server_command(postgres: &Path) -> Command {
    let setpriv = Path::new("/usr/bin/setpriv");
    if !setpriv.is_file() {
        return Command::new(postgres);
    }
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "INT", "--"]).arg(postgres);
    command
}

/// The folder that holds data, sockets and log. Dropping it deletes it.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder that nobody else can look into.
    fn make(owner: Owner) -> Result<Self> {
        for number in 0..1000 {
            let name = format!("tidings-postgres-{}-{number}", std::process::id());
            let path = env::temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    let folder = Self { path };
                    owner.give(&folder.path)?;
                    return Ok(folder);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot make {}", path.display()));
                }
            }
        }
        bail!(
            "{} is full of folders of ours: delete tidings-postgres-*",
            env::temp_dir().display()
        )
    }

    fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    fn log_path(&self) -> PathBuf {
        self.path.join("server.log")
    }

    fn log(&self) -> Result<String> {
        let bytes = fs::read(self.log_path()).context("cannot read the server's log")?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn log_tail(&self) -> String {
        let log = self.log().unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// The folder for Unix sockets: this one; none (tests use TCP) where its path is too long for a socket.
    fn sockets(&self) -> String {
        let path = self.path.to_string_lossy().into_owned();
        if path.len() <= LONGEST_SOCKET_FOLDER {
            path
        } else {
            String::new()
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_private_and_goes_with_its_value() {
        let folder = Folder::make(Owner::Ourselves).unwrap();
        let again = Folder::make(Owner::Ourselves).unwrap();
        assert_ne!(folder.path, again.path);
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(&folder.path).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o700);
        fs::write(folder.log_path(), "one\ntwo\n").unwrap();
        assert_eq!(folder.log_tail(), "one\ntwo");
        let path = folder.path.clone();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn only_this_machine_may_connect() {
        assert!(
            HBA.lines()
                .all(|line| line.starts_with("local ") || line.contains(" 127.0.0.1/32 "))
        );
        assert!(SETTINGS.contains(&"listen_addresses=127.0.0.1"));
    }
}
