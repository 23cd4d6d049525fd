//! Directories from and for other systems at the front door: from a path and the configuration to the
//! use case. What the command line and the tests call.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use tidings_domain::{AgencyId, RandomIds, Role, SystemClock};
use tidings_effects::Bus;
use tidings_import::{FileSet, Limits, Options};
use tidings_service::{ImportDirectory, Service};
use uuid::Uuid;

pub use tidings_import::{Format, Problem, ProblemCode, Severity};
pub use tidings_service::{Counts, ImportKind, ImportSummary, QueueImport, Watcher};

use crate::config::Config;
use crate::files;
use crate::wiring::open;

/// A directory to import, as somebody asks for it.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// How it is written.
    pub format: Format,
    /// A folder, a zip or a file.
    pub path: &'a Path,
    /// The agency that all of it goes to, by its UUID or its name.
    pub agency: Option<&'a str>,
    /// With HMIS and one agency: whose part of the files is taken.
    pub organization: Option<&'a str>,
    /// What the system is called here; by default `fhir` or `hmis`.
    pub source: Option<&'a str>,
    /// The time zone of agencies that are made.
    pub time_zone: &'a str,
    /// Whether any problem refuses all of it.
    pub strict: bool,
    /// Whether it is stored.
    pub apply: bool,
}

/// The use cases on a configuration's database, without a server: no stream is fed, a running
/// server finds the events at its next look.
pub async fn service(config: &Config) -> anyhow::Result<Service> {
    let store = open(config).await?;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let files = files::open(config)?;
    Ok(Service::new(store, clock, ids, Bus::local(), files))
}

/// Previews an import, or does it.
pub async fn directory(
    service: &Service,
    config: &Config,
    wanted: &Wanted<'_>,
    watcher: Arc<dyn Watcher>,
) -> anyhow::Result<ImportSummary> {
    let zone: Result<chrono_tz::Tz, _> = wanted.time_zone.parse();
    ensure!(
        zone.is_ok(),
        "{:?} is no IANA time zone, such as America/Chicago",
        wanted.time_zone
    );
    let agency = match wanted.agency {
        Some(name) => Some(agency(service, name).await?),
        None => None,
    };
    let set = match FileSet::open(wanted.path, Limits::default()) {
        Ok(set) => set,
        Err(problem) => return Ok(refused(problem, &*watcher)),
    };
    let import = ImportDirectory {
        format: wanted.format,
        set,
        options: Options {
            organization: wanted.organization.map(str::to_owned),
            ..options(config)?
        },
        source: source(wanted)?,
        agency,
        time_zone: wanted.time_zone.to_owned(),
        strict: wanted.strict,
        apply: wanted.apply,
        by: None,
    };
    Ok(service.import_directory(import, watcher).await?)
}

/// Writes a client's record as a FHIR Bundle, as a staff member sees it.
pub async fn export_client<W: std::io::Write>(
    service: &Service,
    staff: Uuid,
    client: Uuid,
    out: W,
) -> anyhow::Result<W> {
    let viewer = service.store.viewer(staff, service.clock.now()).await?;
    let viewer = viewer.context("nobody of this id may sign in")?;
    Ok(service.export_client(&viewer, client.into(), out).await?)
}

/// What comes of a set that cannot be opened.
fn refused(problem: Problem, watcher: &dyn Watcher) -> ImportSummary {
    watcher.problem(&problem);
    ImportSummary::refused_for(problem)
}

fn source(wanted: &Wanted<'_>) -> anyhow::Result<String> {
    let usual = match wanted.format {
        Format::Fhir => "fhir",
        Format::Hmis => "hmis",
    };
    let source = wanted.source.unwrap_or(usual);
    ensure!(
        (1..=64).contains(&source.len()) && source.bytes().all(|byte| byte.is_ascii_graphic()),
        "the name of a source is 1 to 64 visible ASCII characters"
    );
    Ok(source.to_owned())
}

/// The agency of this UUID or this name.
async fn agency(service: &Service, name: &str) -> anyhow::Result<AgencyId> {
    if let Ok(id) = name.parse() {
        let id = AgencyId(id);
        ensure!(
            service.store.agency_exists(id).await?,
            "there is no agency {name}"
        );
        return Ok(id);
    }
    match *service.store.agencies_named(name).await? {
        [agency] => Ok(agency),
        [] => bail!("no agency is called {name:?}"),
        _ => bail!("several agencies are called {name:?}: say which by its UUID"),
    }
}

/// What the configuration says to the readers.
pub(crate) fn options(config: &Config) -> anyhow::Result<Options> {
    let mut role_codes = BTreeMap::new();
    for line in &config.import_role_codes {
        let (code, name) = role_code(line).context("import_role_codes is checked at the start")?;
        role_codes.insert(code.to_owned(), name);
    }
    let roles = config.import_hmis_roles.iter();
    Ok(Options {
        role_codes,
        hmis_roles: roles.filter_map(|name| role(name)).collect(),
        encounter_days: config.import_encounter_days,
        ..Options::default()
    })
}

/// A line of `import_role_codes`: `SYSTEM|CODE=ROLE`.
pub(crate) fn role_code(line: &str) -> Option<(&str, Role)> {
    let (code, name) = line.rsplit_once('=')?;
    let (system, word) = code.rsplit_once('|')?;
    (!system.is_empty() && !word.is_empty()).then_some(())?;
    Some((code, role(name)?))
}

/// A role by its name.
pub(crate) fn role(name: &str) -> Option<Role> {
    Role::ALL.iter().copied().find(|role| role.as_str() == name)
}
