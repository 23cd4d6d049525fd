//! File sets as they come, whole and broken: what is read of them, and what is told of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod export;
mod fhir;
mod files;
mod hmis;

use std::path::Path;

use tidings_import::{
    Ended, FileSet, Format, Item, Limits, Options, Problem, ProblemCode, Record, read,
};

/// What came of a reading.
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) ended: Result<(), Ended>,
}

impl Outcome {
    /// The problems as `file:line field CODE`.
    pub(crate) fn told(&self) -> Vec<String> {
        let told = self.problems.iter().map(|problem| {
            let line = problem.line.map(|line| format!(":{line}"));
            let field = problem.field.as_ref().map(|field| format!(" {field}"));
            format!(
                "{}{}{} {}",
                problem.file,
                line.unwrap_or_default(),
                field.unwrap_or_default(),
                problem.code
            )
        });
        told.collect()
    }

    pub(crate) fn refused_with(&self, code: ProblemCode) -> bool {
        let told = self.problems.iter().any(|problem| problem.code == code);
        self.ended == Err(Ended::Refused) && told
    }
}

/// Reads a path.
pub(crate) fn read_path(path: &Path, format: Format, options: &Options, limits: Limits) -> Outcome {
    let mut outcome = Outcome {
        records: Vec::new(),
        problems: Vec::new(),
        ended: Ok(()),
    };
    let set = match FileSet::open(path, limits) {
        Ok(set) => set,
        Err(problem) => {
            outcome.problems.push(problem);
            outcome.ended = Err(Ended::Refused);
            return outcome;
        }
    };
    outcome.ended = read(format, &set, options, &mut |item| {
        match item {
            Item::Record(_, record) => outcome.records.push(record),
            Item::Problem(problem) => outcome.problems.push(problem),
            Item::Total(_) | Item::Read(_) => {}
        }
        Ok(())
    });
    outcome
}

/// Writes files into a folder and reads it.
pub(crate) fn read_files(
    files: &[(String, Vec<u8>)],
    format: Format,
    options: &Options,
) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    read_path(folder.path(), format, options, Limits::default())
}
