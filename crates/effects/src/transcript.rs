//! A thread as a file to keep: CSV, a spreadsheet, PDF or JSON (P-26, T-35).
//!
//! Lines go through to a file without a name, one at a time: memory does not grow with the thread. What
//! stands in a line is the caller's to decide; here nothing is left out and nothing added.
//!
//! Everything here blocks.

mod csv;
mod json;
mod pdf;
mod xlsx;

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use tidings_domain::ExportFormat;

/// What stands above the lines.
#[derive(Clone, Debug)]
pub struct Head {
    /// The agency.
    pub agency: String,
    /// The thread's subject.
    pub subject: String,
    /// The thread's client, if it is one.
    pub client: Option<String>,
    /// The agency's time zone.
    pub zone: Tz,
    /// For whom it was made.
    pub made_for: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Whether it tells when the client first saw each message: for staff.
    pub receipts: bool,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the thread.
    pub number: i64,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Who wrote it.
    pub sender: String,
    /// Whether that is a staff member.
    pub by_staff: bool,
    /// Its text; empty if it is deleted.
    pub text: String,
    /// The names of its files.
    pub attachments: Vec<String>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When the client first saw it.
    pub seen_by_client_at: Option<DateTime<Utc>>,
}

/// A file in the making.
pub struct Transcript(Pen);

enum Pen {
    Csv(csv::Pen),
    Json(json::Pen),
    Pdf(Box<pdf::Pen>),
    Xlsx(Box<xlsx::Pen>),
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcript").finish_non_exhaustive()
    }
}

impl Transcript {
    /// Begins a file in this folder; it has no name there and is gone when it is closed.
    pub fn begin(format: ExportFormat, head: Head, folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self(match format {
            ExportFormat::Csv => Pen::Csv(csv::Pen::begin(head, file)?),
            ExportFormat::Json => Pen::Json(json::Pen::begin(head, file)?),
            ExportFormat::Pdf => Pen::Pdf(Box::new(pdf::Pen::begin(head, file)?)),
            ExportFormat::Xlsx => Pen::Xlsx(Box::new(xlsx::Pen::begin(head, file, folder)?)),
        }))
    }

    /// Adds a message. They come in the order of their numbers.
    pub fn line(&mut self, line: &Line) -> io::Result<()> {
        match &mut self.0 {
            Pen::Csv(pen) => pen.line(line),
            Pen::Json(pen) => pen.line(line),
            Pen::Pdf(pen) => pen.line(line),
            Pen::Xlsx(pen) => pen.line(line),
        }
    }

    /// The whole file, to be read from its beginning.
    pub fn end(self) -> io::Result<File> {
        let mut file = match self.0 {
            Pen::Csv(pen) => pen.end(),
            Pen::Json(pen) => pen.end(),
            Pen::Pdf(pen) => pen.end(),
            Pen::Xlsx(pen) => pen.end(),
        }?;
        file.rewind()?;
        Ok(file)
    }
}

fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%Y-%m-%d %H:%M:%S %:z")
        .to_string()
}

/// The columns of a table, in their order.
fn columns(head: &Head) -> Vec<String> {
    let mut columns = vec![
        "Number".to_owned(),
        format!("Sent ({})", head.zone),
        "Sent (UTC)".to_owned(),
        "Sender".to_owned(),
        "Side".to_owned(),
        "Text".to_owned(),
        "Attachments".to_owned(),
        "Deleted (UTC)".to_owned(),
    ];
    if head.receipts {
        columns.push("Seen by the client (UTC)".to_owned());
    }
    columns
}

/// Where the text stands among them.
const TEXT: usize = 5;

/// A line as the cells of a table.
fn cells(head: &Head, line: &Line) -> Vec<String> {
    let mut cells = vec![
        line.number.to_string(),
        local(line.sent_at, head.zone),
        utc(line.sent_at),
        line.sender.clone(),
        side(line).to_owned(),
        line.text.clone(),
        line.attachments.join("; "),
        line.deleted_at.map(utc).unwrap_or_default(),
    ];
    if head.receipts {
        cells.push(line.seen_by_client_at.map(utc).unwrap_or_default());
    }
    cells
}

fn side(line: &Line) -> &'static str {
    if line.by_staff { "Staff" } else { "Client" }
}

#[cfg(test)]
mod tests;
