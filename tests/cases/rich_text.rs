//! Rich text: what is kept of it, what is refused, and that all who take it take the same.

mod reading;

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, thread};

use crate::support::{Caller, Global as _, Tidings, key};

/// What every link has.
const LINK: &str = "target=\"_blank\" rel=\"noopener noreferrer\"";

fn rich(thread: &str, html: &str) -> Value {
    json!({ "threadId": thread, "body": html, "bodyFormat": "RICH" })
}

/// The newest message of a thread, as its reader gets it.
async fn last(reader: &Caller<'_>, thread: &str) -> Value {
    let query =
        "query($id: ID!) { thread(id: $id) { lastMessage { id bodyFormat bodyText bodyHtml } } }";
    let mut data = reader.data(query, json!({ "id": thread })).await;
    data["thread"]["lastMessage"].take()
}

/// What the client reads of a rich message of staff: HTML and plain text.
async fn kept(tidings: &Tidings, html: &str) -> (String, String) {
    let id = thread::SLEEP.gid();
    let sent = tidings
        .caller("clinician")
        .does("sendMessage", rich(&id, html))
        .await;
    let message = last(&tidings.caller("client"), &id).await;
    assert_eq!(message["id"], sent["message"]["id"]);
    assert_eq!(message["bodyFormat"], "RICH");
    let text = |field: &str| message[field].as_str().unwrap().to_owned();
    (text("bodyHtml"), text("bodyText"))
}

/// HTML that must come back as it was sent.
async fn survive(tidings: &Tidings, all: &[&str]) {
    for html in all {
        assert_eq!(kept(tidings, html).await.0, *html);
    }
}

const HOSTILE: &[&str] = &[
    "<p>kept<script>alert(1)</script></p>",
    "<p onclick=\"alert(1)\" ONMOUSEOVER='alert(1)'>kept</p>",
    "<img src=x onerror=alert(1)>kept",
    "kept<iframe src=\"https://evil.example/\"></iframe>",
    "<a href=\"javascript:alert(1)\">kept</a>",
    "<a href=\" java&#9;script:alert(1)\">kept</a>",
    "<p style=\"background: url(https://evil.example/x.gif)\">kept</p>",
    "<style>p { background: url(x) }</style><p>kept",
    "<svg><g onload=alert(1)></g></svg><p>kept</p>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">kept",
    "<form action=https://evil.example><input name=a><button>kept</button></form>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\"><base href=//evil.example>kept",
    "<<script>script>alert(1)<</script>/script>kept",
];

#[tokio::test]
async fn c05_c06_what_could_run_or_call_home_is_gone_and_nothing_changes_the_second_time() {
    let tidings = Tidings::start().await;
    for hostile in HOSTILE {
        let (html, text) = kept(&tidings, hostile).await;
        assert!(text.contains("kept"), "{hostile}: {text}");
        // Text that looks like a tag is escaped: what is left of `<` is a tag.
        let lower = html.to_lowercase();
        for bad in [
            "<script", "<style", "<iframe", "<svg", "<math", "<form", "<base", "<img", "<meta",
        ] {
            assert!(!lower.contains(bad), "{hostile}: {html}");
        }
        for tag in lower.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap();
            for bad in ["on", "style", "javascript", "url("] {
                assert!(
                    !tag.contains(&format!(" {bad}")) && !tag.contains("javascript:"),
                    "{hostile}: {html}"
                );
            }
        }
        assert_eq!(kept(&tidings, &html).await, (html, text), "{hostile}");
    }
}

#[tokio::test]
async fn c05_g4_the_same_input_and_key_give_one_message_with_html_and_plain_text() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let mut input = rich(&id, "<p>One <b>two</b><script>x</script></p><ul><li>three");
    input["idempotencyKey"] = json!(key());
    let first = amina.does("sendMessage", input.clone()).await;
    let stored = tidings.stored().await;
    assert_eq!(amina.does("sendMessage", input.clone()).await, first);
    assert_eq!(tidings.stored().await, stored);
    let rows = tidings
        .count(
            "SELECT COUNT(*) FROM message WHERE body_format = 'RICH' AND body LIKE 'One two%- three' \
             AND body_html = '<p>One <b>two</b></p><ul><li>three</li></ul>'",
        )
        .await;
    assert_eq!(rows, 1);
    // The same text in another format is another message.
    input["bodyFormat"] = json!("PLAIN");
    assert_eq!(
        amina.refused("sendMessage", input.clone()).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    input.as_object_mut().unwrap().remove("bodyFormat");
    assert_eq!(
        amina.refused("sendMessage", input).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test]
async fn c05_plain_text_is_the_default_and_stays_plain() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    amina.writes(&id, "<b>not bold</b>").await;
    let message = last(&tidings.caller("client"), &id).await;
    assert_eq!(message["bodyFormat"], "PLAIN");
    assert_eq!(message["bodyText"], "<b>not bold</b>");
    assert_eq!(message["bodyHtml"], "<p>&lt;b&gt;not bold&lt;/b&gt;</p>");
    let empty = "SELECT COUNT(*) FROM message WHERE body_format = 'PLAIN' AND body_html IS NULL";
    let all = tidings.count("SELECT COUNT(*) FROM message").await;
    assert_eq!(tidings.count(empty).await, all);
}

#[tokio::test]
async fn c07_c08_c09_bold_italics_and_underline_survive() {
    let tidings = Tidings::start().await;
    survive(
        &tidings,
        &[
            "<p><strong>a</strong> <b>b</b></p>",
            "<p><em>a</em> <i>b</i></p>",
            "<p><u>a</u></p>",
            "<p><b>a<i>b<u>c</u></i></b></p>",
        ],
    )
    .await;
}

#[tokio::test]
async fn c10_block_formats_survive() {
    let tidings = Tidings::start().await;
    for name in ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"] {
        survive(&tidings, &[&format!("<{name}>a</{name}>")]).await;
    }
    let (_, text) = kept(&tidings, "<h1>Title</h1><p>One<br>two</p>").await;
    assert_eq!(text, "Title\n\nOne\ntwo");
}

#[tokio::test]
async fn c11_c12_lists_survive_nested_too() {
    let tidings = Tidings::start().await;
    let html = "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>";
    let (back, text) = kept(&tidings, html).await;
    assert_eq!(back, html);
    assert_eq!(text, "1. a\n- b\n- c\n2. d");
}

#[tokio::test]
async fn c13_no_image_is_kept_that_is_no_attachment_of_the_message() {
    let tidings = Tidings::start().await;
    for source in [
        "http://evil.example/x.gif",
        "data:image/png;base64,AAAA",
        "//evil.example/x",
        "attachment:Attachment_AY8xc3AAdI-pqKNQ4an4vQ",
    ] {
        let html = format!("<p>Look: <img src=\"{source}\" alt=\"x\"></p>");
        let (html, text) = kept(&tidings, &html).await;
        assert!(!html.contains("<img"), "{source}: {html}");
        assert_eq!(text, "Look:");
    }
}

#[tokio::test]
async fn c14_tables_survive_with_their_spans() {
    let tidings = Tidings::start().await;
    let html = "<table><thead><tr><th colspan=\"2\">a</th></tr></thead><tbody><tr>\
                <td rowspan=\"3\">b</td><td>c</td></tr></tbody></table>";
    let (back, text) = kept(&tidings, html).await;
    assert_eq!(back, html);
    assert_eq!(text, "a\nb\tc");
}

#[tokio::test]
async fn c15_every_link_opens_in_a_new_tab() {
    let tidings = Tidings::start().await;
    let addresses = [
        "http://x.example/",
        "https://x.example/a?b=c&amp;d#e",
        "mailto:a@x.example",
        "tel:+1-555",
    ];
    let links = addresses
        .map(|address| format!("<a rel=opener target=_self href=\"{address}\">a</a> "))
        .concat();
    let (html, _) = kept(&tidings, &format!("<p>{links}</p>")).await;
    for address in addresses {
        let link = format!("<a href=\"{address}\" {LINK}>a</a>");
        assert!(html.contains(&link), "{address}: {html}");
    }
    assert_eq!(html.matches("<a ").count(), html.matches(LINK).count());
    for address in [
        "ftp://x.example/",
        "data:text/html,x",
        "/inbox",
        "vbscript:x",
    ] {
        let (html, _) = kept(&tidings, &format!("<a href=\"{address}\">a</a>")).await;
        assert!(!html.contains("href"), "{address}: {html}");
    }
}

#[tokio::test]
async fn c16_a_thread_that_is_started_and_an_answer_store_the_same_bytes() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let more = [
        "<h2>T</h2><p>x <a href=https://x.example>y</a><img src=z>",
        "<ol><li>1<li>2</ol><table><td colspan=2>c",
        "\u{5e9}\u{202e}\u{200f} &amp; \u{1F600}\r\n&lt;b&gt;",
    ];
    for html in HOSTILE.iter().chain(&more) {
        let sent = kept(&tidings, html).await;
        let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
            "subject": "s", "body": html, "bodyFormat": "RICH" });
        let started = amina.does("startThread", input).await;
        let id = started["thread"]["id"].as_str().unwrap();
        let message = last(&tidings.caller("client"), id).await;
        assert_eq!(message["bodyFormat"], "RICH");
        assert_eq!(
            (message["bodyHtml"].as_str(), message["bodyText"].as_str()),
            (Some(sent.0.as_str()), Some(sent.1.as_str())),
            "{html}"
        );
    }
    // In the rows, too: each text stands there twice.
    let texts = tidings
        .count("SELECT COUNT(DISTINCT body_html) FROM message WHERE body_format = 'RICH'")
        .await;
    let pairs = tidings
        .count(
            "SELECT COUNT(*) FROM (SELECT body_html FROM message WHERE body_format = 'RICH' \
             GROUP BY body_html HAVING COUNT(*) % 2 = 0) p",
        )
        .await;
    assert_eq!(pairs, texts);
}

#[tokio::test]
async fn s12_a_body_of_empty_tags_is_no_body() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let stored = tidings.stored().await;
    for blank in [
        "",
        " ",
        "<p></p>",
        "<p> <br>&nbsp;</p>",
        "<ul><li></li></ul>",
        "<table><tr><td></td></tr></table>",
        "<hr>",
        "<script>a</script>",
        "<!-- a -->",
        "<p>\u{200B}&#x200b;</p>",
        "<img src=\"https://x.example/y.gif\" alt=\"y\">",
    ] {
        assert_eq!(
            amina.refused("sendMessage", rich(&id, blank)).await,
            "BODY_REQUIRED",
            "{blank:?}"
        );
        let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
            "subject": "s", "body": blank, "bodyFormat": "RICH" });
        assert_eq!(
            amina.refused("startThread", input).await,
            "BODY_REQUIRED",
            "{blank:?}"
        );
    }
    assert_eq!(tidings.stored().await, stored);
}

#[tokio::test]
async fn p43_k16_the_bounds_count_the_plain_text() {
    let tidings = Tidings::start().await;
    tidings
        .policy(json!({ "client_max_message_chars": 5, "min_body_chars": 3 }))
        .await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let query = "{ agency { messagingPolicy { clientMaxMessageChars minBodyChars } } }";
    let data = amina.data(query, json!({})).await;
    let policy = &data["agency"]["messagingPolicy"];
    assert_eq!(
        policy,
        &json!({ "clientMaxMessageChars": 5, "minBodyChars": 3 })
    );
    let fits = "<p><strong>\u{1F600}&amp;üab</strong></p>";
    let over = "<p><strong>\u{1F600}&amp;üabc</strong></p>";
    elena.does("sendMessage", rich(&id, fits)).await;
    for caller in [&elena, &amina] {
        let short = rich(&id, "<h1>ab</h1>");
        assert_eq!(caller.refused("sendMessage", short).await, "BODY_TOO_SHORT");
    }
    let stored = tidings.stored().await;
    assert_eq!(
        elena.refused("sendMessage", rich(&id, over)).await,
        "MESSAGE_TOO_LONG"
    );
    let plain = json!({ "threadId": id, "body": "123456" });
    assert_eq!(
        elena.refused("sendMessage", plain).await,
        "MESSAGE_TOO_LONG"
    );
    assert_eq!(tidings.stored().await, stored);
    elena.writes(&id, "12345").await;
    // Staff are bound by the server alone.
    amina.does("sendMessage", rich(&id, over)).await;
    let most = "\u{1F600}".repeat(65_536);
    amina.does("sendMessage", rich(&id, &most)).await;
    let more = rich(&id, &format!("{most}a"));
    assert_eq!(amina.refused("sendMessage", more).await, "MESSAGE_TOO_LONG");
}

#[tokio::test]
async fn bad_rich_text_is_refused_or_made_good() {
    let tidings = Tidings::start().await;
    let (amina, id) = (tidings.caller("clinician"), thread::SLEEP.gid());
    let stored = tidings.stored().await;
    for format in [
        json!("HTML"),
        json!("rich"),
        json!(""),
        json!(1),
        json!(null),
        json!(["RICH"]),
    ] {
        let mut input = rich(&id, "a");
        input["bodyFormat"] = format.clone();
        let code = amina.refused("sendMessage", input).await;
        assert_eq!(code, "BAD_USER_INPUT", "{format}");
    }
    // More than half a mebibyte of markup around one letter.
    let wide = format!("{}a", "<blockquote>".repeat(65_536));
    assert_eq!(
        amina.refused("sendMessage", rich(&id, &wide)).await,
        "MESSAGE_TOO_LONG"
    );
    let attributes: Vec<String> = (0..10_000).map(|n| format!(" a{n}=1")).collect();
    let attributes = attributes.concat();
    assert_eq!(
        amina
            .refused("sendMessage", rich(&id, &format!("<p{attributes}>a</p>")))
            .await,
        "MESSAGE_TOO_LONG"
    );
    assert_eq!(tidings.stored().await, stored);
    for name in ["b", "div", "font"] {
        let (html, text) = kept(
            &tidings,
            &format!("{}a", format!("<{name}>").repeat(65_536)),
        )
        .await;
        assert_eq!(text, "a", "{name}");
        assert!(html.len() < 1_000, "{name}: {} bytes", html.len());
    }
    let (html, text) = kept(&tidings, "<p>a\u{0}b&#0;c<\u{0}b></p>").await;
    assert!(
        !html.contains('\u{0}') && !text.contains('\u{0}'),
        "{html:?}"
    );
    assert!(text.starts_with("ab"), "{text:?}");
    // A thread that the writer does not see is not there, whatever the body.
    for body in ["<p></p>", "<p>a</p>", wide.as_str()] {
        let input = rich(&thread::OTHER_SESSION.gid(), body);
        assert_eq!(amina.refused("sendMessage", input).await, "NOT_FOUND");
    }
}
