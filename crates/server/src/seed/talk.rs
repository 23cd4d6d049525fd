//! A conversation, played out: who says what, who reads when. What the rows hold of numbers, read
//! positions, receipts and `seen_by_client_at` follows from the play and cannot disagree.

use chrono::{DateTime, Duration, Utc};
use tidings_domain::{
    AccountId, AgencyId, AudienceKind, BodyFormat, ClientId, Lifecycle, MessageId,
    ParticipantStanding, Principal, PrincipalKind, StaffId, ThreadId, ThreadKind, TopicId,
};
use tidings_store::{
    Batch, MessageModel, ParticipantRow, ReceiptRow, StateRow, ThreadClientRow, ThreadRow,
};

/// What stands over a conversation.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) id: ThreadId,
    pub(super) agency: AgencyId,
    pub(super) kind: ThreadKind,
    pub(super) lifecycle: Lifecycle,
    pub(super) audience: Option<AudienceKind>,
    pub(super) client: Option<ClientId>,
    /// The other clients of a broadcast or of a group.
    pub(super) others: &'static [ClientId],
    pub(super) topic: Option<TopicId>,
    pub(super) subject: String,
}

/// Somebody who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// A staff member.
    Staff(StaffId),
    /// A client, by the login that acts for it.
    Client(ClientId, AccountId),
}

impl Voice {
    /// As the author of a message.
    fn author(self) -> Principal {
        match self {
            Self::Staff(staff) => Principal::Staff(staff),
            Self::Client(client, _) => Principal::Client(client),
        }
    }

    /// As the owner of read state.
    pub(super) fn reader(self) -> Principal {
        match self {
            Self::Staff(staff) => Principal::Staff(staff),
            Self::Client(_, account) => Principal::Account(account),
        }
    }
}

/// How long before an answer its author has opened the thread.
const READS_BEFORE_WRITING: Duration = Duration::minutes(2);

/// A conversation in the making.
#[derive(Debug)]
pub(super) struct Talk {
    head: Head,
    messages: Vec<MessageModel>,
    receipts: Vec<ReceiptRow>,
    /// Readers and the number up to which they have read.
    positions: Vec<(Principal, i64)>,
    pinned: Vec<Principal>,
}

impl Talk {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            messages: Vec::new(),
            receipts: Vec::new(),
            positions: Vec::new(),
            pinned: Vec::new(),
        }
    }

    /// Number of the newest message.
    pub(super) fn last_seq(&self) -> i64 {
        i64::try_from(self.messages.len()).unwrap_or(i64::MAX)
    }

    /// Sends a message, later than the one ahead of it. Its author has read all before it.
    pub(super) fn say(&mut self, voice: Voice, id: MessageId, at: DateTime<Utc>, body: String) {
        let ahead = self.messages.last().map(|message| message.created_at);
        let at = ahead.map_or(at, |ahead| at.max(ahead + Duration::microseconds(1)));
        self.read(voice.reader(), at - READS_BEFORE_WRITING);
        let seq = self.last_seq() + 1;
        let (author_kind, account_id) = match voice {
            Voice::Staff(_) => (PrincipalKind::Staff, None),
            Voice::Client(_, account) => (PrincipalKind::Client, Some(account)),
        };
        self.messages.push(MessageModel {
            id,
            thread_id: self.head.id,
            seq,
            author_kind,
            author_id: voice.author().uuid(),
            account_id,
            body,
            created_at: at,
            seen_by_client_at: None,
            body_format: BodyFormat::Plain,
            deleted_at: None,
            body_html: None,
            reply_to_id: None,
            reply_to_revision: None,
            revision: 1,
            edited_at: None,
            pinned_at: None,
        });
        // One's own message is read, and leaves no receipt.
        *self.position(voice.reader()) = seq;
    }

    /// Opens the thread and reads all of it, not before its newest message was sent.
    pub(super) fn read(&mut self, reader: Principal, at: DateTime<Utc>) {
        let Some(last) = self.messages.last() else {
            return;
        };
        let (to, at) = (last.seq, at.max(last.created_at));
        let position = self.position(reader);
        let from = *position + 1;
        if from > to {
            return;
        }
        *position = to;
        self.receipts.push(ReceiptRow {
            thread_id: self.head.id,
            reader_id: reader.uuid(),
            reader_kind: reader.kind(),
            from_seq: from,
            to_seq: to,
            seen_at: at,
        });
        if reader.kind() == PrincipalKind::Account {
            let seen = usize::try_from(from - 1).unwrap_or_default();
            for message in &mut self.messages[seen..] {
                if message.author_kind == PrincipalKind::Staff {
                    message.seen_by_client_at.get_or_insert(at);
                }
            }
        }
    }

    /// Puts the thread at the top of the reader's inbox.
    pub(super) fn pin(&mut self, reader: Principal) {
        self.position(reader);
        self.pinned.push(reader);
    }

    fn position(&mut self, reader: Principal) -> &mut i64 {
        let at = self.positions.iter().position(|(who, _)| *who == reader);
        let at = at.unwrap_or_else(|| {
            self.positions.push((reader, 0));
            self.positions.len() - 1
        });
        &mut self.positions[at].1
    }

    /// Puts the rows into a batch. Whoever began is listed, and so are the addressed staff and the
    /// client; whoever only answers by role is not. Without a message there are no rows.
    pub(super) fn finish(self, addressed: &[StaffId], batch: &mut Batch) {
        let (Some(first), Some(last)) = (self.messages.first(), self.messages.last()) else {
            return;
        };
        let several = self.head.kind.has_clients();
        let only = self.head.client.filter(|_| !several);
        let mut listed: Vec<Principal> = addressed.iter().copied().map(Principal::Staff).collect();
        listed.push(Principal::new(first.author_kind, first.author_id));
        listed.extend(only.map(Principal::Client));
        listed.sort_unstable_by_key(|principal| principal.uuid());
        listed.dedup();
        let thread = self.head.id;
        let last_activity_at = last.created_at;
        batch
            .participants
            .extend(listed.into_iter().map(|principal| ParticipantRow {
                thread_id: thread,
                principal_id: principal.uuid(),
                principal_kind: principal.kind(),
                standing: ParticipantStanding::Participant,
                last_activity_at,
            }));
        let clients = self.head.client.iter().chain(self.head.others);
        let clients = (1..).zip(clients.filter(|_| several));
        batch
            .thread_clients
            .extend(clients.map(|(number, client)| ThreadClientRow {
                thread_id: thread,
                client_id: *client,
                number,
                last_activity_at,
            }));
        batch
            .states
            .extend(self.positions.iter().map(|(reader, read_seq)| StateRow {
                viewer_id: reader.uuid(),
                thread_id: thread,
                read_seq: *read_seq,
                unread_adjust: 0,
                pinned: self.pinned.contains(reader),
            }));
        batch.threads.push(ThreadRow {
            id: thread,
            agency_id: self.head.agency,
            kind: self.head.kind,
            lifecycle: self.head.lifecycle,
            audience: self.head.audience,
            client_id: only,
            topic_id: self.head.topic,
            subject: self.head.subject,
            started_by_kind: first.author_kind,
            started_by_id: first.author_id,
            version: 1,
            last_seq: last.seq,
            last_message_id: last.id,
            last_activity_at,
            created_at: first.created_at,
            locked_by_id: None,
            deleted_messages: 0,
        });
        batch.messages.extend(self.messages);
        batch.receipts.extend(self.receipts);
    }
}
