//! `tidings import`: a preview of what the files would change, and on demand the change.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tidings_server::config::Config;
use tidings_server::import::{
    Format, ImportKind, ImportSummary, Problem, Severity, Wanted, Watcher, directory, service,
};

use super::say;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    /// FHIR R4: a folder or zip of *.ndjson, or of Bundles in *.json; or one such file.
    Fhir,
    /// HMIS CSV, FY2026: a folder or a zip.
    Hmis,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// How the directory is written.
    format: Written,
    /// A folder, a zip or a file.
    path: PathBuf,
    /// The agency that all of it goes to: its UUID or its name. Without it, each organization is an agency.
    #[arg(long)]
    agency: Option<String>,
    /// HMIS with --agency: the id of the organization whose part is taken.
    #[arg(long, requires = "agency")]
    organization: Option<String>,
    /// What the system is called here; its ids are matched under this name. By default the format's.
    #[arg(long)]
    source: Option<String>,
    /// The IANA time zone of agencies that are made.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Refuse all of it if there is any problem.
    #[arg(long)]
    strict: bool,
    /// Store it, after a preview and a question.
    #[arg(long)]
    apply: bool,
    /// Do not ask.
    #[arg(long, requires = "apply")]
    yes: bool,
}

pub(super) async fn run(config: &Config, asked: &Import) -> anyhow::Result<()> {
    let service = service(config).await?;
    let mut wanted = Wanted {
        format: match asked.format {
            Written::Fhir => Format::Fhir,
            Written::Hmis => Format::Hmis,
        },
        path: &asked.path,
        agency: asked.agency.as_deref(),
        organization: asked.organization.as_deref(),
        source: asked.source.as_deref(),
        time_zone: &asked.time_zone,
        strict: asked.strict,
        apply: false,
    };
    let meter = Meter::new(true);
    let preview = directory(&service, config, &wanted, meter.clone()).await?;
    meter.bar.finish_and_clear();
    say(&shown(&preview))?;
    ensure!(!preview.refused, "the set is refused; nothing was stored");
    if !asked.apply {
        return say("This is a preview; nothing was stored. Add --apply to store it.");
    }
    if !preview.changes() {
        return say("There is nothing to store.");
    }
    if !asked.yes && !confirmed()? {
        return say("Nothing was stored.");
    }
    wanted.apply = true;
    // The preview has told of the problems.
    let meter = Meter::new(false);
    let done = directory(&service, config, &wanted, meter.clone()).await?;
    meter.bar.finish_and_clear();
    ensure!(done.applied, "the set is refused; nothing was stored");
    service.store.close().await?;
    say("Stored.")
}

fn confirmed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to confirm it: add --yes");
    }
    let mut out = std::io::stdout();
    write!(out, "Store this? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A summary as a table.
fn shown(summary: &ImportSummary) -> String {
    use std::fmt::Write as _;

    let mut text = format!(
        "{:<22}{:>9}{:>9}{:>9}{:>11}\n",
        "", "added", "changed", "closed", "unchanged"
    );
    for kind in ImportKind::ALL {
        let counts = summary.of(kind);
        let name = match kind {
            ImportKind::Agency => "agencies",
            ImportKind::Program => "programs",
            ImportKind::Staff => "staff",
            ImportKind::Client => "clients",
            ImportKind::Family => "family profiles",
            ImportKind::Enrollment => "enrolments",
            ImportKind::CareTeam => "care team memberships",
        };
        let _infallible = writeln!(
            text,
            "{name:<22}{:>9}{:>9}{:>9}{:>11}",
            counts.added, counts.changed, counts.closed, counts.unchanged
        );
    }
    let problems = summary.problems_of(Severity::Problem) + summary.problems_of(Severity::Fatal);
    let notices = summary.problems_of(Severity::Notice);
    let _infallible = write!(text, "{problems} problems, {notices} notices");
    text
}

/// A progress bar on a terminal, and the problems as they come, both to standard error.
struct Meter {
    bar: ProgressBar,
    problems: bool,
}

impl Meter {
    fn new(problems: bool) -> Arc<Self> {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let template = "{bar:30} {percent:>3} %  {bytes} of {total_bytes}  {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Arc::new(Self { bar, problems })
    }
}

impl Watcher for Meter {
    fn progress(&self, read: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(read);
    }

    fn problem(&self, problem: &Problem) {
        if self.problems {
            self.bar.suspend(|| {
                let _nobody_reads = writeln!(std::io::stderr(), "{problem}");
            });
        }
    }
}
