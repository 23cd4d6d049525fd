//! JPEG: segments, and between them runs of coded data.

use super::{DamagedPhoto, big_endian, exif_of, orientation, part};

/// What a walk has found so far.
#[derive(Default)]
struct Found {
    orientation: Option<u8>,
}

pub(super) fn stripped(content: &[u8]) -> Result<Vec<u8>, DamagedPhoto> {
    if !content.starts_with(b"\xFF\xD8") {
        return Err(DamagedPhoto);
    }
    // Which side is up stands first and is known last: its place is kept free, so that the picture
    // is held no third time.
    let turned = exif_segment(1)?;
    let mut out = Vec::with_capacity(content.len() + turned.len());
    out.extend_from_slice(b"\xFF\xD8");
    out.extend_from_slice(&turned);
    let mut found = Found::default();
    let mut at = 2;
    loop {
        let marker = marker(content, &mut at)?;
        match marker {
            0xD9 => break,
            // Alone, without a length.
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length = big_endian(content, at, 2)?;
        let segment = part(content, at, length.max(2))?;
        at += segment.len();
        let data = segment.get(2..).unwrap_or_default();
        if is_kept(marker, data, &mut found) {
            out.extend_from_slice(&[0xFF, marker]);
            out.extend_from_slice(segment);
        }
        if marker == 0xDA {
            let end = end_of_scan(content, at);
            out.extend_from_slice(&content[at..end]);
            at = end;
        }
    }
    let place = 2..2 + turned.len();
    match found.orientation {
        Some(side) => out[place].copy_from_slice(&exif_segment(side)?),
        None => drop(out.drain(place)),
    }
    out.extend_from_slice(b"\xFF\xD9");
    Ok(out)
}

/// The segment that says which side is up: of the same length for each.
fn exif_segment(side: u8) -> Result<Vec<u8>, DamagedPhoto> {
    let exif = exif_of(side);
    let length = u8::try_from(exif.len() + 8).map_err(|_| DamagedPhoto)?;
    Ok([&[0xFF, 0xE1, 0, length], &b"Exif\0\0"[..], &exif].concat())
}

/// The next marker; `at` goes behind it.
fn marker(content: &[u8], at: &mut usize) -> Result<u8, DamagedPhoto> {
    if content.get(*at) != Some(&0xFF) {
        return Err(DamagedPhoto);
    }
    loop {
        *at += 1;
        match *content.get(*at).ok_or(DamagedPhoto)? {
            // Fill bytes.
            0xFF => {}
            0 => return Err(DamagedPhoto),
            marker => {
                *at += 1;
                return Ok(marker);
            }
        }
    }
}

fn is_kept(marker: u8, data: &[u8], found: &mut Found) -> bool {
    match marker {
        0xE1 => {
            let exif = data.strip_prefix(b"Exif\0\0");
            found.orientation = found.orientation.or(exif.and_then(orientation));
            false
        }
        // JFIF says how dense the dots are; its extension (JFXX) and its own field hold thumbnails.
        0xE0 => data.starts_with(b"JFIF\0") && data.len() == 14,
        // How Adobe's programs coded the colours: without it they come out wrong.
        0xEE => data.starts_with(b"Adobe") && data.len() == 12,
        0xE2 => data.starts_with(b"ICC_PROFILE\0"),
        // Whatever else programs add, and comments.
        0xE3..=0xFE => false,
        _ => true,
    }
}

/// Where the coded data ends: at a marker that is neither an escaped byte nor a restart.
fn end_of_scan(content: &[u8], from: usize) -> usize {
    (from..content.len())
        .find(|at| {
            content[*at] == 0xFF
                && content
                    .get(at + 1)
                    .is_some_and(|next| !matches!(next, 0 | 0xD0..=0xD7 | 0xFF))
        })
        .unwrap_or(content.len())
}
