//! An event with everything the law asks about it, loaded once for all of its readers.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tidings_domain::{
    AccountId, AudienceKind, ClientId, DraftId, Event, EventRecord, Lifecycle, MessageId,
    ParticipantStanding, Principal, StaffId, ThreadId,
};
use tidings_policy::{Action, FieldRule, ThreadFacts, Viewer, decide, shows_reaction};
use tidings_store::{LiveRequest, LiveThread, MessageRow, NotificationRow, Store};

use super::desk::{draft_changed, note_added};
use super::direct_chats::{DirectChats, direct_chats};
use super::own_view::OwnViews;
use super::request::{live_requests, request_for_viewer, sees_shared};
use super::team::{Team, team};
use super::{LiveEvent, LiveKind, LiveName, Scope};
use crate::error::Result;

/// An event, ready to be asked about by viewers.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) record: EventRecord,
    pub(crate) about: About,
    /// What viewers took out of their own sight.
    pub(crate) removed: Arc<OwnViews>,
}

/// What the event is about.
#[derive(Debug)]
pub(crate) enum About {
    Message {
        thread: Arc<LiveThread>,
        message: Arc<MessageRow>,
        what: MessageEvent,
    },
    Deleted {
        thread: Arc<LiveThread>,
        message: MessageId,
        seq: i64,
    },
    ThreadDeleted {
        thread: Arc<LiveThread>,
    },
    Thread {
        thread: Arc<LiveThread>,
        audience_before: Option<AudienceKind>,
    },
    /// Staff were given a place on a thread, or lost it.
    People {
        thread: Arc<LiveThread>,
        gained: Vec<StaffId>,
        lost: Vec<StaffId>,
    },
    /// A note of staff, by its number.
    Note(Arc<LiveThread>, i32),
    /// A viewer's own draft.
    Draft(Principal, DraftId),
    Receipt {
        thread: Arc<LiveThread>,
        reader: Principal,
        from_seq: i64,
        to_seq: i64,
    },
    Viewer {
        thread: Arc<LiveThread>,
        viewer: Principal,
    },
    Client {
        client: ClientId,
        account: Option<AccountId>,
    },
    Team(Team),
    /// A portal request, and what happened to it.
    Request {
        request: LiveRequest,
        name: LiveName,
    },
    Notification(Arc<NotificationRow>),
    /// The record's agency sees the records of a client of another one from now on, or no more.
    Sharing {
        shared: bool,
    },
    /// A client's direct chats came or went.
    DirectChats(DirectChats),
    /// The agency's policy, which everybody's sight and rights depend on.
    Policy,
    /// A viewer's access as such: the hub has loaded the viewer afresh.
    Access(Principal),
    /// What it was about is gone, or it concerns nobody's stream.
    Nothing,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageEvent {
    Added,
    Changed,
    /// Somebody reacted, or took it back.
    Reaction(Principal),
}

/// The message of an event, if it has one.
fn of_message(event: &Event) -> Option<(MessageId, MessageEvent)> {
    match event {
        Event::MessageAdded { message, .. } => Some((*message, MessageEvent::Added)),
        Event::MessageChanged { message } => Some((*message, MessageEvent::Changed)),
        Event::ReactionChanged { message, by } => Some((*message, MessageEvent::Reaction(*by))),
        _ => None,
    }
}

/// What an event of a thread is about, with what it needs of the thread.
fn in_thread(
    event: &Event,
    thread: Arc<LiveThread>,
    messages: &HashMap<MessageId, Arc<MessageRow>>,
) -> Option<About> {
    let about = match event {
        Event::MessageAdded { .. }
        | Event::MessageChanged { .. }
        | Event::ReactionChanged { .. } => {
            let (id, what) = of_message(event)?;
            About::Message {
                thread,
                message: Arc::clone(messages.get(&id)?),
                what,
            }
        }
        Event::MessageDeleted { message, seq } => About::Deleted {
            thread,
            message: *message,
            seq: *seq,
        },
        Event::ThreadDeleted => About::ThreadDeleted { thread },
        Event::ThreadNoteAdded { number } => About::Note(thread, *number),
        Event::ThreadChanged { audience_before } => About::Thread {
            thread,
            audience_before: *audience_before,
        },
        Event::PeopleChanged { gained, lost } => About::People {
            thread,
            gained: gained.clone(),
            lost: lost.clone(),
        },
        Event::ReadReceiptAdded {
            reader,
            from_seq,
            to_seq,
        } => About::Receipt {
            thread,
            reader: *reader,
            from_seq: *from_seq,
            to_seq: *to_seq,
        },
        Event::ViewerStateChanged { viewer } => About::Viewer {
            thread,
            viewer: *viewer,
        },
        _ => return None,
    };
    Some(about)
}

/// Loads what the events need: a few statements for any number of events.
pub(crate) async fn prepare(
    store: &Store,
    records: Vec<EventRecord>,
    now: DateTime<Utc>,
) -> Result<Vec<Prepared>> {
    let mut threads: Vec<ThreadId> = records.iter().filter_map(|record| record.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    let threads = share(store.live_threads(&threads, now).await?);
    let ids: Vec<ThreadId> = threads.keys().copied().collect();
    let removed = Arc::new(OwnViews::of(store, &ids).await?);
    let messages = messages_of(store, &records).await?;
    let mut requests = live_requests(store, &records).await?;
    let mut prepared = Vec::with_capacity(records.len());
    for record in records {
        let thread = record.thread.and_then(|id| threads.get(&id)).cloned();
        let about = match thread {
            Some(thread) => in_thread(&record.event, thread, &messages),
            None => None,
        };
        let about = match (about, &record.event) {
            (Some(about), _) => about,
            (None, Event::DraftChanged { viewer, draft }) => About::Draft(*viewer, *draft),
            (None, Event::ClientChanged) => match record.client {
                Some(client) => About::Client {
                    client,
                    account: store.account_of(client).await?,
                },
                None => About::Nothing,
            },
            (None, Event::CareTeamChanged { staff, held }) => match record.client {
                Some(client) => About::Team(team(store, client, (*staff, *held), now).await?),
                None => About::Nothing,
            },
            (
                None,
                Event::RequestSent { .. }
                | Event::RequestChanged { .. }
                | Event::RequestFulfilled { .. }
                | Event::NotificationAdded { .. },
            ) => requests.about(&record.event),
            (None, Event::ClientSharingChanged { shared }) => About::Sharing { shared: *shared },
            (None, Event::DirectChatChanged) => match record.client {
                Some(client) => About::DirectChats(direct_chats(store, client, now).await?),
                None => About::Nothing,
            },
            (None, Event::PolicyChanged) => About::Policy,
            (None, Event::StaffAccessChanged { staff }) => About::Access(Principal::Staff(*staff)),
            (None, Event::AccountAccessChanged { account }) => {
                About::Access(Principal::Account(*account))
            }
            (None, _) => About::Nothing,
        };
        prepared.push(Prepared {
            record,
            about,
            removed: Arc::clone(&removed),
        });
    }
    Ok(prepared)
}

/// The messages that the events are about, each loaded once.
async fn messages_of(
    store: &Store,
    records: &[EventRecord],
) -> Result<HashMap<MessageId, Arc<MessageRow>>> {
    let messages = records
        .iter()
        .filter_map(|record| of_message(&record.event));
    let mut messages: Vec<MessageId> = messages.map(|(message, _)| message).collect();
    messages.sort_unstable();
    messages.dedup();
    let rows = store.live_messages(&messages).await?.into_iter();
    Ok(rows
        // SECURITY: what was deleted since is not told any more, to whoever resumes (S-31).
        .filter(|row| row.message.deleted_at.is_none())
        .map(|row| (row.message.id, Arc::new(row)))
        .collect())
}

fn share(threads: HashMap<ThreadId, LiveThread>) -> HashMap<ThreadId, Arc<LiveThread>> {
    threads
        .into_iter()
        .map(|(id, thread)| (id, Arc::new(thread)))
        .collect()
}

pub(super) fn sees(viewer: &Viewer, facts: &ThreadFacts) -> bool {
    decide(viewer, Action::View, facts).is_ok()
}

impl Prepared {
    /// What this viewer gets of the event, if anything.
    pub(crate) fn for_viewer(&self, viewer: &Viewer) -> Option<LiveEvent> {
        let kind = match &self.about {
            About::Message {
                thread,
                message,
                what,
            } if sees(viewer, &thread.facts) => about_message(viewer, thread, message, *what)?,
            About::Deleted {
                thread,
                message,
                seq,
            } if sees(viewer, &thread.facts) => LiveKind::MessageDeleted {
                thread: Arc::clone(thread),
                message: *message,
                seq: *seq,
            },
            About::ThreadDeleted { thread } => thread_deleted(viewer, thread)?,
            About::Note(thread, number) => note_added(viewer, thread, *number)?,
            About::Draft(whose, draft) => draft_changed(viewer, &self.record, *whose, *draft)?,
            About::Thread {
                thread,
                audience_before,
            } => changed(viewer, thread, *audience_before)?,
            About::People {
                thread,
                gained,
                lost,
            } => people_changed(viewer, thread, (gained, lost))?,
            About::Receipt {
                thread,
                reader,
                from_seq,
                to_seq,
            } if sees(viewer, &thread.facts) && FieldRule::Receipts.allows(viewer) => {
                LiveKind::ReadReceiptAdded {
                    thread: Arc::clone(thread),
                    reader: *reader,
                    from_seq: *from_seq,
                    to_seq: *to_seq,
                }
            }
            About::Viewer {
                thread,
                viewer: whose,
            } if *whose == viewer.principal() && sees(viewer, &thread.facts) => {
                LiveKind::ViewerStateChanged {
                    thread: Arc::clone(thread),
                }
            }
            About::Client { client, .. } if self.knows(viewer, *client) => {
                LiveKind::ClientChanged { client: *client }
            }
            About::DirectChats(chats) => chats.for_viewer(viewer, self.record.at)?,
            About::Policy if viewer.agency() == self.record.agency => {
                LiveKind::AccessRevoked(Scope::Everything)
            }
            About::Team(team) => team.for_viewer(viewer, self.record.at)?,
            About::Request { request, name } => {
                request_for_viewer(self.record.agency, viewer, request, *name)?
            }
            About::Notification(row)
                if row.recipient_id == viewer.principal().uuid()
                    && row.agency_id == viewer.agency() =>
            {
                LiveKind::NotificationAdded {
                    notification: Arc::clone(row),
                }
            }
            About::Sharing { shared } if sees_shared(viewer, self.record.agency) => {
                if *shared {
                    LiveKind::AccessGranted(Scope::Everything)
                } else {
                    LiveKind::AccessRevoked(Scope::Everything)
                }
            }
            About::Access(whose) if *whose == viewer.principal() => {
                LiveKind::AccessRevoked(Scope::Everything)
            }
            _ => return None,
        };
        Some(LiveEvent {
            position: self.record.position,
            at: self.record.at,
            kind: self.removed.look(viewer, kind)?,
        })
    }

    /// Whether the viewer sees the client's entry in the directory (TX-06).
    fn knows(&self, viewer: &Viewer, client: ClientId) -> bool {
        match viewer {
            Viewer::Staff(staff) => staff.agency == self.record.agency,
            Viewer::Account(account) => account.own(client).is_some(),
        }
    }
}

fn about_message(
    viewer: &Viewer,
    thread: &Arc<LiveThread>,
    message: &Arc<MessageRow>,
    what: MessageEvent,
) -> Option<LiveKind> {
    let (thread, message) = (Arc::clone(thread), Arc::clone(message));
    match what {
        MessageEvent::Added => Some(LiveKind::MessageAdded { thread, message }),
        MessageEvent::Changed => Some(LiveKind::MessageChanged { thread, message }),
        // SECURITY: of a broadcast clients learn nothing of each other, not even that (S-26).
        MessageEvent::Reaction(by) => shows_reaction(viewer, thread.facts.kind, by)
            .then_some(LiveKind::ReactionChanged { thread, message }),
    }
}

fn changed(
    viewer: &Viewer,
    thread: &Arc<LiveThread>,
    audience_before: Option<AudienceKind>,
) -> Option<LiveKind> {
    if sees(viewer, &thread.facts) {
        return Some(LiveKind::ThreadChanged {
            thread: Arc::clone(thread),
        });
    }
    let before = ThreadFacts {
        audience: audience_before,
        ..thread.facts.clone()
    };
    (audience_before.is_some() && sees(viewer, &before))
        .then(|| LiveKind::AccessRevoked(Scope::Threads(vec![thread.thread.id])))
}

/// Staff see that a deleted thread was there; a client who saw it drops it.
fn thread_deleted(viewer: &Viewer, thread: &Arc<LiveThread>) -> Option<LiveKind> {
    if sees(viewer, &thread.facts) {
        return Some(LiveKind::ThreadChanged {
            thread: Arc::clone(thread),
        });
    }
    let before = ThreadFacts {
        lifecycle: Lifecycle::Open,
        ..thread.facts.clone()
    };
    sees(viewer, &before).then(|| LiveKind::AccessRevoked(Scope::Threads(vec![thread.thread.id])))
}

/// Who was given a place hears of the thread as of a new one; who lost it and sees the thread no
/// more is told to drop it; to all others its list of people has changed.
fn people_changed(
    viewer: &Viewer,
    thread: &Arc<LiveThread>,
    (gained, lost): (&[StaffId], &[StaffId]),
) -> Option<LiveKind> {
    let named = |list: &[StaffId]| viewer.staff().is_some_and(|me| list.contains(&me.id));
    let scope = || Scope::Threads(vec![thread.thread.id]);
    match (sees(viewer, &thread.facts), named(gained), named(lost)) {
        (true, true, _) => Some(LiveKind::AccessGranted(scope())),
        (true, false, _) => Some(LiveKind::ThreadChanged {
            thread: Arc::clone(thread),
        }),
        (false, _, true) => Some(LiveKind::AccessRevoked(scope())),
        (false, _, false) => None,
    }
}

/// Everyone who relates to a thread by name: its team, their supervisors, whoever is listed, the
/// client's account.
pub(crate) fn relatives(thread: &LiveThread) -> impl Iterator<Item = Principal> + '_ {
    let staff = thread
        .facts
        .assigned
        .iter()
        .chain(&thread.facts.supervisors);
    let listed = thread
        .facts
        .listed
        .iter()
        .map(|(who, _): &(Principal, ParticipantStanding)| *who);
    staff
        .copied()
        .map(Principal::Staff)
        .chain(listed)
        .chain(thread.accounts.iter().copied().map(Principal::Account))
}
