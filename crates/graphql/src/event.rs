//! Events as the schema shows them.

use std::sync::Arc;

use async_graphql::{Context, ID, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use tidings_domain::{DraftId, Principal};
use tidings_service::live::{LiveEvent, LiveKind, Scope};
use tidings_store::{LiveThread, MessageRow, NoteKey};

use crate::client::Client;
use crate::draft::Draft;
use crate::loaders::Load;
use crate::message::Message;
use crate::node::Global;
use crate::notification::Notification;
use crate::people::Reader;
use crate::portal_request::PortalRequest;
use crate::scalars::EventCursor;
use crate::thread::Thread;
use crate::thread_note::{ThreadNote, note};

/// A message was sent. Told to everybody who sees its thread.
#[derive(SimpleObject, Clone)]
pub(crate) struct MessageAdded {
    /// Resume after it.
    cursor: EventCursor,
    /// The message.
    message: Message,
    /// Its thread.
    thread: Thread,
}

/// A message was edited, pinned or unpinned. Told to everybody who sees its thread.
#[derive(SimpleObject, Clone)]
pub(crate) struct MessageChanged {
    /// Resume after it.
    cursor: EventCursor,
    /// The message as it is now.
    message: Message,
    /// Its thread.
    thread: Thread,
}

/// Somebody put a reaction to a message or took it back. Told to everybody who sees its thread; of a
/// broadcast no client is told of another's.
#[derive(SimpleObject, Clone)]
pub(crate) struct ReactionChanged {
    /// Resume after it.
    cursor: EventCursor,
    /// The message, with its reactions as they are now.
    message: Message,
    /// Its thread.
    thread: Thread,
}

/// A message was deleted for everybody: drop it, and what was made of it. Told to everybody who sees
/// its thread.
#[derive(SimpleObject, Clone)]
pub(crate) struct MessageDeleted {
    /// Resume after it.
    cursor: EventCursor,
    /// The message.
    message_id: ID,
    /// Its number in the thread, which no other message gets.
    seq: i64,
    /// Its thread, without it.
    thread: Thread,
}

/// A staff member wrote a note on a thread. Told to staff who see the thread.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct ThreadNoteAdded {
    /// Resume after it.
    cursor: EventCursor,
    /// The thread.
    thread: Thread,
    #[graphql(skip)]
    key: NoteKey,
}

#[async_graphql::ComplexObject]
impl ThreadNoteAdded {
    /// The note.
    async fn note(&self, ctx: &Context<'_>) -> Option<Result<ThreadNote>> {
        note(ctx, self.key).await.transpose()
    }
}

/// A draft of the viewer's was saved, deleted or sent, here or in another session.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct DraftChanged {
    /// Resume after it.
    cursor: EventCursor,
    #[graphql(skip)]
    draft: DraftId,
}

#[async_graphql::ComplexObject]
impl DraftChanged {
    /// Which draft.
    async fn draft_id(&self) -> ID {
        self.draft.global()
    }

    /// The draft as it is now; null if it is gone.
    async fn draft(&self, ctx: &Context<'_>) -> Option<Result<Draft>> {
        ctx.one(self.draft)
            .await
            .map(|row| row.map(Draft::from))
            .transpose()
    }
}

/// A thread's header or lifecycle changed, or the viewer gained sight of it by that. Told to
/// everybody who sees the thread.
#[derive(SimpleObject, Clone)]
pub(crate) struct ThreadChanged {
    /// Resume after it.
    cursor: EventCursor,
    /// The thread as it is now.
    thread: Thread,
}

/// Somebody saw messages for the first time. Told to staff who see the thread.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct ReadReceiptAdded {
    /// Resume after it.
    cursor: EventCursor,
    /// The thread.
    thread: Thread,
    /// Number of the first message that was seen.
    from_seq: i64,
    /// Number of the last message that was seen.
    to_seq: i64,
    /// When.
    seen_at: DateTime<Utc>,
    #[graphql(skip)]
    reader: ReaderOf,
}

/// Who read, to be loaded when asked for.
#[derive(Clone, Copy)]
struct ReaderOf(Principal);

#[async_graphql::ComplexObject]
impl ReadReceiptAdded {
    /// Who saw them.
    async fn reader(&self, ctx: &Context<'_>) -> Option<Result<Reader>> {
        Reader::load(ctx, self.reader.0).await.transpose()
    }
}

/// The viewer read, marked or pinned something, here or in another session.
#[derive(SimpleObject, Clone)]
pub(crate) struct ViewerStateChanged {
    /// Resume after it.
    cursor: EventCursor,
    /// The thread, with the viewer's new counts.
    thread: Thread,
}

/// A client's record changed. Told to the agency's staff and to the client's account.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct ClientChanged {
    /// Resume after it.
    cursor: EventCursor,
    #[graphql(skip)]
    client: tidings_domain::ClientId,
}

#[async_graphql::ComplexObject]
impl ClientChanged {
    /// The client as it is now.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        ctx.one(self.client)
            .await
            .map(|row| row.map(Client::from))
            .transpose()
    }
}

/// A client was asked for something. Told to everybody who sees the request.
#[derive(SimpleObject, Clone)]
pub(crate) struct RequestSent {
    /// Resume after it.
    cursor: EventCursor,
    /// The request.
    request: PortalRequest,
}

/// A portal request was seen, taken back, or its time is over. Told to everybody who sees it.
#[derive(SimpleObject, Clone)]
pub(crate) struct RequestChanged {
    /// Resume after it.
    cursor: EventCursor,
    /// The request as it is now.
    request: PortalRequest,
}

/// A client has done what a portal request asked. Told to everybody who sees the request; its
/// record is there by then.
#[derive(SimpleObject, Clone)]
pub(crate) struct RequestFulfilled {
    /// Resume after it.
    cursor: EventCursor,
    /// The request as it is now.
    request: PortalRequest,
}

/// The viewer has a notification.
#[derive(SimpleObject, Clone)]
pub(crate) struct NotificationAdded {
    /// Resume after it.
    cursor: EventCursor,
    /// The notification.
    notification: Notification,
}

/// The viewer does not see these threads any more: drop them.
#[derive(SimpleObject, Clone)]
pub(crate) struct AccessRevoked {
    /// Resume after it.
    cursor: EventCursor,
    /// Which.
    thread_ids: Vec<ID>,
    /// More than can be named: drop whatever was read, and read again.
    everything: bool,
}

/// The viewer sees these threads from now on: read them.
#[derive(SimpleObject, Clone)]
pub(crate) struct AccessGranted {
    /// Resume after it.
    cursor: EventCursor,
    /// Which.
    thread_ids: Vec<ID>,
    /// More than can be named: read again.
    everything: bool,
}

/// One change that the viewer is told of.
#[derive(Union, Clone)]
pub(crate) enum Event {
    MessageAdded(MessageAdded),
    MessageChanged(MessageChanged),
    ReactionChanged(ReactionChanged),
    MessageDeleted(MessageDeleted),
    ThreadNoteAdded(ThreadNoteAdded),
    DraftChanged(DraftChanged),
    ThreadChanged(ThreadChanged),
    ReadReceiptAdded(ReadReceiptAdded),
    ViewerStateChanged(ViewerStateChanged),
    ClientChanged(ClientChanged),
    RequestSent(RequestSent),
    RequestChanged(RequestChanged),
    RequestFulfilled(RequestFulfilled),
    NotificationAdded(NotificationAdded),
    AccessRevoked(AccessRevoked),
    AccessGranted(AccessGranted),
}

/// An event as the schema shows it.
pub(crate) fn render(cursor: EventCursor, event: &LiveEvent) -> Event {
    match &event.kind {
        LiveKind::MessageAdded { thread, message } => {
            let (message, thread) = both(message, thread);
            Event::MessageAdded(MessageAdded {
                cursor,
                message,
                thread,
            })
        }
        LiveKind::MessageChanged { thread, message } => {
            let (message, thread) = both(message, thread);
            Event::MessageChanged(MessageChanged {
                cursor,
                message,
                thread,
            })
        }
        LiveKind::ReactionChanged { thread, message } => {
            let (message, thread) = both(message, thread);
            Event::ReactionChanged(ReactionChanged {
                cursor,
                message,
                thread,
            })
        }
        LiveKind::MessageDeleted {
            thread,
            message,
            seq,
        } => Event::MessageDeleted(MessageDeleted {
            cursor,
            message_id: message.global(),
            seq: *seq,
            thread: Thread::from(&**thread),
        }),
        LiveKind::ThreadNoteAdded { thread, number } => note_added(cursor, thread, *number),
        LiveKind::DraftChanged { draft } => draft_changed(cursor, *draft),
        LiveKind::ThreadChanged { thread } => Event::ThreadChanged(ThreadChanged {
            cursor,
            thread: Thread::from(&**thread),
        }),
        LiveKind::ReadReceiptAdded {
            thread,
            reader,
            from_seq,
            to_seq,
        } => Event::ReadReceiptAdded(ReadReceiptAdded {
            cursor,
            thread: Thread::from(&**thread),
            from_seq: *from_seq,
            to_seq: *to_seq,
            seen_at: event.at,
            reader: ReaderOf(*reader),
        }),
        LiveKind::ViewerStateChanged { thread } => Event::ViewerStateChanged(ViewerStateChanged {
            cursor,
            thread: Thread::from(&**thread),
        }),
        LiveKind::ClientChanged { client } => Event::ClientChanged(ClientChanged {
            cursor,
            client: *client,
        }),
        LiveKind::RequestSent { request } => Event::RequestSent(RequestSent {
            cursor,
            request: PortalRequest::from(request),
        }),
        LiveKind::RequestChanged { request } => Event::RequestChanged(RequestChanged {
            cursor,
            request: PortalRequest::from(request),
        }),
        LiveKind::RequestFulfilled { request } => Event::RequestFulfilled(RequestFulfilled {
            cursor,
            request: PortalRequest::from(request),
        }),
        LiveKind::NotificationAdded { notification } => {
            Event::NotificationAdded(NotificationAdded {
                cursor,
                notification: Notification(Arc::clone(notification)),
            })
        }
        LiveKind::AccessRevoked(scope) => {
            let (thread_ids, everything) = named(scope);
            Event::AccessRevoked(AccessRevoked {
                cursor,
                thread_ids,
                everything,
            })
        }
        LiveKind::AccessGranted(scope) => {
            let (thread_ids, everything) = named(scope);
            Event::AccessGranted(AccessGranted {
                cursor,
                thread_ids,
                everything,
            })
        }
    }
}

fn note_added(cursor: EventCursor, thread: &LiveThread, number: i32) -> Event {
    let key = NoteKey {
        thread: thread.thread.id,
        number,
    };
    Event::ThreadNoteAdded(ThreadNoteAdded {
        cursor,
        thread: Thread::from(thread),
        key,
    })
}

fn draft_changed(cursor: EventCursor, draft: DraftId) -> Event {
    Event::DraftChanged(DraftChanged { cursor, draft })
}

fn both(message: &Arc<MessageRow>, thread: &LiveThread) -> (Message, Thread) {
    let thread = Thread::from(thread);
    (Message::live(Arc::clone(message), thread.clone()), thread)
}

fn named(scope: &Scope) -> (Vec<ID>, bool) {
    match scope {
        Scope::Threads(threads) => (threads.iter().map(|id| id.global()).collect(), false),
        Scope::Everything => (Vec::new(), true),
    }
}
