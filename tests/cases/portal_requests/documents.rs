//! Documents: asked for by category and name, handed in as files, and what can be asked for.

mod categories;
mod sizes;

use serde_json::{Value, json};
use tidings_domain::FileKind::{self, *};
use tidings_server::seed::cast::{
    agency, client, document_category, document_name, request, staff,
};

use super::{notified, seen, sent, status};
use crate::support::upload::{code, sample, text};
use crate::support::{Caller, Global as _, Tidings, document_request};

/// Uploads a file as a document; answers its id.
async fn paper(caller: &Caller<'_>, kind: FileKind) -> String {
    let name = format!("scan.{}", kind.extensions()[0]);
    let purpose = json!({ "purpose": "REQUEST_DOCUMENT" });
    let answer = caller
        .upload(&name, kind.media_type(), &sample(kind), purpose)
        .await;
    assert_eq!(
        answer["data"]["answer"]["userErrors"],
        json!([]),
        "{kind:?}: {answer:#}"
    );
    text(&answer["data"]["answer"]["attachment"]["id"])
}

/// A pay slip, as the clinician asks for it.
fn pay_slip() -> Value {
    let (category, name) = (document_category::INCOME, document_name::PAY_SLIP);
    json!({ "document": { "categoryId": category.gid(), "predefinedNameId": name.gid() } })
}

/// A request for a document as the caller sees it; null if it does not.
async fn look(caller: &Caller<'_>, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on DocumentRequest { status private name category { name }
        document { id private name category { name } files { id fileName contentType kind size sha256 url } request { id } owner { id } } } } }";
    caller.data(query, json!({ "id": id })).await["node"].take()
}

#[tokio::test]
async fn c35_c36_c48_c49_a_document_is_asked_for_by_name_and_its_files_stand_on_the_record() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let before = notified(&amina).await.len();
    let mut listener = tidings.listen("clinician").await;
    let id = sent(&amina, client::CLIENT, pay_slip()).await;
    let found = look(&elena, &id).await;
    assert_eq!(found["name"], "Pay slip");
    assert_eq!(found["category"]["name"], "Income");
    let ids = [paper(&elena, Pdf).await, paper(&elena, Jpeg).await];
    let input = json!({ "requestId": id, "attachmentIds": ids });
    let done = elena.does("fulfillDocumentRequest", input.clone()).await;
    assert_eq!(done["request"]["status"], "FULFILLED");
    loop {
        let event = listener.next().await;
        if event["kind"] == "RequestFulfilled" {
            assert_eq!(event["request"]["id"], id);
            break;
        }
    }
    for who in ["client", "clinician", "biller"] {
        let caller = tidings.caller(who);
        let found = look(&caller, &id).await;
        let document = &found["document"];
        assert_eq!(document["name"], "Pay slip", "{who}");
        assert_eq!(document["request"]["id"], id);
        let files = document["files"].as_array().unwrap();
        let names: Vec<&Value> = files.iter().map(|file| &file["fileName"]).collect();
        assert_eq!(names, ["scan.pdf", "scan.jpg"]);
        for (file, kind) in files.iter().zip([Pdf, Jpeg]) {
            let got = tidings.fetch(&text(&file["url"])).await;
            assert_eq!(got.status(), 200, "{who}");
            assert_eq!(got.headers()["content-type"], kind.media_type());
            let bytes = got.bytes().await.unwrap();
            assert_eq!(file["size"], bytes.len());
            if kind == Pdf {
                assert_eq!(bytes, sample(Pdf));
            }
        }
        let query = "query($id: ID!) { node(id: $id) { ... on Client { documents(first: 10) { edges { node { id } } } } } }";
        let list = caller
            .data(query, json!({ "id": client::CLIENT.gid() }))
            .await;
        let edges = &list["node"]["documents"]["edges"];
        assert_eq!(
            edges,
            &json!([{ "node": { "id": document["id"] } }]),
            "{who}"
        );
    }
    assert_eq!(notified(&amina).await.len(), before + 1);
    // Files of the document, and attachments no more.
    let stored = tidings.stored().await;
    assert_eq!(
        elena.refused("fulfillDocumentRequest", input).await,
        "REQUEST_CLOSED"
    );
    let again = json!({ "threadId": tidings_server::seed::cast::thread::SLEEP.gid(), "body": "b", "attachmentIds": [ids[0]] });
    assert_eq!(elena.refused("sendMessage", again).await, "NOT_FOUND");
    assert_eq!(tidings.stored().await, stored);
    assert_eq!(tidings.files(), 2);
}

#[tokio::test]
async fn c36_c37_exactly_one_name_is_given_and_it_belongs_to_the_category() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let income = document_category::INCOME.gid();
    let other =
        json!({ "document": { "categoryId": income, "otherName": "  Letter of my employer " } });
    let id = sent(&amina, client::CLIENT, other).await;
    assert_eq!(look(&amina, &id).await["name"], "Letter of my employer");
    let before = tidings.stored().await;
    let long = "x".repeat(201);
    for (document, code) in [
        (json!({ "categoryId": income }), "OTHER_NAME_REQUIRED"),
        (
            json!({ "categoryId": income, "otherName": " " }),
            "OTHER_NAME_REQUIRED",
        ),
        (
            json!({ "categoryId": income, "otherName": long }),
            "DOCUMENT_NAME_INVALID",
        ),
        (
            json!({ "categoryId": income, "predefinedNameId": document_name::PAY_SLIP.gid(), "otherName": "Lease" }),
            "DOCUMENT_NAME_INVALID",
        ),
        // A name of another category, and a category of another agency.
        (
            json!({ "categoryId": income, "predefinedNameId": document_name::PASSPORT.gid() }),
            "NOT_FOUND",
        ),
        (
            json!({ "categoryId": document_category::OUTSIDER.gid(), "otherName": "Lease" }),
            "NOT_FOUND",
        ),
    ] {
        let input =
            json!({ "clientId": client::CLIENT.gid(), "request": { "document": document } });
        assert_eq!(
            amina.refused("sendPortalRequest", input).await,
            code,
            "{document}"
        );
        let input =
            json!({ "clientIds": [client::CLIENT.gid()], "request": { "document": document } });
        assert_eq!(
            amina.refused("sendPortalRequests", input).await,
            code,
            "{document}"
        );
        assert_eq!(tidings.stored().await, before, "{document}");
    }
}

#[tokio::test]
async fn c38_k18_a_private_document_is_not_there_for_an_agency_that_shares_the_client() {
    let tidings = Tidings::start().await;
    let (amina, elena, beatriz) = (
        tidings.caller("clinician"),
        tidings.caller("client"),
        tidings.caller("outsider"),
    );
    let share = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": true });
    tidings
        .caller("clinical-admin")
        .does("setClientSharing", share)
        .await;
    let open = sent(&amina, client::CLIENT, pay_slip()).await;
    let mut private = pay_slip();
    private["document"]["private"] = json!(true);
    let private = sent(&amina, client::CLIENT, private).await;
    for id in [&open, &private] {
        let input = json!({ "requestId": id, "attachmentIds": [paper(&elena, Pdf).await] });
        elena.does("fulfillDocumentRequest", input).await;
    }
    let shown = look(&beatriz, &open).await;
    assert_eq!(shown["name"], "Pay slip");
    assert_eq!(
        shown["category"],
        Value::Null,
        "what the agency asks for is its own"
    );
    let url = text(&shown["document"]["files"][0]["url"]);
    assert_eq!(tidings.fetch(&url).await.status(), 200);
    let hidden = look(&amina, &private).await;
    assert_eq!(look(&beatriz, &private).await, Value::Null);
    let document = hidden["document"].clone();
    let query = "query($id: ID!) { node(id: $id) { id } }";
    for id in [&document["id"], &document["files"][0]["id"]] {
        let found = beatriz.data(query, json!({ "id": id })).await;
        assert_eq!(found["node"], Value::Null);
        let found = amina.data(query, json!({ "id": id })).await;
        assert_eq!(&found["node"]["id"], id);
    }
    let query = "query($id: ID!) { node(id: $id) { ... on Client { documents(first: 10) { edges { node { id } } } } } }";
    let list = beatriz
        .data(query, json!({ "id": client::CLIENT.gid() }))
        .await;
    assert_eq!(
        list["node"]["documents"]["edges"],
        json!([{ "node": { "id": shown["document"]["id"] } }])
    );
    // An address of before opens nothing once it is shared no more.
    let share = json!({ "clientId": client::CLIENT.gid(), "agencyId": agency::FERNHILL.gid(), "shared": false });
    tidings
        .caller("clinical-admin")
        .does("setClientSharing", share)
        .await;
    assert_eq!(tidings.fetch(&url).await.status(), 404);
    // Nobody but its own agency and its own account sees it at all.
    for who in [
        "second-client",
        "guardian",
        "system-admin",
        "outsider",
        "outsider-client",
    ] {
        assert_eq!(
            look(&tidings.caller(who), &open).await,
            Value::Null,
            "{who}"
        );
    }
}

#[tokio::test]
async fn c49_p48_only_the_client_asked_hands_in_and_only_what_it_uploaded_for_it() {
    let tidings = Tidings::start().await;
    let (elena, ruth, haruto) = (
        tidings.caller("client"),
        tidings.caller("guardian"),
        tidings.caller("second-client"),
    );
    let id = document_request(request::DOCUMENT);
    let (own, others) = (paper(&elena, Pdf).await, paper(&haruto, Pdf).await);
    let message = text(&elena.uploads(Pdf).await["id"]);
    let before = tidings.stored().await;
    let hand_in = |ids: Value| json!({ "requestId": id, "attachmentIds": ids });
    for (who, ids, code) in [
        ("client", json!([]), "FILE_REQUIRED"),
        ("client", json!([others]), "NOT_FOUND"),
        ("client", json!([message]), "ATTACHMENT_TYPE_NOT_ALLOWED"),
        ("client", json!([own, own]), "ATTACHMENT_ALREADY_SENT"),
        (
            "client",
            json!(vec![own.clone(); 21]),
            "TOO_MANY_ATTACHMENTS",
        ),
        ("second-client", json!([others]), "NOT_FOUND"),
        ("guardian", json!([own]), "NOT_FOUND"),
        ("clinician", json!([own]), "FORBIDDEN"),
    ] {
        let input = hand_in(ids);
        let refused = tidings
            .caller(who)
            .refused("fulfillDocumentRequest", input.clone())
            .await;
        assert_eq!(refused, code, "{who}: {input}");
        assert_eq!(tidings.stored().await, before, "{who}: {input}");
    }
    assert_eq!(status(&elena, &id).await, "SENT");
    assert!(seen(&ruth, &id).await.is_null());
    // A document is no attachment of a message either, an archive least of all.
    let input = json!({ "threadId": tidings_server::seed::cast::thread::SLEEP.gid(), "body": "b", "attachmentIds": [own] });
    assert_eq!(
        elena.refused("sendMessage", input).await,
        "ATTACHMENT_TYPE_NOT_ALLOWED"
    );
    elena
        .does("fulfillDocumentRequest", hand_in(json!([own])))
        .await;
    // A guardian hands in for the child whom it names.
    let asked = sent(
        &tidings.caller("clinician"),
        client::FIRST_CHILD,
        pay_slip(),
    )
    .await;
    let input = json!({ "requestId": asked, "attachmentIds": [paper(&ruth, Png).await] });
    ruth.does("fulfillDocumentRequest", input).await;
}

#[tokio::test]
async fn c41_k2_archives_come_in_as_documents_and_programs_never() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let id = document_request(request::DOCUMENT);
    let ids = [paper(&elena, Zip).await, paper(&elena, Gzip).await];
    let before = tidings.stored().await;
    let purpose = || json!({ "purpose": "REQUEST_DOCUMENT" });
    for (name, kind, content) in [
        ("a.exe", "application/octet-stream", b"MZ\x90\0".to_vec()),
        ("a.pdf", "application/pdf", b"MZ\x90\0".to_vec()),
        ("a.zip", "application/zip", sample(Docx)[..20].to_vec()),
        (
            "a.svg",
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        ),
        ("a.wav", "audio/wav", sample(Wav)),
    ] {
        let answer = elena.upload(name, kind, &content, purpose()).await;
        assert_eq!(code(&answer), "ATTACHMENT_TYPE_NOT_ALLOWED", "{name}");
    }
    assert_eq!(tidings.stored().await, before);
    let input = json!({ "requestId": id, "attachmentIds": ids });
    elena.does("fulfillDocumentRequest", input).await;
    let found = look(&tidings.caller("clinician"), &id).await;
    for (file, kind) in found["document"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .zip([Zip, Gzip])
    {
        assert_eq!(file["kind"], "ARCHIVE");
        let got = tidings.fetch(&text(&file["url"])).await;
        assert!(
            got.headers()["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        assert_eq!(got.bytes().await.unwrap(), sample(kind));
    }
}

#[tokio::test]
async fn cx09_cx19_a_client_adds_a_document_by_policy_and_it_has_an_owner() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    tidings
        .policy(json!({ "unsolicited_owner": staff::SCHEDULER }))
        .await;
    let income = document_category::INCOME.gid();
    let add = |file: &str| json!({ "actingFor": client::CLIENT.gid(), "name": " Lease ", "categoryId": income, "attachmentIds": [file] });
    let done = elena
        .does("addDocument", add(&paper(&elena, Pdf).await))
        .await;
    let id = &done["document"]["id"];
    let query = "query($id: ID!) { node(id: $id) { ... on Document { name private owner { id } category { name } request { id } } } }";
    let found = amina.data(query, json!({ "id": id })).await;
    let expect = json!({ "name": "Lease", "private": true, "owner": { "id": staff::SCHEDULER.gid() }, "category": { "name": "Income" }, "request": null });
    assert_eq!(found["node"], expect);
    assert_eq!(notified(&tidings.caller("scheduler")).await, []);
    let file = paper(&elena, Pdf).await;
    let before = tidings.stored().await;
    let mut blank = add(&file);
    blank["name"] = json!(" ");
    assert_eq!(
        elena.refused("addDocument", blank).await,
        "DOCUMENT_NAME_INVALID"
    );
    assert_eq!(amina.refused("addDocument", add(&file)).await, "FORBIDDEN");
    tidings
        .policy(json!({ "unsolicited_records": false }))
        .await;
    assert_eq!(
        elena.refused("addDocument", add(&file)).await,
        "RECORD_NOT_ALLOWED"
    );
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn c48_what_was_handed_in_stays_and_what_was_not_goes_after_a_day() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let id = document_request(request::DOCUMENT);
    let input = json!({ "requestId": id, "attachmentIds": [paper(&elena, Pdf).await] });
    elena.does("fulfillDocumentRequest", input).await;
    paper(&elena, Zip).await;
    assert_eq!(tidings.files(), 2);
    tidings.clock.advance(chrono::TimeDelta::days(3));
    let service = &tidings.server().service;
    assert_eq!(service.sweep_files().await.unwrap(), 1);
    assert_eq!(tidings.files(), 1);
    let found = look(&tidings.caller("clinician"), &id).await;
    let url = text(&found["document"]["files"][0]["url"]);
    assert_eq!(tidings.fetch(&url).await.status(), 200);
}
