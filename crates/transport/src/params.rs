//! The parameters of a GraphQL request, as JSON or as a query string.

use async_graphql::{Extensions, UploadValue, Value, Variables};
use axum::{extract::Query, http::Uri};
use serde::{Deserialize, de::DeserializeOwned};

/// `query` (or the name of a stored one), `operationName`, `variables`, `extensions`. Any other property is ignored, as specified.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    #[serde(default)]
    pub(crate) query: Option<String>,
    /// Names a trusted document.
    #[serde(default)]
    pub(crate) document_id: Option<String>,
    #[serde(default)]
    pub(crate) operation_name: Option<String>,
    #[serde(default)]
    pub(crate) variables: Variables,
    #[serde(default)]
    pub(crate) extensions: Extensions,
    /// Files, each with the path of the one variable that it stands for.
    #[serde(skip)]
    pub(crate) uploads: Vec<(String, UploadValue)>,
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
            Some(b'[') => {
                let batch: Vec<Params> = from_json(body)?;
                batch.iter().try_for_each(Params::check)?;
                Ok(Self::Batch(batch))
            }
            Some(_) => {
                let params: Params = from_json(body)?;
                params.check()?;
                Ok(Self::One(params))
            }
        }
    }
}

impl Params {
    /// Reads the query string of a GET, where `variables` and `extensions` are JSON.
    pub(crate) fn from_query(uri: &Uri) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Text {
            query: Option<String>,
            document_id: Option<String>,
            operation_name: Option<String>,
            variables: Option<String>,
            extensions: Option<String>,
        }
        let Query(text) = Query::<Text>::try_from_uri(uri).map_err(|error| error.body_text())?;
        let params = Self {
            query: text.query,
            document_id: text.document_id,
            operation_name: text.operation_name.filter(|name| !name.is_empty()),
            variables: json_param("variables", text.variables)?,
            extensions: json_param("extensions", text.extensions)?,
            uploads: Vec::new(),
        };
        params.check()?;
        Ok(params)
    }

    /// That there is something to execute.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.query.is_some() || self.document_id.is_some() || self.persisted().is_some() {
            return Ok(());
        }
        Err("missing field `query`".to_owned())
    }

    /// `extensions.persistedQuery`: version and hash.
    pub(crate) fn persisted(&self) -> Option<(i64, &str)> {
        let Value::Object(fields) = self.extensions.get("persistedQuery")? else {
            return None;
        };
        match (fields.get("version")?, fields.get("sha256Hash")?) {
            (Value::Number(version), Value::String(hash)) => Some((version.as_i64()?, hash)),
            _ => None,
        }
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
    serde_json::from_slice(json).map_err(|error| fault(&error))
}

/// What was expected, and where.
///
/// SECURITY: what came instead may be content, and error texts are logged by clients: it is not repeated.
pub(crate) fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if !error.is_data() || text.starts_with("missing field") {
        return text;
    }
    if let Some((_what_came, expected)) = text.rsplit_once(", expected ") {
        return format!("expected {expected}");
    }
    let (line, column) = (error.line(), error.column());
    format!("what does not fit at line {line} column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_expected_and_not_what_came() {
        let text = |json: &str| match Body::from_json(json.as_bytes()) {
            Ok(_) => panic!("{json} was taken"),
            Err(text) => text,
        };
        assert_eq!(
            text(r#"{"query":"{ a }","variables":"secret, expected secret"}"#),
            "expected a map at line 1 column 54"
        );
        for json in [
            r#"{"query":["secret"]}"#,
            r#"{"secret"}"#,
            r#"{"query":"{ a }","query":"secret"}"#,
            r#"[{"query":"{ a }"},"secret"]"#,
            r#""secret"#,
        ] {
            assert!(!text(json).contains("secret"), "{}", text(json));
        }
    }
}
