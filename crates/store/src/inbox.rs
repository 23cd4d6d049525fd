//! The inbox: one statement a page, whatever the page size and however many threads there are.

mod as_of;
mod branches;
mod statement;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};
use tidings_domain::{AudienceKind, ClientId, ThreadId, TopicId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{audience, client, message, staff_member, thread, topic};
use crate::error::Result;
use crate::message::MessageRow;
use crate::page::{InboxPlace, Page};
use crate::read_state::ViewerState;
use crate::sql::{Known, Reader};

pub(crate) use statement::{inbox_statement, open_to};

/// Which threads of the inbox (T-14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum InboxState {
    /// All that are open: the default.
    #[default]
    ReadAndUnread,
    /// Open, with an unread message.
    Unread,
    /// Open, without one (C-19).
    Read,
    /// Open and archived.
    AllIncludingArchived,
    /// Deleted, or with deleted messages. Staff only.
    Deleted,
    /// Hidden by the viewer (P-19).
    Hidden,
}

/// Which of the two inboxes of staff (TX-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxKind {
    /// Threads with clients.
    Client,
    /// Threads among staff.
    Internal,
}

/// What an inbox is narrowed to. Filters combine with AND and never widen what is visible (T-11).
#[derive(Clone, Copy, Debug, Default)]
pub struct InboxFilter {
    /// Threads about this client.
    pub client: Option<ClientId>,
    /// Threads of this audience.
    pub audience: Option<AudienceKind>,
    /// Threads of this topic.
    pub topic: Option<TopicId>,
    /// Threads with clients, or among staff.
    pub kind: Option<InboxKind>,
    /// Threads with a client on whose care team the staff member is today (TX-02). To an account all are
    /// its own.
    pub my_clients: bool,
    /// Read, unread, archived, deleted, hidden.
    pub state: InboxState,
}

/// What to fetch along with each thread, in the same statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InboxJoins {
    /// The client.
    pub client: bool,
    /// The topic.
    pub topic: bool,
    /// The audience.
    pub audience: bool,
    /// The newest message and its author; a client author comes with `client`.
    pub last_message: bool,
    /// With the newest message, its HTML.
    pub html: bool,
}

/// A thread as an inbox shows it.
#[derive(Clone, Debug)]
pub struct InboxRow {
    /// Where it stands.
    pub place: InboxPlace,
    /// The thread.
    pub thread: thread::Model,
    /// What the viewer did with it.
    pub state: ViewerState,
    /// Its client, if asked for.
    pub client: Option<Arc<client::Model>>,
    /// Its topic, if asked for.
    pub topic: Option<Arc<topic::Model>>,
    /// Its audience, if asked for.
    pub audience: Option<Arc<audience::Model>>,
    /// Its newest message, if asked for and in the viewer's sight; else there may be an older one.
    pub last_message: Option<MessageRow>,
}

impl Store {
    /// One page of what the viewer sees, pinned threads first, then by last activity (P-15, P-16).
    pub async fn inbox(
        &self,
        viewer: &Viewer,
        filter: InboxFilter,
        joins: InboxJoins,
        after: Option<InboxPlace>,
        first: usize,
    ) -> Result<Page<InboxRow>> {
        let begin = after.as_ref();
        let statement = inbox_statement(self.backend(), viewer, filter, joins, begin, first);
        let result = self.read.query_all_raw(statement).await?;
        let mut beside = Beside::default();
        let mut rows = result
            .iter()
            .map(|row| read(row, joins, begin, &mut beside))
            .collect::<Result<Vec<_>>>()?;
        if begin.is_none() {
            let as_of = self.newest(viewer, filter, &rows, first).await?;
            let snapshot = self.snapshot(&result)?;
            for row in &mut rows {
                row.place.as_of = as_of;
                row.place.snapshot.clone_from(&snapshot);
            }
        }
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }
}

/// Seconds of a moment behind every message that both databases can compare: the end of 9999.
const END_OF_TIME: i64 = 253_402_300_799;

impl Store {
    /// When the newest of all threads was active, at the moment of a first page: the paging is as of
    /// then. Only where more threads are pinned than the page holds, it has to be asked for.
    async fn newest(
        &self,
        viewer: &Viewer,
        filter: InboxFilter,
        rows: &[InboxRow],
        first: usize,
    ) -> Result<DateTime<Utc>> {
        let on_page = rows.iter().map(|row| row.place.key).max();
        let mut newest = on_page.unwrap_or_default();
        if rows.len() > first && rows.iter().all(|row| row.place.pinned) {
            let joins = InboxJoins::default();
            let behind_pins = InboxPlace {
                pinned: true,
                key: DateTime::UNIX_EPOCH,
                thread: ThreadId(uuid::Uuid::nil()),
                as_of: DateTime::from_timestamp(END_OF_TIME, 0).unwrap_or_default(),
                snapshot: None,
            };
            let behind = Some(&behind_pins);
            let statement = inbox_statement(self.backend(), viewer, filter, joins, behind, 1);
            for row in &self.read.query_all_raw(statement).await? {
                newest = newest.max(Reader::new(row).next()?);
            }
        }
        Ok(newest)
    }

    /// What a first page saw, where that is asked for: the same in each of its rows.
    fn snapshot(&self, rows: &[QueryResult]) -> Result<Option<Arc<str>>> {
        if self.backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let first = rows
            .first()
            .map(|row| row.try_get::<String>("", as_of::SNAPSHOT));
        Ok(first.transpose()?.map(Arc::from))
    }
}

/// What stands beside many threads of a page.
#[derive(Default)]
struct Beside {
    clients: Known<client::Model>,
    topics: Known<topic::Model>,
    audiences: Known<audience::Model>,
    staff: Known<staff_member::Model>,
}

fn read(
    row: &QueryResult,
    joins: InboxJoins,
    after: Option<&InboxPlace>,
    beside: &mut Beside,
) -> Result<InboxRow> {
    let mut row = Reader::new(row);
    let key: DateTime<Utc> = row.next()?;
    let pinned: bool = row.next()?;
    let thread: thread::Model = row.row()?;
    let state = ViewerState::read(&mut row)?;
    let place = InboxPlace {
        pinned,
        key,
        thread: thread.id,
        // Of a first page both are known when all of it has been read.
        as_of: after.map_or(key, |place| place.as_of),
        snapshot: after.and_then(|place| place.snapshot.clone()),
    };
    let client = if joins.client {
        row.shared(&mut beside.clients)?
    } else {
        None
    };
    let topic = if joins.topic {
        row.shared(&mut beside.topics)?
    } else {
        None
    };
    let audience = if joins.audience {
        row.shared(&mut beside.audiences)?
    } else {
        None
    };
    let last_message = if joins.last_message {
        last_message(&mut row, &state, client.as_ref(), &mut beside.staff)?
    } else {
        None
    };
    Ok(InboxRow {
        place,
        thread,
        state,
        client,
        topic,
        audience,
        last_message,
    })
}

/// The newest message, if it is in the viewer's sight; a client who wrote it is the thread's own.
fn last_message(
    row: &mut Reader<'_>,
    state: &ViewerState,
    client: Option<&Arc<client::Model>>,
    known: &mut Known<staff_member::Model>,
) -> Result<Option<MessageRow>> {
    let message: message::Model = row.row()?;
    let staff = row.shared(known)?;
    let removed: bool = row.next()?;
    let marked: bool = row.next()?;
    let unread = (message.seq > state.read_seq) != marked;
    let client = client
        .filter(|client| client.id.0 == message.author_id)
        .cloned();
    let shown = message.deleted_at.is_none() && !removed;
    Ok(shown.then_some(MessageRow {
        message,
        staff,
        client,
        unread,
    }))
}
