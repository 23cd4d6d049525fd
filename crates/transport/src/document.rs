//! From parameters to an executable request: parsing (cached), the limits on documents, the choice of the
//! operation, and the checks that the executor leaves out.

mod cached;
mod persisted;
mod scan;
mod tally;

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

use self::{cached::Cached, persisted::Persisted};
use crate::{
    code,
    gateway::RequestId,
    options::{Options, Resume},
    params::Params,
    reply::Reply,
};

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
    pub(crate) document: Arc<Cached>,
    /// Whether the client wants to know what it costs: `"extensions": {"cost": true}`.
    pub(crate) tells_cost: bool,
    /// Whether its events carry ids, which are taken out of their data.
    pub(crate) is_marked: bool,
}

impl Prepared {
    /// The operation's name.
    pub(crate) fn name(&self) -> Option<&str> {
        let mut operations = self.document.document().operations.iter();
        let asked = self.request.operation_name.as_deref();
        asked.or_else(|| operations.next()?.0.map(Name::as_str))
    }

    /// The same operation for who tells its price.
    pub(crate) fn to_priced(&self) -> Request {
        let mut request = Request::new("").variables(self.request.variables.clone());
        request
            .operation_name
            .clone_from(&self.request.operation_name);
        request.set_parsed_query(self.document.document().clone());
        request
    }

    /// A subscription whose events carry ids, and that begins behind `last`.
    pub(crate) fn marked(self, resume: &dyn Resume, last: Option<&str>) -> Self {
        let mut document = Cached::into_document(self.document);
        let mut request = self.request;
        let name = request.operation_name.as_deref();
        resume.mark(&mut document, name, &mut request.variables, last);
        Self {
            request,
            document: Arc::new(Cached::new(document)),
            is_marked: true,
            ..self
        }
    }

    /// The request with its document, as the executor wants it.
    ///
    /// The executor takes the document apart, so it must own it. A copy costs a fortieth of
    /// parsing (1 µs against 40 µs for an inbox page).
    pub(crate) fn into_request(self) -> Request {
        let mut request = self.request;
        request.set_parsed_query(Cached::into_document(self.document));
        request
    }
}

type Cache = LruCache<Arc<str>, Arc<Cached>, RandomState>;

/// Why a document was not taken.
enum Fault {
    Parse(ParseError),
    Refused(&'static str, String),
}

/// The parsed documents of late, by their text. Validation is not cached: it depends on variables.
pub(crate) struct Documents {
    cache: Option<Mutex<Cache>>,
    limits: tally::Limits,
    persisted: Persisted,
}

impl Documents {
    pub(crate) fn new(options: &Options) -> Self {
        let capacity = NonZeroUsize::new(options.document_cache);
        // SECURITY: keyed by the whole text with a keyed hash; no two documents can be taken for each other.
        let cache = capacity.map(|n| Mutex::new(LruCache::with_hasher(n, RandomState::new())));
        Self {
            cache,
            limits: tally::Limits::of(options),
            persisted: Persisted::new(options),
        }
    }

    /// Parses, chooses the operation, and checks what the executor does not.
    pub(crate) fn prepare(&self, params: Params, id: RequestId) -> Result<Prepared, Reply> {
        let (query, cached) = self.find(&params).map_err(|fault| match fault {
            Fault::Refused(code, text) => Reply::request_error(code, text, Vec::new(), &id),
            Fault::Parse(error) => {
                let code = match error {
                    ParseError::RecursionLimitExceeded => code::QUERY_TOO_DEEP,
                    _ => code::GRAPHQL_PARSE_FAILED,
                };
                Reply::request_error(code, explain(&error), error.positions().collect(), &id)
            }
        })?;
        let document = cached.document();
        let operation = select(document, params.operation_name.as_deref()).map_err(|text| {
            Reply::request_error(code::OPERATION_RESOLUTION_FAILED, text, Vec::new(), &id)
        })?;
        check_single_root(document, operation, &id)?;

        let kind = operation.node.ty;
        let mut request = Request::new(query)
            .variables(params.variables)
            .data(id.clone());
        for (path, file) in params.uploads {
            let before = request.uploads.len();
            request.set_upload(&path, file);
            if request.uploads.len() == before {
                let text = "`map` names a variable that is not there";
                return Err(Reply::request_error(
                    code::BAD_USER_INPUT,
                    text,
                    Vec::new(),
                    &id,
                ));
            }
        }
        check_variables(operation, &request.variables, &id)?;
        request.operation_name = params.operation_name;
        let tells_cost =
            params.extensions.get("cost") == Some(&async_graphql::Value::Boolean(true));
        request.extensions = params.extensions;
        Ok(Prepared {
            request,
            kind,
            id,
            document: cached,
            tells_cost,
            is_marked: false,
        })
    }

    /// The text of the document, sent or stored, and the document.
    fn find(&self, params: &Params) -> Result<(String, Arc<Cached>), Fault> {
        let found = self.persisted.find(params)?;
        let document = self.parse(&found.text)?;
        // Only what was taken is kept.
        if let Some(hash) = found.learn {
            self.persisted.keep(hash, &found.text);
        }
        Ok((found.text, document))
    }

    fn parse(&self, text: &str) -> Result<Arc<Cached>, Fault> {
        let cache = self
            .cache
            .as_ref()
            .filter(|_| text.len() <= MAX_CACHED_BYTES);
        if let Some(cache) = cache
            && let Some(document) = lock(cache).get(text)
        {
            return Ok(Arc::clone(document));
        }
        let scanned = scan::scan(text.as_bytes());
        if scanned.nesting > MAX_NESTING {
            return Err(Fault::Parse(ParseError::RecursionLimitExceeded));
        }
        self.limits.check_tokens(scanned.tokens)?;
        let document = parse_query(text).map_err(Fault::Parse)?;
        self.limits.check(&document)?;
        let document = Arc::new(Cached::new(document));
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
