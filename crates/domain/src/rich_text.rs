//! Rich text: untrusted HTML turned into the few elements that a message may hold, and its plain
//! text (C-05 to C-16). One sanitiser serves messages, mass messages and requests, so that the
//! same input is stored as the same bytes (C-16).
//!
//! Two judges work from one table (`allow.rs`). `soup.rs` reads tokens and writes well-formed
//! text of allowed elements, in time that grows with the input and no faster. Ammonia then
//! builds the tree as a browser does and lets through what the table names. The first writes
//! once more what ammonia let through, since it escapes more than the standard did when ammonia's
//! writer was made. All is repeated until nothing changes: what is stored is a fixed point, and
//! passed both.

mod allow;
mod plain;
mod shape;
mod soup;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::body::{Body, BodyProblem, BodyRules};
use crate::id::AttachmentId;
use crate::limits;

/// The rich text of a message: sanitised HTML, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RichBody {
    html: String,
    text: Body,
    attachments: Vec<AttachmentId>,
    refused_images: usize,
}

/// Why a rich text is no message body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RichProblem {
    /// Its plain text is no message body.
    Text(BodyProblem),
    /// The HTML, before or after it is sanitised, has more than [`limits::MAX_BODY_HTML_BYTES`]
    /// bytes, or a single tag has more attributes than any editor writes.
    MarkupTooLong,
}

impl RichBody {
    /// Sanitises `html`. `rules` bound its plain text (P-43, K16); a text of nothing but empty
    /// elements or images is blank (S-12).
    ///
    /// `attachment` reads the global id in `<img src="attachment:ID">`; an image for which it
    /// answers none is dropped, as is every image from elsewhere (C-13). Whether the writer may
    /// show that attachment is for the caller to decide, from [`RichBody::attachments`].
    ///
    /// Time and memory grow with the length of `html`, whatever it holds.
    pub fn parse(
        html: &str,
        rules: BodyRules,
        attachment: impl Fn(&str) -> Option<AttachmentId>,
    ) -> Result<Self, RichProblem> {
        let (html, refused_images) = sanitised(html, &|id| attachment(id).is_some())?;
        let text = Body::parse(&plain::text_of(&html), rules).map_err(RichProblem::Text)?;
        let mut attachments: Vec<AttachmentId> = Vec::new();
        for id in sources(&html).filter_map(|source| attachment(source.id)) {
            if !attachments.contains(&id) {
                attachments.push(id);
            }
            if attachments.len() > limits::MAX_INLINE_IMAGES {
                return Err(RichProblem::MarkupTooLong);
            }
        }
        Ok(Self {
            html,
            text,
            attachments,
            refused_images,
        })
    }

    /// Sanitises `html` as [`RichBody::parse`] does, and asks nothing of its text: what is not sent
    /// yet may be blank. Images keep the names by which `attachment` knows them.
    pub fn sanitise(html: &str, attachment: impl Fn(&str) -> bool) -> Result<String, RichProblem> {
        Ok(sanitised(html, &attachment)?.0)
    }

    /// The sanitised HTML, as it is stored. Images still name attachments: see [`served_html`].
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The plain text, as it is stored, searched and counted.
    #[must_use]
    pub fn text(&self) -> &Body {
        &self.text
    }

    /// The attachments that its images show, each once, in the order of the text.
    #[must_use]
    pub fn attachments(&self) -> &[AttachmentId] {
        &self.attachments
    }

    /// How many images were dropped because their source is no attachment: for telling the
    /// writer, who would miss them.
    #[must_use]
    pub fn refused_images(&self) -> usize {
        self.refused_images
    }
}

/// Stored HTML as it is served: each `attachment:ID` becomes the address that `address` gives for
/// ID (C-13); without one the image keeps its place and has no source. Every other byte stays.
///
/// `html` must come from [`RichBody::html`].
#[must_use]
pub fn served_html(html: &str, mut address: impl FnMut(&str) -> Option<String>) -> String {
    let mut served = String::with_capacity(html.len() + 256);
    let mut done = 0;
    for source in sources(html) {
        served.push_str(&html[done..source.begin]);
        if let Some(address) = address(source.id) {
            served.push_str(" src=\"");
            for c in address.chars() {
                match c {
                    '&' => served.push_str("&amp;"),
                    '"' => served.push_str("&quot;"),
                    '<' => served.push_str("&lt;"),
                    '>' => served.push_str("&gt;"),
                    c => served.push(c),
                }
            }
            served.push('"');
        }
        done = source.end;
    }
    served.push_str(&html[done..]);
    served
}

/// The source of one image in sanitised HTML.
struct Source<'a> {
    /// The attachment's global id.
    id: &'a str,
    /// Where the attribute begins, with the space before it.
    begin: usize,
    /// Behind its closing quote.
    end: usize,
}

/// What every image of sanitised HTML begins with. In a text `<` is escaped and in an attribute
/// `"`, so it stands nowhere else.
const IMAGE: &str = "<img src=\"attachment:";

fn sources(html: &str) -> impl Iterator<Item = Source<'_>> {
    html.match_indices(IMAGE).filter_map(|(at, _)| {
        let id_at = at + IMAGE.len();
        let length = html[id_at..].find('"')?;
        Some(Source {
            id: &html[id_at..id_at + length],
            begin: at + "<img".len(),
            end: id_at + length + 1,
        })
    })
}

/// Most rounds until nothing changes. Well-formed text needs one, and one to see it.
const ROUNDS: usize = 8;

fn sanitised(
    html: &str,
    is_attachment: &dyn Fn(&str) -> bool,
) -> Result<(String, usize), RichProblem> {
    let tidy = |html: &str| {
        soup::tidy(html, is_attachment).map_err(|soup::Overloaded| RichProblem::MarkupTooLong)
    };
    if html.len() > limits::MAX_BODY_HTML_BYTES {
        return Err(RichProblem::MarkupTooLong);
    }
    let first = tidy(html)?;
    let mut now = first.html;
    for _ in 0..ROUNDS {
        if now.len() > limits::MAX_BODY_HTML_BYTES {
            return Err(RichProblem::MarkupTooLong);
        }
        let next = tidy(&SANITISER.clean(&now).to_string())?.html;
        if next == now {
            return Ok((next, first.refused_images));
        }
        now = next;
    }
    // Not seen, and no proof that it cannot be: then the text goes on without its markup.
    let text = Body::html_of(&plain::text_of(&now));
    Ok((tidy(&text)?.html, first.refused_images))
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    // Those that ammonia sets itself must not stand in its list.
    let given = |element: &'static allow::Element| {
        let attributes = element.attributes.iter().copied();
        attributes.filter(|name| !matches!(*name, "target" | "rel"))
    };
    builder
        .tags(allow::ELEMENTS.iter().map(|e| e.name).collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(
            allow::ELEMENTS
                .iter()
                .map(|e| (e.name, given(e).collect()))
                .collect(),
        )
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from([
            "http",
            "https",
            "mailto",
            "tel",
            "attachment",
        ]))
        .url_relative(UrlRelative::Deny)
        .set_tag_attribute_values(HashMap::from([(
            "a",
            HashMap::from([("target", "_blank")]),
        )]))
        // SECURITY: without it the page behind a link can steer the page that it was opened from.
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true)
        .attribute_filter(allow::attribute);
    builder
});

#[cfg(test)]
mod tests;
