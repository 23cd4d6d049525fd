//! Media types and the status codes that go with them (*GraphQL over HTTP*, Media Types and Status Codes).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    code,
    reply::{Kind, Reply},
};

/// The media type of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: 200 for every well-formed request, since an intermediary could have made any other.
    Json,
    /// `application/graphql-response+json`: the status tells how it went.
    Response,
}

impl Media {
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Response => "application/graphql-response+json; charset=utf-8",
        })
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Response => "graphql-response+json",
        }
    }
}

/// The media type to answer with; `None` if the client accepts neither.
///
/// Named outright, `application/graphql-response+json` goes before its elder; by wildcard or without a word,
/// a client may be of the time when there was only `application/json`.
pub(crate) fn accept(headers: &HeaderMap) -> Option<Media> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Media::Json);
    }
    let ranges: Vec<Range> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    [Media::Json, Media::Response]
        .into_iter()
        .filter_map(|media| {
            let best = ranges
                .iter()
                .filter_map(|range| Some((range.precision(media)?, range.quality)))
                .max()?;
            let (precision, quality) = best;
            let preferred = (media == Media::Response) == (precision == 2);
            (quality > 0).then_some(((quality, precision, preferred), media))
        })
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, media)| media)
}

/// One range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    /// `None` for what is malformed or asks for another charset than UTF-8.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut quality = 1000;
        for part in parts {
            let (name, value) = part.split_once('=')?;
            if name.eq_ignore_ascii_case("q") {
                quality = thousandths(value)?;
            } else if name.eq_ignore_ascii_case("charset") && !is_utf8(value) {
                return None;
            }
        }
        Some(Self {
            kind,
            subtype,
            quality,
        })
    }

    /// 2 for the type by name, 1 for `application/*`, 0 for `*/*`.
    fn precision(&self, media: Media) -> Option<u8> {
        let application = self.kind.eq_ignore_ascii_case("application");
        if application && self.subtype.eq_ignore_ascii_case(media.subtype()) {
            Some(2)
        } else if application && self.subtype == "*" {
            Some(1)
        } else {
            (self.kind == "*" && self.subtype == "*").then_some(0)
        }
    }
}

fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" => Some(1000),
        "0" if digits && fraction.len() <= 3 => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether a body is JSON in UTF-8. Without a `Content-Type` it is not.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts.all(|part| match part.split_once('=') {
        Some((name, value)) => !name.eq_ignore_ascii_case("charset") || is_utf8(value),
        None => true,
    })
}

/// The status of a reply in a media type. `new` allows the codes of the 2026 edition.
pub(crate) fn status(media: Media, reply: &Reply, new: bool) -> StatusCode {
    const UNFIT: [&str; 12] = [
        code::GRAPHQL_VALIDATION_FAILED,
        code::OPERATION_RESOLUTION_FAILED,
        code::OPERATION_NOT_SUPPORTED,
        code::BAD_USER_INPUT,
        code::QUERY_TOO_DEEP,
        code::COST_EXCEEDED,
        code::TOO_MANY_TOKENS,
        code::TOO_MANY_FIELDS,
        code::TOO_MANY_ROOT_FIELDS,
        code::TOO_MANY_ALIASES,
        code::TOO_MANY_DIRECTIVES,
        code::DOCUMENT_NOT_TRUSTED,
    ];
    let partial = !reply.response.errors.is_empty();
    match (reply.kind, media) {
        (Kind::Refused(status), _) => status,
        (_, Media::Json) => StatusCode::OK,
        (Kind::Executed, _) if new && partial => StatusCode::from_u16(294).unwrap_or_default(),
        (Kind::Executed, _) => StatusCode::OK,
        (Kind::RequestError, _) if new && UNFIT.iter().any(|code| reply.has_code(code)) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        (Kind::RequestError, _) => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(value: &'static str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(value));
        accept(&headers)
    }

    #[test]
    fn accept_chooses_by_quality_then_precision() {
        assert_eq!(accept(&HeaderMap::new()), Some(Media::Json));
        for (value, media) in [
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            (
                "Application/GraphQL-Response+JSON; charset=UTF-8",
                Some(Media::Response),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(Media::Response),
            ),
            (
                "application/json, application/graphql-response+json;q=0.9",
                Some(Media::Json),
            ),
            (
                "application/graphql-response+json;q=0.1, */*;q=0.5",
                Some(Media::Json),
            ),
            ("application/json;q=0, */*", Some(Media::Response)),
            (
                "application/graphql-response+json, */*",
                Some(Media::Response),
            ),
            ("text/html, */*;q=0.8", Some(Media::Json)),
            ("application/json;charset=utf-16", None),
            ("application/json;q=0", None),
            ("application/json;q=high", None),
            ("text/html", None),
            ("", None),
        ] {
            assert_eq!(chosen(value), media, "{value}");
        }
    }
}
