//! Threads: starting one, archiving it, pinning it, who is on it.

mod convert;
mod open;
mod people;
mod recipients;
mod start;

use serde::{Deserialize, Serialize};
use tidings_domain::{Event, Lifecycle, ThreadId, UserErrorCode, limits};
use tidings_policy::{Action, Viewer, decide};

pub use convert::{ConvertToGroup, Converted};
pub use open::{ChatWith, FirstMessage, OpenDirectThread, Opened};
pub use people::{ChangePeople, ThreadPeople};
pub use recipients::Recipient;
pub(crate) use recipients::people;
pub use start::StartThread;

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::about;

/// A thread whose state was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSet {
    /// The thread.
    pub thread: ThreadId,
}

/// Archive a thread, or take it back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetArchived {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be archived.
    pub archived: bool,
}

/// Lock a thread, or take the lock off.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetLocked {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be locked.
    pub locked: bool,
}

/// Pin a thread, or unpin it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetPinned {
    /// The thread.
    pub thread: ThreadId,
    /// Whether it is to be pinned.
    pub pinned: bool,
}

impl Service {
    /// Archives a thread for everybody who shares it, or takes it back (T-33, K14).
    pub async fn set_archived(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetArchived,
    ) -> Result<ThreadSet> {
        let write = match self.begin(viewer, key, "setThreadArchived", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Archive, thread.id).await?;
        let wanted = if input.archived {
            Lifecycle::Archived
        } else {
            Lifecycle::Open
        };
        if thread.lifecycle == Lifecycle::Deleted {
            return Err(Error::not_found());
        }
        if thread.lifecycle != wanted {
            write.tx.set_lifecycle(thread.id, wanted).await?;
            write
                .emit(
                    about(&thread),
                    Event::ThreadChanged {
                        audience_before: None,
                    },
                )
                .await?;
        }
        write.commit(ThreadSet { thread: thread.id }).await
    }

    /// Locks a thread, in which then nobody writes but the staff member who locked it, or takes the
    /// lock off, whoever's it is (PX-04).
    pub async fn set_locked(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetLocked,
    ) -> Result<ThreadSet> {
        let write = match self.begin(viewer, key, "setThreadLocked", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Lock, thread.id).await?;
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        if thread.lifecycle == Lifecycle::Deleted {
            return Err(Error::not_found());
        }
        if thread.locked_by_id.is_some() != input.locked {
            let by = input.locked.then_some(staff.id);
            write.tx.set_thread_lock(thread.id, by).await?;
            let event = Event::ThreadChanged {
                audience_before: None,
            };
            write.emit(about(&thread), event).await?;
        }
        write.commit(ThreadSet { thread: thread.id }).await
    }

    /// Pins a thread for the viewer alone, or unpins it (P-14, K14).
    pub async fn set_pinned(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SetPinned,
    ) -> Result<ThreadSet> {
        let write = match self.begin(viewer, key, "setThreadPinned", &input).await? {
            Begin::Done(set) => return Ok(set),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::Arrange, thread.id).await?;
        let me = viewer.principal();
        if write.tx.pin_thread(me, thread.id, input.pinned).await? {
            if input.pinned && write.tx.pinned_count(viewer).await? > limits::MAX_PINNED {
                return Err(Error::refused(UserErrorCode::TooManyPinned, &["threadId"]));
            }
            write
                .emit(about(&thread), Event::ViewerStateChanged { viewer: me })
                .await?;
        }
        write.commit(ThreadSet { thread: thread.id }).await
    }
}

/// Asks the law about a thread at hand.
pub(crate) async fn permitted(
    write: &Write<'_>,
    viewer: &Viewer,
    action: Action,
    thread: ThreadId,
) -> Result<()> {
    let live = write
        .tx
        .live_thread(thread, write.now)
        .await?
        .ok_or_else(Error::not_found)?;
    Ok(decide(viewer, action, &live.facts)?)
}
