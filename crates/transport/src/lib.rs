//! GraphQL over HTTP, WebSocket and server-sent events, to the letter of their specifications.
//!
//! [`router`] takes any [`async_graphql::Executor`], an [`Authenticator`] and [`Options`], and serves
//! `/graphql`: GET and POST as in *GraphQL over HTTP*, and the `graphql-transport-ws` subprotocol on the
//! same path; `/graphql/stream`: the distinct connections mode of `graphql-sse`.
//!
//! # What it must not know
//!
//! What the schema is about. There is no import of another crate of this workspace and no word of its
//! domain: who asks, and what a request carries, is behind [`Authenticator`].
//!
//! # A request from the socket and back
//!
//! - `http`: method, media types (`negotiate`), origin and cross-site guard (`origin`), body, batch.
//! - `params` → `document`: the parameters become a parsed document (cached), one operation is selected,
//!   and what the executor does not check is checked (required variables, one root field a subscription).
//! - `viewers`: what it costs is taken from the viewer's leaky bucket; who has spent all has to wait.
//! - `execute`: the operation runs in a task of its own; a mutation outlives the client that hung up.
//! - `reply`: every error gets a [code] and a request id; what was not meant for a client is masked.
//! - `answer` makes an HTTP response of it; `sse` a stream of events, one operation each.
//! - `websocket` upgrades; `session` is the protocol's state machine; `link` writes; `clock` holds all
//!   timers of a socket in one; `operations` holds its running operations; `wakes` tells which of these
//!   has something to do, so that a socket with 64 subscriptions polls the one that woke.
//!
//! # How to add the next thing
//!
//! - *An error code*: a constant in [`code`], with who raises it and when.
//! - *A limit on documents*: a number in `document/tally.rs`, counted and checked once for each text.
//! - *A request encoding*: a branch where `http` admits a request, as `upload` is; it yields `Params`.
//! - *A response encoding or transport*: a module beside `http`, as `sse` is, that drives `execute::start`
//!   and writes each [`reply`](crate::code)'s JSON its own way.
//! - *A message of the socket protocol*: a variant in `protocol`, an arm in `session::Session::on_message`.

mod answer;
mod authenticator;
mod clock;
pub mod code;
mod document;
mod execute;
mod gateway;
mod http;
mod link;
mod negotiate;
mod observer;
mod operations;
mod options;
mod origin;
mod params;
mod protocol;
mod reply;
mod session;
mod span;
mod sse;
mod upload;
mod viewers;
mod wakes;
mod websocket;

use std::sync::Arc;

use async_graphql::Executor;
use axum::{Router, routing::any};

pub use crate::{
    authenticator::{Authenticator, Ended, Rejection},
    gateway::RequestId,
    observer::{Answered, Connection, Observer},
    options::{Next, Options, Price, Resume, Subscribe},
    origin::is_own_page,
};
/// Cancels [`Options::shutdown`]; re-exported so that a server needs no second version of it.
pub use tokio_util::sync::CancellationToken;
/// Counts [`Options::tasks`]; re-exported so that a server needs no second version of it.
pub use tokio_util::task::TaskTracker;

/// Serves `executor` at `/graphql`, over HTTP and WebSocket, and at `/graphql/stream` as server-sent events.
///
/// The router answers every method at these paths itself and holds no route besides, so it can be merged
/// into a larger one.
pub fn router<E, A>(executor: E, authenticator: A, options: Options) -> Router
where
    E: Executor,
    A: Authenticator,
{
    let gateway = Arc::new(gateway::Gateway::new(executor, authenticator, options));
    Router::new()
        .route(
            "/graphql",
            any(http::handle::<E, A>).layer(http::compression()),
        )
        .route("/graphql/stream", any(sse::handle::<E, A>))
        .with_state(gateway)
}
