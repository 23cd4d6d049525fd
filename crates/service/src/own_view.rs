//! What a viewer puts out of its own sight, for itself alone: hiding, removing, and getting it back
//! (P-19, P-21, C-28, K3, K14). Everybody else's view, the audit log and exports stay as they are.

use serde::{Deserialize, Serialize};
use tidings_domain::{Deed, Event, MessageId, ThreadId};
use tidings_policy::{Action, AdminAction, Viewer, administers};
use uuid::Uuid;

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::{about, lock_message};
use crate::thread::permitted;

/// Hide a thread, or show it again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetHidden {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be hidden.
    pub hidden: bool,
}

/// What to take out of a view, or to give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InView {
    /// A thread with everything that it holds now.
    Thread(ThreadId),
    /// One message.
    Message(MessageId),
}

/// Something to give back to somebody.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RestoreToView {
    /// To whom: a staff member or a portal account.
    pub viewer: Uuid,
    /// What.
    pub what: InView,
}

/// What changed for a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewChanged {
    /// What was named.
    pub what: InView,
    /// The thread, or the thread of the message.
    pub thread: ThreadId,
}

impl Service {
    /// Hides a thread from the viewer's own inbox and counts, until a newer message comes or the viewer
    /// shows it again; it can be read all the while (P-19, P-21).
    pub async fn set_hidden(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetHidden,
    ) -> Result<ViewChanged> {
        let write = match self.begin(viewer, key, "setThreadHidden", &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Arrange, thread.id).await?;
        let me = viewer.principal();
        if write.tx.hide_thread(me, &thread, input.hidden).await? {
            let event = Event::ViewerStateChanged { viewer: me };
            write.emit(about(&thread), event).await?;
        }
        let changed = ViewChanged {
            what: InView::Thread(thread.id),
            thread: thread.id,
        };
        write.commit(changed).await
    }

    /// Takes a message, or a thread with everything that it holds now, out of the viewer's own view:
    /// what a client calls deleting (C-28). What is unread of it is no more; nobody is told that it
    /// was seen. A newer message brings the thread back, with what is newer.
    pub async fn remove_from_view(
        &self,
        viewer: &Viewer,
        key: &str,
        what: InView,
    ) -> Result<ViewChanged> {
        let write = match self.begin(viewer, key, "removeFromMyView", &what).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        let (thread, seq) = match what {
            InView::Thread(thread) => {
                let seen = write.tx.lock_thread(viewer, thread).await?;
                (seen.ok_or_else(Error::not_found)?.thread, None)
            }
            InView::Message(message) => {
                let (thread, row) = lock_message(&write, viewer, message).await?;
                (thread, Some(row.seq))
            }
        };
        permitted(&write, viewer, Action::Arrange, thread.id).await?;
        let me = viewer.principal();
        match seq {
            Some(seq) => write.tx.remove_message(me, &thread, seq, write.now).await?,
            None => write.tx.remove_thread(me, &thread, write.now).await?,
        }
        let event = Event::ViewerStateChanged { viewer: me };
        write.emit(about(&thread), event).await?;
        let thread = thread.id;
        write.commit(ViewChanged { what, thread }).await
    }

    /// Gives somebody back what it took out of its own view: for support, which need not see it, and is
    /// shown nothing of it.
    pub async fn restore_to_view(
        &self,
        viewer: &Viewer,
        key: &str,
        input: RestoreToView,
    ) -> Result<ViewChanged> {
        let write = match self.begin(viewer, key, "restoreToView", &input).await? {
            Begin::Done(changed) => return Ok(changed),
            Begin::New(write) => write,
        };
        if !administers(viewer, AdminAction::RestoreToView) {
            return Err(Error::forbidden());
        }
        let agency = viewer.agency();
        let whose = write.tx.principal_of(agency, input.viewer).await?;
        let whose = whose.ok_or_else(Error::not_found)?;
        let thread = match input.what {
            InView::Thread(thread) => Some(thread),
            InView::Message(message) => write.tx.thread_of_message(agency, message).await?,
        };
        let thread = thread.ok_or_else(Error::not_found)?;
        let thread = write.tx.lock_to_delete(agency, thread).await?;
        let thread = thread.ok_or_else(Error::not_found)?;
        let restored = restore(&write, whose, input.what, thread.id).await?;
        if !restored {
            return Err(Error::not_found());
        }
        let event = Event::ViewerStateChanged { viewer: whose };
        write.emit(about(&thread), event).await?;
        let thread = thread.id;
        write
            .audit(agency, Deed::ViewRestored, thread, whose.uuid().to_string())
            .await?;
        let what = input.what;
        write.commit(ViewChanged { what, thread }).await
    }
}

async fn restore(
    write: &Write<'_>,
    whose: tidings_domain::Principal,
    what: InView,
    thread: ThreadId,
) -> Result<bool> {
    Ok(match what {
        InView::Thread(_) => write.tx.restore_thread(whose.uuid(), thread).await?,
        InView::Message(message) => write.tx.restore_message(whose, thread, message).await?,
    })
}
