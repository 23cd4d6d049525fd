//! Live streams: who waits for what, and what each may get.
//!
//! A `Prepared` is an event with everything the law asks, loaded once. `Prepared::for_viewer` is
//! the one place that says what a viewer gets of it; the live hub and the replay from the log both
//! ask it, so a stream never shows what a query would not (G5).

mod desk;
mod direct_chats;
mod hub;
mod own_view;
mod prepare;
mod queue;
mod request;
mod stream;
mod team;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tidings_domain::{ClientId, DraftId, MessageId, Position, Principal, ThreadId};
use tidings_store::{LiveThread, MessageRow, NotificationRow, PortalRequestRow};

pub(crate) use hub::Hub;
pub(crate) use prepare::{Prepared, prepare};
pub use stream::{EventStream, StreamEnd};

/// What a viewer is told of.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// Its place in the log: resume after it.
    pub position: Position,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: LiveKind,
}

/// What happened, with the rows that most readers ask for.
#[derive(Clone, Debug)]
pub enum LiveKind {
    /// A message was sent.
    MessageAdded {
        /// Into this thread.
        thread: Arc<LiveThread>,
        /// The message.
        message: Arc<MessageRow>,
    },
    /// A message was edited, pinned or unpinned.
    MessageChanged {
        /// In this thread.
        thread: Arc<LiveThread>,
        /// The message as it is now.
        message: Arc<MessageRow>,
    },
    /// Somebody put a reaction to a message or took it back.
    ReactionChanged {
        /// In this thread.
        thread: Arc<LiveThread>,
        /// The message.
        message: Arc<MessageRow>,
    },
    /// A message was deleted for everybody.
    MessageDeleted {
        /// In this thread.
        thread: Arc<LiveThread>,
        /// The message.
        message: MessageId,
        /// Its number there.
        seq: i64,
    },
    /// A staff member wrote a note. For staff.
    ThreadNoteAdded {
        /// On this thread.
        thread: Arc<LiveThread>,
        /// Its number there.
        number: i32,
    },
    /// A draft of the viewer's was saved, deleted or sent.
    DraftChanged {
        /// Which.
        draft: DraftId,
    },
    /// A thread's header or lifecycle changed, or the viewer gained sight of it by that.
    ThreadChanged {
        /// The thread.
        thread: Arc<LiveThread>,
    },
    /// Somebody saw messages for the first time. For staff.
    ReadReceiptAdded {
        /// In this thread.
        thread: Arc<LiveThread>,
        /// Who.
        reader: Principal,
        /// First message of the range.
        from_seq: i64,
        /// Last message of the range.
        to_seq: i64,
    },
    /// The viewer read, pinned or marked something, here or in another session (P-02).
    ViewerStateChanged {
        /// In this thread.
        thread: Arc<LiveThread>,
    },
    /// A client's record changed.
    ClientChanged {
        /// Whose.
        client: ClientId,
    },
    /// A client was asked for something (C-31).
    RequestSent {
        /// The request.
        request: Arc<PortalRequestRow>,
    },
    /// A request was seen, taken back, or its time is over.
    RequestChanged {
        /// The request.
        request: Arc<PortalRequestRow>,
    },
    /// A client has done what a request asked.
    RequestFulfilled {
        /// The request.
        request: Arc<PortalRequestRow>,
    },
    /// The viewer has a notification (C-47).
    NotificationAdded {
        /// The notification.
        notification: Arc<NotificationRow>,
    },
    /// The viewer does not see these threads any more.
    AccessRevoked(Scope),
    /// The viewer sees these threads from now on.
    AccessGranted(Scope),
}

/// Threads whose visibility changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// These.
    Threads(Vec<ThreadId>),
    /// More than can be named: whatever was read should be read again.
    Everything,
}

/// The names of the kinds, for filtering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiveName {
    /// [`LiveKind::MessageAdded`].
    MessageAdded,
    /// [`LiveKind::MessageChanged`].
    MessageChanged,
    /// [`LiveKind::ReactionChanged`].
    ReactionChanged,
    /// [`LiveKind::MessageDeleted`].
    MessageDeleted,
    /// [`LiveKind::ThreadNoteAdded`].
    ThreadNoteAdded,
    /// [`LiveKind::DraftChanged`].
    DraftChanged,
    /// [`LiveKind::ThreadChanged`].
    ThreadChanged,
    /// [`LiveKind::ReadReceiptAdded`].
    ReadReceiptAdded,
    /// [`LiveKind::ViewerStateChanged`].
    ViewerStateChanged,
    /// [`LiveKind::ClientChanged`].
    ClientChanged,
    /// [`LiveKind::RequestSent`].
    RequestSent,
    /// [`LiveKind::RequestChanged`].
    RequestChanged,
    /// [`LiveKind::RequestFulfilled`].
    RequestFulfilled,
    /// [`LiveKind::NotificationAdded`].
    NotificationAdded,
    /// [`LiveKind::AccessRevoked`].
    AccessRevoked,
    /// [`LiveKind::AccessGranted`].
    AccessGranted,
}

impl LiveKind {
    /// The kind's name.
    #[must_use]
    pub fn name(&self) -> LiveName {
        match self {
            Self::MessageAdded { .. } => LiveName::MessageAdded,
            Self::MessageChanged { .. } => LiveName::MessageChanged,
            Self::ReactionChanged { .. } => LiveName::ReactionChanged,
            Self::MessageDeleted { .. } => LiveName::MessageDeleted,
            Self::ThreadNoteAdded { .. } => LiveName::ThreadNoteAdded,
            Self::DraftChanged { .. } => LiveName::DraftChanged,
            Self::ThreadChanged { .. } => LiveName::ThreadChanged,
            Self::ReadReceiptAdded { .. } => LiveName::ReadReceiptAdded,
            Self::ViewerStateChanged { .. } => LiveName::ViewerStateChanged,
            Self::ClientChanged { .. } => LiveName::ClientChanged,
            Self::RequestSent { .. } => LiveName::RequestSent,
            Self::RequestChanged { .. } => LiveName::RequestChanged,
            Self::RequestFulfilled { .. } => LiveName::RequestFulfilled,
            Self::NotificationAdded { .. } => LiveName::NotificationAdded,
            Self::AccessRevoked(_) => LiveName::AccessRevoked,
            Self::AccessGranted(_) => LiveName::AccessGranted,
        }
    }
}

/// Which events a subscriber wants.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one thread only.
    pub thread: Option<ThreadId>,
    /// About one client only; for events of requests.
    pub client: Option<ClientId>,
    /// Of these kinds only; all if none is named.
    pub kinds: Vec<LiveName>,
}

impl Filter {
    pub(crate) fn wants(&self, name: LiveName) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&name)
    }
}
