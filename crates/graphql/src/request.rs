//! What one request stands on: the service, the viewer, the loaders.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, Result};
use tidings_domain::{ErrorCode, Position, SessionId};
use tidings_policy::Viewer;
use tidings_service::Service;

use crate::error::{coded, fault};
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

    /// Begins at the present end of the log, before the operation reads anything: what it reads then
    /// is at least as new, so that a stream from here on leaves nothing out (G1).
    ///
    /// Fails with `UNAUTHENTICATED` for a viewer who may not sign in any more.
    pub(crate) async fn begin_at_log_end(&self) -> Result<()> {
        let store = &self.service.store;
        let end = store.log_end().await.map_err(|error| fault(&error))?;
        // SECURITY: the viewer was loaded before. A change of its rights in between would be neither
        // in what the operation reads nor in the stream behind the end.
        let (subject, now) = (self.viewer().principal().uuid(), self.service.clock.now());
        let viewer = store.viewer(subject, now).await;
        let viewer = viewer
            .map_err(|error| fault(&error))?
            .ok_or_else(|| coded(ErrorCode::Unauthenticated, "The token is not valid."))?;
        self.follow(Arc::new(viewer));
        let _first = self.log_end.set(end);
        Ok(())
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
    fn request(&self) -> Result<&Arc<Request>>;

    /// The service.
    fn service(&self) -> Result<&Service> {
        Ok(&self.request()?.service)
    }

    /// Who asks.
    fn viewer(&self) -> Result<Arc<Viewer>> {
        Ok(self.request()?.viewer())
    }

    /// The loaders.
    fn rows(&self) -> Result<&DataLoader<Rows>>;
}

impl Ask for Context<'_> {
    fn request(&self) -> Result<&Arc<Request>> {
        self.data::<Arc<Request>>()
    }

    fn rows(&self) -> Result<&DataLoader<Rows>> {
        loader(self)
    }
}
