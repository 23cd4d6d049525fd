//! Pages of other origins.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::server::{Answer, Server};

const APP: &str = "https://app.example";
const EVIL: &str = "https://evil.example";

async fn server() -> Server {
    Server::with(|options| options.allowed_origins = vec![APP.into()]).await
}

async fn send(server: &Server, request: RequestBuilder, headers: &[(&str, &str)]) -> Answer {
    let add = |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
    server.send(headers.iter().fold(request, add)).await
}

#[tokio::test]
async fn what_a_foreign_page_can_send_without_preflight_is_refused() {
    let server = server().await;
    let own = format!("http://{}", server.address);
    let get = || server.get(&[("query", "{ hello }")]);
    for headers in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Origin", EVIL)],
        &[("Origin", "null")],
    ] {
        let answer = send(&server, get(), headers).await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "CSRF_PREVENTED"),
            "{headers:?}"
        );
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("graphql-preflight"), "{message}");
        answer.check_errors();

        // The same as a form would send it.
        let form = server
            .client
            .post(server.url())
            .body(r#"{"query":"{ hello }"}"#);
        let form = form.header("Content-Type", "text/plain");
        assert_eq!(
            send(&server, form, headers).await.status,
            403,
            "{headers:?}"
        );
    }
    for headers in [
        &[][..],
        &[("Origin", own.as_str())],
        &[("Origin", APP), ("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none")],
        &[("Sec-Fetch-Site", "cross-site"), ("GraphQL-Preflight", "1")],
        &[
            ("Sec-Fetch-Site", "cross-site"),
            ("Apollo-Require-Preflight", "1"),
        ],
        &[
            ("Sec-Fetch-Site", "cross-site"),
            ("Content-Type", "application/json"),
        ],
        &[("Origin", EVIL), ("Authorization", "Bearer ann")],
    ] {
        let answer = send(&server, get(), headers).await;
        assert_eq!(answer.status, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn preflight_is_granted_to_allowed_origins() {
    let server = server().await;
    let options = || server.client.request(Method::OPTIONS, server.url());
    let granted = send(&server, options(), &[("Origin", APP)]).await;
    assert_eq!(granted.status, 204);
    assert_eq!(granted.header("access-control-allow-origin"), APP);
    assert_eq!(granted.header("access-control-allow-methods"), "GET, POST");
    let headers = granted.header("access-control-allow-headers");
    assert!(headers.contains("authorization") && headers.contains("content-type"));
    assert_eq!(granted.header("vary"), "accept, origin");

    let refused = send(&server, options(), &[("Origin", EVIL)]).await;
    assert_eq!(refused.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn only_pages_of_allowed_origins_may_read_the_answer() {
    let server = server().await;
    let post = || server.post(json!({ "query": "{ hello }" }).to_string());
    let answer = send(&server, post(), &[("Origin", APP)]).await;
    assert_eq!(answer.header("access-control-allow-origin"), APP);
    assert_eq!(
        answer.header("access-control-expose-headers"),
        "x-request-id"
    );
    let answer = send(&server, post(), &[("Origin", EVIL)]).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // No cookies are ever asked for.
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}
