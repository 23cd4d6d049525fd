//! What viewers took out of their own sight stays there: no event brings it back (C-28, K3).

use std::collections::HashMap;
use std::sync::Arc;

use tidings_domain::ThreadId;
use tidings_policy::Viewer;
use tidings_store::{LiveThread, Removed, Store};
use uuid::Uuid;

use super::{LiveKind, Scope};
use crate::error::Result;

/// What was removed of some threads, by whom.
#[derive(Debug, Default)]
pub(crate) struct OwnViews(HashMap<(ThreadId, Uuid), Removed>);

impl OwnViews {
    /// Loads those of these threads.
    pub(super) async fn of(store: &Store, threads: &[ThreadId]) -> Result<Self> {
        Ok(Self(store.removed(threads).await?))
    }

    /// What is left of an event for the viewer. Who took a whole thread out of sight is told to drop it,
    /// on every screen.
    pub(super) fn look(&self, viewer: &Viewer, kind: LiveKind) -> Option<LiveKind> {
        let (thread, seq) = match &kind {
            LiveKind::MessageAdded { thread, message }
            | LiveKind::MessageChanged { thread, message }
            | LiveKind::ReactionChanged { thread, message } => (thread, message.message.seq),
            LiveKind::MessageDeleted { thread, seq, .. } => (thread, *seq),
            LiveKind::ThreadChanged { thread }
            | LiveKind::ThreadNoteAdded { thread, .. }
            | LiveKind::ReadReceiptAdded { thread, .. }
            | LiveKind::ViewerStateChanged { thread } => (thread, thread.thread.last_seq),
            LiveKind::ClientChanged { .. }
            | LiveKind::DraftChanged { .. }
            | LiveKind::RequestSent { .. }
            | LiveKind::RequestChanged { .. }
            | LiveKind::RequestFulfilled { .. }
            | LiveKind::NotificationAdded { .. }
            | LiveKind::AccessRevoked(_)
            | LiveKind::AccessGranted(_) => return Some(kind),
        };
        let Some(removed) = self.of_viewer(viewer, thread) else {
            return Some(kind);
        };
        match kind {
            LiveKind::ViewerStateChanged { thread } if removed.up_to >= thread.thread.last_seq => {
                Some(LiveKind::AccessRevoked(Scope::Threads(vec![
                    thread.thread.id,
                ])))
            }
            LiveKind::ThreadChanged { .. }
            | LiveKind::ThreadNoteAdded { .. }
            | LiveKind::ReadReceiptAdded { .. }
            | LiveKind::ViewerStateChanged { .. } => (removed.up_to < seq).then_some(kind),
            _ => (!removed.has(seq)).then_some(kind),
        }
    }

    fn of_viewer(&self, viewer: &Viewer, thread: &Arc<LiveThread>) -> Option<&Removed> {
        self.0.get(&(thread.thread.id, viewer.principal().uuid()))
    }
}
