//! Many WebSockets on one thread: frames by hand, a small buffer and a task a socket.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Sockets that are opened at the same time.
const AT_ONCE: usize = 32;
/// How long opening one may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Why a message counts.
const NEXT: &[u8] = b"{\"type\":\"next\"";

/// What a socket asks for.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// To be sent whatever the broadcaster sends.
    Everything,
    /// The events of a subscription: the token, and the payload of `subscribe`.
    Subscription(Arc<str>, Arc<str>),
}

/// What all sockets of one crowd count.
#[derive(Debug, Default)]
struct Tally {
    received: AtomicU64,
    /// The first message: what the others look like.
    first: Mutex<Option<String>>,
    /// Why a socket ended, or was refused.
    ended: Mutex<Option<String>>,
}

impl Tally {
    fn count(&self, payload: &[u8]) {
        if self.received.fetch_add(1, Ordering::Relaxed) == 0 {
            *lock(&self.first) = Some(String::from_utf8_lossy(payload).into_owned());
        }
    }
}

/// Sockets of one server. Dropping it drops them.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    tally: Arc<Tally>,
    tasks: JoinSet<()>,
}

impl Crowd {
    /// How many sockets there are.
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Opens one socket for each thing that is asked for.
    pub(crate) async fn join(&mut self, address: SocketAddr, asks: Vec<Ask>) -> Result<()> {
        let opening = stream::iter(asks).map(|ask| async move {
            tokio::time::timeout(PATIENCE, Socket::open(address, &ask))
                .await
                .context("a socket does not open in time")?
        });
        let sockets: Vec<Socket> = opening.buffer_unordered(AT_ONCE).try_collect().await?;
        for socket in sockets {
            let tally = Arc::clone(&self.tally);
            self.tasks.spawn(async move {
                if let Err(error) = socket.read_on(&tally).await {
                    *lock(&tally.ended) = Some(format!("{error:#}"));
                }
            });
        }
        Ok(())
    }

    /// Messages so far.
    pub(crate) fn received(&self) -> u64 {
        self.tally.received.load(Ordering::Relaxed)
    }

    /// Waits until so many messages have come in all; whether they did in time.
    pub(crate) async fn reached(&self, count: u64, patience: Duration) -> Result<bool> {
        let begun = Instant::now();
        while self.received() < count {
            if let Some(why) = &*lock(&self.tally.ended) {
                bail!("a socket ended: {why}");
            }
            if begun.elapsed() > patience {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        Ok(true)
    }

    /// The first message that came.
    pub(crate) fn first(&self) -> Option<String> {
        lock(&self.tally.first).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A frame that came: its kind and its bytes.
struct Frame {
    opcode: u8,
    start: usize,
    end: usize,
}

/// The frame at the start of the buffer, if it is whole. Servers do not mask, and do not split
/// messages as short as ours.
fn frame(buffer: &[u8]) -> Option<Frame> {
    let (opcode, length) = (buffer.first()? & 0x0f, *buffer.get(1)?);
    let (start, length) = match length {
        126 => (
            4,
            usize::from(u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?)),
        ),
        127 => {
            let length = u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(length).ok()?)
        }
        short => (2, usize::from(short)),
    };
    let end = start + length;
    (buffer.len() >= end).then_some(Frame { opcode, start, end })
}

/// A frame of a client, masked with zeros.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => bytes.push(0x80 | short),
        (_, Ok(length)) => {
            bytes.push(0x80 | 0x7e);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 0x7f);
            let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Whether every text counts, or only `next`.
    every: bool,
}

impl Socket {
    async fn open(address: SocketAddr, ask: &Ask) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let every = matches!(ask, Ask::Everything);
        let mut socket = Self {
            stream,
            buffer: Vec::with_capacity(1 << 10),
            every,
        };
        let (path, protocol) = match ask {
            Ask::Everything => ("/socket", ""),
            Ask::Subscription(..) => (
                "/graphql",
                "sec-websocket-protocol: graphql-transport-ws\r\n",
            ),
        };
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}\r\n"
        );
        socket.stream.write_all(head.as_bytes()).await?;
        socket.skip_head().await?;
        if let Ask::Subscription(token, payload) = ask {
            let init = format!(
                "{{\"type\":\"connection_init\",\"payload\":{{\"authorization\":\"Bearer {token}\"}}}}"
            );
            socket.stream.write_all(&masked(1, init.as_bytes())).await?;
            let ack = socket.message().await?;
            ensure!(ack.contains("connection_ack"), "no acknowledgement: {ack}");
            let subscribe =
                format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{payload}}}");
            socket
                .stream
                .write_all(&masked(1, subscribe.as_bytes()))
                .await?;
        }
        Ok(socket)
    }

    async fn skip_head(&mut self) -> Result<()> {
        loop {
            self.read().await?;
            let end = self
                .buffer
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n");
            if let Some(end) = end {
                let switched = self.buffer.starts_with(b"HTTP/1.1 101");
                ensure!(switched, "{}", String::from_utf8_lossy(&self.buffer));
                self.buffer.drain(..end + 4);
                return Ok(());
            }
        }
    }

    /// The next text, while the socket is being opened.
    async fn message(&mut self) -> Result<String> {
        loop {
            if let Some(Frame { opcode, start, end }) = frame(&self.buffer) {
                let text = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
                self.buffer.drain(..end);
                ensure!(opcode != 8, "closed: {text}");
                if opcode == 1 {
                    return Ok(text);
                }
            } else {
                self.read().await?;
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server hung up");
        Ok(())
    }

    /// Counts messages until the socket ends, which it must not.
    async fn read_on(mut self, tally: &Tally) -> Result<()> {
        loop {
            let mut done = 0;
            while let Some(Frame { opcode, start, end }) = frame(&self.buffer[done..]) {
                let payload = &self.buffer[done + start..done + end];
                match opcode {
                    1 if self.every || payload.starts_with(NEXT) => tally.count(payload),
                    9 => self.stream.write_all(&masked(10, payload)).await?,
                    1 | 8 => bail!("{}", String::from_utf8_lossy(payload)),
                    _ => {}
                }
                done += end;
            }
            self.buffer.drain(..done);
            self.read().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_when_they_are_whole() {
        let mut bytes = vec![0x81, 3];
        assert!(frame(&bytes).is_none());
        bytes.extend_from_slice(b"abcX");
        let Frame { opcode, start, end } = frame(&bytes).unwrap();
        assert_eq!((opcode, &bytes[start..end]), (1, &b"abc"[..]));
        let mut long = vec![0x82, 126, 1, 0];
        long.resize(4 + 256, 7);
        assert_eq!(frame(&long).unwrap().end, 260);
    }

    #[test]
    fn frames_of_clients_are_masked() {
        assert_eq!(masked(1, b"ab"), [0x81, 0x82, 0, 0, 0, 0, b'a', b'b']);
        assert_eq!(masked(1, &[0; 200])[..4], [0x81, 0xfe, 0, 200]);
    }
}
