//! `Export.csv`: what the set is.

use chrono::NaiveDate;

use super::each;
use crate::files::FileSet;
use crate::problem::{Problem, ProblemCode};
use crate::record::Item;
use crate::{Ended, Sink, text};

/// The versions of the format that are known.
const VERSIONS: &[&str] = &["2026 v1"];

/// The day of the export, and whether names are hashes.
pub(super) fn read(set: &FileSet, sink: &mut Sink<'_>) -> Result<(NaiveDate, bool), Ended> {
    const COLUMNS: &[&str] = &[
        "ExportID",
        "SourceName",
        "ExportDate",
        "CSVVersion",
        "HashStatus",
    ];
    let mut found = None;
    each(set, "Export.csv", COLUMNS, sink, &mut |line, sink| {
        if found.is_some() {
            return sink(line.problem(ProblemCode::DuplicateId, "ExportID"));
        }
        let refuse = |code, column: &str, sink: &mut Sink<'_>| {
            sink(line.problem(code, column))?;
            Err(Ended::Refused)
        };
        if !VERSIONS.contains(&line.get("CSVVersion")) {
            return refuse(ProblemCode::UnknownVersion, "CSVVersion", sink);
        }
        let hashed = match line.get("HashStatus") {
            "1" => false,
            // SHA-1, another hash, SHA-256: none of them is a name.
            "2" | "3" | "4" => {
                sink(line.problem(ProblemCode::HashedNames, "HashStatus"))?;
                true
            }
            _ => return refuse(ProblemCode::UnknownVersion, "HashStatus", sink),
        };
        let day = line.get("ExportDate").get(..10).and_then(text::day);
        let Some(day) = day else {
            return refuse(ProblemCode::UnknownVersion, "ExportDate", sink);
        };
        found = Some((day, hashed));
        Ok(())
    })?;
    if let Some(found) = found {
        return Ok(found);
    }
    sink(Item::Problem(Problem::of_file(
        ProblemCode::UnknownVersion,
        "Export.csv",
    )))?;
    Err(Ended::Refused)
}
