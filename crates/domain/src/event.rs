//! What anyone can be told of. Events are past tense and carry ids, never content.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{
    AccountId, AgencyId, ClientId, DraftId, MessageId, NotificationId, PortalRequestId, Principal,
    SessionId, StaffId, ThreadId,
};
use crate::vocabulary::AudienceKind;

/// The place of an event in the log. Ordered; the order is one in which a reader can never meet
/// an event behind a position it has passed (G2).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// PostgreSQL's 64-bit id of the writing transaction, or of the newest that had ended when the
    /// event was written, whichever is newer; 0 on SQLite, whose single writer commits in the order
    /// of `seq`.
    pub transaction: i64,
    /// The row's own number.
    pub seq: i64,
}

impl Position {
    /// Before every event.
    pub const START: Self = Self {
        transaction: 0,
        seq: 0,
    };
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Event {
    /// A message was sent; with `seq` 1 the thread was started by it.
    MessageAdded {
        /// The message.
        message: MessageId,
        /// Its number in the thread.
        seq: i64,
    },
    /// A message was edited, pinned or unpinned (PX-04, P-30).
    MessageChanged {
        /// The message.
        message: MessageId,
    },
    /// Somebody put a reaction to a message or took it back (P-35). Of a broadcast no client is
    /// told of another's.
    ReactionChanged {
        /// The message.
        message: MessageId,
        /// Whose reaction: a staff member or an account.
        by: Principal,
    },
    /// A message was deleted for everybody (S-32).
    MessageDeleted {
        /// The message.
        message: MessageId,
        /// Its number in the thread.
        seq: i64,
    },
    /// A thread was deleted for everybody with all of its messages (T-34). To a client it is gone.
    ThreadDeleted,
    /// A staff member wrote a note on a thread (SX-06). For staff only.
    ThreadNoteAdded {
        /// Its number on the thread.
        number: i32,
    },
    /// A draft was saved, deleted or sent (SX-03). For its writer only.
    DraftChanged {
        /// Whose draft.
        viewer: Principal,
        /// The draft.
        draft: DraftId,
    },
    /// The header or the lifecycle of a thread changed for everybody (T-33, T-37).
    ThreadChanged {
        /// The audience before, where that is what changed.
        audience_before: Option<AudienceKind>,
    },
    /// Staff were given a place on a thread, or lost it (P-11, PX-04).
    PeopleChanged {
        /// Who can read it since.
        gained: Vec<StaffId>,
        /// Who was listed and is no more.
        lost: Vec<StaffId>,
    },
    /// Somebody saw messages for the first time (P-06). For staff only.
    ReadReceiptAdded {
        /// Who saw them.
        reader: Principal,
        /// First message of the range that was seen.
        from_seq: i64,
        /// Last message of the range.
        to_seq: i64,
    },
    /// A viewer's own state of a thread changed: read, unread, pinned. For that viewer only.
    ViewerStateChanged {
        /// Whose state.
        viewer: Principal,
    },
    /// A client's record changed: its status (S-33, S-34).
    ClientChanged,
    /// A client was given direct chats, or they were taken away (K15).
    DirectChatChanged,
    /// A staff member's assignment to a client changed, or begins or ends with the day.
    CareTeamChanged {
        /// Whose assignment.
        staff: StaffId,
        /// Whether it held before.
        held: bool,
    },
    /// A staff member's roles, supervisees or access as such changed.
    StaffAccessChanged {
        /// Whose access.
        staff: StaffId,
    },
    /// A portal account was linked to a client, unlinked, or its state changed.
    AccountAccessChanged {
        /// Whose access.
        account: AccountId,
    },
    /// A session was revoked: its sockets and streams close, in every process. For nobody's stream.
    SessionRevoked {
        /// Which.
        session: SessionId,
    },
    /// The agency's policy changed.
    PolicyChanged,
    /// A client was asked for something (C-31). Of a request that is shared with other agencies
    /// each of these has an event of its own: nothing in the log crosses from one to another.
    RequestSent {
        /// The request.
        request: PortalRequestId,
    },
    /// A request was seen, taken back, or its time is over.
    RequestChanged {
        /// The request.
        request: PortalRequestId,
    },
    /// A client has done what a request asked (C-47).
    RequestFulfilled {
        /// The request.
        request: PortalRequestId,
    },
    /// Somebody has a notification. For the recipient alone.
    NotificationAdded {
        /// The notification.
        notification: NotificationId,
        /// Whose.
        recipient: Principal,
    },
    /// The agency of this event sees the records of a client of another one from now on, or no
    /// more (K18).
    ClientSharingChanged {
        /// Whether it does.
        shared: bool,
    },
    /// Written by a newer version of this program, which runs beside this one: told to nobody
    /// here.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// Whether this event changes who may see what. Such an event takes effect before any event
    /// that is delivered after it (G5).
    #[must_use]
    pub fn changes_access(&self) -> bool {
        matches!(
            self,
            Self::CareTeamChanged { .. }
                | Self::DirectChatChanged
                | Self::StaffAccessChanged { .. }
                | Self::AccountAccessChanged { .. }
                | Self::SessionRevoked { .. }
                | Self::PolicyChanged
        )
    }
}

/// An event as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Its place.
    pub position: Position,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// In which agency.
    pub agency: AgencyId,
    /// On which thread, if on one.
    pub thread: Option<ThreadId>,
    /// About which client, if about one.
    pub client: Option<ClientId>,
    /// What happened.
    pub event: Event,
}
