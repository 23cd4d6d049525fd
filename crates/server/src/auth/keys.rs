//! A JSON Web Key Set (RFC 7517), read for one purpose: to verify signatures.

use std::collections::HashMap;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// A public key with the one algorithm that it is for.
pub(super) struct VerificationKey {
    // SECURITY: pinned here, so that a token cannot choose how its key is used.
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// The public keys of an issuer, by `kid`.
#[derive(Default)]
pub(super) struct KeySet(HashMap<String, Arc<VerificationKey>>);

impl KeySet {
    /// Reads a key set. Keys that cannot be used are left out and logged, as RFC 7517 (section 5)
    /// asks: an issuer may publish kinds that this server does not know.
    pub(super) fn parse(document: &[u8]) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(document)
            .map_err(|error| format!("no JSON key set: {error}"))?;
        let mut keys = HashMap::new();
        for value in document.keys {
            let parsed = serde_json::from_value::<Jwk>(value)
                .map_err(|_| "it has a member of a wrong type")
                .and_then(Jwk::into_key);
            match parsed {
                Ok((kid, key)) if !keys.contains_key(&kid) => {
                    keys.insert(kid, Arc::new(key));
                }
                Ok((kid, _)) => tracing::warn!(kid, "a second key of this id was left out"),
                Err(reason) => tracing::warn!(reason, "a key of the key set was left out"),
            }
        }
        Ok(Self(keys))
    }

    pub(super) fn get(&self, kid: &str) -> Option<Arc<VerificationKey>> {
        self.0.get(kid).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<serde_json::Value>,
}

/// Letters of base64url that 32 bytes take: a coordinate of P-256, a key of Ed25519.
const LETTERS_OF_32_BYTES: usize = 43;

/// Letters of base64url that 256 bytes take: an RSA modulus of 2048 bits, the least that RFC 7518
/// (section 3.3) allows.
const LETTERS_OF_256_BYTES: usize = 342;

impl Jwk {
    fn into_key(self) -> Result<(String, VerificationKey), &'static str> {
        let kid = self
            .kid
            .filter(|kid| !kid.is_empty())
            .ok_or("it has no kid")?;
        if self.usage.is_some_and(|usage| usage != "sig") {
            return Err("it is not for signatures");
        }
        if self
            .key_ops
            .is_some_and(|operations| !operations.iter().any(|name| name == "verify"))
        {
            return Err("it is not for verifying");
        }
        // SECURITY: a private key that is published is everybody's.
        if self.d.is_some() {
            return Err("it is a private key");
        }
        let alg = self.alg.as_deref();
        let is_for = |names: &[&str]| alg.is_none_or(|alg| names.contains(&alg));
        let (algorithm, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) if is_for(&["RS256"]) => {
                let (n, e) = self.n.zip(self.e).ok_or("it is incomplete")?;
                if n.len() < LETTERS_OF_256_BYTES {
                    return Err("its modulus is shorter than 2048 bits");
                }
                (Algorithm::RS256, DecodingKey::from_rsa_components(&n, &e))
            }
            ("EC", Some("P-256")) if is_for(&["ES256"]) => {
                let (x, y) = self.x.zip(self.y).ok_or("it is incomplete")?;
                if x.len() != LETTERS_OF_32_BYTES || y.len() != LETTERS_OF_32_BYTES {
                    return Err("it is no point of P-256");
                }
                (Algorithm::ES256, DecodingKey::from_ec_components(&x, &y))
            }
            ("OKP", Some("Ed25519")) if is_for(&["EdDSA", "Ed25519"]) => {
                let x = self.x.ok_or("it is incomplete")?;
                if x.len() != LETTERS_OF_32_BYTES {
                    return Err("it is no key of Ed25519");
                }
                (Algorithm::EdDSA, DecodingKey::from_ed_components(&x))
            }
            // SECURITY: `oct` must never come here. A secret in a published document is none.
            _ => return Err("its type or algorithm is not one of RS256, ES256, EdDSA"),
        };
        let key = key.map_err(|_| "it is not base64url")?;
        Ok((kid, VerificationKey { algorithm, key }))
    }
}
