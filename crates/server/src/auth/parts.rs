//! The three parts of a token (RFC 7515, section 7.1), read more strictly than the RFC asks: one
//! spelling for one token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::{MAX_TOKEN_BYTES, TokenError};

/// The longest key id that is looked up.
const MAX_KEY_ID_BYTES: usize = 256;

/// A token in its three parts, none of them verified.
pub(super) struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    /// What is signed: the first two parts with the dot between them.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes a token apart.
    pub(super) fn split(token: &'a str) -> Result<Self, TokenError> {
        // SECURITY: before any work, so that a token cannot cost more than its length.
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let whole = |part: &str| !part.is_empty() && part.bytes().all(letters);
        if !(whole(header) && whole(claims) && whole(signature)) {
            return Err(TokenError::Malformed);
        }
        Ok(Self {
            header,
            claims,
            signature,
            signed,
        })
    }

    /// The header, with everything refused that this server does not implement.
    pub(super) fn header(&self) -> Result<Header, TokenError> {
        let raw: RawHeader = object(self.header)?;
        // SECURITY: an extension that must be understood may change what the signature means.
        if raw.crit {
            return Err(TokenError::HeaderNotSupported);
        }
        // SECURITY: the same keys may sign logout tokens or proofs of possession, which are no
        // tokens of access (RFC 8725, section 3.11).
        let kinds = ["jwt", "application/jwt", "at+jwt", "application/at+jwt"];
        if raw
            .typ
            .is_some_and(|typ| !kinds.contains(&typ.to_ascii_lowercase().as_str()))
        {
            return Err(TokenError::HeaderNotSupported);
        }
        // SECURITY: this list is what refuses `none`.
        let algorithm = match raw.alg.as_str() {
            "HS256" => Algorithm::HS256,
            "RS256" => Algorithm::RS256,
            "ES256" => Algorithm::ES256,
            "EdDSA" => Algorithm::EdDSA,
            _ => return Err(TokenError::AlgorithmNotAllowed),
        };
        if raw
            .kid
            .as_ref()
            .is_some_and(|kid| kid.len() > MAX_KEY_ID_BYTES)
        {
            return Err(TokenError::Malformed);
        }
        Ok(Header {
            algorithm,
            key_id: raw.kid,
        })
    }

    /// Whether the signature matches, by the algorithm that belongs to the key.
    pub(super) fn check_signature(
        &self,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<(), TokenError> {
        let matches =
            jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), key, algorithm);
        match matches {
            Ok(true) => Ok(()),
            Ok(false) => Err(TokenError::BadSignature),
            Err(error) => Err(match error.kind() {
                jsonwebtoken::errors::ErrorKind::Base64(_) => TokenError::Malformed,
                _ => TokenError::BadSignature,
            }),
        }
    }

    /// The claims. They mean nothing before [`Parts::check_signature`].
    pub(super) fn claims(&self) -> Result<RawClaims, TokenError> {
        object(self.claims)
    }
}

/// What the header says. Keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) are not read.
pub(super) struct Header {
    /// The algorithm that the token claims. The key decides whether that is believed.
    pub(super) algorithm: Algorithm,
    /// The key that the token claims.
    pub(super) key_id: Option<String>,
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "is_present")]
    crit: bool,
}

/// The claims as they are written. A claim that is missing and one that is null are the same.
#[derive(Deserialize)]
pub(super) struct RawClaims {
    pub(super) iss: Option<String>,
    pub(super) aud: Option<Audience>,
    pub(super) sub: Option<String>,
    pub(super) sid: Option<String>,
    pub(super) exp: Option<NumericDate>,
    pub(super) nbf: Option<NumericDate>,
    pub(super) iat: Option<NumericDate>,
}

/// One audience or several (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// Whether the token is meant for this audience, among others.
    pub(super) fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(name) => name == audience,
            Self::Several(names) => names.iter().any(|name| name == audience),
        }
    }
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519, section 2).
#[derive(Clone, Copy)]
pub(super) struct NumericDate(pub(super) DateTime<Utc>);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let seconds = number
            .as_i64()
            .or_else(|| number.as_f64().and_then(whole_seconds));
        let at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        at.map(Self)
            .ok_or_else(|| serde::de::Error::custom("not a time"))
    }
}

/// Fractions are cut: a token may end a moment early, never late.
fn whole_seconds(seconds: f64) -> Option<i64> {
    // Beyond this lie years of five digits, where a conversion could lose more than a fraction.
    if !(seconds.is_finite() && seconds.abs() < 1e11) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded above; the fraction is cut"
    )]
    Some(seconds.floor() as i64)
}

fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Decodes one part, which must be a JSON object in which no claim stands twice.
fn object<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenError::Malformed)?;
    // A derived struct would also take its fields from an array, in their order.
    if json.first() != Some(&b'{') {
        return Err(TokenError::Malformed);
    }
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}
