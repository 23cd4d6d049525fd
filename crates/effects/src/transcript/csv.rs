//! CSV (RFC 4180) in UTF-8, with the mark by which spreadsheet programs tell that it is.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use tidings_domain::spreadsheet::csv_field;

use super::{Head, Line, cells, columns};

pub(super) struct Pen {
    head: Head,
    file: BufWriter<File>,
}

impl Pen {
    pub(super) fn begin(head: Head, file: File) -> io::Result<Self> {
        let mut pen = Self {
            file: BufWriter::new(file),
            head,
        };
        pen.file.write_all("\u{feff}".as_bytes())?;
        pen.row(&columns(&pen.head))?;
        Ok(pen)
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        self.row(&cells(&self.head, line))
    }

    pub(super) fn end(self) -> io::Result<File> {
        Ok(self.file.into_inner()?)
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        // SECURITY: no cell begins like a formula.
        let fields: Vec<String> = cells.iter().map(|cell| csv_field(cell)).collect();
        self.file.write_all(fields.join(",").as_bytes())?;
        self.file.write_all(b"\r\n")
    }
}
