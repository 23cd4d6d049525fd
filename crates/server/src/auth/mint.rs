//! Tokens for development, signed with the shared secret.

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use uuid::Uuid;

use super::shared_secret::shared_secret;
use crate::config::Config;

/// What a development token says.
#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: Uuid,
    iat: i64,
    exp: i64,
}

/// Makes a token for a subject, valid from `now` for `ttl`.
///
/// For `tidings token` and the person picker of the playground: only in development, and only
/// without a key set, because whoever can call this can be anybody.
pub fn mint(config: &Config, subject: Uuid, ttl: TimeDelta, now: DateTime<Utc>) -> Result<String> {
    // SECURITY: the one place where a token comes from nothing.
    ensure!(
        !config.is_production(),
        "tokens are made in development mode only"
    );
    ensure!(
        !config.uses_jwks(),
        "tokens come from the identity provider: jwks_file or jwks_url is set"
    );
    ensure!(
        ttl > TimeDelta::zero(),
        "a token must be valid for some time"
    );
    let expires = now
        .checked_add_signed(ttl)
        .context("the token would never expire")?;
    let claims = Minted {
        iss: &config.token_issuer,
        aud: &config.token_audience,
        sub: subject,
        iat: now.timestamp(),
        exp: expires.timestamp(),
    };
    let secret = shared_secret(config)?;
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    Ok(jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &key,
    )?)
}
