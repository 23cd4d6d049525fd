//! What an operation costs, told without executing it.
//!
//! Fields say their cost beside their resolvers (`#[graphql(complexity = …)]`), and only validation adds it
//! up. An extension could tell, but any extension on the schema slows every field of every query. So there
//! is a second schema of the same types whose extension stops behind validation.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ErrorExtensionValues, Schema, ServerError, ValidationResult, Value};
use futures_util::FutureExt as _;

use crate::schema::{Mutation, Query, SchemaOptions, builder};
use crate::subscription::Subscription;

/// Under which the stopping error carries what validation found.
const COST: &str = "cost";

/// Ends every operation behind its validation, with its cost.
struct Stop;

impl ExtensionFactory for Stop {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Stop {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        let mut stop = ServerError::new("", None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set(COST, found.complexity);
        stop.extensions = Some(extensions);
        Err(vec![stop])
    }
}

/// Tells prices. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Prices(Schema<Query, Mutation, Subscription>);

impl Prices {
    pub(crate) fn new(options: SchemaOptions) -> Self {
        Self(builder(options).extension(Stop).finish())
    }

    /// Validates an operation and tells its cost, in points.
    ///
    /// # Errors
    /// What validation finds, as the schema itself would.
    pub(crate) fn price(&self, request: async_graphql::Request) -> Result<usize, Vec<ServerError>> {
        // Nothing before the end of validation waits for anything.
        let Some(response) = self.0.execute(request).now_or_never() else {
            return Err(vec![ServerError::new(
                "validation waits for something",
                None,
            )]);
        };
        match response.errors.first().and_then(cost) {
            Some(cost) => Ok(cost),
            None => Err(response.errors),
        }
    }
}

fn cost(error: &ServerError) -> Option<usize> {
    match error.extensions.as_ref()?.get(COST)? {
        Value::Number(cost) => usize::try_from(cost.as_u64()?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Request, Variables, value};

    fn price(query: &str, variables: Value) -> Result<usize, Vec<ServerError>> {
        let request = Request::new(query).variables(Variables::from_value(variables));
        Prices::new(SchemaOptions::default()).price(request)
    }

    #[test]
    fn a_page_costs_what_it_brings() {
        let page = "query($n: Int!) { inbox(first: $n) { edges { node { id subject } } } }";
        let one = price(page, value!({ "n": 1 })).unwrap();
        assert_eq!(price(page, value!({ "n": 25 })).unwrap(), 25 * one);
        let stream = "subscription { events { ... on MessageAdded { cursor } } }";
        assert!(price(stream, value!({})).unwrap() > 0);
    }

    #[test]
    fn what_the_schema_refuses_has_no_price() {
        let wrong = price("{ nonsense }", value!({})).unwrap_err();
        assert!(wrong[0].message.contains("nonsense"), "{wrong:?}");
        let wide =
            "{ inbox(first: 100) { edges { node { messages(last: 100) { edges { cursor } } } } } }";
        let dear = price(wide, value!({})).unwrap_err();
        assert_eq!(dear[0].message, "Query is too complex.");
    }
}
