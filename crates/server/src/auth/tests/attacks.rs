//! The token attack list: everything that has fooled a verifier somewhere.

use serde_json::json;

use super::support::*;
use crate::auth::{MAX_TOKEN_BYTES, TokenError};

#[tokio::test]
async fn alg_none_is_refused_in_every_spelling() {
    let folder = Folder::new("none");
    let key = Key::ed();
    let verifiers = [with_secret(), with_file(&folder.keys(&[key.public("k")]))];
    for verifier in &verifiers {
        for alg in [
            "none", "None", "NONE", "nOnE", "", "HS512", "hs256", "PS256", "RS512", "ES384",
        ] {
            let header = json!({ "alg": alg, "typ": "JWT", "kid": "k" });
            let token = hs256(&header, &claims());
            assert_eq!(
                refusal(verifier, &token).await,
                TokenError::AlgorithmNotAllowed,
                "{alg}"
            );
        }
        let unsigned = assemble(r#"{"alg":"none"}"#, &claims().to_string(), |_| Vec::new());
        assert_eq!(refusal(verifier, &unsigned).await, TokenError::Malformed);
    }
}

/// The classic: HS256 with the public key as the secret, in each form that an attacker may have.
#[tokio::test]
async fn a_public_key_is_no_secret() {
    let folder = Folder::new("confusion");
    let keys = [Key::rsa(), Key::ec(), Key::ed()];
    for key in &keys {
        let public = key.public("k");
        let verifier = with_file(&folder.keys(std::slice::from_ref(&public)));
        let modulus = public["n"].as_str().or(public["x"].as_str()).unwrap();
        for secret in [
            public.to_string(),
            modulus.to_owned(),
            key_set(std::slice::from_ref(&public)),
        ] {
            // Without a key, and with one that is not there, the answer is the same: no key set is
            // ever asked for on behalf of such a token.
            for header in [
                json!({ "alg": "HS256", "kid": "k" }),
                json!({ "alg": "HS256", "kid": "unknown" }),
                json!({ "alg": "HS256" }),
            ] {
                let (header, claims) = (header.to_string(), claims().to_string());
                let token = assemble(&header, &claims, hs256_with(secret.as_bytes()));
                let reason = refusal(&verifier, &token).await;
                assert_eq!(reason, TokenError::AlgorithmNotAllowed, "{header}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_works_with_its_own_algorithm_only() {
    let folder = Folder::new("pinned");
    let keys = [Key::rsa(), Key::ec(), Key::ed()];
    let public: Vec<_> = keys.iter().map(|key| key.public(key.algorithm())).collect();
    let verifier = with_file(&folder.keys(&public));
    for key in &keys {
        assert!(
            verifier
                .verify_at(&key.token(key.algorithm()), now())
                .await
                .is_ok()
        );
        for other in ["RS256", "ES256", "EdDSA"]
            .iter()
            .filter(|alg| **alg != key.algorithm())
        {
            // The token claims another algorithm, or another key.
            let alg = json!({ "alg": other, "kid": key.algorithm() });
            let kid = json!({ "alg": key.algorithm(), "kid": other });
            for header in [alg, kid] {
                let token = key.token_with(&header, &claims());
                assert_eq!(
                    refusal(&verifier, &token).await,
                    TokenError::AlgorithmNotAllowed
                );
            }
            let both = key.token_with(&json!({ "alg": other, "kid": other }), &claims());
            assert_eq!(refusal(&verifier, &both).await, TokenError::BadSignature);
        }
    }
    // A secret instead of keys takes no signature of keys either.
    let token = keys[2].token("EdDSA");
    assert_eq!(
        refusal(&with_secret(), &token).await,
        TokenError::AlgorithmNotAllowed
    );
}

#[tokio::test]
async fn the_key_must_be_named_and_known() {
    let folder = Folder::new("kid");
    let key = Key::ed();
    let verifier = with_file(&folder.keys(&[key.public("k")]));
    let unnamed = key.token_with(&json!({ "alg": "EdDSA" }), &claims());
    assert_eq!(refusal(&verifier, &unnamed).await, TokenError::MissingKeyId);
    for kid in [
        "",
        "K",
        "k ",
        "../../etc/passwd",
        "' OR 1=1 --",
        "http://evil.example/keys",
    ] {
        assert_eq!(
            refusal(&verifier, &key.token(kid)).await,
            TokenError::UnknownKey,
            "{kid}"
        );
    }
    assert_eq!(
        refusal(&verifier, &key.token(&"k".repeat(257))).await,
        TokenError::Malformed
    );
    let number = key.token_with(&json!({ "alg": "EdDSA", "kid": 1 }), &claims());
    assert_eq!(refusal(&verifier, &number).await, TokenError::Malformed);
}

/// A token that brings its own key along convinces nobody.
#[tokio::test]
async fn keys_in_the_header_are_not_believed() {
    let folder = Folder::new("embedded");
    let (ours, theirs) = (Key::ed(), Key::ed());
    let verifier = with_file(&folder.keys(&[ours.public("k")]));
    for header in [
        json!({ "alg": "EdDSA", "kid": "k", "jwk": theirs.public("k") }),
        json!({ "alg": "EdDSA", "kid": "k", "jku": "http://127.0.0.1:1/keys" }),
        json!({ "alg": "EdDSA", "kid": "k", "x5u": "http://127.0.0.1:1/", "x5c": ["AAAA"] }),
    ] {
        let token = theirs.token_with(&header, &claims());
        assert_eq!(refusal(&verifier, &token).await, TokenError::BadSignature);
    }
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let verifier = with_secret();
    let token = hs256(&hs256_header(), &claims());
    let other = hs256(&hs256_header(), &claims_with("sub", json!(SESSION)));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (other_signed, other_signature) = other.rsplit_once('.').unwrap();
    let forged = assemble(
        &hs256_header().to_string(),
        &claims().to_string(),
        hs256_with(&[0; 32]),
    );
    let no_secret = assemble(
        &hs256_header().to_string(),
        &claims().to_string(),
        hs256_with(&[]),
    );
    for swapped in [
        format!("{signed}.{other_signature}"),
        format!("{other_signed}.{signature}"),
        format!("{signed}.{}", &signature[..24]),
        format!("{signed}.{}", encode([0; 32])),
        format!("{signed}.{signature}AAAA"),
        forged,
        no_secret,
    ] {
        let reason = refusal(&verifier, &swapped).await;
        assert_eq!(reason, TokenError::BadSignature, "{swapped}");
    }
}

#[tokio::test]
async fn an_elliptic_signature_has_one_form_and_no_zeros() {
    let folder = Folder::new("elliptic");
    let key = Key::ec();
    let verifier = with_file(&folder.keys(&[key.public("k")]));
    let header = json!({ "alg": "ES256", "kid": "k" }).to_string();
    // CVE-2022-21449: r = s = 0 was once valid for everything.
    for signature in [
        vec![0; 64],
        vec![0x30, 6, 2, 1, 0, 2, 1, 0],
        vec![0xff; 64],
        vec![0; 1],
    ] {
        let token = assemble(&header, &claims().to_string(), |_| signature.clone());
        assert_eq!(refusal(&verifier, &token).await, TokenError::BadSignature);
    }
}

#[tokio::test]
async fn headers_that_must_be_understood_are_refused() {
    let verifier = with_secret();
    for header in [
        json!({ "alg": "HS256", "crit": ["b64"], "b64": false }),
        json!({ "alg": "HS256", "crit": [] }),
        json!({ "alg": "HS256", "crit": null }),
        json!({ "alg": "HS256", "typ": "logout+jwt" }),
        json!({ "alg": "HS256", "typ": "dpop+jwt" }),
        json!({ "alg": "HS256", "typ": "" }),
    ] {
        let reason = refusal(&verifier, &hs256(&header, &claims())).await;
        assert_eq!(reason, TokenError::HeaderNotSupported, "{header}");
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let token = hs256(&json!({ "alg": "HS256", "typ": typ }), &claims());
        assert!(verifier.verify_at(&token, now()).await.is_ok(), "{typ}");
    }
}

#[tokio::test]
async fn only_one_spelling_of_a_token_is_a_token() {
    let verifier = with_secret();
    let good = hs256(&hs256_header(), &claims());
    assert!(verifier.verify_at(&good, now()).await.is_ok());
    let parts: Vec<_> = good.split('.').collect();
    let (header, body, signature) = (parts[0], parts[1], parts[2]);
    let mut wrong: Vec<String> = [
        "", " ", ".", "..", "...", "a", "a.b", "a.b.c", "a.b.c.d", "Bearer", "null",
    ]
    .map(str::to_owned)
    .into();
    wrong.extend([
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("\u{feff}{good}"),
        format!("Bearer {good}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{body}"),
        format!("{header}.{body}."),
        format!("{header}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{header}.{body}.{signature}="),
        format!("{header} .{body}.{signature}"),
        format!("{header}.{body}.{signature}\0"),
        format!("{header}.{body}.{}+/", &signature[2..]),
        // The last letter holds two bits that no byte uses.
        format!("{header}.{body}.{}", swap_last(signature)),
    ]);
    for token in wrong {
        assert_eq!(
            refusal(&verifier, &token).await,
            TokenError::Malformed,
            "{token:?}"
        );
    }
}

/// The same bytes, to a lax decoder, with another last letter.
fn swap_last(part: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = part.split_at(part.len() - 1);
    let place = LETTERS.find(last).unwrap();
    format!("{rest}{}", &LETTERS[place + 1..=place + 1])
}

#[tokio::test]
async fn json_that_can_be_read_in_two_ways_is_refused() {
    let verifier = with_secret();
    let sign = || hs256_with(SECRET.as_bytes());
    let header = hs256_header().to_string();
    let body = claims().to_string();
    let twice = format!("{{\"sub\":\"{SESSION}\",{}", &body[1..]);
    for (header, body) in [
        (r#"{"alg":"HS256","alg":"none"}"#, body.as_str()),
        (r#"["HS256",null,"JWT"]"#, &body),
        (r#""HS256""#, &body),
        ("{}", &body),
        ("{", &body),
        (r#"{"alg":"HS256"} {}"#, &body),
        (r#"{"alg":["HS256"]}"#, &body),
        (header.as_str(), twice.as_str()),
        (&header, "[]"),
        (&header, "null"),
        (&header, "{"),
        (&header, "{} {}"),
        (&header, "not json"),
    ] {
        let token = assemble(header, body, sign());
        assert_eq!(
            refusal(&verifier, &token).await,
            TokenError::Malformed,
            "{header} {body}"
        );
    }
}

#[tokio::test]
async fn a_token_has_a_greatest_length() {
    let verifier = with_secret();
    let padded = |length: usize| {
        let claims = claims_with("padding", json!("x".repeat(length)));
        hs256(&hs256_header(), &claims)
    };
    let small = padded(5000);
    assert!(small.len() < MAX_TOKEN_BYTES);
    assert!(verifier.verify_at(&small, now()).await.is_ok());
    let large = padded(7000);
    assert!(large.len() > MAX_TOKEN_BYTES);
    assert_eq!(refusal(&verifier, &large).await, TokenError::TooLarge);
    assert_eq!(
        refusal(&verifier, &".".repeat(10_000_000)).await,
        TokenError::TooLarge
    );
    let deep = assemble(
        &hs256_header().to_string(),
        &format!("{{\"a\":{}", "[".repeat(5000)),
        hs256_with(SECRET.as_bytes()),
    );
    assert_eq!(refusal(&verifier, &deep).await, TokenError::Malformed);
}
