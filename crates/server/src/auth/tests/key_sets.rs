//! What of a key set is used.

use serde_json::{Value, json};

use super::support::*;
use crate::auth::{TokenError, Verifier};

#[tokio::test]
async fn real_tokens_of_each_algorithm_are_verified() {
    let folder = Folder::new("real");
    let keys = [Key::rsa(), Key::ec(), Key::ed()];
    let public: Vec<_> = keys.iter().map(|key| key.public(key.algorithm())).collect();
    let verifier = with_file(&folder.keys(&public));
    for key in &keys {
        let claims = verifier
            .verify_at(&key.token(key.algorithm()), now())
            .await
            .unwrap();
        assert_eq!(claims.subject.to_string(), SUBJECT);
    }
}

/// A key as the issuer would not publish it for signatures.
fn spoilt(public: &Value, member: &str, value: Value) -> Value {
    let mut key = public.clone();
    key[member] = value;
    key
}

#[tokio::test]
async fn keys_that_are_not_for_verifying_are_left_out() {
    let folder = Folder::new("left-out");
    let (rsa, ec, ed, good) = (
        Key::rsa().public("r"),
        Key::ec().public("e"),
        Key::ed(),
        Key::ed(),
    );
    let ed_public = ed.public("k");
    let unusable = [
        spoilt(&ed_public, "use", json!("enc")),
        spoilt(&ed_public, "key_ops", json!(["sign"])),
        spoilt(&ed_public, "alg", json!("RS256")),
        spoilt(&ed_public, "alg", json!("HS256")),
        spoilt(&ed_public, "crv", json!("X25519")),
        spoilt(&ed_public, "crv", json!("Ed448")),
        spoilt(&ed_public, "d", json!("AAAA")),
        spoilt(&ed_public, "kid", Value::Null),
        spoilt(&ed_public, "kid", json!("")),
        spoilt(&ed_public, "kid", json!(7)),
        spoilt(&ed_public, "kty", json!("EC")),
        spoilt(&ed_public, "x", json!("AAAA")),
        spoilt(&ed_public, "x", json!("=".repeat(43))),
        spoilt(&ed_public, "x", Value::Null),
        spoilt(&rsa, "alg", json!("PS256")),
        spoilt(&rsa, "alg", json!("RSA-OAEP")),
        spoilt(&rsa, "n", json!("A".repeat(171))),
        spoilt(&ec, "crv", json!("P-384")),
        spoilt(&ec, "y", json!("AA")),
        json!({ "kty": "oct", "kid": "k", "alg": "HS256", "k": encode(SECRET) }),
        json!("a text"),
        json!({}),
    ];
    for key in unusable {
        // Alone, it is no key set; beside a good key, it takes nothing away.
        let path = folder.keys(std::slice::from_ref(&key));
        let alone = config(&[("TIDINGS_JWKS_FILE", path.to_str().unwrap())]);
        assert!(Verifier::new(&alone).is_err(), "{key}");
        let verifier = with_file(&folder.keys(&[key.clone(), good.public("good")]));
        assert!(
            verifier.verify_at(&good.token("good"), now()).await.is_ok(),
            "{key}"
        );
        assert_eq!(
            refusal(&verifier, &ed.token("k")).await,
            TokenError::UnknownKey,
            "{key}"
        );
    }
    let explicit = spoilt(&ed_public, "key_ops", json!(["verify"]));
    let verifier = with_file(&folder.keys(&[spoilt(&explicit, "alg", json!("Ed25519"))]));
    assert!(verifier.verify_at(&ed.token("k"), now()).await.is_ok());
}

#[tokio::test]
async fn of_two_keys_with_one_id_the_first_counts() {
    let folder = Folder::new("twice");
    let (first, second) = (Key::ed(), Key::ed());
    let verifier = with_file(&folder.keys(&[first.public("k"), second.public("k")]));
    assert!(verifier.verify_at(&first.token("k"), now()).await.is_ok());
    assert_eq!(
        refusal(&verifier, &second.token("k")).await,
        TokenError::BadSignature
    );
}

#[test]
fn a_file_without_keys_stops_the_start() {
    let folder = Folder::new("no-keys");
    let path = folder.0.join("keys.json");
    let config = config(&[("TIDINGS_JWKS_FILE", path.to_str().unwrap())]);
    let problem = || {
        format!(
            "{:#}",
            Verifier::new(&config).err().expect("this must be refused")
        )
    };
    assert!(
        problem().contains("keys.json: No such file"),
        "{}",
        problem()
    );
    for document in [
        "",
        "{}",
        "[]",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "-----BEGIN PUBLIC KEY-----",
    ] {
        std::fs::write(&path, document).unwrap();
        assert!(problem().contains("keys.json"), "{document}: {}", problem());
    }
    std::fs::write(&path, " ".repeat(300_000)).unwrap();
    assert!(problem().contains("longer than"), "{}", problem());
}
