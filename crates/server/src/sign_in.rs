//! What people do who are nobody yet: beside GraphQL, which answers nobody anything. JSON by `POST`,
//! `200` with JSON, or an error with a stable code as GraphQL writes it. Nothing is decided here.
//!
//! - `/auth/accept-invitation`: `{ token, login?, password }`, answers `{ login }`.
//! - `/auth/sign-in`: `{ login, password, device? }`, answers tokens.
//! - `/auth/refresh`: `{ refreshToken }`, answers tokens.
//! - `/auth/sign-out`: `{ refreshToken }`, answers `{}`.
//! - `/auth/forgot-password`: `{ login }`, answers `{}`.
//! - `/auth/reset-password`: `{ token, password }`, answers `{ login }`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidings_domain::ErrorCode;
use tidings_service::{AcceptInvitation, Error, Service, SignIn, SignInOptions, SignedIn};

use crate::auth;
use crate::config::Config;
use crate::files::answer::Refused;
use crate::files::cross_origin::{self, Origins};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

type Answer = Result<Value, Refused>;

/// The service with what the configuration says of signing in: nothing, with a key set.
pub(crate) fn configured(config: &Config, service: Service) -> anyhow::Result<Service> {
    if config.uses_jwks() {
        return Ok(service);
    }
    Ok(service.with_sign_in(SignInOptions {
        issue: auth::issuer(config)?,
        access: TimeDelta::minutes(i64::from(config.access_token_minutes)),
        idle: TimeDelta::hours(i64::from(config.session_idle_hours)),
        longest: TimeDelta::days(i64::from(config.session_days)),
    }))
}

/// What the routes stand on.
#[derive(Clone)]
struct Desk {
    service: Service,
    proxies: usize,
}

/// `POST /auth/…`.
pub(crate) fn routes(config: &Config, service: &Service) -> Router {
    let origins = Origins::of(config, "POST");
    let cross_origin = axum::middleware::from_fn_with_state(origins, cross_origin::allowed);
    let desk = Desk {
        service: service.clone(),
        proxies: config.trusted_proxies,
    };
    Router::new()
        .route("/auth/accept-invitation", post(accept_invitation))
        .route("/auth/sign-in", post(sign_in))
        .route("/auth/refresh", post(refresh))
        .route("/auth/sign-out", post(sign_out))
        .route("/auth/forgot-password", post(forgot_password))
        .route("/auth/reset-password", post(reset_password))
        .with_state(Arc::new(desk))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    login: String,
    password: String,
    device: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    login: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    token: String,
    password: String,
}

async fn accept_invitation(
    State(desk): State<Arc<Desk>>,
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
        let accepted = desk.service.accept_invitation(input).await;
        Ok(json!({ "login": accepted.map_err(refused)?.login }))
    };
    answer(accept.await)
}

async fn sign_in(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sign_in = async {
        let said: Credentials = read(&headers, &body)?;
        let input = SignIn {
            login: &said.login,
            password: &said.password,
            device: said.device.as_deref(),
            address: &network(asker(&headers, peer, desk.proxies)),
        };
        tokens(desk.service.sign_in(input).await)
    };
    answer(sign_in.await)
}

async fn refresh(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let refresh = async {
        let said: Refresh = read(&headers, &body)?;
        tokens(desk.service.refresh_session(&said.refresh_token).await)
    };
    answer(refresh.await)
}

async fn sign_out(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let sign_out = async {
        let said: Refresh = read(&headers, &body)?;
        let over = desk.service.sign_out(&said.refresh_token).await;
        over.map(|()| json!({})).map_err(refused)
    };
    answer(sign_out.await)
}

async fn forgot_password(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let forgot = async {
        let said: Forgotten = read(&headers, &body)?;
        let address = network(asker(&headers, peer, desk.proxies));
        let counted = desk.service.asks_for_password_link(&said.login, &address);
        counted.await.map_err(refused)?;
        // SECURITY: not waited for. How long it takes would tell whether anybody has the login.
        let service = desk.service.clone();
        tokio::spawn(async move {
            if let Err(error) = service.forgot_password(&said.login).await {
                tracing::error!(%error, "a link to choose a password was not sent");
            }
        });
        Ok(json!({}))
    };
    answer(forgot.await)
}

async fn reset_password(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reset = async {
        let said: Reset = read(&headers, &body)?;
        let login = desk.service.reset_password(&said.token, &said.password);
        Ok(json!({ "login": login.await.map_err(refused)? }))
    };
    answer(reset.await)
}

fn tokens(signed_in: tidings_service::Result<SignedIn>) -> Answer {
    let signed_in = signed_in.map_err(refused)?;
    Ok(json!({
        "accessToken": signed_in.access_token,
        "accessExpiresAt": signed_in.access_expires_at,
        "refreshToken": signed_in.refresh_token,
        "expiresAt": signed_in.expires_at,
    }))
}

fn answer(answer: Answer) -> Response {
    match answer {
        Ok(said) => Json(said).into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// The address that asks: the peer, or what the first of our own proxies saw.
fn asker(headers: &HeaderMap, peer: SocketAddr, proxies: usize) -> IpAddr {
    let said = headers.get_all("x-forwarded-for").iter();
    let said: Vec<&str> = said
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // SECURITY: what stands before the entries of our own proxies anybody can write.
    let place = proxies
        .checked_sub(1)
        .and_then(|at| said.iter().rev().nth(at));
    place
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| peer.ip())
}

/// The network that counts as one: an IPv4 address, or the 64 bits that one IPv6 customer has.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
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
        Error::Code(code @ (ErrorCode::SignInRefused | ErrorCode::Unauthenticated), text) => {
            Refused::new(StatusCode::UNAUTHORIZED, code.as_str(), text)
        }
        error @ (Error::Store(_) | Error::Code(ErrorCode::Internal, _)) => {
            tracing::error!(%error, "somebody could not sign in");
            Refused::internal()
        }
        error => Refused::from(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s20_only_our_own_proxies_say_from_where_somebody_signs_in() {
        let peer: SocketAddr = "192.0.2.1:5000".parse().unwrap();
        let mut headers = HeaderMap::new();
        let value = "203.0.113.9, 198.51.100.7".parse().unwrap();
        headers.insert("x-forwarded-for", value);
        let asker = |proxies| asker(&headers, peer, proxies).to_string();
        assert_eq!(asker(0), "192.0.2.1", "nobody is believed");
        assert_eq!(asker(1), "198.51.100.7");
        assert_eq!(asker(2), "203.0.113.9");
        assert_eq!(asker(3), "192.0.2.1", "there are not so many");
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::5"));
        assert_ne!(of("2001:db8:1:2::4"), of("2001:db8:1:3::4"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
