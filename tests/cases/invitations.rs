//! Invitations to the portal: who may send one, what it opens, and what waits for whoever accepts.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, account, client, thread};

use super::directory::refused;
use crate::support::{Global as _, Tidings, key};

const OSKAR: &str = "oskar.lindqvist@post.example";
const PASSWORD: &str = "correct horse battery";
const QUICK: &[(&str, &str)] = &[("TIDINGS_SWEEP_INTERVAL_MS", "50")];

impl Tidings {
    /// Asks an address beside GraphQL; answers status and JSON.
    pub(crate) async fn auth(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("http://{}/auth/{path}", self.address());
        let response = reqwest::Client::new()
            .post(url)
            .json(body)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The code with which an address beside GraphQL refuses.
    pub(crate) async fn auth_code(&self, path: &str, body: &Value) -> String {
        let (status, answer) = self.auth(path, body).await;
        assert!(status >= 400, "{path}: {answer:#}");
        answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Invites a client as the practice admin; answers the account.
    pub(crate) async fn invite(&self, client: tidings_domain::ClientId) -> Value {
        // Mails are told in the order of their ids.
        self.clock.advance(TimeDelta::milliseconds(1));
        let admin = self.caller("practice-admin");
        let input = json!({ "clientId": client.gid() });
        let mut answer = admin.does("invitePortalAccount", input).await;
        answer["portalAccount"].take()
    }

    /// Accepts the newest invitation that went to an address.
    async fn accept(&self, address: &str) {
        let token = self.mails_to(address).await.pop().unwrap().token();
        let body = json!({ "token": token, "password": PASSWORD });
        let (status, answer) = self.auth("accept-invitation", &body).await;
        assert_eq!(status, 200, "{answer:#}");
        assert_eq!(answer, json!({ "login": address }));
    }

    /// A caller for the account that acts for a client.
    async fn account_of(&self, client: tidings_domain::ClientId) -> String {
        let query = "query($id: ID!) { client(id: $id) { portalAccount { id } } }";
        let admin = self.caller("practice-admin");
        let data = admin.data(query, json!({ "id": client.gid() })).await;
        data["client"]["portalAccount"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// The row behind the global id of an account.
fn row(id: &str) -> uuid::Uuid {
    use base64::Engine as _;
    let text = id.strip_prefix("PortalAccount_").unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    uuid::Uuid::from_slice(&bytes.unwrap()).unwrap()
}

#[tokio::test]
async fn cx06_cx08_sx08_from_an_invitation_to_a_connection_and_back() {
    let tidings = Tidings::start().await;
    let invited = tidings.invite(client::UNREGISTERED).await;
    assert_eq!(invited["state"], "INVITED");
    assert_eq!(invited["email"], OSKAR);
    let invitation = &invited["invitation"];
    assert_eq!(invitation["open"], json!(true));
    assert_eq!(invitation["daysLeft"], json!(2), "48 hours");
    let mail = tidings.mails_to(OSKAR).await.pop().unwrap();
    for name in ["Oskar", "Lindqvist", "Harbor", "Whitfield"] {
        assert!(!mail.text.contains(name), "{mail:?}");
    }
    // Not yet a viewer.
    let id = invited["id"].as_str().unwrap();
    let oskar = tidings.caller_of(row(id));
    let query = "{ viewer { ... on PortalAccount { id state } } }";
    assert_eq!(oskar.code(query, json!({})).await, "UNAUTHENTICATED");
    let body = json!({ "token": mail.token(), "password": PASSWORD });
    let (status, answer) = tidings.auth("accept-invitation", &body).await;
    assert_eq!((status, answer), (200, json!({ "login": OSKAR })));
    let data = oskar.data(query, json!({})).await;
    assert_eq!(data["viewer"], json!({ "id": id, "state": "CONNECTED" }));
    let stored = "SELECT COUNT(*) FROM credential WHERE password_hash LIKE '$argon2id$v=19$%'";
    assert_eq!(tidings.count(stored).await, 1);
    // Good once, and no second invitation.
    assert_eq!(
        tidings.auth_code("accept-invitation", &body).await,
        "INVITATION_USED"
    );
    let input = json!({ "clientId": client::UNREGISTERED.gid() });
    let admin = tidings.caller("practice-admin");
    refused(
        &tidings,
        &admin,
        "invitePortalAccount",
        input,
        "ALREADY_CONNECTED",
    )
    .await;
    // Taken back, an open stream with it, and invited again.
    let mut socket = oskar.socket().await;
    socket
        .subscribe("subscription { events { __typename } }", json!({}))
        .await;
    socket.settle().await;
    let input = json!({ "portalAccountId": id });
    let answer = admin.does("deactivatePortalAccount", input).await;
    assert_eq!(answer["portalAccount"]["state"], "DEACTIVATED");
    let ended = socket.receive().await;
    assert_eq!(ended["type"], "error", "{ended:#}");
    assert_eq!(oskar.code(query, json!({})).await, "UNAUTHENTICATED");
    let again = tidings.invite(client::UNREGISTERED).await;
    assert_eq!(
        (&again["state"], &again["id"]),
        (&json!("INVITED"), &json!(id))
    );
    tidings.accept(OSKAR).await;
    oskar.data(query, json!({})).await;
    let deeds = "SELECT COUNT(*) FROM audit_entry WHERE deed LIKE 'PORTAL_ACCOUNT_%'";
    assert_eq!(tidings.count(deeds).await, 3);
}

#[tokio::test]
async fn cx07_who_may_invite_and_take_back_is_a_permission() {
    let tidings = Tidings::start().await;
    let allowed = [
        "practice-admin",
        "clinical-admin",
        "scheduler",
        "scheduler-biller",
    ];
    let other = account::SECOND_CLIENT.gid();
    for member in CAST {
        let caller = tidings.caller(member.name);
        let invite = json!({ "clientId": client::UNREGISTERED.gid() });
        let deactivate = json!({ "portalAccountId": other });
        if allowed.contains(&member.name) {
            caller.does("invitePortalAccount", invite).await;
            caller.does("deactivatePortalAccount", deactivate).await;
            continue;
        }
        let code = if member.name == "outsider" {
            "NOT_FOUND"
        } else {
            "FORBIDDEN"
        };
        refused(&tidings, &caller, "invitePortalAccount", invite, code).await;
        refused(
            &tidings,
            &caller,
            "deactivatePortalAccount",
            deactivate,
            code,
        )
        .await;
        if member.name == "second-client" {
            // Whoever is taken back says nothing more.
            break;
        }
    }
    tidings.policy(json!({ "portal_enabled": false })).await;
    let admin = tidings.caller("practice-admin");
    let input = json!({ "clientId": client::UNREGISTERED.gid() });
    refused(
        &tidings,
        &admin,
        "invitePortalAccount",
        input,
        "PORTAL_DISABLED",
    )
    .await;
}

#[tokio::test]
async fn cx08_sx08_an_invitation_expires_and_another_takes_its_place() {
    let tidings = Tidings::start().await;
    tidings.invite(client::UNREGISTERED).await;
    let first = tidings.mails_to(OSKAR).await.pop().unwrap().token();
    let body = |token: &str| json!({ "token": token, "password": PASSWORD });
    tidings
        .clock
        .advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
    let query = "query($id: ID!) { client(id: $id) { portalAccount { state invitation { open daysLeft } } } }";
    let admin = async || {
        let id = json!({ "id": client::UNREGISTERED.gid() });
        tidings.caller("practice-admin").data(query, id).await["client"]["portalAccount"].take()
    };
    assert_eq!(
        admin().await["invitation"],
        json!({ "open": true, "daysLeft": 1 })
    );
    tidings
        .clock
        .advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let expired = json!({ "state": "INVITED", "invitation": { "open": false, "daysLeft": 0 } });
    assert_eq!(admin().await, expired);
    let before = tidings.stored().await;
    let code = tidings.auth_code("accept-invitation", &body(&first)).await;
    assert_eq!(code, "INVITATION_EXPIRED");
    assert_eq!(tidings.stored().await, before);
    tidings.invite(client::UNREGISTERED).await;
    tidings.invite(client::UNREGISTERED).await;
    let mails = tidings.mails_to(OSKAR).await;
    let tokens: Vec<String> = mails
        .iter()
        .filter(|m| m.text.contains('#'))
        .map(crate::support::Eml::token)
        .collect();
    let last = tokens.last().unwrap();
    for token in tokens.iter().filter(|token| *token != last) {
        let code = tidings.auth_code("accept-invitation", &body(token)).await;
        assert_eq!(code, "INVITATION_INVALID", "withdrawn");
    }
    let (status, _) = tidings.auth("accept-invitation", &body(last)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn cx08_cx09_open_invitations_are_reminded_of_as_the_policy_says() {
    let tidings = Tidings::start_with(QUICK).await;
    tidings.invite(client::UNREGISTERED).await;
    assert_eq!(tidings.mails_to(OSKAR).await.len(), 1);
    let reminded = async |hours: i64, times: i64| {
        tidings.clock.advance(TimeDelta::hours(hours));
        let sql = format!("SELECT COUNT(*) FROM invitation WHERE reminders = {times}");
        let told = async { while tidings.count(&sql).await == 0 {} };
        tokio::time::timeout(crate::support::PATIENCE, told)
            .await
            .unwrap();
        tidings.mails_to(OSKAR).await
    };
    let mails = reminded(20, 1).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].subject.contains("still open"), "{mails:?}");
    assert_eq!(mails[0].token(), mails[1].token(), "the same link");
    assert_eq!(reminded(20, 2).await.len(), 3);
    // No third, and none behind the end.
    assert_eq!(reminded(7, 2).await.len(), 3);
    assert_eq!(
        tidings
            .count("SELECT COUNT(*) FROM invitation WHERE remind_at IS NOT NULL")
            .await,
        0
    );
    tidings.accept(OSKAR).await;
}

#[tokio::test]
async fn t20_k11_a_message_to_a_client_without_an_account_invites_and_waits() {
    let tidings = Tidings::start().await;
    let input = json!({ "to": [{ "clientId": client::UNREGISTERED.gid() }], "audience": "ADMINISTRATIVE",
        "subject": "Chrysanthemum", "body": "Chrysanthemum" });
    let started = tidings.caller("scheduler").does("startThread", input).await;
    let id = started["thread"]["id"].as_str().unwrap().to_owned();
    let query = "query($id: ID!) { thread(id: $id) { deliveryState } }";
    let state = async || {
        let data = tidings
            .caller("scheduler")
            .data(query, json!({ "id": id }))
            .await;
        data["thread"]["deliveryState"].clone()
    };
    assert_eq!(state().await, "AWAITING_ACCOUNT");
    let mails = tidings.mails_to(OSKAR).await;
    assert_eq!(mails.len(), 1);
    assert!(!format!("{mails:?}").contains("Chrysanthemum"));
    // Another message waits beside it and invites nobody twice.
    tidings.caller("scheduler").writes(&id, "more").await;
    assert_eq!(tidings.mails_to(OSKAR).await.len(), 1);
    // Nor does the end of the invitation lose it: the next message invites again.
    tidings.clock.advance(TimeDelta::hours(49));
    assert_eq!(state().await, "AWAITING_ACCOUNT");
    tidings.caller("scheduler").writes(&id, "and more").await;
    assert_eq!(tidings.mails_to(OSKAR).await.len(), 2);
    tidings.accept(OSKAR).await;
    assert_eq!(state().await, "DELIVERED");
    let oskar = tidings.account_of(client::UNREGISTERED).await;
    let oskar = tidings.caller_of(row(&oskar));
    let messages = oskar.messages(&id).await;
    assert_eq!(messages.len(), 3);
    assert!(
        messages.iter().all(|m| m["viewerUnread"] == json!(true)),
        "{messages:#?}"
    );
    assert!(oskar.sees(&thread::WELCOME.gid()).await);
    // With the other rule nothing waits, and nobody is invited.
    let other = Tidings::start().await;
    other.policy(json!({ "send_to_unregistered": false })).await;
    let input = json!({ "to": [{ "clientId": client::UNREGISTERED.gid() }], "audience": "ADMINISTRATIVE", "subject": "s", "body": "b" });
    let scheduler = other.caller("scheduler");
    refused(
        &other,
        &scheduler,
        "startThread",
        input,
        "CLIENT_NOT_ACTIVATED",
    )
    .await;
}

#[tokio::test]
async fn cx06_s20_a_forged_invitation_opens_nothing_and_is_told_nothing() {
    let tidings = Tidings::start().await;
    tidings.invite(client::UNREGISTERED).await;
    let good = tidings.mails_to(OSKAR).await.pop().unwrap().token();
    let other = Tidings::start().await;
    other.invite(client::UNREGISTERED).await;
    let foreign = other.mails_to(OSKAR).await.pop().unwrap().token();
    let mut flipped = good.clone().into_bytes();
    flipped[20] = if flipped[20] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let before = tidings.stored().await;
    let mut answers = std::collections::BTreeSet::new();
    for token in [
        "",
        "x",
        &good[1..],
        &good[..good.len() - 1],
        &flipped,
        &foreign,
        &"A".repeat(9_000),
    ] {
        let body = json!({ "token": token, "password": PASSWORD });
        let (status, answer) = tidings.auth("accept-invitation", &body).await;
        assert_eq!(status, 400, "{token}");
        answers.insert(answer.to_string());
    }
    assert_eq!(answers.len(), 1, "one answer: {answers:#?}");
    assert!(answers.first().unwrap().contains("INVITATION_INVALID"));
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn cx06_s20_bad_input_leaves_an_invitation_open() {
    let tidings = Tidings::start().await;
    tidings.invite(client::UNREGISTERED).await;
    let token = tidings.mails_to(OSKAR).await.pop().unwrap().token();
    let before = tidings.stored().await;
    for (body, code) in [
        (
            json!({ "token": token, "password": "short" }),
            "PASSWORD_TOO_SHORT",
        ),
        (
            json!({ "token": token, "password": "x".repeat(257) }),
            "PASSWORD_TOO_LONG",
        ),
        (
            json!({ "token": token, "password": PASSWORD, "login": "a b" }),
            "LOGIN_NOT_AVAILABLE",
        ),
        (json!({ "token": token }), "BAD_USER_INPUT"),
        (
            json!({ "token": token, "password": PASSWORD, "admin": true }),
            "BAD_USER_INPUT",
        ),
        (json!([]), "BAD_USER_INPUT"),
    ] {
        assert_eq!(
            tidings.auth_code("accept-invitation", &body).await,
            code,
            "{body}"
        );
    }
    assert_eq!(tidings.stored().await, before);
    // A login is one person's.
    let (status, _) = tidings
        .auth(
            "accept-invitation",
            &json!({ "token": token, "password": PASSWORD, "login": "Oskar" }),
        )
        .await;
    assert_eq!(status, 200);
    let input = json!({ "clientId": client::SECOND_CHILD.gid() });
    let admin = tidings.caller("practice-admin");
    // The child has an account already: the family's.
    refused(
        &tidings,
        &admin,
        "invitePortalAccount",
        input,
        "ALREADY_CONNECTED",
    )
    .await;
    let others = json!({ "clientId": client::INACTIVE.gid(), "email": OSKAR });
    let deactivate = json!({ "portalAccountId": account::INACTIVE_CLIENT.gid() });
    admin.does("deactivatePortalAccount", deactivate).await;
    refused(
        &tidings,
        &admin,
        "invitePortalAccount",
        others,
        "EMAIL_TAKEN",
    )
    .await;
    let odd = json!({ "clientId": client::INACTIVE.gid(), "email": "no address" });
    refused(
        &tidings,
        &admin,
        "invitePortalAccount",
        odd,
        "EMAIL_INVALID",
    )
    .await;
    tidings.invite(client::INACTIVE).await;
    let token = tidings
        .mails_to("marisol.vega@post.example")
        .await
        .pop()
        .unwrap()
        .token();
    let body = json!({ "token": token, "password": PASSWORD, "login": "OSKAR" });
    assert_eq!(
        tidings.auth_code("accept-invitation", &body).await,
        "LOGIN_NOT_AVAILABLE"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cx06_an_invitation_is_accepted_once_by_many_at_once() {
    let tidings = Tidings::start().await;
    tidings.invite(client::UNREGISTERED).await;
    let token = tidings.mails_to(OSKAR).await.pop().unwrap().token();
    let many = (0..6).map(|_| {
        let body = json!({ "token": token, "password": PASSWORD, "login": format!("o{}", key()) });
        let tidings = &tidings;
        async move { tidings.auth("accept-invitation", &body).await }
    });
    let answers = futures_util::future::join_all(many).await;
    let accepted = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(accepted, 1, "{answers:#?}");
    assert_eq!(tidings.count("SELECT COUNT(*) FROM credential").await, 1);
}

#[tokio::test]
async fn cx06_g4_an_invitation_is_sent_once_for_each_key() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let input = json!({ "idempotencyKey": key(), "clientId": client::UNREGISTERED.gid() });
    let first = admin.does("invitePortalAccount", input.clone()).await;
    assert_eq!(admin.does("invitePortalAccount", input).await, first);
    assert_eq!(tidings.mails_to(OSKAR).await.len(), 1);
}
