//! The names of files: what a sender calls a file, made safe to show, to save and to send.

use std::fmt::Write as _;

use crate::limits;

/// A file's name: one line, one path component, of at most [`limits::MAX_FILE_NAME_BYTES`] bytes,
/// that no system reads as anything but a name. Health information: it stands in no log (K10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

/// How a browser is to take a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It is saved.
    Attachment,
    /// It is shown within a page: for a kind of which `FileKind::shows_inline` says so.
    Inline,
}

/// Names that Windows gives to devices, with any ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"];

impl FileName {
    /// The name that is closest to what the sender wrote. Applied to its own answer it answers
    /// the same.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        // Some senders give the whole path.
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last
            .chars()
            .filter(|c| !is_unseen(*c))
            .map(|c| if is_special(c) { '_' } else { c })
            .collect();
        let mut name = trimmed(&clean).to_owned();
        let stem = name.split('.').next().unwrap_or_default().trim_end();
        if is_device(stem) {
            name.insert(0, '_');
        }
        if name.len() > limits::MAX_FILE_NAME_BYTES {
            name = shortened(&name);
        }
        if name.is_empty() {
            "file".clone_into(&mut name);
        }
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its last dot, in lower case; empty without one.
    #[must_use]
    pub fn extension(&self) -> String {
        self.0
            .rsplit_once('.')
            .map_or_else(String::new, |(_, end)| end.to_ascii_lowercase())
    }

    /// The value of a `Content-Disposition` header (RFC 6266): the name in ASCII for old readers,
    /// and as it is (RFC 8187). It is ASCII without control characters.
    #[must_use]
    pub fn content_disposition(&self, disposition: Disposition) -> String {
        let word = match disposition {
            Disposition::Attachment => "attachment",
            Disposition::Inline => "inline",
        };
        let mut value = format!("{word}; filename=\"");
        for c in self.0.chars() {
            // A percent sign is decoded by some readers and not by others.
            let plain = (c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%')) || c == ' ';
            value.push(if plain { c } else { '_' });
        }
        value.push_str("\"; filename*=UTF-8''");
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                value.push(char::from(byte));
            } else {
                // Writing into a string cannot fail.
                let _infallible = write!(value, "%{byte:02X}");
            }
        }
        value
    }
}

/// Characters without a place in a name: controls, and those that change how the rest reads
/// (`annual\u{202E}fdp.exe` shows as `annualexe.pdf`).
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFF}' | '\u{00AD}' | '\u{061C}' | '\u{E0000}'..='\u{E007F}')
}

/// Characters that a system reads as more than a name.
fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

fn trimmed(name: &str) -> &str {
    name.trim_start_matches(|c: char| c.is_whitespace() || c == '.')
        .trim_end_matches(|c: char| c.is_whitespace() || c == '.')
}

fn is_device(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        let digit = stem.strip_prefix(port).map(|rest| rest.chars());
        digit.is_some_and(|mut rest| {
            let is_digit =
                |c: char| c.is_ascii_digit() || matches!(c, '\u{B9}' | '\u{B2}' | '\u{B3}');
            rest.next().is_some_and(is_digit) && rest.next().is_none()
        })
    });
    numbered || DEVICES.contains(&stem.as_str())
}

/// The beginning of a name, with its ending.
fn shortened(name: &str) -> String {
    let most = limits::MAX_FILE_NAME_BYTES;
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| ending.len() <= 16);
    let Some(ending) = ending else {
        return trimmed(&name[..name.floor_char_boundary(most)]).to_owned();
    };
    let stem = &name[..name.floor_char_boundary(most - ending.len() - 1)];
    format!("{}.{ending}", trimmed(stem))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> String {
        FileName::parse(text).0
    }

    #[test]
    fn p27_a_name_is_a_name_and_nothing_else() {
        for (given, kept) in [
            ("letter.pdf", "letter.pdf"),
            ("Bescheid für Ann.pdf", "Bescheid für Ann.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\a\\scan.png", "scan.png"),
            ("a\u{202E}fdp.exe", "afdp.exe"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
            ("a\0.pdf", "a.pdf"),
            ("  .hidden. ", "hidden"),
            ("..", "file"),
            ("", "file"),
            ("/", "file"),
            ("nul", "_nul"),
            ("CON.txt", "_CON.txt"),
            ("com1.pdf", "_com1.pdf"),
            ("com10.pdf", "com10.pdf"),
            ("a<b>|c?.txt", "a_b__c_.txt"),
            ("scan.pdf:evil.exe", "scan.pdf_evil.exe"),
        ] {
            assert_eq!(name(given), kept, "{given:?}");
        }
        let long = name(&format!("{}.PDF", "ü".repeat(400)));
        assert!(long.len() <= limits::MAX_FILE_NAME_BYTES && long.ends_with("ü.PDF"));
        assert_eq!(FileName::parse(&long).extension(), "pdf");
    }

    #[test]
    fn p27_a_name_travels_in_a_header() {
        let value =
            FileName::parse("Ännerüng 100%.pdf").content_disposition(Disposition::Attachment);
        assert_eq!(
            value,
            "attachment; filename=\"_nner_ng 100_.pdf\"; filename*=UTF-8''%C3%84nner%C3%BCng%20100%25.pdf"
        );
        let value = FileName::parse("a.png").content_disposition(Disposition::Inline);
        assert_eq!(value, "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
    }

    proptest! {
        #[test]
        fn p27_any_name_is_safe_and_stays(text in "[a-z./\\\\: \\r\\n\u{202E}\u{200B}]{0,40}|\\PC{0,300}|(con|lpt1)[ .a-z]{0,4}") {
            let once = FileName::parse(&text);
            prop_assert_eq!(&FileName::parse(once.as_str()), &once);
            prop_assert!((1..=limits::MAX_FILE_NAME_BYTES).contains(&once.as_str().len()));
            let unsafe_one = once.as_str().find(['/', '\\', '\0', '\r', '\n', '\u{202E}', '"']);
            prop_assert_eq!(unsafe_one, None);
            prop_assert!(!once.as_str().starts_with('.') && !once.as_str().ends_with('.'));
            let header = once.content_disposition(Disposition::Attachment);
            prop_assert!(header.bytes().all(|b| (0x20..0x7F).contains(&b)));
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
