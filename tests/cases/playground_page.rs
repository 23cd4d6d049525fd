//! The page at `/`: what it may load, who can sign in through it, and a browser that uses it.

use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tidings_server::seed::cast;

use crate::support::{Global as _, Node, Proxy, Tidings, key};

/// What production needs to start.
const PRODUCTION: [(&str, &str); 4] = [
    ("TIDINGS_MODE", "production"),
    (
        "TIDINGS_TOKEN_SECRET",
        "not-a-secret-but-long-enough-for-it",
    ),
    ("TIDINGS_TOKEN_ISSUER", "an issuer of a test"),
    ("TIDINGS_LINK_SECRET", "not-a-secret-but-long-enough-for-it"),
];

async fn get(tidings: &Tidings, path: &str) -> Response {
    let url = format!("http://{}{path}", tidings.address());
    Client::new().get(url).send().await.unwrap()
}

/// Signs in as the page does, but for these headers and this body.
async fn sign_in(tidings: &Tidings, headers: &[(&str, &str)], body: &str) -> Response {
    let address = tidings.address();
    let mut all = reqwest::header::HeaderMap::new();
    all.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    all.insert(ORIGIN, format!("http://{address}").parse().unwrap());
    for (name, value) in headers {
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        if value.is_empty() {
            all.remove(name);
        } else {
            all.insert(name, value.parse().unwrap());
        }
    }
    let request = Client::new().post(format!("http://{address}/playground/token"));
    let request = request.headers(all).body(body.to_owned());
    request.send().await.unwrap()
}

#[tokio::test]
async fn every_answer_of_the_page_forbids_what_the_page_does_not_need() {
    let tidings = Tidings::start().await;
    for path in ["/", "/playground/setup.json", "/playground/nothing"] {
        let response = get(&tidings, path).await;
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        assert!(!policy.contains("unsafe-eval") && !policy.contains("http"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    }
    assert_eq!(get(&tidings, "/playground/nothing").await.status(), 404);
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_and_the_page_is_asked_for() {
    let tidings = Tidings::start().await;
    let page = get(&tidings, "/").await;
    assert_eq!(page.headers()["cache-control"], "no-cache");
    let tag = page.headers()["etag"].clone();
    let page = page.text().await.unwrap();
    let script = page.split("src=\"").nth(1).unwrap();
    let script = script.split('"').next().unwrap();
    let url = format!("http://{}{script}", tidings.address());
    let compressed = Client::new().get(&url).header("accept-encoding", "gzip");
    let response = compressed.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(
        response.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    // Two bytes that begin each gzip file: nothing on the way has unpacked it.
    assert!(response.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
    assert_eq!(Client::new().get(&url).send().await.unwrap().status(), 406);
    let again = Client::new().get(format!("http://{}/", tidings.address()));
    let again = again.header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn everybody_of_the_cast_signs_in_with_one_click() {
    let tidings = Tidings::start().await;
    let setup: Value = get(&tidings, "/playground/setup.json")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(setup["cast"].as_array().unwrap().len(), cast::CAST.len());
    assert!(setup["operations"].as_array().unwrap().len() > 20);
    for person in setup["cast"].as_array().unwrap() {
        let body = json!({ "person": person["name"] }).to_string();
        let response = sign_in(&tidings, &[], &body).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let signed: Value = response.json().await.unwrap();
        let caller = tidings.with_token(signed["token"].as_str().unwrap());
        let viewer = "{ viewer { ... on StaffMember { displayName } ... on PortalAccount { displayName } } }";
        let data = caller.data(viewer, Value::Null).await;
        assert_eq!(data["viewer"]["displayName"], person["displayName"]);
    }
}

#[tokio::test]
async fn only_the_own_page_signs_in_and_only_as_the_cast() {
    let tidings = Tidings::start().await;
    let body = r#"{"person":"client"}"#;
    // Another site, a name that a foreign site led here, and what is no page at all.
    let port = tidings.server().address.port();
    let rebound = format!("http://rebound.example:{port}");
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site")],
        &[
            ("origin", &rebound),
            (HOST.as_str(), &rebound["http://".len()..]),
        ],
    ] {
        let status = sign_in(&tidings, headers, body).await.status();
        assert_eq!(status, 403, "{headers:?}");
    }
    // What a form of another site could send without asking first.
    let form = [("content-type", "text/plain")];
    assert_eq!(sign_in(&tidings, &form, body).await.status(), 400);
    let staff = cast::staff::CLINICIAN.0.to_string();
    for nobody in ["", "nobody", &staff, "CLIENT"] {
        let body = json!({ "person": nobody }).to_string();
        let response = sign_in(&tidings, &[], &body).await;
        assert_eq!(response.status(), 404, "{nobody}");
    }
}

#[tokio::test]
async fn in_production_there_is_no_page_unless_wanted_and_nobody_signs_in() {
    let off = Tidings::start_with(&PRODUCTION).await;
    let page = get(&off, "/").await;
    assert!(page.headers().contains_key("content-security-policy"));
    let page = page.text().await.unwrap();
    assert!(page.contains("/graphql") && !page.contains("<script"));
    for path in ["/playground/setup.json", "/playground/index.html"] {
        assert_eq!(get(&off, path).await.status(), 404, "{path}");
    }
    let body = r#"{"person":"client"}"#;
    assert_eq!(sign_in(&off, &[], body).await.status(), 404);

    // The demo cast in the database of a production server must not happen; if it does, it opens nothing.
    let demo = Tidings::start().await;
    let on = [&PRODUCTION[..], &[("TIDINGS_PLAYGROUND", "on")]].concat();
    let on = demo.another_with(&on).await;
    assert!(
        get(&on, "/")
            .await
            .text()
            .await
            .unwrap()
            .contains("<script type=\"module\"")
    );
    let setup: Value = get(&on, "/playground/setup.json")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(setup["cast"], json!([]));
    assert_eq!(sign_in(&on, &[], body).await.status(), 404);
}

/// The page in headless Chromium, every other origin cut off; `tests/browser/playground.mjs` says what it does.
#[tokio::test]
async fn g1_a_browser_signs_in_asks_listens_and_resumes() {
    let tidings = Tidings::start().await;
    let url = format!("http://{}", tidings.address());
    let mut browser = Node::browser("playground.mjs", &[("TIDINGS_URL", &url)]).await;
    while browser.says().await != "the playground works" {}
    browser.ends().await;
}

/// The examples of the documents, as they stand, with the clients that they name; `tests/browser/documents.mjs`.
#[tokio::test]
async fn g1_the_examples_of_the_documents_print_what_they_say() {
    let tidings = Tidings::start().await;
    // On PostgreSQL a transaction of the test beside it can hold the cursor back behind what the
    // snapshot shows already, so that an example hears that once more than it prints.
    if tidings.is_postgres() {
        return;
    }
    let url = format!("http://{}", tidings.address());
    let token = |name| tidings.caller(name).token.unwrap();
    let variables = [
        ("TIDINGS_URL", url.as_str()),
        ("TOKEN", &token("clinician")),
        ("CLIENT_TOKEN", &token("client")),
    ];
    let mut documents = Node::browser("documents.mjs", &variables).await;
    while documents.says().await != "the documents hold" {}
    documents.ends().await;
}

/// `examples/spa` in headless Chromium: what is sent while it is cut off is there when it is back.
#[tokio::test]
async fn g1_the_example_application_goes_on_behind_a_lost_connection() {
    let tidings = Tidings::start().await;
    let proxy = Proxy::start(&tidings.address()).await;
    let client = tidings.caller("client");
    let say = async |body: &str| {
        let send = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }";
        let thread = cast::thread::SLEEP.gid();
        let input = json!({ "idempotencyKey": key(), "threadId": thread, "body": body });
        let data = client.data(send, json!({ "input": input })).await;
        assert_eq!(data["sendMessage"]["userErrors"], json!([]));
    };

    Node::example().await;
    let url = format!("http://{}", proxy.address);
    let token = tidings.caller("clinician").token.unwrap();
    let variables = [("TIDINGS_URL", url.as_str()), ("TOKEN", &token)];
    let mut application = Node::browser("spa.mjs", &variables).await;
    assert_eq!(application.says().await, "Amina Farouk");
    say("It arrives by itself").await;
    application.hears(&json!("It arrives by itself")).await;
    assert_eq!(application.says().await, "It arrives by itself");

    proxy.cut();
    say("Nobody could hear this").await;
    proxy.mend();
    application.hears(&json!("Nobody could hear this")).await;
    assert_eq!(application.says().await, "Nobody could hear this");
    application.ends().await;
}
