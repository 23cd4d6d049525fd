//! References: literal (`Practitioner/ID`, with or without a server in front), conditional
//! (`Practitioner?identifier=system|value`), logical (an identifier alone), or the address of a
//! Bundle's entry (`urn:uuid:…`).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Kind;
use super::element;
use crate::text;

/// What a reference says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reference {
    /// A kind and an id.
    Literal(Kind, String),
    /// An identifier of a kind, as `system|value`.
    Conditional(Kind, String),
    /// An identifier of whatever kind is expected.
    Logical(String),
    /// The address of an entry.
    Url(String),
    /// A kind of resource that is not taken, or something within the same resource.
    Other,
}

/// Reads a `Reference`; none if there is none.
pub(super) fn read(value: &Value) -> Option<Reference> {
    let Some(text) = value["reference"].as_str() else {
        let logical = element::identifier(&value["identifier"]);
        return logical.map(Reference::Logical);
    };
    if let Some((kind, query)) = text.split_once("?identifier=") {
        let kind = kind.rsplit('/').next().and_then(Kind::of);
        let same = |kind| Reference::Conditional(kind, decoded(query));
        return Some(kind.map_or(Reference::Other, same));
    }
    if text.starts_with("urn:") {
        return Some(Reference::Url(text.to_owned()));
    }
    let path = text.split("/_history/").next().unwrap_or(text);
    let mut parts = path.rsplit('/');
    let id = parts.next().and_then(text::id);
    let kind = parts.next().and_then(Kind::of);
    Some(match (kind, id) {
        (Some(kind), Some(id)) => Reference::Literal(kind, id.to_owned()),
        _ => Reference::Other,
    })
}

/// A query's value without its percent signs.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                plain.push(byte);
                at += 3;
            }
            _ => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Who is meant by an identifier or an address.
#[derive(Debug, Default)]
pub(super) struct Names {
    ids: HashMap<Kind, HashSet<String>>,
    /// None where several have the identifier.
    identifiers: HashMap<(Kind, String), Option<String>>,
    urls: HashMap<String, (Kind, String)>,
}

/// What became of a reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolved<'a> {
    /// The id of a resource of the expected kind that is in the set.
    Id(&'a str),
    /// It is of another kind.
    OtherKind,
    /// Nobody in the set.
    Nobody,
    /// Several in the set.
    Several,
}

impl Names {
    /// Takes in a resource; false if its id was there before.
    pub(super) fn add(
        &mut self,
        kind: Kind,
        id: &str,
        url: Option<&str>,
        resource: &Value,
    ) -> bool {
        if !self.ids.entry(kind).or_default().insert(id.to_owned()) {
            return false;
        }
        for identifier in element::identifiers(resource) {
            let same = self.identifiers.entry((kind, identifier));
            same.and_modify(|other| *other = None)
                .or_insert_with(|| Some(id.to_owned()));
        }
        if let Some(url) = url {
            let url = self.urls.entry(url.to_owned());
            url.or_insert_with(|| (kind, id.to_owned()));
        }
        true
    }

    /// Whom a reference means.
    pub(super) fn resolve(&self, reference: &Reference, wanted: Kind) -> Resolved<'_> {
        match reference {
            Reference::Other => Resolved::OtherKind,
            Reference::Literal(kind, _) | Reference::Conditional(kind, _) if *kind != wanted => {
                Resolved::OtherKind
            }
            Reference::Literal(_, id) => self.known(wanted, id),
            Reference::Conditional(_, identifier) | Reference::Logical(identifier) => {
                match self.identifiers.get(&(wanted, identifier.clone())) {
                    Some(Some(id)) => Resolved::Id(id),
                    Some(None) => Resolved::Several,
                    None => Resolved::Nobody,
                }
            }
            Reference::Url(url) => match self.urls.get(url) {
                Some((kind, id)) if *kind == wanted => Resolved::Id(id),
                Some(_) => Resolved::OtherKind,
                None => Resolved::Nobody,
            },
        }
    }

    fn known(&self, kind: Kind, id: &str) -> Resolved<'_> {
        let known = self.ids.get(&kind).and_then(|ids| ids.get(id));
        known.map_or(Resolved::Nobody, |id| Resolved::Id(id))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_reference_finds_whom_it_means() {
        let mut names = Names::default();
        let one = json!({ "identifier": [{ "system": "urn:npi", "value": "1" }] });
        assert!(names.add(Kind::Practitioner, "p1", Some("urn:uuid:7"), &one));
        assert!(!names.add(Kind::Practitioner, "p1", None, &one));
        let whom = |value: Value| {
            let reference = read(&value).unwrap();
            match names.resolve(&reference, Kind::Practitioner) {
                Resolved::Id(id) => id.to_owned(),
                other => format!("{other:?}"),
            }
        };
        for text in [
            "Practitioner/p1",
            "https://ehr.example/fhir/Practitioner/p1/_history/3",
            "Practitioner?identifier=urn:npi|1",
            "Practitioner?identifier=urn%3Anpi%7C1",
            "urn:uuid:7",
        ] {
            assert_eq!(whom(json!({ "reference": text })), "p1", "{text}");
        }
        assert_eq!(
            whom(json!({ "identifier": { "system": "urn:npi", "value": "1" } })),
            "p1"
        );
        assert_eq!(whom(json!({ "reference": "Practitioner/p2" })), "Nobody");
        assert_eq!(whom(json!({ "reference": "Device/p1" })), "OtherKind");
        assert_eq!(whom(json!({ "reference": "Patient/p1" })), "OtherKind");
        assert_eq!(whom(json!({ "reference": "#p1" })), "OtherKind");
        assert_eq!(read(&json!({ "display": "Dr. P" })), None);
    }

    #[test]
    fn an_identifier_of_two_means_nobody() {
        let mut names = Names::default();
        let same = json!({ "identifier": [{ "system": "urn:npi", "value": "1" }] });
        names.add(Kind::Practitioner, "p1", None, &same);
        names.add(Kind::Practitioner, "p2", None, &same);
        let reference = Reference::Logical("urn:npi|1".to_owned());
        assert_eq!(
            names.resolve(&reference, Kind::Practitioner),
            Resolved::Several
        );
    }
}
