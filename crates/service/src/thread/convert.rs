//! Going on with a chat of two in a group (P-13).

use serde::{Deserialize, Serialize};
use tidings_domain::{
    ClientId, Event, MessageId, ParticipantStanding, Principal, StaffId, ThreadId, ThreadKind,
    UserErrorCode,
};
use tidings_policy::{Action, Viewer, decide};
use tidings_store::{LiveThread, ThreadRow};

use super::recipients::Recipient;
use super::start::{StartThread, start_by_staff};
use crate::body::{BodyInput, message_body};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::message::about;

/// A chat to go on with in a group.
#[derive(Clone, Debug, Serialize)]
pub struct ConvertToGroup {
    /// The chat.
    pub thread: ThreadId,
    /// The clients who come in.
    pub clients: Vec<ClientId>,
    /// The colleagues who come in.
    pub staff: Vec<StaffId>,
    /// The name of the group; that of the chat if left out (PX-01).
    pub subject: Option<String>,
    /// Whether the colleagues who come in read what was written before.
    pub history_visible: bool,
    /// The first message of the group.
    pub body: BodyInput,
}

/// A group that goes on with a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converted {
    /// The group.
    pub thread: ThreadId,
    /// Its first message.
    pub message: MessageId,
    /// The chat.
    pub continues: ThreadId,
}

impl Service {
    /// Begins a group with the people of a direct thread and others. The chat stays as it is, so that
    /// who comes in sees nothing of before; the two are linked for who sees both. For staff who see
    /// the chat and could start the group.
    ///
    /// With `history_visible` the colleagues who come in are given the chat by sharing
    /// (`SHARING_NOT_ALLOWED` where the policy has that off). To another client it is never shown:
    /// `HISTORY_NOT_ALLOWED`. A second client needs the policy to have groups of several
    /// (`GROUPS_NOT_ALLOWED`).
    pub async fn convert_to_group(
        &self,
        viewer: &Viewer,
        key: &str,
        input: ConvertToGroup,
    ) -> Result<Converted> {
        let staff = viewer.staff().ok_or_else(Error::forbidden)?;
        let body = message_body(self, viewer, &input.body).await;
        let write = match self.begin(viewer, key, "convertToGroup", &input).await? {
            Begin::Done(converted) => return Ok(converted),
            Begin::New(write) => write,
        };
        let seen = write.tx.lock_thread(viewer, input.thread).await?;
        let chat = seen.ok_or_else(Error::not_found)?.thread;
        let live = write.tx.live_thread(chat.id, write.now).await?;
        let live = live.ok_or_else(Error::not_found)?;
        decide(viewer, Action::ChangePeople, &live.facts)?;
        convertible(viewer, &chat, &input)?;
        let start = StartThread {
            acting_for: None,
            to: people(&write, viewer, &live, &input).await?,
            group: true,
            audience: chat.audience,
            topic: chat.topic_id,
            subject: Some(input.subject.unwrap_or_else(|| chat.subject.clone())),
            body: input.body,
            from_draft: None,
        };
        let sent = start_by_staff(&write, viewer, staff, &start, body).await?;
        write
            .tx
            .continue_thread(sent.thread, chat.id, write.now)
            .await?;
        let mut event = Event::ThreadChanged {
            audience_before: None,
        };
        if input.history_visible {
            let standing = ParticipantStanding::SharedWith;
            let gained = write.tx.add_listed(&chat, &input.staff, standing).await?;
            if !gained.is_empty() {
                let lost = Vec::new();
                event = Event::PeopleChanged { gained, lost };
            }
        }
        write.emit(about(&chat), event).await?;
        write
            .commit(Converted {
                thread: sent.thread,
                message: sent.message,
                continues: chat.id,
            })
            .await
    }
}

/// Whether this chat can go on in a group as the input wants it.
fn convertible(viewer: &Viewer, chat: &ThreadRow, input: &ConvertToGroup) -> Result<()> {
    let refused = |code, field| Err(Error::refused(code, &[field]));
    if chat.kind != ThreadKind::Direct {
        return refused(UserErrorCode::RecipientNotAllowed, "threadId");
    }
    if input.clients.is_empty() && input.staff.is_empty() {
        return refused(UserErrorCode::RecipientRequired, "staffMemberIds");
    }
    // SECURITY: what a client and its care team wrote to each other is not another client's.
    if input.history_visible && !input.clients.is_empty() {
        return refused(UserErrorCode::HistoryNotAllowed, "historyVisible");
    }
    if input.history_visible && !viewer.policy().chat_sharing {
        return refused(UserErrorCode::SharingNotAllowed, "historyVisible");
    }
    Ok(())
}

/// The people of the chat who are there still, and those who come in.
async fn people(
    write: &Write<'_>,
    viewer: &Viewer,
    chat: &LiveThread,
    input: &ConvertToGroup,
) -> Result<Vec<Recipient>> {
    let addressed = chat.facts.listed.iter().filter_map(|listed| match listed {
        (Principal::Staff(id), ParticipantStanding::Participant) => Some(*id),
        _ => None,
    });
    let addressed: Vec<StaffId> = addressed.collect();
    let addressed = write.tx.working(viewer, &addressed).await?;
    let of_chat = chat.facts.clients.iter().map(|client| client.id);
    let clients = of_chat.chain(input.clients.iter().copied());
    let staff = addressed.into_iter().chain(input.staff.iter().copied());
    Ok(clients
        .map(Recipient::Client)
        .chain(staff.map(Recipient::Staff))
        .collect())
}
