//! How large documents are: each file, and all of them together.

use serde_json::{Value, json};
use tidings_server::seed::cast::request;

use super::look;
use crate::support::upload::{code, text};
use crate::support::{Caller, Tidings, document_request};

const LARGEST: usize = 26_214_400;
const TEXT: &str = "Invalid file size. The total of all files must be less than or equal to 25MB.";

/// Uploads a text of this size as a document.
async fn upload(caller: &Caller<'_>, size: usize) -> Value {
    let purpose = json!({ "purpose": "REQUEST_DOCUMENT" });
    caller
        .upload("a.txt", "text/plain", &vec![b'a'; size], purpose)
        .await
}

#[tokio::test]
async fn c39_c40_k1_a_file_has_at_most_25_mib_and_the_refusal_is_byte_for_byte() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let over = upload(&elena, LARGEST + 1).await;
    assert_eq!(code(&over), "INVALID_FILE_SIZE");
    assert_eq!(over["data"]["answer"]["userErrors"][0]["message"], TEXT);
    assert_eq!(tidings.files(), 0);
    let most = upload(&elena, LARGEST).await;
    let id = text(&most["data"]["answer"]["attachment"]["id"]);
    let request = document_request(request::DOCUMENT);
    let input = json!({ "requestId": request, "attachmentIds": [id] });
    elena.does("fulfillDocumentRequest", input).await;
    let found = look(&tidings.caller("clinician"), &request).await;
    assert_eq!(found["document"]["files"][0]["size"], LARGEST);
}

#[tokio::test]
async fn c39_c40_an_announced_file_is_refused_before_a_byte_flows() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let announce = "mutation($input: CreateUploadInput!) { answer: createUpload(input: $input) { ticket { url attachmentId } userErrors { code message } } }";
    let of = |size: usize| {
        json!({ "input": { "idempotencyKey": size.to_string(), "fileName": "a.zip", "contentType": "application/zip", "size": size,
        "purpose": "REQUEST_DOCUMENT", "clientId": crate::support::Global::gid(tidings_server::seed::cast::client::CLIENT) } })
    };
    let over = elena.ask(announce, of(LARGEST + 1)).await;
    assert_eq!(code(&over), "INVALID_FILE_SIZE");
    assert_eq!(over["data"]["answer"]["userErrors"][0]["message"], TEXT);
    let fits = elena.ask(announce, of(LARGEST)).await;
    assert!(
        fits["data"]["answer"]["ticket"]["url"].is_string(),
        "{fits:#}"
    );
    // Put to its address, a document can be handed in like one that came with an operation.
    let zip = crate::support::upload::sample(tidings_domain::FileKind::Zip);
    let mut ticket = elena.ask(announce, of(zip.len())).await;
    let ticket = ticket["data"]["answer"]["ticket"].take();
    let (status, answer) = tidings.put(&text(&ticket["url"]), zip).await;
    assert_eq!(status, 201, "{answer:#}");
    let input = json!({ "requestId": document_request(request::DOCUMENT), "attachmentIds": [ticket["attachmentId"]] });
    elena.does("fulfillDocumentRequest", input).await;
}

#[tokio::test]
async fn c40_k1_the_files_of_one_document_have_at_most_25_mib_together() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let mut ids = Vec::new();
    for size in [LARGEST / 2, LARGEST / 2, 1] {
        let answer = upload(&elena, size).await;
        ids.push(text(&answer["data"]["answer"]["attachment"]["id"]));
    }
    let request = document_request(request::DOCUMENT);
    let input = |ids: &[String]| json!({ "requestId": request, "attachmentIds": ids });
    let before = tidings.stored().await;
    let answer = elena.act("fulfillDocumentRequest", input(&ids)).await;
    let error = &answer["data"]["answer"]["userErrors"][0];
    assert_eq!(error["code"], "INVALID_FILE_SIZE");
    assert_eq!(error["message"], TEXT);
    assert_eq!(error["field"], json!(["attachmentIds"]));
    assert_eq!(tidings.stored().await, before);
    elena.does("fulfillDocumentRequest", input(&ids[..2])).await;
}
