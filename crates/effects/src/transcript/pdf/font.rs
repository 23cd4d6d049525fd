//! The font of a PDF: `DejaVu` Sans, of which the letters that were used go into the file.
//!
//! It has Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters, and many signs; what it
//! lacks shows as a replacement. Letters stand side by side as they are: scripts whose letters join
//! are better read in the other formats.

use std::collections::HashMap;
use std::io;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Finish as _, Name, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::Face;

use super::file::{FONT, Objects};

static DEJAVU: &[u8] = include_bytes!("../../../fonts/DejaVuSans.ttf");

/// The name that a part of a font bears.
const NAME: Name = Name(b"TIDING+DejaVuSans");
const SYSTEM: SystemInfo = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// A letter as the file has it.
#[derive(Clone, Copy)]
struct Glyph {
    /// Its number in the file.
    number: u16,
    /// How wide it is, of letters of size 1.
    width: f32,
}

pub(super) struct Font {
    face: Face<'static>,
    known: HashMap<char, Glyph>,
    used: GlyphRemapper,
    /// By their numbers in the file: what each stands for, and its width.
    written: Vec<(char, f32)>,
}

impl Font {
    pub(super) fn embedded() -> io::Result<Self> {
        let face = Face::parse(DEJAVU, 0).map_err(io::Error::other)?;
        let mut font = Self {
            face,
            known: HashMap::new(),
            used: GlyphRemapper::new(),
            // Number 0 stands for what is missing.
            written: vec![('\u{fffd}', 0.6)],
        };
        font.glyph('\u{fffd}');
        Ok(font)
    }

    fn glyph(&mut self, c: char) -> Glyph {
        if let Some(known) = self.known.get(&c) {
            return *known;
        }
        let found = self.face.glyph_index(c);
        let Some(id) = found.or_else(|| self.face.glyph_index('\u{fffd}')) else {
            return Glyph {
                number: 0,
                width: 0.6,
            };
        };
        let advance = self.face.glyph_hor_advance(id).unwrap_or_default();
        let glyph = Glyph {
            number: self.used.remap(id.0),
            width: f32::from(advance) / f32::from(self.face.units_per_em()),
        };
        let at = usize::from(glyph.number);
        if at == self.written.len() {
            let stands_for = if found.is_some() { c } else { '\u{fffd}' };
            self.written.push((stands_for, glyph.width));
        }
        self.known.insert(c, glyph);
        glyph
    }

    /// How wide a letter of size 1 is.
    pub(super) fn width(&mut self, c: char) -> f32 {
        self.glyph(c).width
    }

    /// A line as the file has it.
    pub(super) fn encode(&mut self, line: &str) -> Vec<u8> {
        let mut glyphs = Vec::with_capacity(2 * line.len());
        for c in line.chars() {
            glyphs.extend_from_slice(&self.glyph(c).number.to_be_bytes());
        }
        glyphs
    }

    /// Writes the font with the letters that were used.
    pub(super) fn write(&self, objects: &mut Objects) -> io::Result<()> {
        let part = subsetter::subset(DEJAVU, 0, &self.used).map_err(io::Error::other)?;
        let data = objects.font_file(&part)?;
        let mut meanings = UnicodeCmap::<u16>::new(Name(b"Custom"), SYSTEM);
        for (number, (stands_for, _)) in (0..).zip(&self.written) {
            meanings.pair(number, *stands_for);
        }
        let meanings = objects.stream(&meanings.finish())?;
        let descriptor = self.descriptor(objects, data)?;
        let letters = objects.number();
        objects.put(letters, |chunk| {
            let mut font = chunk.cid_font(letters);
            font.subtype(CidFontType::Type2)
                .base_font(NAME)
                .system_info(SYSTEM)
                .font_descriptor(descriptor)
                .default_width(0.0)
                .cid_to_gid_map_predefined(Name(b"Identity"));
            let widths = self.written.iter().map(|(_, width)| width * 1000.0);
            font.widths().consecutive(0, widths);
        })?;
        objects.put(FONT, |chunk| {
            chunk
                .type0_font(FONT)
                .base_font(NAME)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(letters)
                .to_unicode(meanings);
        })
    }

    fn descriptor(&self, objects: &mut Objects, data: Ref) -> io::Result<Ref> {
        let id = objects.number();
        let scale = |units: i16| f32::from(units) * 1000.0 / f32::from(self.face.units_per_em());
        let all = self.face.global_bounding_box();
        objects.put(id, |chunk| {
            let mut descriptor = chunk.font_descriptor(id);
            descriptor
                .name(NAME)
                .flags(FontFlags::NON_SYMBOLIC)
                .bbox(Rect::new(
                    scale(all.x_min),
                    scale(all.y_min),
                    scale(all.x_max),
                    scale(all.y_max),
                ))
                .italic_angle(0.0)
                .ascent(scale(self.face.ascender()))
                .descent(scale(self.face.descender()))
                .cap_height(scale(self.face.capital_height().unwrap_or_default()))
                .stem_v(90.0)
                .font_file2(data);
            descriptor.finish();
        })?;
        Ok(id)
    }
}
