//! A parsed document, and what its operations cost.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::{Arc, Mutex},
};

use async_graphql::{Value, Variables, parser::types::ExecutableDocument};

use super::lock;

/// Prices that a document remembers: an application asks with few sizes of page.
const PRICES: usize = 8;

/// A parsed document.
pub(crate) struct Cached {
    document: ExecutableDocument,
    hasher: RandomState,
    /// The latest prices, by what they depend on.
    prices: Mutex<Vec<(u64, usize)>>,
}

impl Cached {
    pub(super) fn new(document: ExecutableDocument) -> Self {
        Self {
            document,
            hasher: RandomState::new(),
            prices: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// The document itself: moved out if nobody else has it, else copied.
    pub(super) fn into_document(this: Arc<Self>) -> ExecutableDocument {
        match Arc::try_unwrap(this) {
            Ok(alone) => alone.document,
            Err(shared) => shared.document.clone(),
        }
    }

    /// What an operation costs, asked for once for all variables of the same form.
    pub(crate) fn price<E>(
        &self,
        operation: Option<&str>,
        variables: &Variables,
        ask: impl FnOnce() -> Result<usize, E>,
    ) -> Result<usize, E> {
        let mut hasher = self.hasher.build_hasher();
        operation.hash(&mut hasher);
        for (name, value) in variables.iter() {
            name.as_str().hash(&mut hasher);
            form(value, &mut hasher);
        }
        let key = hasher.finish();
        let known = lock(&self.prices)
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, price)| *price);
        if let Some(price) = known {
            return Ok(price);
        }
        let price = ask()?;
        let mut prices = lock(&self.prices);
        if prices.len() == PRICES {
            prices.remove(0);
        }
        prices.push((key, price));
        Ok(price)
    }
}

/// What a price can depend on: numbers, lengths of lists, what is there. Texts are left out, or every
/// message would have a price of its own.
fn form(value: &Value, hasher: &mut impl Hasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Number(number) => number.hash(hasher),
        Value::Boolean(yes) => yes.hash(hasher),
        Value::Enum(name) => name.as_str().hash(hasher),
        Value::List(items) => {
            items.len().hash(hasher);
            for item in items {
                form(item, hasher);
            }
        }
        Value::Object(fields) => {
            fields.len().hash(hasher);
            for (name, value) in fields {
                name.as_str().hash(hasher);
                form(value, hasher);
            }
        }
        Value::Null | Value::String(_) | Value::Binary(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::json;

    #[test]
    fn a_price_is_asked_for_once_for_all_variables_of_the_same_form() {
        let cached = Cached::new(parse_query("{ a }").unwrap());
        let mut asked = 0;
        let mut price = |operation, variables| {
            let variables = Variables::from_json(variables);
            let ask = || {
                asked += 1;
                Ok::<_, ()>(asked)
            };
            cached.price(operation, &variables, ask).unwrap()
        };
        assert_eq!(price(None, json!({ "first": 25, "after": "x" })), 1);
        assert_eq!(price(None, json!({ "first": 25, "after": "y" })), 1);
        assert_eq!(price(None, json!({ "first": 50, "after": "y" })), 2);
        assert_eq!(price(None, json!({ "first": 25, "after": null })), 3);
        assert_eq!(price(Some("Q"), json!({ "first": 25, "after": "y" })), 4);
        assert_eq!(price(None, json!({ "ids": ["a", "b"] })), 5);
        assert_eq!(price(None, json!({ "ids": ["a", "b", "c"] })), 6);
        assert_eq!(price(None, json!({ "first": 50, "after": "z" })), 2);
        for first in 100..110 {
            price(None, json!({ "first": first }));
        }
        assert_eq!(cached.prices.lock().unwrap().len(), PRICES);
    }
}
