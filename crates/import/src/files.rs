//! A file set: a folder, a zip, or one file. Each file is read as a stream, as often as it is asked
//! for, and counted against bounds as it unfolds: what a zip says of itself is not believed.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::problem::{Problem, ProblemCode};
use crate::{Ended, Item, Sink};

/// Bytes of the buffer between a file and its reader.
const BUFFER: usize = 64 * 1024;

/// What a set may come to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most files.
    pub files: usize,
    /// Most bytes of one file, uncompressed.
    pub bytes: u64,
    /// How many times larger than its compressed form a file may be, once it is larger than 16 MiB.
    pub ratio: u64,
    /// Most bytes of one record. This bounds the memory that reading takes.
    pub record_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 10_000,
            bytes: 8 * 1024 * 1024 * 1024,
            ratio: 250,
            record_bytes: 4 * 1024 * 1024,
        }
    }
}

/// Below so many bytes a file may be compressed as much as it likes.
const RATIO_FROM: u64 = 16 * 1024 * 1024;

/// A set of files.
#[derive(Debug)]
pub struct FileSet {
    source: Source,
    entries: Vec<Entry>,
    limits: Limits,
}

#[derive(Debug)]
enum Source {
    Folder,
    Zip(PathBuf),
}

#[derive(Debug)]
struct Entry {
    /// The name without folders.
    name: String,
    /// Where it lies; not used in a zip.
    path: PathBuf,
    /// Its number in the zip.
    index: usize,
    bytes: u64,
    compressed: u64,
}

impl FileSet {
    /// Opens a folder, a zip, or one file. Files in folders of a folder do not count; in a zip all do.
    ///
    /// # Errors
    /// A problem of severity fatal.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, Problem> {
        let shown = file_name(path);
        let unreadable = |_| Problem::of_file(ProblemCode::Unreadable, &shown);
        let meta = std::fs::metadata(path).map_err(unreadable)?;
        let mut set = if meta.is_dir() {
            Self::folder(path, limits).map_err(unreadable)?
        } else if is_zip(path).map_err(unreadable)? {
            Self::zip(path, limits)?
        } else {
            let entry = Entry {
                name: shown.clone(),
                path: path.to_owned(),
                index: 0,
                bytes: meta.len(),
                compressed: 0,
            };
            Self {
                source: Source::Folder,
                entries: vec![entry],
                limits,
            }
        };
        set.entries
            .sort_by_cached_key(|entry| entry.name.to_ascii_lowercase());
        if set.entries.len() > limits.files {
            return Err(Problem::of_file(ProblemCode::TooLarge, &shown));
        }
        let twice = set
            .entries
            .windows(2)
            .find(|pair| pair[0].name.eq_ignore_ascii_case(&pair[1].name));
        match twice {
            Some(pair) => Err(Problem::of_file(ProblemCode::DuplicateFile, &pair[1].name)),
            None => Ok(set),
        }
    }

    fn folder(path: &Path, limits: Limits) -> io::Result<Self> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let path = entry?.path();
            let meta = std::fs::metadata(&path)?;
            if meta.is_file() && !file_name(&path).starts_with('.') {
                entries.push(Entry {
                    name: file_name(&path),
                    path,
                    index: 0,
                    bytes: meta.len(),
                    compressed: 0,
                });
            }
        }
        Ok(Self {
            source: Source::Folder,
            entries,
            limits,
        })
    }

    fn zip(path: &Path, limits: Limits) -> Result<Self, Problem> {
        let shown = file_name(path);
        let broken = |_| Problem::of_file(ProblemCode::Unreadable, &shown);
        let file =
            File::open(path).map_err(|_| Problem::of_file(ProblemCode::Unreadable, &shown))?;
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        if archive.len() > limits.files {
            return Err(Problem::of_file(ProblemCode::TooLarge, &shown));
        }
        let mut entries = Vec::new();
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(broken)?;
            let whole = file.name().map_err(broken)?.replace('\\', "/");
            let name = whole.rsplit('/').next().unwrap_or_default().to_owned();
            // What macOS adds to a zip is no part of the set.
            let ours = file.is_file() && !name.starts_with('.') && !whole.starts_with("__MACOSX/");
            if ours {
                entries.push(Entry {
                    name,
                    path: PathBuf::new(),
                    index,
                    bytes: file.size(),
                    compressed: file.compressed_size(),
                });
            }
        }
        Ok(Self {
            source: Source::Zip(path.to_owned()),
            entries,
            limits,
        })
    }

    /// The files' names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// The name of a file as the set spells it.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.names().find(|other| other.eq_ignore_ascii_case(name))
    }

    /// How large a file says that it is.
    pub(crate) fn bytes(&self, name: &str) -> u64 {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        entry.map_or(0, |entry| entry.bytes)
    }

    /// The bound of one record.
    pub(crate) fn record_bytes(&self) -> usize {
        self.limits.record_bytes
    }

    /// Reads one file from its beginning. `work` gets the stream; errors of the stream that it
    /// answers become problems of the file.
    pub(crate) fn read(
        &self,
        name: &str,
        sink: &mut Sink<'_>,
        work: &mut dyn FnMut(&mut dyn BufRead, &mut Sink<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Ended> {
        let read = Cell::new(0);
        let outcome = self.stream(name, &read, &mut |reader| {
            let mut told = 0;
            let mut counting = |item: Item| {
                let now = read.get();
                if now - told >= BUFFER as u64 {
                    sink(Item::Read(now - told))?;
                    told = now;
                }
                sink(item)
            };
            let done = work(reader, &mut counting);
            if !matches!(done, Err(Trouble::Ended(_))) {
                sink(Item::Read(read.get() - told))?;
            }
            done
        });
        match outcome {
            Ok(()) => Ok(()),
            Err(Trouble::Ended(ended)) => Err(ended),
            Err(Trouble::Read(error)) => {
                let code = if error.kind() == io::ErrorKind::FileTooLarge {
                    ProblemCode::TooLarge
                } else {
                    ProblemCode::Unreadable
                };
                sink(Item::Problem(Problem::of_file(code, name)))?;
                Err(Ended::Refused)
            }
        }
    }

    fn stream(
        &self,
        name: &str,
        read: &Cell<u64>,
        work: &mut dyn FnMut(&mut dyn BufRead) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        let entry = entry.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        match &self.source {
            Source::Folder => {
                let bounded = self.bounded(File::open(&entry.path)?, read, u64::MAX);
                work(&mut BufReader::with_capacity(BUFFER, bounded))
            }
            Source::Zip(path) => {
                let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?))
                    .map_err(io::Error::from)?;
                let file = archive.by_index(entry.index).map_err(io::Error::from)?;
                let unfolded = entry.compressed.saturating_mul(self.limits.ratio);
                let bounded = self.bounded(file, read, unfolded.max(RATIO_FROM));
                work(&mut BufReader::with_capacity(BUFFER, bounded))
            }
        }
    }

    fn bounded<'a, R: Read>(&self, inner: R, read: &'a Cell<u64>, most: u64) -> Bounded<'a, R> {
        Bounded {
            inner,
            read,
            most: most.min(self.limits.bytes),
        }
    }
}

/// What can go wrong while a file is read.
pub(crate) enum Trouble {
    /// The stream failed.
    Read(io::Error),
    /// Somebody ended it.
    Ended(Ended),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Ended> for Trouble {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

/// Counts what is read and fails past a bound.
struct Bounded<'a, R> {
    inner: R,
    read: &'a Cell<u64>,
    most: u64,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let total = self.read.get() + count as u64;
        self.read.set(total);
        if total > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(count)
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Whether a file begins as a zip does; its name tells nothing.
fn is_zip(path: &Path) -> io::Result<bool> {
    let mut start = [0; 4];
    let read = File::open(path)?.read(&mut start)?;
    Ok(read == 4 && (start == *b"PK\x03\x04" || start == *b"PK\x05\x06"))
}
