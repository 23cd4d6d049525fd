//! Paging as of a moment: what a thread's place was when the first page was read (P-16).
//!
//! On SQLite, whose one writer commits in the order of the moments that messages carry, a moment
//! tells whether a reader saw a message. On PostgreSQL a message can be committed behind one that
//! carries a later moment; there a page keeps the snapshot of the first one, and each message
//! (`written_by`) the transaction that wrote it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::page::InboxPlace;
use crate::sql::Sql;

/// The column of a first page that tells what it saw; only PostgreSQL has it.
pub(super) const SNAPSHOT: &str = "as_of_snapshot";

/// Longest time between the moment that a message carries and its commit on PostgreSQL: what is
/// older than that was seen, or never will be. Far beyond what a write may take.
const COMMIT: TimeDelta = TimeDelta::seconds(60);

/// Adds the column [`SNAPSHOT`] to what a first page selects.
pub(super) fn tell(sql: &mut Sql) {
    if sql.postgres() {
        sql.push(", CAST(pg_current_snapshot() AS TEXT) AS ")
            .push(SNAPSHOT);
    }
}

/// The moment up to which whatever is there now was there when the paging began.
pub(super) fn settled(sql: &Sql, place: &InboxPlace) -> DateTime<Utc> {
    if sql.postgres() {
        place.as_of - COMMIT
    } else {
        place.as_of
    }
}

/// Adds when the thread was last active as of the place; empty if it did not exist yet.
pub(super) fn key(sql: &mut Sql, thread: &str, place: &InboxPlace) {
    sql.push("(SELECT a.created_at FROM message a WHERE a.thread_id = ")
        .push(thread)
        .push(" AND ");
    let settled = settled(sql, place);
    if place.snapshot.is_some() {
        sql.push("(a.created_at <= ").bind(settled).push(" OR ");
        seen(sql, "a", place);
        sql.push(")");
    } else {
        sql.push("a.created_at <= ").bind(place.as_of);
    }
    sql.push(" ORDER BY a.seq DESC LIMIT 1)");
}

/// Adds ` AND …`: the thread has moved since the paging began. `time` is the column of its last
/// activity by which the branch is sorted.
pub(super) fn moved(sql: &mut Sql, alias: &str, time: &str, place: &InboxPlace) {
    let settled = settled(sql, place);
    sql.push(" AND ").push(time).push(" > ").bind(settled);
    if place.snapshot.is_some() {
        sql.push(" AND ");
        newest_was_seen(sql, "NOT ", alias, place);
    }
}

/// Adds ` AND …`: the thread has not moved since the paging began, where its place alone does not
/// tell that. `below` is the key behind which the page begins.
pub(super) fn unmoved(
    sql: &mut Sql,
    alias: &str,
    time: &str,
    below: DateTime<Utc>,
    place: &InboxPlace,
) {
    let settled = settled(sql, place);
    if place.snapshot.is_none() || below <= settled {
        return;
    }
    sql.push(" AND (").push(time).push(" <= ").bind(settled);
    sql.push(" OR ");
    newest_was_seen(sql, "", alias, place);
    sql.push(")");
}

fn newest_was_seen(sql: &mut Sql, not: &str, alias: &str, place: &InboxPlace) {
    // By its number: the newest message may be deleted, and then another one is shown for it.
    sql.push(not)
        .push("EXISTS (SELECT 1 FROM message w WHERE w.thread_id = ")
        .push(alias)
        .push(".id AND w.seq = ")
        .push(alias)
        .push(".last_seq AND ");
    seen(sql, "w", place);
    sql.push(")");
}

fn seen(sql: &mut Sql, message: &str, place: &InboxPlace) {
    sql.push("pg_visible_in_snapshot(")
        .push(message)
        .push(".written_by, CAST(")
        .bind(place.snapshot.as_deref().unwrap_or_default())
        .push(" AS pg_snapshot))");
}
