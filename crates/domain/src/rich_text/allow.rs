//! The allow-list of rich text: the one table from which both halves of the sanitiser are made.
//! What does not stand here does not reach a reader.

use std::borrow::Cow;

use url::Url;

/// The part an element plays in the shape of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Runs within a line: `b`, `a`.
    Inline,
    /// A block that holds lines only: a paragraph, a heading, preformatted text.
    Leaf,
    /// A block that holds blocks.
    Container,
    /// `ol` and `ul`.
    List,
    /// `li`.
    Item,
    /// `table`.
    Table,
    /// `thead` and `tbody`.
    Rows,
    /// `tr`.
    Row,
    /// `td` and `th`.
    Cell,
    /// Stands alone within a line: `br`, `img`.
    VoidInline,
    /// Stands alone between blocks: `hr`.
    VoidBlock,
}

/// An element that a text may hold (C-07 to C-15).
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// In the order in which they are written.
    pub(super) attributes: &'static [&'static str],
}

const fn element(name: &'static str, role: Role) -> Element {
    with(name, role, &[])
}

const fn with(name: &'static str, role: Role, attributes: &'static [&'static str]) -> Element {
    Element {
        name,
        role,
        attributes,
    }
}

/// Every element that survives.
pub(super) const ELEMENTS: &[Element] = &[
    element("p", Role::Leaf),
    element("h1", Role::Leaf),
    element("h2", Role::Leaf),
    element("h3", Role::Leaf),
    element("h4", Role::Leaf),
    element("h5", Role::Leaf),
    element("h6", Role::Leaf),
    element("pre", Role::Leaf),
    element("blockquote", Role::Container),
    element("code", Role::Inline),
    element("strong", Role::Inline),
    element("b", Role::Inline),
    element("em", Role::Inline),
    element("i", Role::Inline),
    element("u", Role::Inline),
    element("s", Role::Inline),
    with("a", Role::Inline, &["href", "target", "rel"]),
    element("br", Role::VoidInline),
    with("img", Role::VoidInline, &["src", "alt", "width", "height"]),
    element("hr", Role::VoidBlock),
    element("ol", Role::List),
    element("ul", Role::List),
    element("li", Role::Item),
    element("table", Role::Table),
    element("thead", Role::Rows),
    element("tbody", Role::Rows),
    element("tr", Role::Row),
    with("th", Role::Cell, &["colspan", "rowspan"]),
    with("td", Role::Cell, &["colspan", "rowspan"]),
];

/// The allowed element of that name, or the one that stands for it: old and close relatives keep
/// their meaning, so that text pasted from elsewhere does not lose it.
pub(super) fn lookup(name: &str) -> Option<&'static Element> {
    let name = match name {
        "del" | "strike" => "s",
        "ins" => "u",
        "kbd" | "samp" | "tt" => "code",
        "tfoot" => "tbody",
        name => name,
    };
    ELEMENTS.iter().find(|element| element.name == name)
}

/// Whether an element outside the list begins and ends a block. It goes, but the text before it
/// and the text in it must not run together.
pub(super) fn breaks_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "header"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "option"
            | "section"
            | "summary"
            | "td"
            | "th"
    )
}

/// Longest address of a link, in bytes.
const MAX_HREF: usize = 2_048;
/// Longest text that stands for an image, in Unicode scalar values.
const MAX_ALT: usize = 500;
/// Widest span of a table's cell: browsers work for each column, visible or not.
const MAX_SPAN: u32 = 100;
/// Largest width and height of an image, in CSS pixels.
const MAX_PIXELS: u32 = 4_096;
/// Longest global id of an attachment, in ASCII characters.
const MAX_ATTACHMENT_ID: usize = 128;
/// What an image's source begins with; the attachment's global id follows.
pub(super) const ATTACHMENT: &str = "attachment:";

/// The value with which an attribute may stay; none drops it. Applied to its own answer it
/// answers the same.
pub(super) fn attribute<'a>(element: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match (element, name) {
        ("a", "href") => href(value).map(Cow::Owned),
        ("a", "target" | "rel") => always(element, name).map(Cow::Borrowed),
        ("img", "src") => attachment_id(value).map(|_| Cow::Borrowed(value)),
        ("img", "alt") => Some(alt(value)),
        ("img", "width" | "height") => number(value, MAX_PIXELS),
        ("td" | "th", "colspan" | "rowspan") => number(value, MAX_SPAN),
        _ => None,
    }
}

/// The value that an attribute has on every element of that name, whatever a writer asked for.
pub(super) fn always(element: &str, name: &str) -> Option<&'static str> {
    match (element, name) {
        ("a", "target") => Some("_blank"),
        // SECURITY: without it the page behind a link can steer the page that it was opened from.
        ("a", "rel") => Some("noopener noreferrer"),
        _ => None,
    }
}

/// The global id in `attachment:ID`.
pub(super) fn attachment_id(src: &str) -> Option<&str> {
    let id = src.strip_prefix(ATTACHMENT)?;
    let fits = (1..=MAX_ATTACHMENT_ID).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    fits.then_some(id)
}

/// An absolute address as the URL standard writes it: with no tab, line end or bidirectional
/// control left, and its host in ASCII, so that a reader who looks at it sees where it leads.
fn href(value: &str) -> Option<String> {
    if value.len() > MAX_HREF {
        return None;
    }
    let url = Url::parse(value).ok()?;
    // SECURITY: these four and no other (C-15); `javascript:` and `data:` run in the reader's page.
    let fits = match url.scheme() {
        // SECURITY: `https://bank.example@evil.example` shows one host and leads to another.
        "http" | "https" => url.username().is_empty() && url.password().is_none(),
        "mailto" | "tel" => true,
        _ => false,
    };
    let text = String::from(url);
    (fits && text.len() <= MAX_HREF).then_some(text)
}

fn alt(value: &str) -> Cow<'_, str> {
    let fits = |c: char| !c.is_control() && !is_hostile(c);
    if value.chars().all(fits) && value.chars().nth(MAX_ALT).is_none() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.chars().filter(|c| fits(*c)).take(MAX_ALT).collect())
}

fn number(value: &str, most: u32) -> Option<Cow<'_, str>> {
    let number: u32 = value.trim_ascii().parse().ok()?;
    (1..=most)
        .contains(&number)
        .then(|| Cow::Owned(number.to_string()))
}

/// Characters that a text cannot hold: controls, and those that make what follows read in
/// another order than it is written (marks such as U+200F stay: right-to-left writing needs
/// them).
pub(super) fn is_hostile(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}
