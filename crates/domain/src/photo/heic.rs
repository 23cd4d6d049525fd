//! HEIC: boxes in boxes. The items of a picture lie somewhere in the file and are found through a
//! table of places, so nothing can be taken out without moving the rest. What is not part of the
//! picture is overwritten with zeros where it lies. Which side is up is a property of the
//! picture's item, not Exif, and stays.

use std::ops::Range;

use super::{DamagedPhoto, big_endian, part};

/// Items that a picture is made of: coded pictures, and how they are put together.
const KEPT: &[&[u8]] = &[
    b"hvc1", b"hvt1", b"lhv1", b"grid", b"iden", b"iovl", b"tmap",
];
/// Boxes at the top that a picture is made of.
const TOP: &[&[u8]] = &[b"ftyp", b"meta", b"mdat"];

/// One box: its name, and where its content lies.
type Inner<'a> = (&'a [u8], Range<usize>);

pub(super) fn stripped(mut content: Vec<u8>) -> Result<Vec<u8>, DamagedPhoto> {
    let blanks = blanks(&content)?;
    for range in blanks {
        content.get_mut(range).ok_or(DamagedPhoto)?.fill(0);
    }
    Ok(content)
}

/// Everything that has to go.
fn blanks(content: &[u8]) -> Result<Vec<Range<usize>>, DamagedPhoto> {
    let top = boxes(content, 0..content.len())?;
    if top.first().is_none_or(|(name, _)| *name != b"ftyp") {
        return Err(DamagedPhoto);
    }
    let mut blanks: Vec<_> = top
        .iter()
        .filter(|(name, _)| !TOP.contains(name))
        .map(|(_, range)| range.clone())
        .collect();
    let mut metas = top.iter().filter(|(name, _)| *name == b"meta");
    let (Some((_, meta)), None) = (metas.next(), metas.next()) else {
        return Err(DamagedPhoto);
    };
    let meta = boxes(content, meta.start + 4..meta.end)?;
    let inner = |wanted: &[u8]| {
        let found = meta.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, range)| range.clone())
    };
    let foreign = foreign_items(content, inner(b"iinf").ok_or(DamagedPhoto)?)?;
    let places = inner(b"iloc").ok_or(DamagedPhoto)?;
    let data = inner(b"idat").map_or(0, |range| range.start);
    for (item, ranges) in locations(content, places, data)? {
        if foreign.contains(&item) {
            blanks.extend(ranges.ok_or(DamagedPhoto)?);
        }
    }
    Ok(blanks)
}

/// The boxes that fill a range.
fn boxes(content: &[u8], within: Range<usize>) -> Result<Vec<Inner<'_>>, DamagedPhoto> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let (size, header) = match big_endian(content, at, 4)? {
            0 => (within.end - at, 8),
            1 => (big_endian(content, at + 8, 8)?, 16),
            size => (size, 8),
        };
        let end = at.checked_add(size).ok_or(DamagedPhoto)?;
        if size < header || end > within.end {
            return Err(DamagedPhoto);
        }
        found.push((part(content, at + 4, 4)?, at + header..end));
        at = end;
    }
    Ok(found)
}

/// The numbers of the items that are no part of the picture: Exif, XMP and whatever else.
fn foreign_items(content: &[u8], table: Range<usize>) -> Result<Vec<usize>, DamagedPhoto> {
    let wide = big_endian(content, table.start, 1)? != 0;
    let first = table.start + if wide { 8 } else { 6 };
    let mut foreign = Vec::new();
    for (name, entry) in boxes(content, first..table.end)? {
        let version = big_endian(content, entry.start, 1)?;
        let number = match version {
            2 => 2,
            3 => 4,
            _ => return Err(DamagedPhoto),
        };
        let kind = part(content, entry.start + 4 + number + 2, 4)?;
        if name != b"infe" || !KEPT.contains(&kind) {
            foreign.push(big_endian(content, entry.start + 4, number)?);
        }
    }
    Ok(foreign)
}

/// Where each item lies; none when it lies in a way that we cannot follow.
type Places = Vec<(usize, Option<Vec<Range<usize>>>)>;

fn locations(content: &[u8], table: Range<usize>, data: usize) -> Result<Places, DamagedPhoto> {
    let mut at = table.start;
    let mut next = |length: usize| {
        let number = big_endian(content, at, length);
        at += length;
        number
    };
    let version = next(1)?;
    next(3)?;
    let (sizes, more) = (next(1)?, next(1)?);
    let (offset_size, length_size) = (sizes >> 4, sizes & 15);
    let (base_size, index_size) = (more >> 4, if version == 0 { 0 } else { more & 15 });
    let number_size = if version < 2 { 2 } else { 4 };
    let mut places = Vec::new();
    for _ in 0..next(number_size)? {
        let item = next(number_size)?;
        let method = if version == 0 { 0 } else { next(2)? & 15 };
        let elsewhere = next(2)?;
        let base = next(base_size)?;
        let mut ranges = Vec::new();
        for _ in 0..next(2)? {
            next(index_size)?;
            let (offset, length) = (next(offset_size)?, next(length_size)?);
            let within = if method == 1 { data } else { 0 };
            let begin = within.checked_add(base).and_then(|n| n.checked_add(offset));
            let begin = begin.ok_or(DamagedPhoto)?;
            let end = begin.checked_add(length).ok_or(DamagedPhoto)?;
            // Without a length it is the rest of the file, the picture among it.
            let length_is_known = length > 0;
            ranges.push(if length_is_known {
                begin..end
            } else {
                0..usize::MAX
            });
        }
        let is_here = method < 2 && elsewhere == 0;
        places.push((item, is_here.then_some(ranges)));
    }
    Ok(places)
}
