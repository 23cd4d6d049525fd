//! Files beside GraphQL: announced ones come by `PUT`, and what was sent is read by `GET`, both at
//! signed addresses (S-20). What holds for a viewer is asked of the service each time; nothing is
//! decided here.
//!
//! - `PUT /uploads/…`: the bytes of one file, streamed to a temporary file without a name, bounded
//!   while they come. `201` with the attachment's id, or an error with a stable code, as JSON.
//! - `GET /exports/…`: a thread as a file, made when it is asked for (P-26).
//! - `GET /files/…`: the bytes of one attachment or of one file of a document, whole or a part (`Range`), as they come from the
//!   store. `404` for whatever is not there for whoever the address was made for.
//!
//! Neither address nor name of a file stands in a log.

pub(crate) mod answer;
pub(crate) mod cross_origin;
mod receive;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, put};
use serde_json::json;
use tidings_domain::{Disposition, ExportFormat, FileKind, FileName};
use tidings_effects::files::{FileError, FileStore, S3Options};
use tidings_service::{Error, Files, LinkKey, ServedFile};
use tidings_transport::Authenticator as _;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use self::answer::{failed, not_found};
use self::cross_origin::Origins;
use crate::auth::made_secret;
use crate::config::{Config, FileStoreChoice};
use crate::door::Door;

/// The file in the data folder that keeps a made-up key of addresses.
const KEY_FILE: &str = "link.secret";

/// Bytes of an export that are read at once.
const PIECE: usize = 64 * 1024;

/// What a browser may do with a file that it opens as a page: nothing. Pictures show all the same.
///
/// SECURITY: what people send is never run, whatever it says it is.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Opens the file store of a configuration.
pub(crate) fn open(config: &Config) -> anyhow::Result<Files> {
    let store = match config.file_store {
        FileStoreChoice::Folder => {
            let folder = config.file_folder();
            FileStore::folder(&folder)
                .with_context(|| format!("file_folder {} cannot be used", folder.display()))?
        }
        FileStoreChoice::S3 => {
            let secret = &config.s3_secret_access_key;
            FileStore::s3(&S3Options {
                bucket: config.s3_bucket.clone(),
                region: config.s3_region.clone(),
                endpoint: config.s3_endpoint.clone(),
                access_key_id: config.s3_access_key_id.clone(),
                secret_access_key: (!secret.is_empty()).then(|| secret.expose().to_owned()),
            })
            .context("the bucket of s3_bucket cannot be used")?
        }
    };
    let secret = if config.link_secret.is_empty() {
        anyhow::ensure!(
            !config.is_production(),
            "link_secret must be set in production"
        );
        made_secret(&config.data_dir, KEY_FILE)?
    } else {
        config.link_secret.clone()
    };
    let key = LinkKey::new(secret.expose().as_bytes());
    Ok(Files::new(store, key, &config.public_url))
}

/// What the routes stand on.
#[derive(Clone)]
struct Desk {
    door: Door,
    /// Where contents wait while they are judged.
    folder: PathBuf,
    timeout: Duration,
}

/// `PUT /uploads/…`, `GET /files/…` and `GET /exports/…`.
pub(crate) fn routes(config: &Config, door: Door) -> Router {
    let desk = Desk {
        door,
        folder: config.data_dir.clone(),
        timeout: Duration::from_secs(config.upload_timeout_seconds),
    };
    let origins = Origins::of(config, "GET, PUT");
    let cross_origin = axum::middleware::from_fn_with_state(origins, cross_origin::allowed);
    Router::new()
        .route("/uploads/{token}", put(upload))
        .route("/files/{token}", get(download))
        .route("/exports/{format}/{token}", get(export))
        .with_state(desk)
        .layer(cross_origin)
}

async fn upload(State(desk): State<Desk>, Path(token): Path<String>, body: Body) -> Response {
    let received = async {
        let service = &desk.door.service;
        let expected = service.expected_upload(&token).await?;
        let content = receive::content(&desk, &expected, body).await?;
        let uploaded = service.receive_upload(expected, content).await?;
        Ok::<_, answer::Refused>(uploaded)
    };
    match received.await {
        Ok(uploaded) => {
            let id = tidings_graphql::attachment_id(uploaded.attachment);
            let answer = json!({ "attachment": { "id": id } });
            (StatusCode::CREATED, axum::Json(answer)).into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn download(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(asker) = asker(&desk.door, &headers).await else {
        return not_found();
    };
    let service = &desk.door.service;
    let file = match service.file(&token, asker).await {
        Ok(file) => file,
        Err(Error::Code(..) | Error::Refused(_)) => return not_found(),
        Err(error) => return failed(&error),
    };
    let size = u64::try_from(file.bytes).unwrap_or_default();
    let range = match answer::range(&headers, size) {
        answer::Range::Whole => None,
        answer::Range::Part(range) => Some(range),
        answer::Range::Outside => return answer::outside(size),
    };
    let content = match service.file_content(&file, range.clone()).await {
        Ok(content) => content,
        // Swept or deleted in this very moment.
        Err(Error::Files(FileError::NotFound)) => return not_found(),
        Err(error) => return failed(&error),
    };
    let length = content.range.end - content.range.start;
    let mut response = Response::new(Body::from_stream(content.stream));
    let said = response.headers_mut();
    describe(said, &file);
    said.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(range) = range {
        let part = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        if let Ok(part) = HeaderValue::try_from(part) {
            said.insert(header::CONTENT_RANGE, part);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

async fn export(
    State(desk): State<Desk>,
    Path((format, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let named = |known: &&ExportFormat| known.as_str().eq_ignore_ascii_case(&format);
    let Some(format) = ExportFormat::ALL.iter().find(named) else {
        return not_found();
    };
    let Ok(asker) = asker(&desk.door, &headers).await else {
        return not_found();
    };
    let service = &desk.door.service;
    let made = match service.export(*format, &token, asker, &desk.folder).await {
        Ok(made) => made,
        Err(Error::Code(..) | Error::Refused(_)) => return not_found(),
        Err(error) => return failed(&error),
    };
    let file = tokio::fs::File::from_std(made.file);
    let length = match file.metadata().await {
        Ok(about) => about.len(),
        Err(error) => return failed(&Error::Files(FileError::Broken(error))),
    };
    let mut response = Response::new(Body::from_stream(ReaderStream::with_capacity(file, PIECE)));
    let said = response.headers_mut();
    let name = FileName::parse(&made.name).content_disposition(Disposition::Attachment);
    let fallback = HeaderValue::from_static("attachment");
    let name = HeaderValue::try_from(name).unwrap_or(fallback);
    said.insert(header::CONTENT_DISPOSITION, name);
    said.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(made.media_type),
    );
    said.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    said.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// Who asks, if the request says so. An address needs no header; but one who says who it is opens
/// its own only.
async fn asker(door: &Door, headers: &HeaderMap) -> Result<Option<Uuid>, ()> {
    let Some(said) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = said.to_str().ok().and_then(|said| said.split_once(' '));
    let token = token.map(|(_, token)| token.trim());
    let claims = door.authenticate(token).await.map_err(|_| ())?;
    Ok(Some(claims.subject))
}

/// What a browser is told of a file, so that it does with it what is safe.
fn describe(headers: &mut HeaderMap, file: &ServedFile) {
    // SECURITY: only pictures that browsers draw themselves are shown; the rest is saved.
    let inline = FileKind::served_as(&file.media_type).is_some_and(FileKind::shows_inline);
    let disposition = if inline {
        Disposition::Inline
    } else {
        Disposition::Attachment
    };
    let name = FileName::parse(&file.file_name).content_disposition(disposition);
    let kind = HeaderValue::try_from(&file.media_type);
    let fallback = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or(fallback));
    let fallback = HeaderValue::from_static("attachment");
    let name = HeaderValue::try_from(name).unwrap_or(fallback);
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
}
