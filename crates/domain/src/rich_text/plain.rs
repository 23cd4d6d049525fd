//! The plain text of a sanitised text: what is searched, counted, exported and shown where
//! nothing else can be.

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// The text of `html`, which must be sanitised: a blank line between blocks, a line for each row
/// and each `<br>`, a tab between cells, a mark before each item of a list.
pub(super) fn text_of(html: &str) -> String {
    let sink = Sink {
        state: RefCell::new(Writer {
            out: String::with_capacity(html.len()),
            ..Writer::default()
        }),
        lists: RefCell::new(Vec::new()),
        preformatted: Cell::new(false),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while let html5ever::TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
    tokenizer.end();
    tokenizer.sink.state.into_inner().out
}

/// Writes separators only when text follows them: so elements without text leave no trace.
#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends that are due, 0 to 2.
    lines: usize,
    /// White space that is due, within a line.
    gap: Option<char>,
    /// The mark of an item that has no text yet.
    mark: Option<String>,
}

impl Writer {
    fn lines(&mut self, count: usize) {
        self.lines = self.lines.max(count);
    }

    fn push(&mut self, c: char) {
        if !self.out.is_empty() {
            if self.lines > 0 {
                (0..self.lines).for_each(|_| self.out.push('\n'));
            } else if let Some(gap) = self.gap {
                self.out.push(gap);
            }
        }
        (self.lines, self.gap) = (0, None);
        if let Some(mark) = self.mark.take() {
            self.out.push_str(&mark);
        }
        self.out.push(c);
    }
}

struct Sink {
    state: RefCell<Writer>,
    /// For each open list, the number of its next item; none when it is not numbered.
    lists: RefCell<Vec<Option<u32>>>,
    preformatted: Cell<bool>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text(&text),
            Token::TagToken(tag) => self.tag(&tag.name, tag.kind == TagKind::StartTag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Sink {
    fn text(&self, text: &str) {
        let mut writer = self.state.borrow_mut();
        for c in text.chars() {
            if self.preformatted.get() {
                writer.push(c);
            } else if c.is_ascii_whitespace() {
                // A tab between cells outlives the white space around it.
                writer.gap.get_or_insert(' ');
            } else {
                writer.push(c);
            }
        }
    }

    fn tag(&self, name: &str, is_start: bool) {
        let mut writer = self.state.borrow_mut();
        let mut lists = self.lists.borrow_mut();
        match name {
            "br" => {
                writer.lines += 1;
                writer.lines = writer.lines.min(2);
            }
            // The first block of an item stands beside the item's mark.
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" | "hr"
                if writer.mark.is_none() =>
            {
                writer.lines(2);
            }
            "pre" => {
                self.preformatted.set(is_start);
                writer.lines(2);
            }
            "ol" | "ul" => {
                if is_start {
                    lists.push((name == "ol").then_some(1));
                } else {
                    lists.pop();
                }
                writer.lines(if lists.is_empty() { 2 } else { 1 });
            }
            "li" => {
                writer.lines(1);
                writer.mark = is_start.then(|| match lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number += 1;
                        mark
                    }
                    _ => "- ".to_owned(),
                });
            }
            "tr" => writer.lines(1),
            "td" | "th" if !is_start => writer.gap = Some('\t'),
            _ => {}
        }
    }
}
