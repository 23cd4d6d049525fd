//! A table in CSV: a head line with the columns, then a record a line. Quoted fields may hold
//! quotes, commas and line ends. A record is bounded, so that a quote that is never closed takes no
//! more memory than one record does.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader};

use crate::problem::{Problem, ProblemCode};

/// What one look for a record came to.
pub(crate) enum Next {
    /// A record: its line.
    Row(u64),
    /// A line that was left out.
    Bad(u64, ProblemCode),
    /// The end of the file.
    End,
}

/// Why a table cannot be read.
pub(crate) enum NoTable {
    /// The stream failed.
    Read(io::Error),
    /// The head is not what it must be.
    Head(Problem),
}

impl From<io::Error> for NoTable {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// A table whose wanted columns are read by their place in the list of them.
pub(crate) struct Table<'a> {
    input: &'a mut dyn BufRead,
    reader: Reader,
    /// The fields of the record at hand, one behind the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// Where each wanted column stands.
    places: Vec<usize>,
    width: usize,
    line: u64,
}

impl<'a> Table<'a> {
    /// Reads the head. All wanted columns must be there; others do not matter.
    pub(crate) fn open(
        input: &'a mut dyn BufRead,
        file: &str,
        wanted: &[&str],
        record_bytes: usize,
    ) -> Result<Self, NoTable> {
        let mut table = Table {
            input,
            reader: Reader::new(),
            text: vec![0; 4096.min(record_bytes)],
            ends: vec![0; 256],
            fields: 0,
            places: Vec::new(),
            width: 0,
            line: 1,
        };
        table.skip_mark()?;
        let head = match table.record(record_bytes)? {
            Next::Row(_) => table.all_fields(),
            Next::Bad(..) | Next::End => None,
        };
        let malformed = || {
            let mut problem = Problem::of_file(ProblemCode::MissingColumn, file);
            problem.line = Some(1);
            problem
        };
        let head = head.ok_or_else(|| NoTable::Head(malformed()))?;
        for column in wanted {
            let same = |name: &String| name.trim().eq_ignore_ascii_case(column);
            let place = head.iter().position(same);
            let place = place.ok_or_else(|| NoTable::Head(malformed().field(column)))?;
            table.places.push(place);
        }
        table.width = head.len();
        Ok(table)
    }

    /// The next record.
    pub(crate) fn next(&mut self, record_bytes: usize) -> io::Result<Next> {
        let next = self.record(record_bytes)?;
        let Next::Row(line) = next else {
            return Ok(next);
        };
        if self.fields != self.width {
            return Ok(Next::Bad(line, ProblemCode::Malformed));
        }
        let end = self.ends[self.fields - 1];
        if std::str::from_utf8(&self.text[..end]).is_err() {
            return Ok(Next::Bad(line, ProblemCode::NotUtf8));
        }
        Ok(next)
    }

    /// A field of the record at hand, by the place of its column in the list of the wanted.
    pub(crate) fn get(&self, wanted: usize) -> &str {
        let at = self.places[wanted];
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let bytes = &self.text[start..self.ends[at]];
        std::str::from_utf8(bytes).unwrap_or_default().trim()
    }

    fn all_fields(&self) -> Option<Vec<String>> {
        let mut start = 0;
        let mut fields = Vec::with_capacity(self.fields);
        for end in &self.ends[..self.fields] {
            fields.push(
                std::str::from_utf8(&self.text[start..*end])
                    .ok()?
                    .to_owned(),
            );
            start = *end;
        }
        Some(fields)
    }

    /// The byte order mark in front of UTF-8.
    fn skip_mark(&mut self) -> io::Result<()> {
        if self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
        }
        Ok(())
    }

    /// Line ends between records, so that a record's line is known.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let blank = buffer.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
            let (mut count, mut lines) = (0, 0);
            for byte in blank {
                count += 1;
                lines += u64::from(*byte == b'\n');
            }
            let more = count > 0 && count == buffer.len();
            self.input.consume(count);
            self.line += lines;
            if !more {
                return Ok(());
            }
        }
    }

    fn record(&mut self, record_bytes: usize) -> io::Result<Next> {
        self.skip_line_ends()?;
        let line = self.line;
        let (mut written, mut fields, mut too_long) = (0, 0, false);
        loop {
            let buffer = self.input.fill_buf()?;
            let (result, read, wrote, ended) = self.reader.read_record(
                buffer,
                &mut self.text[written..],
                &mut self.ends[fields..],
            );
            self.line += line_ends(&buffer[..read]);
            self.input.consume(read);
            written += wrote;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < record_bytes => {
                    let more = (2 * self.text.len()).min(record_bytes);
                    self.text.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < record_bytes => {
                    self.ends.resize(2 * self.ends.len(), 0);
                }
                // Go on over the rest of it, and keep nothing.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    too_long = true;
                    (written, fields) = (0, 0);
                }
                ReadRecordResult::Record if too_long => {
                    return Ok(Next::Bad(line, ProblemCode::TooLong));
                }
                ReadRecordResult::Record => {
                    self.fields = fields;
                    return Ok(Next::Row(line));
                }
                ReadRecordResult::End => return Ok(Next::End),
            }
        }
    }
}

/// How many lines end here.
fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A line's number with its fields, or with what was wrong with it.
    type Line = Result<(u64, Vec<String>), (u64, ProblemCode)>;

    /// The lines of a text.
    fn rows(text: &[u8], record_bytes: usize) -> Vec<Line> {
        let mut input = io::BufReader::with_capacity(7, text);
        let wanted = ["A", "B"];
        let Ok(mut table) = Table::open(&mut input, "t.csv", &wanted, record_bytes) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        loop {
            match table.next(record_bytes).unwrap() {
                Next::Row(line) => {
                    let fields = (0..2).map(|at| table.get(at).to_owned());
                    rows.push(Ok((line, fields.collect())));
                }
                Next::Bad(line, code) => rows.push(Err((line, code))),
                Next::End => return rows,
            }
        }
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "what it is compared with is a result"
    )]
    fn row(line: u64, a: &str, b: &str) -> Line {
        Ok((line, vec![a.to_owned(), b.to_owned()]))
    }

    #[test]
    fn quotes_line_ends_and_a_byte_order_mark_are_read_as_they_are_meant() {
        let text = b"\xef\xbb\xbf\"b\",\"X\",\"A\"\r\n\"1\",\"\",\"say \"\"hi\"\", Ann\"\r\n\r\n\"two\nlines\",,x\r\ny,,z";
        assert_eq!(
            rows(text, 1 << 20),
            [
                row(2, "say \"hi\", Ann", "1"),
                row(4, "x", "two\nlines"),
                row(6, "z", "y"),
            ]
        );
    }

    #[test]
    fn a_bad_line_is_told_by_its_number_and_the_next_is_read() {
        let text = b"A,B\n1\n1,2,3\n\xff,x\nfine,too\n";
        assert_eq!(
            rows(text, 1 << 20),
            [
                Err((2, ProblemCode::Malformed)),
                Err((3, ProblemCode::Malformed)),
                Err((4, ProblemCode::NotUtf8)),
                row(5, "fine", "too"),
            ]
        );
    }

    #[test]
    fn a_record_takes_bounded_memory_whatever_its_length() {
        let mut text = b"A,B\n1,\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', 100_000));
        text.extend(b"\"\n2,y\n");
        assert_eq!(
            rows(&text, 1024),
            [Err((2, ProblemCode::TooLong)), row(3, "2", "y")]
        );
        let mut commas = b"A,B\n".to_vec();
        commas.extend(std::iter::repeat_n(b',', 100_000));
        commas.extend(b"\n2,y\n");
        assert_eq!(
            rows(&commas, 1024),
            [Err((2, ProblemCode::TooLong)), row(3, "2", "y")]
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        for text in ["", "A\n1\n", "A,C\n1,2\n"] {
            let mut input = text.as_bytes();
            let table = Table::open(&mut input, "t.csv", &["A", "B"], 1024);
            let Err(NoTable::Head(problem)) = table else {
                panic!("{text:?} is no such table");
            };
            assert_eq!(problem.code, ProblemCode::MissingColumn);
        }
    }

    fn quoted(field: &str) -> String {
        format!("\"{}\"", field.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn what_was_written_quoted_is_read_again(
            fields in prop::collection::vec(("[^\0]{0,30}", "[^\0]{0,30}"), 0..20),
            crlf in any::<bool>(),
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = format!("A,B{end}");
            for (a, b) in &fields {
                text.push_str(&quoted(a));
                text.push(',');
                text.push_str(&quoted(b));
                text.push_str(end);
            }
            let read: Vec<_> = rows(text.as_bytes(), 1 << 20).into_iter().map(|row| row.unwrap().1).collect();
            let written: Vec<_> = fields.iter().map(|(a, b)| vec![a.trim().to_owned(), b.trim().to_owned()]).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
            let mut text = if head { b"A,B\n".to_vec() } else { Vec::new() };
            text.extend(bytes);
            let lines = line_ends(&text) + 1;
            for row in rows(&text, 64) {
                let line = match row { Ok((line, _)) | Err((line, _)) => line };
                prop_assert!(line <= lines);
            }
        }
    }
}
