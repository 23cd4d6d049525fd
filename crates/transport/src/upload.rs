//! Files with an operation: the multipart request specification.
//!
//! Source: `graphql-multipart-request-spec` (jaydenseric). `operations`, then `map`, then the files that `map`
//! names, each for one variable. A file goes to a temporary file as it comes, so that memory does not grow with
//! it. That file has no name in any folder: it is gone when its last holder is, on every path.

use std::collections::HashMap;

use async_graphql::{UploadValue, Value};
use axum::{
    body::{Body as HttpBody, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::{
    code,
    gateway::RequestId,
    options::Options,
    params::{Body, Params, fault},
    reply::Reply,
};

/// With what the executor marks a variable that stands for a file.
const MARK: &str = "#__graphql_file__:";

/// The boundary of a multipart body.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Reads an upload of bounded size in bounded time.
pub(crate) async fn read(
    body: HttpBody,
    boundary: String,
    options: &Options,
    id: &RequestId,
) -> Result<Body, Reply> {
    let limits = SizeLimit::new()
        .whole_stream(options.max_upload_bytes)
        .per_field(options.max_file_bytes)
        .for_field("operations", options.max_body_bytes as u64)
        .for_field("map", options.max_body_bytes as u64);
    let limits = Constraints::new().size_limit(limits);
    let parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let upload = Upload { parts, options, id };
    let read = tokio::time::timeout(options.upload_timeout, upload.read()).await;
    read.unwrap_or_else(|_| {
        let status = StatusCode::REQUEST_TIMEOUT;
        let text = "the upload took too long";
        Err(Reply::refused(status, code::REQUEST_TIMEOUT, text, id))
    })
}

struct Upload<'a> {
    parts: Multipart<'static>,
    options: &'a Options,
    id: &'a RequestId,
}

impl Upload<'_> {
    async fn read(mut self) -> Result<Body, Reply> {
        let operations = self.text("operations").await?;
        let mut body = Body::from_json(&operations).map_err(|text| self.bad(text))?;
        if each(&body).any(|params| params.variables.values().any(is_marked)) {
            // SECURITY: the mark of a file that is another variable's.
            return Err(self.bad("a variable cannot name a file by itself"));
        }
        let map = self.text("map").await?;
        let map: HashMap<String, Vec<String>> = serde_json::from_slice(&map)
            .map_err(|error| self.bad(format!("map: {}", fault(&error))))?;
        let mut wanted = self.check(map)?;
        while let Some(field) = self.parts.next_field().await.map_err(|e| self.broken(&e))? {
            let name = field.name().unwrap_or_default();
            let path = wanted.remove(name);
            let path = path.ok_or_else(|| self.bad("a file that `map` does not name"))?;
            let file = self.receive(field).await?;
            let (params, path) = target(&mut body, &path)
                .ok_or_else(|| self.bad("`map` names an operation that is not there"))?;
            params.uploads.push((path.to_owned(), file));
        }
        if wanted.is_empty() {
            return Ok(body);
        }
        Err(self.bad("a file that `map` names did not come"))
    }

    /// A part that must come next, as a whole.
    async fn text(&mut self, name: &str) -> Result<Bytes, Reply> {
        let field = self.parts.next_field().await.map_err(|e| self.broken(&e))?;
        let field = field.filter(|field| field.name() == Some(name));
        let field = field.ok_or_else(|| self.bad(format!("the part `{name}` must come next")))?;
        field.bytes().await.map_err(|error| self.broken(&error))
    }

    /// That each file stands for one variable, and each of these for one file.
    fn check(&self, map: HashMap<String, Vec<String>>) -> Result<HashMap<String, String>, Reply> {
        if map.len() > self.options.max_files {
            let text = format!("an upload may have {} files", self.options.max_files);
            return Err(self.refused(StatusCode::BAD_REQUEST, code::TOO_MANY_FILES, &text));
        }
        let mut wanted = HashMap::new();
        for (name, paths) in map {
            let Ok([path]) = <[String; 1]>::try_from(paths) else {
                return Err(self.bad("a file must stand for exactly one variable"));
            };
            if wanted.values().any(|other| *other == path) {
                return Err(self.bad("a variable can be one file only"));
            }
            wanted.insert(name, path);
        }
        Ok(wanted)
    }

    async fn receive(&self, mut field: Field<'static>) -> Result<UploadValue, Reply> {
        let filename = field.file_name().unwrap_or_default().to_owned();
        let content_type = field.content_type().map(ToString::to_string);
        let folder = self.options.upload_folder.clone();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let made = made.unwrap_or_else(|panic| Err(panic.into()));
        let file = made.map_err(|error| self.failed(&error))?;
        let mut file = tokio::fs::File::from_std(file);
        while let Some(chunk) = field.chunk().await.map_err(|e| self.broken(&e))? {
            let written = file.write_all(&chunk).await;
            written.map_err(|error| self.failed(&error))?;
        }
        let ready = async {
            file.flush().await?;
            file.rewind().await
        };
        ready.await.map_err(|error| self.failed(&error))?;
        Ok(UploadValue {
            filename,
            content_type,
            content: file.into_std().await,
        })
    }

    fn bad(&self, text: impl AsRef<str>) -> Reply {
        self.refused(StatusCode::BAD_REQUEST, code::BAD_REQUEST, text.as_ref())
    }

    fn broken(&self, error: &multer::Error) -> Reply {
        use multer::Error::{FieldSizeExceeded, StreamSizeExceeded};
        match error {
            FieldSizeExceeded { limit, .. } | StreamSizeExceeded { limit } => {
                let text = format!("more than {limit} bytes");
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                self.refused(status, code::UPLOAD_TOO_LARGE, &text)
            }
            _ => self.bad("the body is no whole multipart/form-data"),
        }
    }

    /// A fault of ours: no space, no right to write.
    fn failed(&self, error: &std::io::Error) -> Reply {
        tracing::error!(request_id = &*self.id.0, %error, "an upload cannot be stored");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        self.refused(status, code::INTERNAL, "internal error")
    }

    fn refused(&self, status: StatusCode, code: &'static str, text: &str) -> Reply {
        Reply::refused(status, code, text, self.id)
    }
}

fn each(body: &Body) -> impl Iterator<Item = &Params> {
    match body {
        Body::One(params) => std::slice::from_ref(params).iter(),
        Body::Batch(batch) => batch.iter(),
    }
}

/// The operation that a path of `map` leads into, and the rest of the path.
fn target<'a, 'b>(body: &'a mut Body, path: &'b str) -> Option<(&'a mut Params, &'b str)> {
    match body {
        Body::One(params) => Some((params, path)),
        Body::Batch(batch) => {
            let (index, path) = path.split_once('.')?;
            Some((batch.get_mut(index.parse::<usize>().ok()?)?, path))
        }
    }
}

fn is_marked(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(MARK),
        Value::List(items) => items.iter().any(is_marked),
        Value::Object(fields) => fields.values().any(is_marked),
        _ => false,
    }
}
