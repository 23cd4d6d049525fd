//! The slow reference model: what the world's rows mean, read off by hand.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use tidings_domain::{
    BodyFormat, ClientId, Lifecycle, MessageId, ParticipantStanding, Principal, PrincipalKind,
    StaffId, ThreadId,
};
use tidings_policy::{Action, ClientFacts, ThreadFacts, Viewer, decide};
use tidings_store::{
    InboxFilter, InboxKind, InboxState, MessageModel, ParticipantRow, ThreadClientRow, ThreadRow,
};

use crate::support::world::{Kept, World};

impl World {
    pub(crate) fn find(&self, id: ThreadId) -> &ThreadRow {
        self.threads.iter().find(|t| t.id == id).unwrap()
    }

    /// The staff on a client's care team on a day, both ends included.
    fn team(&self, client: ClientId, day: NaiveDate) -> BTreeSet<StaffId> {
        self.care_team
            .iter()
            .filter(|m| m.client_id == client)
            .filter(|m| m.start_date <= day && m.end_date.is_none_or(|end| day <= end))
            .map(|m| m.staff_id)
            .collect()
    }

    /// The clients of a thread: the one of its row, or those beside it.
    pub(crate) fn clients_of(&self, thread: &ThreadRow) -> Vec<ClientId> {
        let beside = self.thread_clients.iter();
        let beside = beside.filter(|row| row.thread_id == thread.id);
        thread
            .client_id
            .into_iter()
            .chain(beside.map(|row| row.client_id))
            .collect()
    }

    /// What the law asks about a thread.
    pub(crate) fn facts(&self, thread: &ThreadRow) -> ThreadFacts {
        let clients = self.clients_of(thread);
        let row = |id: &ClientId| self.clients.iter().find(|c| c.id == *id).unwrap();
        let day = self.today(thread.agency_id);
        let teams = clients.iter().flat_map(|id| self.team(*id, day));
        let assigned: BTreeSet<StaffId> = teams.collect();
        let supervisors: BTreeSet<StaffId> = self
            .supervisions
            .iter()
            .filter(|s| assigned.contains(&s.supervisee_id))
            .map(|s| s.supervisor_id)
            .collect();
        let listed = self
            .participants
            .iter()
            .filter(|p| p.thread_id == thread.id);
        ThreadFacts {
            agency: thread.agency_id,
            kind: thread.kind,
            lifecycle: thread.lifecycle,
            locked_by: thread.locked_by_id,
            audience: thread.audience,
            clients: clients
                .iter()
                .map(row)
                .map(|client| ClientFacts {
                    id: client.id,
                    status: client.status,
                    sends: client.may_send,
                    direct_chat: client.direct_chat,
                })
                .collect(),
            started_by: Principal::new(thread.started_by_kind, thread.started_by_id),
            listed: listed
                .map(|p| (Principal::new(p.principal_kind, p.principal_id), p.standing))
                .collect(),
            assigned: assigned.into_iter().collect(),
            supervisors: supervisors.into_iter().collect(),
            contact_off: self.contact_off(thread.id),
        }
    }

    /// Whether staff are addressed and nobody of them works here and takes messages that clients start.
    fn contact_off(&self, thread: ThreadId) -> bool {
        let listed = self.participants.iter();
        let addressed = listed.filter(|row| {
            row.thread_id == thread && row.standing == ParticipantStanding::Participant
        });
        let staff = |id| self.staff.iter().find(move |staff| staff.id.0 == id);
        let addressed = addressed.filter_map(|row| staff(row.principal_id));
        let open: Vec<bool> = addressed
            .map(|staff| staff.active && staff.allow_client_contact)
            .collect();
        !open.is_empty() && !open.contains(&true)
    }

    /// The threads that the law lets the viewer see.
    pub(crate) fn allowed(&self, viewer: &Viewer) -> Vec<&ThreadRow> {
        self.threads
            .iter()
            .filter(|thread| decide(viewer, Action::View, &self.facts(thread)).is_ok())
            .collect()
    }

    /// Those of them that the viewer has not taken out of the own view (C-28).
    pub(crate) fn visible(&self, viewer: &Viewer) -> Vec<&ThreadRow> {
        let me = viewer.principal();
        let mut threads = self.allowed(viewer);
        threads.retain(|thread| self.kept(me, thread).removed < thread.last_seq);
        threads
    }

    /// Whether a message is in the viewer's sight: not deleted, and not out of the own view.
    pub(crate) fn shows(&self, viewer: &Viewer, message: &MessageModel) -> bool {
        let thread = self.find(message.thread_id);
        let kept = self.kept(viewer.principal(), thread);
        let out = message.seq <= kept.removed || kept.gone.contains(&message.seq);
        let sees = self.visible(viewer).iter().any(|t| t.id == thread.id);
        sees && message.deleted_at.is_none() && !out
    }

    /// The numbers of a thread's messages that are not deleted.
    pub(crate) fn left(&self, thread: ThreadId) -> BTreeSet<i64> {
        let of_it = self.messages.iter().filter(|m| m.thread_id == thread);
        let left = of_it.filter(|m| m.deleted_at.is_none());
        left.map(|m| m.seq).collect()
    }

    /// What the viewer did with a thread.
    pub(crate) fn kept(&self, viewer: Principal, thread: &ThreadRow) -> Kept {
        let untouched = || Kept {
            unread: self.left(thread.id),
            ..Kept::default()
        };
        let key = (viewer.uuid(), thread.id);
        self.kept.get(&key).cloned().unwrap_or_else(untouched)
    }

    /// A message arrives: the thread and what everybody kept of it move on.
    pub(crate) fn arrive(&mut self, id: ThreadId, now: DateTime<Utc>) -> MessageModel {
        let message: MessageId = self.id();
        let thread = self.threads.iter_mut().find(|t| t.id == id).unwrap();
        thread.last_seq += 1;
        thread.last_message_id = message;
        thread.last_activity_at = now;
        thread.lifecycle = Lifecycle::Open;
        let message = MessageModel {
            id: message,
            thread_id: id,
            seq: thread.last_seq,
            author_kind: PrincipalKind::Staff,
            author_id: thread.started_by_id,
            account_id: None,
            body: "News".to_owned(),
            created_at: now,
            seen_by_client_at: None,
            body_format: BodyFormat::Plain,
            deleted_at: None,
            body_html: None,
            reply_to_id: None,
            reply_to_revision: None,
            revision: 1,
            edited_at: None,
            pinned_at: None,
        };
        for ((_, thread), kept) in &mut self.kept {
            if *thread == id {
                kept.unread.insert(message.seq);
            }
        }
        self.messages.push(message.clone());
        message
    }

    /// A message is deleted: nobody has it unread, and the thread shows the one before it.
    pub(crate) fn delete(&mut self, id: ThreadId, seq: i64, now: DateTime<Utc>) -> MessageId {
        let mut messages = self.messages.iter_mut();
        let message = messages
            .find(|m| m.thread_id == id && m.seq == seq)
            .unwrap();
        message.deleted_at = Some(now);
        message.pinned_at = None;
        let deleted = message.id;
        let of_it = self.messages.iter().filter(|m| m.thread_id == id);
        let left = of_it.filter(|m| m.deleted_at.is_none());
        let newest = left.max_by_key(|m| m.seq).map(|m| m.id);
        let thread = self.threads.iter_mut().find(|t| t.id == id).unwrap();
        thread.deleted_messages += 1;
        thread.last_message_id = newest.unwrap_or(thread.last_message_id);
        for ((_, thread), kept) in &mut self.kept {
            if *thread == id {
                kept.unread.remove(&seq);
            }
        }
        deleted
    }

    /// A thread like another, with one message and the same people.
    pub(crate) fn start(
        &mut self,
        like: ThreadId,
        now: DateTime<Utc>,
    ) -> (
        ThreadRow,
        MessageModel,
        Vec<(Principal, ParticipantStanding)>,
        Vec<ClientId>,
    ) {
        let mut thread = self.find(like).clone();
        thread.id = self.id();
        thread.last_seq = 0;
        thread.created_at = now;
        self.threads.push(thread.clone());
        let message = self.arrive(thread.id, now);
        let mut people = Vec::new();
        for row in self.participants.clone() {
            if row.thread_id == like {
                let principal = Principal::new(row.principal_kind, row.principal_id);
                people.push((principal, row.standing));
                self.participants.push(ParticipantRow {
                    thread_id: thread.id,
                    last_activity_at: now,
                    ..row
                });
            }
        }
        let clients = self.clients_of(self.find(like));
        let beside: Vec<ClientId> = if thread.client_id.is_none() {
            clients
        } else {
            Vec::new()
        };
        for (number, client) in (1..).zip(&beside) {
            self.thread_clients.push(ThreadClientRow {
                thread_id: thread.id,
                client_id: *client,
                number,
                last_activity_at: now,
            });
        }
        (self.find(thread.id).clone(), message, people, beside)
    }

    /// The whole inbox in its order (P-15, P-16): pinned first, then the most recent, then by id.
    pub(crate) fn inbox(&self, viewer: &Viewer, filter: InboxFilter) -> Vec<ThreadId> {
        let me = viewer.principal();
        let mut rows: Vec<_> = self
            .visible(viewer)
            .into_iter()
            .map(|thread| (thread, self.kept(me, thread)))
            .filter(|(thread, kept)| {
                let hidden = kept.hidden > 0 && kept.hidden >= thread.last_seq;
                hidden == (filter.state == InboxState::Hidden)
            })
            .filter(|(thread, kept)| {
                let clients = self.clients_of(thread);
                let mine = |staff: &StaffId| {
                    let day = self.today(thread.agency_id);
                    clients.iter().any(|id| self.team(*id, day).contains(staff))
                };
                let own = viewer.staff().is_none_or(|staff| mine(&staff.id));
                (own || !filter.my_clients) && passes(viewer, (thread, &clients), kept, filter)
            })
            .collect();
        rows.sort_by_key(|(thread, kept)| (kept.pinned, thread.last_activity_at, thread.id));
        rows.iter().rev().map(|(thread, _)| thread.id).collect()
    }
}

/// Whether the viewer finds a thread among the open ones. To put away is the staff's own matter:
/// a client goes on seeing what staff have archived.
pub(crate) fn is_open(viewer: &Viewer, thread: &ThreadRow) -> bool {
    match thread.lifecycle {
        Lifecycle::Open => true,
        Lifecycle::Archived => viewer.account().is_some(),
        Lifecycle::Deleted => false,
    }
}

/// Whether a thread passes the filters; they combine with AND (T-14).
fn passes(
    viewer: &Viewer,
    (thread, clients): (&ThreadRow, &[ClientId]),
    kept: &Kept,
    filter: InboxFilter,
) -> bool {
    let open = is_open(viewer, thread);
    let state = match filter.state {
        InboxState::ReadAndUnread => open,
        InboxState::Unread => open && !kept.unread.is_empty(),
        InboxState::Read => open && kept.unread.is_empty(),
        InboxState::AllIncludingArchived => open || thread.lifecycle == Lifecycle::Archived,
        InboxState::Deleted => viewer.staff().is_some() && thread.deleted_messages > 0,
        InboxState::Hidden => thread.lifecycle != Lifecycle::Deleted,
    };
    let kind = filter.kind.is_none_or(|kind| match kind {
        InboxKind::Client => thread.audience.is_some(),
        InboxKind::Internal => thread.audience.is_none(),
    });
    state
        && kind
        && filter.client.is_none_or(|id| clients.contains(&id))
        && filter
            .audience
            .is_none_or(|kind| thread.audience == Some(kind))
        && filter.topic.is_none_or(|id| thread.topic_id == Some(id))
}
