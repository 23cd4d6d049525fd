//! The viewer's own sessions, and how every process learns that one is over.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tidings_domain::{AgencyId, Principal, SessionId};
use tidings_policy::Viewer;
use tidings_store::Sessions;
use tokio::sync::Notify;

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::sign_in::tell;

/// Sessions to revoke: the viewer's own.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum RevokeSessions {
    /// This one.
    One(SessionId),
    /// All but this one, or all.
    AllBut(Option<SessionId>),
}

/// Sessions that were revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsRevoked {
    /// Which.
    pub sessions: Vec<SessionId>,
}

/// Who waits for the end of which session, in this process.
#[derive(Clone, Default)]
pub(crate) struct Watches(Arc<Mutex<HashMap<SessionId, Arc<Notify>>>>);

/// Waits for the end of a session; given up when it is dropped.
struct Watch {
    watches: Watches,
    id: SessionId,
    notify: Arc<Notify>,
}

impl Watches {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, id: SessionId) -> Watch {
        let notify = Arc::clone(self.lock().entry(id).or_default());
        Watch {
            watches: self.clone(),
            id,
            notify,
        }
    }

    /// Ends the wait of all who watch a session.
    pub(crate) fn end(&self, id: SessionId) {
        if let Some(notify) = self.lock().get(&id) {
            notify.notify_waiters();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watches = self.watches.lock();
        // The map's own, and this one.
        if Arc::strong_count(&self.notify) <= 2 {
            watches.remove(&self.id);
        }
    }
}

impl Service {
    /// Waits until a session is revoked, here or by another process.
    pub async fn session_over(&self, id: SessionId) {
        let watch = self.watches.watch(id);
        let mut over = pin!(watch.notify.notified());
        over.as_mut().enable();
        // SECURITY: it may have been revoked before anybody watched. A fault ends nothing: each
        // operation asks again.
        if let Ok(false) = self.store.session_goes_on(id, self.clock.now()).await {
            return;
        }
        over.await;
    }

    /// Revokes sessions of the viewer: their tokens are refused from now on, and their sockets and
    /// streams close. `NOT_FOUND` for a session that is not the viewer's, or over already.
    pub async fn revoke_sessions(
        &self,
        viewer: &Viewer,
        key: &str,
        input: RevokeSessions,
    ) -> Result<SessionsRevoked> {
        let write = match self.begin(viewer, key, "revokeSessions", &input).await? {
            Begin::Done(revoked) => return Ok(revoked),
            Begin::New(write) => write,
        };
        let which = match input {
            RevokeSessions::One(id) => Sessions::One(id),
            RevokeSessions::AllBut(Some(id)) => Sessions::AllBut(id),
            RevokeSessions::AllBut(None) => Sessions::All,
        };
        let sessions = revoke(&write, viewer.principal(), viewer.agency(), which).await?;
        if matches!(input, RevokeSessions::One(_)) && sessions.is_empty() {
            return Err(Error::not_found());
        }
        write.commit(SessionsRevoked { sessions }).await
    }
}

/// Revokes sessions of somebody within a write.
pub(crate) async fn revoke(
    write: &Write<'_>,
    of: Principal,
    agency: AgencyId,
    which: Sessions,
) -> Result<Vec<SessionId>> {
    let revoked = write.tx.revoke_sessions(of, which, write.now).await?;
    for id in &revoked {
        tell(&write.tx, agency, *id, write.now).await?;
    }
    Ok(revoked)
}
