//! The smallest things that must work.

use serde_json::json;

use crate::support::Tidings;

#[tokio::test]
async fn the_viewer_is_who_the_token_says() {
    let tidings = Tidings::start().await;
    let answer = tidings
        .caller("clinician")
        .ask(
            "{ viewer { ... on StaffMember { displayName roles } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["data"]["viewer"]["roles"], json!(["CLINICIAN"]));
}
