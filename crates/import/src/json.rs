//! JSON resources out of a stream, one at a time: a line each (NDJSON), or the entries of a Bundle.
//!
//! A Bundle is cut into its entries by brackets and quotes alone; what lies between is parsed by
//! `serde_json`, entry by entry. So a Bundle takes as much memory as its largest entry, and each
//! entry has the line on which it begins.

use std::io::{self, BufRead};

/// One piece of a stream.
pub(crate) enum Piece<'a> {
    /// A resource, or an entry of a Bundle, that begins on a line.
    Json(u64, &'a [u8]),
    /// One that is longer than is taken; nothing of it is kept.
    TooLong(u64),
}

/// What a file of JSON is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A resource a line.
    Lines,
    /// One Bundle.
    Bundle,
}

/// Why a stream did not come to its end.
pub(crate) enum Cut<E> {
    /// The stream failed, or ended in the middle.
    Read(io::Error),
    /// Whoever took the pieces said so.
    Taker(E),
}

impl<E> From<io::Error> for Cut<E> {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// Gives out the pieces of a stream.
pub(crate) fn pieces<E>(
    input: &mut dyn BufRead,
    shape: Shape,
    most: usize,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), Cut<E>> {
    if input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    match shape {
        Shape::Lines => lines(input, most, take),
        Shape::Bundle => entries(input, most, take),
    }
}

fn lines<E>(
    input: &mut dyn BufRead,
    most: usize,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), Cut<E>> {
    let (mut line, mut number) = (Vec::new(), 1);
    let mut long = false;
    loop {
        let buffer = input.fill_buf()?;
        let at_end = buffer.is_empty();
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        long |= line.len() + part.len() > most;
        if !long {
            line.extend_from_slice(part);
        }
        let read = part.len() + usize::from(end.is_some());
        input.consume(read);
        if end.is_none() && !at_end {
            continue;
        }
        if long {
            take(Piece::TooLong(number)).map_err(Cut::Taker)?;
        } else if !line.trim_ascii().is_empty() {
            take(Piece::Json(number, line.trim_ascii())).map_err(Cut::Taker)?;
        }
        if at_end {
            return Ok(());
        }
        line.clear();
        long = false;
        number += 1;
    }
}

/// Where the scanner of a Bundle is.
#[derive(Default)]
struct Scanner {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The key at depth 1 that is or was read last, cut after as many bytes as matter.
    key: Vec<u8>,
    /// Whether the text at hand is a key of the Bundle itself.
    in_key: bool,
    /// Whether the next text at depth 1 is a key.
    key_next: bool,
    /// Whether the value of `entry` is open.
    in_entries: bool,
    /// Whether there was such a value.
    found: bool,
    begun: bool,
}

/// What a byte means for the entry at hand.
#[derive(PartialEq, Eq)]
enum Step {
    Outside,
    Begins,
    Inside,
    Ends,
}

const ENTRY: &[u8] = b"entry";

impl Scanner {
    fn step(&mut self, byte: u8) -> Option<Step> {
        let inside = self.in_entries && self.depth > 2;
        let here = if inside { Step::Inside } else { Step::Outside };
        if self.in_text {
            self.text(byte);
            return Some(here);
        }
        match byte {
            b'"' => {
                self.in_text = true;
                self.in_key = self.depth == 1 && self.key_next;
                if self.in_key {
                    self.key.clear();
                    self.key_next = false;
                }
                Some(here)
            }
            b'{' | b'[' => Some(self.open(byte)),
            b'}' | b']' => self.close(),
            b',' if self.depth == 1 => {
                self.key_next = true;
                Some(here)
            }
            _ => Some(here),
        }
    }

    fn text(&mut self, byte: u8) {
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_text = false;
            return;
        }
        if self.in_key && self.key.len() <= ENTRY.len() {
            self.key.push(byte);
        }
    }

    fn open(&mut self, byte: u8) -> Step {
        self.depth += 1;
        match self.depth {
            1 => {
                self.begun = true;
                self.key_next = byte == b'{';
                Step::Outside
            }
            2 if byte == b'[' && self.key == ENTRY => {
                (self.in_entries, self.found) = (true, true);
                Step::Outside
            }
            3 if self.in_entries => Step::Begins,
            _ if self.in_entries => Step::Inside,
            _ => Step::Outside,
        }
    }

    /// None if nothing is open that could be closed.
    fn close(&mut self) -> Option<Step> {
        self.depth = self.depth.checked_sub(1)?;
        Some(match self.depth {
            0 | 1 => {
                self.in_entries = false;
                Step::Outside
            }
            2 if self.in_entries => Step::Ends,
            _ if self.in_entries => Step::Inside,
            _ => Step::Outside,
        })
    }

    fn whole(&self) -> bool {
        self.begun && self.found && self.depth == 0 && !self.in_text
    }
}

fn entries<E>(
    input: &mut dyn BufRead,
    most: usize,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), Cut<E>> {
    let mut scanner = Scanner::default();
    let mut entry = Vec::new();
    let (mut line, mut begun, mut long) = (1, 1, false);
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        for byte in buffer {
            let step = scanner.step(*byte);
            let step = step.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            if step == Step::Begins {
                entry.clear();
                (begun, long) = (line, false);
            }
            if step != Step::Outside {
                long |= entry.len() >= most;
                if !long {
                    entry.push(*byte);
                }
            }
            if step == Step::Ends {
                let piece = if long {
                    Piece::TooLong(begun)
                } else {
                    Piece::Json(begun, &entry)
                };
                take(piece).map_err(Cut::Taker)?;
            }
            line += u64::from(*byte == b'\n');
        }
        let read = buffer.len();
        input.consume(read);
    }
    if scanner.whole() {
        Ok(())
    } else {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// The pieces with their lines; none if the stream is cut.
    fn cut(text: &[u8], shape: Shape, most: usize) -> Option<Vec<(u64, Option<Value>)>> {
        let mut found = Vec::new();
        let mut input = io::BufReader::with_capacity(5, text);
        let done = pieces::<()>(&mut input, shape, most, &mut |piece| {
            found.push(match piece {
                Piece::Json(line, text) => (
                    line,
                    Some(serde_json::from_slice(text).unwrap_or(Value::Null)),
                ),
                Piece::TooLong(line) => (line, None),
            });
            Ok(())
        });
        done.is_ok().then_some(found)
    }

    #[test]
    fn entries_are_found_whatever_stands_around_them() {
        let text = "\u{feff}{ \"type\": \"entry\", \"link\": [{\"entry\": [{\"no\": 1}]}],\n \"entry\" : [\n {\"a\": \"}]\\\"{\"},\n\n {\"b\": [1, {\"entry\": []}]} ],\n \"resourceType\": \"Bundle\" }\n";
        assert_eq!(
            cut(text.as_bytes(), Shape::Bundle, 1000).unwrap(),
            [
                (3, Some(json!({ "a": "}]\"{" }))),
                (5, Some(json!({ "b": [1, { "entry": [] }] }))),
            ]
        );
        assert_eq!(cut(b"{\"entry\": []}", Shape::Bundle, 10).unwrap(), []);
        for broken in [
            "",
            "{}",
            "{\"entry\": [{}",
            "{\"entry\": [{\"a\": \"",
            "}",
            "[]",
            "{\"entry\": {}}",
        ] {
            assert_eq!(cut(broken.as_bytes(), Shape::Bundle, 100), None, "{broken}");
        }
    }

    #[test]
    fn one_that_is_too_long_is_left_out_and_the_next_is_read() {
        let long = "x".repeat(50);
        let lines = format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n\n{{\"a\":2}}");
        assert_eq!(
            cut(lines.as_bytes(), Shape::Lines, 20).unwrap(),
            [
                (1, Some(json!({ "a": 1 }))),
                (2, None),
                (4, Some(json!({ "a": 2 })))
            ]
        );
        let bundle = format!("{{\"entry\":[{{\"a\":\"{long}\"}},{{\"a\":2}}]}}");
        assert_eq!(
            cut(bundle.as_bytes(), Shape::Bundle, 20).unwrap(),
            [(1, None), (1, Some(json!({ "a": 2 })))]
        );
    }

    /// A Bundle of so many entries that is made while it is read, and lies nowhere as a whole.
    struct Endless {
        left: usize,
        piece: io::Cursor<Vec<u8>>,
    }

    impl io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.piece.read(buffer)?;
            if read > 0 || self.left == 0 {
                return Ok(read);
            }
            self.left -= 1;
            let entry = format!(
                "{{\"no\":{},\"text\":\"{}\"}}",
                self.left,
                "x".repeat(2_000)
            );
            let end = if self.left == 0 { "]}" } else { ",\n" };
            self.piece = io::Cursor::new(format!("{entry}{end}").into_bytes());
            self.piece.read(buffer)
        }
    }

    #[test]
    fn a_bundle_of_fifty_megabytes_is_never_held_as_a_whole() {
        let entries = 25_000;
        let begin = b"{\"entry\":[".to_vec();
        let stream = Endless {
            left: entries,
            piece: io::Cursor::new(begin),
        };
        let (mut found, mut bytes, mut last_line) = (0, 0, 0);
        let mut input = io::BufReader::new(stream);
        let done = pieces::<()>(&mut input, Shape::Bundle, 4_096, &mut |piece| {
            let Piece::Json(line, text) = piece else {
                return Err(());
            };
            found += 1;
            bytes += text.len();
            last_line = line;
            Ok(())
        });
        assert!(done.is_ok());
        assert_eq!((found, last_line), (entries, entries as u64));
        assert!(bytes > 50_000_000, "{bytes}");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z\"\\\\{}\\[\\],:\n ]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("(entry|[a-z\"{\\[]{0,4})", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_cut_where_it_was_joined(
            values in prop::collection::vec(prop::collection::vec(("[a-z]{1,3}", any_json()), 0..3), 0..8),
            pretty in any::<bool>(),
        ) {
            let objects: Vec<Value> = values.into_iter()
                .map(|pairs| Value::Object(pairs.into_iter().collect()))
                .collect();
            let bundle = json!({ "resourceType": "Bundle", "entry": objects, "meta": { "entry": [{}] } });
            let text = if pretty { serde_json::to_string_pretty(&bundle) } else { serde_json::to_string(&bundle) };
            let found = cut(text.unwrap().as_bytes(), Shape::Bundle, 1 << 20).unwrap();
            let found: Vec<Value> = found.into_iter().map(|(_, value)| value.unwrap()).collect();
            prop_assert_eq!(&found, &objects);
            let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
            let lines = lines.join("\r\n");
            let found = cut(lines.as_bytes(), Shape::Lines, 1 << 20).unwrap();
            let found: Vec<Value> = found.into_iter().map(|(_, value)| value.unwrap()).collect();
            prop_assert_eq!(&found, &objects);
        }

        #[test]
        fn no_bytes_break_the_scanner(bytes in prop::collection::vec(any::<u8>(), 0..300), most in 1_usize..64) {
            let mut text = b"{\"entry\":[".to_vec();
            text.extend(&bytes);
            let _any = cut(&text, Shape::Bundle, most);
            let _any = cut(&bytes, Shape::Lines, most);
        }
    }
}
