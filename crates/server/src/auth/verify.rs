//! The checks, in the order in which they run: what is cheap first, what a token claims last.

use std::sync::Arc;

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey};
use tidings_domain::{Clock, SystemClock};
use uuid::Uuid;

use super::parts::{Header, Parts, RawClaims};
use super::ring::KeyRing;
use super::shared_secret::shared_secret;
use super::{Claims, TokenError};
use crate::config::Config;

/// Verifies tokens. Cheap to clone; all clones share one key set.
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    issuer: Arc<str>,
    audience: Arc<str>,
    leeway: TimeDelta,
    clock: Arc<dyn Clock>,
}

/// One way to verify, never two.
#[derive(Clone)]
enum Keys {
    /// HS256 with a shared secret.
    Secret(Arc<DecodingKey>),
    /// The public keys of an issuer.
    Ring(KeyRing),
}

impl Verifier {
    /// Makes ready to verify, by the machine's clock. Reads `jwks_file`; makes up the development
    /// secret when there is none; fetches nothing yet (see [`Verifier::load_keys`]).
    pub fn new(config: &Config) -> Result<Self> {
        Self::with_clock(config, Arc::new(SystemClock))
    }

    /// The same by another clock.
    pub fn with_clock(config: &Config, clock: Arc<dyn Clock>) -> Result<Self> {
        let keys = match (&config.jwks_file, &config.jwks_url) {
            (Some(path), _) => Keys::Ring(KeyRing::from_file(path)?),
            (None, Some(url)) => {
                let refresh = TimeDelta::seconds(i64::from(config.jwks_refresh_seconds));
                let cooldown = TimeDelta::seconds(i64::from(config.jwks_cooldown_seconds));
                Keys::Ring(KeyRing::from_url(url, refresh, cooldown)?)
            }
            (None, None) => {
                let secret = shared_secret(config)?;
                Keys::Secret(Arc::new(DecodingKey::from_secret(
                    secret.expose().as_bytes(),
                )))
            }
        };
        Ok(Self {
            keys,
            issuer: config.token_issuer.as_str().into(),
            audience: config.token_audience.as_str().into(),
            leeway: TimeDelta::seconds(i64::from(config.token_leeway_seconds)),
            clock,
        })
    }

    /// Fetches the key set ahead of the first token. An error means that there is none yet; it is
    /// tried again when a token comes, and by calling this again.
    pub async fn load_keys(&self) -> Result<()> {
        if let Keys::Ring(ring) = &self.keys {
            ring.load(self.clock.now()).await;
        }
        ensure!(self.has_keys(), "the key set could not be loaded yet");
        Ok(())
    }

    /// Whether tokens can be verified at all: for the readiness probe.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        match &self.keys {
            Keys::Secret(_) => true,
            Keys::Ring(ring) => ring.is_loaded(),
        }
    }

    /// Verifies a token by the verifier's own clock.
    pub async fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        self.verify_at(token, self.clock.now()).await
    }

    /// Verifies a token as of `now`.
    pub async fn verify_at(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let parts = Parts::split(token)?;
        self.check_signature(&parts, &parts.header()?, now).await?;
        // SECURITY: not a claim is read before this line, so what a refusal tells about claims is
        // only told to whoever has a token that was truly signed.
        self.check_claims(&parts.claims()?, now)
    }

    async fn check_signature(
        &self,
        parts: &Parts<'_>,
        header: &Header,
        now: DateTime<Utc>,
    ) -> Result<(), TokenError> {
        match &self.keys {
            Keys::Secret(key) => {
                if header.algorithm != Algorithm::HS256 {
                    return Err(TokenError::AlgorithmNotAllowed);
                }
                parts.check_signature(key, Algorithm::HS256)
            }
            Keys::Ring(ring) => {
                // SECURITY: everybody has the public key; as a secret it would sign for anybody.
                if header.algorithm == Algorithm::HS256 {
                    return Err(TokenError::AlgorithmNotAllowed);
                }
                let kid = header.key_id.as_deref().ok_or(TokenError::MissingKeyId)?;
                let key = ring.find(kid, now).await?;
                // SECURITY: the key says how it is used, not the token.
                if header.algorithm != key.algorithm {
                    return Err(TokenError::AlgorithmNotAllowed);
                }
                parts.check_signature(&key.key, key.algorithm)
            }
        }
    }

    fn check_claims(&self, claims: &RawClaims, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let missing = TokenError::MissingClaim;
        if claims.iss.as_deref().ok_or(missing)? != &*self.issuer {
            return Err(TokenError::WrongIssuer);
        }
        // SECURITY: the same issuer signs tokens for other services too.
        if !claims.aud.as_ref().ok_or(missing)?.names(&self.audience) {
            return Err(TokenError::WrongAudience);
        }
        // The leeway is applied to `now`: added to a claim, it could overflow.
        let future = now + self.leeway;
        if claims.nbf.is_some_and(|nbf| nbf.0 > future) {
            return Err(TokenError::NotYetValid);
        }
        if claims.iat.is_some_and(|iat| iat.0 > future) {
            return Err(TokenError::NotYetValid);
        }
        // SECURITY: required; a token without an end would be valid for ever.
        let expires_at = claims.exp.ok_or(missing)?.0;
        // RFC 7519, section 4.1.4: the time must be before `exp`, so at `exp` it is over.
        if expires_at <= now - self.leeway {
            return Err(TokenError::Expired);
        }
        let subject = uuid(claims.sub.as_deref().ok_or(missing)?)?;
        let session = claims.sid.as_deref().map(uuid).transpose()?;
        Ok(Claims {
            subject,
            session,
            expires_at,
        })
    }
}

/// A UUID in the one spelling with hyphens. The nil UUID is nobody.
fn uuid(text: &str) -> Result<Uuid, TokenError> {
    let id = Uuid::try_parse(text).map_err(|_| TokenError::BadSubject)?;
    if text.len() != uuid::fmt::Hyphenated::LENGTH || id.is_nil() {
        return Err(TokenError::BadSubject);
    }
    Ok(id)
}
