//! Writes elements so that they nest as the standard's tree builder nests them: whatever reads
//! the result, builds the same tree.

use super::allow::{self, Element, Role};

/// Most elements that can be open at once. The outermost of them keep their place; what nests
/// deeper keeps its text.
const MAX_DEPTH: usize = 64;
/// Room kept below a block that needs further elements to hold text: a table its row and cell.
const RESERVE: usize = 8;

/// The writer.
#[derive(Debug)]
pub(super) struct Shape {
    out: String,
    open: Vec<&'static Element>,
    /// A block outside the list began or ended: what comes next begins a paragraph.
    at_break: bool,
    /// Right behind `<pre>`, where every reader drops a line end.
    at_pre: bool,
}

impl Shape {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            out: String::with_capacity(capacity),
            open: Vec::with_capacity(MAX_DEPTH),
            at_break: false,
            at_pre: false,
        }
    }

    /// Closes what is open, and gives the text.
    pub(super) fn finish(mut self) -> String {
        self.close_to(0);
        self.out
    }

    /// A run of text, not escaped.
    pub(super) fn text(&mut self, text: &str) {
        let between = self.at_break || self.top_is(|role| is_frame(role) || role == Role::List);
        let text = if between {
            text.trim_start_matches(|c: char| c.is_ascii_whitespace() || allow::is_hostile(c))
        } else {
            text
        };
        if text.is_empty() {
            return;
        }
        self.before_line();
        for c in text.chars().filter(|c| !allow::is_hostile(*c)) {
            if c == '\n' && self.at_pre {
                continue;
            }
            self.at_pre = false;
            self.escaped(c);
        }
    }

    /// A start tag.
    pub(super) fn start(&mut self, element: &'static Element, attributes: &[(&str, String)]) {
        match element.role {
            Role::Inline | Role::VoidInline => {
                if element.name == "a" {
                    self.close_line_element("a");
                    if self.is_in_link() {
                        return;
                    }
                }
                self.before_line();
                self.open(element, attributes);
            }
            Role::Leaf | Role::Container | Role::List | Role::Table | Role::VoidBlock => {
                self.before_block(element.role);
                self.open(element, attributes);
            }
            Role::Item => {
                let list = self.last(|role| matches!(role, Role::List | Role::Cell | Role::Table));
                match list.filter(|at| self.open[*at].role == Role::List) {
                    Some(list) => {
                        self.close_to(list + 1);
                        self.open(element, attributes);
                    }
                    None => self.break_block(),
                }
            }
            Role::Rows | Role::Row | Role::Cell => self.table_part(element, attributes),
        }
    }

    /// An end tag. One that ends nothing is nothing.
    pub(super) fn end(&mut self, element: &'static Element) {
        let is_same = |other: &Element| {
            let headings = [element.name, other.name].map(|name| name.starts_with('h'));
            other.name == element.name || (element.role == Role::Leaf && headings == [true; 2])
        };
        let found = match element.role {
            Role::Inline => return self.close_line_element(element.name),
            Role::VoidInline | Role::VoidBlock => None,
            Role::Leaf => self.last(|role| role == Role::Leaf),
            Role::Item => {
                self.last(|role| matches!(role, Role::Item | Role::List | Role::Cell | Role::Table))
            }
            Role::Container | Role::List => {
                let wall = self
                    .last(|role| matches!(role, Role::Cell | Role::Table))
                    .map_or(0, |at| at + 1);
                self.open[wall..]
                    .iter()
                    .rposition(|other| is_same(other))
                    .map(|at| wall + at)
            }
            Role::Table => self.last(|role| role == Role::Table),
            Role::Rows | Role::Row | Role::Cell => {
                let table = self.last(|role| role == Role::Table).unwrap_or(0);
                self.open[table..]
                    .iter()
                    .rposition(|other| is_same(other))
                    .map(|at| table + at)
            }
        };
        if let Some(at) = found.filter(|at| is_same(self.open[*at])) {
            self.close_to(at);
        }
    }

    /// A block outside the list began or ended.
    pub(super) fn break_block(&mut self) {
        self.close_leaf();
        self.at_break = true;
    }

    fn table_part(&mut self, element: &'static Element, attributes: &[(&str, String)]) {
        let Some(table) = self.last(|role| role == Role::Table) else {
            return self.break_block();
        };
        let keep = match element.role {
            Role::Rows => |role| role == Role::Table,
            Role::Row => |role| matches!(role, Role::Table | Role::Rows),
            _ => |role| matches!(role, Role::Table | Role::Rows | Role::Row),
        };
        let at = self.last(keep).unwrap_or(table);
        self.close_to(at + 1);
        if element.role != Role::Rows && self.top_is(|role| role == Role::Table) {
            self.open_named("tbody");
        }
        if element.role == Role::Cell && self.top_is(|role| role == Role::Rows) {
            self.open_named("tr");
        }
        self.open(element, attributes);
    }

    /// Makes room for text and what runs in it.
    fn before_line(&mut self) {
        self.inside_frames();
        if self.top_is(|role| role == Role::List) {
            self.open_named("li");
        }
        if std::mem::take(&mut self.at_break) && self.last(|role| role == Role::Leaf).is_none() {
            self.open_named("p");
        }
    }

    fn before_block(&mut self, role: Role) {
        self.close_leaf();
        self.at_break = false;
        self.inside_frames();
        if role != Role::List && self.top_is(|role| role == Role::List) {
            self.open_named("li");
        }
    }

    /// What stands in a table outside its cells gets a cell; browsers would move it out.
    fn inside_frames(&mut self) {
        if self.top_is(is_frame)
            && let Some(cell) = allow::lookup("td")
        {
            self.table_part(cell, &[]);
            self.at_break = false;
        }
    }

    fn close_leaf(&mut self) {
        if let Some(leaf) = self.last(|role| role == Role::Leaf) {
            self.close_to(leaf);
        }
    }

    /// Closes an element that runs in a line, if it is open in this line.
    fn close_line_element(&mut self, name: &str) {
        let line = self
            .last(|role| role != Role::Inline)
            .map_or(0, |block| block + 1);
        let found = self.open[line..]
            .iter()
            .rposition(|element| element.name == name);
        if let Some(at) = found {
            self.close_to(line + at);
        }
    }

    /// Whether a link goes round the block that is open. A link in a link is its text: browsers
    /// would end the outer one and change the shape of what follows.
    fn is_in_link(&self) -> bool {
        let wall = self.last(|role| role == Role::Cell).unwrap_or(0);
        self.open[wall..].iter().any(|element| element.name == "a")
    }

    fn open_named(&mut self, name: &str) {
        if let Some(element) = allow::lookup(name) {
            self.open(element, &[]);
        }
    }

    fn open(&mut self, element: &'static Element, attributes: &[(&str, String)]) {
        let is_void = matches!(element.role, Role::VoidInline | Role::VoidBlock);
        let most = match element.role {
            Role::Container | Role::List | Role::Table => MAX_DEPTH - RESERVE,
            // They stand in a list or a table, which kept the room.
            Role::Item | Role::Rows | Role::Row | Role::Cell => usize::MAX,
            _ => MAX_DEPTH,
        };
        if self.open.len() >= most && !is_void {
            return;
        }
        self.out.push('<');
        self.out.push_str(element.name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            value.chars().for_each(|c| self.escaped(c));
            self.out.push('"');
        }
        self.out.push('>');
        self.at_pre = element.name == "pre";
        if !is_void {
            self.open.push(element);
        }
    }

    fn close_to(&mut self, depth: usize) {
        self.at_pre &= self.open.len() <= depth;
        while self.open.len() > depth {
            if let Some(element) = self.open.pop() {
                self.out.push_str("</");
                self.out.push_str(element.name);
                self.out.push('>');
            }
        }
    }

    fn escaped(&mut self, c: char) {
        match c {
            '&' => self.out.push_str("&amp;"),
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '"' => self.out.push_str("&quot;"),
            c => self.out.push(c),
        }
    }

    fn top_is(&self, is: impl Fn(Role) -> bool) -> bool {
        self.open.last().is_some_and(|element| is(element.role))
    }

    /// The innermost open element of a role.
    fn last(&self, is: impl Fn(Role) -> bool) -> Option<usize> {
        self.open.iter().rposition(|element| is(element.role))
    }
}

/// The parts of a table that hold no text themselves.
fn is_frame(role: Role) -> bool {
    matches!(role, Role::Table | Role::Rows | Role::Row)
}
