//! How large a picture shows, so that a page can keep its place free.

use super::{big_endian, orientation, part};
use crate::file_type::FileKind;

/// Width and height of a picture, in pixels, as it is shown: turned as its camera says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
}

/// The size of a picture that [`stripped`](super::stripped) gave back; none for a kind that does
/// not tell it in few bytes (HEIC), or that is no picture.
#[must_use]
pub fn pixels(kind: FileKind, content: &[u8]) -> Option<Pixels> {
    match kind {
        FileKind::Png => sides(big(content, 16, 4), big(content, 20, 4)),
        FileKind::Gif => sides(little(content, 6, 2), little(content, 8, 2)),
        FileKind::Bmp => bmp(content),
        FileKind::Jpeg => jpeg(content),
        FileKind::Webp => webp(content),
        _ => None,
    }
}

fn sides(width: Option<u32>, height: Option<u32>) -> Option<Pixels> {
    let (width, height) = (width?, height?);
    (width > 0 && height > 0).then_some(Pixels { width, height })
}

fn big(content: &[u8], at: usize, length: usize) -> Option<u32> {
    u32::try_from(big_endian(content, at, length).ok()?).ok()
}

fn little(content: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = part(content, at, length).ok()?;
    Some(bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)))
}

/// A negative height says that the lines stand from top to bottom.
fn bmp(content: &[u8]) -> Option<Pixels> {
    if little(content, 14, 4)? == 12 {
        return sides(little(content, 18, 2), little(content, 20, 2));
    }
    let height = little(content, 22, 4)?.cast_signed().unsigned_abs();
    sides(little(content, 18, 4), Some(height))
}

/// The frame's header, behind segments that each tell their length.
fn jpeg(content: &[u8]) -> Option<Pixels> {
    let mut at = 2;
    let mut turned = false;
    loop {
        let marker = *part(content, at, 2).ok()?.get(1)?;
        let length = big_endian(content, at + 2, 2).ok()?;
        match marker {
            // Start of a frame, of whatever coding; 0xC4, 0xC8 and 0xCC are something else.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let (height, width) = (big(content, at + 5, 2), big(content, at + 7, 2));
                return if turned {
                    sides(height, width)
                } else {
                    sides(width, height)
                };
            }
            0xE1 => {
                let data = part(content, at + 4, length.checked_sub(2)?).ok()?;
                let exif = data.strip_prefix(b"Exif\0\0").unwrap_or_default();
                // From 5 on a side of the picture is up, not its top or its bottom.
                turned = turned || orientation(exif).is_some_and(|side| side >= 5);
            }
            _ => {}
        }
        at = at.checked_add(2 + length)?;
    }
}

fn webp(content: &[u8]) -> Option<Pixels> {
    let one_more = |n: Option<u32>| Some(n? + 1);
    match part(content, 12, 4).ok()? {
        b"VP8X" => sides(
            one_more(little(content, 24, 3)),
            one_more(little(content, 27, 3)),
        ),
        b"VP8L" => {
            let bits = little(content, 21, 4)?;
            sides(Some((bits & 0x3FFF) + 1), Some((bits >> 14 & 0x3FFF) + 1))
        }
        b"VP8 " => {
            let side = |at| Some(little(content, at, 2)? & 0x3FFF);
            sides(side(26), side(28))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn size(width: u32, height: u32) -> Pixels {
        Pixels { width, height }
    }

    #[test]
    fn p29_the_size_of_a_picture_is_told() {
        let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x07";
        assert_eq!(pixels(FileKind::Png, png), Some(size(258, 7)));
        assert_eq!(
            pixels(FileKind::Gif, b"GIF89a\x02\x01\x03\0"),
            Some(size(258, 3))
        );
        let mut bmp = vec![0; 26];
        bmp[14] = 40;
        bmp[18..22].copy_from_slice(&300_u32.to_le_bytes());
        bmp[22..26].copy_from_slice(&(-9_i32).to_le_bytes());
        assert_eq!(pixels(FileKind::Bmp, &bmp), Some(size(300, 9)));
        let frame = b"\xFF\xC0\0\x0B\x08\0\x02\0\x05\x01\0\x11\0";
        let plain = [&b"\xFF\xD8\xFF\xDB\0\x03\0"[..], frame].concat();
        assert_eq!(pixels(FileKind::Jpeg, &plain), Some(size(5, 2)));
        let exif = [&b"Exif\0\0"[..], &super::super::exif_of(6)].concat();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let turned = [&b"\xFF\xD8\xFF\xE1"[..], &length, &exif, frame].concat();
        assert_eq!(pixels(FileKind::Jpeg, &turned), Some(size(2, 5)));
        let webp = |chunk: &[u8]| [&b"RIFF\0\0\0\0WEBP"[..], chunk].concat();
        let large = webp(b"VP8X\x0A\0\0\0\0\0\0\0\x01\x01\0\x06\0\0");
        assert_eq!(pixels(FileKind::Webp, &large), Some(size(258, 7)));
        let lossless = webp(b"VP8L\x05\0\0\0\x2F\x01\x80\0\0");
        assert_eq!(pixels(FileKind::Webp, &lossless), Some(size(2, 3)));
        for cut in 0..turned.len() - 4 {
            assert_eq!(pixels(FileKind::Jpeg, &turned[..cut]), None);
        }
        assert_eq!(pixels(FileKind::Heic, png), None);
        assert_eq!(pixels(FileKind::Png, b"\x89PNG"), None);
    }
}
