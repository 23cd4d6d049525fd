//! The house's own tools, for developers and for CI: `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `test` | every test of the workspace on SQLite, then the database tests on a private PostgreSQL |
//! | `postgres` | the same private PostgreSQL, kept until Ctrl-C, for work by hand |
//! | `tidy` | the rules of the house that the compiler cannot see, as `file:line` with how to mend it |
//! | `web` | remakes what npm makes: the page that the server carries, the example; `--check` only compares |
//! | `generate` | remakes the generated files; `--check` only compares |
//!
//! This crate knows nothing of Tidings itself: it depends on none of our crates, so that it builds in seconds and can
//! judge a tree that does not compile. What it asks of the product, it asks by running its binary.
//!
//! To add a tidy rule: write a pure function over a file's text, or over the model of the packages, that returns
//! violations; a unit test in which it fails; a row in `RULES` of `tidy/mod.rs` and a test beside it. To add a generated
//! file: one row in `GENERATED` of `generate.rs`.

mod chromium;
mod debian;
mod generate;
mod node;
mod out;
mod postgres;
mod process;
mod test;
mod tidy;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The house's own tools")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test on SQLite, then the database tests on a private PostgreSQL
    Test(test::Options),
    /// Start the tests' private PostgreSQL and keep it until Ctrl-C
    Postgres,
    /// Check the rules of the house that the compiler cannot see
    Tidy,
    /// Remake what npm makes: the page that the server carries, the example's documents
    Web(web::Options),
    /// Remake the generated files
    Generate(generate::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = process::watch_signals().and_then(|()| match cli.command {
        Command::Test(options) => test::run(&options),
        Command::Postgres => postgres::serve(),
        Command::Tidy => tidy::run(),
        Command::Web(options) => web::run(&options),
        Command::Generate(options) => generate::run(&options),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_) if process::interrupted() => {
            out::note("interrupted");
            ExitCode::from(process::EXIT_INTERRUPTED)
        }
        Err(error) => {
            out::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
