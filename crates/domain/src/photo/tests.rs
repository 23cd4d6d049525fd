use proptest::prelude::*;

use super::*;

const CANARY: &[u8] = b"52.5200N 13.4050E";

/// Exif with a side, and a place.
fn exif(side: u8, little: bool) -> Vec<u8> {
    let mut exif = if little {
        let mut exif = b"II*\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x11\0\0\0\x26\0\0\0".to_vec();
        exif.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, side, 0, 0, 0]);
        exif
    } else {
        let mut exif = b"MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x11\0\0\0\x26".to_vec();
        exif.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, side, 0, 0]);
        exif
    };
    exif.extend_from_slice(&[0; 4]);
    exif.extend_from_slice(CANARY);
    exif
}

fn holds(content: &[u8], wanted: &[u8]) -> bool {
    content.windows(wanted.len()).any(|bytes| bytes == wanted)
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], data].concat()
}

fn jpeg(side: u8) -> Vec<u8> {
    [
        b"\xFF\xD8".to_vec(),
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        segment(
            0xE1,
            &[b"Exif\0\0", &exif(side, side.is_multiple_of(2))[..]].concat(),
        ),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", CANARY].concat()),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01profile"),
        segment(0xE2, &[b"MPF\0", CANARY].concat()),
        segment(0xED, &[b"Photoshop 3.0\0", CANARY].concat()),
        segment(0xFE, CANARY),
        segment(0xDB, &[1; 65]),
        segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
        segment(0xDA, b"\x01\x01\0\0\x3F\0"),
        b"\x12\xFF\0\x34\xFF\xD0\x56".to_vec(),
        segment(0xFE, CANARY),
        segment(0xDA, b"\x01\x01\0\x01\x3F\0"),
        b"\x78\xFF\xD9".to_vec(),
        b"\xFF\xD8a second picture, a film ".to_vec(),
        CANARY.to_vec(),
    ]
    .concat()
}

fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    png_chunk(&mut out, name, data);
    out
}

fn a_png() -> Vec<u8> {
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(*b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0"),
        chunk(*b"iCCP", b"profile\0\0"),
        chunk(*b"eXIf", &exif(6, true)),
        chunk(*b"tEXt", CANARY),
        chunk(*b"iTXt", CANARY),
        chunk(*b"zTXt", CANARY),
        chunk(*b"tIME", b"\x07\xEA\x01\x01\0\0\0"),
        chunk(*b"prVt", CANARY),
        chunk(*b"IDAT", b"picture"),
        chunk(*b"IEND", b""),
        CANARY.to_vec(),
    ]
    .concat()
}

fn riff(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let pad = vec![0; data.len() % 2];
    [&name[..], &length[..], data, &pad[..]].concat()
}

fn a_webp() -> Vec<u8> {
    let body = [
        b"WEBP".to_vec(),
        riff(*b"VP8X", b"\x2C\0\0\0\0\0\0\0\0\0"),
        riff(*b"ICCP", b"profile"),
        riff(*b"VP8L", b"picture"),
        riff(*b"EXIF", &exif(8, false)),
        riff(*b"XMP ", CANARY),
        riff(*b"what", CANARY),
    ]
    .concat();
    [riff(*b"RIFF", &body), CANARY.to_vec()].concat()
}

fn a_gif() -> Vec<u8> {
    let xmp = [&[11][..], b"XMP DataXMP", &[17], CANARY, &[0]].concat();
    [
        b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(),
        vec![7; 6],
        b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0".to_vec(),
        [&b"\x21\xFE\x11"[..], CANARY, &[0]].concat(),
        [&b"\x21\xFF"[..], &xmp].concat(),
        b"\x21\xF9\x04\0\0\0\0\0".to_vec(),
        b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B".to_vec(),
        CANARY.to_vec(),
    ]
    .concat()
}

fn boxed(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len() + 8).unwrap().to_be_bytes();
    [&length[..], &name[..], data].concat()
}

fn a_heic() -> Vec<u8> {
    let info = |item: u8, kind: [u8; 4]| {
        boxed(
            *b"infe",
            &[&[2, 0, 0, 0, 0, item, 0, 0], &kind[..], b"\0"].concat(),
        )
    };
    let make = |start: usize| {
        let place = |item: u8, offset: usize, length: usize| {
            let offset = u32::try_from(start + offset).unwrap().to_be_bytes();
            let length = u32::try_from(length).unwrap().to_be_bytes();
            [&[0, item, 0, 0, 0, 1][..], &offset, &length].concat()
        };
        let infos = [info(1, *b"hvc1"), info(2, *b"Exif"), info(3, *b"mime")].concat();
        let places = [place(1, 0, 7), place(2, 7, 17), place(3, 24, 17)].concat();
        let meta = [
            vec![0; 4],
            boxed(*b"iinf", &[&[0, 0, 0, 0, 0, 3][..], &infos].concat()),
            boxed(
                *b"iloc",
                &[&[0, 0, 0, 0, 0x44, 0, 0, 3][..], &places].concat(),
            ),
        ]
        .concat();
        [
            boxed(*b"ftyp", b"heic\0\0\0\0heicmif1"),
            boxed(*b"meta", &meta),
            boxed(*b"uuid", CANARY),
        ]
        .concat()
    };
    let start = make(0).len() + 8;
    let data = [&b"picture"[..], CANARY, CANARY].concat();
    [make(start), boxed(*b"mdat", &data)].concat()
}

fn samples() -> Vec<(FileKind, Vec<u8>)> {
    vec![
        (FileKind::Jpeg, jpeg(6)),
        (FileKind::Png, a_png()),
        (FileKind::Webp, a_webp()),
        (FileKind::Gif, a_gif()),
        (FileKind::Heic, a_heic()),
    ]
}

#[test]
fn p29_the_place_goes_and_the_picture_stays() {
    for (kind, content) in samples() {
        assert!(holds(&content, CANARY), "{kind:?}");
        let out = stripped(kind, content.clone()).unwrap();
        assert!(!holds(&out, CANARY), "{kind:?}");
        assert_eq!(stripped(kind, out.clone()).unwrap(), out, "{kind:?}");
        let name = crate::FileName::parse(&format!("a.{}", kind.extensions()[0]));
        let purpose = crate::FilePurpose::Message {
            below: 0,
            voice_notes: false,
            photos: true,
        };
        let is = crate::file_type::arrived(&name, "", std::io::Cursor::new(&out), purpose);
        assert_eq!(is.unwrap(), Ok(kind));
    }
    for (kind, content) in samples().into_iter().skip(1) {
        let out = stripped(kind, content).unwrap();
        let picture: &[u8] = if kind == FileKind::Gif {
            b"\x02\x44\x01\0\x3B"
        } else {
            b"picture"
        };
        assert!(holds(&out, picture), "{kind:?}");
    }
    let gif = stripped(FileKind::Gif, a_gif()).unwrap();
    assert!(holds(&gif, b"NETSCAPE2.0"), "it repeats as before");
}

#[test]
fn p29_a_photo_keeps_its_scans_its_colours_and_its_side() {
    for side in 1..=8 {
        let out = stripped(FileKind::Jpeg, jpeg(side)).unwrap();
        let at = out.windows(6).position(|bytes| bytes == b"Exif\0\0");
        let kept = at.and_then(|at| orientation(&out[at + 6..]));
        assert_eq!(kept, (side > 1).then_some(side));
        assert!(holds(&out, b"ICC_PROFILE\0\x01\x01profile"));
        let scans = [
            &b"\x12\xFF\0\x34\xFF\xD0\x56"[..],
            &segment(0xDA, b"\x01\x01\0\x01\x3F\0"),
            b"\x78\xFF\xD9",
        ]
        .concat();
        assert!(out.ends_with(&scans), "{out:X?}");
    }
    let png = stripped(FileKind::Png, a_png()).unwrap();
    assert!(holds(&png, &chunk(*b"eXIf", &exif_of(6))) && holds(&png, b"iCCPprofile"));
    // The checksum of an empty IEND, as the standard prints it.
    assert!(chunk(*b"IEND", b"").ends_with(b"\xAE\x42\x60\x82"));
    let webp = stripped(FileKind::Webp, a_webp()).unwrap();
    assert_eq!(
        webp[20], 0x28,
        "it says that there is Exif and a profile, and no XMP"
    );
    assert!(holds(&webp, &exif_of(8)));
}

#[test]
fn p29_a_heic_that_cannot_be_followed_is_refused() {
    let heic = a_heic();
    let swap = |from: &[u8], to: &[u8]| {
        let at = heic.windows(from.len()).position(|bytes| bytes == from);
        let mut changed = heic.clone();
        let at = at.unwrap();
        changed[at..at + to.len()].copy_from_slice(to);
        stripped(FileKind::Heic, changed)
    };
    assert_eq!(swap(b"iloc", b"free"), Err(DamagedPhoto));
    assert_eq!(swap(b"iinf", b"free"), Err(DamagedPhoto));
    assert_eq!(swap(b"meta", b"free"), Err(DamagedPhoto));
    // An item without a length is the rest of the file.
    assert_eq!(swap(b"\0\0\0\x11\0\x03", b"\0\0\0\0"), Err(DamagedPhoto));
}

proptest! {
    #[test]
    fn p29_damage_is_told_or_mended_and_never_panics(
        which in 0_usize..5, at in 0_usize..600, byte: u8, cut in 0_usize..600,
    ) {
        let (kind, mut content) = samples().swap_remove(which);
        let at = at % content.len();
        content[at] = byte;
        content.truncate(content.len() - cut % content.len());
        if let Ok(out) = stripped(kind, content) {
            prop_assert_eq!(stripped(kind, out.clone()), Ok(out));
        }
    }
}
