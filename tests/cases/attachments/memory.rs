//! Many uploads at once, and what they take of a process of its own.

use serde_json::json;

use crate::support::process::{Process, post};
use crate::support::upload::{PLACE, photo};

const ANNOUNCE: &str = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { ticket { url } userErrors { code } } }";

#[tokio::test]
async fn p29_s14_twenty_uploads_at_once_take_bounded_memory() {
    let process = Process::start().await;
    let token = process.token("clinician");
    // A photo whose data is as long as a file may be: it is held whole while it is stripped.
    let mut content = photo();
    let at = content.len() - PLACE.len() - 4;
    content.splice(at..at, std::iter::repeat_n(0x55, 10_000_000));
    let content = bytes(content);
    let before = process.peak_memory();
    let upload = async |n: usize| {
        let input = json!({ "idempotencyKey": format!("upload-{n}"), "fileName": "a.jpg", "contentType": "image/jpeg", "size": content.len() });
        let answer = post(
            &process.address,
            &token,
            ANNOUNCE,
            &json!({ "input": input }),
        )
        .await
        .unwrap();
        let url = answer["data"]["createUpload"]["ticket"]["url"]
            .as_str()
            .unwrap()
            .to_owned();
        let put = reqwest::Client::new()
            .put(format!("http://{}{url}", process.address))
            .body(content);
        put.send().await.unwrap().status().as_u16()
    };
    let statuses = futures_util::future::join_all((0..20).map(upload)).await;
    assert_eq!(statuses, [201; 20]);
    let grown = process.peak_memory() - before;
    // All of them at once, each held twice, would be 400 MB and what the store takes.
    assert!(grown < 250_000, "{grown} KiB more");
}

/// A body that is cloned without a copy.
fn bytes(content: Vec<u8>) -> &'static [u8] {
    Vec::leak(content)
}
