//! What people do who are nobody yet: beside GraphQL, which answers nobody anything. JSON by `POST`,
//! `200` with JSON, or an error with a stable code as GraphQL writes it. Nothing is decided here.
//!
//! - `/auth/accept-invitation`: `{ token, login?, password }`, answers `{ login }`.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tidings_domain::ErrorCode;
use tidings_service::{AcceptInvitation, Error, Service};

use crate::config::Config;
use crate::files::answer::Refused;
use crate::files::cross_origin::{self, Origins};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// `POST /auth/…`.
pub(crate) fn routes(config: &Config, service: &Service) -> Router {
    let origins = Origins::of(config, "POST");
    let cross_origin = axum::middleware::from_fn_with_state(origins, cross_origin::allowed);
    Router::new()
        .route("/auth/accept-invitation", post(accept_invitation))
        .with_state(service.clone())
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(cross_origin)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    token: String,
    login: Option<String>,
    password: String,
}

async fn accept_invitation(
    State(service): State<Service>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let accept = async {
        let said: Acceptance = read(&headers, &body)?;
        let input = AcceptInvitation {
            token: &said.token,
            login: said.login.as_deref(),
            password: &said.password,
        };
        let accepted = service.accept_invitation(input).await.map_err(refused)?;
        Ok(json!({ "login": accepted.login }))
    };
    answer(accept.await)
}

fn answer(answer: Result<serde_json::Value, Refused>) -> Response<Body> {
    match answer {
        Ok(said) => Json(said).into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// What a body says. Its type is asked for: a page of another origin cannot send it unasked.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Refused> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let bad = |status, text| Refused::new(status, ErrorCode::BadUserInput.as_str(), text);
    if !kind.eq_ignore_ascii_case("application/json") {
        let text = "The body must be application/json.";
        return Err(bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    // SECURITY: what is wrong with it is not told, since it may hold a password.
    let text = "The body is not what this address takes; see docs/accounts.md.";
    serde_json::from_slice(body).map_err(|_| bad(StatusCode::BAD_REQUEST, text))
}

fn refused(error: Error) -> Refused {
    match error {
        Error::Code(code @ ErrorCode::TryLater, text) => {
            Refused::new(StatusCode::TOO_MANY_REQUESTS, code.as_str(), text)
        }
        error @ (Error::Store(_) | Error::Code(ErrorCode::Internal, _)) => {
            tracing::error!(%error, "somebody could not sign in");
            Refused::internal()
        }
        error => Refused::from(error),
    }
}
