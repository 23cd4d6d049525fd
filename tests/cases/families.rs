//! Families: whose account acts for which client, and that access moves at once.

use serde_json::{Value, json};
use tidings_server::seed::cast::{account, client, thread};

use super::directory::refused;
use crate::support::{Global as _, MESSAGES, Tidings};

const CLIENTS: &str = "{ viewer { ... on PortalAccount { clients { id } } } }";

async fn clients(tidings: &Tidings, who: &'static str) -> Vec<Value> {
    let data = tidings.caller(who).data(CLIENTS, json!({})).await;
    let clients = data["viewer"]["clients"].as_array().unwrap();
    clients.iter().map(|client| client["id"].clone()).collect()
}

#[tokio::test]
async fn p46_p47_px12_a_client_moves_to_another_account_at_once_and_on_open_streams() {
    let tidings = Tidings::start().await;
    let homework = thread::HOMEWORK.gid();
    let mut loses = tidings.listen_to("guardian", Some(&homework)).await;
    let mut gains = tidings.listen_to("client", None).await;
    assert!(!tidings.caller("client").sees(&homework).await);
    let input =
        json!({ "clientId": client::FIRST_CHILD.gid(), "portalAccountId": account::CLIENT.gid() });
    let admin = tidings.caller("practice-admin");
    let linked = admin.does("linkClientToAccount", input.clone()).await;
    assert_eq!(linked["portalAccount"]["id"], account::CLIENT.gid());
    assert!(tidings.caller("client").sees(&homework).await);
    assert!(!tidings.caller("guardian").sees(&homework).await);
    let own = [client::CLIENT, client::FIRST_CHILD].map(|id| json!(id.gid()));
    assert_eq!(clients(&tidings, "client").await, own);
    assert_eq!(
        clients(&tidings, "guardian").await,
        [json!(client::SECOND_CHILD.gid())]
    );
    loses.expect_end("NOT_FOUND").await;
    tidings
        .caller("clinician")
        .writes(&homework, "for the new parent")
        .await;
    gains.expect_message("for the new parent").await;
    // Once more changes nothing.
    let before = tidings.count("SELECT COUNT(*) FROM event").await;
    admin.does("linkClientToAccount", input).await;
    assert_eq!(tidings.count("SELECT COUNT(*) FROM event").await, before);
    // P-48: who writes for the child now is the one, and not the other.
    let input = json!({ "threadId": homework, "body": "b" });
    tidings
        .caller("client")
        .does("sendMessage", input.clone())
        .await;
    assert_eq!(
        tidings
            .caller("guardian")
            .refused("sendMessage", input)
            .await,
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn p47_px12_an_account_that_is_left_with_nobody_is_taken_back() {
    let tidings = Tidings::start().await;
    let mut alone = tidings.caller("second-client").socket().await;
    alone.subscribe(MESSAGES, json!({})).await;
    alone.settle().await;
    let input = json!({ "clientId": client::SECOND_CLIENT.gid(), "portalAccountId": account::CLIENT.gid() });
    tidings
        .caller("scheduler")
        .does("linkClientToAccount", input)
        .await;
    let ended = alone.receive().await;
    assert_eq!(ended["type"], "error", "{ended:#}");
    assert_eq!(
        tidings
            .caller("second-client")
            .code(CLIENTS, json!({}))
            .await,
        "UNAUTHENTICATED"
    );
    // And a client goes to nobody who was taken back.
    let input = json!({ "clientId": client::CLIENT.gid(), "portalAccountId": account::SECOND_CLIENT.gid() });
    let admin = tidings.caller("practice-admin");
    refused(
        &tidings,
        &admin,
        "linkClientToAccount",
        input,
        "ACCOUNT_DEACTIVATED",
    )
    .await;
}

#[tokio::test]
async fn p46_px12_a_client_is_unlinked_and_the_last_is_not() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("practice-admin");
    let homework = thread::HOMEWORK.gid();
    let mut single = tidings.listen_to("guardian", Some(&homework)).await;
    admin
        .does(
            "unlinkClient",
            json!({ "clientId": client::FIRST_CHILD.gid() }),
        )
        .await;
    single.expect_end("NOT_FOUND").await;
    assert_eq!(
        clients(&tidings, "guardian").await,
        [json!(client::SECOND_CHILD.gid())]
    );
    let again = json!({ "clientId": client::FIRST_CHILD.gid() });
    refused(
        &tidings,
        &admin,
        "unlinkClient",
        again,
        "CLIENT_NOT_ACTIVATED",
    )
    .await;
    let last = json!({ "clientId": client::SECOND_CHILD.gid() });
    refused(&tidings, &admin, "unlinkClient", last, "LAST_CLIENT").await;
    // Whoever has no account can be invited to one of their own.
    let input = json!({ "clientId": client::FIRST_CHILD.gid(), "email": "samuel@post.example" });
    let invited = admin.does("invitePortalAccount", input).await;
    assert_eq!(invited["portalAccount"]["state"], "INVITED");
}

#[tokio::test]
async fn px12_the_primary_client_is_switched() {
    let tidings = Tidings::start().await;
    let [first, second] = [client::FIRST_CHILD, client::SECOND_CHILD].map(|id| json!(id.gid()));
    assert_eq!(
        clients(&tidings, "guardian").await,
        [first.clone(), second.clone()]
    );
    let input =
        |client: &Value| json!({ "portalAccountId": account::GUARDIAN.gid(), "clientId": client });
    let admin = tidings.caller("clinical-admin");
    admin.does("switchPrimaryClient", input(&second)).await;
    assert_eq!(clients(&tidings, "guardian").await, [second, first]);
    let foreign = input(&json!(client::CLIENT.gid()));
    refused(
        &tidings,
        &admin,
        "switchPrimaryClient",
        foreign,
        "NOT_FOUND",
    )
    .await;
}

#[tokio::test]
async fn p46_cx07_who_may_change_families() {
    let tidings = Tidings::start().await;
    let link =
        json!({ "clientId": client::UNREGISTERED.gid(), "portalAccountId": account::CLIENT.gid() });
    let unlink = json!({ "clientId": client::FIRST_CHILD.gid() });
    let switch = json!({ "portalAccountId": account::GUARDIAN.gid(), "clientId": client::SECOND_CHILD.gid() });
    for who in [
        "clinician",
        "supervisor",
        "biller",
        "system-admin",
        "client",
        "guardian",
        "outsider",
    ] {
        let caller = tidings.caller(who);
        let code = if who == "outsider" {
            "NOT_FOUND"
        } else {
            "FORBIDDEN"
        };
        for (name, input) in [
            ("linkClientToAccount", &link),
            ("unlinkClient", &unlink),
            ("switchPrimaryClient", &switch),
        ] {
            refused(&tidings, &caller, name, input.clone(), code).await;
        }
    }
}
