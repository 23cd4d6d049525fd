use std::io::Read as _;

use chrono::TimeZone as _;
use flate2::read::ZlibDecoder;

use super::*;

fn at(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 15, 17, minute, 0).unwrap()
}

fn head() -> Head {
    Head {
        agency: "Harbor Lane".to_owned(),
        subject: "=Sleeping badly".to_owned(),
        client: Some("Elena Petrova".to_owned()),
        zone: chrono_tz::America::New_York,
        made_for: "Amina Farouk".to_owned(),
        made_at: at(59),
        receipts: true,
    }
}

fn line(number: i64, text: &str) -> Line {
    Line {
        number,
        sent_at: at(u32::try_from(number % 60).unwrap()),
        sender: "+Elena".to_owned(),
        by_staff: number % 2 == 0,
        text: text.to_owned(),
        attachments: vec!["a.pdf".to_owned(), "b, c.png".to_owned()],
        deleted_at: None,
        seen_by_client_at: (number == 1).then(|| at(30)),
    }
}

fn made(format: ExportFormat, head: Head, lines: &[Line]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut transcript = Transcript::begin(format, head, folder.path()).unwrap();
    for line in lines {
        transcript.line(line).unwrap();
    }
    let mut file = transcript.end().unwrap();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "it has no name"
    );
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn p26_csv_is_a_table_without_formulas() {
    let mut gone = line(3, "");
    gone.deleted_at = Some(at(40));
    gone.attachments.clear();
    let bytes = made(ExportFormat::Csv, head(), &[line(1, "=1+1\n\"x\""), gone]);
    let text = String::from_utf8(bytes).unwrap();
    let expect = "\u{feff}\"Number\",\"Sent (America/New_York)\",\"Sent (UTC)\",\"Sender\",\"Side\",\"Text\",\
        \"Attachments\",\"Deleted (UTC)\",\"Seen by the client (UTC)\"\r\n\
        \"1\",\"2026-01-15 12:01:00 -05:00\",\"2026-01-15T17:01:00Z\",\"'+Elena\",\"Client\",\"'=1+1\n\"\"x\"\"\",\
        \"a.pdf; b, c.png\",\"\",\"2026-01-15T17:30:00Z\"\r\n\
        \"3\",\"2026-01-15 12:03:00 -05:00\",\"2026-01-15T17:03:00Z\",\"'+Elena\",\"Client\",\"\",\"\",\
        \"2026-01-15T17:40:00Z\",\"\"\r\n";
    assert_eq!(text, expect);
}

#[test]
fn p08_p26_without_receipts_nothing_tells_of_them() {
    let without = Head {
        receipts: false,
        ..head()
    };
    for format in [ExportFormat::Csv, ExportFormat::Json] {
        let text = String::from_utf8(made(format, without.clone(), &[line(1, "a")])).unwrap();
        assert!(!text.to_lowercase().contains("seen"), "{text}");
        assert!(!text.contains("17:30:00"), "{text}");
    }
    let pages = read_pdf(&made(ExportFormat::Pdf, without, &[line(1, "a")]));
    assert!(
        !pages.contains("seen") && !pages.contains("17:30:00"),
        "{pages}"
    );
}

#[test]
fn p26_json_says_the_same() {
    let bytes = made(
        ExportFormat::Json,
        head(),
        &[line(1, "=1+1\n"), line(2, "b")],
    );
    let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(said["subject"], "=Sleeping badly");
    assert_eq!(said["timeZone"], "America/New_York");
    assert_eq!(said["messages"].as_array().unwrap().len(), 2);
    assert_eq!(said["messages"][0]["text"], "=1+1\n");
    assert_eq!(
        said["messages"][0]["sentAtLocal"],
        "2026-01-15 12:01:00 -05:00"
    );
    assert_eq!(
        said["messages"][1]["seenByClientAt"],
        serde_json::Value::Null
    );
    assert_eq!(said["messages"][1]["side"], "Staff");
    let none: serde_json::Value =
        serde_json::from_slice(&made(ExportFormat::Json, head(), &[])).unwrap();
    assert_eq!(none["messages"], serde_json::json!([]));
}

#[test]
fn p26_a_spreadsheet_takes_the_longest_text_over_several_rows() {
    let long = "😀".repeat(65_536);
    let bytes = made(
        ExportFormat::Xlsx,
        head(),
        &[line(1, &long), line(2, "=1+1")],
    );
    assert_eq!(&bytes[..4], b"PK\x03\x04");
}

/// The objects of a PDF by their numbers, found by its table as a reader does.
fn objects(bytes: &[u8]) -> Vec<&[u8]> {
    let text = String::from_utf8_lossy(&bytes[bytes.len() - 64..]).into_owned();
    let begin: usize = text
        .split("startxref\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let table = std::str::from_utf8(&bytes[begin..]).unwrap();
    let places = table
        .lines()
        .skip(3)
        .take_while(|line| line.ends_with(" n "));
    let mut places: Vec<usize> = places.map(|line| line[..10].parse().unwrap()).collect();
    places.push(begin);
    let found = (0..places.len() - 1).map(|n| {
        let end = places.iter().filter(|p| **p > places[n]).min().unwrap();
        let object = &bytes[places[n]..*end];
        assert!(
            object.starts_with(format!("{} 0 obj", n + 1).as_bytes()),
            "object {}",
            n + 1
        );
        object
    });
    found.collect()
}

fn unpacked(object: &[u8]) -> Option<String> {
    let begin = object.windows(7).position(|w| w == b"stream\n")? + 7;
    let mut bytes = Vec::new();
    ZlibDecoder::new(&object[begin..])
        .read_to_end(&mut bytes)
        .ok()?;
    // A content or a table of letters; the font is neither.
    Some(bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// The text of all pages in their order, by the table that says what each letter stands for.
fn read_pdf(bytes: &[u8]) -> String {
    let streams: Vec<String> = objects(bytes).into_iter().filter_map(unpacked).collect();
    let table = streams
        .iter()
        .find(|text| text.contains("beginbfchar"))
        .unwrap();
    let mut letters = std::collections::HashMap::new();
    for row in table
        .lines()
        .filter(|row| row.starts_with('<') && row.contains("> <"))
    {
        let mut parts = row.split(['<', '>']).filter(|part| !part.trim().is_empty());
        let number = u16::from_str_radix(parts.next().unwrap(), 16).unwrap();
        let units = parts.next().unwrap().as_bytes().chunks(4);
        let units =
            units.map(|unit| u16::from_str_radix(std::str::from_utf8(unit).unwrap(), 16).unwrap());
        let letter = char::decode_utf16(units).next().unwrap().unwrap();
        letters.insert(number, letter);
    }
    let mut text = String::new();
    for page in streams.iter().filter(|text| text.contains("BT")) {
        for shown in page.split("Td\n").skip(1) {
            let bytes = literal(shown);
            let numbers = bytes
                .chunks(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            text.extend(numbers.map(|number| letters[&number]));
            text.push('\n');
        }
        text.push('\u{c}');
    }
    text
}

/// The bytes of a string that is shown, in either of the ways in which a PDF writes it.
fn literal(shown: &str) -> Vec<u8> {
    let bytes: Vec<u8> = shown.chars().map(|c| u8::try_from(c).unwrap()).collect();
    if bytes[0] == b'<' {
        let hex = shown[1..].split('>').next().unwrap().as_bytes();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        return hex.chunks(2).map(byte).collect();
    }
    assert_eq!(bytes[0], b'(');
    let (mut found, mut at, mut depth) = (Vec::new(), 1, 1);
    loop {
        match bytes[at] {
            b'\\' => {
                at += 1;
                if bytes[at].is_ascii_digit() {
                    let octal = std::str::from_utf8(&bytes[at..at + 3]).unwrap();
                    found.push(u8::from_str_radix(octal, 8).unwrap());
                    at += 3;
                    continue;
                }
                found.push(match bytes[at] {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    other => other,
                });
            }
            b'(' => {
                depth += 1;
                found.push(b'(');
            }
            b')' if depth == 1 => return found,
            b')' => {
                depth -= 1;
                found.push(b')');
            }
            byte => found.push(byte),
        }
        at += 1;
    }
}

#[test]
fn p26_a_pdf_has_every_letter_that_its_font_has() {
    let mut gone = line(3, "");
    gone.deleted_at = Some(at(40));
    // What the font lacks stands where its letter stood: 薬 is read from left to right, as `abc` is.
    let text = "Crème (brûlée) \\ Ελένη Елена 😀\tend\n\nשלום abc 薬";
    let bytes = made(
        ExportFormat::Pdf,
        head(),
        &[line(1, text), line(2, "second"), gone],
    );
    let pages = read_pdf(&bytes);
    let expect = "=Sleeping badly\nElena Petrova · Harbor Lane\n\
        Exported for Amina Farouk on 2026-01-15 12:59:00 -05:00 · times in America/New_York and UTC\n\
        +Elena · Client\n\
        No. 1 · 2026-01-15 12:01:00 -05:00 · 2026-01-15T17:01:00Z · seen by the client 2026-01-15T17:30:00Z\n\
        Crème (brûlée) \\ Ελένη Елена 😀    end\n\nabc \u{fffd} םולש\n\
        Attachments: a.pdf; b, c.png\n\
        +Elena · Staff\nNo. 2 · 2026-01-15 12:02:00 -05:00 · 2026-01-15T17:02:00Z\nsecond\n\
        Attachments: a.pdf; b, c.png\n\
        +Elena · Client\nNo. 3 · 2026-01-15 12:03:00 -05:00 · 2026-01-15T17:03:00Z\n\
        Deleted 2026-01-15T17:40:00Z\nHarbor Lane · page 1\n\u{c}";
    assert_eq!(pages, expect);
}

#[test]
fn p26_a_pdf_breaks_lines_and_pages_and_loses_nothing() {
    let words: Vec<String> = (0..9_000).map(|n| format!("word{n}")).collect();
    let solid = "m".repeat(900);
    let bytes = made(
        ExportFormat::Pdf,
        head(),
        &[line(1, &words.join(" ")), line(2, &solid)],
    );
    let text = read_pdf(&bytes);
    let pages = text.matches('\u{c}').count();
    assert!((10..40).contains(&pages), "{pages}");
    assert!(text.contains(&format!("page {pages}\n")));
    let found: Vec<&str> = text
        .split_whitespace()
        .filter(|word| word.starts_with("word"))
        .collect();
    assert_eq!(found, words);
    // A page ends before its first line.
    let solid: Vec<&str> = text
        .split(['\n', '\u{c}'])
        .filter(|line| line.starts_with("mmm"))
        .collect();
    assert_eq!(solid.concat(), "m".repeat(900));
    assert!(solid.len() > 5);
    assert!(text.lines().all(|line| line.chars().count() < 140));
}
