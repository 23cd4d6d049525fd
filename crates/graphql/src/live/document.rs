//! A subscription's document, made into one that is executed for each event.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

/// The arguments of a root field, by name. What the client left out is not there.
pub(super) type Arguments = HashMap<Name, Value>;

/// What is executed for each event.
pub(super) struct Executable {
    /// With a query in place of the subscription, whose root field has no arguments.
    pub(super) document: ExecutableDocument,
    /// Those that are used below the root.
    pub(super) variables: Variables,
    /// The field at the root.
    pub(super) field: Name,
    pub(super) arguments: Arguments,
}

/// Takes a subscription apart; none if it is not of the usual shape: one field at its root, in no fragment and under no
/// directive.
pub(super) fn executable(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Option<Executable> {
    let mut document = document.clone();
    let operation = operation(&mut document.operations, operation_name)?;
    let definitions = std::mem::take(&mut operation.variable_definitions);
    operation.ty = OperationType::Query;
    let field = root_field(&mut operation.selection_set.node)?;
    let name = field.name.node.clone();
    let mut arguments = Arguments::new();
    for (argument, value) in std::mem::take(&mut field.arguments) {
        let default = |name: &Name| {
            let definition = definitions.iter().find(|d| d.node.name.node == *name)?;
            definition
                .node
                .default_value
                .as_ref()
                .map(|d| d.node.clone())
        };
        let given = |name: Name| {
            variables
                .get(&name)
                .cloned()
                .or_else(|| default(&name))
                .ok_or(())
        };
        if let Ok(value) = value.node.into_const_with(given) {
            arguments.insert(argument.node, value);
        }
    }
    let mut used = Vec::new();
    used_in(&operation.selection_set.node, &mut used);
    for fragment in document.fragments.values() {
        used_in(&fragment.node.selection_set.node, &mut used);
        used_by(&fragment.node.directives, &mut used);
    }
    let operation = self::operation(&mut document.operations, operation_name)?;
    operation.variable_definitions = definitions
        .into_iter()
        .filter(|definition| used.contains(&definition.node.name.node))
        .collect();
    let kept = variables.iter().filter(|(name, _)| used.contains(name));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    Some(Executable {
        variables: Variables::from_value(Value::Object(kept.collect())),
        field: name,
        arguments,
        document,
    })
}

fn operation<'a>(
    operations: &'a mut DocumentOperations,
    name: Option<&str>,
) -> Option<&'a mut OperationDefinition> {
    match (operations, name) {
        (DocumentOperations::Single(only), None) => Some(&mut only.node),
        (DocumentOperations::Multiple(several), Some(name)) => {
            several.get_mut(name).map(|operation| &mut operation.node)
        }
        (DocumentOperations::Multiple(several), None) if several.len() == 1 => several
            .values_mut()
            .next()
            .map(|operation| &mut operation.node),
        _ => None,
    }
}

fn root_field(set: &mut SelectionSet) -> Option<&mut Field> {
    match set.items.as_mut_slice() {
        [
            Positioned {
                node: Selection::Field(field),
                ..
            },
        ] if field.node.directives.is_empty() => Some(&mut field.node),
        _ => None,
    }
}

/// The variables that a selection uses, its fragments left out.
fn used_in(set: &SelectionSet, used: &mut Vec<Name>) {
    for item in &set.items {
        let directives = match &item.node {
            Selection::Field(field) => {
                for (_, value) in &field.node.arguments {
                    let _collected = value.node.clone().into_const_with(|name| {
                        used.push(name);
                        Ok::<_, ()>(Value::Null)
                    });
                }
                used_in(&field.node.selection_set.node, used);
                &field.node.directives
            }
            Selection::FragmentSpread(spread) => &spread.node.directives,
            Selection::InlineFragment(inline) => {
                used_in(&inline.node.selection_set.node, used);
                &inline.node.directives
            }
        };
        used_by(directives, used);
    }
}

/// The variables that directives use.
fn used_by(directives: &[Positioned<Directive>], used: &mut Vec<Name>) {
    for directive in directives {
        for (_, value) in &directive.node.arguments {
            let _collected = value.node.clone().into_const_with(|name| {
                used.push(name);
                Ok::<_, ()>(Value::Null)
            });
        }
    }
}
