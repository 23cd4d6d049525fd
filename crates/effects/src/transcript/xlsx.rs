//! A spreadsheet (Office Open XML). Every cell is text, and none begins like a formula.

use std::fs::File;
use std::io;
use std::path::Path;

use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};
use tidings_domain::spreadsheet::cell;

use super::{Head, Line, TEXT, cells, columns};

/// Characters of a text in one cell; the rest goes on in the rows below. A cell takes 32,767 units
/// of UTF-16.
const CELL: usize = 16_000;

/// How wide the columns are, in characters.
const WIDTHS: [f64; 9] = [8.0, 27.0, 21.0, 26.0, 8.0, 80.0, 30.0, 21.0, 24.0];

pub(super) struct Pen {
    head: Head,
    file: File,
    book: Workbook,
    row: u32,
    plain: Format,
}

fn broken(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

impl Pen {
    pub(super) fn begin(head: Head, file: File, folder: &Path) -> io::Result<Self> {
        let mut book = Workbook::new();
        book.set_tempdir(folder).map_err(broken)?;
        let sheet = book.add_worksheet_with_constant_memory().map_err(broken)?;
        sheet.set_name("Messages").map_err(broken)?;
        sheet.set_freeze_panes(1, 0).map_err(broken)?;
        for (column, width) in (0..).zip(WIDTHS) {
            sheet.set_column_width(column, width).map_err(broken)?;
        }
        let bold = Format::new().set_bold();
        for (column, title) in (0..).zip(columns(&head)) {
            sheet
                .write_string_with_format(0, column, &title, &bold)
                .map_err(broken)?;
        }
        Ok(Self {
            head,
            file,
            book,
            row: 1,
            plain: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        })
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut row = cells(&self.head, line);
        let text = std::mem::take(&mut row[TEXT]);
        let mut rest = text.as_str();
        loop {
            let end = rest
                .char_indices()
                .nth(CELL)
                .map_or(rest.len(), |(at, _)| at);
            let (part, behind) = rest.split_at(end);
            part.clone_into(&mut row[TEXT]);
            self.write(&row)?;
            if behind.is_empty() {
                return Ok(());
            }
            rest = behind;
            // The number says of which message it is the rest.
            row.iter_mut().skip(1).for_each(String::clear);
        }
    }

    fn write(&mut self, row: &[String]) -> io::Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(broken)?;
        for (column, text) in (0..).zip(row) {
            // SECURITY: saved as CSV, what is text here would be a formula.
            let text = cell(text);
            sheet
                .write_string_with_format(self.row, column, text.as_ref(), &self.plain)
                .map_err(broken)?;
        }
        self.row += 1;
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<File> {
        self.book.save_to_writer(&mut self.file).map_err(broken)?;
        Ok(self.file)
    }
}
