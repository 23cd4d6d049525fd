//! What is on a viewer's own desk: notes among staff and drafts. No client is told of a note, and
//! nobody of another's draft.

use std::sync::Arc;

use tidings_domain::{DraftId, EventRecord, Principal};
use tidings_policy::{Action, Viewer, decide, decide_draft};
use tidings_store::LiveThread;

use super::LiveKind;

/// A note is told to the staff who may read it (SX-06).
pub(super) fn note_added(
    viewer: &Viewer,
    thread: &Arc<LiveThread>,
    number: i32,
) -> Option<LiveKind> {
    // SECURITY: no client learns that there is one.
    decide(viewer, Action::Annotate, &thread.facts).ok()?;
    Some(LiveKind::ThreadNoteAdded {
        thread: Arc::clone(thread),
        number,
    })
}

/// A draft is told of to its writer (SX-03).
pub(super) fn draft_changed(
    viewer: &Viewer,
    record: &EventRecord,
    whose: Principal,
    draft: DraftId,
) -> Option<LiveKind> {
    decide_draft(viewer, record.agency, whose).ok()?;
    Some(LiveKind::DraftChanged { draft })
}
