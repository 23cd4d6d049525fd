//! What pages of other origins may do beside GraphQL: those that the configuration names put and read
//! files, and sign in, as the server's own do; a browser asks first.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::Config;

/// What holds for every answer about a file, whoever asked.
const ALWAYS: &[(HeaderName, &str)] = &[
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "private, no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::VARY, "origin"),
];

/// What a page of an allowed origin may send.
const ALLOWED: &[(HeaderName, &str)] = &[
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "authorization, content-type, range",
    ),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "content-disposition, content-range",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];

/// The origins that may, and what.
#[derive(Clone)]
pub(crate) struct Origins {
    named: Arc<[String]>,
    methods: HeaderValue,
}

impl Origins {
    /// Those of the configuration, for these methods.
    pub(crate) fn of(config: &Config, methods: &'static str) -> Self {
        Self {
            named: config.allowed_origins.clone().into(),
            methods: HeaderValue::from_static(methods),
        }
    }
}

/// Answers preflights, and adds to each answer what a browser must know.
pub(crate) async fn allowed(
    State(origins): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let named = |origin: &HeaderValue| origins.named.iter().any(|named| origin == named.as_str());
    let origin = origin.filter(named);
    let mut response = if request.method() == Method::OPTIONS {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    add(headers, ALWAYS);
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, origins.methods);
        add(headers, ALLOWED);
    }
    response
}

fn add(headers: &mut HeaderMap, all: &[(HeaderName, &'static str)]) {
    for (name, value) in all {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}
