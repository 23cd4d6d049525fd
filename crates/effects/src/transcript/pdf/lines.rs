//! A text in lines: where they break, and in which order their letters stand.

use std::borrow::Cow;

use unicode_bidi::BidiInfo;

use super::font::Font;

/// The line of a text from a place on, of at most this width in letters of size 1, and where the
/// next begins; none behind the end. A line breaks at white space, or where it must.
pub(super) fn next(text: &str, at: usize, width: f32, font: &mut Font) -> Option<(String, usize)> {
    if at >= text.len() {
        return None;
    }
    let mut line = String::new();
    let mut wide = 0.0;
    // The last white space: the line up to it, and what follows it.
    let mut space: Option<(usize, usize)> = None;
    for (offset, c) in text[at..].char_indices() {
        let (here, behind) = (at + offset, at + offset + c.len_utf8());
        if c == '\n' {
            return Some((line, behind));
        }
        if c.is_whitespace() {
            space = Some((line.len(), behind));
        }
        for c in shown(c).chars() {
            wide += font.width(c);
            line.push(c);
        }
        if wide > width && offset > 0 && !c.is_whitespace() {
            let (end, next) = space.unwrap_or((line.len() - shown(c).len(), here));
            line.truncate(end);
            return Some((line, next));
        }
    }
    Some((line, text.len()))
}

/// A letter as it is set: nothing for what only steers, spaces for a tab.
fn shown(c: char) -> Cow<'static, str> {
    match c {
        '\t' => Cow::Borrowed("    "),
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{fe00}'..='\u{fe0f}' => Cow::Borrowed(""),
        c if c.is_control() => Cow::Borrowed(""),
        c if c.is_whitespace() => Cow::Borrowed(" "),
        c => Cow::Owned(c.to_string()),
    }
}

/// A line with its letters from left to right, as they are seen.
pub(super) fn visual(line: &str) -> Cow<'_, str> {
    if line.is_ascii() {
        return Cow::Borrowed(line);
    }
    let bidi = BidiInfo::new(line, None);
    match bidi.paragraphs.first() {
        Some(paragraph) if bidi.has_rtl() => bidi.reorder_line(paragraph, paragraph.range.clone()),
        _ => Cow::Borrowed(line),
    }
}
