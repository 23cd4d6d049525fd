//! What a picture tells besides the picture (P-29): where it was taken, with which camera, when,
//! by whom, and what its programs wrote into it. All of it goes; the picture's own data stays
//! byte for byte, and which side is up stays with it.
//!
//! Every format is walked by its parts, and only the parts that a picture is made of are kept:
//! what is not known is not kept. Behind the picture's end nothing is kept either; phones put
//! whole films there.

mod heic;
mod jpeg;
mod size;

use crate::file_type::FileKind;

pub use size::{Pixels, pixels};

/// A picture that cannot be walked: damaged, or made to look like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture is damaged")]
pub struct DamagedPhoto;

/// The picture without what it tells besides. For a kind that is no picture, and for bitmaps,
/// which cannot hold more than the picture, the content is given back.
///
/// Holds the picture twice in memory: bound its size first (K1: 25 MiB). Applied to its own
/// answer it answers the same.
pub fn stripped(kind: FileKind, content: Vec<u8>) -> Result<Vec<u8>, DamagedPhoto> {
    match kind {
        FileKind::Jpeg => jpeg::stripped(&content),
        FileKind::Png => png(&content),
        FileKind::Webp => webp(&content),
        FileKind::Gif => gif(&content),
        FileKind::Heic => heic::stripped(content),
        _ => Ok(content),
    }
}

/// Bytes `at..at + length`.
fn part(content: &[u8], at: usize, length: usize) -> Result<&[u8], DamagedPhoto> {
    let end = at.checked_add(length).ok_or(DamagedPhoto)?;
    content.get(at..end).ok_or(DamagedPhoto)
}

fn big_endian(content: &[u8], at: usize, length: usize) -> Result<usize, DamagedPhoto> {
    let bytes = part(content, at, length)?;
    let number = bytes.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    usize::try_from(number).map_err(|_| DamagedPhoto)
}

/// The one tag that is kept of Exif: which side is up, 2 to 8. 1 is what it is without.
fn orientation(exif: &[u8]) -> Option<u8> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = exif.get(at..at.checked_add(length)?)?;
        let fold = |n: usize, b: &u8| n << 8 | usize::from(*b);
        Some(if little {
            bytes.iter().rev().fold(0, fold)
        } else {
            bytes.iter().fold(0, fold)
        })
    };
    let directory = number(4, 4)?;
    let count = number(directory, 2)?;
    (0..count)
        .map_while(|n| {
            let entry = directory.checked_add(2 + n * 12)?;
            Some((number(entry, 2)?, number(entry + 8, 2)?))
        })
        .find(|(tag, _)| *tag == 0x0112)
        .and_then(|(_, value)| u8::try_from(value).ok())
        .filter(|value| (2..=8).contains(value))
}

/// Exif with nothing but that tag.
fn exif_of(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    exif
}

/// PNG: a chain of chunks with checksums.
fn png(content: &[u8]) -> Result<Vec<u8>, DamagedPhoto> {
    const MAGIC: &[u8] = b"\x89PNG\r\n\x1A\n";
    const KEPT: &[&[u8]] = &[
        b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"iCCP", b"sRGB", b"sBIT", b"bKGD",
        b"pHYs", b"cICP", b"acTL", b"fcTL", b"fdAT",
    ];
    if !content.starts_with(MAGIC) {
        return Err(DamagedPhoto);
    }
    let mut out = MAGIC.to_vec();
    let mut at = MAGIC.len();
    loop {
        let length = big_endian(content, at, 4)?;
        let chunk = part(content, at, length.checked_add(12).ok_or(DamagedPhoto)?)?;
        let (name, data) = (&chunk[4..8], &chunk[8..8 + length]);
        at += chunk.len();
        if name == b"IEND" {
            out.extend_from_slice(b"\0\0\0\0IEND\xAE\x42\x60\x82");
            return Ok(out);
        }
        if KEPT.contains(&name) {
            out.extend_from_slice(chunk);
        } else if name == b"eXIf"
            && let Some(side) = orientation(data)
        {
            png_chunk(&mut out, *b"eXIf", &exif_of(side));
        }
    }
}

fn png_chunk(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    let begin = out.len();
    out.extend_from_slice(&name);
    out.extend_from_slice(data);
    // CRC-32 as PNG defines it (its annex D), over a few bytes.
    let checksum = out[begin..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    out.extend_from_slice(&(!checksum).to_be_bytes());
}

/// WebP: a RIFF of chunks, of which the first says which others there are.
fn webp(content: &[u8]) -> Result<Vec<u8>, DamagedPhoto> {
    /// "There is Exif" and "there is XMP".
    const FLAGS: u8 = 0x08 | 0x04;
    let size = little_endian(content, 4)?;
    let body = part(content, 0, size.checked_add(8).ok_or(DamagedPhoto)?)?;
    if !body.starts_with(b"RIFF") || part(body, 8, 4)? != b"WEBP" {
        return Err(DamagedPhoto);
    }
    let mut out = body[..12].to_vec();
    let mut has_exif = false;
    let mut at = 12;
    while at < body.len() {
        let length = little_endian(body, at + 4)?;
        let padded = length.checked_add(length % 2 + 8).ok_or(DamagedPhoto)?;
        let chunk = part(body, at, padded.min(body.len() - at).max(length + 8))?;
        at += chunk.len();
        match &chunk[..4] {
            b"ICCP" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" => {
                out.extend_from_slice(chunk);
            }
            b"VP8X" if length >= 10 => out.extend_from_slice(chunk),
            b"EXIF" => {
                let exif = &chunk[8..8 + length];
                let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
                if let Some(side) = orientation(exif)
                    && !has_exif
                {
                    has_exif = true;
                    let exif = exif_of(side);
                    out.extend_from_slice(b"EXIF");
                    out.extend_from_slice(&[u8::try_from(exif.len()).unwrap_or(0), 0, 0, 0]);
                    out.extend_from_slice(&exif);
                }
            }
            _ => {}
        }
    }
    if out.get(12..16) == Some(b"VP8X") {
        out[20] = out[20] & !FLAGS | if has_exif { 0x08 } else { 0 };
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| DamagedPhoto)?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

fn little_endian(content: &[u8], at: usize) -> Result<usize, DamagedPhoto> {
    let bytes = part(content, at, 4)?;
    let number = bytes
        .iter()
        .rev()
        .fold(0_u64, |n, b| n << 8 | u64::from(*b));
    usize::try_from(number).map_err(|_| DamagedPhoto)
}

/// GIF: blocks, each a chain of sub-blocks.
fn gif(content: &[u8]) -> Result<Vec<u8>, DamagedPhoto> {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3 << ((flags & 7) + 1)
        }
    };
    if !content.starts_with(b"GIF8") {
        return Err(DamagedPhoto);
    }
    let mut at = 13 + table(*content.get(10).ok_or(DamagedPhoto)?);
    let mut out = part(content, 0, at)?.to_vec();
    loop {
        let begin = at;
        let keep = match *content.get(at).ok_or(DamagedPhoto)? {
            0x3B => {
                out.push(0x3B);
                return Ok(out);
            }
            0x21 => {
                let label = *content.get(at + 1).ok_or(DamagedPhoto)?;
                // The times of an animation, and how often it repeats. Comments, texts and the
                // blocks of programs (XMP among them) go.
                let repeats = content.get(at + 3..at + 14) == Some(b"NETSCAPE2.0");
                at += 2;
                label == 0xF9 || (label == 0xFF && repeats)
            }
            0x2C => {
                at += 10 + table(*content.get(at + 9).ok_or(DamagedPhoto)?) + 1;
                true
            }
            _ => return Err(DamagedPhoto),
        };
        loop {
            let length = usize::from(*content.get(at).ok_or(DamagedPhoto)?);
            at += length + 1;
            if length == 0 {
                break;
            }
        }
        if keep {
            out.extend_from_slice(part(content, begin, at - begin)?);
        }
    }
}

#[cfg(test)]
mod tests;
