//! Whether a content is of a kind.

use std::io::{self, Read, Seek, SeekFrom};

use file_format::FileFormat;

use super::{FileGroup, FileKind};

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1_024;
/// Bytes at the beginning of a text in which readers look for a page.
const SNIFFED: usize = 1_024;
/// Bytes of a Word document's directory that are looked at.
const DIRECTORY: usize = 4_096;
/// Bytes at the end of a file in which a ZIP's directory can be announced.
const ZIP_TAIL: u64 = 65_557;

/// Whether the content is of that kind, and of no second one that a program could take it for.
pub(super) fn is(kind: FileKind, content: &mut (impl Read + Seek), size: u64) -> io::Result<bool> {
    content.rewind()?;
    let begins = head(content, 16)?;
    content.rewind()?;
    let format = FileFormat::from_reader(&mut *content)?;
    let fits = match (kind, format) {
        // A reader looks for a PDF's mark within the first KiB; what stands before it is another file's.
        (FileKind::Pdf, _) => begins.starts_with(b"%PDF-"),
        (FileKind::Doc, FileFormat::CompoundFileBinary) => has_word_directory(content)?,
        (FileKind::Docx, FileFormat::OfficeOpenXmlDocument) => {
            // SECURITY: macros run in the reader's office program.
            begins.starts_with(b"PK\x03\x04") && !holds(content, b"vbaProject.bin")?
        }
        (FileKind::Txt, FileFormat::ArbitraryBinaryData | FileFormat::PlainText) => {
            is_text(content)?
        }
        (FileKind::Zip, FileFormat::Zip) => begins.starts_with(b"PK"),
        (FileKind::Mp3, FileFormat::Id3v2) => has_frame_behind_tag(content)?,
        (FileKind::Doc, FileFormat::MicrosoftWordDocument)
        | (FileKind::Jpeg, FileFormat::JointPhotographicExpertsGroup)
        | (FileKind::Png, FileFormat::PortableNetworkGraphics)
        | (FileKind::Bmp, FileFormat::WindowsBitmap)
        | (FileKind::Gif, FileFormat::GraphicsInterchangeFormat)
        | (FileKind::Webp, FileFormat::Webp)
        | (
            FileKind::Heic,
            FileFormat::HighEfficiencyImageCoding | FileFormat::HighEfficiencyImageFileFormat,
        )
        | (FileKind::M4a, FileFormat::AppleItunesAudio | FileFormat::Mpeg4Part14Audio)
        | (FileKind::Mp3, FileFormat::Mpeg12AudioLayer3)
        | (FileKind::Ogg, FileFormat::OggOpus | FileFormat::OggVorbis | FileFormat::OggSpeex)
        | (FileKind::Wav, FileFormat::WaveformAudio)
        | (FileKind::Gzip, FileFormat::Gzip)
        | (FileKind::SevenZip, FileFormat::SevenZip)
        | (FileKind::Rar, FileFormat::RoshalArchive) => true,
        _ => false,
    };
    let is_archive = kind == FileKind::Docx || kind.group() == FileGroup::Archive;
    Ok(fits && (is_archive || !ends_as_zip(content, size)?))
}

/// The first bytes, as many as there are.
fn head(content: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    content.by_ref().take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the file is an archive when it is read from its end, whatever it is from its
/// beginning: a picture with a program behind it (GIFAR).
fn ends_as_zip(content: &mut (impl Read + Seek), size: u64) -> io::Result<bool> {
    content.seek(SeekFrom::Start(size.saturating_sub(ZIP_TAIL)))?;
    let tail = head(content, BLOCK + 64)?;
    let fits = |at: usize| {
        let Some(comment) = tail.get(at + 20..at + 22) else {
            return false;
        };
        let comment = usize::from(u16::from_le_bytes([comment[0], comment[1]]));
        tail[at..].starts_with(b"PK\x05\x06") && at + 22 + comment <= tail.len()
    };
    Ok((0..tail.len()).any(fits))
}

/// Whether the bytes stand anywhere in the content.
fn holds(content: &mut (impl Read + Seek), wanted: &[u8]) -> io::Result<bool> {
    content.rewind()?;
    let mut window: Vec<u8> = Vec::with_capacity(BLOCK + wanted.len());
    loop {
        let block = head(content, BLOCK)?;
        if block.is_empty() {
            return Ok(false);
        }
        window.extend_from_slice(&block);
        if window.windows(wanted.len()).any(|bytes| bytes == wanted) {
            return Ok(true);
        }
        // What stands across the border of two blocks.
        let keep = window.len().min(wanted.len() - 1);
        window.drain(..window.len() - keep);
    }
}

/// Whether a compound file has a Word document's stream: some programs write no class id.
fn has_word_directory(content: &mut (impl Read + Seek)) -> io::Result<bool> {
    content.rewind()?;
    let header = head(content, 512)?;
    let Some(sector) = header.get(48..52) else {
        return Ok(false);
    };
    let sector = u32::from_le_bytes([sector[0], sector[1], sector[2], sector[3]]);
    let sector_size = if header[26] == 3 { 512 } else { 4_096 };
    content.seek(SeekFrom::Start((u64::from(sector) + 1) * sector_size))?;
    let directory = head(content, DIRECTORY)?;
    let name: Vec<u8> = "WordDocument\0"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    Ok(directory
        .chunks_exact(128)
        .any(|entry| entry.starts_with(&name)))
}

/// Whether the one tag at the beginning is followed by a frame of MP3.
fn has_frame_behind_tag(content: &mut (impl Read + Seek)) -> io::Result<bool> {
    content.rewind()?;
    let header = head(content, 10)?;
    let &[.., flags, a, b, c, d] = header.as_slice() else {
        return Ok(false);
    };
    let size = [a, b, c, d]
        .iter()
        .fold(0, |sum, seven| sum << 7 | u64::from(seven & 0x7F));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    content.seek(SeekFrom::Start(10 + size + footer))?;
    let sync = head(content, 2)?;
    // Eleven bits of ones, then a layer that is 3.
    Ok(matches!(sync.as_slice(), [0xFF, next] if next & 0xE6 == 0xE2))
}

/// Whether it is text to its end, and nothing that a browser or a shell takes for more.
fn is_text(content: &mut (impl Read + Seek)) -> io::Result<bool> {
    content.rewind()?;
    let mut is_first = true;
    let mut is_wide = false;
    loop {
        let block = head(content, BLOCK)?;
        if block.is_empty() {
            return Ok(true);
        }
        if is_first {
            is_wide = block.starts_with(b"\xFF\xFE") || block.starts_with(b"\xFE\xFF");
            if is_markup(&block[..block.len().min(SNIFFED)]) {
                return Ok(false);
            }
        }
        is_first = false;
        let is_control = |b: &u8| {
            // UTF-16 has a zero in every Latin letter.
            !is_wide && *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C)
        };
        if block.iter().any(is_control) {
            return Ok(false);
        }
    }
}

/// Whether the beginning of a text is that of a page, a program or a document of another kind.
fn is_markup(bytes: &[u8]) -> bool {
    const BEGINS: &[&str] = &["#!", "%!ps", "%pdf", "{\\rtf", "<?", "<!", "mz", "<%"];
    const HOLDS: &[&str] = &[
        "<html",
        "<script",
        "<svg",
        "<!doctype",
        "<iframe",
        "<body",
        "<head",
        "<math",
        "<object",
        "<embed",
        "<style",
        "<meta",
        "<link",
        "<base",
        "<xsl:",
        "%pdf-",
    ];
    let text: String = bytes
        .iter()
        // UTF-16 looks like ASCII without its zeros.
        .filter(|b| b.is_ascii() && **b != 0)
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    let text = text.trim_start();
    BEGINS.iter().any(|begin| text.starts_with(begin)) || HOLDS.iter().any(|tag| text.contains(tag))
}
