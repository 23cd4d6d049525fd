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

#[test]
fn the_documents_list_every_error_code() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
    let page = std::fs::read_to_string(page).unwrap();
    let codes = tidings_domain::ErrorCode::ALL
        .iter()
        .map(|code| code.as_str());
    let codes = codes.chain(
        tidings_domain::UserErrorCode::ALL
            .iter()
            .map(|code| code.as_str()),
    );
    for code in codes {
        assert!(
            page.contains(&format!("| `{code}` |")),
            "docs/errors.md lacks {code}"
        );
    }
}
