//! Elements that several resources have: ids, names, contact points, codes, periods.

use chrono::NaiveDate;
use serde_json::Value;

use crate::text;

/// The id of a resource.
pub(super) fn resource_id(resource: &Value) -> Option<&str> {
    resource["id"].as_str().and_then(text::id)
}

/// The elements of a list; none where there is no list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The `system|value` of each identifier. Numbers of the social insurance are not looked at.
pub(super) fn identifiers(resource: &Value) -> impl Iterator<Item = String> {
    list(&resource["identifier"]).filter_map(identifier)
}

/// One identifier as `system|value`.
pub(super) fn identifier(value: &Value) -> Option<String> {
    let system = value["system"].as_str().unwrap_or_default();
    let value = text::id(value["value"].as_str()?)?;
    (!system.ends_with("/us-ssn")).then(|| format!("{system}|{value}"))
}

/// The name that counts: official, else usual, else the first that is not an old one.
pub(super) fn human_name(names: &Value) -> Option<String> {
    let rank = |name: &Value| match name["use"].as_str() {
        Some("official") => 0,
        Some("usual") => 1,
        Some("old" | "maiden" | "temp" | "anonymous") => 3,
        _ => 2,
    };
    let name = list(names).min_by_key(|name| rank(name))?;
    let given = list(&name["given"]).filter_map(Value::as_str);
    let family = name["family"].as_str();
    let suffix = list(&name["suffix"]).filter_map(Value::as_str);
    let parts: Vec<&str> = given.chain(family).chain(suffix).collect();
    let joined = text::name(&parts.join(" "));
    joined.or_else(|| text::name(name["text"].as_str()?))
}

/// The e-mail address that counts: by rank, then by order; one that is not used any more does not.
/// An error if there is one that is none.
pub(super) fn email(telecom: &Value) -> Result<Option<String>, ()> {
    let mails = list(telecom).filter(|point| point["system"] == "email" && point["use"] != "old");
    let first = mails.min_by_key(|point| point["rank"].as_u64().unwrap_or(u64::MAX));
    match first.and_then(|point| point["value"].as_str()) {
        None => Ok(None),
        Some(value) => text::email(value).map(Some).ok_or(()),
    }
}

/// The codes of a `CodeableConcept`, as `system|code`.
pub(super) fn codes(concept: &Value) -> impl Iterator<Item = String> {
    list(&concept["coding"]).filter_map(|coding| {
        let system = coding["system"].as_str().unwrap_or_default();
        Some(format!("{system}|{}", coding["code"].as_str()?))
    })
}

/// First and last day of a `Period`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) start: Option<NaiveDate>,
    pub(super) end: Option<NaiveDate>,
}

impl Days {
    /// Whether there is no day in it.
    pub(super) fn is_none(self) -> bool {
        matches!((self.start, self.end), (Some(start), Some(end)) if end < start)
    }
}

/// A period. The error is the element that is no date.
pub(super) fn period(value: &Value) -> Result<Days, &'static str> {
    let part = |value: &Value, read: fn(&str) -> Option<NaiveDate>| match value {
        Value::Null => Ok(None),
        Value::String(text) => read(text).map(Some).ok_or(()),
        _ => Err(()),
    };
    Ok(Days {
        start: part(&value["start"], text::first_day).map_err(|()| "period.start")?,
        end: part(&value["end"], text::last_day).map_err(|()| "period.end")?,
    })
}

/// `meta.security` as `system|code`.
pub(super) fn labels(resource: &Value) -> Vec<String> {
    let labels = list(&resource["meta"]["security"]).filter_map(|label| {
        let system = label["system"].as_str().unwrap_or_default();
        Some(format!("{system}|{}", label["code"].as_str()?))
    });
    labels.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_count_by_their_use() {
        let names = json!([
            { "use": "maiden", "family": "Old", "given": ["Ana"] },
            { "family": "First", "given": ["Ana"] },
            { "use": "usual", "text": "Annie" },
            { "use": "official", "family": "Soto", "given": ["Ana", "María"], "prefix": ["Dr."], "suffix": ["PhD"] },
        ]);
        assert_eq!(human_name(&names).unwrap(), "Ana María Soto PhD");
        let without = |n: usize| Value::from(names.as_array().unwrap()[..n].to_vec());
        assert_eq!(human_name(&without(3)).unwrap(), "Annie");
        assert_eq!(human_name(&without(2)).unwrap(), "Ana First");
        assert_eq!(human_name(&without(1)).unwrap(), "Ana Old");
        assert_eq!(human_name(&json!([])), None);
        assert_eq!(human_name(&json!("Ana")), None);
    }

    #[test]
    fn the_address_counts_by_rank_and_an_old_one_not_at_all() {
        let telecom = json!([
            { "system": "phone", "value": "1" },
            { "system": "email", "value": "gone@a.example", "use": "old", "rank": 1 },
            { "system": "email", "value": "two@a.example", "rank": 2 },
            { "system": "email", "value": "one@a.example", "rank": 1 },
        ]);
        assert_eq!(email(&telecom), Ok(Some("one@a.example".to_owned())));
        assert_eq!(email(&json!([])), Ok(None));
        assert_eq!(
            email(&json!([{ "system": "email", "value": "nobody" }])),
            Err(())
        );
    }

    #[test]
    fn a_social_security_number_is_not_looked_at() {
        let patient = json!({ "identifier": [
            { "system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-1111" },
            { "system": "urn:mrn", "value": "7" },
        ] });
        assert_eq!(identifiers(&patient).collect::<Vec<_>>(), ["urn:mrn|7"]);
    }
}
