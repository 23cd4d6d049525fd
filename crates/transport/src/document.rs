//! From parameters to an executable request: parsing (cached), the choice of the operation, and the checks
//! that the executor leaves out.

use std::{
    hash::RandomState,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Name, Positioned, Request, Variables,
    parser::{
        Error as ParseError, parse_query,
        types::{
            DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
            SelectionSet,
        },
    },
};
use lru::LruCache;

use crate::{code, gateway::RequestId, params::Params, reply::Reply};

/// A larger document is parsed each time, which bounds the memory of the cache.
const MAX_CACHED_BYTES: usize = 8 << 10;

/// The parser counts its depth (64) only after it has recursed through the whole text. That its generator now
/// stops short of the end of the stack is not relied upon: that would be the end of the process.
const MAX_NESTING: usize = 200;

/// A request with its parsed document, and what its operation is.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    pub(crate) id: RequestId,
}

type Cache = LruCache<Arc<str>, Arc<ExecutableDocument>, RandomState>;

/// The parsed documents of late, by their text. Validation is not cached: it depends on variables.
pub(crate) struct Documents {
    cache: Option<Mutex<Cache>>,
}

impl Documents {
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = NonZeroUsize::new(capacity);
        // SECURITY: keyed by the whole text with a keyed hash; no two documents can be taken for each other.
        let cache = capacity.map(|n| Mutex::new(LruCache::with_hasher(n, RandomState::new())));
        Self { cache }
    }

    /// Parses, chooses the operation, and checks what the executor does not.
    pub(crate) fn prepare(&self, params: Params, id: RequestId) -> Result<Prepared, Reply> {
        let document = self.parse(&params.query).map_err(|error| {
            let code = match error {
                ParseError::RecursionLimitExceeded => code::QUERY_TOO_DEEP,
                _ => code::GRAPHQL_PARSE_FAILED,
            };
            Reply::request_error(code, explain(&error), error.positions().collect(), &id)
        })?;
        let operation = select(&document, params.operation_name.as_deref()).map_err(|text| {
            Reply::request_error(code::OPERATION_RESOLUTION_FAILED, text, Vec::new(), &id)
        })?;
        check_variables(operation, &params.variables, &id)?;
        check_single_root(&document, operation, &id)?;

        let kind = operation.node.ty;
        let mut request = Request::new(params.query)
            .variables(params.variables)
            .data(id.clone());
        request.operation_name = params.operation_name;
        request.extensions = params.extensions;
        request.set_parsed_query(Arc::unwrap_or_clone(document));
        Ok(Prepared { request, kind, id })
    }

    fn parse(&self, text: &str) -> Result<Arc<ExecutableDocument>, ParseError> {
        let cache = self
            .cache
            .as_ref()
            .filter(|_| text.len() <= MAX_CACHED_BYTES);
        if let Some(cache) = cache
            && let Some(document) = lock(cache).get(text)
        {
            return Ok(Arc::clone(document));
        }
        if nesting(text.as_bytes()) > MAX_NESTING {
            return Err(ParseError::RecursionLimitExceeded);
        }
        let document = Arc::new(parse_query(text)?);
        if let Some(cache) = cache {
            lock(cache).put(text.into(), Arc::clone(&document));
        }
        Ok(document)
    }
}

/// What was expected. The parser's own text draws a picture of the whole line, which may be a megabyte.
fn explain(error: &ParseError) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!("Syntax error: {}", last.trim_start_matches("= "))
}

/// A panic while the lock was held leaves a cache that is still whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const QUOTES: &[u8] = b"\"\"\"";

/// The deepest nesting of brackets outside strings and comments.
fn nesting(text: &[u8]) -> usize {
    let (mut depth, mut deepest, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => at = skip(text, at, |rest| usize::from(!b"\n\r".contains(&rest[0]))),
            b'"' if text[at..].starts_with(QUOTES) => {
                at = skip(text, at + 3, |rest| match rest {
                    [b'\\', rest @ ..] if rest.starts_with(QUOTES) => 4,
                    _ => usize::from(!rest.starts_with(QUOTES)),
                }) + 2;
            }
            b'"' => {
                at = skip(text, at + 1, |rest| match rest[0] {
                    b'"' | b'\n' | b'\r' => 0,
                    b'\\' => 2,
                    _ => 1,
                });
            }
            _ => {}
        }
        at += 1;
    }
    deepest
}

/// Advances by what `step` says of the rest until that is nothing, or the text ends.
fn skip(text: &[u8], from: usize, step: impl Fn(&[u8]) -> usize) -> usize {
    let mut at = from;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match step(rest) {
            0 => break,
            bytes => at += bytes,
        }
    }
    at
}

fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, String> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get(name)
            .ok_or_else(|| format!("Unknown operation named \"{name}\".")),
        (DocumentOperations::Single(_), Some(name)) => {
            Err(format!("Unknown operation named \"{name}\"."))
        }
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(only),
                _ => Err("The document has several operations: operationName is required.".into()),
            }
        }
    }
}

/// A missing variable is a request error (*Coercing Variable Values*); the executor would fail one field.
fn check_variables(
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
    id: &RequestId,
) -> Result<(), Reply> {
    for definition in &operation.node.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        if ty.nullable {
            continue;
        }
        let fault = match variables.get(name) {
            Some(async_graphql::Value::Null) => "must not be null",
            None if definition.node.default_value.is_none() => "was not provided",
            _ => continue,
        };
        return Err(Reply::request_error(
            code::BAD_USER_INPUT,
            format!("Variable \"${name}\" of required type \"{ty}\" {fault}."),
            vec![definition.pos],
            id,
        ));
    }
    Ok(())
}

/// *Single Root Field*: the executor would merge the streams of several.
fn check_single_root(
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    id: &RequestId,
) -> Result<(), Reply> {
    if operation.node.ty != OperationType::Subscription {
        return Ok(());
    }
    let mut keys = Vec::new();
    let mut seen = Vec::new();
    root_keys(
        document,
        &operation.node.selection_set.node,
        &mut keys,
        &mut seen,
    );
    if keys.len() <= 1 {
        return Ok(());
    }
    Err(Reply::request_error(
        code::GRAPHQL_VALIDATION_FAILED,
        "A subscription must select only one top level field.",
        vec![operation.pos],
        id,
    ))
}

/// The distinct response keys of a selection, through its fragments; `seen` breaks cycles.
fn root_keys<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    keys: &mut Vec<&'a Name>,
    seen: &mut Vec<&'a Name>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let key = &field.node.response_key().node;
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            Selection::InlineFragment(fragment) => {
                root_keys(document, &fragment.node.selection_set.node, keys, seen);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if !seen.contains(&name)
                    && let Some(fragment) = document.fragments.get(name)
                {
                    seen.push(name);
                    root_keys(document, &fragment.node.selection_set.node, keys, seen);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nesting;

    #[test]
    fn nesting_counts_brackets_but_not_in_strings_or_comments() {
        assert_eq!(nesting(b"{ a(b: [1, [2]]) { c } }"), 4);
        assert_eq!(
            nesting(br#"{ a(b: "{{{\"{{", c: """{{ " \""" {{""") } # {{{{"#),
            2
        );
        assert_eq!(nesting(b"{ a # {{{\n { b } }"), 2);
        assert_eq!(nesting(b"}}}{\"\\"), 1);
        // A backslash means nothing in a comment, and little in a block string.
        assert_eq!(nesting(b"{ # \\\n {{"), 3);
        assert_eq!(nesting(br#"{ a(b: """\\"""{{{""", c: "") { d } }"#), 2);
        assert_eq!(nesting(&b"{a".repeat(1000)), 1000);
    }
}
