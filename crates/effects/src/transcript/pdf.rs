//! PDF, one page after the other: what is kept in memory is the page at hand, the numbers of those
//! before it, and which letters were used.

mod file;
mod font;
mod lines;

use std::fs::File;
use std::io;

use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Ref, Str};

use self::file::Objects;
use self::font::Font;
use super::{Head, Line, local, side, utc};

/// A page of US Letter, in points.
const WIDTH: f32 = 612.0;
const HEIGHT: f32 = 792.0;
const MARGIN: f32 = 54.0;
/// Where the last line of a page stands at the lowest.
const BOTTOM: f32 = MARGIN + 18.0;
/// From one line to the next, as a part of the letters' size.
const LEADING: f32 = 1.4;

/// How a line is set.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    /// From black, 0, to white, 1.
    gray: f32,
    bold: bool,
}

const TITLE: Style = Style {
    size: 14.0,
    gray: 0.0,
    bold: true,
};
const SENDER: Style = Style {
    size: 9.5,
    gray: 0.0,
    bold: true,
};
const TEXT: Style = Style {
    size: 9.5,
    gray: 0.0,
    bold: false,
};
const NOTE: Style = Style {
    size: 8.0,
    gray: 0.4,
    bold: false,
};

pub(super) struct Pen {
    head: Head,
    objects: Objects,
    font: Font,
    pages: Vec<Ref>,
    content: Content,
    /// Where the next line stands.
    y: f32,
}

impl Pen {
    pub(super) fn begin(head: Head, file: File) -> io::Result<Self> {
        let mut pen = Self {
            objects: Objects::begin(file)?,
            font: Font::embedded()?,
            pages: Vec::new(),
            content: Content::new(),
            y: HEIGHT - MARGIN,
            head,
        };
        let subject = pen.head.subject.clone();
        pen.paragraph(&subject, TITLE)?;
        let client = pen
            .head
            .client
            .as_deref()
            .map(|client| format!("{client} · "));
        let client = client.unwrap_or_default();
        let made = local(pen.head.made_at, pen.head.zone);
        let about = format!("{client}{}", pen.head.agency);
        pen.paragraph(&about, TEXT)?;
        let made = format!(
            "Exported for {} on {made} · times in {} and UTC",
            pen.head.made_for, pen.head.zone
        );
        pen.paragraph(&made, NOTE)?;
        Ok(pen)
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        self.y -= 10.0;
        // What says whose it is stands with its first line.
        self.room(4.0 * TEXT.size * LEADING)?;
        self.paragraph(&format!("{} · {}", line.sender, side(line)), SENDER)?;
        let sent = (local(line.sent_at, self.head.zone), utc(line.sent_at));
        let mut note = format!("No. {} · {} · {}", line.number, sent.0, sent.1);
        if let Some(seen) = line.seen_by_client_at.filter(|_| self.head.receipts) {
            note.push_str(" · seen by the client ");
            note.push_str(&utc(seen));
        }
        self.paragraph(&note, NOTE)?;
        if let Some(deleted) = line.deleted_at {
            return self.paragraph(&format!("Deleted {}", utc(deleted)), NOTE);
        }
        self.paragraph(&line.text, TEXT)?;
        if !line.attachments.is_empty() {
            self.paragraph(
                &format!("Attachments: {}", line.attachments.join("; ")),
                NOTE,
            )?;
        }
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<File> {
        self.turn()?;
        self.font.write(&mut self.objects)?;
        self.objects.end(&self.pages, WIDTH, HEIGHT)
    }

    /// Sets a text from margin to margin, over as many lines and pages as it takes.
    fn paragraph(&mut self, text: &str, style: Style) -> io::Result<()> {
        let width = (WIDTH - 2.0 * MARGIN) / style.size;
        let mut at = 0;
        while let Some((line, next)) = lines::next(text, at, width, &mut self.font) {
            self.room(style.size * LEADING)?;
            self.y -= style.size * LEADING;
            let y = self.y;
            self.set(&line, MARGIN, y, style);
            at = next;
        }
        Ok(())
    }

    fn set(&mut self, line: &str, x: f32, y: f32, style: Style) {
        let glyphs = self.font.encode(&lines::visual(line));
        let mode = if style.bold {
            TextRenderingMode::FillStroke
        } else {
            TextRenderingMode::Fill
        };
        self.content
            .set_fill_gray(style.gray)
            .set_stroke_gray(style.gray)
            .set_line_width(style.size / 32.0)
            .begin_text()
            .set_font(Name(b"F"), style.size)
            .set_text_rendering_mode(mode)
            .next_line(x, y)
            .show(Str(&glyphs))
            .end_text();
    }

    /// Turns the page if there is not so much room left on it.
    fn room(&mut self, height: f32) -> io::Result<()> {
        if self.y - height < BOTTOM {
            self.turn()?;
        }
        Ok(())
    }

    fn turn(&mut self) -> io::Result<()> {
        let footer = format!("{} · page {}", self.head.agency, self.pages.len() + 1);
        self.set(&footer, MARGIN, MARGIN, NOTE);
        let content = std::mem::replace(&mut self.content, Content::new()).finish();
        self.pages.push(self.objects.page(&content)?);
        self.y = HEIGHT - MARGIN;
        Ok(())
    }
}
