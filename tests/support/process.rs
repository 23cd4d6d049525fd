//! The real binary as a process of its own, to be killed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::{Clock as _, SystemClock};
use tidings_server::auth;
use tidings_server::config::Config;
use tidings_server::seed::cast;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::sync::OnceCell;

use super::{Database, Socket};

/// The file in the database's folder that it logs into.
const LOG: &str = "tidings.log";

static BINARY: OnceCell<PathBuf> = OnceCell::const_new();

/// The binary `tidings`: the one that `TIDINGS_TEST_BINARY` names, or ours, brought up to date once.
fn build() -> PathBuf {
    if let Some(binary) = std::env::var_os("TIDINGS_TEST_BINARY") {
        return binary.into();
    }
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args([
        "build",
        "--quiet",
        // As the tests were built, for the whole workspace and beside a test: with other features most of
        // the tree would be built again.
        "--workspace",
        "--test",
        "law",
        "--bin",
        "tidings",
    ]);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.unwrap().success(), "tidings does not build");
    profile.join("tidings")
}

/// `tidings serve` on a database that outlives it.
pub(crate) struct Process {
    running: Running,
    database: Database,
    /// Where it listens, for example `127.0.0.1:34567`.
    pub(crate) address: String,
}

impl Process {
    /// Starts it on a fresh database.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with options, as environment variables.
    pub(crate) async fn start_with(options: &[(&str, &str)]) -> Self {
        let database = Database::fresh().await;
        let (running, address) = spawn(&database, options).await;
        Self {
            running,
            database,
            address,
        }
    }

    /// Kills it with SIGKILL: nothing of it runs on. Answers its sockets with nothing.
    pub(crate) async fn kill(&mut self) {
        self.running.child.kill().await.unwrap();
    }

    /// Starts it again on the same database, at another address.
    pub(crate) async fn restart(&mut self) {
        (self.running, self.address) = spawn(&self.database, &[]).await;
    }

    /// Everything that it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.database.folder().join(LOG)).unwrap()
    }

    /// The folder of its files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// Changes rows behind its back.
    pub(crate) async fn alter(&self, sql: &str) {
        self.database.alter(sql).await;
    }

    /// The most memory that it ever held, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let id = self.running.child.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.unwrap().parse().unwrap()
    }

    /// A token for a member of the cast, good across restarts.
    pub(crate) fn token(&self, name: &str) -> String {
        let config = Config::read(None, self.database.folder(), environment(&self.database));
        let subject = cast::find(name).unwrap().principal.uuid();
        let now = SystemClock.now();
        auth::mint(&config.unwrap(), subject, TimeDelta::hours(1), now).unwrap()
    }

    /// Opens a socket and signs in on it.
    pub(crate) async fn socket(&self, token: &str) -> Socket {
        Socket::open(&self.address, Some(token)).await
    }
}

/// Asks; fails when there is no whole answer.
pub(crate) async fn post(
    address: &str,
    token: &str,
    query: &str,
    variables: &Value,
) -> reqwest::Result<Value> {
    reqwest::Client::new()
        .post(format!("http://{address}/graphql"))
        .bearer_auth(token)
        .json(&json!({ "query": query, "variables": variables }))
        .send()
        .await?
        .json()
        .await
}

fn environment(database: &Database) -> Vec<(String, String)> {
    let folder = database.folder().display().to_string();
    [
        ("TIDINGS_LISTEN", "127.0.0.1:0"),
        ("TIDINGS_DATA_DIR", &folder),
        ("TIDINGS_DATABASE_URL", database.url()),
        ("TIDINGS_LOG", "error"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// A running process: what it says is kept open.
struct Running {
    child: Child,
    _says: Lines<BufReader<ChildStdout>>,
}

async fn spawn(database: &Database, options: &[(&str, &str)]) -> (Running, String) {
    let mut log = std::fs::File::options();
    let log = log
        .create(true)
        .append(true)
        .open(database.folder().join(LOG))
        .unwrap();
    let binary = BINARY
        .get_or_init(|| async { tokio::task::spawn_blocking(build).await.unwrap() })
        .await;
    let mut child = tokio::process::Command::new(binary)
        .current_dir(database.folder())
        .envs(environment(database))
        .envs(options.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(address) = line.strip_prefix("Tidings listens on http://") {
            let address = address.to_owned();
            return (
                Running {
                    child,
                    _says: lines,
                },
                address,
            );
        }
    }
    panic!("tidings has ended: {:?}", child.wait().await);
}
