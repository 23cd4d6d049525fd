//! The status matrix of GraphQL over HTTP.

use reqwest::{
    Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};

use crate::server::{JSON, RESPONSE, Server};

#[tokio::test]
async fn the_status_follows_the_media_type() {
    let server = Server::start().await;
    // A document, its status as application/json and as application/graphql-response+json, the code.
    for (query, json, response, code) in [
        ("{ hello }", 200, 200, ""),
        ("mutation { double(n: 2) }", 200, 200, ""),
        ("{ hello missing }", 200, 200, "NOT_FOUND"),
        ("{ requiredBoom }", 200, 200, "INTERNAL"),
        ("{ small(value: 11) }", 200, 200, "BAD_USER_INPUT"),
        ("{ panic }", 500, 500, "INTERNAL"),
        ("{", 200, 400, "GRAPHQL_PARSE_FAILED"),
        ("", 200, 400, "GRAPHQL_PARSE_FAILED"),
        (
            "fragment F on Query { hello }",
            200,
            400,
            "GRAPHQL_PARSE_FAILED",
        ),
        ("{ nothing }", 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("{ echo }", 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("{ small(value: \"x\") }", 200, 400, "BAD_USER_INPUT"),
        (
            "query ($n: Int!) { small(value: $n) }",
            200,
            400,
            "BAD_USER_INPUT",
        ),
        (
            "query A { hello } query B { hello }",
            200,
            400,
            "OPERATION_RESOLUTION_FAILED",
        ),
        (
            "subscription { count(to: 1) }",
            200,
            400,
            "OPERATION_NOT_SUPPORTED",
        ),
    ] {
        for (accept, status) in [(JSON, json), (RESPONSE, response)] {
            let answer = server.query(accept, query).await;
            assert_eq!(answer.status, status, "{query} {answer:?}");
            assert_eq!(answer.code(), code, "{query} {answer:?}");
            let media = format!("{accept}; charset=utf-8");
            assert_eq!(answer.header("content-type"), media, "{query}");
            // Errors that came before execution leave no data member; those after it do, though null.
            let executed = status == 200 && (response == 200);
            let has_data = answer.body.as_object().unwrap().contains_key("data");
            assert_eq!(has_data, executed, "{query} {answer:?}");
            answer.check_errors();
        }
    }
}

#[tokio::test]
async fn the_status_codes_of_2026_are_a_switch() {
    let server = Server::with(|options| options.new_status_codes = true).await;
    for (query, json, response) in [
        ("{ hello }", 200, 200),
        ("{ hello missing }", 200, 294),
        ("{ requiredBoom }", 200, 294),
        ("{", 200, 400),
        ("{ nothing }", 200, 422),
        ("query ($n: Int!) { small(value: $n) }", 200, 422),
        ("query A { hello } query B { hello }", 200, 422),
    ] {
        for (accept, status) in [(JSON, json), (RESPONSE, response)] {
            assert_eq!(server.query(accept, query).await.status, status, "{query}");
        }
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_whatever_the_media_type() {
    let server = Server::start().await;
    for body in [
        "",
        "  ",
        "nonsense",
        "{\"query\":",
        "7",
        "null",
        "{}",
        "{\"qeury\":\"{ hello }\"}",
        "{\"query\":7}",
        "{\"query\":null}",
        "{\"query\":\"{ hello }\",\"variables\":[7]}",
        "{\"query\":\"{ hello }\",\"variables\":\"{}\"}",
        "{\"query\":\"{ hello }\",\"operationName\":7}",
        "{\"query\":\"{ hello }\",\"extensions\":7}",
        "[]",
        "[7]",
    ] {
        for accept in [JSON, RESPONSE] {
            let answer = server.send(server.post(body).header(ACCEPT, accept)).await;
            assert_eq!(answer.status, 400, "{body}");
            assert_eq!(answer.code(), "BAD_REQUEST", "{body}");
            assert_eq!(answer.body.get("data"), None, "{body}");
            answer.check_errors();
        }
    }
}

#[tokio::test]
async fn null_and_unknown_parameters_are_fine() {
    let server = Server::start().await;
    let body = json!({
        "query": "{ hello }", "operationName": null, "variables": null, "extensions": null, "id": 1,
    });
    let answer = server.send(server.post(body.to_string())).await;
    assert_eq!(answer.body, json!({ "data": { "hello": "world" } }));
    let body = r#"{"query":"query A { hello } query B { viewer }","operationName":"B"}"#;
    let answer = server.send(server.post(body)).await;
    assert_eq!(answer.body, json!({ "data": { "viewer": "nobody" } }));
    let body = r#"{"query":"query A { hello }","operationName":"B"}"#;
    let answer = server.send(server.post(body)).await;
    assert_eq!(answer.code(), "OPERATION_RESOLUTION_FAILED");
}

#[tokio::test]
async fn get_executes_queries_only() {
    let server = Server::start().await;
    let answer = server.send(server.get(&[("query", "{ hello }")])).await;
    assert_eq!(
        (answer.status, &answer.body["data"]["hello"]),
        (200, &json!("world"))
    );

    let answer = server
        .send(server.get(&[
            (
                "query",
                "query A { hello } query B($t: String!) { echo(text: $t) }",
            ),
            ("operationName", "B"),
            ("variables", r#"{"t":"a+b c&d"}"#),
            ("extensions", "{}"),
        ]))
        .await;
    assert_eq!(answer.body, json!({ "data": { "echo": "a+b c&d" } }));

    for query in ["mutation { double(n: 1) }", "mutation { slow }"] {
        for accept in [JSON, RESPONSE] {
            let request = server.get(&[("query", query)]).header(ACCEPT, accept);
            let answer = server.send(request).await;
            assert_eq!(answer.status, 405);
            assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
            assert_eq!(answer.header("allow"), "POST");
            answer.check_errors();
        }
    }
    assert_eq!(*server.world.started.borrow(), 0);
    // The chosen operation counts, not the document.
    let document = "query A { hello } mutation B { double(n: 1) }";
    for (name, status) in [("A", 200), ("B", 405)] {
        let request = server.get(&[("query", document), ("operationName", name)]);
        assert_eq!(server.send(request).await.status, status, "{name}");
    }
    for params in [
        &[][..],
        &[("variables", "{}")][..],
        &[("query", "{ hello }"), ("variables", "nonsense")][..],
        &[("query", "{ hello }"), ("variables", "[]")][..],
        &[("query", "{ hello }"), ("extensions", "7")][..],
        &[("query", "{ hello }"), ("query", "{ viewer }")][..],
    ] {
        let answer = server.send(server.get(params)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "BAD_REQUEST"),
            "{params:?}"
        );
    }
}

#[tokio::test]
async fn other_methods_media_types_and_accepts_are_refused() {
    let server = Server::start().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = server
            .send(server.client.request(method, server.url()))
            .await;
        assert_eq!((answer.status, answer.code()), (405, "METHOD_NOT_ALLOWED"));
        assert_eq!(answer.header("allow"), "GET, POST");
        answer.check_errors();
    }
    let head = server.send(server.client.head(server.url())).await;
    assert_eq!(head.status, 405);

    let body = json!({ "query": "{ hello }" }).to_string();
    let plain = server.client.post(server.url()).body(body.clone());
    let answer = server.send(plain).await;
    assert_eq!(
        (answer.status, answer.code()),
        (415, "UNSUPPORTED_MEDIA_TYPE")
    );
    for (media, status) in [
        ("text/plain", 415),
        ("application/graphql", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
        // Taken, but this body is none.
        ("multipart/form-data; boundary=x", 400),
        ("application/json; charset=utf-16", 415),
        ("application/json;charset=UTF-8", 200),
        ("Application/JSON", 200),
    ] {
        let request = server.client.post(server.url()).body(body.clone());
        let answer = server.send(request.header(CONTENT_TYPE, media)).await;
        assert_eq!(answer.status, status, "{media}");
        answer.check_errors();
    }
    for accept in [
        "text/html",
        "application/json;q=0",
        "application/json;charset=latin1",
    ] {
        let answer = server.query(accept, "{ hello }").await;
        assert_eq!(
            (answer.status, answer.code()),
            (406, "NOT_ACCEPTABLE"),
            "{accept}"
        );
        answer.check_errors();
    }
    let answer = server.query("*/*", "{ hello }").await;
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
}

#[tokio::test]
async fn rejections_have_their_status_in_either_media_type() {
    let server = Server::start().await;
    for (token, status, code) in [
        ("expired", 401, "UNAUTHENTICATED"),
        ("outage", 503, "UNAVAILABLE"),
        ("banned", 403, "FORBIDDEN"),
        ("panic", 500, "INTERNAL"),
    ] {
        for accept in [JSON, RESPONSE] {
            let request = server.post(json!({ "query": "{ hello }" }).to_string());
            let answer = server
                .send(request.bearer_auth(token).header(ACCEPT, accept))
                .await;
            assert_eq!((answer.status, answer.code()), (status, code));
            assert_eq!(answer.body.get("data"), None);
            let challenge = if status == 401 { "Bearer" } else { "" };
            assert_eq!(answer.header("www-authenticate"), challenge);
            answer.check_errors();
        }
    }
    let viewer = json!({ "query": "{ viewer }" }).to_string();
    for (value, name) in [
        ("Bearer ann", "ann"),
        ("bearer  ann ", "ann"),
        ("Basic YTpi", "nobody"),
        ("Bearer", "nobody"),
    ] {
        let request = server.post(viewer.clone()).header("Authorization", value);
        assert_eq!(
            server.send(request).await.body["data"]["viewer"],
            name,
            "{value}"
        );
    }
}

#[tokio::test]
async fn responses_carry_the_headers_of_resolvers_and_are_not_kept() {
    let server = Server::start().await;
    let answer = server.query(RESPONSE, "{ header requestId }").await;
    assert_eq!(answer.header("x-from-resolver"), "yes");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.body["data"]["requestId"],
        answer.header("x-request-id")
    );
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["accept, origin"]);
}

#[tokio::test]
async fn the_request_id_hook_is_asked() {
    let server = Server::with(|options| {
        options.request_id = std::sync::Arc::new(|| "request-7".to_owned());
    })
    .await;
    let answer = server.query(JSON, "{ nothing }").await;
    assert_eq!(answer.header("x-request-id"), "request-7");
    assert_eq!(
        answer.body["errors"][0]["extensions"]["requestId"],
        "request-7"
    );
}

#[tokio::test]
async fn batches_answer_in_order() {
    let server = Server::start().await;
    let batch = json!([
        { "query": "{ hello }" },
        { "query": "{ nothing }" },
        { "query": "mutation { double(n: 3) }" },
    ]);
    for accept in [JSON, RESPONSE] {
        let request = server.post(batch.to_string()).header(ACCEPT, accept);
        let answer = server.send(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body[0], json!({ "data": { "hello": "world" } }));
        let code = &answer.body[1]["errors"][0]["extensions"]["code"];
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(answer.body[1].get("data"), None);
        assert_eq!(answer.body[2], json!({ "data": { "double": 6 } }));
    }
    let single = json!([{ "query": "{ hello }" }]).to_string();
    assert!(matches!(
        server.send(server.post(single)).await.body,
        Value::Array(_)
    ));
}
