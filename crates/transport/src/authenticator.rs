//! Who asks: the one door through which a server tells this crate about identities.

use std::{future::Future, time::Duration};

use async_graphql::Request;
use axum::http::StatusCode;

/// How a gateway learns who asks. Implemented by the server.
pub trait Authenticator: Clone + Send + Sync + 'static {
    /// A verified token. Cheap to clone.
    type Identity: Clone + Send + Sync + 'static;

    /// Verifies a bearer token (`None` when the request carried none).
    ///
    /// Called once per HTTP request, once per socket, and for each fresh token that a socket brings. A [`Rejection`] ends the request with its status,
    /// or the socket with 4403 (4500 if its status is a server error).
    fn authenticate(
        &self,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Self::Identity, Rejection>> + Send;

    /// Whose limits an identity shares: all its tokens and sockets have one key.
    fn key(&self, identity: &Self::Identity) -> u128;

    /// Attaches per-request data (viewer, loaders) to a request of this identity.
    ///
    /// Called for every HTTP operation and every `subscribe` message, so it sees fresh state. A
    /// [`Rejection`] refuses that operation only.
    fn attach(
        &self,
        identity: &Self::Identity,
        request: Request,
    ) -> impl Future<Output = Result<Request, Rejection>> + Send;

    /// How long the identity's token is good from now on; `None` if for ever. A socket is told shortly before
    /// ([`Options::expiry_notice`](crate::Options::expiry_notice)) and may bring a fresh token.
    fn time_left(&self, identity: &Self::Identity) -> Option<Duration>;

    /// Resolves when the identity's session must end (token expired, session revoked), with the reason to
    /// close with. Pending forever if never. Polled only when it wakes.
    fn ended(&self, identity: &Self::Identity) -> impl Future<Output = Ended> + Send + 'static;
}

/// Why an identity or an operation was refused. All of it is shown to the client.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// The stable `extensions.code` of the error.
    pub code: &'static str,
    /// The message of the error.
    pub message: String,
    /// The HTTP status of the response, whatever its media type. 401 adds `WWW-Authenticate: Bearer`.
    pub status: StatusCode,
}

/// The end of a session; the socket closes with 4403.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The reason of the close frame, cut at 123 bytes.
    pub reason: String,
}
