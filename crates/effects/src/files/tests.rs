use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;

use super::*;

fn key(number: u128) -> FileKey {
    FileKey::new(Uuid::from_u128(number))
}

/// A content that no memory holds: bytes that follow from their place, then an end or a break.
struct Generated {
    at: u64,
    size: u64,
    breaks: bool,
}

impl Generated {
    fn new(size: u64) -> Self {
        Self {
            at: 0,
            size,
            breaks: false,
        }
    }
}

fn byte(at: u64) -> u8 {
    u8::try_from(at.wrapping_mul(2_654_435_761) >> 13 & 0xFF).unwrap()
}

impl AsyncRead for Generated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.at == self.size && self.breaks {
            return Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into()));
        }
        // Small and uneven pieces, as a network gives them.
        let room = buffer.remaining().min(10_007);
        let rest = usize::try_from(self.size - self.at).unwrap();
        for _ in 0..room.min(rest) {
            buffer.put_slice(&[byte(self.at)]);
            self.at += 1;
        }
        Poll::Ready(Ok(()))
    }
}

async fn bytes_of(content: FileContent) -> Vec<u8> {
    let pieces: Vec<Bytes> = content.stream.try_collect().await.unwrap();
    pieces.concat()
}

fn expected(range: Range<u64>) -> Vec<u8> {
    range.map(byte).collect()
}

/// What every store must do.
async fn keeps_files(store: &FileStore) {
    // Less than a piece, exactly one, one byte more, and several.
    let piece = u64::try_from(PIECE).unwrap();
    for (number, size) in [
        (1, 0),
        (2, 1_000),
        (3, piece),
        (4, piece + 1),
        (5, 3 * piece + 7),
    ] {
        let key = key(number);
        assert!(!store.exists(key).await.unwrap());
        let stored = store.put(key, Generated::new(size), size).await.unwrap();
        assert_eq!(stored.size, size);
        let sha256: [u8; 32] = Sha256::digest(expected(0..size)).into();
        assert_eq!(stored.sha256, sha256);
        assert!(store.exists(key).await.unwrap());
        let content = store.get(key, None).await.unwrap();
        assert_eq!((content.size, content.range.clone()), (size, 0..size));
        assert!(bytes_of(content).await == expected(0..size));
    }
    let part = store.get(key(5), Some(piece - 2..piece + 3)).await.unwrap();
    assert_eq!(part.size, 3 * piece + 7);
    assert_eq!(part.range, piece - 2..piece + 3);
    assert_eq!(bytes_of(part).await, expected(piece - 2..piece + 3));
    let over = store.get(key(2), Some(990..5_000)).await.unwrap();
    assert_eq!(over.range, 990..1_000);

    let mut found: Vec<FoundFile> = store.list().try_collect().await.unwrap();
    found.sort_by_key(|file| file.key.id());
    let keys: Vec<u128> = found.iter().map(|file| file.key.id().as_u128()).collect();
    assert_eq!(keys, [1, 2, 3, 4, 5]);
    assert_eq!(found[1].size, 1_000);
    assert!(found.iter().all(|file| file.stored_at > 1_700_000_000));

    for number in 1..=5 {
        store.delete(key(number)).await.unwrap();
        store.delete(key(number)).await.unwrap();
        assert!(!store.exists(key(number)).await.unwrap());
        let missing = store.get(key(number), None).await.unwrap_err();
        assert!(matches!(missing, FileError::NotFound));
    }
    leaves_nothing(store).await;
}

/// Whatever breaks off, nothing of it is found.
async fn leaves_nothing(store: &FileStore) {
    let piece = u64::try_from(PIECE).unwrap();
    for size in [10, piece, 2 * piece + 1] {
        let over = store.put(key(9), Generated::new(size), size - 1).await;
        assert!(matches!(over, Err(FileError::TooLarge { most }) if most == size - 1));
        let broken = Generated {
            breaks: true,
            ..Generated::new(size)
        };
        let broken = store.put(key(9), broken, u64::MAX).await;
        assert!(matches!(broken, Err(FileError::Broken(_))));
        assert!(!store.exists(key(9)).await.unwrap());
    }
    let left: Vec<FoundFile> = store.list().try_collect().await.unwrap();
    assert_eq!(left, []);
}

fn files_in(folder: &Path) -> usize {
    let mut count = 0;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                count += 1;
            }
        }
    }
    count
}

#[tokio::test]
async fn p27_memory_keeps_files() {
    keeps_files(&FileStore::memory()).await;
}

#[tokio::test]
async fn p27_a_folder_keeps_files_and_no_halves() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a/b");
    let store = FileStore::folder(&root).unwrap();
    keeps_files(&store).await;
    assert_eq!(files_in(&root), 0, "nothing is left of what broke off");

    let id = Uuid::from_u128(0x1234_5678);
    store.put(FileKey::new(id), &b"x"[..], 1).await.unwrap();
    let path = root.join("56/78/00000000000000000000000012345678");
    assert_eq!(std::fs::read(path).unwrap(), b"x");
    // A stranger's file is not ours to list, and so not ours to delete.
    std::fs::write(root.join("notes.txt"), "x").unwrap();
    std::fs::write(root.join("56").join(id.simple().to_string()), "x").unwrap();
    let found: Vec<FoundFile> = store.list().try_collect().await.unwrap();
    assert_eq!(found.len(), 1);
    // Another process, later, finds the same.
    let again = FileStore::folder(&root).unwrap();
    assert!(again.exists(FileKey::new(id)).await.unwrap());
}

#[tokio::test]
async fn p27_a_dropped_upload_leaves_nothing_to_be_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::folder(folder.path()).unwrap();
    let piece = u64::try_from(PIECE).unwrap();
    // Two pieces come, then the sender is silent and the request is given up.
    let silent = Generated::new(2 * piece + 1).take(2 * piece).chain(Silent);
    let upload = store.put(key(1), silent, u64::MAX);
    let mut upload = Box::pin(upload);
    while !std::fs::read_dir(folder.path()).unwrap().any(|_| true) {
        tokio::select! {
            biased;
            _ = &mut upload => panic!("it never ends"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(upload);
    assert!(!store.exists(key(1)).await.unwrap());
    let found: Vec<FoundFile> = store.list().try_collect().await.unwrap();
    assert_eq!(found, []);
}

/// A sender that says no more.
struct Silent;

impl AsyncRead for Silent {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}

/// Against a server that speaks as S3 does: `moto_server -H 127.0.0.1 -p 5555` (a Python package), or any
/// other with an empty bucket `tidings-test`.
#[tokio::test]
#[ignore = "needs an S3 server at TIDINGS_TEST_S3_URL"]
async fn p27_s3_keeps_files() {
    let endpoint = std::env::var("TIDINGS_TEST_S3_URL").unwrap();
    let store = FileStore::s3(&S3Options {
        bucket: "tidings-test".into(),
        region: "us-east-1".into(),
        endpoint: Some(endpoint),
        access_key_id: Some("test".into()),
        secret_access_key: Some("test".into()),
    })
    .unwrap();
    keeps_files(&store).await;
}

#[test]
fn p27_s3_is_spoken_to_in_the_clear_on_this_machine_only() {
    for (endpoint, fits) in [
        ("http://127.0.0.1:9000", true),
        ("http://localhost:9000", true),
        ("http://[::1]:9000", true),
        ("http://127.0.0.1.evil.example", false),
        ("http://files.example", false),
    ] {
        assert_eq!(is_this_machine(endpoint), fits, "{endpoint}");
    }
    let options = S3Options {
        bucket: "b".into(),
        region: "r".into(),
        endpoint: None,
        access_key_id: Some("id-canary".into()),
        secret_access_key: Some("secret-canary".into()),
    };
    assert!(!format!("{options:?}").contains("canary"));
}
