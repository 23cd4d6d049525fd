//! The objects of a PDF file, each written as soon as it is there, and the table of where they are.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Chunk, Filter, Finish as _, Name, Rect, Ref, TextStr};

pub(super) const FONT: Ref = Ref::new(4);
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
/// The first number that is given out.
const FREE: i32 = 5;

pub(super) struct Objects {
    file: BufWriter<File>,
    /// Bytes written.
    length: u64,
    /// Where each object begins, by its number less one.
    places: Vec<u64>,
    next: i32,
}

impl Objects {
    pub(super) fn begin(file: File) -> io::Result<Self> {
        let mut objects = Self {
            file: BufWriter::new(file),
            length: 0,
            places: Vec::new(),
            next: FREE,
        };
        // The second line says that the file is not text.
        objects.write(b"%PDF-1.7\n%\x80\x80\x80\x80\n")?;
        Ok(objects)
    }

    pub(super) fn number(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next - 1)
    }

    /// Writes an object.
    pub(super) fn put(&mut self, id: Ref, fill: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::new();
        fill(&mut chunk);
        let at = usize::try_from(id.get() - 1).unwrap_or_default();
        if self.places.len() <= at {
            self.places.resize(at + 1, 0);
        }
        self.places[at] = self.length;
        self.write(chunk.as_bytes())
    }

    /// Writes bytes, compressed, as an object.
    pub(super) fn stream(&mut self, bytes: &[u8]) -> io::Result<Ref> {
        self.packed(bytes, false)
    }

    /// The same with a font, of which readers want to know how long it is.
    pub(super) fn font_file(&mut self, bytes: &[u8]) -> io::Result<Ref> {
        self.packed(bytes, true)
    }

    fn packed(&mut self, bytes: &[u8], measured: bool) -> io::Result<Ref> {
        let id = self.number();
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes)?;
        let packed = packed.finish()?;
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.put(id, |chunk| {
            let mut stream = chunk.stream(id, &packed);
            stream.filter(Filter::FlateDecode);
            if measured {
                stream.pair(Name(b"Length1"), length);
            }
        })?;
        Ok(id)
    }

    /// Writes a page with this content.
    pub(super) fn page(&mut self, content: &[u8]) -> io::Result<Ref> {
        let content = self.stream(content)?;
        let id = self.number();
        self.put(id, |chunk| {
            chunk.page(id).parent(PAGES).contents(content);
        })?;
        Ok(id)
    }

    /// Writes what holds the pages together, and ends the file.
    pub(super) fn end(mut self, pages: &[Ref], width: f32, height: f32) -> io::Result<File> {
        self.put(PAGES, |chunk| {
            let mut all = chunk.pages(PAGES);
            all.kids(pages.iter().copied())
                .count(i32::try_from(pages.len()).unwrap_or(i32::MAX))
                .media_box(Rect::new(0.0, 0.0, width, height));
            all.resources().fonts().pair(Name(b"F"), FONT);
        })?;
        self.put(CATALOG, |chunk| {
            let mut catalog = chunk.indirect(CATALOG).dict();
            catalog.pair(Name(b"Type"), Name(b"Catalog"));
            catalog.pair(Name(b"Pages"), PAGES);
            catalog.finish();
        })?;
        self.put(INFO, |chunk| {
            let mut info = chunk.indirect(INFO).dict();
            info.pair(Name(b"Producer"), TextStr("Tidings"));
            info.finish();
        })?;
        self.table()?;
        Ok(self.file.into_inner()?)
    }

    fn table(&mut self) -> io::Result<()> {
        use std::fmt::Write as _;
        let begin = self.length;
        let count = self.places.len() + 1;
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for place in &self.places {
            let _infallible = writeln!(table, "{place:010} 00000 n ");
        }
        let (catalog, info) = (CATALOG.get(), INFO.get());
        let _infallible = write!(
            table,
            "trailer\n<< /Size {count} /Root {catalog} 0 R /Info {info} 0 R >>\nstartxref\n{begin}\n%%EOF\n",
        );
        self.write(table.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += u64::try_from(bytes.len()).unwrap_or_default();
        self.file.write_all(bytes)
    }
}
