//! The viewer's own sessions, and that one which was revoked is over at once, on every transport.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tidings_server::seed::cast::thread;

use super::sign_in::Tokens;
use crate::support::{Global as _, Line, MESSAGES, Tidings};

const SESSIONS: &str = "{ sessions { id device current } }";

impl Tidings {
    /// The row of the session of these tokens.
    pub(super) async fn session_of(&self, tokens: &Tokens) -> uuid::Uuid {
        let data = self
            .with_token(&tokens.access)
            .data(SESSIONS, json!({}))
            .await;
        let sessions = data["sessions"].as_array().unwrap();
        let current = sessions
            .iter()
            .find(|s| s["current"] == json!(true))
            .unwrap();
        let text = current["id"]
            .as_str()
            .unwrap()
            .strip_prefix("Session_")
            .unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(text);
        uuid::Uuid::from_slice(&bytes.unwrap()).unwrap()
    }

    /// A token, truly signed, that says to be of a session.
    pub(super) fn token_in(
        &self,
        subject: uuid::Uuid,
        session: uuid::Uuid,
        now: chrono::DateTime<chrono::Utc>,
    ) -> String {
        tidings_server::auth::mint_in(
            &self.config,
            subject,
            session,
            chrono::TimeDelta::hours(1),
            now,
        )
        .unwrap()
    }
}

fn named(data: &Value, device: &str) -> Value {
    let sessions = data["sessions"].as_array().unwrap();
    let found = sessions.iter().find(|session| session["device"] == device);
    found.unwrap_or_else(|| panic!("{data:#}"))["id"].clone()
}

#[tokio::test]
async fn s20_sessions_are_ones_own_and_end_one_by_one_or_all_at_once() {
    let tidings = Tidings::start().await;
    tidings.amina_has_a_password().await;
    let [desk, phone, tablet] = [
        tidings.amina_signs_in("desk").await,
        tidings.amina_signs_in("phone").await,
        tidings.amina_signs_in("tablet").await,
    ];
    let amina = tidings.with_token(&desk.access);
    let data = amina.data(SESSIONS, json!({})).await;
    assert_eq!(data["sessions"].as_array().unwrap().len(), 3);
    let id = named(&data, "phone");
    // Nobody else sees it, or ends it: an administrator no more than others.
    for who in ["practice-admin", "system-admin", "client", "outsider"] {
        let caller = tidings.caller(who);
        assert_eq!(
            caller.data(SESSIONS, json!({})).await["sessions"],
            json!([])
        );
        let input = json!({ "sessionId": id });
        assert_eq!(
            caller.refused("revokeSession", input).await,
            "NOT_FOUND",
            "{who}"
        );
    }
    let ended = amina
        .does("revokeSession", json!({ "sessionId": id }))
        .await;
    assert_eq!(ended["sessionIds"], json!([id]));
    let phone = tidings.with_token(&phone.access);
    assert_eq!(phone.code(SESSIONS, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(
        amina
            .refused("revokeSession", json!({ "sessionId": id }))
            .await,
        "NOT_FOUND"
    );
    let ended = amina
        .does("revokeAllSessions", json!({ "keepCurrent": true }))
        .await;
    assert_eq!(ended["sessionIds"], json!([named(&data, "tablet")]));
    assert_eq!(tidings.refresh(&tablet.refresh).await.0, 401);
    amina.data(SESSIONS, json!({})).await;
    // In no session there is none to keep.
    let input = json!({ "keepCurrent": true });
    let minted = tidings.caller("clinician");
    assert_eq!(
        minted.refused("revokeAllSessions", input).await,
        "BAD_USER_INPUT"
    );
    minted.does("revokeAllSessions", json!({})).await;
    assert_eq!(amina.code(SESSIONS, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn s20_g5_a_revoked_session_closes_its_sockets_and_streams_and_no_others() {
    let tidings = Tidings::start().await;
    let other = if tidings.is_postgres() {
        Some(tidings.another().await)
    } else {
        None
    };
    tidings.amina_has_a_password().await;
    let (lost, kept) = (
        tidings.amina_signs_in("lost").await,
        tidings.amina_signs_in("kept").await,
    );
    let far = other.as_ref().unwrap_or(&tidings);
    let sleep = thread::SLEEP.gid();
    let variables = json!({ "thread": sleep });
    // A socket with a subscription and an event stream on the one server, and on the other a socket
    // without.
    let loser = far.with_token(&lost.access);
    let mut lines = Line::both(&loser, MESSAGES, variables.clone()).await;
    let mut idle = tidings.with_token(&lost.access).socket().await;
    let mut stays = tidings.with_token(&kept.access).socket().await;
    stays.subscribe(MESSAGES, variables.clone()).await;
    tidings.caller("client").writes(&sleep, "one").await;
    for line in &mut lines {
        line.message("one").await;
    }
    assert!(stays.data().await.to_string().contains("one"));
    let id = tidings.session_of(&lost).await;
    let input = json!({ "sessionId": crate::support::gid("Session", id) });
    tidings
        .with_token(&kept.access)
        .does("revokeSession", input)
        .await;
    for line in &mut lines {
        assert_eq!(line.end().await, "SESSION_REVOKED");
    }
    let closed = json!({ "close": 4403, "reason": "SESSION_REVOKED" });
    assert_eq!(idle.receive().await, closed);
    tidings.caller("client").writes(&sleep, "on").await;
    assert!(stays.data().await.to_string().contains("on"));
    // A socket of a session that is over already is opened to nobody.
    let mut late = tidings.with_token(&lost.access).socket().await;
    assert_eq!(late.receive().await, closed);
}
