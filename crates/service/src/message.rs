//! Sending a message into a thread.

use serde::{Deserialize, Serialize};
use tidings_domain::{
    ClientId, DraftId, Event, MessageId, Principal, PrincipalKind, ThreadId, UserErrorCode,
};
use tidings_policy::{ClientFacts, ThreadFacts, Viewer, client_block, write_block};
use tidings_store::{MessageModel, QuoteKey, Reading, Subject, ThreadRow, bare_facts};

use crate::attachment::attach;
use crate::body::{BodyInput, MessageBody, message_body};
use crate::context::{Begin, Service, Write};
use crate::draft::consume;
use crate::error::{Error, Result};
use crate::notice;
use crate::read_state::mark_thread;

/// A message to send.
#[derive(Clone, Debug, Serialize)]
pub struct SendMessage {
    /// Into which thread.
    pub thread: ThreadId,
    /// For whom a portal account writes: needed where several of its clients are in a group.
    pub acting_for: Option<ClientId>,
    /// The message that it answers, of the same thread (P-34).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Its text.
    pub body: BodyInput,
    /// Whether everything in the thread up to it counts as read by the sender (T-31, T-32).
    pub mark_thread_read: bool,
    /// The draft that it was, which is gone with the sending (SX-03).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
}

/// A message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The thread.
    pub thread: ThreadId,
    /// The message.
    pub message: MessageId,
}

impl Service {
    /// Sends a message (C-21, C-27, T-19). Refused by the law's `Write`, with the code of
    /// [`write_block`], and for a body that is blank or out of bounds. `NOT_FOUND` for an answer to a
    /// message of another thread, as to one that is not there (P-34).
    pub async fn send_message(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SendMessage,
    ) -> Result<Sent> {
        let body = message_body(self, viewer, &input.body).await;
        let write = match self.begin(viewer, key, "sendMessage", &input).await? {
            Begin::Done(sent) => return Ok(sent),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let thread = seen.ok_or_else(Error::not_found)?.thread;
        let facts = facts(&write, viewer, &thread).await?;
        if let Some(code) = write_block(viewer, &facts) {
            return Err(Error::refused(code, &["threadId"]));
        }
        let author = author(viewer, &facts, input.acting_for)?;
        let answered = match input.reply_to {
            Some(id) => Some(answered(&write, viewer, &thread, id).await?),
            None => None,
        };
        let message = append(&write, viewer, &thread, author, body?, answered).await?;
        let reading = Reading::Sent {
            seq: message.seq,
            all_before: input.mark_thread_read,
        };
        mark_thread(&write, viewer, &thread, &reading).await?;
        consume(&write, viewer, input.draft, Some(thread.id)).await?;
        write
            .commit(Sent {
                thread: thread.id,
                message: message.id,
            })
            .await
    }
}

/// A message of the thread as it reads now, to be answered.
async fn answered(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    id: MessageId,
) -> Result<QuoteKey> {
    let message = write.tx.message(viewer, id).await?;
    let message = message.filter(|message| message.thread_id == thread.id);
    let message = message.ok_or_else(Error::not_found)?;
    Ok(QuoteKey {
        message: message.id,
        revision: message.revision,
    })
}

/// A message and its thread under the thread's lock; `NOT_FOUND` if the viewer does not see it.
pub(crate) async fn lock_message(
    write: &Write<'_>,
    viewer: &Viewer,
    id: MessageId,
) -> Result<(ThreadRow, MessageModel)> {
    let message = write.tx.message(viewer, id).await?;
    let thread = message.ok_or_else(Error::not_found)?.thread_id;
    let seen = write.tx.lock_thread(viewer, thread).await?;
    let thread = seen.ok_or_else(Error::not_found)?.thread;
    // What was read before the lock may have changed while it was waited for.
    let message = write.tx.message(viewer, id).await?;
    Ok((thread, message.ok_or_else(Error::not_found)?))
}

/// What [`write_block`] asks about a locked thread that the viewer sees.
pub(crate) async fn facts(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
) -> Result<ThreadFacts> {
    let blocks = viewer.account().is_some() && viewer.policy().block_replies_when_contact_off;
    if thread.kind.has_clients() || blocks {
        let live = write.tx.live_thread(thread.id, write.now).await?;
        return Ok(live.ok_or_else(Error::not_found)?.facts);
    }
    let client = match thread.client_id {
        Some(id) => write.tx.client(viewer, id).await?,
        None => None,
    };
    Ok(bare_facts(thread, client.as_ref()))
}

/// Who writes, as rows keep it: staff in their own name, an account in its client's (P-46). Of
/// several clients in a group the account names one.
pub(crate) fn author(
    viewer: &Viewer,
    facts: &ThreadFacts,
    acting_for: Option<ClientId>,
) -> Result<Principal> {
    let account = match viewer {
        Viewer::Staff(_) if acting_for.is_some() => {
            return Err(Error::bad_input("Staff act for nobody but themselves."));
        }
        Viewer::Staff(staff) => return Ok(Principal::Staff(staff.id)),
        Viewer::Account(account) => account,
    };
    // SECURITY: an account writes for its own clients and for nobody else (P-48).
    let own = facts.clients.iter().filter(|client| {
        account.own(client.id).is_some() && acting_for.is_none_or(|id| id == client.id)
    });
    let own: Vec<ClientFacts> = own.copied().collect();
    let able = |client: &&ClientFacts| client_block(facts.kind, **client).is_none();
    let mut able = own.iter().filter(able);
    match (able.next(), able.next(), own.first()) {
        (Some(client), None, _) => Ok(Principal::Client(client.id)),
        (Some(_), Some(_), _) => Err(Error::bad_input(
            "Several of your clients are in this group: name one as actingFor.",
        )),
        (None, _, Some(client)) => {
            let code = client_block(facts.kind, *client);
            let code = code.unwrap_or(UserErrorCode::ReplyNotAllowed);
            Err(Error::refused(code, &["threadId"]))
        }
        (None, _, None) => Err(Error::not_found()),
    }
}

/// Appends a message to a locked thread: the next number, never before the message ahead of it. It
/// may answer another one of the thread.
pub(crate) async fn append(
    write: &Write<'_>,
    viewer: &Viewer,
    thread: &ThreadRow,
    author: Principal,
    body: MessageBody,
    answered: Option<QuoteKey>,
) -> Result<MessageModel> {
    let earliest = thread.last_activity_at + chrono::Duration::microseconds(1);
    let message = MessageModel {
        id: write.id(),
        thread_id: thread.id,
        seq: thread.last_seq + 1,
        author_kind: author.kind(),
        author_id: author.uuid(),
        account_id: viewer.account().map(|account| account.id),
        body: body.text,
        created_at: write.stamp(earliest),
        seen_by_client_at: None,
        body_format: body.format,
        deleted_at: None,
        body_html: body.html,
        reply_to_id: answered.map(|answered| answered.message),
        reply_to_revision: answered.map(|answered| answered.revision),
        revision: 1,
        edited_at: None,
        pinned_at: None,
    };
    debug_assert_ne!(
        message.author_kind,
        PrincipalKind::Account,
        "an account writes as a client"
    );
    write.tx.insert_message(&message).await?;
    attach(write, viewer, thread, &message, &body.attachments).await?;
    write
        .tx
        .advance_thread(thread, message.seq, message.id, message.created_at)
        .await?;
    tell(write, thread, &message).await?;
    notice::of_message(write, viewer, thread, &message).await?;
    Ok(message)
}

/// Emits `MESSAGE_ADDED`.
pub(crate) async fn tell(
    write: &Write<'_>,
    thread: &ThreadRow,
    message: &MessageModel,
) -> Result<()> {
    let event = Event::MessageAdded {
        message: message.id,
        seq: message.seq,
    };
    write.emit(about(thread), event).await
}

/// A thread as the subject of an event.
pub(crate) fn about(thread: &ThreadRow) -> Subject {
    Subject {
        agency: thread.agency_id,
        thread: Some(thread.id),
        client: thread.client_id,
    }
}
