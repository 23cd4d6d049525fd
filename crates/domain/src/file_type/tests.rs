use std::io::Cursor;

use super::*;

const MESSAGE: FilePurpose = FilePurpose::Message {
    below: limits::ATTACHMENT_BELOW,
    voice_notes: false,
    photos: false,
};
const RICH: FilePurpose = FilePurpose::Message {
    below: limits::ATTACHMENT_BELOW,
    voice_notes: true,
    photos: true,
};

fn judged(
    name: &str,
    declared: &str,
    bytes: &[u8],
    purpose: FilePurpose,
) -> Result<FileKind, FileProblem> {
    arrived(
        &FileName::parse(name),
        declared,
        Cursor::new(bytes),
        purpose,
    )
    .unwrap()
}

/// A ZIP of empty entries with these names, stored.
fn zip(names: &[&str]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let offset = u32::try_from(out.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        out.extend_from_slice(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(&length);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(name.as_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&length);
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&offset);
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let begin = u32::try_from(out.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count);
    out.extend_from_slice(&count);
    out.extend_from_slice(&length);
    out.extend_from_slice(&begin);
    out.extend_from_slice(&[0; 2]);
    out
}

/// A compound file whose directory names one stream.
fn compound(stream: &str) -> Vec<u8> {
    let mut out = vec![0; 4_096];
    out[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    out[26] = 3;
    out[48] = 1;
    let entry = 512 * 2 + 128;
    for (at, unit) in stream.encode_utf16().enumerate() {
        out[entry + 2 * at..entry + 2 * at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    out
}

fn bitmap() -> Vec<u8> {
    let mut out = vec![0; 58];
    out[..2].copy_from_slice(b"BM");
    out[14] = 40;
    out[26] = 1;
    out
}

fn mpeg4(brand: &str) -> Vec<u8> {
    let mut out = b"\0\0\0\x18ftyp".to_vec();
    out.extend_from_slice(brand.as_bytes());
    out.extend_from_slice(b"\0\0\0\0");
    out.extend_from_slice(brand.as_bytes());
    out.extend_from_slice(b"mif1");
    out
}

/// A content of each kind, with as much of it as a reader looks at.
fn sample(kind: FileKind) -> Vec<u8> {
    match kind {
        FileKind::Pdf => b"%PDF-1.7\n1 0 obj\n%%EOF\n".to_vec(),
        FileKind::Doc => compound("WordDocument"),
        FileKind::Docx => zip(&["[Content_Types].xml", "word/document.xml"]),
        FileKind::Txt => "Dear Ann,\r\n\tsee you: 1 < 2 \u{fc}\n".into(),
        FileKind::Jpeg => {
            b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xD9".to_vec()
        }
        FileKind::Png => {
            b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0".to_vec()
        }
        FileKind::Bmp => bitmap(),
        FileKind::Gif => b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(),
        FileKind::Webp => b"RIFF\x1A\0\0\0WEBPVP8L\x0D\0\0\0\x2F\0\0\0".to_vec(),
        FileKind::Heic => mpeg4("heic"),
        FileKind::M4a => mpeg4("M4A "),
        FileKind::Mp3 => b"ID3\x04\0\0\0\0\0\0\xFF\xFB\x90\x64\0\0\0\0".to_vec(),
        FileKind::Ogg => {
            let mut out = b"OggS\0\x02".to_vec();
            out.extend_from_slice(&[0; 22]);
            out.extend_from_slice(b"OpusHead\x01\x01");
            out
        }
        FileKind::Wav => b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec(),
        FileKind::Zip => zip(&["scan.pdf"]),
        FileKind::Gzip => b"\x1F\x8B\x08\0\0\0\0\0\0\x03".to_vec(),
        FileKind::SevenZip => b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(),
        FileKind::Rar => b"Rar!\x1A\x07\x01\0".to_vec(),
    }
}

fn name_of(kind: FileKind) -> String {
    format!("a.{}", kind.extensions()[0])
}

#[test]
fn s13_k2_each_of_the_eight_comes_in_and_each_other_when_its_purpose_takes_it() {
    use FileKind::{Bmp, Doc, Docx, Gif, Jpeg, Pdf, Png, Txt};
    let eight = [Pdf, Doc, Docx, Txt, Jpeg, Png, Bmp, Gif];
    for kind in FileKind::ALL.iter().copied() {
        let judged = |purpose| judged(&name_of(kind), kind.media_type(), &sample(kind), purpose);
        let refused = Err(FileProblem::TypeNotAllowed);
        let is_eight = eight.contains(&kind);
        let is_archive = kind.group() == FileGroup::Archive;
        let expect = |fits| if fits { Ok(kind) } else { refused };
        assert_eq!(judged(MESSAGE), expect(is_eight), "{kind:?}");
        assert_eq!(judged(RICH), expect(!is_archive), "{kind:?}");
        let request = expect(is_eight || is_archive);
        assert_eq!(judged(FilePurpose::RequestDocument), request, "{kind:?}");
    }
}

#[test]
fn s13_k2_a_content_under_another_kinds_name_is_refused() {
    for kind in FileKind::ALL.iter().copied() {
        for other in FileKind::ALL.iter().copied().filter(|other| *other != kind) {
            for purpose in [RICH, FilePurpose::RequestDocument] {
                let result = judged(&name_of(other), other.media_type(), &sample(kind), purpose);
                assert_eq!(
                    result,
                    Err(FileProblem::TypeNotAllowed),
                    "{kind:?} as {other:?}"
                );
            }
            let result = judged(
                &name_of(kind),
                other.media_type(),
                &sample(kind),
                FilePurpose::RequestDocument,
            );
            assert!(result.is_err(), "{kind:?} declared as {other:?}");
        }
    }
}

#[test]
fn s13_k2_what_runs_never_comes_in() {
    let names = [
        "a.exe",
        "a.html",
        "a.htm",
        "a.svg",
        "a.js",
        "a.bat",
        "a.com",
        "a.scr",
        "a.jar",
        "a.docm",
        "a.xhtml",
        "a.xml",
        "a.sh",
        "a.php",
        "a.lnk",
        "a.iso",
        "a",
        "a.pdf.exe",
        "pdf",
    ];
    for name in names {
        for purpose in [RICH, FilePurpose::RequestDocument] {
            let result = announced(&FileName::parse(name), "", 1, purpose);
            assert_eq!(result, Err(FileProblem::TypeNotAllowed), "{name}");
        }
    }
    let texts: &[&[u8]] = &[
        b"<!DOCTYPE html><p>a",
        b"\xEF\xBB\xBF <html>",
        b"hello <script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?>",
        b"#!/bin/sh\n",
        b"{\\rtf1 a}",
        b"%!PS-Adobe",
        b"\xFF\xFE<\0h\0t\0m\0l\0>\0",
        b"MZ this is a program",
        b"\x7FELF",
        b"junk %PDF-1.7",
        b"a\0b",
        b"a\x1b[31m",
    ];
    for text in texts {
        let result = judged("a.txt", "text/plain", text, MESSAGE);
        assert_eq!(result, Err(FileProblem::TypeNotAllowed), "{text:?}");
    }
    let mut late = vec![b'a'; 200_000];
    late.push(0);
    assert!(judged("a.txt", "text/plain", &late, MESSAGE).is_err());
    let wide: Vec<u8> = "\u{FEFF}Dear Ann\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(judged("a.txt", "", &wide, MESSAGE), Ok(FileKind::Txt));
}

#[test]
fn k2_a_file_that_is_two_things_is_refused() {
    let archive = zip(&["META-INF/MANIFEST.MF", "A.class"]);
    for kind in [
        FileKind::Gif,
        FileKind::Jpeg,
        FileKind::Png,
        FileKind::Pdf,
        FileKind::Bmp,
    ] {
        let both = [sample(kind), archive.clone()].concat();
        let result = judged(&name_of(kind), kind.media_type(), &both, MESSAGE);
        assert_eq!(result, Err(FileProblem::TypeNotAllowed), "{kind:?}");
    }
    let late = [b"GIF89a".to_vec(), sample(FileKind::Pdf)].concat();
    assert!(judged("a.pdf", "application/pdf", &late, MESSAGE).is_err());
    let program = [b"MZ".to_vec(), zip(&["a.txt"])].concat();
    assert!(judged("a.zip", "", &program, FilePurpose::RequestDocument).is_err());
    assert!(judged("a.zip", "", &archive, FilePurpose::RequestDocument).is_err());
    let macros = zip(&[
        "[Content_Types].xml",
        "word/vbaProject.bin",
        "word/document.xml",
    ]);
    assert!(judged("a.docx", "", &macros, MESSAGE).is_err());
    let sheet = compound("Workbook");
    assert!(judged("a.doc", "", &sheet, MESSAGE).is_err());
}

#[test]
fn s14_c39_c40_k1_the_bounds_hold_to_the_byte() {
    let size = |size, purpose| announced(&FileName::parse("a.pdf"), "", size, purpose).err();
    let too_large = |largest| Some(FileProblem::TooLarge { largest });
    assert_eq!(size(10_485_759, MESSAGE), None);
    assert_eq!(size(10_485_760, MESSAGE), too_large(10_485_759));
    assert_eq!(size(0, MESSAGE), Some(FileProblem::Empty));
    assert_eq!(size(26_214_400, FilePurpose::RequestDocument), None);
    let over = size(26_214_401, FilePurpose::RequestDocument);
    assert_eq!(over, too_large(26_214_400));
    // A policy moves the first bound between 1 and 25 MiB and no further.
    for (below, largest) in [
        (0, 1_048_575),
        (5_000_000, 4_999_999),
        (u64::MAX, 26_214_399),
    ] {
        let purpose = FilePurpose::Message {
            below,
            voice_notes: false,
            photos: false,
        };
        assert_eq!(purpose.largest(), largest);
    }
    assert_eq!(together([20_000_000, 6_214_400]), Ok(()));
    let sum = together([20_000_000, 6_214_401]);
    assert_eq!(sum.err(), too_large(26_214_400));
    assert!(together([u64::MAX, u64::MAX]).is_err());
    let content = vec![b'a'; 10_485_760];
    assert!(judged("a.txt", "", &content, MESSAGE).is_err());
    assert!(judged("a.txt", "", &content[1..], MESSAGE).is_ok());
}
