//! What people set for themselves.

use serde_json::{Value, json};
use tidings_server::seed::cast::staff;

use crate::support::{Caller, Global as _, Tidings};

const WARNING: &str = "Emails and alerts are not secure. Avoid using them for sharing sensitive or confidential information.";

const MINE: &str = "{ mySettings { staffMember { allowClientInitiatedContact displayInPortal emailNotifications } \
    enterKeyAction openMostRecentThread inAppAlerts notifyByEmail emailContent alertContent emailsCarryContent \
    alertsCarryContent } }";

async fn mine(caller: &Caller<'_>) -> Value {
    caller.data(MINE, json!({})).await["mySettings"].take()
}

#[tokio::test]
async fn p37_p38_p39_p41_t41_settings_are_saved_all_or_nothing_and_answered_as_saved() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = mine(&amina).await;
    assert_eq!(
        before,
        json!({ "staffMember": { "allowClientInitiatedContact": true, "displayInPortal": true,
                "emailNotifications": ["CLIENT_MESSAGE", "INTERNAL_MESSAGE", "REQUEST_FULFILLED"] },
            "enterKeyAction": "NEW_LINE", "openMostRecentThread": false, "inAppAlerts": true, "notifyByEmail": true,
            "emailContent": false, "alertContent": false, "emailsCarryContent": false, "alertsCarryContent": false })
    );
    // One of them is refused: none is stored.
    let stored = tidings.stored().await;
    let both = json!({ "enterKeyAction": "SEND", "displayInPortal": false, "emailContent": true });
    let code = amina.refused("updateMySettings", both).await;
    assert_eq!(code, "INSECURE_NOT_ACKNOWLEDGED");
    assert_eq!(tidings.stored().await, stored);
    assert_eq!(mine(&amina).await, before);

    let input = json!({ "enterKeyAction": "SEND", "openMostRecentThread": true, "inAppAlerts": false,
        "displayInPortal": false, "emailNotifications": ["INTERNAL_MESSAGE", "INTERNAL_MESSAGE"] });
    let saved = amina.does("updateMySettings", input).await;
    let expect = json!({ "staffMember": { "allowClientInitiatedContact": true, "displayInPortal": false,
            "emailNotifications": ["INTERNAL_MESSAGE"] },
        "enterKeyAction": "SEND", "openMostRecentThread": true, "inAppAlerts": false, "notifyByEmail": true,
        "emailContent": false, "alertContent": false, "emailsCarryContent": false, "alertsCarryContent": false });
    assert_eq!(saved["settings"], expect);
    assert_eq!(mine(&amina).await, expect);
    // What is left out stays; and nobody else's have changed.
    amina
        .does("updateMySettings", json!({ "notifyByEmail": false }))
        .await;
    assert_eq!(mine(&amina).await["enterKeyAction"], "SEND");
    assert_eq!(
        mine(&tidings.caller("biller")).await["enterKeyAction"],
        "NEW_LINE"
    );
    let data = amina
        .data("{ inbox(first: 1) { edges { node { id } } } }", json!({}))
        .await;
    assert_eq!(data["inbox"]["edges"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sx07_p37_a_portal_account_has_settings_of_its_own_and_none_of_staff() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let saved = elena.does(
        "updateMySettings",
        json!({ "notifyByEmail": false, "enterKeyAction": "SEND" }),
    );
    let saved = saved.await;
    assert_eq!(saved["settings"]["notifyByEmail"], json!(false));
    assert_eq!(saved["settings"]["staffMember"], json!(null));
    assert_eq!(mine(&elena).await, saved["settings"]);
    for field in ["allowClientInitiatedContact", "displayInPortal"] {
        let stored = tidings.stored().await;
        let mut input = json!({ "inAppAlerts": false });
        input[field] = json!(true);
        assert_eq!(elena.refused("updateMySettings", input).await, "FORBIDDEN");
        assert_eq!(tidings.stored().await, stored);
    }
    let types = json!({ "emailNotifications": [] });
    assert_eq!(elena.refused("updateMySettings", types).await, "FORBIDDEN");
}

#[tokio::test]
async fn p42_p49_p50_content_leaves_only_where_the_agency_and_the_person_have_it_on() {
    let tidings = Tidings::start().await;
    let (admin, amina, elena) = (
        tidings.caller("practice-admin"),
        tidings.caller("clinician"),
        tidings.caller("client"),
    );
    // The exact text, by the refusal, by the payload and by the policy.
    let on = json!({ "emailContent": true });
    let answer = amina.act("updateMySettings", on.clone()).await;
    let error = &answer["data"]["answer"]["userErrors"][0];
    assert_eq!(error["code"], "INSECURE_NOT_ACKNOWLEDGED");
    assert_eq!(error["message"], WARNING);
    assert_eq!(error["field"], json!(["emailContent"]));
    let text = "mutation($input: UpdateMySettingsInput!) { updateMySettings(input: $input) { emailContentWarning userErrors { code } } }";
    let input =
        json!({ "idempotencyKey": "warning", "emailContent": true, "acknowledgeInsecure": true });
    let data = amina.data(text, json!({ "input": input })).await;
    assert_eq!(
        data["updateMySettings"],
        json!({ "emailContentWarning": WARNING, "userErrors": [] })
    );
    let data = elena
        .data(
            "{ agency { messagingPolicy { emailContentWarning } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        data["agency"]["messagingPolicy"]["emailContentWarning"],
        WARNING
    );

    // The person has chosen it, the agency has not.
    assert_eq!(mine(&amina).await["emailContent"], json!(true));
    assert_eq!(mine(&amina).await["emailsCarryContent"], json!(false));
    let choose = json!({ "emailContent": true, "alertContent": true, "acknowledgeInsecure": true });
    elena.does("updateMySettings", choose).await;
    // Each of the four switches opens one way, and only with the acknowledgement.
    for (version, switch, who, field) in [
        (1, "staffEmailContent", &amina, "emailsCarryContent"),
        (2, "clientEmailContent", &elena, "emailsCarryContent"),
        (3, "clientAlertContent", &elena, "alertsCarryContent"),
    ] {
        assert_eq!(mine(who).await[field], json!(false), "{switch}");
        let mut input = json!({ "expectedVersion": version });
        input[switch] = json!(true);
        let code = admin.refused("updateMessagingPolicy", input.clone()).await;
        assert_eq!(code, "INSECURE_NOT_ACKNOWLEDGED", "{switch}");
        input["acknowledgeInsecure"] = json!(true);
        admin.does("updateMessagingPolicy", input).await;
        assert_eq!(mine(who).await[field], json!(true), "{switch}");
    }
    assert_eq!(mine(&amina).await["alertsCarryContent"], json!(false));
    // To turn it off needs no acknowledgement.
    amina
        .does("updateMySettings", json!({ "emailContent": false }))
        .await;
    assert_eq!(mine(&amina).await["emailsCarryContent"], json!(false));
}

#[tokio::test]
async fn t40_c22_an_administrator_sets_what_a_staff_member_is_told_of_and_colleagues_do_not() {
    let tidings = Tidings::start().await;
    let whose = staff::BILLER.gid();
    let input = json!({ "staffMemberId": whose, "emailNotifications": ["CLIENT_MESSAGE"], "allowClientInitiatedContact": true });
    tidings
        .caller("practice-admin")
        .does("updateStaffSettings", input.clone())
        .await;
    let types = async |caller: &Caller<'_>| {
        let query =
            "query($id: ID!) { node(id: $id) { ... on StaffMember { emailNotifications } } }";
        caller.data(query, json!({ "id": whose })).await["node"]["emailNotifications"].take()
    };
    assert_eq!(
        types(&tidings.caller("clinician")).await,
        json!(["CLIENT_MESSAGE"])
    );
    let wei = tidings.caller("biller");
    wei.does("updateMySettings", json!({ "emailNotifications": [] }))
        .await;
    assert_eq!(types(&wei).await, json!([]));
    let colleague = tidings.caller("clinician");
    assert_eq!(
        colleague
            .refused("updateStaffSettings", input.clone())
            .await,
        "FORBIDDEN"
    );
    assert_eq!(
        tidings
            .caller("outsider")
            .refused("updateStaffSettings", input)
            .await,
        "NOT_FOUND"
    );
    assert_eq!(types(&wei).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn p37_t41_two_sessions_that_save_at_once_lose_neither_s_settings() {
    let tidings = Tidings::start().await;
    for round in 0..6 {
        let (one, other) = (tidings.caller("clinician"), tidings.caller("clinician"));
        let on = round % 2 == 0;
        let first = one.does("updateMySettings", json!({ "inAppAlerts": on }));
        let second = other.does("updateMySettings", json!({ "openMostRecentThread": on }));
        futures_util::future::join(first, second).await;
        let saved = mine(&one).await;
        let pair = (
            saved["inAppAlerts"].clone(),
            saved["openMostRecentThread"].clone(),
        );
        assert_eq!(pair, (json!(on), json!(on)));
    }
}
