//! Servers under measurement: Tidings, and the limits, which are this program again.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use tidings_server::auth;
use tidings_server::config::Config;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::machine::{self, Processes};

/// How long a server may take until it listens.
const START: Duration = Duration::from_mins(1);

/// The word before the address that a server prints when it listens.
pub(crate) const LISTENS: &str = "listens on http://";

/// A running server; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    _child: Child,
    /// Its process.
    pub(crate) pid: u32,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    database: Option<u32>,
}

impl Server {
    /// Starts a program on the servers' core and waits until it says where it listens.
    async fn start(mut command: Command, database: Option<u32>) -> Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().context("a server does not start")?;
        let pid = child.id().context("a server ended at once")?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut seen = VecDeque::new();
        let address = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once(LISTENS) {
                    return Ok(address.trim().parse()?);
                }
                seen.push_back(line);
            }
            bail!("a server ended before it listened: {seen:?}")
        };
        let address = tokio::time::timeout(START, address).await;
        let address = address.context("a server does not listen in time")??;
        // Whatever else it says is read, so that it never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            _child: child,
            pid,
            address,
            database,
        })
    }

    /// What is counted as its time: itself, and PostgreSQL with all backends.
    pub(crate) fn processes(&self) -> Processes {
        Processes {
            alone: vec![self.pid],
            with_children: self.database.into_iter().collect(),
        }
    }
}

/// How a database is reached.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its URL.
    pub(crate) url: String,
    /// PostgreSQL's first process, if it is one.
    pub(crate) postmaster: Option<u32>,
}

impl Place {
    /// `SQLite` or `PostgreSQL`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.postmaster {
            Some(_) => "PostgreSQL",
            None => "SQLite",
        }
    }
}

/// The release build of Tidings and how it is configured here.
#[derive(Clone, Debug)]
pub(crate) struct Tidings {
    /// The program.
    pub(crate) program: PathBuf,
    /// A folder of its own.
    pub(crate) folder: PathBuf,
    /// Whether servers have a core of their own.
    pub(crate) pinned: bool,
}

impl Tidings {
    fn environment(&self, url: &str) -> Vec<(String, String)> {
        let options = [
            ("LISTEN", "127.0.0.1:0"),
            // A folder below: it is closed to everybody else, and PostgreSQL runs as somebody else.
            (
                "DATA_DIR",
                &self.folder.join("tidings").display().to_string(),
            ),
            ("DATABASE_URL", url),
            ("TOKEN_SECRET", "only for the bench: 0123456789abcdef"),
            ("LOG", "warn"),
            ("SOCKETS_PER_VIEWER", "10000"),
            // A measured client asks as much as it can.
            ("RATE_CAPACITY", "0"),
        ];
        let named = options.map(|(name, value)| (format!("TIDINGS_{name}"), value.to_owned()));
        named.into()
    }

    /// A command of Tidings on a database. Nothing of our own environment configures it.
    pub(crate) fn command(&self, url: &str, words: &[&str], pinned: bool) -> Command {
        let mut command = machine::command(&self.program, pinned);
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("TIDINGS_")) {
            command.env_remove(name);
        }
        command
            .current_dir(&self.folder)
            .envs(self.environment(url))
            .args(words);
        let mut command = Command::from(command);
        command.kill_on_drop(true);
        command
    }

    /// Serves a database.
    pub(crate) async fn serve(&self, place: &Place) -> Result<Server> {
        let command = self.command(&place.url, &["serve"], self.pinned);
        Server::start(command, place.postmaster).await
    }

    /// A token for somebody, good for a day.
    pub(crate) fn token(&self, subject: Uuid) -> Result<String> {
        let config = Config::read(None, &self.folder, self.environment(""))?;
        auth::mint(&config, subject, TimeDelta::days(1), machine::now())
    }

    /// Starts a limit: a hidden subcommand of this program.
    pub(crate) async fn limit(&self, words: &[String], postmaster: Option<u32>) -> Result<Server> {
        let program = std::env::current_exe()?;
        let mut command = machine::command(&program, self.pinned);
        command.args(words);
        Server::start(Command::from(command), postmaster).await
    }
}

/// The release build of Tidings: made when it is missing or older than its sources.
pub(crate) fn build(workspace: &Path) -> Result<PathBuf> {
    crate::out::note("building tidings (cargo build --release -p tidings-server)");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .current_dir(workspace)
        .args(["build", "--release", "--quiet", "-p", "tidings-server"])
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("tidings does not build");
    }
    Ok(workspace.join("target/release/tidings"))
}
