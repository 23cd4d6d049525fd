//! From a token to a viewer: the token says who, the database says what.

use std::time::Duration;

use async_graphql::Request as GraphqlRequest;
use axum::http::StatusCode;
use tidings_domain::{ErrorCode, SessionId};
use tidings_graphql::Request;
use tidings_service::Service;
use tidings_transport::{Authenticator, Ended, Rejection};

use crate::auth::{Claims, Verifier};

/// Verifies tokens and loads viewers.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) service: Service,
    pub(crate) verifier: Verifier,
    /// Whether sessions are ours: an identity provider names its own, of which we know nothing.
    pub(crate) own_sessions: bool,
}

impl Door {
    /// The session of a token, where it is one of ours. A token that names none was not made by
    /// signing in here.
    fn session(&self, identity: &Claims) -> Option<SessionId> {
        identity
            .session
            .filter(|_| self.own_sessions)
            .map(SessionId)
    }
}

fn unauthenticated(code: &'static str, message: &str) -> Rejection {
    Rejection {
        code,
        message: message.to_owned(),
        status: StatusCode::UNAUTHORIZED,
    }
}

impl Authenticator for Door {
    type Identity = Claims;

    async fn authenticate(&self, token: Option<&str>) -> Result<Claims, Rejection> {
        let code = ErrorCode::Unauthenticated.as_str();
        let token = token.ok_or_else(|| unauthenticated(code, "A token is needed."))?;
        self.verifier.verify(token).await.map_err(|error| {
            tracing::info!(reason = error.reason(), "a token was refused");
            unauthenticated(error.code(), error.message())
        })
    }

    fn key(&self, identity: &Claims) -> u128 {
        identity.subject.as_u128()
    }

    async fn attach(
        &self,
        identity: &Claims,
        request: GraphqlRequest,
    ) -> Result<GraphqlRequest, Rejection> {
        let (now, session) = (self.service.clock.now(), self.session(identity));
        let store = &self.service.store;
        match store.viewer_in(identity.subject, session, now).await {
            Ok(Some(viewer)) => Ok(Request::attach(&self.service, viewer, session, request)),
            // SECURITY: somebody who left, or whose session is over, is told no more than somebody who
            // never was.
            Ok(None) => {
                let code = ErrorCode::Unauthenticated.as_str();
                Err(unauthenticated(code, "The token is not valid."))
            }
            Err(error) => {
                tracing::error!(%error, "the viewer could not be loaded");
                Err(Rejection {
                    code: ErrorCode::Internal.as_str(),
                    message: "Something failed on our side.".to_owned(),
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                })
            }
        }
    }

    fn time_left(&self, identity: &Claims) -> Option<Duration> {
        let left = identity.expires_at - self.service.clock.now();
        Some(left.to_std().unwrap_or(Duration::ZERO))
    }

    fn ended(&self, identity: &Claims) -> impl Future<Output = Ended> + Send + 'static {
        let left = self.time_left(identity).unwrap_or_default();
        let (session, service) = (self.session(identity), self.service.clone());
        async move {
            let expired = tokio::time::sleep(left);
            let reason = match session {
                None => {
                    expired.await;
                    ErrorCode::TokenExpired
                }
                Some(session) => tokio::select! {
                    () = expired => ErrorCode::TokenExpired,
                    () = service.session_over(session) => ErrorCode::SessionRevoked,
                },
            };
            Ended {
                reason: reason.as_str().to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
