//! Programs of `tests/clients/` and `tests/browser/`: real JavaScript clients, and what drives a browser, run by Node.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::sync::OnceCell;

/// How long a test waits for a line that must come; starting Node takes some of it.
const PATIENCE: Duration = Duration::from_mins(1);

static CLIENTS: OnceCell<PathBuf> = OnceCell::const_new();
static BROWSER: OnceCell<PathBuf> = OnceCell::const_new();
static EXAMPLE: OnceCell<PathBuf> = OnceCell::const_new();

/// A running program that says one JSON value a line.
pub(crate) struct Node {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Node {
    /// Starts a program of `tests/clients/` with these variables in its environment.
    pub(crate) async fn start(program: &str, variables: &[(&str, &str)]) -> Self {
        let folder = installed(&CLIENTS, "clients").await;
        Self::run(&folder.join(program), variables)
    }

    /// Starts a program of `tests/browser/` with these variables in its environment.
    pub(crate) async fn browser(program: &str, variables: &[(&str, &str)]) -> Self {
        let folder = installed(&BROWSER, "browser").await;
        Self::run(&folder.join(program), variables)
    }

    /// Makes `examples/spa` ready to run: a program of `tests/browser/` serves it.
    pub(crate) async fn example() {
        installed(&EXAMPLE, "../examples/spa").await;
    }

    /// Tells it one JSON value, on a line of its standard input.
    pub(crate) async fn hears(&mut self, value: &Value) {
        let line = format!("{value}\n");
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(line.as_bytes()).await.unwrap();
    }

    fn run(program: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child = tokio::process::Command::new("node")
            .arg(program)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next. Panics if nothing comes, or if it has ended.
    pub(crate) async fn says(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("the program says nothing"));
        let line = line
            .unwrap()
            .unwrap_or_else(|| panic!("the program has ended"));
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    }

    /// That it has said everything, and ends without a fault.
    pub(crate) async fn ends(mut self) {
        drop(self.child.stdin.take());
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        assert_eq!(line.unwrap().unwrap(), None);
        assert!(self.child.wait().await.unwrap().success());
    }
}

async fn installed(once: &'static OnceCell<PathBuf>, name: &'static str) -> &'static Path {
    let install = || async { tokio::task::spawn_blocking(|| install(name)).await.unwrap() };
    once.get_or_init(install).await
}

/// Brings `node_modules` to what the lock file says, once; answers the folder of the programs.
fn install(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let lock = std::fs::read(folder.join("package-lock.json")).unwrap();
    let stamp = folder.join("node_modules/.installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return folder;
    }
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .status()
        .unwrap_or_else(|error| {
            panic!(
                "npm does not start ({error}): install Node.js 20 or newer (Debian: nodejs, npm)"
            )
        });
    assert!(status.success(), "`npm ci` failed in {}", folder.display());
    std::fs::write(stamp, lock).unwrap();
    folder
}
