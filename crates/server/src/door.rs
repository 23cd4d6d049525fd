//! From a token to a viewer: the token says who, the database says what.

use std::time::Duration;

use async_graphql::Request as GraphqlRequest;
use axum::http::StatusCode;
use tidings_domain::ErrorCode;
use tidings_graphql::Request;
use tidings_service::Service;
use tidings_transport::{Authenticator, Ended, Rejection};

use crate::auth::{Claims, Verifier};

/// Verifies tokens and loads viewers.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) service: Service,
    pub(crate) verifier: Verifier,
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
        let now = self.service.clock.now();
        match self.service.store.viewer(identity.subject, now).await {
            Ok(Some(viewer)) => Ok(Request::attach(&self.service, viewer, request)),
            // SECURITY: somebody who left is told no more than somebody who never was.
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
        async move {
            tokio::time::sleep(left).await;
            Ended {
                reason: ErrorCode::TokenExpired.as_str().to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
