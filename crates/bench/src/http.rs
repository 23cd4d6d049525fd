//! A lean HTTP client: prepared bytes out, a status and a length back.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    /// A GET.
    pub(crate) fn get(path: &str) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes())
    }

    /// A POST of JSON, with a token where one is needed.
    pub(crate) fn post(path: &str, token: Option<&str>, body: &str) -> Self {
        let token = token.map_or_else(String::new, |token| {
            format!("authorization: Bearer {token}\r\n")
        });
        Self(
            format!(
                "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
                 {token}content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 << 10),
        })
    }

    /// Asks and answers with the body. Anything but 200 is a failure.
    pub(crate) async fn ask(&mut self, request: &Request) -> Result<&[u8]> {
        tokio::time::timeout(PATIENCE, self.exchange(request))
            .await
            .context("no answer came in time")?
    }

    async fn exchange(&mut self, request: &Request) -> Result<&[u8]> {
        self.stream.write_all(&request.0).await?;
        self.buffer.clear();
        let (start, length) = loop {
            self.read().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break (end + 4, content_length(&self.buffer[..end])?);
            }
            ensure!(
                self.buffer.len() < 64 << 10,
                "the head of an answer is too long"
            );
        };
        while self.buffer.len() < start + length {
            self.read().await?;
        }
        let body = &self.buffer[start..start + length];
        if !self.buffer.starts_with(b"HTTP/1.1 200") {
            bail!("{}", String::from_utf8_lossy(&self.buffer));
        }
        Ok(body)
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server hung up");
        Ok(())
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.context("an answer without content-length")?;
    Ok(length.trim().parse()?)
}

/// Asks once.
pub(crate) async fn once(address: SocketAddr, request: &Request) -> Result<Vec<u8>> {
    Ok(Connection::open(address)
        .await?
        .ask(request)
        .await?
        .to_vec())
}

/// Some connections that ask the same thing again and again.
#[derive(Debug)]
pub(crate) struct Clients {
    connections: Vec<Connection>,
    request: Request,
    /// The length that every answer must have.
    length: usize,
}

impl Clients {
    /// Connects; answers of another length than `length` are failures.
    pub(crate) async fn open(
        address: SocketAddr,
        request: Request,
        length: usize,
        count: usize,
    ) -> Result<Self> {
        let connections = try_join_all((0..count).map(|_| Connection::open(address))).await?;
        Ok(Self {
            connections,
            request,
            length,
        })
    }

    /// Asks on all connections for so long; answers how many answers came, and the seconds.
    pub(crate) async fn saturate(&mut self, time: Duration) -> Result<(f64, f64)> {
        let begun = Instant::now();
        let (request, length) = (&self.request, self.length);
        let loops = self.connections.iter_mut().map(|connection| async move {
            let mut count = 0_u32;
            while begun.elapsed() < time {
                let body = connection.ask(request).await?;
                ensure!(
                    body.len() == length,
                    "another answer: {}",
                    String::from_utf8_lossy(body)
                );
                count += 1;
            }
            Ok(count)
        });
        let counts = try_join_all(loops).await?;
        let seconds = begun.elapsed().as_secs_f64();
        Ok((counts.into_iter().map(f64::from).sum(), seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_found_in_any_case() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-LENGTH:  12";
        assert_eq!(content_length(head).unwrap(), 12);
        assert!(content_length(b"HTTP/1.1 200 OK").is_err());
    }
}
