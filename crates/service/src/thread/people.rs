//! Who is on a thread: sharing a chat with colleagues, adding people to a conversation and taking
//! them out of it.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    Event, ParticipantStanding, Principal, StaffId, ThreadId, ThreadKind, UserErrorCode, limits,
};
use tidings_policy::{Action, Viewer};

use super::permitted;
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::about;

/// Staff who are given a place on a thread, or lose it.
#[derive(Clone, Debug, Serialize)]
pub struct ChangePeople {
    /// The thread.
    pub thread: ThreadId,
    /// Whom.
    pub staff: Vec<StaffId>,
}

/// A thread whose people were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPeople {
    /// The thread.
    pub thread: ThreadId,
}

/// What is done to the people of a thread.
#[derive(Clone, Copy)]
enum Change {
    /// Share a chat (P-11).
    Share,
    /// End the sharing.
    Unshare,
    /// Add colleagues to a conversation (PX-04).
    Add,
    /// Take them out of it.
    Remove,
}

impl Change {
    /// Whether it takes a place away.
    const fn ends(self) -> bool {
        matches!(self, Self::Unshare | Self::Remove)
    }

    /// The places that it is about.
    const fn standing(self) -> ParticipantStanding {
        match self {
            Self::Share | Self::Unshare => ParticipantStanding::SharedWith,
            Self::Add | Self::Remove => ParticipantStanding::Participant,
        }
    }
}

impl Service {
    /// Shares a thread with colleagues, who then read and write it (P-11). It stays what it is: the
    /// client becomes no member of a group (PX-03). Refused with `SHARING_NOT_ALLOWED` if the
    /// policy has it off (P-12).
    pub async fn share_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ChangePeople,
    ) -> Result<ThreadPeople> {
        self.change_people(viewer, key, "shareThread", (Change::Share, input))
            .await
    }

    /// Ends the sharing: access is over at once, on open streams too (P-11).
    pub async fn unshare_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ChangePeople,
    ) -> Result<ThreadPeople> {
        self.change_people(viewer, key, "unshareThread", (Change::Unshare, input))
            .await
    }

    /// Adds colleagues to a team, group or internal thread; they see all of it (PX-04).
    pub async fn add_participants(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ChangePeople,
    ) -> Result<ThreadPeople> {
        self.change_people(viewer, key, "addThreadParticipants", (Change::Add, input))
            .await
    }

    /// Takes colleagues out of a thread; whoever started it stays (PX-04).
    pub async fn remove_participants(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ChangePeople,
    ) -> Result<ThreadPeople> {
        let change = (Change::Remove, input);
        self.change_people(viewer, key, "removeThreadParticipants", change)
            .await
    }

    async fn change_people(
        &self,
        viewer: &Viewer,
        key: &str,
        operation: &'static str,
        (change, input): (Change, ChangePeople),
    ) -> Result<ThreadPeople> {
        let write = match self.begin(viewer, key, operation, &input).await? {
            Begin::Done(done) => return Ok(done),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        permitted(&write, viewer, Action::ChangePeople, thread.id).await?;
        let staff = colleagues(&write, viewer, change, &input.staff).await?;
        allowed(viewer, change, thread.kind)?;
        let starter = Principal::new(thread.started_by_kind, thread.started_by_id);
        if matches!(change, Change::Remove)
            && input
                .staff
                .iter()
                .any(|id| Principal::Staff(*id) == starter)
        {
            let code = UserErrorCode::RecipientNotAllowed;
            return Err(Error::refused(code, &["staffMemberIds"]));
        }
        let standing = change.standing();
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        if change.ends() {
            lost = write.tx.remove_listed(&thread, &staff, standing).await?;
        } else {
            gained = write.tx.add_listed(&thread, &staff, standing).await?;
        }
        if !gained.is_empty() || !lost.is_empty() {
            let event = Event::PeopleChanged { gained, lost };
            write.emit(about(&thread), event).await?;
        }
        write.commit(ThreadPeople { thread: thread.id }).await
    }
}

/// Whether the change fits the policy and the kind of thread.
fn allowed(viewer: &Viewer, change: Change, kind: ThreadKind) -> Result<()> {
    match change {
        Change::Share if !viewer.policy().chat_sharing => Err(Error::refused(
            UserErrorCode::SharingNotAllowed,
            &["threadId"],
        )),
        // Between two nobody comes in and nobody goes; a broadcast has a sender and no conversation.
        Change::Add | Change::Remove
            if matches!(kind, ThreadKind::Direct | ThreadKind::Broadcast) =>
        {
            let code = UserErrorCode::RecipientNotAllowed;
            Err(Error::refused(code, &["threadId"]))
        }
        _ => Ok(()),
    }
}

/// The people to be listed must be there and work here; who loses a place may have left.
async fn colleagues(
    write: &Write<'_>,
    viewer: &Viewer,
    change: Change,
    ids: &[StaffId],
) -> Result<Vec<StaffId>> {
    if ids.is_empty() {
        let code = UserErrorCode::RecipientRequired;
        return Err(Error::refused(code, &["staffMemberIds"]));
    }
    if ids.len() > limits::MAX_IDS {
        return Err(Error::bad_input("At most 100 people at once."));
    }
    let staff = write.tx.staff_members(viewer, ids).await?;
    let there = |id: &StaffId| {
        staff
            .iter()
            .any(|member| member.id == *id && (change.ends() || member.active))
    };
    if ids.iter().all(there) {
        Ok(ids.to_vec())
    } else {
        Err(Error::not_found())
    }
}
