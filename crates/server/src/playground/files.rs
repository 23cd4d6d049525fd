//! The files of the playground, as the binary carries them.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Serialize;

/// The built page. Below `assets` each file is compressed with gzip, which every browser takes.
#[derive(RustEmbed)]
#[folder = "../../playground/dist"]
struct Built;

/// The operations to start from: `NAME.graphql`, and `NAME.json` with its variables.
#[derive(RustEmbed)]
#[folder = "../../playground/operations"]
struct Examples;

/// The folder of the files that have their hash in their name.
const HASHED: &str = "assets/";

/// An operation to start from.
#[derive(Serialize)]
struct Operation {
    name: String,
    query: String,
    variables: String,
}

/// All of them, by name.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Operations(Vec<Operation>);

/// The operations to start from.
pub(super) fn operations() -> Operations {
    let text = |path: &str| {
        let file = Examples::get(path)?;
        Some(String::from_utf8_lossy(&file.data).into_owned())
    };
    let names = Examples::iter().filter_map(|path| Some(path.strip_suffix(".graphql")?.to_owned()));
    let mut operations: Vec<_> = names
        .filter_map(|name| {
            Some(Operation {
                query: text(&format!("{name}.graphql"))?,
                variables: text(&format!("{name}.json")).unwrap_or_default(),
                name,
            })
        })
        .collect();
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    Operations(operations)
}

/// `GET /`.
pub(super) async fn index(headers: HeaderMap) -> Response {
    answer("index.html", &headers)
}

/// `GET /playground/…`.
pub(super) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&path, &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    if path.starts_with(HASHED) {
        return match Built::get(&format!("{path}.gz")) {
            Some(file) => hashed(path, file, headers),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    match Built::get(path) {
        Some(file) => plain(path, file, headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file whose name changes with its content: kept by the browser for as long as it likes.
fn hashed(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    if !takes_gzip(headers) {
        let why = "This file is kept compressed: send `Accept-Encoding: gzip`.\n";
        return (StatusCode::NOT_ACCEPTABLE, why).into_response();
    }
    let head = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    (head, file.data).into_response()
}

/// A file that has the same name in each version: asked for each time, sent when it has changed.
fn plain(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let mut tag = String::from("\"");
    for byte in file.metadata.sha256_hash() {
        let _a_string_takes_all = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    let known = headers.get(header::IF_NONE_MATCH);
    let unchanged = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let head = [
        (header::CONTENT_TYPE, content_type(path).to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    if unchanged {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, file.data).into_response()
    }
}

/// Whether gzip is among the encodings that a client takes (RFC 9110, section 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut takes = None;
    for entry in lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
    {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        match coding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => return !refused,
            "*" => takes = Some(!refused),
            _ => {}
        }
    }
    takes.unwrap_or(false)
}

/// By the end of the name: the kinds that the build makes.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (accepted, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0, *", false),
            ("gzip;q=0.000", false),
            ("br", false),
            ("identity, *;q=0", false),
        ] {
            assert_eq!(takes_gzip(&accepting(accepted)), takes, "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn every_built_file_has_a_kind_that_a_browser_takes() {
        for path in Built::iter() {
            let name = path.strip_suffix(".gz").unwrap_or(&path);
            assert_ne!(content_type(name), "application/octet-stream", "{path}");
            assert_eq!(path.starts_with(HASHED), path.ends_with(".gz"), "{path}");
        }
    }

    /// The page is whole: what it names is there, and it names nothing elsewhere.
    #[test]
    fn the_page_names_files_of_its_own_only() {
        let index = Built::get("index.html").unwrap();
        let index = String::from_utf8(index.data.into_owned()).unwrap();
        let mut named = 0;
        for attribute in ["src=\"", "href=\""] {
            for rest in index.split(attribute).skip(1) {
                let url = rest.split('"').next().unwrap();
                let path = url
                    .strip_prefix("/playground/")
                    .unwrap_or_else(|| panic!("{url}"));
                let response = answer(path, &accepting("gzip"));
                assert_eq!(response.status(), StatusCode::OK, "{url}");
                named += 1;
            }
        }
        assert!(named >= 3, "{index}");
        assert!(!index.contains("<style") && !index.contains("<script>"));
    }
}
