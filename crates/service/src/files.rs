//! Files on their way in: what a content is, without what it tells besides, and into the store.

use std::fs::File;
use std::io::{self, Cursor, Read as _, Seek as _};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tidings_domain::{FileGroup, FileKind, FileName, FileProblem, FilePurpose, UserErrorCode};
use tidings_domain::{file_type, photo};
use tidings_effects::files::{FileContent, FileError, FileKey, FileStore, StoredFile};
use tidings_effects::voice;
use tokio::io::AsyncRead;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::link::LinkKey;

/// Contents that are judged and stored at once. Each takes at most 65 MiB of memory: a picture of
/// 25 MiB twice, and three pieces on their way into the store. The others wait on disk.
const AT_ONCE: usize = 4;

/// Exports that are made at once; the others wait.
const EXPORTS: usize = 2;

/// Where files lie, and how their addresses are made.
#[derive(Clone, Debug)]
pub struct Files {
    pub(crate) store: FileStore,
    pub(crate) key: LinkKey,
    pub(crate) base: Arc<str>,
    turns: Arc<Semaphore>,
    /// Turns of exports, which take a processor each and wait for no content.
    pub(crate) exports: Arc<Semaphore>,
}

/// A content that was judged and stored.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) key: FileKey,
    pub(crate) stored: StoredFile,
    pub(crate) seen: Seen,
}

/// What a look at a content found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: FileKind,
    pub(crate) pixels: Option<photo::Pixels>,
    pub(crate) duration: Option<Duration>,
    /// The SHA-256 of the content as it came: tells a repeat from another upload.
    pub(crate) came_as: [u8; 32],
}

/// A content as it goes into the store.
enum Content {
    /// A picture, stripped.
    Memory(Vec<u8>),
    /// Everything else, as it came.
    Disk(File),
}

impl Files {
    /// Files in a store, at addresses that this key signs and that begin with `base`: scheme, host
    /// and port, or nothing.
    #[must_use]
    pub fn new(store: FileStore, key: LinkKey, base: &str) -> Self {
        Self {
            store,
            key,
            base: base.into(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            exports: Arc::new(Semaphore::new(EXPORTS)),
        }
    }

    /// Judges a content by its name and its declared type, strips a picture (P-29), and stores it
    /// under a new id. Refused with the codes of S-13 and S-14, about this field; nothing is
    /// stored then.
    pub(crate) async fn keep(
        &self,
        id: Uuid,
        incoming: Incoming,
        field: &'static str,
    ) -> Result<Kept> {
        // It is never closed.
        let _turn = self.turns.acquire().await;
        let purpose = incoming.purpose;
        let judging = tokio::task::spawn_blocking(move || judge(incoming));
        let judged = match judging.await {
            Ok(judged) => judged.map_err(FileError::Broken)?,
            // It ends early by a panic only: who waits for it ends with the runtime, too.
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        };
        let (seen, content) = judged.map_err(|problem| refused(problem, purpose, field))?;
        let content: Box<dyn AsyncRead + Send + Unpin> = match content {
            Content::Memory(bytes) => Box::new(Cursor::new(bytes)),
            Content::Disk(file) => Box::new(tokio::fs::File::from_std(file)),
        };
        let key = FileKey::new(id);
        let stored = self.store.put(key, content, purpose.largest()).await?;
        Ok(Kept { key, stored, seen })
    }

    /// A content, or a part of it.
    pub(crate) async fn get(
        &self,
        file: Uuid,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<FileContent, FileError> {
        self.store.get(FileKey::new(file), range).await
    }

    /// Takes a file away that no row names. What fails here is found by the next sweep.
    pub(crate) async fn forget(&self, file: Uuid) {
        if let Err(error) = self.store.delete(FileKey::new(file)).await {
            tracing::warn!(%error, "a file could not be deleted; the next sweep tries again");
        }
    }
}

/// A content with what its sender says of it.
pub(crate) struct Incoming {
    pub(crate) name: FileName,
    pub(crate) declared: String,
    pub(crate) purpose: FilePurpose,
    pub(crate) content: File,
}

/// The refusal of a file. Too large is said of documents in words of their own (C-40).
pub(crate) fn refused(problem: FileProblem, purpose: FilePurpose, field: &'static str) -> Error {
    let code = match problem {
        FileProblem::TypeNotAllowed => UserErrorCode::AttachmentTypeNotAllowed,
        FileProblem::TooLarge { .. } if purpose == FilePurpose::RequestDocument => {
            UserErrorCode::InvalidFileSize
        }
        FileProblem::TooLarge { .. } => UserErrorCode::AttachmentTooLarge,
        FileProblem::Empty => UserErrorCode::AttachmentEmpty,
    };
    Error::refused(code, &[field])
}

/// Looks at a content. Blocks, and holds a picture twice in memory.
fn judge(incoming: Incoming) -> io::Result<Result<(Seen, Content), FileProblem>> {
    let Incoming {
        name,
        declared,
        purpose,
        mut content,
    } = incoming;
    let kind = match file_type::arrived(&name, &declared, &mut content, purpose)? {
        Ok(kind) => kind,
        Err(problem) => return Ok(Err(problem)),
    };
    content.rewind()?;
    let mut hash = Sha256::new();
    io::copy(&mut content, &mut HashWriter(&mut hash))?;
    content.rewind()?;
    let mut seen = Seen {
        kind,
        pixels: None,
        duration: None,
        came_as: hash.finalize().into(),
    };
    match kind.group() {
        FileGroup::Image => {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes)?;
            let Ok(bytes) = photo::stripped(kind, bytes) else {
                return Ok(Err(FileProblem::TypeNotAllowed));
            };
            seen.pixels = photo::pixels(kind, &bytes);
            Ok(Ok((seen, Content::Memory(bytes))))
        }
        FileGroup::Audio => {
            let Ok(duration) = voice::duration(kind, &mut content) else {
                return Ok(Err(FileProblem::TypeNotAllowed));
            };
            seen.duration = Some(duration);
            content.rewind()?;
            Ok(Ok((seen, Content::Disk(content))))
        }
        FileGroup::Document | FileGroup::Archive => Ok(Ok((seen, Content::Disk(content)))),
    }
}

/// A hash as something that is written to.
struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
