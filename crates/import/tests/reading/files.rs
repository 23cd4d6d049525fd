//! Sets as files: zips, whole and hostile.

use std::io::{Cursor, Write as _};

use tidings_import::{Format, Limits, Options, ProblemCode};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::hmis::set;
use crate::{Outcome, read_path};

fn zipped(files: &[(String, Vec<u8>)], folder: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(format!("{folder}{name}"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read_bytes(bytes: &[u8], limits: Limits) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.zip");
    std::fs::write(&path, bytes).unwrap();
    read_path(&path, Format::Hmis, &Options::default(), limits)
}

#[test]
fn a_zip_reads_as_its_folder_does() {
    for folder in ["", "export/2026/", "export\\"] {
        let outcome = read_bytes(&zipped(&set(), folder), Limits::default());
        assert_eq!(outcome.ended, Ok(()));
        assert_eq!(outcome.records.len(), 19);
    }
    let mut with_extras = set();
    with_extras.push(("__MACOSX/._Export.csv".to_owned(), vec![0; 10]));
    assert_eq!(
        read_bytes(&zipped(&with_extras, ""), Limits::default()).ended,
        Ok(())
    );
}

#[test]
fn a_zip_that_is_broken_off_or_damaged_is_refused_at_whatever_byte() {
    let whole = zipped(&set(), "");
    for cut in (0..whole.len()).step_by(97) {
        let outcome = read_bytes(&whole[..cut], Limits::default());
        assert!(outcome.ended.is_err(), "cut at {cut}");
    }
    let mut damaged = whole.clone();
    // Within the compressed bytes of the first file: its checksum does not fit any more.
    damaged[60] ^= 0x55;
    let outcome = read_bytes(&damaged, Limits::default());
    assert!(
        outcome.refused_with(ProblemCode::Unreadable),
        "{:?}",
        outcome.told()
    );
}

#[test]
fn two_files_of_one_name_are_refused() {
    let mut twice = set();
    twice.push(("other/EXPORT.csv".to_owned(), b"x".to_vec()));
    assert!(
        read_bytes(&zipped(&twice, ""), Limits::default()).refused_with(ProblemCode::DuplicateFile)
    );
}

#[test]
fn what_unfolds_beyond_reason_is_refused_while_it_unfolds() {
    let mut bomb = set();
    let clients = &mut bomb
        .iter_mut()
        .find(|(name, _)| name == "Client.csv")
        .unwrap()
        .1;
    clients.extend(std::iter::repeat_n(b'\n', 40 * 1024 * 1024));
    let zip = zipped(&bomb, "");
    assert!(zip.len() < 200_000, "{} bytes", zip.len());
    let outcome = read_bytes(&zip, Limits::default());
    assert!(
        outcome.refused_with(ProblemCode::TooLarge),
        "{:?}",
        outcome.told()
    );
    let few = Limits {
        bytes: 100,
        ..Limits::default()
    };
    assert!(read_bytes(&zipped(&set(), ""), few).refused_with(ProblemCode::TooLarge));
    let few = Limits {
        files: 3,
        ..Limits::default()
    };
    assert!(read_bytes(&zipped(&set(), ""), few).refused_with(ProblemCode::TooLarge));
}

#[test]
fn what_is_not_there_or_has_nothing_of_the_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let outcome = read_path(
        &nowhere,
        Format::Hmis,
        &Options::default(),
        Limits::default(),
    );
    assert!(outcome.refused_with(ProblemCode::Unreadable));
    let outcome = read_path(
        folder.path(),
        Format::Fhir,
        &Options::default(),
        Limits::default(),
    );
    assert!(outcome.refused_with(ProblemCode::NoFiles));
}
