//! SQL text for the pages and the visibility rules.
//!
//! The hot reads are written as text rather than through a query builder: a page is one statement
//! whose plan is asserted in tests, `LIMIT` must be a literal (as a parameter it makes PostgreSQL
//! plan anew at each execution), and rows are read by position. Values are always parameters.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use std::sync::Arc;

use sea_orm::{DbBackend, QueryResult, Statement, TryGetable, Value};

use crate::error::Result;

/// Ids that one statement asks about: a broadcast has thousands of clients.
pub(crate) const AT_ONCE: usize = 1_000;

/// A statement in the making.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            text: String::with_capacity(1024),
            values: Vec::with_capacity(8),
        }
    }

    pub(crate) fn postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Adds text. Never text from outside.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a number literally: bounds and page sizes.
    pub(crate) fn number(&mut self, number: usize) -> &mut Self {
        let _infallible = write!(self.text, "{number}");
        self
    }

    /// Adds a parameter.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let mark = if self.postgres() { '$' } else { '?' };
        let _infallible = write!(self.text, "{mark}{}", self.values.len());
        self
    }

    /// Adds a list of parameters in brackets, for `IN`. The last is repeated up to a power of two,
    /// so that lists of every length come to a few statements. An empty list matches nothing.
    pub(crate) fn list<V: Into<Value> + Copy>(&mut self, values: &[V]) -> &mut Self {
        let Some(last) = values.last() else {
            return self.push("(NULL)");
        };
        let padding = values.len().next_power_of_two() - values.len();
        self.push("(");
        for (i, value) in values
            .iter()
            .chain(std::iter::repeat_n(last, padding))
            .enumerate()
        {
            if i > 0 {
                self.push(", ");
            }
            self.bind(*value);
        }
        self.push(")")
    }

    /// Adds words of our own vocabulary in brackets, for `IN`: at least one.
    pub(crate) fn words(&mut self, words: impl Iterator<Item = &'static str>) -> &mut Self {
        for (i, word) in words.enumerate() {
            self.push(if i == 0 { "('" } else { ", '" })
                .push(word)
                .push("'");
        }
        self.push(")")
    }

    /// Adds the columns of a table under an alias.
    pub(crate) fn columns<R: Row>(&mut self, alias: &str) -> &mut Self {
        self.columns_without::<R>(alias, "")
    }

    /// The same, with nothing in the place of one column: a wide one that nobody asks for.
    pub(crate) fn columns_without<R: Row>(&mut self, alias: &str, without: &str) -> &mut Self {
        for (i, column) in R::COLUMNS.iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " });
            if *column == without {
                self.push("NULL");
            } else {
                self.push(alias).push(".").push(column);
            }
        }
        self
    }

    #[expect(clippy::disallowed_methods, reason = "the one door for SQL text")]
    pub(crate) fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A row that is read by position, in the order of its columns.
pub(crate) trait Row: Sized {
    const COLUMNS: &'static [&'static str];

    fn read(row: &mut Reader<'_>) -> Result<Self>;
}

/// Reads a result row from left to right.
pub(crate) struct Reader<'a> {
    row: &'a QueryResult,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(row: &'a QueryResult) -> Self {
        Self { row, at: 0 }
    }

    pub(crate) fn next<T: TryGetable>(&mut self) -> Result<T> {
        let value = self.row.try_get_by_index(self.at)?;
        self.at += 1;
        Ok(value)
    }

    pub(crate) fn row<R: Row>(&mut self) -> Result<R> {
        R::read(self)
    }

    /// The row of an outer join, shared with the result rows before; none if its first column, the
    /// key, is empty.
    pub(crate) fn shared<R: Row>(&mut self, known: &mut Known<R>) -> Result<Option<Arc<R>>> {
        let key: Option<uuid::Uuid> = self.row.try_get_by_index(self.at)?;
        let Some(found) = key.map(|key| known.0.entry(key)) else {
            self.at += R::COLUMNS.len();
            return Ok(None);
        };
        Ok(Some(match found {
            Entry::Occupied(found) => {
                self.at += R::COLUMNS.len();
                Arc::clone(found.get())
            }
            Entry::Vacant(place) => Arc::clone(place.insert(Arc::new(R::read(self)?))),
        }))
    }
}

/// Rows of outer joins that were read already: the same person stands beside many messages, and is
/// read and kept once.
pub(crate) struct Known<R>(HashMap<uuid::Uuid, Arc<R>>);

impl<R> Default for Known<R> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// Implements [`Row`] for the model of an entity.
macro_rules! row {
    ($($entity:ident { $($column:ident),+ $(,)? })+) => {$(
        impl $crate::sql::Row for $crate::entities::$entity::Model {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn read(row: &mut $crate::sql::Reader<'_>) -> $crate::error::Result<Self> {
                Ok(Self { $($column: row.next()?),+ })
            }
        }
    )+};
}
pub(crate) use row;

row! {
    thread {
        id, agency_id, kind, lifecycle, audience, client_id, topic_id, subject, started_by_kind,
        started_by_id, version, last_seq, last_message_id, last_activity_at, created_at, locked_by_id,
        deleted_messages,
    }
    message {
        id, thread_id, seq, author_kind, author_id, account_id, body, created_at, seen_by_client_at,
        body_format, deleted_at, body_html, reply_to_id, reply_to_revision, revision, edited_at, pinned_at,
    }
    thread_note { thread_id, number, author_id, body, created_at }
    draft {
        id, agency_id, owner_kind, owner_id, thread_id, client_id, recipients, as_group, audience,
        topic_id, subject, reply_to_id, body_format, body, updated_at,
    }
    message_revision { message_id, revision, body_format, body, body_html, written_at }
    message_reaction {
        message_id, emoji, principal_id, principal_kind, client_id, created_at,
    }
    client {
        id, agency_id, display_name, sort_name, email, status, direct_chat, may_send, created_at,
    }
    messaging_policy { agency_id, version, switches, created_at, changed_by }
    staff_member {
        id, agency_id, display_name, title, email, roles, active, allow_client_contact,
        display_in_portal, created_at,
    }
    topic { id, agency_id, audience_id, audience, title, default_subject, rank }
    audience { id, agency_id, kind, label }
    attachment {
        id, agency_id, uploader_kind, uploader_id, client_id, purpose, file_name, media_type, kind,
        bytes, sha256, width, height, duration_ms, file_id, created_at, expires_at, message_id,
        thread_id, rank, sent_at,
    }
    upload {
        id, agency_id, uploader_kind, uploader_id, client_id, purpose, file_name, media_type, bytes,
        created_at, expires_at,
    }
    portal_request {
        id, agency_id, client_id, kind, status, private, requested_by, note_text, note_html,
        release_text, release_days, document_category_id, document_name, assessment_version_id,
        created_at, expires_at, seen_at, closed_at,
    }
    location {
        id, agency_id, client_id, private, request_id, added_by, owner_id, line1, line2, city,
        region, postal_code, country, latitude, longitude, accuracy, created_at,
    }
    release_of_information {
        id, agency_id, client_id, request_id, added_by, signed_name, text, text_sha256, starts_on,
        expires_on, revoked_at, noticed_at, created_at,
    }
    assessment {
        id, agency_id, client_id, private, hidden, request_id, added_by, version_id, title,
        assessed_on, answers, created_at,
    }
    document_category { id, agency_id, name, active, created_at }
    document_name { id, category_id, name, rank, active }
    document {
        id, agency_id, client_id, private, request_id, added_by, owner_id, category_id, name,
        created_at,
    }
    document_file {
        id, document_id, rank, file_name, media_type, kind, bytes, sha256, file_id,
    }
    notification {
        id, agency_id, recipient_kind, recipient_id, kind, subject_id, client_id, created_at,
        read_at,
    }
}
