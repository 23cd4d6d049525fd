//! Tokens that are signed with the shared secret: for development, and for whoever signs in here.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use tidings_service::Issue;
use uuid::Uuid;

use super::shared_secret::shared_secret;
use crate::config::Config;

/// What such a token says.
#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    iat: i64,
    exp: i64,
}

/// Makes a token for a subject, valid from `now` for `ttl`.
///
/// For `tidings token` and the person picker of the playground: only in development, and only
/// without a key set, because whoever can call this can be anybody.
pub fn mint(config: &Config, subject: Uuid, ttl: TimeDelta, now: DateTime<Utc>) -> Result<String> {
    minted(config, subject, None, ttl, now)
}

/// The same for a token that says to be of a session: for tests of what such a token opens.
pub fn mint_in(
    config: &Config,
    subject: Uuid,
    session: Uuid,
    ttl: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String> {
    minted(config, subject, Some(session), ttl, now)
}

fn minted(
    config: &Config,
    subject: Uuid,
    session: Option<Uuid>,
    ttl: TimeDelta,
    now: DateTime<Utc>,
) -> Result<String> {
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
        sid: session,
        iat: now.timestamp(),
        exp: expires.timestamp(),
    };
    sign(&key(config)?, &claims)
}

fn key(config: &Config) -> Result<EncodingKey> {
    let secret = shared_secret(config)?;
    Ok(EncodingKey::from_secret(secret.expose().as_bytes()))
}

fn sign(key: &EncodingKey, claims: &Minted<'_>) -> Result<String> {
    let header = Header::new(Algorithm::HS256);
    Ok(jsonwebtoken::encode(&header, claims, key)?)
}

/// What makes the access tokens of sessions, by the same secret that verifies them. Only without a
/// key set.
pub(crate) fn issuer(config: &Config) -> Result<Issue> {
    ensure!(
        !config.uses_jwks(),
        "tokens come from the identity provider: jwks_file or jwks_url is set"
    );
    let key = key(config)?;
    let (issuer, audience) = (config.token_issuer.clone(), config.token_audience.clone());
    Ok(Arc::new(move |subject, session, from, until| {
        let claims = Minted {
            iss: &issuer,
            aud: &audience,
            sub: subject,
            sid: Some(session.0),
            iat: from.timestamp(),
            exp: until.timestamp(),
        };
        sign(&key, &claims).ok()
    }))
}
