//! Announced files: judged before a byte flows, put once, to an address of one viewer.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::FileKind::*;
use tidings_server::seed::cast::{account, client, thread};

use super::{newest, send};
use crate::support::upload::{PLACE, code, photo, sample, text};
use crate::support::{Global as _, Tidings};

fn refusal(answer: &(u16, Value)) -> (u16, String) {
    (answer.0, text(&answer.1["errors"][0]["extensions"]["code"]))
}

#[tokio::test]
async fn p27_s13_s14_what_is_announced_is_judged_before_a_byte_flows() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let before = tidings.stored().await;
    for (name, kind, size, refused) in [
        ("a.exe", "", 10, "ATTACHMENT_TYPE_NOT_ALLOWED"),
        ("a.html", "text/html", 10, "ATTACHMENT_TYPE_NOT_ALLOWED"),
        ("a.svg", "image/svg+xml", 10, "ATTACHMENT_TYPE_NOT_ALLOWED"),
        (
            "a.zip",
            "application/zip",
            10,
            "ATTACHMENT_TYPE_NOT_ALLOWED",
        ),
        ("a.pdf", "image/png", 10, "ATTACHMENT_TYPE_NOT_ALLOWED"),
        (
            "a.pdf",
            "application/pdf",
            10_485_760,
            "ATTACHMENT_TOO_LARGE",
        ),
        ("a.pdf", "application/pdf", 0, "ATTACHMENT_EMPTY"),
    ] {
        assert_eq!(
            code(&elena.announce(name, kind, size).await),
            refused,
            "{name} {size}"
        );
    }
    assert_eq!(tidings.stored().await, before);
    elena.ticket("a.pdf", "application/pdf", 10_485_759).await;
}

#[tokio::test]
async fn p27_s15_a_file_is_put_and_goes_with_a_message() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let photo = photo();
    let ticket = elena.ticket("me.jpg", "image/jpeg", photo.len()).await;
    let id = text(&ticket["attachmentId"]);
    let node = "query($id: ID!) { node(id: $id) { ... on Attachment { id fileName } } }";
    assert_eq!(
        elena.data(node, json!({ "id": id })).await["node"],
        Value::Null
    );
    let (status, answer) = tidings.put(ticket["url"].as_str().unwrap(), photo).await;
    assert_eq!(
        (status, answer),
        (201, json!({ "attachment": { "id": id } }))
    );
    assert_eq!(
        elena.data(node, json!({ "id": id })).await["node"]["fileName"],
        "me.jpg"
    );
    send(&elena, &thread::SLEEP.gid(), std::slice::from_ref(&id)).await;
    let seen = newest(&tidings.caller("clinician"), &thread::SLEEP.gid()).await;
    assert_eq!(seen[0]["id"], id);
    let file = tidings
        .fetch(seen[0]["url"].as_str().unwrap())
        .await
        .bytes()
        .await
        .unwrap();
    assert!(!file.windows(PLACE.len()).any(|bytes| bytes == PLACE));
}

#[tokio::test]
async fn p27_s20_an_address_takes_one_file_in_its_time() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let gone = (404, "NOT_FOUND".to_owned());
    let put = async |url: &str, content: &[u8]| refusal(&tidings.put(url, content.to_vec()).await);
    let ticket = elena.ticket("a.txt", "text/plain", 8).await;
    let url = text(&ticket["url"]);
    assert_eq!(tidings.put(&url, b"Dear Ann".to_vec()).await.0, 201);
    assert_eq!(put(&url, b"Dear Bob").await, gone, "used twice");
    let late = text(&elena.ticket("a.txt", "text/plain", 8).await["url"]);
    tidings.clock.advance(TimeDelta::minutes(15));
    assert_eq!(put(&late, b"Dear Ann").await, gone, "expired");
    let fresh = text(&elena.ticket("a.txt", "text/plain", 8).await["url"]);
    let mut forged = fresh.clone().into_bytes();
    let at = forged.len() - 4;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    assert_eq!(put(&forged, b"Dear Ann").await, gone, "forged");
    let reading = text(&elena.uploads(Txt).await["url"]).replace("/files/", "/uploads/");
    assert_eq!(
        put(&reading, b"Dear Ann").await,
        gone,
        "an address for reading"
    );
    // Whoever may not sign in any more puts nothing, nor whoever became inactive.
    let status = |status: &str| json!({ "clientId": client::CLIENT.gid(), "status": status });
    let admin = tidings.caller("practice-admin");
    admin.does("setClientStatus", status("INACTIVE")).await;
    assert_eq!(
        put(&fresh, b"Dear Ann").await,
        (403, "CLIENT_INACTIVE".to_owned())
    );
    admin.does("setClientStatus", status("ACTIVE")).await;
    let off = "UPDATE portal_account SET state = 'DEACTIVATED' WHERE id = {}";
    tidings.alter(off, account::CLIENT).await;
    assert_eq!(put(&fresh, b"Dear Ann").await, gone);
    let on = "UPDATE portal_account SET state = 'CONNECTED' WHERE id = {}";
    tidings.alter(on, account::CLIENT).await;
    assert_eq!(tidings.put(&fresh, b"Dear Ann".to_vec()).await.0, 201);
    assert_eq!(tidings.files(), 3);
}

#[tokio::test]
async fn s13_s14_what_is_put_is_what_was_announced_or_nothing_stays() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = tidings.stored().await;
    let png = sample(Png);
    let ticket = amina.ticket("a.pdf", "application/pdf", png.len()).await;
    let url = text(&ticket["url"]);
    let stored = tidings.stored().await;
    for (content, refused) in [
        (png, (415, "ATTACHMENT_TYPE_NOT_ALLOWED")),
        (vec![], (422, "ATTACHMENT_EMPTY")),
        (sample(Pdf), (400, "BAD_USER_INPUT")),
        (vec![b'a'; 10_485_760], (413, "ATTACHMENT_TOO_LARGE")),
    ] {
        let answer = tidings.put(&url, content).await;
        let refused = (refused.0, refused.1.to_owned());
        assert_eq!(refusal(&answer), refused);
        assert_eq!(tidings.stored().await, stored);
    }
    assert_ne!(stored, before);
    assert_eq!(tidings.files(), 0);
    let pdf = sample(Pdf);
    let ticket = amina.ticket("a.pdf", "application/pdf", pdf.len()).await;
    assert_eq!(
        tidings.put(ticket["url"].as_str().unwrap(), pdf).await.0,
        201
    );
}

#[tokio::test]
async fn g4_p27_of_many_contents_at_once_one_is_stored() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let url = text(&amina.ticket("a.txt", "text/plain", 8).await["url"]);
    let puts = (0..10).map(|n| tidings.put(&url, format!("Dear {n:03}").into_bytes()));
    let answers = futures_util::future::join_all(puts).await;
    let stored = answers.iter().filter(|answer| answer.0 == 201).count();
    let gone = answers.iter().filter(|answer| answer.0 == 404).count();
    assert_eq!((stored, gone), (1, 9), "{answers:?}");
    assert_eq!(tidings.files(), 1);
}

#[tokio::test]
async fn p27_pages_of_other_origins_put_where_the_configuration_names_them() {
    let origins = [("TIDINGS_ALLOWED_ORIGINS", "https://portal.example")];
    let tidings = Tidings::start_with(&origins).await;
    let url = text(
        &tidings
            .caller("clinician")
            .ticket("a.txt", "text/plain", 8)
            .await["url"],
    );
    let url = format!("http://{}{url}", tidings.address());
    for (origin, allowed) in [
        ("https://portal.example", true),
        ("https://evil.example", false),
    ] {
        let preflight = reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, &url)
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(preflight.status(), 204);
        let granted = preflight.headers().get("access-control-allow-origin");
        assert_eq!(
            granted.map(|origin| origin.to_str().unwrap()),
            allowed.then_some(origin)
        );
    }
}
