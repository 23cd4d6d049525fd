//! The parameters of a GraphQL request, as JSON or as a query string.

use async_graphql::{Extensions, Variables};
use axum::{extract::Query, http::Uri};
use serde::{Deserialize, de::DeserializeOwned};

/// `query`, `operationName`, `variables`, `extensions`. Any other property is ignored, as specified.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) operation_name: Option<String>,
    #[serde(default)]
    pub(crate) variables: Variables,
    #[serde(default)]
    pub(crate) extensions: Extensions,
}

/// One request, or a batch of them.
pub(crate) enum Body {
    One(Params),
    Batch(Vec<Params>),
}

impl Body {
    /// Reads a JSON body. The error is for the client: it tells what was expected where.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, String> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            None => Err("the body is empty".to_owned()),
            Some(b'[') => from_json(body).map(Self::Batch),
            Some(_) => from_json(body).map(Self::One),
        }
    }
}

impl Params {
    /// Reads the query string of a GET, where `variables` and `extensions` are JSON.
    pub(crate) fn from_query(uri: &Uri) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Text {
            query: String,
            operation_name: Option<String>,
            variables: Option<String>,
            extensions: Option<String>,
        }
        let Query(text) = Query::<Text>::try_from_uri(uri).map_err(|error| error.body_text())?;
        Ok(Self {
            query: text.query,
            operation_name: text.operation_name.filter(|name| !name.is_empty()),
            variables: json_param("variables", text.variables)?,
            extensions: json_param("extensions", text.extensions)?,
        })
    }
}

fn json_param<T: DeserializeOwned + Default>(
    name: &str,
    text: Option<String>,
) -> Result<T, String> {
    match text {
        None => Ok(T::default()),
        Some(text) => from_json(text.as_bytes()).map_err(|error| format!("{name}: {error}")),
    }
}

fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|error| error.to_string())
}
