//! An issuer of tokens that can also do everything wrong. Tokens are put together by hand here, so
//! that what verifies them is not what made them.

use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{hmac, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::auth::{TokenError, Verifier};
use crate::config::Config;

pub(super) const SECRET: &str = "the shared secret of the token tests";
pub(super) const SUBJECT: &str = "018f3f5e-0000-7000-8000-000000000001";
pub(super) const SESSION: &str = "018f3f5e-0000-7000-8000-000000000002";
pub(super) const ISSUER: &str = "https://login.example.org";
pub(super) const AUDIENCE: &str = "tidings-test";

/// The moment at which the tests take place.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// That moment and some seconds, as a claim.
pub(super) fn at(seconds: i64) -> i64 {
    now().timestamp() + seconds
}

pub(super) fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

/// A configuration with the issuer of the tests, and with what the test adds.
pub(super) fn config(variables: &[(&str, &str)]) -> Config {
    let usual = [
        ("TIDINGS_TOKEN_ISSUER", ISSUER),
        ("TIDINGS_TOKEN_AUDIENCE", AUDIENCE),
        ("TIDINGS_TOKEN_LEEWAY_SECONDS", "30"),
    ];
    let all = usual.iter().chain(variables);
    let all = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(None, Path::new("/nonexistent"), all).unwrap()
}

/// A verifier with the shared secret.
pub(super) fn with_secret() -> Verifier {
    Verifier::new(&config(&[("TIDINGS_TOKEN_SECRET", SECRET)])).unwrap()
}

/// A verifier with the keys of a file.
pub(super) fn with_file(path: &Path) -> Verifier {
    Verifier::new(&config(&[("TIDINGS_JWKS_FILE", path.to_str().unwrap())])).unwrap()
}

/// The reason why a token is refused now.
pub(super) async fn refusal(verifier: &Verifier, token: &str) -> TokenError {
    verifier
        .verify_at(token, now())
        .await
        .expect_err("this token must be refused")
}

/// Claims that are right.
pub(super) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT,
        "iat": at(-10), "nbf": at(-10), "exp": at(600),
    })
}

/// Claims that are right but for one: another value, or none when it is null.
pub(super) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

pub(super) fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// A token from the texts of its parts.
pub(super) fn assemble(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

pub(super) fn hs256_with(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

/// A token signed with the shared secret.
pub(super) fn hs256(header: &Value, claims: &Value) -> String {
    assemble(
        &header.to_string(),
        &claims.to_string(),
        hs256_with(SECRET.as_bytes()),
    )
}

/// A good header of such a token.
pub(super) fn hs256_header() -> Value {
    json!({ "typ": "JWT", "alg": "HS256" })
}

/// A key pair of an issuer.
pub(super) enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Key {
    pub(super) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(rsa::KeySize::Rsa2048).unwrap())
    }

    pub(super) fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(super) fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
        }
    }

    /// The public half, as a key set holds it.
    pub(super) fn public(&self, kid: &str) -> Value {
        match self {
            Self::Rsa(pair) => json!({
                "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
                "n": encode(pair.public_key().modulus().big_endian_without_leading_zero()),
                "e": encode(pair.public_key().exponent().big_endian_without_leading_zero()),
            }),
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "kid": kid, "crv": "P-256",
                    "x": encode(&point[1..33]), "y": encode(&point[33..]),
                })
            }
            Self::Ed(pair) => json!({
                "kty": "OKP", "kid": kid, "crv": "Ed25519", "x": encode(pair.public_key()),
            }),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A good token.
    pub(super) fn token(&self, kid: &str) -> String {
        let header = json!({ "alg": self.algorithm(), "kid": kid, "typ": "at+jwt" });
        self.token_with(&header, &claims())
    }

    pub(super) fn token_with(&self, header: &Value, claims: &Value) -> String {
        assemble(&header.to_string(), &claims.to_string(), |message| {
            self.sign(message)
        })
    }
}

/// A key set.
pub(super) fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A folder of one test, removed at its end.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tidings-auth-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file with a key set in it.
    pub(super) fn keys(&self, keys: &[Value]) -> PathBuf {
        let path = self.0.join("keys.json");
        std::fs::write(&path, key_set(keys)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
