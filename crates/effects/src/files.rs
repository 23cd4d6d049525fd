//! Where files lie: a folder by default, S3 by configuration, memory in tests. A file comes in as
//! a stream and goes out as one; memory does not grow with its size.
//!
//! Files are found by key alone. A key says nothing of what it holds, whose it is or what it was
//! called, so that neither a folder's listing nor an access log tells anything.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as Location;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

/// Bytes that are held before they are written: the least that S3 takes as a part of a file.
/// One more such piece can be under way.
const PIECE: usize = 5 * 1_024 * 1_024;
/// Bytes that are read from the sender at once.
const READ: usize = 64 * 1_024;

/// The door to the files.
#[derive(Clone, Debug)]
pub struct FileStore(Arc<dyn ObjectStore>);

/// The name under which one content lies: made from an id of its own, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey(Uuid);

/// Where S3, or a server that speaks as S3 does, keeps the files.
#[derive(Clone)]
pub struct S3Options {
    /// The bucket. It must exist, and should drop unfinished uploads after a day.
    pub bucket: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The server's address; none for Amazon's own. Plain `http://` only within one machine.
    pub endpoint: Option<String>,
    /// The id of the access key; none to take credentials from the machine's role.
    pub access_key_id: Option<String>,
    /// The secret of the access key.
    pub secret_access_key: Option<String>,
}

impl fmt::Debug for S3Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: options are printed when the server starts; the secret is not.
        f.debug_struct("S3Options")
            .field("bucket", &self.bucket)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its size, in bytes.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
}

/// What lies in the store, as [`FileStore::list`] finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its key.
    pub key: FileKey,
    /// Its size, in bytes.
    pub size: u64,
    /// When it was stored, in seconds since 1970 (UTC).
    pub stored_at: i64,
}

/// A content on its way out.
pub struct FileContent {
    /// The size of the whole file, in bytes.
    pub size: u64,
    /// The bytes of it that come: the whole, or what was asked for as far as there is any.
    pub range: Range<u64>,
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes, FileError>>,
}

impl fmt::Debug for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileContent")
            .field("size", &self.size)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// Why a file could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no file under this key, or not so many bytes of it.
    #[error("there is no such file")]
    NotFound,
    /// The sender gave more bytes than allowed; nothing was stored.
    #[error("the file is larger than {most} bytes")]
    TooLarge {
        /// The bound.
        most: u64,
    },
    /// The sender broke off; nothing was stored.
    #[error("the sender broke off")]
    Broken(#[source] std::io::Error),
    /// The store does not answer, or refuses.
    #[error("the file store failed")]
    Store(#[source] object_store::Error),
}

impl From<object_store::Error> for FileError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Self::Store(error),
        }
    }
}

impl FileKey {
    /// The key of a file that gets this id. The id must be new: a content is never replaced.
    #[must_use]
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id.
    #[must_use]
    pub fn id(self) -> Uuid {
        self.0
    }

    /// `ab/cd/…`: folders by the last four digits, which are random in a `UUIDv7`, so that none
    /// fills while others stay empty.
    fn location(self) -> Location {
        let digits = self.0.simple().to_string();
        let (outer, inner) = (&digits[28..30], &digits[30..]);
        Location::from(format!("{outer}/{inner}/{digits}"))
    }

    fn of(location: &Location) -> Option<Self> {
        let key = Self(Uuid::try_parse(location.filename()?).ok()?);
        (key.location() == *location).then_some(key)
    }
}

impl FileStore {
    /// Files in a folder, which is made if it is not there. A file appears whole or not at all,
    /// and is on disk when [`FileStore::put`] answers.
    pub fn folder(path: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(path).map_err(FileError::Broken)?;
        let store = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Files in S3.
    pub fn s3(options: &S3Options) -> Result<Self, FileError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&options.bucket)
            .with_region(&options.region);
        if let Some(endpoint) = &options.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(is_this_machine(endpoint));
        }
        if let (Some(id), Some(secret)) = (&options.access_key_id, &options.secret_access_key) {
            builder = builder
                .with_access_key_id(id)
                .with_secret_access_key(secret);
        }
        Ok(Self(Arc::new(builder.build()?)))
    }

    /// Files that end with the process: for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Stores what `content` gives, of at most `most` bytes. Before it answers nobody finds
    /// anything under the key; when it fails, or is dropped, nothing stays there.
    pub async fn put(
        &self,
        key: FileKey,
        mut content: impl AsyncRead + Unpin,
        most: u64,
    ) -> Result<StoredFile, FileError> {
        let mut incoming = Incoming::new(most);
        let first = incoming.piece(&mut content).await?;
        if incoming.is_done {
            self.0.put(&key.location(), PutPayload::from(first)).await?;
            return Ok(incoming.finish());
        }
        let upload = self.0.put_multipart(&key.location()).await?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE);
        upload.put(first);
        loop {
            let piece = match incoming.piece(&mut content).await {
                Ok(piece) => piece,
                Err(error) => {
                    upload.abort().await?;
                    return Err(error);
                }
            };
            // One piece under way while the next one comes: memory is two pieces, or three.
            upload.wait_for_capacity(1).await?;
            upload.put(piece);
            if incoming.is_done {
                upload.finish().await?;
                return Ok(incoming.finish());
            }
        }
    }

    /// A content, or the part of it between two offsets in bytes.
    pub async fn get(
        &self,
        key: FileKey,
        range: Option<Range<u64>>,
    ) -> Result<FileContent, FileError> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let result = self.0.get_opts(&key.location(), options).await?;
        Ok(FileContent {
            size: result.meta.size,
            range: result.range.clone(),
            stream: result.into_stream().map_err(FileError::from).boxed(),
        })
    }

    /// Whether there is a file under the key.
    pub async fn exists(&self, key: FileKey) -> Result<bool, FileError> {
        match self.0.head(&key.location()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file; one that is not there is deleted already.
    pub async fn delete(&self, key: FileKey) -> Result<(), FileError> {
        match self.0.delete(&key.location()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every file, in no order: for finding those that no row names. Mind those that are being
    /// stored now: their row comes after them, so look at [`FoundFile::stored_at`].
    pub fn list(&self) -> BoxStream<'static, Result<FoundFile, FileError>> {
        self.0
            .list(None)
            .map_err(FileError::from)
            .try_filter_map(|meta| async move {
                // What is not named by us is not ours to judge.
                Ok(FileKey::of(&meta.location).map(|key| FoundFile {
                    key,
                    size: meta.size,
                    stored_at: meta.last_modified.timestamp(),
                }))
            })
            .boxed()
    }
}

/// What has come so far.
struct Incoming {
    hash: Sha256,
    size: u64,
    most: u64,
    is_done: bool,
}

impl Incoming {
    fn new(most: u64) -> Self {
        Self {
            hash: Sha256::new(),
            size: 0,
            most,
            is_done: false,
        }
    }

    /// The next [`PIECE`] bytes; fewer only at the end.
    async fn piece(&mut self, content: &mut (impl AsyncRead + Unpin)) -> Result<Bytes, FileError> {
        let mut piece = Vec::new();
        while piece.len() < PIECE && !self.is_done {
            let before = piece.len();
            let room = (PIECE - before).min(READ);
            let room = u64::try_from(room).unwrap_or(u64::MAX);
            let read = (&mut *content).take(room).read_to_end(&mut piece).await;
            read.map_err(FileError::Broken)?;
            let new = &piece[before..];
            self.is_done = new.is_empty();
            self.size += u64::try_from(new.len()).unwrap_or(u64::MAX);
            if self.size > self.most {
                return Err(FileError::TooLarge { most: self.most });
            }
            self.hash.update(new);
        }
        Ok(Bytes::from(piece))
    }

    fn finish(self) -> StoredFile {
        StoredFile {
            size: self.size,
            sha256: self.hash.finalize().into(),
        }
    }
}

/// Whether an address is on the loopback: the one place where files may travel unencrypted.
fn is_this_machine(endpoint: &str) -> bool {
    url::Url::parse(endpoint).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

#[cfg(test)]
mod tests;
