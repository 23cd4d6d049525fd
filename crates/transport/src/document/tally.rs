//! How much a document asks for, its fragments expanded, and how much it may.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

use super::{Fault, MAX_NESTING};
use crate::{code, options::Options};

/// The bounds, from [`Options`].
pub(super) struct Limits {
    tokens: usize,
    aliases: usize,
    directives: usize,
    root_fields: usize,
    fields: usize,
}

impl Limits {
    pub(super) fn of(options: &Options) -> Self {
        Self {
            tokens: options.max_tokens,
            aliases: options.max_aliases,
            directives: options.max_directives,
            root_fields: options.max_root_fields,
            fields: options.max_fields,
        }
    }

    pub(super) fn check_tokens(&self, tokens: usize) -> Result<(), Fault> {
        within(tokens, self.tokens, code::TOO_MANY_TOKENS, "tokens")
    }

    /// Before validation, whose time grows with the expanded document: a handful of fragments that spread
    /// each other twice expand to more than there is time for.
    pub(super) fn check(&self, document: &ExecutableDocument) -> Result<(), Fault> {
        let mut counter = Counter {
            document,
            fragments: HashMap::new(),
        };
        let mut all = Tally::default();
        for (_, operation) in document.operations.iter() {
            let node = &operation.node;
            let one = counter.selection_set(&node.selection_set.node, 0)?;
            within(
                one.roots,
                self.root_fields,
                code::TOO_MANY_ROOT_FIELDS,
                "root fields",
            )?;
            all.add(&one);
            all.directives += node.directives.len();
            let variables = node.variable_definitions.iter();
            all.directives += variables.map(|v| v.node.directives.len()).sum::<usize>();
        }
        within(all.fields, self.fields, code::TOO_MANY_FIELDS, "fields")?;
        within(all.aliases, self.aliases, code::TOO_MANY_ALIASES, "aliases")?;
        within(
            all.directives,
            self.directives,
            code::TOO_MANY_DIRECTIVES,
            "directives",
        )
    }
}

fn within(count: usize, limit: usize, code: &'static str, what: &str) -> Result<(), Fault> {
    if count <= limit {
        return Ok(());
    }
    Err(Fault::Refused(
        code,
        format!("a document may have {limit} {what}"),
    ))
}

/// What a selection holds. Numbers stop at their greatest instead of running over.
#[derive(Clone, Copy, Default)]
struct Tally {
    fields: usize,
    aliases: usize,
    directives: usize,
    /// Fields of the selection itself, not of those below.
    roots: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.roots = self.roots.saturating_add(other.roots);
    }
}

/// Counts each fragment once, however often it is spread.
struct Counter<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a Name, Tally>,
}

impl<'a> Counter<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Tally, Fault> {
        if depth > MAX_NESTING {
            let text = format!("a document may be nested {MAX_NESTING} levels deep");
            return Err(Fault::Refused(code::QUERY_TOO_DEEP, text));
        }
        let mut tally = Tally::default();
        for selection in &set.items {
            let directives: &[Positioned<Directive>] = match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let mut below = self.selection_set(&field.selection_set.node, depth + 1)?;
                    below.roots = 1;
                    below.fields = below.fields.saturating_add(1);
                    below.aliases += usize::from(field.alias.is_some());
                    tally.add(&below);
                    &field.directives
                }
                Selection::InlineFragment(inline) => {
                    let set = &inline.node.selection_set.node;
                    tally.add(&self.selection_set(set, depth + 1)?);
                    &inline.node.directives
                }
                Selection::FragmentSpread(spread) => {
                    tally.add(&self.fragment(&spread.node.fragment_name.node, depth + 1)?);
                    &spread.node.directives
                }
            };
            tally.directives = tally.directives.saturating_add(directives.len());
        }
        Ok(tally)
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> Result<Tally, Fault> {
        if let Some(known) = self.fragments.get(name) {
            return Ok(*known);
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            // Validation refuses it.
            return Ok(Tally::default());
        };
        // A fragment within itself counts as nothing; validation refuses it.
        self.fragments.insert(name, Tally::default());
        let tally = self.selection_set(&fragment.node.selection_set.node, depth)?;
        self.fragments.insert(name, tally);
        Ok(tally)
    }
}
