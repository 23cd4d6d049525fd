//! The page at `/`: GraphiQL as the binary carries it, and what it asks for besides GraphQL.
//!
//! - `GET /`, `GET /playground/…`: the built page (`playground/dist`). What lies in `assets` has its
//!   hash in its name and is kept compressed.
//! - `GET /playground/setup.json`: who can be asked as, and the operations to start from.
//! - `POST /playground/token`: a development token for a member of the demo cast.
//!
//! With the playground off there is one page that says what the service is.

mod files;
mod sign_in;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse as _, Json, Response};
use axum::routing::{get, post};
use serde::Serialize;
use tidings_service::Service;

use self::files::{Operations, operations};
use self::sign_in::Person;
use crate::config::Config;

/// What the page may load and reach: its own origin, and nothing that stands in the page itself but
/// styles, which the editor makes as it runs, and pictures and fonts that are part of its style sheet.
///
/// SECURITY: no script and no worker but the files that the binary carries, no other origin at all,
/// so that text which came from the database cannot act or report.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// What the routes of the playground know.
#[derive(Clone)]
struct Playground {
    config: Config,
    service: Service,
}

/// The routes outside of `/graphql` and `/health`.
pub(crate) fn router(config: &Config, service: &Service) -> axum::Router {
    let routes = if config.playground_enabled() {
        axum::Router::new()
            .route("/", get(files::index))
            .route("/playground/setup.json", get(setup))
            .route("/playground/token", post(sign_in::sign_in))
            .route("/playground/{*path}", get(files::file))
            .with_state(Playground {
                config: config.clone(),
                service: service.clone(),
            })
    } else {
        axum::Router::new().route("/", get(async || Html(include_str!("playground/off.html"))))
    };
    routes.layer(map_response(secured))
}

/// What holds for every answer of these routes.
async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
        headers.insert(name, HeaderValue::from_static("same-origin"));
    }
    // A page tells the browser that an address is worth keeping; an answer about people is not.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What the page needs to know at its start.
#[derive(Serialize)]
struct Setup {
    cast: Vec<Person>,
    operations: Operations,
}

async fn setup(State(playground): State<Playground>) -> Response {
    Json(Setup {
        cast: sign_in::cast(&playground).await,
        operations: operations(),
    })
    .into_response()
}
