//! `cargo xtask test`: the project's test command.
//!
//! Two halves. First everything (unit tests, end-to-end tests, doc tests) without `TIDINGS_TEST_DATABASE_URL`: that is
//! SQLite, a file per test. Then once more, with the variable set to a private PostgreSQL, the packages of
//! [`POSTGRES_PACKAGES`]. The second half runs the very binaries of the first: asking Cargo for fewer packages would
//! unify features differently and build most of the dependencies again.

mod binaries;
mod counts;

use std::{env, process::Command, thread};

use anyhow::{Context, Result, bail};

use self::{binaries::TestBinary, counts::Counts};
use crate::{
    chromium, node, out,
    postgres::{self, Cluster},
    process,
    tidy::model::{Model, Package},
    workspace,
};

/// The variable that tells a test where PostgreSQL is. Without it a test makes itself a SQLite file.
pub(crate) const DATABASE_URL: &str = "TIDINGS_TEST_DATABASE_URL";

/// The packages whose tests look at [`DATABASE_URL`].
const POSTGRES_PACKAGES: &[&str] = &["tidings-store", "tidings-tests"];

/// The package whose tests run JavaScript clients and a browser.
const NODE_PACKAGE: &str = "tidings-tests";

/// `cargo xtask test`'s own arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Leave the PostgreSQL half out
    #[arg(long)]
    sqlite_only: bool,
    /// Run only tests whose name contains NAME
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Test only this package instead of the workspace (may be given several times)
    #[arg(short, long, value_name = "PACKAGE")]
    package: Vec<String>,
    /// Passed to every test binary
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<String>,
}

impl Options {
    /// `cargo test` for what is chosen.
    ///
    /// Always for the workspace, narrowed by targets: asked for a package, Cargo unifies features for that
    /// package alone, and builds most dependencies and all of our crates once more.
    fn cargo_test(&self, model: &Model) -> Command {
        let mut command = workspace::cargo();
        command.args(["test", "--workspace"]);
        let chosen = self.package.iter();
        let packages =
            chosen.flat_map(|name| model.packages.iter().filter(move |p| p.name == *name));
        let targets = packages.flat_map(Package::test_targets);
        let mut words: Vec<Vec<String>> = targets.collect();
        words.sort();
        words.dedup();
        command.args(words.concat());
        command
    }

    /// Says so when a package is asked for that is none of ours.
    fn check_packages(&self, model: &Model) -> Result<()> {
        let known = |name: &String| model.packages.iter().any(|package| package.name == *name);
        match self.package.iter().find(|name| !known(name)) {
            Some(name) => bail!("the workspace has no package {name}"),
            None => Ok(()),
        }
    }

    /// The packages of the PostgreSQL half.
    fn postgres_packages(&self) -> Vec<&'static str> {
        let chosen =
            |name: &&str| self.package.is_empty() || self.package.iter().any(|p| p == name);
        if self.sqlite_only {
            Vec::new()
        } else {
            POSTGRES_PACKAGES.iter().copied().filter(chosen).collect()
        }
    }
}

/// What the halves have found so far.
#[derive(Default)]
struct Tally {
    counts: Counts,
    problems: Vec<String>,
}

impl Tally {
    /// Runs one command that ends in test summaries, and adds them up.
    ///
    /// A command that fails without a failed test (it did not compile, or a binary crashed) counts as one failed test,
    /// so that the closing line cannot read as success.
    fn run(&mut self, what: &str, command: &mut Command) -> Result<()> {
        command.env("RUST_TEST_THREADS", threads());
        let mut counts = Counts::default();
        let status = process::stream(command, |line| {
            out::raw(line);
            if let Some(more) = Counts::parse(line) {
                counts += more;
            }
        })?;
        if !status.success() {
            self.problems.push(format!(
                "{what}: `{}` ended with {status}",
                process::describe(command)
            ));
            counts.failed = counts.failed.max(1);
        }
        self.counts += counts;
        Ok(())
    }
}

/// How many tests run at once in one binary, unless `RUST_TEST_THREADS` is already set.
///
/// Twice the cores: an end-to-end test mostly waits, for its server, its database or an event. No more than 16, so
/// that the servers' connection pools together stay below the cluster's `max_connections`.
fn threads() -> String {
    env::var("RUST_TEST_THREADS").unwrap_or_else(|_| {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        (2 * cores).clamp(4, 16).to_string()
    })
}

/// Runs the tests; `false` when any failed.
///
/// # Errors
/// When the tests cannot be run at all: no PostgreSQL, no Node.js, no Chromium, a signal.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let model = Model::load()?;
    options.check_packages(&model)?;
    let packages = options.postgres_packages();
    // Found or installed before the tests begin, so that a machine without them says so at once.
    let installation = if packages.is_empty() {
        None
    } else {
        Some(postgres::ensure()?)
    };

    if options.package.is_empty() || options.package.iter().any(|p| p == NODE_PACKAGE) {
        node::ensure()?;
        chromium::ensure()?;
    }

    let mut tally = Tally::default();
    out::note("tests on SQLite");
    on_sqlite(options, &model, &mut tally)?;

    if let Some(installation) = installation {
        // Nothing to run when the first half did not compile; it has said so.
        match binaries::built(&mut options.cargo_test(&model), &model, &packages) {
            Ok(binaries) => {
                let cluster = Cluster::start(&installation)?;
                on_postgres(options, &cluster, &binaries, &mut tally)?;
            }
            Err(error) if process::interrupted() => return Err(error),
            Err(error) => tally
                .problems
                .push(format!("tests on PostgreSQL: {error:#}")),
        }
    }

    if tally.counts.ran() == 0 && options.filter.is_none() {
        tally.problems.push("no test was run".to_owned());
    }
    if !tally.problems.is_empty() {
        tally.counts.failed = tally.counts.failed.max(1);
    }
    for problem in &tally.problems {
        out::note(problem);
    }
    out::line(&tally.counts.to_string());
    Ok(tally.problems.is_empty())
}

/// The first half: the workspace as `cargo test` runs it, or the binaries of the chosen packages.
fn on_sqlite(options: &Options, model: &Model, tally: &mut Tally) -> Result<()> {
    const WHAT: &str = "tests on SQLite";
    let mut command = options.cargo_test(model);
    if options.package.is_empty() {
        command.arg("--no-fail-fast").env_remove(DATABASE_URL);
        command.args(&options.filter).arg("--").args(&options.args);
        return tally.run(WHAT, &mut command);
    }
    tally.run(WHAT, command.arg("--no-run"))?;
    if !tally.problems.is_empty() {
        return Ok(());
    }
    let chosen: Vec<&str> = options.package.iter().map(String::as_str).collect();
    for binary in binaries::built(&mut options.cargo_test(model), model, &chosen)? {
        out::note(&format!("running {}", binary.name()));
        let mut command = binary.command();
        command.env_remove(DATABASE_URL);
        command.args(&options.filter).args(&options.args);
        tally.run(&binary.name(), &mut command)?;
    }
    Ok(())
}

/// The second half: the given binaries against the cluster.
fn on_postgres(
    options: &Options,
    cluster: &Cluster,
    binaries: &[TestBinary],
    tally: &mut Tally,
) -> Result<()> {
    out::note(&format!(
        "tests on PostgreSQL, {DATABASE_URL}={}",
        cluster.url()
    ));
    let before = tally.counts.ran();
    for binary in binaries {
        out::note(&format!("running {} on PostgreSQL", binary.name()));
        let mut command = binary.command();
        command.env(DATABASE_URL, cluster.url());
        command.args(&options.filter).args(&options.args);
        tally.run(&format!("{} on PostgreSQL", binary.name()), &mut command)?;
    }
    // Guards against a suite that has stopped looking at the variable and is green on SQLite twice.
    if options.filter.is_none() {
        let connections = cluster
            .connections()
            .context("cannot read the server's log")?;
        if tally.counts.ran() == before || connections == 0 {
            tally.problems.push(format!(
                "tests on PostgreSQL: no test connected to {DATABASE_URL}"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    fn options(words: &[&str]) -> Options {
        Cli::parse_from([&["test"], words].concat()).options
    }

    #[test]
    fn the_whole_workspace_is_tested_by_default() {
        let options = options(&[]);
        assert_eq!(options.postgres_packages(), POSTGRES_PACKAGES);
        let command = options.cargo_test(&Model::load().unwrap());
        assert!(process::describe(&command).ends_with("test --workspace"));
    }

    #[test]
    fn chosen_packages_narrow_both_halves() {
        let options = options(&["-p", "tidings-store", "-p", "xtask", "--", "--nocapture"]);
        assert_eq!(options.postgres_packages(), ["tidings-store"]);
        let model = Model::load().unwrap();
        options.check_packages(&model).unwrap();
        let command = process::describe(&options.cargo_test(&model));
        assert!(
            command.ends_with("test --workspace --bin xtask --lib --test store"),
            "{command}"
        );
        assert_eq!(options.args, ["--nocapture"]);
    }

    #[test]
    fn a_package_of_no_workspace_is_refused() {
        let options = options(&["-p", "tidings-stroe"]);
        let error = options.check_packages(&Model::load().unwrap()).unwrap_err();
        assert!(error.to_string().contains("tidings-stroe"));
    }

    #[test]
    fn sqlite_only_leaves_postgres_out() {
        assert!(options(&["--sqlite-only"]).postgres_packages().is_empty());
    }

    #[test]
    fn a_failure_without_a_failed_test_still_counts() {
        let mut tally = Tally::default();
        let mut crash = Command::new("sh");
        crash.args(["-c", "exit 101"]);
        tally.run("a crash", &mut crash).unwrap();
        assert_eq!(
            tally.counts,
            Counts {
                failed: 1,
                ..Counts::default()
            }
        );
        assert_eq!(tally.problems.len(), 1);
    }
}
