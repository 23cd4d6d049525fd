//! Tokens of every wrong kind.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::Clock as _;
use tidings_server::auth;
use tidings_server::seed::cast::{account, agency, client, staff, thread};
use uuid::Uuid;

use crate::support::{Socket, Tidings};

const QUERY: &str = "{ viewer { __typename } }";

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Asks with a token over HTTP and over a socket; answers the code and the body without its id.
async fn refused(tidings: &Tidings, token: &str) -> (String, String) {
    let caller = tidings.with_token(token);
    let (status, mut answer) = caller.send(QUERY, json!({})).await;
    assert_eq!(status, 401, "{token}: {answer:#}");
    assert!(answer.get("data").is_none(), "{token}: {answer:#}");
    let first = Socket::refused(&tidings.address(), Some(token)).await;
    if first["type"] == "connection_ack" {
        // It was truly signed, but for nobody: the first operation finds out.
        let mut socket = caller.socket().await;
        socket.subscribe(QUERY, json!({})).await;
        let refused = socket.receive().await;
        assert_eq!(
            refused["payload"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{refused:#}"
        );
    } else {
        assert_eq!(first["close"], json!(4403), "{token}: {first}");
    }
    let extensions = answer["errors"][0]["extensions"].as_object_mut().unwrap();
    extensions.remove("requestId");
    let code = extensions["code"].as_str().unwrap().to_owned();
    (code, answer.to_string())
}

#[tokio::test]
async fn s20_a_token_of_a_wrong_kind_is_refused_and_told_nothing() {
    let tidings = Tidings::start().await;
    let other = Tidings::start().await;
    let now = tidings.clock.now();
    let mint = |subject: Uuid, at, ttl| auth::mint(&tidings.config, subject, ttl, at).unwrap();
    let hour = TimeDelta::hours(1);
    let good = mint(staff::CLINICIAN.0, now, hour);
    tidings.with_token(&good).data(QUERY, json!({})).await;

    let parts: Vec<&str> = good.split('.').collect();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let none = part(&json!({ "alg": "none", "typ": "JWT" }));
    let mut more = claims.clone();
    more["sub"] = json!(staff::CLINICAL_ADMIN.0);
    let mut wrong: Vec<String> = ["x", "..", "a.b.c", "Bearer", "null", "undefined"]
        .map(str::to_owned)
        .to_vec();
    wrong.extend([
        // Of another installation, with another secret.
        auth::mint(&other.config, staff::CLINICIAN.0, hour, now).unwrap(),
        // Unsigned, signed for somebody else, cut, swapped.
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], part(&more), parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        good[..good.len() - 2].to_owned(),
        format!("{good}.{}", parts[2]),
        // Not valid yet.
        mint(staff::CLINICIAN.0, now + hour, hour),
        // Nobody; a client, who is no login; an agency; a thread.
        mint(Uuid::from_u128(7), now, hour),
        mint(client::CLIENT.0, now, hour),
        mint(agency::HARBOR_LANE.0, now, hour),
        mint(thread::SLEEP.0, now, hour),
        // Longer than any token.
        format!("{}.{}.{}", parts[0], "A".repeat(20_000), parts[2]),
    ]);
    let mut bodies = BTreeSet::new();
    for token in &wrong {
        let (code, body) = refused(&tidings, token).await;
        assert_eq!(code, "UNAUTHENTICATED", "{token}");
        bodies.insert(body);
    }
    // C-24: whoever left, or is not connected.
    let amina = mint(staff::CLINICIAN.0, now, hour);
    tidings
        .alter(
            "UPDATE staff_member SET active = FALSE WHERE id = {}",
            staff::CLINICIAN,
        )
        .await;
    tidings
        .alter(
            "UPDATE portal_account SET state = 'INVITED' WHERE id = {}",
            account::CLIENT,
        )
        .await;
    for token in [amina, mint(account::CLIENT.0, now, hour)] {
        let (code, body) = refused(&tidings, &token).await;
        assert_eq!(code, "UNAUTHENTICATED");
        bodies.insert(body);
    }
    assert_eq!(bodies.len(), 1, "one text for all: {bodies:#?}");
}

#[tokio::test]
async fn s20_an_expired_token_is_told_so() {
    let tidings = Tidings::start().await;
    let now = tidings.clock.now();
    let old = auth::mint(
        &tidings.config,
        staff::CLINICIAN.0,
        TimeDelta::hours(1),
        now - TimeDelta::hours(3),
    )
    .unwrap();
    assert_eq!(refused(&tidings, &old).await.0, "TOKEN_EXPIRED");
    let amina = tidings.caller("clinician");
    amina.data(QUERY, json!({})).await;
    tidings.clock.advance(TimeDelta::hours(2));
    assert_eq!(amina.code(QUERY, json!({})).await, "TOKEN_EXPIRED");
}

#[tokio::test]
async fn s20_a_socket_brings_a_fresh_token_or_closes_when_its_own_expires() {
    let tidings = Tidings::start().await;
    let mint = |ttl| {
        let now = tidings.clock.now();
        auth::mint(&tidings.config, staff::CLINICIAN.0, ttl, now).unwrap()
    };
    let short = tidings.with_token(&mint(TimeDelta::seconds(2)));
    let (mut stays, mut goes) = (short.socket().await, short.socket().await);
    let fresh = json!({ "authorization": format!("Bearer {}", mint(TimeDelta::hours(1))) });
    stays
        .send(&json!({ "type": "ping", "payload": fresh }))
        .await;
    let closed = goes.receive().await;
    assert_eq!(closed, json!({ "close": 4403, "reason": "TOKEN_EXPIRED" }));
    stays.settle().await;
    // With somebody else's it would go on as somebody else.
    let other = auth::mint(
        &tidings.config,
        staff::CLINICAL_ADMIN.0,
        TimeDelta::hours(1),
        tidings.clock.now(),
    );
    stays
        .send(&json!({ "type": "pong", "payload": { "token": other.unwrap() } }))
        .await;
    let closed = stays.receive().await;
    assert_eq!(closed["close"], 4403, "{closed}");
}
