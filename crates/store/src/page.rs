//! Keyset pages: where a page begins, and what came back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tidings_domain::ThreadId;
use uuid::Uuid;

/// A place in an inbox.
///
/// Besides the key of the last thread it keeps the moment as of which the inbox is paged. A thread
/// that has moved to the top since keeps, for this reader, the place that it had: no page skips a
/// thread or repeats one while messages arrive (P-16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxPlace {
    /// Whether the thread was among the pinned ones, which come first (P-15).
    pub pinned: bool,
    /// When it was last active, as of `as_of`.
    pub key: DateTime<Utc>,
    /// The thread.
    pub thread: ThreadId,
    /// The moment as of which the inbox is paged.
    pub as_of: DateTime<Utc>,
    /// The same on PostgreSQL, where a message can be committed behind one that was written later:
    /// what the statement of the first page saw, as `pg_snapshot` is written. None on SQLite.
    pub snapshot: Option<Arc<str>>,
}

/// A place in a list that goes from the newest to the oldest: of requests, records, notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPlace {
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// The row.
    pub id: Uuid,
}

/// One page of a list, in the list's order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there is more behind the last row.
    pub has_next: bool,
    /// Whether there is more before the first row.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// A page with nothing on it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            rows: Vec::new(),
            has_next: false,
            has_previous: false,
        }
    }

    /// A page of `first` rows of what was read with one more than that.
    pub(crate) fn cut(mut rows: Vec<T>, first: usize, has_previous: bool) -> Self {
        let has_next = rows.len() > first;
        rows.truncate(first);
        Self {
            rows,
            has_next,
            has_previous,
        }
    }
}
