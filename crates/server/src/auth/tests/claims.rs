//! What a truly signed token must say.

use serde_json::{Value, json};

use super::support::*;
use crate::auth::{TokenError, mint};

#[tokio::test]
async fn a_good_token_says_who_and_until_when() {
    let mut right = claims_with("sid", json!(SESSION));
    right["roles"] = json!(["system_admin"]);
    let token = hs256(&hs256_header(), &right);
    let claims = with_secret().verify_at(&token, now()).await.unwrap();
    assert_eq!(claims.subject.to_string(), SUBJECT);
    assert_eq!(claims.session.unwrap().to_string(), SESSION);
    assert_eq!(claims.expires_at, later(600));
}

#[tokio::test]
async fn a_minted_token_is_valid_for_its_time() {
    let config = config(&[("TIDINGS_TOKEN_SECRET", SECRET)]);
    let subject = SUBJECT.parse().unwrap();
    let token = mint(&config, subject, chrono::TimeDelta::minutes(5), now()).unwrap();
    let verifier = crate::auth::Verifier::new(&config).unwrap();
    let claims = verifier.verify_at(&token, later(299)).await.unwrap();
    assert_eq!(
        (claims.subject, claims.session, claims.expires_at),
        (subject, None, later(300))
    );
    let expired = verifier.verify_at(&token, later(331)).await;
    assert_eq!(expired, Err(TokenError::Expired));
}

#[test]
fn nothing_is_minted_outside_development() {
    let subject = SUBJECT.parse().unwrap();
    let minute = chrono::TimeDelta::minutes(1);
    let production = config(&[
        ("TIDINGS_MODE", "production"),
        ("TIDINGS_TOKEN_SECRET", SECRET),
        ("TIDINGS_LINK_SECRET", SECRET),
    ]);
    assert!(mint(&production, subject, minute, now()).is_err());
    let keys = config(&[("TIDINGS_JWKS_FILE", "keys.json")]);
    assert!(mint(&keys, subject, minute, now()).is_err());
    let development = config(&[("TIDINGS_TOKEN_SECRET", SECRET)]);
    assert!(mint(&development, subject, chrono::TimeDelta::zero(), now()).is_err());
    assert!(mint(&development, subject, chrono::TimeDelta::MAX, now()).is_err());
}

#[tokio::test]
async fn time_is_pinned_with_the_leeway_and_not_a_second_more() {
    let verifier = with_secret();
    // (claim, value, what comes of it); the leeway is 30 seconds.
    let cases: [(&str, Value, Option<TokenError>); 14] = [
        ("exp", json!(at(-29)), None),
        ("exp", json!(at(-30)), Some(TokenError::Expired)),
        ("exp", json!(at(-31)), Some(TokenError::Expired)),
        ("exp", json!(-1), Some(TokenError::Expired)),
        ("exp", json!(0), Some(TokenError::Expired)),
        ("nbf", json!(at(30)), None),
        ("nbf", json!(at(31)), Some(TokenError::NotYetValid)),
        ("iat", json!(at(30)), None),
        ("iat", json!(at(31)), Some(TokenError::NotYetValid)),
        ("nbf", Value::Null, None),
        ("iat", Value::Null, None),
        ("exp", json!(f64::from(1_800_000_000) + 60.5), None),
        ("exp", json!(i64::MAX), Some(TokenError::Malformed)),
        ("exp", json!(1e300), Some(TokenError::Malformed)),
    ];
    for (claim, value, refusal) in cases {
        let token = hs256(&hs256_header(), &claims_with(claim, value.clone()));
        let result = verifier.verify_at(&token, now()).await;
        assert_eq!(result.err(), refusal, "{claim} = {value}");
    }
}

#[tokio::test]
async fn every_claim_must_be_there_and_be_right() {
    let verifier = with_secret();
    let missing = TokenError::MissingClaim;
    let cases: &[(&str, Value, TokenError)] = &[
        ("iss", Value::Null, missing),
        ("aud", Value::Null, missing),
        ("sub", Value::Null, missing),
        ("exp", Value::Null, missing),
        (
            "iss",
            json!("https://login.example.org/"),
            TokenError::WrongIssuer,
        ),
        ("iss", json!(""), TokenError::WrongIssuer),
        ("iss", json!([ISSUER]), TokenError::Malformed),
        ("aud", json!("tidings"), TokenError::WrongAudience),
        (
            "aud",
            json!(["tidings", "TIDINGS-TEST"]),
            TokenError::WrongAudience,
        ),
        ("aud", json!([]), TokenError::WrongAudience),
        (
            "aud",
            json!({ "tidings-test": true }),
            TokenError::Malformed,
        ),
        ("sub", json!("alice"), TokenError::BadSubject),
        ("sub", json!(""), TokenError::BadSubject),
        ("sub", json!(1), TokenError::Malformed),
        (
            "sub",
            json!(SUBJECT.replace('-', "")),
            TokenError::BadSubject,
        ),
        (
            "sub",
            json!(format!("{{{SUBJECT}}}")),
            TokenError::BadSubject,
        ),
        ("sub", json!(format!("{SUBJECT} ")), TokenError::BadSubject),
        (
            "sub",
            json!("00000000-0000-0000-0000-000000000000"),
            TokenError::BadSubject,
        ),
        ("sid", json!("a session"), TokenError::BadSubject),
        ("exp", json!(at(600).to_string()), TokenError::Malformed),
        ("exp", json!(true), TokenError::Malformed),
        ("nbf", json!("soon"), TokenError::Malformed),
        ("iat", json!({}), TokenError::Malformed),
    ];
    for (claim, value, reason) in cases {
        let token = hs256(&hs256_header(), &claims_with(claim, value.clone()));
        assert_eq!(
            refusal(&verifier, &token).await,
            *reason,
            "{claim} = {value}"
        );
    }
    let several = claims_with("aud", json!(["another", AUDIENCE]));
    assert!(
        verifier
            .verify_at(&hs256(&hs256_header(), &several), now())
            .await
            .is_ok()
    );
}

#[test]
fn a_client_learns_nothing_but_that_a_token_has_expired() {
    use TokenError::*;
    let all = [
        TooLarge,
        Malformed,
        AlgorithmNotAllowed,
        HeaderNotSupported,
        MissingKeyId,
        UnknownKey,
        KeysUnavailable,
        BadSignature,
        MissingClaim,
        WrongIssuer,
        WrongAudience,
        BadSubject,
        NotYetValid,
    ];
    let reasons: std::collections::HashSet<_> = all.iter().map(|error| error.reason()).collect();
    assert_eq!(reasons.len(), all.len());
    for error in all {
        assert_eq!(
            (error.code(), &*error.to_string()),
            ("UNAUTHENTICATED", "The token is not valid.")
        );
    }
    assert_eq!(
        (Expired.code(), Expired.reason()),
        ("TOKEN_EXPIRED", "expired")
    );
}
