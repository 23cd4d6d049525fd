//! Signing in as a member of the demo cast, with one click and without a password.
//!
//! SECURITY: this gives a token to whoever asks. So it exists in development mode only, for the
//! made-up people of the demo only, and answers the server's own page only.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Json, Response};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tidings_domain::Principal;

use super::Playground;
use crate::auth;
use crate::seed::cast::{self, CAST, CastMember};

/// Somebody to sign in as.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person {
    name: &'static str,
    display_name: &'static str,
    about: &'static str,
    kind: &'static str,
}

impl From<&'static CastMember> for Person {
    fn from(member: &'static CastMember) -> Self {
        let (display_name, about) = member
            .description
            .split_once(", ")
            .unwrap_or((member.description, ""));
        Self {
            name: member.name,
            display_name,
            about,
            kind: match member.principal {
                Principal::Staff(_) => "staff",
                Principal::Account(_) | Principal::Client(_) => "client",
            },
        }
    }
}

/// Who of the cast is in this database; nobody where tokens are not made.
pub(super) async fn cast(playground: &Playground) -> Vec<Person> {
    let mut present = Vec::new();
    if makes_tokens(playground) {
        for member in CAST {
            if is_there(playground, member).await {
                present.push(Person::from(member));
            }
        }
    }
    present
}

fn makes_tokens(playground: &Playground) -> bool {
    // SECURITY: in production a click must make nobody anybody.
    !playground.config.is_production() && !playground.config.uses_jwks()
}

async fn is_there(playground: &Playground, member: &CastMember) -> bool {
    let service = &playground.service;
    let viewer = service
        .store
        .viewer(member.principal.uuid(), service.clock.now());
    matches!(viewer.await, Ok(Some(_)))
}

/// Whom to sign in as.
#[derive(Deserialize)]
pub(super) struct Wish {
    person: String,
}

/// A sign-in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    token: String,
    /// Seconds for which the token is valid.
    expires_in: i64,
}

/// `POST /playground/token`: a token for a member of the cast, for `token_ttl_minutes`.
pub(super) async fn sign_in(
    State(playground): State<Playground>,
    headers: HeaderMap,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Response {
    if !makes_tokens(&playground) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // SECURITY: another site's page in the same browser must not get a token through it. The name in
    // `Host` is looked at, too: a site can let its own name lead to this machine, and is then of the
    // same origin as this page.
    if !tidings_transport::is_own_page(&headers) || !is_local_name(&headers) {
        let why =
            "Only the playground's own page signs in here, at localhost or by an IP address.\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    let Ok(Json(wish)) = wish else {
        return (StatusCode::BAD_REQUEST, "expected: {\"person\": NAME}\n").into_response();
    };
    let Some(member) = cast::find(&wish.person) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !is_there(&playground, member).await {
        return StatusCode::NOT_FOUND.into_response();
    }
    let ttl = TimeDelta::minutes(i64::from(playground.config.token_ttl_minutes));
    let now = playground.service.clock.now();
    match auth::mint(&playground.config, member.principal.uuid(), ttl, now) {
        Ok(token) => Json(Signed {
            token,
            expires_in: ttl.num_seconds(),
        })
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "no token could be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether the browser was led here by `localhost` or a bare address, which nobody else can give a
/// meaning to.
fn is_local_name(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(url) = host.and_then(|host| reqwest::Url::parse(&format!("http://{host}/")).ok())
    else {
        return false;
    };
    let Some(name) = url.host_str() else {
        return false;
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn names_that_a_foreign_site_can_own_are_refused() {
        for (host, local) in [
            ("localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("tidings.localhost", true),
            ("192.168.1.7:8080", true),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(is_local_name(&headers), local, "{host}");
        }
        assert!(!is_local_name(&HeaderMap::new()));
    }

    #[test]
    fn everybody_of_the_cast_has_a_name_and_a_line() {
        for member in CAST {
            let person = Person::from(member);
            assert!(!person.display_name.is_empty() && !person.about.is_empty());
        }
    }
}
