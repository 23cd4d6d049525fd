//! How event streams resume: the cursor of an event is its id, and `Last-Event-ID` becomes the argument
//! `after`.
//!
//! Which fields have a cursor is read off the schema, so that a new subscription needs nothing here.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentSpread, InlineFragment, Selection,
    SelectionSet, ServiceDocument, TypeCondition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Pos, Positioned, Value, Variables};
use tidings_transport::Resume;

/// Under which a marked subscription selects its cursor; no client names a field so.
const MARK: &str = "_eventId";

/// The argument behind which a subscription begins.
const AFTER: &str = "after";

/// The field that says where an event stands.
const CURSOR: &str = "cursor";

/// Fragments that may be looked through for the one root field; validation bounds what may be more.
const DEEPEST: usize = 32;

/// The subscriptions that resume, each with the types of its events (none if it has only one).
#[derive(Debug)]
pub(crate) struct Cursors(HashMap<Name, Vec<Option<Name>>>);

impl Cursors {
    /// Reads a schema.
    pub(crate) fn of(sdl: &str) -> anyhow::Result<Self> {
        let document = parse_schema(sdl)?;
        let mut found = HashMap::new();
        if let Some(TypeKind::Object(root)) = kind(&document, "Subscription") {
            for field in &root.fields {
                let field = &field.node;
                let of = field.ty.node.to_string();
                let events = events(&document, of.trim_end_matches('!'));
                let resumes = field.arguments.iter().any(|a| a.node.name.node == AFTER);
                if resumes && !events.is_empty() {
                    found.insert(field.name.node.clone(), events);
                }
            }
        }
        Ok(Self(found))
    }
}

fn kind<'a>(document: &'a ServiceDocument, name: &str) -> Option<&'a TypeKind> {
    document.definitions.iter().find_map(|definition| {
        let TypeSystemDefinition::Type(of) = definition else {
            return None;
        };
        (of.node.name.node == name).then_some(&of.node.kind)
    })
}

/// The types of a field's events that have a cursor.
fn events(document: &ServiceDocument, of: &str) -> Vec<Option<Name>> {
    let has_cursor = |name: &str| match kind(document, name) {
        Some(TypeKind::Object(object)) => object.fields.iter().any(|f| f.node.name.node == CURSOR),
        _ => false,
    };
    match kind(document, of) {
        Some(TypeKind::Union(union)) => {
            let members = union.members.iter().map(|member| member.node.clone());
            members.filter(|name| has_cursor(name)).map(Some).collect()
        }
        _ if has_cursor(of) => vec![None],
        _ => Vec::new(),
    }
}

impl Resume for Cursors {
    fn mark(
        &self,
        document: &mut ExecutableDocument,
        operation: Option<&str>,
        variables: &mut Variables,
        last: Option<&str>,
    ) {
        let Some(field) = root_field(document, operation) else {
            return;
        };
        let Some(types) = self.0.get(&field.name.node) else {
            return;
        };
        let items = &mut field.selection_set.node.items;
        items.extend(types.iter().map(|of| selection(of.as_ref())));
        if let Some(last) = last {
            begin_after(field, variables, last);
        }
    }

    fn take_id(&self, data: &mut Value) -> Option<String> {
        let Value::Object(root) = data else {
            return None;
        };
        let Some(Value::Object(event)) = root.values_mut().next() else {
            return None;
        };
        match event.shift_remove(MARK)? {
            Value::String(cursor) => Some(cursor),
            _ => None,
        }
    }
}

/// `_eventId: cursor`, of events of this type.
fn selection(of: Option<&Name>) -> Positioned<Selection> {
    let cursor = Field {
        alias: Some(at(Name::new(MARK))),
        name: at(Name::new(CURSOR)),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: at(SelectionSet::default()),
    };
    let cursor = at(Selection::Field(at(cursor)));
    match of {
        None => cursor,
        Some(name) => at(Selection::InlineFragment(at(InlineFragment {
            type_condition: Some(at(TypeCondition {
                on: at(name.clone()),
            })),
            directives: Vec::new(),
            selection_set: at(SelectionSet {
                items: vec![cursor],
            }),
        }))),
    }
}

fn at<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

/// Where the client took it from a variable, the variable changes: an unused one would be refused.
fn begin_after(field: &mut Field, variables: &mut Variables, last: &str) {
    let last = Value::from(last);
    let argument = field
        .arguments
        .iter_mut()
        .find(|(name, _)| name.node == AFTER);
    let Some((_, value)) = argument else {
        let argument = (at(Name::new(AFTER)), at(last.into_value()));
        field.arguments.push(argument);
        return;
    };
    if let Some(name) = value.node.to_string().strip_prefix('$') {
        variables.insert(Name::new(name), last);
    } else {
        value.node = last.into_value();
    }
}

/// The one field of a subscription, which may stand in fragments.
fn root_field<'a>(
    document: &'a mut ExecutableDocument,
    operation: Option<&str>,
) -> Option<&'a mut Field> {
    let ExecutableDocument {
        operations,
        fragments,
    } = document;
    let operation = match (operations, operation) {
        (DocumentOperations::Single(only), _) => only,
        (DocumentOperations::Multiple(several), Some(name)) => several.get_mut(name)?,
        (DocumentOperations::Multiple(several), None) => several.values_mut().next()?,
    };
    let mut set = &mut operation.node.selection_set.node;
    // A fragment is taken out of the map while it is looked at, so that a circle ends.
    let mut left: HashMap<_, _> = fragments
        .iter_mut()
        .map(|(name, fragment)| (name.clone(), fragment))
        .collect();
    for _ in 0..DEEPEST {
        match &mut set.items.first_mut()?.node {
            Selection::Field(field) => return Some(&mut field.node),
            Selection::InlineFragment(inline) => set = &mut inline.node.selection_set.node,
            Selection::FragmentSpread(spread) => {
                let FragmentSpread { fragment_name, .. } = &spread.node;
                let fragment = left.remove(&fragment_name.node)?;
                set = &mut fragment.node.selection_set.node;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{parser::parse_query, value};

    /// A document marked by the real schema's cursors, as its first root field prints.
    fn marked(query: &str, variables: Value, last: Option<&str>) -> (Field, Variables) {
        let cursors = Cursors::of(&tidings_graphql::sdl()).unwrap();
        let mut document = parse_query(query).unwrap();
        let mut variables = Variables::from_value(variables);
        cursors.mark(&mut document, None, &mut variables, last);
        (root_field(&mut document, None).unwrap().clone(), variables)
    }

    fn argument(field: &Field) -> String {
        field.get_argument(AFTER).unwrap().node.to_string()
    }

    #[test]
    fn g1_every_event_of_every_subscription_has_a_cursor() {
        let cursors = Cursors::of(&tidings_graphql::sdl()).unwrap();
        assert_eq!(cursors.0[&Name::new("messageAdded")], [None]);
        assert!(cursors.0[&Name::new("events")].len() >= 7);
    }

    #[test]
    fn g1_the_cursor_comes_from_the_last_event_wherever_the_client_put_its_own() {
        let none = || value!({});
        let (field, _) = marked(
            "subscription { messageAdded { message { id } } }",
            none(),
            Some("c"),
        );
        assert_eq!(argument(&field), r#""c""#);
        assert_eq!(field.selection_set.node.items.len(), 2);
        let (field, _) = marked(
            r#"subscription { messageAdded(after: "b") { cursor } }"#,
            none(),
            Some("c"),
        );
        assert_eq!(argument(&field), r#""c""#);
        let query = "subscription($a: EventCursor) { ...S } fragment S on Subscription { ... { events(after: $a) { __typename } } }";
        let (field, variables) = marked(query, value!({ "a": "b" }), Some("c"));
        assert_eq!(argument(&field), "$a");
        assert_eq!(variables.get("a"), Some(&value!("c")));
        let (_, variables) = marked(query, value!({ "a": "b" }), None);
        assert_eq!(variables.get("a"), Some(&value!("b")));
    }

    #[test]
    fn g1_the_mark_is_taken_out_again() {
        let cursors = Cursors::of(&tidings_graphql::sdl()).unwrap();
        let mut data = value!({ "it": { "id": 1, "_eventId": "c" } });
        assert_eq!(cursors.take_id(&mut data).as_deref(), Some("c"));
        assert_eq!(data, value!({ "it": { "id": 1 } }));
        assert_eq!(cursors.take_id(&mut data), None);
    }
}
