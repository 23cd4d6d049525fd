//! Which pages may use the gateway: the cross-site guard, CORS, and the origin of a socket.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::Response,
};

use crate::{code, gateway::RequestId, reply::Reply};

/// Headers that a page of another origin can only send after a preflight, which is granted to allowed
/// origins alone. The first is the one that errors name.
const PREFLIGHT_HEADERS: [&str; 5] = [
    "graphql-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "x-requested-with",
    "authorization",
];

const ALLOWED_HEADERS: &str = "accept, apollo-require-preflight, authorization, content-type, \
                               graphql-preflight, x-apollo-operation-name, x-requested-with";

/// The `Origin` of a request, seen from the gateway.
enum Standing<'a> {
    /// None was sent: not a browser, or a browser's plain GET.
    Absent,
    /// The gateway's own.
    Same,
    /// Another, on the list.
    Allowed(&'a HeaderValue),
    Foreign,
}

fn standing<'a>(headers: &'a HeaderMap, allowed: &[String]) -> Standing<'a> {
    let Some(value) = headers.get(header::ORIGIN) else {
        return Standing::Absent;
    };
    let Ok(origin) = value.to_str() else {
        return Standing::Foreign;
    };
    if allowed
        .iter()
        .any(|entry| entry.eq_ignore_ascii_case(origin))
    {
        Standing::Allowed(value)
    } else if is_same(origin, headers) {
        Standing::Same
    } else {
        Standing::Foreign
    }
}

/// Compares with `Host`, a default port being as good as none. The scheme cannot be compared: TLS ends before
/// this process.
fn is_same(origin: &str, headers: &HeaderMap) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let port = if scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    host.is_some_and(|host| bare(host) == bare(authority))
}

/// Refuses what a page of another origin could have sent without preflight.
///
/// SECURITY: such a request is told by `Sec-Fetch-Site` and `Origin`, which pages cannot forge, rather than by
/// demanding a header of every client, which the audit of GraphQL over HTTP forbids for GET. What has neither
/// header does not come from a browser of this decade; and GET executes queries only, whose answer a foreign
/// page cannot read.
pub(crate) fn guard(headers: &HeaderMap, allowed: &[String], id: &RequestId) -> Result<(), Reply> {
    let preflighted = PREFLIGHT_HEADERS
        .iter()
        .any(|name| headers.contains_key(*name))
        || crate::negotiate::is_json(headers);
    if preflighted {
        return Ok(());
    }
    let foreign = match standing(headers, allowed) {
        Standing::Same | Standing::Allowed(_) => false,
        Standing::Foreign => true,
        Standing::Absent => headers
            .get("sec-fetch-site")
            .is_some_and(|site| site != "same-origin" && site != "none"),
    };
    if !foreign {
        return Ok(());
    }
    Err(Reply::refused(
        StatusCode::FORBIDDEN,
        code::CSRF_PREVENTED,
        format!(
            "a page of another origin could have sent this request without preflight; send a \
             `{}` header with it",
            PREFLIGHT_HEADERS[0]
        ),
        id,
    ))
}

/// Whether a socket may be opened. There is no preflight for one, so the origin is all there is.
pub(crate) fn may_connect(headers: &HeaderMap, allowed: &[String]) -> bool {
    !matches!(standing(headers, allowed), Standing::Foreign)
}

/// Whether a page of this very origin has sent the request, by the `Origin` header, which every browser sends with
/// a POST, and `Sec-Fetch-Site` where it is there.
///
/// For what a server answers beside GraphQL and gives to its own pages only. The scheme is not compared, since TLS may
/// end before this process. A request without `Origin` is not from a page: `false`.
#[must_use]
pub fn is_own_page(headers: &HeaderMap) -> bool {
    let fetched = headers.get("sec-fetch-site");
    matches!(standing(headers, &[]), Standing::Same)
        && fetched.is_none_or(|site| site == "same-origin")
}

/// Answers a preflight, and any other request by `answer`; in either case pages of allowed origins may read it.
pub(crate) async fn answer(
    request: &Parts,
    allowed: &[String],
    answer: impl Future<Output = Response>,
) -> Response {
    let mut response = if request.method == Method::OPTIONS {
        preflight()
    } else {
        answer.await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept, origin"));
    if let Standing::Allowed(origin) = standing(&request.headers, allowed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id"),
        );
    }
    response
}

/// What a page may send, if its origin may read this at all.
fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
    put(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
    put(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    put(header::ACCESS_CONTROL_MAX_AGE, "600");
    response
}

/// The host of an HTTP/2 request is its authority; put it where HTTP/1.1 has it.
pub(crate) fn unify_host(uri: &Uri, headers: &mut HeaderMap) {
    if !headers.contains_key(header::HOST)
        && let Some(authority) = uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        headers.insert(header::HOST, host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_page_is_told_by_both_headers() {
        let own = ("http://a.example", Some("same-origin"));
        for ((origin, fetched), is_own) in [
            (own, true),
            (("http://a.example", None), true),
            (("http://a.example", Some("same-site")), false),
            (("http://b.a.example", Some("same-origin")), false),
            (("", Some("same-origin")), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("a.example"));
            if !origin.is_empty() {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = fetched {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(is_own_page(&headers), is_own, "{origin} {fetched:?}");
        }
    }

    #[test]
    fn own_origin_is_told_by_host_and_default_port() {
        for (origin, host, same) in [
            ("https://a.example", "a.example", true),
            ("https://A.example", "a.Example:443", true),
            ("http://a.example:80", "a.example", true),
            ("http://a.example:8000", "a.example:8000", true),
            ("http://a.example:8000", "a.example", false),
            ("https://a.example.evil", "a.example", false),
            ("null", "a.example", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(is_same(origin, &headers), same, "{origin} {host}");
        }
    }
}
