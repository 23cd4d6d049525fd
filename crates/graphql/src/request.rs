//! What one request stands on: the service, the viewer, the loaders.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::DataLoader;
use tidings_domain::{Position, SessionId};
use tidings_policy::Viewer;
use tidings_service::Service;

use crate::loaders::{Rows, loader};

/// The state of one operation. Never shared by two: loaders that are shared mix viewers.
pub struct Request {
    /// The use cases.
    pub(crate) service: Service,
    viewer: Mutex<Arc<Viewer>>,
    /// The session of its token, where that is one of ours.
    session: Option<SessionId>,
    /// Where the log ended before the operation read anything.
    log_end: OnceLock<Position>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").finish_non_exhaustive()
    }
}

impl Request {
    /// Attaches the viewer to a GraphQL request.
    #[must_use]
    pub fn attach(
        service: &Service,
        viewer: Viewer,
        session: Option<SessionId>,
        request: async_graphql::Request,
    ) -> async_graphql::Request {
        let state = Self {
            session,
            ..Self::of(service, Arc::new(viewer))
        };
        request.data(Arc::new(state))
    }

    /// The state of an operation of this viewer.
    pub(crate) fn of(service: &Service, viewer: Arc<Viewer>) -> Self {
        Self {
            service: service.clone(),
            viewer: Mutex::new(viewer),
            session: None,
            log_end: OnceLock::new(),
        }
    }

    /// Notes where the log ends, before the operation reads anything: what it reads then is at
    /// least as new, so that a stream from here on leaves nothing out (G1).
    pub(crate) async fn note_log_end(&self) {
        // A fault shows itself when the field is resolved.
        if let Ok(end) = self.service.store.log_end().await {
            let _first = self.log_end.set(end);
        }
    }

    /// Where the log ended before the operation read anything, if that was noted.
    pub(crate) fn log_end(&self) -> Option<Position> {
        self.log_end.get().copied()
    }

    /// Who asks. On a stream, as of the event at hand.
    pub(crate) fn viewer(&self) -> Arc<Viewer> {
        Arc::clone(&self.viewer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// In which session, where it is one of ours.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Who asks from now on: a stream brings its viewer along with each event.
    pub(crate) fn follow(&self, viewer: Arc<Viewer>) {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner) = viewer;
    }
}

/// Short ways from a resolver's context to its request.
pub(crate) trait Ask {
    /// The request.
    fn request(&self) -> async_graphql::Result<&Arc<Request>>;

    /// The service.
    fn service(&self) -> async_graphql::Result<&Service> {
        Ok(&self.request()?.service)
    }

    /// Who asks.
    fn viewer(&self) -> async_graphql::Result<Arc<Viewer>> {
        Ok(self.request()?.viewer())
    }

    /// The loaders.
    fn rows(&self) -> async_graphql::Result<&DataLoader<Rows>>;
}

impl Ask for Context<'_> {
    fn request(&self) -> async_graphql::Result<&Arc<Request>> {
        self.data::<Arc<Request>>()
    }

    fn rows(&self) -> async_graphql::Result<&DataLoader<Rows>> {
        loader(self)
    }
}
