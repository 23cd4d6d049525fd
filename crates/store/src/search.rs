//! Full-text search over messages, subjects and names of files, newest first.
//!
//! The words of each text are an entry with terms besides: its agency, its thread, the client in its
//! thread's row. A viewer who does not see the agency as a whole searches where the words and the
//! terms of what it reaches meet: it pays for its own hits and not for the world's. The terms only
//! narrow; what is a hit is said by [`visible_threads`](crate::visibility::visible_threads), as everywhere.

mod entry;
mod statement;

use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::search::SearchQuery;
use tidings_domain::{AudienceKind, ClientId, MessageId, SearchKind, ThreadId};
use tidings_policy::{Action, Viewer, grants};
use uuid::Uuid;

use crate::database::Store;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::reached;

pub(crate) use entry::{Entry, VERSION};
pub(crate) use statement::{Narrow, search_statement};

/// Terms of one statement; who reaches more asks several times, and the answers are merged.
const TERMS: usize = 1_000;

/// What a search is narrowed to. Filters combine with AND and never widen what is visible (T-11).
#[derive(Clone, Debug, Default)]
pub struct SearchFilter {
    /// This thread.
    pub thread: Option<ThreadId>,
    /// Threads about this client.
    pub client: Option<ClientId>,
    /// Threads of this audience.
    pub audience: Option<AudienceKind>,
    /// What may be found; everything if empty.
    pub kinds: Vec<SearchKind>,
}

/// A place in a list of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchPlace {
    /// When it was sent, and what tells entries of one moment apart.
    pub key: i64,
    /// The message, the thread or the attachment.
    pub id: Uuid,
}

/// A hit.
#[derive(Clone, Debug)]
pub struct SearchRow {
    /// Where it stands.
    pub place: SearchPlace,
    /// What was found.
    pub kind: SearchKind,
    /// Its thread.
    pub thread: ThreadId,
    /// Of a message and of an attachment, the message.
    pub message: Option<MessageId>,
    /// The text that answers the query.
    pub text: String,
}

impl Store {
    /// One page of what answers the query among all that the viewer sees, newest first.
    /// Deleted threads and messages are left out, and what the viewer took out of its own view.
    pub async fn search(
        &self,
        viewer: &Viewer,
        query: &SearchQuery,
        filter: &SearchFilter,
        after: Option<SearchPlace>,
        first: usize,
    ) -> Result<Page<SearchRow>> {
        let narrow = self.narrow(viewer, filter).await?;
        let mut rows: Vec<SearchRow> = Vec::new();
        for narrow in &narrow {
            let statement = search_statement(
                self.backend(),
                viewer,
                query,
                filter,
                narrow,
                after,
                first + 1,
            );
            let found = self.read.query_all_raw(statement).await?;
            for row in &found {
                rows.push(read(row)?);
            }
        }
        if narrow.len() > 1 {
            // A thread may be found by a client and by itself.
            rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.place));
            rows.dedup_by_key(|row| row.place);
        }
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }

    /// Where to look, a statement each.
    pub(crate) async fn narrow(
        &self,
        viewer: &Viewer,
        filter: &SearchFilter,
    ) -> Result<Vec<Narrow>> {
        if grants(viewer, Action::View).is_empty() {
            return Ok(Vec::new());
        }
        if let Some(thread) = filter.thread {
            return Ok(vec![Narrow::Terms(vec![entry::of_thread(thread.0)])]);
        }
        let mut sql = Sql::new(self.backend());
        if let Some(client) = filter.client {
            sql.push("SELECT 't', y.thread_id FROM thread_client y WHERE y.client_id = ")
                .bind(client);
        } else if !reached(&mut sql, viewer) {
            return Ok(vec![Narrow::Agency]);
        }
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let mut terms: Vec<String> = Vec::with_capacity(rows.len() + 1);
        terms.extend(filter.client.map(|client| entry::of_client(client.0)));
        for row in &rows {
            let mut row = Reader::new(row);
            let kind: String = row.next()?;
            let id: Uuid = row.next()?;
            terms.push(match kind.as_str() {
                "c" => entry::of_client(id),
                _ => entry::of_thread(id),
            });
        }
        let parts = terms.chunks(TERMS).map(|part| Narrow::Terms(part.to_vec()));
        Ok(parts.collect())
    }
}

fn read(row: &QueryResult) -> Result<SearchRow> {
    let mut row = Reader::new(row);
    let place = SearchPlace {
        key: row.next()?,
        id: row.next()?,
    };
    Ok(SearchRow {
        place,
        kind: row.next()?,
        thread: row.next()?,
        message: row.next()?,
        text: row.next()?,
    })
}
