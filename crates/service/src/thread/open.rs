//! Opening the chat of two: the one that there is, or a new one (P-09, P-23, P-24, P-25).

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AudienceKind, ClientId, MessageId, ParticipantStanding, StaffId, ThreadId, TopicId,
    UserErrorCode,
};
use tidings_policy::Viewer;
use tidings_store::ChatOfTwo;

use super::recipients::Recipient;
use super::start::{StartThread, start_by_staff};
use crate::body::{BodyInput, message_body};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// With whom a chat is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ChatWith {
    /// A client.
    Client(ClientId),
    /// A colleague.
    Staff(StaffId),
}

/// The message with which a chat begins that was not there.
#[derive(Clone, Debug, Serialize)]
pub struct FirstMessage {
    /// The audience: needed with a client, and none with a colleague.
    pub audience: Option<AudienceKind>,
    /// The topic; fills the subject.
    pub topic: Option<TopicId>,
    /// The subject.
    pub subject: Option<String>,
    /// The text.
    pub body: BodyInput,
}

/// A chat to open.
#[derive(Clone, Debug, Serialize)]
pub struct OpenDirectThread {
    /// With whom.
    pub with: ChatWith,
    /// Which of several that there are.
    pub thread: Option<ThreadId>,
    /// Whether to begin a new one, whatever there is.
    pub create_new: bool,
    /// What is sent if it has to be begun; if not, nothing is.
    pub first: Option<FirstMessage>,
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opened {
    /// A chat that was there.
    There(ThreadId),
    /// A new one with its first message.
    Begun(ThreadId, MessageId),
    /// None: the client is in chats that are shared with the viewer, newest first, and the person must
    /// say which one is meant, or that a new one is (P-25).
    Ambiguous(Vec<ThreadId>),
}

impl Service {
    /// Opens the chat of the viewer with a client or a colleague: the newest one of the two that there
    /// is, or a new one. Of calls at once one begins it and the others find it.
    ///
    /// For staff. A new one needs a message, else `BODY_REQUIRED`, and is refused like one that
    /// `startThread` begins.
    pub async fn open_direct_thread(
        &self,
        viewer: &Viewer,
        key: &str,
        input: OpenDirectThread,
    ) -> Result<Opened> {
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        let body = match &input.first {
            Some(first) => Some(message_body(self, viewer, &first.body).await),
            None => None,
        };
        let write = match self.begin(viewer, key, "openDirectThread", &input).await? {
            Begin::Done(opened) => return Ok(opened),
            Begin::New(write) => write,
        };
        let chats = chats(&write, viewer, input.with).await?;
        if let Some(found) = found(&input, &chats)? {
            return write.commit(found).await;
        }
        let (Some(first), Some(body)) = (input.first, body) else {
            let code = UserErrorCode::BodyRequired;
            return Err(Error::refused(code, &["message"]));
        };
        let start = StartThread {
            acting_for: None,
            to: vec![match input.with {
                ChatWith::Client(id) => Recipient::Client(id),
                ChatWith::Staff(id) => Recipient::Staff(id),
            }],
            group: false,
            audience: first.audience,
            topic: first.topic,
            subject: first.subject,
            body: first.body,
            from_draft: None,
        };
        let sent = start_by_staff(&write, viewer, staff, &start, body).await?;
        write.commit(Opened::Begun(sent.thread, sent.message)).await
    }
}

/// The chats of the viewer with this person, newest first; no other write begins one meanwhile.
async fn chats(write: &Write<'_>, viewer: &Viewer, with: ChatWith) -> Result<Vec<ChatOfTwo>> {
    let me = viewer.staff().ok_or_else(Error::forbidden)?.id;
    match with {
        ChatWith::Client(client) => {
            let locked = write.tx.lock_client(viewer, client).await?;
            locked.ok_or_else(Error::not_found)?;
            Ok(write.tx.chats_with_client(viewer, client).await?)
        }
        ChatWith::Staff(other) if other == me => {
            let code = UserErrorCode::RecipientNotAllowed;
            Err(Error::refused(code, &["with"]))
        }
        ChatWith::Staff(other) => {
            // Both, in one order: two who open a chat with each other do not wait in a ring.
            for id in [me.min(other), me.max(other)] {
                let locked = write.tx.lock_staff_member(viewer, id).await?;
                locked.ok_or_else(Error::not_found)?;
            }
            Ok(write.tx.chats_with_staff(viewer, other).await?)
        }
    }
}

/// Which of the chats that are there is opened; none if a new one is to begin.
fn found(input: &OpenDirectThread, chats: &[ChatOfTwo]) -> Result<Option<Opened>> {
    if let Some(chosen) = input.thread {
        let there = chats.iter().any(|chat| chat.thread == chosen);
        return there
            .then_some(Some(Opened::There(chosen)))
            .ok_or_else(Error::not_found);
    }
    if input.create_new {
        return Ok(None);
    }
    let shared = |chat: &ChatOfTwo| chat.standing == ParticipantStanding::SharedWith;
    Ok(if chats.iter().any(shared) {
        let candidates = chats.iter().map(|chat| chat.thread).collect();
        Some(Opened::Ambiguous(candidates))
    } else {
        chats.first().map(|chat| Opened::There(chat.thread))
    })
}
