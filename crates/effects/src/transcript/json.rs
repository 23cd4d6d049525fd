//! JSON (RFC 8259): one object with all that is known of the thread, its messages in a list.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use serde::Serialize;

use super::{Head, Line, local, side, utc};

pub(super) struct Pen {
    head: Head,
    file: BufWriter<File>,
    first: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Above<'a> {
    agency: &'a str,
    subject: &'a str,
    client: Option<&'a str>,
    time_zone: &'a str,
    made_for: &'a str,
    made_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    number: i64,
    sent_at: String,
    sent_at_local: String,
    sender: &'a str,
    side: &'a str,
    text: &'a str,
    attachments: &'a [String],
    deleted_at: Option<String>,
    #[serde(flatten)]
    receipt: Option<Receipt>,
}

/// What only staff are told of a message: null where the client has not seen it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    seen_by_client_at: Option<String>,
}

impl Pen {
    pub(super) fn begin(head: Head, file: File) -> io::Result<Self> {
        let mut file = BufWriter::new(file);
        let above = Above {
            agency: &head.agency,
            subject: &head.subject,
            client: head.client.as_deref(),
            time_zone: head.zone.name(),
            made_for: &head.made_for,
            made_at: utc(head.made_at),
        };
        let above = serde_json::to_string(&above)?;
        // The object goes on with the list.
        file.write_all(above.trim_end_matches('}').as_bytes())?;
        file.write_all(b",\n\"messages\":[")?;
        Ok(Self {
            head,
            file,
            first: true,
        })
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        let message = Message {
            number: line.number,
            sent_at: utc(line.sent_at),
            sent_at_local: local(line.sent_at, self.head.zone),
            sender: &line.sender,
            side: side(line),
            text: &line.text,
            attachments: &line.attachments,
            deleted_at: line.deleted_at.map(utc),
            receipt: self.head.receipts.then(|| Receipt {
                seen_by_client_at: line.seen_by_client_at.map(utc),
            }),
        };
        let before: &[u8] = if self.first { b"\n" } else { b",\n" };
        self.first = false;
        self.file.write_all(before)?;
        Ok(serde_json::to_writer(&mut self.file, &message)?)
    }

    pub(super) fn end(mut self) -> io::Result<File> {
        self.file.write_all(b"\n]}\n")?;
        Ok(self.file.into_inner()?)
    }
}
