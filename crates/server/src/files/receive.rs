//! The content of an announced file, from the network to a temporary file.

use std::fs::File;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use tidings_domain::{ErrorCode, UserErrorCode};
use tidings_service::{Error, ExpectedUpload};
use tokio::io::AsyncWriteExt as _;

use super::Desk;
use super::answer::Refused;

/// Most bytes of one upload that wait to be written.
const PIECE: usize = 256 * 1_024;

/// Reads a body to a file without a name in any folder: on every path it is gone with its last
/// holder. Bounded while it comes, in bytes and in time; memory does not grow with it.
pub(super) async fn content(
    desk: &Desk,
    expected: &ExpectedUpload,
    body: Body,
) -> Result<File, Refused> {
    let reading = read(desk, expected, body);
    let read = tokio::time::timeout(desk.timeout, reading).await;
    read.unwrap_or_else(|_| {
        let (status, code) = (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT");
        Err(Refused::new(status, code, "The upload took too long."))
    })
}

async fn read(desk: &Desk, expected: &ExpectedUpload, body: Body) -> Result<File, Refused> {
    // SECURITY: what a client sends lies where only this server's account can look.
    let folder = desk.folder.clone();
    let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
    let made = made.unwrap_or_else(|panic| Err(panic.into()));
    let mut file = tokio::fs::File::from_std(made.map_err(|error| broken(&error))?);
    file.set_max_buf_size(PIECE);
    let mut chunks = body.into_data_stream();
    let mut size: u64 = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| bad("The body broke off."))?;
        size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > expected.most() {
            let code = UserErrorCode::AttachmentTooLarge;
            return Err(Error::refused(code, &[]).into());
        }
        let written = file.write_all(&chunk).await;
        written.map_err(|error| broken(&error))?;
    }
    file.flush().await.map_err(|error| broken(&error))?;
    if size != expected.announced() && size > 0 {
        return Err(bad("These are not as many bytes as were announced."));
    }
    Ok(file.into_std().await)
}

fn bad(text: &str) -> Refused {
    let code = ErrorCode::BadUserInput.as_str();
    Refused::new(StatusCode::BAD_REQUEST, code, text)
}

/// A fault of ours: no space, no right to write.
fn broken(error: &std::io::Error) -> Refused {
    tracing::error!(%error, "an upload cannot be stored");
    Refused::internal()
}
