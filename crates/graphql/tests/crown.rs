//! The fourth crown test: every field of the schema stands in the law or in the list of open ones,
//! every guard shows in the schema, and everything has a description.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use tidings_graphql::sdl;
use tidings_policy::FIELDS;

/// The fields that everybody who sees their object may read, sorted, one a line.
const OPEN: &str = include_str!("open_fields.txt");

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(sdl()).unwrap();
    let definitions = document.definitions.into_iter();
    definitions
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(of) => Some(of.node),
            _ => None,
        })
        .collect()
}

fn fields(of: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &of.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

/// The fields of object types by `Type.field`.
fn object_fields() -> BTreeMap<String, FieldDefinition> {
    let mut found = BTreeMap::new();
    for of in types() {
        if matches!(of.kind, TypeKind::Object(_)) {
            for field in fields(&of) {
                let name = format!("{}.{}", of.name.node, field.node.name.node);
                found.insert(name, field.node.clone());
            }
        }
    }
    found
}

#[test]
fn every_field_is_guarded_or_open() {
    let open: Vec<&str> = OPEN.lines().collect();
    let mut sorted = open.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(
        open, sorted,
        "open_fields.txt is not sorted, or names a field twice"
    );
    let open: BTreeSet<&str> = open.into_iter().collect();
    let guarded: BTreeSet<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        guarded.len(),
        FIELDS.len(),
        "a field stands in the law twice"
    );
    let both: Vec<_> = open.intersection(&guarded).collect();
    assert!(
        both.is_empty(),
        "guarded, so not open: take out of open_fields.txt {both:#?}"
    );
    let there = object_fields();
    let missing: Vec<_> = there
        .keys()
        .filter(|name| !open.contains(name.as_str()) && !guarded.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "neither in tidings_policy::FIELDS nor in open_fields.txt; guard them, or add:\n{}\n",
        missing
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    );
    let gone: Vec<_> = open
        .union(&guarded)
        .filter(|name| !there.contains_key(**name))
        .collect();
    assert!(gone.is_empty(), "not in the schema any more: {gone:#?}");
}

#[test]
fn every_guard_is_nullable_and_stated_in_the_schema() {
    let there = object_fields();
    for (name, rule) in FIELDS {
        let field = there
            .get(*name)
            .unwrap_or_else(|| panic!("{name} is not in the schema"));
        assert!(
            field.ty.node.nullable,
            "{name} is guarded, so it must be nullable"
        );
        let text = field
            .description
            .as_ref()
            .map_or("", |text| text.node.as_str());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.ends_with(rule.describe()),
            "{name} must end with {:?}: {text:?}",
            rule.describe()
        );
    }
    // And nothing is said to be guarded that is not.
    for (name, field) in &there {
        let text = field
            .description
            .as_ref()
            .map_or("", |text| text.node.as_str());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = tidings_policy::FIELDS
            .iter()
            .any(|(_, rule)| text.ends_with(rule.describe()));
        let guarded = FIELDS.iter().any(|(guarded, _)| guarded == name);
        assert!(
            guarded || !said,
            "{name} says that it is guarded and is not: {text:?}"
        );
    }
}

#[test]
fn everything_has_a_description() {
    let mut bare: Vec<String> = Vec::new();
    let mut look = |what: String, text: Option<&Positioned<String>>| {
        if text.is_none_or(|text| text.node.trim().len() < 3) {
            bare.push(what);
        }
    };
    let inputs = |at: &Name, inputs: &[Positioned<InputValueDefinition>]| -> Vec<_> {
        let text = |input: &Positioned<InputValueDefinition>| {
            (
                format!("{at}.{}", input.node.name.node),
                input.node.description.clone(),
            )
        };
        inputs.iter().map(text).collect()
    };
    for of in types() {
        let name = &of.name.node;
        look(name.to_string(), of.description.as_ref());
        for field in fields(&of) {
            let field = &field.node;
            let at = format!("{name}.{}", field.name.node);
            look(at.clone(), field.description.as_ref());
            for (what, text) in inputs(&Name::new(at), &field.arguments) {
                look(what, text.as_ref());
            }
        }
        match &of.kind {
            TypeKind::InputObject(input) => {
                for (what, text) in inputs(name, &input.fields) {
                    look(what, text.as_ref());
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let what = format!("{name}.{}", value.node.value.node);
                    look(what, value.node.description.as_ref());
                }
            }
            _ => {}
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn s10_no_recipient_means_all_clients() {
    let types = types();
    let recipient = types
        .iter()
        .find(|of| of.name.node == "RecipientInput")
        .unwrap();
    let TypeKind::InputObject(input) = &recipient.kind else {
        panic!("RecipientInput is an input object");
    };
    let field = |field: &Positioned<InputValueDefinition>| {
        let of = field.node.ty.node.to_string();
        format!("{}: {of}", field.node.name.node)
    };
    let fields: Vec<_> = input.fields.iter().map(field).collect();
    let expect = [
        "clientId: ID",
        "staffMemberId: ID",
        "staffGroup: StaffGroupKind",
        // Readers among the staff.
        "audienceInbox: AudienceKind",
    ];
    assert_eq!(
        fields, expect,
        "a client is named by its id, and by nothing else"
    );
    let groups = types
        .iter()
        .find(|of| of.name.node == "StaffGroupKind")
        .unwrap();
    let TypeKind::Enum(groups) = &groups.kind else {
        panic!("StaffGroupKind is an enum");
    };
    let groups: Vec<_> = groups
        .values
        .iter()
        .map(|v| v.node.value.node.as_str())
        .collect();
    let expect = [
        "ALL_BILLERS",
        "ALL_CLINICIANS",
        "ALL_SCHEDULERS",
        "ALL_STAFF",
    ];
    assert_eq!(groups, expect, "no group is one of clients");
}
