use uuid::Uuid;

use super::*;

const RULES: BodyRules = BodyRules {
    min: 1,
    max: limits::MAX_BODY_CHARS,
};

fn attachment(id: &str) -> Option<AttachmentId> {
    let number = id.strip_prefix("QXR0")?.parse().unwrap_or(0);
    Some(AttachmentId(Uuid::from_u128(number)))
}

fn parse(html: &str) -> RichBody {
    RichBody::parse(html, RULES, attachment).unwrap()
}

fn html_of(html: &str) -> String {
    let body = parse(html);
    let again = parse(body.html());
    assert_eq!(again.html(), body.html(), "a fixed point");
    assert_eq!(again.text(), body.text());
    body.html
}

fn text_of(html: &str) -> String {
    parse(html).text.as_str().to_owned()
}

fn numbered(count: usize, make: impl Fn(usize) -> String) -> String {
    (0..count).map(make).collect::<Vec<_>>().concat()
}

#[test]
fn c05_a_rich_text_gives_sanitised_html_and_its_plain_text() {
    let body = parse("<p>Dear <b>Ann</b>,</p><p>see you<br>at 9 &amp; later</p>");
    assert_eq!(
        body.html(),
        "<p>Dear <b>Ann</b>,</p><p>see you<br>at 9 &amp; later</p>"
    );
    assert_eq!(body.text().as_str(), "Dear Ann,\n\nsee you\nat 9 & later");
}

#[test]
fn c06_what_is_not_on_the_list_goes_and_its_text_stays() {
    for (given, kept) in [
        ("a<script>alert(1)</script>b", "ab"),
        ("<p onclick=\"x()\">a</p>", "<p>a</p>"),
        (
            "<p style=\"background:url(x)\" class=c id=i>a</p>",
            "<p>a</p>",
        ),
        ("a<iframe src=\"https://x.example\"></iframe>", "a"),
        ("<a href=\"javascript:alert(1)\">a</a>", "a"),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<del>a</del><ins>b</ins>", "<s>a</s><u>b</u>"),
    ] {
        assert_eq!(html_of(given), kept, "{given}");
    }
}

#[test]
fn c07_c08_c09_bold_italics_and_underline_survive() {
    for html in [
        "<b>a</b>",
        "<strong>a</strong>",
        "<i>a</i>",
        "<em>a</em>",
        "<u>a</u>",
        "<s>a</s>",
        "<p><b>a<i>b<u>c</u></i></b></p>",
    ] {
        assert_eq!(html_of(html), html);
    }
}

#[test]
fn c10_block_formats_survive() {
    for name in ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"] {
        let html = format!("<{name}>a</{name}>");
        assert_eq!(html_of(&html), html);
    }
    assert_eq!(text_of("<pre>a  b\n  c</pre>"), "a  b\n  c");
    assert_eq!(html_of("<pre>\n\n\na\n</pre>"), "<pre>a\n</pre>");
    assert_eq!(text_of("<h1>a</h1>b<hr>c"), "a\n\nb\n\nc");
}

#[test]
fn c11_c12_lists_survive_nested() {
    let html = "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>";
    assert_eq!(html_of(html), html);
    assert_eq!(text_of(html), "1. a\n- b\n- c\n2. d");
    assert_eq!(
        html_of("<ul><li>a<li>b</ul>"),
        "<ul><li>a</li><li>b</li></ul>"
    );
    assert_eq!(text_of("<ul><li><p>a</p></li><li></li></ul>"), "- a");
}

#[test]
fn c13_images_show_attachments_and_nothing_else() {
    let body = parse(
        "a<img alt=\"x\" height=9 src=\"attachment:QXR02\"><img src=\"http://x.example/y.gif\">\
         <img src=\"attachment:QXR01\"><img src=\"attachment:QXR02\"><img src=\"attachment:no\">",
    );
    assert_eq!(
        body.html(),
        "a<img src=\"attachment:QXR02\" alt=\"x\" height=\"9\"><img src=\"attachment:QXR01\">\
         <img src=\"attachment:QXR02\">"
    );
    let ids = [2, 1].map(|n| AttachmentId(Uuid::from_u128(n)));
    assert_eq!(body.attachments(), ids);
    assert_eq!(body.refused_images(), 2);
}

#[test]
fn c13_a_served_image_has_an_address_and_all_else_stays() {
    let stored = parse(
        "<p>&lt;img src=\"attachment:QXR01\"</p><img src=\"attachment:QXR01\" \
         alt='<img src=\"attachment:QXR02\">'>\u{a0}<img src=\"attachment:QXR03\" width=\"1\">",
    );
    let served = served_html(stored.html(), |id| {
        (id == "QXR01").then(|| "/files/1?a=1&b=\"<".to_owned())
    });
    assert_eq!(
        served,
        "<p>&lt;img src=&quot;attachment:QXR01&quot;</p><img src=\"/files/1?a=1&amp;b=&quot;&lt;\" \
         alt=\"&lt;img src=&quot;attachment:QXR02&quot;&gt;\">\u{a0}<img width=\"1\">"
    );
    let same = served_html(stored.html(), |id| Some(format!("attachment:{id}")));
    assert_eq!(same, stored.html());
}

#[test]
fn c14_tables_survive() {
    let html = "<table><thead><tr><th colspan=\"2\">a</th></tr></thead><tbody><tr>\
                <td rowspan=\"3\">b</td><td>c</td></tr></tbody></table>";
    assert_eq!(html_of(html), html);
    assert_eq!(text_of(html), "a\nb\tc");
    assert_eq!(
        html_of("<table><td colspan=0 rowspan=99999>a"),
        "<table><tbody><tr><td>a</td></tr></tbody></table>"
    );
    assert_eq!(
        html_of("<table>a<tr>b<td>c</table>"),
        "<table><tbody><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>"
    );
}

#[test]
fn c15_a_link_opens_in_a_new_tab_and_leads_where_it_says() {
    let tail = "target=\"_blank\" rel=\"noopener noreferrer\"";
    for address in [
        "http://x.example/",
        "https://x.example/a?b=c#d",
        "mailto:a@x.example",
        "tel:+1-555",
    ] {
        let given = format!("<a rel=\"opener\" target=\"_self\" href=\"{address}\">a</a>");
        let kept = format!("<a href=\"{address}\" {tail}>a</a>");
        assert_eq!(html_of(&given), kept);
    }
    let hidden = html_of("<a href=\"https://\u{430}pple.example/\">a</a>");
    assert!(hidden.contains("https://xn--"), "{hidden}");
    assert_eq!(html_of("<a href=\"https://bank@evil.example\">a</a>"), "a");
    assert_eq!(html_of("<a href=\"/inbox\">a</a>"), "a");
}

#[test]
fn s12_a_text_of_empty_elements_is_blank() {
    for blank in [
        "",
        "<p></p>",
        "<p> <br>&nbsp;</p>",
        "<ul><li></li></ul>",
        "<ol><li><b></b></li></ol>",
        "<hr>",
        "<table><tr><td></td></tr></table>",
        "<img src=\"attachment:QXR01\" alt=\"a\">",
        "<script>a</script>",
        "<p>\u{200B}</p>",
    ] {
        let problem = RichBody::parse(blank, RULES, attachment).unwrap_err();
        assert_eq!(problem, RichProblem::Text(BodyProblem::Blank), "{blank}");
    }
}

#[test]
fn k16_p43_the_bound_counts_the_plain_text() {
    let rules = BodyRules { min: 1, max: 5 };
    let parse = |html| RichBody::parse(html, rules, attachment);
    assert!(parse("<p><strong>\u{1F600}&amp;üab</strong></p>").is_ok());
    assert_eq!(
        parse("<p><strong>\u{1F600}&amp;üabc</strong></p>").unwrap_err(),
        RichProblem::Text(BodyProblem::TooLong { max: 5 })
    );
    let fits = "\u{1F600}".repeat(limits::MAX_BODY_CHARS);
    assert!(RichBody::parse(&fits, RULES, attachment).is_ok());
}

#[test]
fn k16_the_markup_is_bounded_too() {
    let over = format!("a{}", " ".repeat(limits::MAX_BODY_HTML_BYTES));
    let problem = RichBody::parse(&over, RULES, attachment).unwrap_err();
    assert_eq!(problem, RichProblem::MarkupTooLong);
    // Each link grows by its target: what comes out is bounded as well.
    let links = "<a href=tel:1>a</a>".repeat(limits::MAX_BODY_HTML_BYTES / 20);
    let problem = RichBody::parse(&links, RULES, attachment).unwrap_err();
    assert_eq!(problem, RichProblem::MarkupTooLong);
}

#[test]
fn c06_deep_nesting_costs_no_more_than_length() {
    let trim = |text: String| {
        let text = text.trim_start_matches(['-', ' ', '1', '.', '\n']);
        text.to_owned()
    };
    for name in [
        "b",
        "div",
        "p",
        "ul",
        "li",
        "table",
        "blockquote",
        "font",
        "svg",
        "math",
    ] {
        let deep = format!("{}a", format!("<{name}>").repeat(65_536));
        if deep.len() < limits::MAX_BODY_HTML_BYTES {
            assert_eq!(trim(text_of(&deep)), "a", "{name}");
        } else {
            let problem = RichBody::parse(&deep, RULES, attachment).unwrap_err();
            assert_eq!(problem, RichProblem::MarkupTooLong, "{name}");
        }
    }
    for names in ["<ol><li>", "<table><tr><td>", "<blockquote><p><b><i>"] {
        let deep = format!("{}a", names.repeat(20_000));
        assert!(trim(text_of(&deep)).ends_with('a'), "{names}");
    }
    // Formatting that the standard opens again in each paragraph.
    let many = numbered(8_000, |n| format!("<b a{n}=1>"));
    let soup = format!("{many}{}", "<p>a".repeat(60_000));
    assert!(RichBody::parse(&soup, RULES, attachment).is_ok());
}

#[test]
fn c06_a_tag_of_ten_thousand_attributes_is_refused() {
    let many = numbered(10_000, |n| format!(" a{n}=1"));
    let problem = RichBody::parse(&format!("<p{many}>a</p>"), RULES, attachment).unwrap_err();
    assert_eq!(problem, RichProblem::MarkupTooLong);
    let some = numbered(100, |n| format!(" a{n}=\"1 2\""));
    assert_eq!(html_of(&format!("<p{some}>a</p>")), "<p>a</p>");
}

#[test]
fn c16_hostile_characters_go_and_writing_marks_stay() {
    assert_eq!(html_of("a\u{202E}b\u{0}c\u{1b}d"), "abcd");
    assert_eq!(
        html_of("\u{5e9}\u{200f}\u{200d}"),
        "\u{5e9}\u{200f}\u{200d}"
    );
}
