//! Reading files: for whom, for how long, and how a browser is told to take them.

use chrono::TimeDelta;
use serde_json::json;
use tidings_domain::FileKind::*;
use tidings_server::seed::cast::{account, staff, thread};

use super::{newest, send};
use crate::support::upload::{sample, text};
use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn s20_c13_an_address_is_good_for_its_viewer_in_its_time() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let file = amina.attaches(Pdf).await;
    send(&amina, &id, std::slice::from_ref(&file)).await;
    let seen = newest(&elena, &id).await.remove(0);
    let url = text(&seen["url"]);
    let missing = tidings.fetch("/files/AAAA").await;
    assert_eq!(missing.status(), 404);
    let missing = missing.bytes().await.unwrap();
    let gone = async |url: &str, why: &str| {
        let answer = tidings.fetch(url).await;
        assert_eq!(answer.status(), 404, "{why}");
        assert_eq!(answer.bytes().await.unwrap(), missing, "{why}");
    };
    // Without a header: a picture of a page has none.
    let file = tidings.fetch(&url).await;
    assert_eq!(file.bytes().await.unwrap(), sample(Pdf));
    // Every one of its letters counts.
    for at in "/files/".len()..url.len() {
        let mut forged = url.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        gone(&String::from_utf8(forged).unwrap(), "forged").await;
    }
    // Whoever says who it is opens its own only.
    for (who, status) in [("client", 200), ("second-client", 404), ("clinician", 404)] {
        let token = tidings.caller(who).token.unwrap();
        let asked = reqwest::Client::new()
            .get(format!("http://{}{url}", tidings.address()))
            .bearer_auth(token);
        assert_eq!(asked.send().await.unwrap().status(), status, "{who}");
    }
    tidings
        .clock
        .advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    tidings.clock.advance(TimeDelta::seconds(1));
    gone(&url, "expired").await;
}

#[tokio::test]
async fn s20_k17_t39_an_address_is_dead_once_its_viewer_does_not_see_the_message() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let file = elena.attaches(Pdf).await;
    // Before it is sent it is its uploader's alone, whoever else sees the thread.
    let node = "query($id: ID!) { node(id: $id) { ... on Attachment { url } } }";
    let data = amina.data(node, json!({ "id": file })).await;
    assert!(data["node"].is_null());
    let mine = elena.data(node, json!({ "id": file })).await;
    assert_eq!(
        tidings
            .fetch(mine["node"]["url"].as_str().unwrap())
            .await
            .status(),
        200
    );
    send(&elena, &id, &[file]).await;
    let url = async |who: &'static str| text(&newest(&tidings.caller(who), &id).await[0]["url"]);
    let (hers, colleagues) = (url("client").await, url("supervisor").await);
    for url in [&hers, &colleagues] {
        assert_eq!(tidings.fetch(url).await.status(), 200);
    }
    // The supervisor supervises nobody any more.
    let alone = "DELETE FROM supervision WHERE supervisor_id = {}";
    tidings.alter(alone, staff::SUPERVISOR).await;
    assert_eq!(tidings.fetch(&colleagues).await.status(), 404);
    let off = "UPDATE portal_account SET state = 'DEACTIVATED' WHERE id = {}";
    tidings.alter(off, account::CLIENT).await;
    assert_eq!(tidings.fetch(&hers).await.status(), 404);
    let left = "UPDATE staff_member SET active = FALSE WHERE id = {}";
    let hers = url("clinician").await;
    assert_eq!(tidings.fetch(&hers).await.status(), 200);
    tidings.alter(left, staff::CLINICIAN).await;
    assert_eq!(tidings.fetch(&hers).await.status(), 404);
}

#[tokio::test]
async fn c13_s20_a_browser_shows_pictures_and_saves_the_rest() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for (kind, disposition) in [
        (Png, "inline"),
        (Jpeg, "inline"),
        (Pdf, "attachment"),
        (Txt, "attachment"),
        (Docx, "attachment"),
    ] {
        let file = amina.uploads(kind).await;
        let answer = tidings.fetch(file["url"].as_str().unwrap()).await;
        let headers = answer.headers();
        let ending = kind.extensions()[0];
        assert_eq!(headers["content-type"], kind.media_type());
        assert_eq!(
            headers["content-disposition"],
            format!(
                "{disposition}; filename=\"a file.{ending}\"; filename*=UTF-8''a%20file.{ending}"
            )
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "private, no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["content-length"], file["size"].to_string());
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("sandbox"),
            "{policy}"
        );
    }
    let name = "Bescheid \u{202E}\u{fc} 100% \u{1F600}.txt";
    let answer = amina
        .upload(name, "text/plain", b"Dear Ann", json!({}))
        .await;
    let url = text(&answer["data"]["answer"]["attachment"]["url"]);
    let said = tidings.fetch(&url).await.headers()["content-disposition"].clone();
    assert_eq!(
        said,
        "attachment; filename=\"Bescheid _ 100_ _.txt\"; filename*=UTF-8''Bescheid%20%C3%BC%20100%25%20%F0%9F%98%80.txt"
    );
}

#[tokio::test]
async fn p28_a_player_reads_parts_of_a_file() {
    let tidings = Tidings::start().await;
    let file = tidings.caller("clinician").uploads(Txt).await;
    let (url, whole) = (text(&file["url"]), sample(Txt));
    let part = async |range: &str| {
        let url = format!("http://{}{url}", tidings.address());
        let asked = reqwest::Client::new().get(url).header("range", range);
        asked.send().await.unwrap()
    };
    let middle = part("bytes=5-7").await;
    assert_eq!(middle.status(), 206);
    assert_eq!(
        middle.headers()["content-range"],
        format!("bytes 5-7/{}", whole.len())
    );
    assert_eq!(middle.bytes().await.unwrap(), whole[5..8]);
    let end = part("bytes=-4").await;
    assert_eq!(end.bytes().await.unwrap(), whole[whole.len() - 4..]);
    let outside = part("bytes=9000-").await;
    assert_eq!(outside.status(), 416);
    assert_eq!(
        outside.headers()["content-range"],
        format!("bytes */{}", whole.len())
    );
}

#[tokio::test]
async fn s20_an_installation_that_knows_its_address_names_it() {
    let options = [("TIDINGS_PUBLIC_URL", "https://messages.example.org")];
    let tidings = Tidings::start_with(&options).await;
    let file = tidings.caller("clinician").uploads(Txt).await;
    assert!(text(&file["url"]).starts_with("https://messages.example.org/files/"));
    assert_eq!(file["urlExpiresAt"], "2026-06-15T12:15:00+00:00");
}

#[tokio::test]
async fn s20_another_server_of_the_installation_takes_the_same_addresses() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let file = amina.uploads(Txt).await;
    let ticket = amina.ticket("a.txt", "text/plain", 8).await;
    let other = tidings.another().await;
    assert_eq!(
        other.fetch(file["url"].as_str().unwrap()).await.status(),
        200
    );
    let put = other
        .put(ticket["url"].as_str().unwrap(), b"Dear Ann".to_vec())
        .await;
    assert_eq!(put.0, 201);
}
