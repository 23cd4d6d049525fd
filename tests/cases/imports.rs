//! Directories from other systems: what comes in, who may see it, and that nothing comes in twice
//! or by halves.

mod export;
mod fhir;
mod hmis;
mod job;
mod real;

use std::path::Path;
use std::sync::Arc;

use tidings_server::import::{
    Format, ImportKind, ImportSummary, Problem, Severity, Wanted, Watcher, directory,
};
use tidings_server::seed::cast::agency;

use crate::support::Tidings;

struct Nobody;

impl Watcher for Nobody {
    fn progress(&self, _: u64, _: u64) {}
    fn problem(&self, _: &Problem) {}
}

/// A folder of files.
pub(crate) struct Set(tempfile::TempDir);

impl Set {
    fn of(files: &[(&str, String)]) -> Self {
        let set = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            set.write(name, text);
        }
        set
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    /// Puts one text in the place of another that is there.
    fn change(&self, name: &str, from: &str, to: &str) {
        let path = self.0.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {name}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

/// How a set is to be imported.
#[derive(Clone, Copy)]
struct How {
    format: Format,
    /// Into the demo agency; else each organization is an agency.
    demo: bool,
    strict: bool,
    apply: bool,
}

const FHIR: How = How {
    format: Format::Fhir,
    demo: true,
    strict: false,
    apply: true,
};

const HMIS: How = How {
    format: Format::Hmis,
    demo: false,
    ..FHIR
};

async fn import_path(tidings: &Tidings, path: &Path, how: How) -> ImportSummary {
    let demo = agency::HARBOR_LANE.to_string();
    let wanted = Wanted {
        format: how.format,
        path,
        agency: how.demo.then_some(demo.as_str()),
        organization: None,
        source: None,
        time_zone: "America/New_York",
        strict: how.strict,
        apply: how.apply,
    };
    let service = &tidings.server().service;
    let summary = directory(service, &tidings.config, &wanted, Arc::new(Nobody));
    summary.await.unwrap()
}

async fn import(tidings: &Tidings, set: &Set, how: How) -> ImportSummary {
    import_path(tidings, set.0.path(), how).await
}

/// Added, changed and closed of a kind.
fn counts(summary: &ImportSummary, kind: ImportKind) -> (u64, u64, u64) {
    let counts = summary.of(kind);
    (counts.added, counts.changed, counts.closed)
}

/// The problems, as `file:line field CODE`.
fn told(summary: &ImportSummary) -> Vec<String> {
    let problems = summary.problems.iter();
    let problems = problems.filter(|problem| problem.code.severity() != Severity::Notice);
    let told = problems.map(|problem| {
        format!(
            "{}:{} {} {}",
            problem.file,
            problem.line.unwrap_or_default(),
            problem.field.as_deref().unwrap_or_default(),
            problem.code
        )
    });
    told.collect()
}
