//! The inbox: one statement a page, whatever the page size and however many threads there are.

mod statement;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AudienceKind, ClientId, TopicId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{audience, client, message, thread, topic};
use crate::error::Result;
use crate::message::MessageRow;
use crate::page::{InboxPlace, Page};
use crate::read_state::ViewerState;
use crate::sql::Reader;

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
    /// Deleted.
    Deleted,
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
    /// Read, unread, archived.
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
    pub client: Option<client::Model>,
    /// Its topic, if asked for.
    pub topic: Option<topic::Model>,
    /// Its audience, if asked for.
    pub audience: Option<audience::Model>,
    /// Its newest message, if asked for.
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
        let statement = inbox_statement(self.backend(), viewer, filter, joins, after, first);
        let result = self.read.query_all_raw(statement).await?;
        let mut rows = result
            .iter()
            .map(|row| read(row, joins, after))
            .collect::<Result<Vec<_>>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }
}

fn read(row: &QueryResult, joins: InboxJoins, after: Option<InboxPlace>) -> Result<InboxRow> {
    let mut row = Reader::new(row);
    let key: DateTime<Utc> = row.next()?;
    let pinned: bool = row.next()?;
    let as_of = match after {
        Some(place) => place.as_of,
        None => row.next()?,
    };
    let thread: thread::Model = row.row()?;
    let state = ViewerState::read(&mut row)?;
    let place = InboxPlace {
        pinned,
        key,
        thread: thread.id,
        as_of,
    };
    let client = if joins.client { row.outer()? } else { None };
    let topic = if joins.topic { row.outer()? } else { None };
    let audience = if joins.audience { row.outer()? } else { None };
    let last_message = if joins.last_message {
        Some(last_message(&mut row, &state, client.as_ref())?)
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

/// The newest message; a client who wrote it is the thread's own.
fn last_message(
    row: &mut Reader<'_>,
    state: &ViewerState,
    client: Option<&client::Model>,
) -> Result<MessageRow> {
    let message: message::Model = row.row()?;
    let staff = row.outer()?;
    let marked: bool = row.next()?;
    let unread = (message.seq > state.read_seq) != marked;
    let client = client
        .filter(|client| client.id.0 == message.author_id)
        .cloned();
    Ok(MessageRow {
        message,
        staff,
        client,
        unread,
    })
}
