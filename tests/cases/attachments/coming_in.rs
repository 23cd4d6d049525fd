//! What comes in with an operation, and what does not.

use serde_json::{Value, json};
use tidings_domain::FileKind::{self, *};
use tidings_server::seed::cast::client;

use crate::support::upload::{PLACE, code, photo, sample, text};
use crate::support::{Global as _, Tidings, key};

const EIGHT: [FileKind; 8] = [Pdf, Doc, Docx, Txt, Jpeg, Png, Bmp, Gif];

#[tokio::test]
async fn s13_s05_p27_each_of_the_eight_types_comes_in_from_staff_and_from_clients() {
    let tidings = Tidings::start().await;
    for who in ["clinician", "client"] {
        let caller = tidings.caller(who);
        for kind in EIGHT {
            let attachment = caller.uploads(kind).await;
            assert_eq!(attachment["contentType"], kind.media_type(), "{kind:?}");
            assert_eq!(attachment["kind"], kind.group().as_str(), "{kind:?}");
            let name = format!("a file.{}", kind.extensions()[0]);
            assert_eq!(attachment["fileName"], name);
            assert_eq!(attachment["message"], Value::Null);
            let file = tidings.fetch(attachment["url"].as_str().unwrap()).await;
            let bytes = file.bytes().await.unwrap();
            assert_eq!(attachment["size"], bytes.len());
            if kind != Jpeg {
                assert_eq!(bytes, sample(kind), "{kind:?}");
            }
        }
    }
    assert_eq!(tidings.files(), 16);
}

#[tokio::test]
async fn s13_k2_other_types_and_lies_about_them_are_refused_and_nothing_stays() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let before = tidings.stored().await;
    let html = b"<html><script>alert(1)</script></html>".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    for (name, kind, content) in [
        ("a.exe", "application/octet-stream", b"MZ\x90\0".to_vec()),
        ("a.html", "text/html", html.clone()),
        ("a.svg", "image/svg+xml", svg),
        ("a.zip", "application/zip", sample(Zip)),
        ("a.pdf", "application/pdf", sample(Png)),
        ("a.pdf", "image/png", sample(Pdf)),
        ("a.txt", "text/plain", sample(Gzip)),
        ("a.docx", Docx.media_type(), sample(Zip)),
        ("a.png", "", html),
        ("a", "application/pdf", sample(Pdf)),
        ("a.pdf.exe", "", sample(Pdf)),
        // Voice notes and the formats of phones wait for the policy.
        ("a.wav", "audio/wav", sample(Wav)),
        ("a.webp", "image/webp", sample(Webp)),
        // A picture that cannot be walked cannot be stripped.
        ("a.png", "image/png", sample(Png)[..40].to_vec()),
    ] {
        let answer = amina.upload(name, kind, &content, json!({})).await;
        assert_eq!(code(&answer), "ATTACHMENT_TYPE_NOT_ALLOWED", "{name}");
        assert_eq!(
            answer["data"]["answer"]["userErrors"][0]["field"],
            json!(["file"])
        );
    }
    let empty = amina.upload("a.txt", "text/plain", b"", json!({})).await;
    assert_eq!(code(&empty), "ATTACHMENT_EMPTY");
    assert_eq!(tidings.stored().await, before);
    assert_eq!(tidings.files(), 0);
}

#[tokio::test]
async fn s14_s05_k1_sx01_a_file_is_smaller_than_ten_mib_unless_the_policy_says_otherwise() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let of = |size: usize| vec![b'a'; size];
    let largest = of(10_485_759);
    let fits = amina
        .upload("a.txt", "text/plain", &largest, json!({}))
        .await;
    assert_eq!(fits["data"]["answer"]["attachment"]["size"], 10_485_759);
    let over = amina
        .upload("a.txt", "text/plain", &of(10_485_760), json!({}))
        .await;
    assert_eq!(code(&over), "ATTACHMENT_TOO_LARGE");
    assert_eq!(tidings.files(), 1);
    tidings
        .policy(json!({ "attachment_below_bytes": 2_097_152 }))
        .await;
    let over = amina
        .upload("a.txt", "text/plain", &of(2_097_152), json!({}))
        .await;
    assert_eq!(code(&over), "ATTACHMENT_TOO_LARGE");
    let fits = amina
        .upload("a.txt", "text/plain", &of(2_097_151), json!({}))
        .await;
    assert_eq!(fits["data"]["answer"]["userErrors"], json!([]));
    // A policy cannot go past the server's own bounds.
    tidings
        .policy(json!({ "attachment_below_bytes": 1_000_000_000 }))
        .await;
    let query = "{ agency { messagingPolicy { attachmentBelowBytes attachmentsPerMessage voiceNotes photos } } }";
    let data = amina.data(query, json!({})).await;
    let policy = json!({ "attachmentBelowBytes": 26_214_400, "attachmentsPerMessage": 20, "voiceNotes": false, "photos": false });
    assert_eq!(data["agency"]["messagingPolicy"], policy);
}

#[tokio::test]
async fn p29_a_photo_keeps_its_size_and_loses_its_place() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    assert!(photo().windows(PLACE.len()).any(|bytes| bytes == PLACE));
    let attachment = elena.uploads(Jpeg).await;
    assert_eq!(
        (&attachment["width"], &attachment["height"]),
        (&json!(1), &json!(2))
    );
    let file = tidings.fetch(attachment["url"].as_str().unwrap()).await;
    let bytes = file.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\xFF\xD8") && bytes.len() < photo().len());
    assert!(!bytes.windows(PLACE.len()).any(|bytes| bytes == PLACE));
    for (kind, width, height) in [(Png, 1, 1), (Gif, 5, 6), (Bmp, 3, 4)] {
        let picture = elena.uploads(kind).await;
        assert_eq!(
            (&picture["width"], &picture["height"]),
            (&json!(width), &json!(height))
        );
    }
    tidings.policy(json!({ "photos": true })).await;
    assert_eq!(elena.uploads(Webp).await["kind"], "IMAGE");
}

#[tokio::test]
async fn p28_a_voice_note_has_a_duration_where_the_policy_takes_it() {
    let tidings = Tidings::start().await;
    tidings.policy(json!({ "voice_notes": true })).await;
    let elena = tidings.caller("client");
    let note = elena.uploads(Wav).await;
    assert_eq!(
        (&note["kind"], &note["durationMs"]),
        (&json!("AUDIO"), &json!(1_000))
    );
    assert_eq!(elena.uploads(Mp3).await["kind"], "AUDIO");
    let silent = sample(Wav)[..40].to_vec();
    let answer = elena.upload("a.wav", "audio/wav", &silent, json!({})).await;
    assert_eq!(code(&answer), "ATTACHMENT_TYPE_NOT_ALLOWED");
    assert_eq!(elena.uploads(Pdf).await["durationMs"], Value::Null);
}

#[tokio::test]
async fn g4_p27_the_same_key_and_content_give_one_attachment() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let input = json!({ "idempotencyKey": key() });
    let upload = async |content: &[u8]| {
        let content = content.to_vec();
        amina
            .upload("a.txt", "text/plain", &content, input.clone())
            .await
    };
    let first = upload(b"Dear Ann").await;
    let stored = tidings.stored().await;
    let again = upload(b"Dear Ann").await;
    assert_eq!(
        again["data"]["answer"]["attachment"]["id"],
        first["data"]["answer"]["attachment"]["id"]
    );
    let other = upload(b"Dear Bob").await;
    assert_eq!(
        other["errors"][0]["extensions"]["code"],
        "IDEMPOTENCY_KEY_REUSED"
    );
    assert_eq!(tidings.stored().await, stored);
    assert_eq!(tidings.files(), 1, "what was not stored leaves no file");
    let bad = amina
        .upload("a.txt", "text/plain", b"a", json!({ "idempotencyKey": "" }))
        .await;
    assert_eq!(bad["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn s33_s34_p48_who_may_not_write_uploads_nothing() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let admin = tidings.caller("practice-admin");
    let status = |status: &str| json!({ "clientId": client::CLIENT.gid(), "status": status });
    admin.does("setClientStatus", status("INACTIVE")).await;
    let elena = tidings.caller("client");
    let answer = elena
        .upload("a.txt", "text/plain", b"Dear Ann", json!({}))
        .await;
    assert_eq!(code(&answer), "CLIENT_INACTIVE");
    assert_eq!(
        code(&elena.announce("a.txt", "text/plain", 8).await),
        "CLIENT_INACTIVE"
    );
    admin.does("setClientStatus", status("ACTIVE")).await;
    elena.attaches(Txt).await;
    tidings.policy(json!({ "portal_enabled": false })).await;
    assert_eq!(
        code(&elena.announce("a.txt", "text/plain", 8).await),
        "PORTAL_DISABLED"
    );
    tidings.policy(json!({ "portal_enabled": true })).await;
    // An account names its client, and a client that is its own.
    let foreign = json!({ "clientId": client::SECOND_CLIENT.gid() });
    let answer = elena
        .upload("a.txt", "text/plain", b"Dear Ann", foreign)
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let nobody = json!({ "clientId": null });
    let answer = elena
        .upload("a.txt", "text/plain", b"Dear Ann", nobody)
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let staff = json!({ "clientId": client::CLIENT.gid() });
    let amina = tidings.caller("clinician");
    let answer = amina
        .upload("a.txt", "text/plain", b"Dear Ann", staff)
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(tidings.files(), 1);
    let after = tidings.stored().await;
    assert_ne!(after, before);
}

#[tokio::test]
async fn p27_a_name_that_is_no_name_is_made_one() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let answer = amina
        .upload(
            "../../etc/cron.d/a\u{202E}fdp.txt",
            "text/plain",
            b"Dear Ann",
            json!({}),
        )
        .await;
    let attachment = &answer["data"]["answer"]["attachment"];
    assert_eq!(attachment["fileName"], "afdp.txt");
    let url = text(&attachment["url"]);
    assert!(!url.contains("afdp"), "{url}");
}

#[tokio::test]
async fn sx01_no_viewer_fills_the_store_with_what_it_does_not_send() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for _ in 0..99 {
        amina.ticket("a.txt", "text/plain", 8).await;
    }
    amina.attaches(Txt).await;
    assert_eq!(
        code(&amina.announce("a.txt", "text/plain", 8).await),
        "TOO_MANY_ATTACHMENTS"
    );
    let answer = amina
        .upload("a.txt", "text/plain", b"Dear Ann", json!({}))
        .await;
    assert_eq!(code(&answer), "TOO_MANY_ATTACHMENTS");
    assert_eq!(tidings.files(), 1);
    // Others have room.
    tidings.caller("client").attaches(Txt).await;
}
