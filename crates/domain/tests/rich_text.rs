//! Nothing gets past the sanitiser: a corpus of known payloads (`tests/xss/`) and generated tag
//! soup, each judged by reading what came out as a browser would.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is missing"
)]

use html5ever::tendril::TendrilSink;
use html5ever::{QualName, local_name, ns};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use tidings_domain::{AttachmentId, Body, BodyRules, RichBody, RichProblem, limits};
use uuid::Uuid;

/// What may stand in a text, written down a second time on purpose: a change of the sanitiser's
/// own table has to be made here as well.
const ALLOWED: &[(&str, &[&str])] = &[
    ("p", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("pre", &[]),
    ("blockquote", &[]),
    ("code", &[]),
    ("strong", &[]),
    ("b", &[]),
    ("em", &[]),
    ("i", &[]),
    ("u", &[]),
    ("s", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("ol", &[]),
    ("ul", &[]),
    ("li", &[]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["colspan", "rowspan"]),
    ("td", &["colspan", "rowspan"]),
    ("a", &["href", "target", "rel"]),
    ("img", &["src", "alt", "width", "height"]),
];

const HOSTILE: &[char] = &[
    '\0', '\u{1}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
];

fn parse(html: &str) -> Result<RichBody, RichProblem> {
    let rules = BodyRules {
        min: 1,
        max: limits::MAX_BODY_CHARS,
    };
    // A text of its own in front, so that payloads without text are no blank message.
    RichBody::parse(html, rules, |id| {
        id.starts_with("QXR")
            .then(|| AttachmentId(Uuid::from_u128(1)))
    })
}

/// Everything that must hold of what came out, whatever went in.
fn judge(given: &str) {
    let Ok(body) = parse(&format!("x{given}")) else {
        return;
    };
    let html = body.html();
    for dom in [as_fragment(html), as_document(html)] {
        // Read by the standard's own rules the text has the elements that were written: there
        // is nothing for a second reading to mend, and so nothing to move.
        let written = html.matches('<').count() - html.matches("</").count();
        assert_eq!(judge_tree(&dom.document, html), written, "{html}");
    }
    assert!(!body.text().as_str().contains(HOSTILE));
    let again = parse(html).expect("its own answer is a text");
    assert_eq!(again.html(), html, "not a fixed point of {given:?}");
    assert_eq!(again.text(), body.text());
    assert_eq!(again.refused_images(), 0);
}

fn as_document(html: &str) -> RcDom {
    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html)
}

fn as_fragment(html: &str) -> RcDom {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let options = html5ever::ParseOpts::default();
    html5ever::parse_fragment(RcDom::default(), options, context, Vec::new(), false).one(html)
}

/// Judges every node, and counts the elements.
fn judge_tree(root: &Handle, html: &str) -> usize {
    let mut elements = 0;
    let mut waiting = vec![root.clone()];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.children.borrow().iter().cloned());
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                assert_eq!(name.ns, ns!(html), "{html}");
                let attributes: Vec<(String, String)> = attrs
                    .borrow()
                    .iter()
                    .map(|a| (a.name.local.to_string(), a.value.to_string()))
                    .collect();
                if matches!(&*name.local, "html" | "head" | "body") {
                    assert_eq!(attributes, [], "{html}");
                    continue;
                }
                elements += 1;
                judge_element(&name.local, &attributes, html);
            }
            NodeData::Text { contents } => {
                assert!(!contents.borrow().contains(HOSTILE), "{html:?}");
            }
            NodeData::Document => {}
            other => panic!("{other:?} in {html}"),
        }
    }
    elements
}

fn judge_element(name: &str, attributes: &[(String, String)], html: &str) {
    let rule = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
    let (_, allowed) = rule.unwrap_or_else(|| panic!("<{name}> in {html}"));
    for (attribute, value) in attributes {
        assert!(
            allowed.contains(&attribute.as_str()),
            "{attribute} in {html}"
        );
        judge_value(name, attribute, value, html);
    }
    let value = |wanted: &str| {
        let found = attributes.iter().find(|(attribute, _)| attribute == wanted);
        found.map(|(_, value)| value.as_str())
    };
    if name == "a" {
        assert!(value("href").is_some(), "{html}");
        assert_eq!(value("target"), Some("_blank"), "{html}");
        assert_eq!(value("rel"), Some("noopener noreferrer"), "{html}");
    }
    assert!(name != "img" || value("src").is_some(), "{html}");
}

fn judge_value(element: &str, attribute: &str, value: &str, html: &str) {
    assert!(!value.contains(HOSTILE), "{html:?}");
    let fits = match attribute {
        "href" => {
            let scheme = value.split(':').next().unwrap_or_default();
            ["http", "https", "mailto", "tel"].contains(&scheme)
                && !value.contains(|c: char| c.is_control() || !c.is_ascii())
                && (!scheme.starts_with("http")
                    || !value
                        .split('/')
                        .nth(2)
                        .is_none_or(|host| host.contains('@')))
        }
        "src" => value
            .strip_prefix("attachment:")
            .is_some_and(|id| id.bytes().all(|b| b.is_ascii_alphanumeric())),
        "colspan" | "rowspan" | "width" | "height" => {
            (1..=4_096).contains(&value.parse::<u32>().unwrap_or(0))
        }
        _ => true,
    };
    assert!(fits, "{attribute}={value:?} of {element} in {html}");
}

/// `\u{…}`, `\n`, `\r`, `\t` and `\\` of the corpus's files.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        rest = match after.as_bytes().first() {
            Some(b'u') => {
                let (code, after) = after[2..].split_once('}').expect("\\u{…}");
                text.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
                after
            }
            Some(b'n') => {
                text.push('\n');
                &after[1..]
            }
            Some(b'r') => {
                text.push('\r');
                &after[1..]
            }
            Some(b't') => {
                text.push('\t');
                &after[1..]
            }
            _ => {
                text.push('\\');
                after.strip_prefix('\\').unwrap_or(after)
            }
        };
    }
    text + rest
}

fn corpus() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/xss");
    let mut payloads = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        // The first line says what the file is about.
        payloads.extend(text.lines().skip(1).map(unescaped));
    }
    assert!(payloads.len() > 300, "the corpus is there");
    payloads
}

#[test]
fn c06_c13_c15_no_payload_of_the_corpus_gets_through() {
    let corpus = corpus();
    for payload in &corpus {
        judge(payload);
        // The same within the places where readers change their rules.
        for (before, after) in [
            ("<p>", "</p>"),
            ("<table><tr><td>", "</td></tr></table>"),
            ("<table>", "</table>"),
            ("<a href=\"https://ok.example\">", "</a>"),
            ("<ul><li><b>", "</b></ul>"),
            ("<pre>", "</pre>"),
            ("<svg>", "</svg>"),
            ("<math><mtext>", "</math>"),
            ("<template>", "</template>"),
            ("<p title=\"", "\">"),
            ("<!--", "-->"),
        ] {
            judge(&format!("{before}{payload}{after}"));
        }
    }
    // Halves of different payloads beside each other.
    for pair in corpus.windows(2) {
        let half = |text: &str, first| {
            let at = text.floor_char_boundary(text.len() / 2);
            text[if first { 0..at } else { at..text.len() }].to_owned()
        };
        judge(&(half(&pair[0], true) + &half(&pair[1], false)));
        judge(&format!("{}{}", pair[0], pair[1]));
    }
}

#[test]
fn c06_a_plain_body_as_html_is_a_text_too() {
    let html = Body::html_of("a <b> & \"c\"\nd\n\ne");
    let body = parse(&html).unwrap();
    assert_eq!(body.text().as_str(), "a <b> & \"c\"\nd\n\ne");
}

/// Names of elements, many of which change how a reader goes on.
const NAMES: &[&str] = &[
    "p",
    "h1",
    "h2",
    "pre",
    "blockquote",
    "code",
    "b",
    "strong",
    "i",
    "u",
    "s",
    "a",
    "br",
    "img",
    "hr",
    "ol",
    "ul",
    "li",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "div",
    "span",
    "font",
    "script",
    "style",
    "svg",
    "math",
    "mtext",
    "mglyph",
    "template",
    "noscript",
    "textarea",
    "title",
    "select",
    "option",
    "form",
    "button",
    "iframe",
    "xmp",
    "caption",
    "colgroup",
    "col",
    "foreignObject",
    "annotation-xml",
    "desc",
    "nobr",
    "body",
    "html",
    "head",
    "frameset",
    "del",
    "dl",
    "dd",
    "input",
    "plaintext",
];

/// Attributes, whole and cut off.
const ATTRIBUTES: &[&str] = &[
    "",
    " href=https://ok.example/x",
    " href=javascript:alert(1)",
    " href=\" mailto:a@ok.example ?x \"",
    " src=attachment:QXR0",
    " src=https://evil.example/x",
    " onclick=alert(1)",
    " style='x:url(y)'",
    " colspan=3 rowspan=0",
    " width=9 height=x alt='<b>\"'",
    " x=\">\"",
    " a='",
    " encoding=text/html",
    "/",
];

/// Pieces of which soup is made.
fn piece() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(NAMES);
    let attributes = proptest::sample::select(ATTRIBUTES);
    let text = proptest::sample::select(vec![
        "a",
        " ",
        "\n",
        "\n\n",
        "&lt;",
        "<",
        ">",
        "\"",
        "--",
        "]]>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?x ",
        "&#0;",
        "\u{202e}",
        "\u{a0}",
        "\u{1F600}",
        "\\",
        "&",
        "\r\n",
        "\u{c}",
    ]);
    prop_oneof![
        4 => (name.clone(), attributes).prop_map(|(name, more)| format!("<{name}{more}>")),
        3 => name.prop_map(|name| format!("</{name}>")),
        2 => text.prop_map(ToOwned::to_owned),
        1 => ".{0,4}".prop_map(|text| text),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c06_generated_soup_comes_out_clean_and_stays_as_it_is(
        pieces in proptest::collection::vec(piece(), 0..60)
    ) {
        judge(&pieces.concat());
    }

    #[test]
    fn c06_any_text_comes_out_clean(text in "\\PC{0,200}") {
        judge(&text);
    }
}
