//! Every limit and timeout of the gateway, each with a default that is on.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::observer::Observer;
use async_graphql::{
    Request, Response, ServerError, Value, Variables, parser::types::ExecutableDocument,
};
use futures_util::{future::BoxFuture, stream::BoxStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Validates an operation and tells what it costs, in points, without executing it; or the errors of its
/// validation. What it says may depend on numbers, lengths of lists and the presence of variables, not on
/// texts: it is asked once for all variables of the same form.
pub type Price = Arc<dyn Fn(Request) -> Result<usize, Vec<ServerError>> + Send + Sync>;

/// Lets event streams resume where they broke off, without the client's doing: what `EventSource` does by
/// itself with the ids of events.
pub trait Resume: Send + Sync {
    /// Changes a subscription so that each of its events carries an id, and so that it begins behind the
    /// event with the id `last`. What cannot be resumed is left as it is.
    fn mark(
        &self,
        document: &mut ExecutableDocument,
        operation: Option<&str>,
        variables: &mut Variables,
        last: Option<&str>,
    );

    /// Takes the id out of an event's data, so that the client gets what it asked for. `None` if there is
    /// none.
    fn take_id(&self, data: &mut Value) -> Option<String>;
}

/// What a subscription says next.
#[derive(Debug)]
pub enum Next {
    /// A response.
    Response(Box<Response>),
    /// The `data` of a response without errors and extensions, as JSON: it goes out as it is.
    Json(String),
}

impl Next {
    /// The response that it stands for.
    pub(crate) fn into_response(self) -> Box<Response> {
        match self {
            Self::Response(response) => response,
            Self::Json(text) => {
                let data: Value = serde_json::from_str(&text).unwrap_or_default();
                Box::new(Response::new(data))
            }
        }
    }
}

/// Starts a subscription, in place of the executor: for what can answer many subscribers at once.
pub type Subscribe =
    Arc<dyn Fn(Request) -> BoxFuture<'static, BoxStream<'static, Next>> + Send + Sync>;

/// Limits, timeouts and hooks of a gateway. Begin with `Options::default()` and change what must differ.
#[derive(Clone)]
pub struct Options {
    /// The largest HTTP body, in bytes. Larger: 413. Default 1 MiB.
    pub max_body_bytes: usize,
    /// The most operations in one HTTP batch; 0 refuses batches. Default 10. They run side by side.
    pub max_batch: usize,
    /// How long an HTTP body may take to arrive. Longer: 408. Default 30 s.
    pub body_timeout: Duration,
    /// The most files in one multipart request; 0 refuses them. Default 10.
    pub max_files: usize,
    /// The largest file of a multipart request, in bytes. Default 26,214,400 (25 MiB).
    pub max_file_bytes: u64,
    /// The largest multipart request, in bytes. Default 27,262,976 (26 MiB).
    pub max_upload_bytes: u64,
    /// How long a multipart request may take to arrive. Longer: 408. Default 120 s.
    pub upload_timeout: Duration,
    /// Where files are while their operation runs. They have no name there: whatever happens, they are gone
    /// when nobody holds them. Default: the system's folder for temporary files.
    pub upload_folder: PathBuf,
    /// How long a query or mutation may run, over either transport. Longer: 504, and a query is stopped, a
    /// mutation goes on unseen. `authenticate` and `attach` may take as long, each. Default 30 s.
    pub execution_timeout: Duration,
    /// Origins besides the gateway's own whose pages may use it, as a browser writes them
    /// (`https://app.example`, no path). Default none: same origin only. Requests without `Origin` (not from
    /// a browser) are not concerned. The own origin is told by the `Host` header, so a proxy must pass it on.
    pub allowed_origins: Vec<String>,
    /// Use the status codes that the 2026 edition of GraphQL over HTTP adds, with
    /// `application/graphql-response+json`: 294 for data with errors, 422 for a document that does not fit
    /// the schema. Default off.
    pub new_status_codes: bool,
    /// How many parsed documents are kept; 0 keeps none. Default 256. A document over 8 KiB is never kept,
    /// which bounds the memory at some 20 MB.
    pub document_cache: usize,
    /// The most lexical tokens in a document. More: `TOO_MANY_TOKENS`. Default 4000.
    pub max_tokens: usize,
    /// The most fields in a document, its fragments expanded. More: `TOO_MANY_FIELDS`. Default 5000.
    pub max_fields: usize,
    /// The most fields at the root of an operation, its fragments expanded. More: `TOO_MANY_ROOT_FIELDS`.
    /// Default 20.
    pub max_root_fields: usize,
    /// The most aliases in a document, its fragments expanded. More: `TOO_MANY_ALIASES`. Default 50.
    pub max_aliases: usize,
    /// The most directives in a document, its fragments expanded. More: `TOO_MANY_DIRECTIVES`. Default 50.
    pub max_directives: usize,
    /// What an operation costs. Default: every operation costs 1.
    pub price: Option<Price>,
    /// How subscriptions of sockets start. Default: as the executor does, as do those of event streams.
    pub subscribe: Option<Subscribe>,
    /// How event streams resume. Default: they do not.
    pub resume: Option<Arc<dyn Resume>>,
    /// How often an event stream says that it lives. Default 10 s.
    pub heartbeat: Duration,
    /// How many points one viewer may spend at once; 0 for as many as it likes. Beyond it: `RATE_LIMITED`,
    /// status 429. Default 50,000.
    pub rate_capacity: u32,
    /// How many points a viewer gets back each second. Default 2,000.
    pub rate_per_second: u32,
    /// The most sockets (and event streams) of one viewer at a time. One more: close 4403 with the reason
    /// `TOO_MANY_SOCKETS`, or status 429. Default 32.
    pub max_sockets: u32,
    /// How many documents that clients taught by hash (Apollo's automatic persisted queries) are kept; 0 for
    /// none. Default 1000; of at most 8 KiB each, so that they take some 8 MB at most.
    pub persisted_queries: usize,
    /// If there are any, only these documents are executed: their texts by id, which a client sends as
    /// `documentId` or as the hash of `extensions.persistedQuery`. Default: every document is executed.
    pub trusted_documents: Option<Arc<HashMap<String, String>>>,
    /// How long a socket may take until `connection_init`. Longer: 4408. Default 3 s.
    pub init_timeout: Duration,
    /// How long before its token expires a socket is told so, by a ping of the protocol with
    /// `tokenExpiresInMs` in its payload. Default 30 s.
    pub expiry_notice: Duration,
    /// How often a socket is pinged (a WebSocket ping, which every client answers by itself). Default 20 s.
    pub ping_interval: Duration,
    /// How long after a ping something must be heard, or the peer is dead: close 1011. Default 15 s.
    pub pong_timeout: Duration,
    /// The most operations at a time on one socket, 1 to 64. One more: an `error` for its id. Default 64.
    pub max_subscriptions: usize,
    /// The largest message a client may send over a socket, in bytes. Larger: 1009. Default 256 KiB.
    pub max_message_bytes: usize,
    /// What a socket reads at a time, in bytes; allocated per socket. Default 1 KiB.
    pub read_buffer_bytes: usize,
    /// How long a peer may take to read what was written to its socket. Longer: the connection is dropped
    /// without a word, since it would not be read. Default 10 s.
    pub write_timeout: Duration,
    /// Cancel it and every socket closes with 1012 and a hint when to come back, spread between one and five
    /// seconds; a peer that does not answer the close is dropped within two seconds. Default: never.
    pub shutdown: CancellationToken,
    /// Counts all sockets and all running operations, also those whose client is gone. After cancelling
    /// [`shutdown`](Self::shutdown), `tasks.close()` and then `tasks.wait()` returns when the last has ended
    /// (`axum`'s graceful shutdown forgets both).
    pub tasks: TaskTracker,
    /// Who is told what the gateway does, for metrics. Default: nobody.
    pub observer: Option<Arc<dyn Observer>>,
    /// Makes the id of a request: `x-request-id`, `extensions.requestId`, and the log's `request_id`. Default:
    /// unique within the process, and likely across processes.
    pub request_id: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_body_bytes: 1 << 20,
            max_batch: 10,
            max_files: 10,
            max_file_bytes: 25 << 20,
            max_upload_bytes: 26 << 20,
            upload_timeout: Duration::from_mins(2),
            upload_folder: std::env::temp_dir(),
            body_timeout: Duration::from_secs(30),
            execution_timeout: Duration::from_secs(30),
            allowed_origins: Vec::new(),
            new_status_codes: false,
            document_cache: 256,
            max_tokens: 4_000,
            max_fields: 5_000,
            max_root_fields: 20,
            max_aliases: 50,
            max_directives: 50,
            persisted_queries: 1_000,
            trusted_documents: None,
            price: None,
            subscribe: None,
            resume: None,
            heartbeat: Duration::from_secs(10),
            rate_capacity: 50_000,
            rate_per_second: 2_000,
            max_sockets: 32,
            init_timeout: Duration::from_secs(3),
            expiry_notice: Duration::from_secs(30),
            ping_interval: Duration::from_secs(20),
            pong_timeout: Duration::from_secs(15),
            max_subscriptions: 64,
            max_message_bytes: 256 << 10,
            read_buffer_bytes: 1 << 10,
            write_timeout: Duration::from_secs(10),
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            observer: None,
            request_id: counted_ids(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_batch", &self.max_batch)
            .field("max_files", &self.max_files)
            .field("max_file_bytes", &self.max_file_bytes)
            .field("max_upload_bytes", &self.max_upload_bytes)
            .field("upload_timeout", &self.upload_timeout)
            .field("upload_folder", &self.upload_folder)
            .field("body_timeout", &self.body_timeout)
            .field("execution_timeout", &self.execution_timeout)
            .field("allowed_origins", &self.allowed_origins)
            .field("new_status_codes", &self.new_status_codes)
            .field("document_cache", &self.document_cache)
            .field("max_tokens", &self.max_tokens)
            .field("max_fields", &self.max_fields)
            .field("max_root_fields", &self.max_root_fields)
            .field("max_aliases", &self.max_aliases)
            .field("max_directives", &self.max_directives)
            .field("persisted_queries", &self.persisted_queries)
            .field("heartbeat", &self.heartbeat)
            .field("rate_capacity", &self.rate_capacity)
            .field("rate_per_second", &self.rate_per_second)
            .field("max_sockets", &self.max_sockets)
            .field("init_timeout", &self.init_timeout)
            .field("expiry_notice", &self.expiry_notice)
            .field("ping_interval", &self.ping_interval)
            .field("pong_timeout", &self.pong_timeout)
            .field("max_subscriptions", &self.max_subscriptions)
            .field("max_message_bytes", &self.max_message_bytes)
            .field("read_buffer_bytes", &self.read_buffer_bytes)
            .field("write_timeout", &self.write_timeout)
            .finish_non_exhaustive()
    }
}

/// A number per process, chosen at random, and a count.
fn counted_ids() -> Arc<dyn Fn() -> String + Send + Sync> {
    let process = RandomState::new().hash_one(0_u8);
    let count = AtomicU64::new(0);
    Arc::new(move || format!("{process:016x}-{:x}", count.fetch_add(1, Ordering::Relaxed)))
}
