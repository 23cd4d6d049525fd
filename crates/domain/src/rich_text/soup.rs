//! The first judge of the sanitiser: tag soup in, a well-formed text of allowed elements out, in
//! one pass over the tokens and with a bounded number of open elements.
//!
//! The standard's own tree builder takes time that grows with the square of a hostile input
//! (deep nesting, formatting that is opened again in each paragraph). So it gets to see only
//! what this one has written.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::allow;
use super::shape::Shape;

/// Bytes that are fed at once.
const CHUNK: usize = 1_024;
/// Most separators (white space, quotes, slashes) in a stretch of input that makes no token. The
/// tokenizer compares each attribute of a tag with all before it.
const MAX_SEPARATORS: usize = 2_048;

/// What the first judge found.
pub(super) struct Tidied {
    /// Allowed elements only, well-formed.
    pub(super) html: String,
    /// Images that were dropped, because their source is not an attachment.
    pub(super) refused_images: usize,
}

/// A tag with more attributes than any writer's.
#[derive(Debug)]
pub(super) struct Overloaded;

/// Writes the allowed part of `html`.
pub(super) fn tidy(html: &str, is_attachment: &dyn Fn(&str) -> bool) -> Result<Tidied, Overloaded> {
    let sink = Sink {
        shape: RefCell::new(Shape::new(html.len())),
        muted: Cell::new(None),
        tokens: Cell::new(0),
        refused_images: Cell::new(0),
        is_attachment,
    };
    let sink = tokenize(html, sink, |sink| sink.tokens.get())?;
    Ok(Tidied {
        html: sink.shape.into_inner().finish(),
        refused_images: sink.refused_images.get(),
    })
}

/// Feeds `html` to the sink in pieces, and stops when a single token swallows too much.
fn tokenize<S: TokenSink<Handle = ()>>(
    html: &str,
    sink: S,
    tokens: impl Fn(&S) -> u64,
) -> Result<S, Overloaded> {
    let tokenizer = Tokenizer::new(sink, options());
    let queue = BufferQueue::default();
    let mut separators = 0;
    let mut seen = 0;
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = after;
        let now = tokens(&tokenizer.sink);
        if now != seen {
            (seen, separators) = (now, 0);
        }
        separators += chunk.bytes().filter(|b| is_separator(*b)).count();
        if separators > MAX_SEPARATORS {
            return Err(Overloaded);
        }
        queue.push_back(StrTendril::from_slice(chunk));
        // A result asks for a script to be run; there is none.
        while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
    }
    tokenizer.end();
    Ok(tokenizer.sink)
}

fn options() -> TokenizerOpts {
    TokenizerOpts {
        initial_state: Some(State::Data),
        ..TokenizerOpts::default()
    }
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'')
}

struct Sink<'a> {
    shape: RefCell<Shape>,
    /// The element whose content goes with it, while inside.
    muted: Cell<Option<&'static str>>,
    /// Tokens so far.
    tokens: Cell<u64>,
    refused_images: Cell<usize>,
    is_attachment: &'a dyn Fn(&str) -> bool,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        match token {
            Token::CharacterTokens(text) if self.muted.get().is_none() => {
                self.shape.borrow_mut().text(&text);
            }
            Token::TagToken(tag) => return self.tag(&tag),
            // Doctypes, comments, processing instructions and CDATA (comments, too, in HTML) go.
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Sink<'_> {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let is_start = tag.kind == TagKind::StartTag;
        if let Some(muted) = self.muted.get() {
            if !is_start && name == muted {
                self.muted.set(None);
            }
            return TokenSinkResult::Continue;
        }
        if is_start && let Some((muted, state)) = silent(name) {
            self.muted.set(Some(muted));
            return state.map_or(TokenSinkResult::Plaintext, TokenSinkResult::RawData);
        }
        let mut shape = self.shape.borrow_mut();
        match allow::lookup(name) {
            Some(element) if is_start => match self.attributes(element, tag) {
                Some(attributes) => shape.start(element, &attributes),
                None if element.name == "img" => {
                    self.refused_images.set(self.refused_images.get() + 1);
                }
                // A link that leads nowhere is its text.
                None => {}
            },
            Some(element) => shape.end(element),
            None if allow::breaks_block(name) => shape.break_block(),
            None => {}
        }
        TokenSinkResult::Continue
    }

    /// The attributes that stay, in the list's order; none if the element is nothing without
    /// one that has to go.
    fn attributes(
        &self,
        element: &allow::Element,
        tag: &Tag,
    ) -> Option<Vec<(&'static str, String)>> {
        let mut kept = Vec::new();
        for &name in element.attributes {
            if let Some(value) = allow::always(element.name, name) {
                kept.push((name, value.to_owned()));
                continue;
            }
            let value = tag
                .attrs
                .iter()
                .find(|attribute| &*attribute.name.local == name)
                .and_then(|found| allow::attribute(element.name, name, &found.value));
            match value {
                // SECURITY: a picture from elsewhere tells its server who reads, and when (C-13).
                Some(src)
                    if name == "src"
                        && !allow::attachment_id(&src).is_some_and(self.is_attachment) =>
                {
                    return None;
                }
                Some(value) => kept.push((name, value.into_owned())),
                None if matches!(name, "src" | "href") => return None,
                None => {}
            }
        }
        Some(kept)
    }
}

/// An element of which nothing is for a reader, and how the tokenizer is to read its content
/// (none: to the end of the input).
fn silent(name: &str) -> Option<(&'static str, Option<RawKind>)> {
    Some(match name {
        "script" => ("script", Some(RawKind::ScriptData)),
        "style" => ("style", Some(RawKind::Rawtext)),
        "xmp" => ("xmp", Some(RawKind::Rawtext)),
        "iframe" => ("iframe", Some(RawKind::Rawtext)),
        "noembed" => ("noembed", Some(RawKind::Rawtext)),
        "noframes" => ("noframes", Some(RawKind::Rawtext)),
        "title" => ("title", Some(RawKind::Rcdata)),
        "textarea" => ("textarea", Some(RawKind::Rcdata)),
        "plaintext" => ("plaintext", None),
        _ => return None,
    })
}
