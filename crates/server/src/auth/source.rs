//! Where the issuer's public keys come from: a file or a URL.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{Client, Url, redirect};

use crate::config::is_loopback;

/// The largest key set that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// How long the issuer may take to answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a key set comes from.
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// A URL, with the client that fetches it.
    Url(Client, Url),
}

/// How a file looked when it was read. Whoever replaces it changes this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl Source {
    /// Makes ready to fetch a URL; fetches nothing yet.
    pub(super) fn url(text: &str) -> Result<Self> {
        let url = Url::parse(text).context("jwks_url is no URL")?;
        let loopback = is_loopback(&url);
        let mut client = Client::builder()
            .timeout(FETCH_TIMEOUT)
            // SECURITY: a redirect could lead to a host, or to a scheme, that nobody configured.
            .redirect(redirect::Policy::none())
            .https_only(!loopback)
            .user_agent(concat!("tidings/", env!("CARGO_PKG_VERSION")));
        if loopback {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .context("no HTTP client for jwks_url could be made")?;
        Ok(Self::Url(client, url))
    }

    /// The document, or nothing when the file still looks as `seen` says.
    pub(super) async fn read(
        &self,
        seen: Option<Stamp>,
    ) -> Result<Option<(Vec<u8>, Option<Stamp>)>> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || read_file(&path, seen)).await?
            }
            Self::Url(client, url) => Ok(Some((fetch(client, url).await?, None))),
        }
    }
}

/// The content of a file that does not look as `seen` says.
pub(super) fn read_file(
    path: &Path,
    seen: Option<Stamp>,
) -> Result<Option<(Vec<u8>, Option<Stamp>)>> {
    let name = || format!("the key set {}", path.display());
    // Before the content: a file that is replaced in between is then read again, not missed.
    let metadata = std::fs::metadata(path).with_context(name)?;
    let stamp = Stamp {
        modified: metadata.modified().with_context(name)?,
        bytes: metadata.len(),
    };
    if seen == Some(stamp) {
        return Ok(None);
    }
    ensure!(
        stamp.bytes <= MAX_BYTES as u64,
        "{} is longer than {MAX_BYTES} bytes",
        name()
    );
    Ok(Some((std::fs::read(path).with_context(name)?, Some(stamp))))
}

async fn fetch(client: &Client, url: &Url) -> Result<Vec<u8>> {
    let request = client
        .get(url.clone())
        .header("accept", "application/jwk-set+json, application/json");
    let mut answer = request
        .send()
        .await
        .context("the key set could not be fetched")?;
    // Anything else than a plain 200 is no key set, a redirect included.
    if answer.status() != reqwest::StatusCode::OK {
        bail!(
            "the key set could not be fetched: the answer was {}",
            answer.status()
        );
    }
    let mut document = Vec::new();
    while let Some(chunk) = answer.chunk().await.context("the key set broke off")? {
        ensure!(
            document.len() + chunk.len() <= MAX_BYTES,
            "the key set is longer than {MAX_BYTES} bytes"
        );
        document.extend_from_slice(&chunk);
    }
    Ok(document)
}
