//! Signing in with a login and a password: what whoever does it gets, and what others do not.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::Clock as _;
use tidings_server::seed::cast::{client, staff, thread};

use super::directory::refused;
use crate::support::{Caller, Global as _, Tidings};

const AMINA: &str = "amina.farouk@harborlane.example";
const PASSWORD: &str = "correct horse battery";
const QUERY: &str = "{ viewer { __typename } sessions { id device current } }";

/// The tokens of somebody who signed in.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Tokens {
    pub(super) fn of(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Self {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }
}

impl Tidings {
    /// Lets the demo's clinician choose a password, by a link that an administrator sends.
    pub(super) async fn amina_has_a_password(&self) {
        let input = json!({ "staffMemberId": staff::CLINICIAN.gid() });
        self.caller("practice-admin")
            .does("sendPasswordLink", input)
            .await;
        let token = self.mails_to(AMINA).await.pop().unwrap().token();
        let body = json!({ "token": token, "password": PASSWORD });
        let answer = self.auth("reset-password", &body).await;
        assert_eq!(answer, (200, json!({ "login": AMINA })));
    }

    /// Signs the clinician in.
    pub(super) async fn amina_signs_in(&self, device: &str) -> Tokens {
        let body = json!({ "login": AMINA, "password": PASSWORD, "device": device });
        let (status, answer) = self.auth("sign-in", &body).await;
        assert_eq!(status, 200, "{answer:#}");
        Tokens::of(&answer)
    }

    pub(super) async fn refresh(&self, token: &str) -> (u16, Value) {
        self.auth("refresh", &json!({ "refreshToken": token }))
            .await
    }
}

async fn is_refused(caller: &Caller<'_>) {
    let (status, answer) = caller.send(QUERY, json!({})).await;
    assert_eq!(status, 401, "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn c24_s20_whoever_signs_in_is_a_viewer_in_a_session_until_it_is_signed_out() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let tokens = tidings.amina_signs_in("Amina's desk").await;
    let amina = tidings.with_token(&tokens.access);
    let data = amina.data(QUERY, json!({})).await;
    assert_eq!(data["viewer"]["__typename"], "StaffMember");
    let sessions = data["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["current"], json!(true));
    assert_eq!(sessions[0]["device"], "Amina's desk");
    // The access token lives for minutes; the refresh token gives the next of both.
    tidings.clock.advance(TimeDelta::minutes(11));
    assert_eq!(amina.code(QUERY, json!({})).await, "TOKEN_EXPIRED");
    let (status, answer) = tidings.refresh(&tokens.refresh).await;
    assert_eq!(status, 200, "{answer:#}");
    let next = Tokens::of(&answer);
    let amina = tidings.with_token(&next.access);
    amina.data(QUERY, json!({})).await;
    let body = json!({ "refreshToken": next.refresh });
    assert_eq!(tidings.auth("sign-out", &body).await, (200, json!({})));
    is_refused(&amina).await;
    assert_eq!(tidings.refresh(&next.refresh).await.0, 401);
    // What is no token of ours signs nobody out, and is told the same.
    let body = json!({ "refreshToken": "nonsense" });
    assert_eq!(tidings.auth("sign-out", &body).await, (200, json!({})));
}

#[tokio::test]
async fn c24_a_client_signs_in_after_the_invitation_and_not_after_being_taken_back() {
    let tidings = Tidings::start().await;
    let account = tidings.invite(client::UNREGISTERED).await;
    let address = account["email"].as_str().unwrap();
    let body = json!({ "login": address, "password": PASSWORD });
    assert_eq!(tidings.auth_code("sign-in", &body).await, "SIGN_IN_REFUSED");
    let token = tidings.mails_to(address).await.pop().unwrap().token();
    let accept = json!({ "token": token, "password": PASSWORD });
    assert_eq!(tidings.auth("accept-invitation", &accept).await.0, 200);
    let (_, answer) = tidings.auth("sign-in", &body).await;
    let tokens = Tokens::of(&answer);
    let oskar = tidings.with_token(&tokens.access);
    assert!(oskar.sees(&thread::WELCOME.gid()).await);
    let input = json!({ "portalAccountId": account["id"] });
    tidings
        .caller("practice-admin")
        .does("deactivatePortalAccount", input)
        .await;
    is_refused(&oskar).await;
    assert_eq!(tidings.refresh(&tokens.refresh).await.0, 401);
    assert_eq!(tidings.auth_code("sign-in", &body).await, "SIGN_IN_REFUSED");
}

#[tokio::test]
async fn s20_a_wrong_password_and_a_login_that_nobody_has_look_the_same() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let left = json!({ "staffMemberId": staff::BILLER.gid() });
    tidings
        .caller("practice-admin")
        .does("sendPasswordLink", left)
        .await;
    let biller = "wei.zhang@harborlane.example";
    let token = tidings.mails_to(biller).await.pop().unwrap().token();
    let reset = json!({ "token": token, "password": PASSWORD });
    assert_eq!(tidings.auth("reset-password", &reset).await.0, 200);
    tidings.deactivate(staff::BILLER).await;
    let before = tidings.count("SELECT COUNT(*) FROM session").await;
    let mut answers = BTreeSet::new();
    for (login, password) in [
        (AMINA, "wrong horse battery"),
        (AMINA, ""),
        ("nobody@harborlane.example", PASSWORD),
        ("", PASSWORD),
        ("a b", PASSWORD),
        // Who left.
        (biller, PASSWORD),
    ] {
        let body = json!({ "login": login, "password": password });
        let (status, answer) = tidings.auth("sign-in", &body).await;
        assert_eq!(status, 401, "{login}: {answer:#}");
        answers.insert(answer.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(answers.first().unwrap().contains("SIGN_IN_REFUSED"));
    assert_eq!(tidings.count("SELECT COUNT(*) FROM session").await, before);
    // No login stands in a row that is not its owner's.
    let clear = "SELECT COUNT(*) FROM sign_in_attempt WHERE key LIKE '%@%'";
    assert_eq!(tidings.count(clear).await, 0);
}

#[tokio::test]
async fn s20_too_many_attempts_wait_whether_anybody_has_the_login_or_not() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    for login in [AMINA, "nobody@harborlane.example"] {
        let wrong = json!({ "login": login, "password": "wrong horse battery" });
        for _ in 0..10 {
            assert_eq!(
                tidings.auth_code("sign-in", &wrong).await,
                "SIGN_IN_REFUSED"
            );
        }
        let (status, _) = tidings.auth("sign-in", &wrong).await;
        assert_eq!(status, 429, "{login}");
        let right = json!({ "login": login.to_uppercase(), "password": PASSWORD });
        assert_eq!(tidings.auth_code("sign-in", &right).await, "TRY_LATER");
    }
    tidings
        .clock
        .advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    tidings.amina_signs_in("").await;
    // Whoever signed in begins anew.
    let wrong = json!({ "login": AMINA, "password": "wrong horse battery" });
    for _ in 0..10 {
        assert_eq!(
            tidings.auth_code("sign-in", &wrong).await,
            "SIGN_IN_REFUSED"
        );
    }
}

#[tokio::test]
async fn s20_a_refresh_token_that_comes_twice_ends_the_session_for_whoever_has_it() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let first = tidings.amina_signs_in("stolen").await;
    let other = tidings.amina_signs_in("another").await;
    let (_, answer) = tidings.refresh(&first.refresh).await;
    let second = Tokens::of(&answer);
    let amina = tidings.with_token(&second.access);
    amina.data(QUERY, json!({})).await;
    let (status, answer) = tidings.refresh(&first.refresh).await;
    assert_eq!(status, 401, "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    is_refused(&amina).await;
    is_refused(&tidings.with_token(&first.access)).await;
    assert_eq!(
        tidings.refresh(&second.refresh).await.0,
        401,
        "the family is over"
    );
    // Another session of the same person is another family.
    tidings
        .with_token(&other.access)
        .data(QUERY, json!({}))
        .await;
    assert_eq!(tidings.refresh(&other.refresh).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn s20_of_many_refreshes_at_once_at_most_one_goes_on() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let tokens = tidings.amina_signs_in("").await;
    let many = (0..6).map(|_| tidings.refresh(&tokens.refresh));
    let answers = futures_util::future::join_all(many).await;
    let good = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(good, 1, "{answers:#?}");
}

#[tokio::test]
async fn s20_forged_tokens_open_nothing_and_end_nothing() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let tokens = tidings.amina_signs_in("").await;
    let mut flipped = tokens.refresh.clone().into_bytes();
    flipped[5] = if flipped[5] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let mut answers = BTreeSet::new();
    let short = &tokens.refresh[..tokens.refresh.len() - 1];
    for token in ["", "x", short, &flipped, &tokens.access, &"A".repeat(9_000)] {
        let (status, answer) = tidings.refresh(token).await;
        assert_eq!(status, 401, "{token}");
        answers.insert(answer.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    // An access token of a session that is nobody's, or somebody else's.
    let now = tidings.clock.now();
    for session in [uuid::Uuid::from_u128(9), tidings.session_of(&tokens).await] {
        let forged = tidings.token_in(staff::CLINICAL_ADMIN.0, session, now);
        is_refused(&tidings.with_token(&forged)).await;
    }
    tidings
        .with_token(&tokens.access)
        .data(QUERY, json!({}))
        .await;
    assert_eq!(tidings.refresh(&tokens.refresh).await.0, 200);
}

#[tokio::test]
async fn s20_a_session_ends_when_it_is_not_used_and_in_any_case_at_last() {
    let tidings = Tidings::start_with(&[
        ("TIDINGS_SESSION_IDLE_HOURS", "2"),
        ("TIDINGS_SESSION_DAYS", "1"),
    ])
    .await;
    tidings.amina_has_a_password().await;
    let idle = tidings.amina_signs_in("idle").await;
    let mut used = tidings.amina_signs_in("used").await;
    tidings.clock.advance(TimeDelta::minutes(119));
    used = Tokens::of(&tidings.refresh(&used.refresh).await.1);
    tidings.clock.advance(TimeDelta::minutes(2));
    assert_eq!(tidings.refresh(&idle.refresh).await.0, 401);
    for _ in 0..11 {
        tidings.clock.advance(TimeDelta::minutes(119));
        let (status, answer) = tidings.refresh(&used.refresh).await;
        if status != 200 {
            break;
        }
        used = Tokens::of(&answer);
    }
    assert_eq!(tidings.refresh(&used.refresh).await.0, 401, "after a day");
}

#[tokio::test]
async fn s20_whoever_forgot_the_password_gets_a_link_and_nobody_else_learns_of_it() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let tokens = tidings.amina_signs_in("old").await;
    let links = "SELECT COUNT(*) FROM password_link WHERE used_at IS NULL";
    for login in [
        AMINA,
        "nobody@harborlane.example",
        "Wei.Zhang@harborlane.example",
    ] {
        let answer = tidings
            .auth("forgot-password", &json!({ "login": login }))
            .await;
        assert_eq!(answer, (200, json!({})), "{login}");
    }
    let sent = async { while tidings.count(links).await == 0 {} };
    tokio::time::timeout(crate::support::PATIENCE, sent)
        .await
        .unwrap();
    let mail = tidings.mails_to(AMINA).await.pop().unwrap();
    for name in ["Amina", "Farouk", "Harbor"] {
        assert!(!mail.text.contains(name), "{mail:?}");
    }
    let body = json!({ "token": mail.token(), "password": "another horse battery" });
    assert_eq!(tidings.auth("reset-password", &body).await.0, 200);
    assert_eq!(
        tidings.auth_code("reset-password", &body).await,
        "LINK_INVALID"
    );
    is_refused(&tidings.with_token(&tokens.access)).await;
    let old = json!({ "login": AMINA, "password": PASSWORD });
    assert_eq!(tidings.auth_code("sign-in", &old).await, "SIGN_IN_REFUSED");
    let new = json!({ "login": AMINA, "password": "another horse battery" });
    assert_eq!(tidings.auth("sign-in", &new).await.0, 200);
    // A link is good for an hour, and a new one takes its place.
    tidings.clock.advance(TimeDelta::minutes(20));
    let ask = json!({ "login": AMINA });
    tidings.auth("forgot-password", &ask).await;
    let sent = async { while tidings.count(links).await == 0 {} };
    tokio::time::timeout(crate::support::PATIENCE, sent)
        .await
        .unwrap();
    let token = tidings.mails_to(AMINA).await.pop().unwrap().token();
    tidings.clock.advance(TimeDelta::hours(1));
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(
        tidings.auth_code("reset-password", &body).await,
        "LINK_INVALID"
    );
    // So many, and then later.
    tidings.clock.advance(TimeDelta::minutes(20));
    for _ in 0..3 {
        assert_eq!(tidings.auth("forgot-password", &ask).await.0, 200);
    }
    assert_eq!(
        tidings.auth_code("forgot-password", &ask).await,
        "TRY_LATER"
    );
}

#[tokio::test]
async fn s20_who_may_send_a_link_to_choose_a_password() {
    let tidings = Tidings::start().await;
    let input = || json!({ "staffMemberId": staff::BILLER.gid() });
    for who in [
        "clinician",
        "clinical-admin",
        "scheduler",
        "biller",
        "client",
    ] {
        let caller = tidings.caller(who);
        refused(&tidings, &caller, "sendPasswordLink", input(), "FORBIDDEN").await;
    }
    let outsider = tidings.caller("outsider");
    refused(
        &tidings,
        &outsider,
        "sendPasswordLink",
        input(),
        "NOT_FOUND",
    )
    .await;
    tidings
        .caller("system-admin")
        .does("sendPasswordLink", input())
        .await;
    tidings.deactivate(staff::BILLER).await;
    let admin = tidings.caller("practice-admin");
    refused(
        &tidings,
        &admin,
        "sendPasswordLink",
        input(),
        "STAFF_INACTIVE",
    )
    .await;
}

#[tokio::test]
async fn s20_with_an_identity_provider_nobody_signs_in_here() {
    let folder = tempfile::TempDir::new().unwrap();
    let keys = folder.path().join("keys.json");
    std::fs::write(&keys, r#"{"keys":[]}"#).unwrap();
    let tidings = Tidings::start_with(&[("TIDINGS_JWKS_FILE", keys.to_str().unwrap())]).await;
    for (path, body) in [
        ("sign-in", json!({ "login": AMINA, "password": PASSWORD })),
        ("refresh", json!({ "refreshToken": "x" })),
        ("sign-out", json!({ "refreshToken": "x" })),
        ("forgot-password", json!({ "login": AMINA })),
        (
            "reset-password",
            json!({ "token": "x", "password": PASSWORD }),
        ),
    ] {
        assert_eq!(
            tidings.auth_code(path, &body).await,
            "SIGN_IN_OFF",
            "{path}"
        );
    }
}
