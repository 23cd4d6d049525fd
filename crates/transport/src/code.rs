//! The values of `extensions.code` that this crate sets itself.
//!
//! A code set by the executor or by a [`Rejection`](crate::Rejection) is passed on as it is. Codes are
//! stable: clients branch on them, never on messages.

/// The document is not GraphQL. Request error.
pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document does not fit the schema. Request error.
pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// `operationName` names none of the document's operations, or is missing among several. Request error.
pub const OPERATION_RESOLUTION_FAILED: &str = "OPERATION_RESOLUTION_FAILED";
/// The operation cannot run over this transport (a subscription over plain HTTP). Request error.
pub const OPERATION_NOT_SUPPORTED: &str = "OPERATION_NOT_SUPPORTED";
/// A variable or an argument is missing or of the wrong form. Request error, or an error of one field.
pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// The document is nested deeper than the schema or the parser allows. Request error.
pub const QUERY_TOO_DEEP: &str = "QUERY_TOO_DEEP";
/// The operation costs more than the schema allows. Request error.
pub const COST_EXCEEDED: &str = "COST_EXCEEDED";
/// The document has more than [`Options::max_tokens`](crate::Options::max_tokens). Request error.
pub const TOO_MANY_TOKENS: &str = "TOO_MANY_TOKENS";
/// The document has more than [`Options::max_fields`](crate::Options::max_fields), its fragments expanded.
/// Request error.
pub const TOO_MANY_FIELDS: &str = "TOO_MANY_FIELDS";
/// An operation has more than [`Options::max_root_fields`](crate::Options::max_root_fields). Request error.
pub const TOO_MANY_ROOT_FIELDS: &str = "TOO_MANY_ROOT_FIELDS";
/// The document has more than [`Options::max_aliases`](crate::Options::max_aliases). Request error.
pub const TOO_MANY_ALIASES: &str = "TOO_MANY_ALIASES";
/// The document has more than [`Options::max_directives`](crate::Options::max_directives). Request error.
pub const TOO_MANY_DIRECTIVES: &str = "TOO_MANY_DIRECTIVES";
/// A socket brought a token of another viewer than its own. Close 4403.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// The token was good and is no longer. The reason of close 4403; an event stream's last error.
pub const TOKEN_EXPIRED: &str = "TOKEN_EXPIRED";
/// The session was revoked. The reason of close 4403; an event stream's last error.
pub const SESSION_REVOKED: &str = "SESSION_REVOKED";
/// A query was named by a hash that is not known (any more): send it once more with its text. Request error.
pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// Queries cannot be named by hash here, or not by this version of the protocol. Request error.
pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// A query came with a hash that is not its own. Request error.
pub const PERSISTED_QUERY_HASH_MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";
/// Only the documents of a manifest are executed, and this is none of them. Request error.
pub const DOCUMENT_NOT_TRUSTED: &str = "DOCUMENT_NOT_TRUSTED";
/// An upload has more files than [`Options::max_files`](crate::Options::max_files). Status 400.
pub const TOO_MANY_FILES: &str = "TOO_MANY_FILES";
/// A file is larger than [`Options::max_file_bytes`](crate::Options::max_file_bytes), or all of an upload is
/// larger than [`Options::max_upload_bytes`](crate::Options::max_upload_bytes). Status 413.
pub const UPLOAD_TOO_LARGE: &str = "UPLOAD_TOO_LARGE";
/// The viewer has spent its points: `extensions.retryAfterMs` and the header `Retry-After` tell when this
/// operation would be let through. Status 429.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The viewer has [`Options::max_sockets`](crate::Options::max_sockets) open already. Close 4403, status 429.
pub const TOO_MANY_SOCKETS: &str = "TOO_MANY_SOCKETS";
/// The request is not a well-formed GraphQL-over-HTTP request. Status 400.
pub const BAD_REQUEST: &str = "BAD_REQUEST";
/// The method is neither GET nor POST, or a mutation came by GET. Status 405.
pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
/// The `Content-Type` is not `application/json` in UTF-8. Status 415.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
/// The `Accept` header takes none of the media types at hand. Status 406.
pub const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
/// The body is larger than [`Options::max_body_bytes`](crate::Options::max_body_bytes). Status 413.
pub const BODY_TOO_LARGE: &str = "BODY_TOO_LARGE";
/// The body did not arrive within [`Options::body_timeout`](crate::Options::body_timeout), or an upload within
/// [`Options::upload_timeout`](crate::Options::upload_timeout). Status 408.
pub const REQUEST_TIMEOUT: &str = "REQUEST_TIMEOUT";
/// The batch has more than [`Options::max_batch`](crate::Options::max_batch) operations. Status 400.
pub const BATCH_TOO_LARGE: &str = "BATCH_TOO_LARGE";
/// A page of another origin could have sent this without preflight. Status 403.
pub const CSRF_PREVENTED: &str = "CSRF_PREVENTED";
/// A page of an origin that is not allowed tried to open a socket. Status 403.
pub const ORIGIN_FORBIDDEN: &str = "ORIGIN_FORBIDDEN";
/// The operation ran longer than [`Options::execution_timeout`](crate::Options::execution_timeout). A query
/// was stopped; a mutation goes on, and its outcome is not known. Status 504.
pub const EXECUTION_TIMEOUT: &str = "EXECUTION_TIMEOUT";
/// The socket runs [`Options::max_subscriptions`](crate::Options::max_subscriptions) operations already.
pub const TOO_MANY_SUBSCRIPTIONS: &str = "TOO_MANY_SUBSCRIPTIONS";
/// Set by a stream that had to drop events: the client reads slower than they come. The socket closes with
/// 4410 after the error, and the client resumes from its cursor.
pub const SLOW_CONSUMER: &str = "SLOW_CONSUMER";
/// Something failed that is not the client's concern: the message is masked, the log has it under the
/// request id. Status 500 if nothing was executed.
pub const INTERNAL: &str = "INTERNAL";
