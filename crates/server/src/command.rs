//! The subcommands.

mod export;
mod import;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use tidings_domain::{Clock as _, SystemClock};
use tidings_migrations::Dialect;
use tidings_server::config::{Config, LogFormat};
use tidings_server::seed::{self, CAST, Meter, Size};
use tidings_server::traces::Traces;
use tidings_server::{Parts, Server, auth, open};
use tidings_store::AuditChain;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Secure messages between care teams and the clients whom they serve: a GraphQL gateway.
#[derive(Debug, Parser)]
#[command(name = "tidings", version)]
pub(crate) struct Arguments {
    /// A configuration file; see config.default.toml for every option.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve: the default.
    Serve,
    /// Bring the database's schema up to date and exit.
    Migrate,
    /// Fill the database: the demo agency, or an agency of a given size.
    Seed(Seed),
    /// Print schema.graphql, or the SQL of the migrations.
    Schema {
        /// Print the SQL for this database instead.
        #[arg(long)]
        sql: Option<Sql>,
    },
    /// Print a token for a member of the demo cast.
    Token(Token),
    /// Look at the audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Take a directory in that another system has exported: a preview, until --apply.
    Import(import::Import),
    /// Write a client's record for another system, as a staff member sees it.
    Export(export::Export),
    /// Ask a running server whether it is ready; exits with 1 if not.
    Healthcheck,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sql {
    Sqlite,
    Postgres,
}

#[derive(Debug, Args)]
struct Seed {
    /// Clients; with it, an agency of this size is made instead of the demo agency.
    #[arg(long, requires_all = ["staff", "threads", "messages"])]
    clients: Option<usize>,
    /// Staff members.
    #[arg(long, requires = "clients")]
    staff: Option<usize>,
    /// Threads.
    #[arg(long, requires = "clients")]
    threads: Option<usize>,
    /// Messages in these threads.
    #[arg(long, requires = "clients")]
    messages: Option<usize>,
    /// The seed number: the same number gives the same rows.
    #[arg(long = "seed", default_value_t = 1)]
    number: u64,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Read every entry of every agency; exits with 1 and names the first that is not as it was
    /// written. Prints each agency's last link: kept elsewhere, it shows later whether entries were cut off.
    Verify,
}

#[derive(Debug, Args)]
struct Token {
    /// Whose: a name of the cast, or the UUID of any staff member or portal account.
    #[arg(long = "as", value_name = "NAME", required_unless_present = "list")]
    name: Option<String>,
    /// List the cast.
    #[arg(long)]
    list: bool,
}

/// Says why the program cannot go on.
pub(crate) fn refuse(error: &anyhow::Error) -> ExitCode {
    let _nobody_reads = writeln!(std::io::stderr(), "tidings: {error:#}");
    ExitCode::FAILURE
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(Command::Schema { sql }) = &arguments.command {
        return schema(*sql);
    }
    if let Some(Command::Token(Token { list: true, .. })) = &arguments.command {
        return cast();
    }
    let config = Config::load(arguments.config.as_deref())?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(&config).await,
        Command::Migrate => {
            open(&config).await?;
            say("The database is up to date.")
        }
        Command::Seed(seed) => fill(&config, &seed).await,
        Command::Token(token) => mint(&config, token.name.as_deref().unwrap_or_default()),
        Command::Audit(Audit::Verify) => verify_audit(&config).await,
        Command::Import(asked) => import::run(&config, &asked).await,
        Command::Export(asked) => export::run(&config, &asked).await,
        Command::Healthcheck => healthcheck(&config).await,
        Command::Schema { sql } => schema(sql),
    }
}

fn schema(sql: Option<Sql>) -> anyhow::Result<()> {
    let text = match sql {
        None => tidings_graphql::sdl(),
        Some(Sql::Sqlite) => tidings_migrations::snapshot(Dialect::Sqlite),
        Some(Sql::Postgres) => tidings_migrations::snapshot(Dialect::Postgres),
    };
    Ok(write!(std::io::stdout(), "{text}")?)
}

fn cast() -> anyhow::Result<()> {
    let width = CAST
        .iter()
        .map(|member| member.name.len())
        .max()
        .unwrap_or_default();
    for member in CAST {
        say(&format!("{:width$}  {}", member.name, member.description))?;
    }
    Ok(())
}

fn mint(config: &Config, name: &str) -> anyhow::Result<()> {
    let subject = match seed::cast::find(name) {
        Some(member) => member.principal.uuid(),
        None => name.parse().ok().with_context(|| {
            format!("nobody in the cast is called {name:?}; `tidings token --list` names them")
        })?,
    };
    let ttl = chrono::TimeDelta::minutes(i64::from(config.token_ttl_minutes));
    say(&auth::mint(config, subject, ttl, SystemClock.now())?)
}

async fn fill(config: &Config, wanted: &Seed) -> anyhow::Result<()> {
    let store = open(config).await?;
    let Some(clients) = wanted.clients else {
        seed::demo(&store, &SystemClock).await?;
        store.close().await?;
        return say("The demo agency is there. `tidings token --list` names its people.");
    };
    let size = Size {
        clients,
        staff: wanted.staff.unwrap_or_default(),
        threads: wanted.threads.unwrap_or_default(),
        messages: wanted.messages.unwrap_or_default(),
        seed: wanted.number,
    };
    let done = seed::at_size(&store, &size, &SystemClock, &Meter::new()).await?;
    // Closed by name: SQLite then puts its write-ahead log away.
    store.close().await?;
    say(&format!("{done:#?}"))
}

async fn verify_audit(config: &Config) -> anyhow::Result<()> {
    let store = open(config).await?;
    let mut broken = 0;
    for agency in store.agency_ids().await? {
        match store.verify_audit(agency).await? {
            AuditChain::Whole { entries, head } => {
                say(&format!("{agency}  {entries} entries, whole  {head}"))?;
            }
            AuditChain::Broken { number } => {
                broken += 1;
                say(&format!(
                    "{agency}  entry {number} is not as it was written"
                ))?;
            }
        }
    }
    store.close().await?;
    if broken > 0 {
        bail!("{broken} audit logs are broken");
    }
    Ok(())
}

async fn healthcheck(config: &Config) -> anyhow::Result<()> {
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let answer = reqwest::get(format!("http://{address}/health/ready")).await?;
    let status = answer.status();
    if !status.is_success() {
        bail!(
            "not ready: {}",
            answer.text().await.unwrap_or_default().trim()
        );
    }
    say("ready")
}

/// Logs, and traces if the configuration names a collector.
fn log(config: &Config) -> anyhow::Result<Option<Traces>> {
    let filter = EnvFilter::try_new(&config.log).context("log is not a filter")?;
    // SECURITY: at their verbose levels libraries log what they carry: frames, tokens of HTML, statements.
    let quiet = filter_fn(|line| {
        *line.level() <= tracing::Level::INFO || line.target().starts_with("tidings")
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let traces = Traces::of(config)?;
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(quiet)))
        .with(traces.as_ref().map(Traces::layer))
        .init();
    Ok(traces)
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let configured = config.clone();
    let traces = tokio::task::spawn_blocking(move || log(&configured)).await??;
    let server = Server::start(config, Parts::default()).await?;
    say(&greeting(config, &server))?;
    stop_signal().await?;
    tracing::info!("stopping");
    server.stop().await?;
    if let Some(traces) = traces {
        tokio::task::spawn_blocking(|| traces.finish()).await?;
    }
    Ok(())
}

fn greeting(config: &Config, server: &Server) -> String {
    let address = server.address;
    let mut text = format!(
        "Tidings listens on http://{address}\n  open      http://{address}/\n  GraphQL   \
         http://{address}/graphql   (subscriptions: ws://{address}/graphql)\n"
    );
    if server.seeded {
        text.push_str("  The demo agency was made; its people are the cast.\n");
    }
    if !config.is_production() && !config.uses_jwks() {
        text.push_str(
            "  token     cargo run --release -- token --as clinician   (all names: token --list)\n",
        );
    }
    text
}

/// Waits for Ctrl-C or the signal to terminate.
async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
