//! What is searched, on its way into the index. What goes is taken out by the triggers of the
//! migration, whoever changes or deletes it.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::search::words;
use tidings_domain::{MessageId, SearchKind, ThreadId};
use uuid::Uuid;

use crate::entities::{attachment, message, thread};
use crate::error::Result;
use crate::sql::Sql;
use crate::writer::Tx;

/// Counts the changes of what a word is. A store of another version is indexed again when it is
/// migrated.
pub(crate) const VERSION: i32 = 1;

/// Entries of one statement.
const AT_ONCE: usize = 1_000;

/// Bits of a key that tell entries of one microsecond apart: a key lasts until the year 2255.
const TIE_BITS: u32 = 10;

/// Begins a term that no text has: it is no letter, so no word has it, and SQLite's tokenizer takes
/// every character beyond ASCII for a part of a word.
const MARK: char = '§';

/// Places of one word that PostgreSQL keeps; it drops those behind them.
const PLACES: usize = 255;

/// The term of a text of which PostgreSQL does not keep every place of every word: there a phrase
/// is looked for in the text itself.
pub(super) const CROWDED: &str = "§l";

/// A text to be found.
pub(crate) struct Entry<'a> {
    /// The message, the thread whose subject it is, or the attachment.
    pub(crate) id: Uuid,
    pub(crate) kind: SearchKind,
    pub(crate) thread: ThreadId,
    pub(crate) message: Option<MessageId>,
    /// When it was sent or begun: hits come newest first.
    pub(crate) at: DateTime<Utc>,
    pub(crate) text: &'a str,
}

impl<'a> From<&'a message::Model> for Entry<'a> {
    fn from(message: &'a message::Model) -> Self {
        Self {
            id: message.id.0,
            kind: SearchKind::Message,
            thread: message.thread_id,
            message: Some(message.id),
            at: message.created_at,
            text: &message.body,
        }
    }
}

impl<'a> From<&'a thread::Model> for Entry<'a> {
    fn from(thread: &'a thread::Model) -> Self {
        Self {
            id: thread.id.0,
            kind: SearchKind::Subject,
            thread: thread.id,
            message: None,
            at: thread.created_at,
            text: &thread.subject,
        }
    }
}

impl<'a> Entry<'a> {
    /// The name of an attachment; none before it is sent.
    pub(crate) fn of_attachment(attachment: &'a attachment::Model) -> Option<Self> {
        Some(Self {
            id: attachment.id.0,
            kind: SearchKind::Document,
            thread: attachment.thread_id?,
            message: attachment.message_id,
            at: attachment.sent_at?,
            text: &attachment.file_name,
        })
    }
}

/// The term of what stands in a thread.
pub(super) fn of_thread(thread: Uuid) -> String {
    format!("{MARK}t{}", thread.simple())
}

/// The term of what stands in threads about one client.
pub(super) fn of_client(client: Uuid) -> String {
    format!("{MARK}c{}", client.simple())
}

/// The term of everything of an agency.
pub(super) fn of_agency(agency: Uuid) -> String {
    format!("{MARK}a{}", agency.simple())
}

/// The term of a kind of entry.
pub(super) fn of_kind(kind: SearchKind) -> String {
    format!("{MARK}k{}", kind.as_str().to_ascii_lowercase())
}

impl Tx {
    /// Puts texts into the index. Their threads are there. One that is in it already stays as it
    /// is.
    pub(crate) async fn index(&self, mut entries: Vec<Entry<'_>>) -> Result<()> {
        // SQLite's index takes what comes in its order much faster.
        entries.sort_unstable_by_key(|entry| (entry.at, entry.id));
        let mut last = None;
        let mut ordinal = 0_i64;
        let mut keyed = Vec::with_capacity(entries.len());
        for entry in &entries {
            let base = entry.at.timestamp_micros() << TIE_BITS;
            ordinal = if last == Some(base) { ordinal + 1 } else { 0 };
            last = Some(base);
            keyed.push((base, ordinal, entry));
        }
        for part in keyed.chunks(AT_ONCE) {
            self.insert_entries(part).await?;
        }
        Ok(())
    }

    async fn insert_entries(&self, entries: &[(i64, i64, &Entry<'_>)]) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        let postgres = sql.postgres();
        sql.push("WITH n (id, kind, thread_id, message_id, base, ordinal, words) AS (VALUES ");
        for (i, (base, ordinal, entry)) in entries.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" })
                .bind(entry.id)
                .push(", ")
                .bind(entry.kind.as_str())
                .push(", ")
                .bind(entry.thread)
                .push(", ")
                .bind(entry.message)
                .push(", ")
                .bind(*base)
                .push(", ")
                .bind(*ordinal)
                .push(", ")
                .bind(if postgres {
                    places(entry.text, entry.kind)
                } else {
                    spaced(entry.text, entry.kind)
                })
                .push(")");
        }
        // Behind whatever there is of the same microsecond.
        sql.push(
            ") INSERT INTO search_entry (key, id, kind, thread_id, message_id, words) \
             SELECT n.base + n.ordinal + COALESCE((SELECT MAX(x.key) + 1 - n.base FROM search_entry x \
             WHERE x.key >= n.base AND x.key < n.base + ",
        )
        .number(1 << TIE_BITS);
        sql.push("), 0), n.id, n.kind, n.thread_id, n.message_id, ");
        sql.push(if postgres {
            "CAST(n.words || ' §a' || REPLACE(CAST(t.agency_id AS TEXT), '-', '') || ' §t' || \
             REPLACE(CAST(t.id AS TEXT), '-', '') || COALESCE(' §c' || \
             REPLACE(CAST(t.client_id AS TEXT), '-', ''), '') AS tsvector)"
        } else {
            "n.words || ' §a' || LOWER(HEX(t.agency_id)) || ' §t' || LOWER(HEX(t.id)) || \
             COALESCE(' §c' || LOWER(HEX(t.client_id)), '')"
        });
        sql.push(
            " FROM n JOIN thread t ON t.id = n.thread_id WHERE TRUE ORDER BY n.base, n.ordinal \
             ON CONFLICT (id) DO NOTHING",
        );
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

/// A text as SQLite's index takes it: its words in their order, and its kind.
fn spaced(text: &str, kind: SearchKind) -> String {
    let mut spaced = String::with_capacity(text.len() + 16);
    for word in words(text) {
        spaced.push_str(&word.folded);
        spaced.push(' ');
    }
    spaced + &of_kind(kind)
}

/// The same as PostgreSQL's: each word with its places. No word has a character that means
/// something there.
fn places(text: &str, kind: SearchKind) -> String {
    let words = words(text);
    let mut places: HashMap<&str, Vec<usize>> = HashMap::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        places.entry(&word.folded).or_default().push(at + 1);
    }
    let mut vector = of_kind(kind);
    if places.values().any(|places| places.len() > PLACES) {
        vector.push(' ');
        vector.push_str(CROWDED);
    }
    for (word, places) in places {
        for (i, place) in places.iter().take(PLACES).enumerate() {
            let before = if i == 0 {
                format!(" {word}:")
            } else {
                ",".to_owned()
            };
            let _infallible = write!(vector, "{before}{place}");
        }
    }
    vector
}
