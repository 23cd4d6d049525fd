//! The statement of a search.

use sea_orm::{DbBackend, Statement};
use tidings_domain::SearchKind;
use tidings_domain::search::{SearchQuery, SearchTerm};
use tidings_policy::{Action, Viewer};

use super::entry::{CROWDED, of_agency, of_kind};
use super::{SearchFilter, SearchPlace};
use crate::sql::Sql;
use crate::visibility::{shown, visible_threads};

/// Where a statement looks.
#[derive(Clone, Debug)]
pub(crate) enum Narrow {
    /// In the viewer's agency, of which it sees a good part.
    Agency,
    /// Where one of these terms stands: of clients and of threads.
    Terms(Vec<String>),
}

/// The statement of [`Store::search`](crate::Store::search), for at most `limit` hits.
pub(crate) fn search_statement(
    backend: DbBackend,
    viewer: &Viewer,
    query: &SearchQuery,
    filter: &SearchFilter,
    narrow: &Narrow,
    after: Option<SearchPlace>,
    limit: usize,
) -> Statement {
    let mut sql = Sql::new(backend);
    let sought = sought(&sql, query, filter);
    if sql.postgres() {
        entries_on_postgres(&mut sql, viewer, narrow, &sought, after);
    } else {
        entries_on_sqlite(&mut sql, viewer, narrow, &sought, after);
    }
    sql.push(" AND ");
    visible_threads(&mut sql, viewer, Action::View, "t");
    sql.push(" AND t.lifecycle IN ('OPEN', 'ARCHIVED')");
    in_sight(&mut sql);
    if let Some(kind) = filter.audience {
        sql.push(" AND t.audience = '")
            .push(kind.as_str())
            .push("'");
    }
    if let Some(client) = filter.client {
        // The terms say it of when the message was sent.
        sql.push(" AND (t.client_id = ").bind(client);
        sql.push(
            " OR EXISTS (SELECT 1 FROM thread_client y WHERE y.thread_id = t.id AND y.client_id = ",
        )
        .bind(client)
        .push("))");
    }
    sql.push(if sql.postgres() {
        " ORDER BY e.key DESC, e.id DESC LIMIT "
    } else {
        " ORDER BY f.rowid DESC LIMIT "
    })
    .number(limit);
    sql.statement()
}

const COLUMNS: &str = "SELECT e.key, e.id, e.kind, e.thread_id, e.message_id, \
    CASE e.kind WHEN 'MESSAGE' THEN m.body WHEN 'SUBJECT' THEN t.subject ELSE a.file_name END FROM ";

/// What tells whether a hit is one, and its text. `CROSS JOIN`: SQLite keeps the order.
fn joins(sql: &mut Sql, viewer: &Viewer) {
    sql.push(
        " CROSS JOIN thread t LEFT JOIN message m ON m.id = e.message_id \
         LEFT JOIN attachment a ON a.id = e.id \
         LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = ",
    )
    .bind(viewer.principal().uuid())
    .push(" WHERE t.id = e.thread_id");
}

/// Adds ` AND …`: the viewer did not take it out of its own view (C-28), a subject with all messages
/// of its thread.
fn in_sight(sql: &mut Sql) {
    sql.push(
        " AND CASE WHEN e.message_id IS NULL THEN COALESCE(s.removed_seq, 0) < t.last_seq ELSE ",
    );
    shown(sql, "m", "s");
    sql.push(" END");
}

/// Walks the index's hits from the newest on, no further than the page needs.
fn entries_on_sqlite(
    sql: &mut Sql,
    viewer: &Viewer,
    narrow: &Narrow,
    sought: &str,
    after: Option<SearchPlace>,
) {
    sql.push(COLUMNS)
        .push("search_index f CROSS JOIN search_entry e ON e.key = f.rowid");
    joins(sql, viewer);
    let places: Vec<String> = match narrow {
        Narrow::Agency => vec![of_agency(viewer.agency().0)],
        Narrow::Terms(terms) => terms.clone(),
    };
    sql.push(" AND f.words MATCH ")
        .bind(format!("{sought} AND {}", any(false, &places)));
    if let Some(place) = after {
        sql.push(" AND f.rowid < ").bind(place.key);
    }
}

/// Its index has no order. What a viewer reaches by terms is fetched, for each term by itself: asked
/// for all of them at once, the index reads everything that has the words. Where a good part of
/// everything is searched, the planner may walk from the newest entry instead.
fn entries_on_postgres(
    sql: &mut Sql,
    viewer: &Viewer,
    narrow: &Narrow,
    sought: &str,
    after: Option<SearchPlace>,
) {
    let Narrow::Terms(terms) = narrow else {
        sql.push(COLUMNS).push("search_entry e");
        joins(sql, viewer);
        let place = quoted(true, &of_agency(viewer.agency().0));
        sql.push(" AND e.words @@ CAST(")
            .bind(format!("{sought} & {place}"))
            .push(" AS tsquery)");
        behind(sql, after);
        return;
    };
    sql.push("WITH n (sought) AS (VALUES ");
    for (i, term) in terms.iter().enumerate() {
        sql.push(if i == 0 { "(CAST(" } else { ", (CAST(" })
            .bind(format!("{sought} & {}", quoted(true, term)))
            .push(" AS tsquery))");
    }
    // A message may stand in several of these places.
    sql.push(
        "), e AS MATERIALIZED (SELECT DISTINCT f.key, f.id, f.kind, f.thread_id, f.message_id \
         FROM n CROSS JOIN LATERAL (SELECT e.key, e.id, e.kind, e.thread_id, e.message_id \
         FROM search_entry e WHERE e.words @@ n.sought",
    );
    behind(sql, after);
    sql.push(") f) ").push(COLUMNS).push("e");
    one_by_one(sql, viewer);
}

/// The same as [`joins`], for each hit by itself: PostgreSQL does not know how few they are, and would
/// rather read whole tables. A `LIMIT` keeps it from turning that into a join of its own choice.
fn one_by_one(sql: &mut Sql, viewer: &Viewer) {
    sql.push(
        " CROSS JOIN LATERAL (SELECT * FROM thread x WHERE x.id = e.thread_id LIMIT 1) t \
         LEFT JOIN LATERAL (SELECT * FROM message x WHERE x.id = e.message_id LIMIT 1) m ON TRUE \
         LEFT JOIN LATERAL (SELECT * FROM attachment x WHERE x.id = e.id LIMIT 1) a ON TRUE \
         LEFT JOIN LATERAL (SELECT * FROM thread_state x WHERE x.thread_id = t.id \
         AND x.viewer_id = ",
    )
    .bind(viewer.principal().uuid())
    .push(" LIMIT 1) s ON TRUE WHERE TRUE");
}

fn behind(sql: &mut Sql, after: Option<SearchPlace>) {
    if let Some(place) = after {
        sql.push(" AND (e.key, e.id) < (").bind(place.key);
        sql.push(", ").bind(place.id).push(")");
    }
}

/// What the index is asked, in the database's own language; besides, it is asked where. Words are
/// letters and digits alone, so that nothing of a query is syntax.
fn sought(sql: &Sql, query: &SearchQuery, filter: &SearchFilter) -> String {
    let postgres = sql.postgres();
    let term = if postgres { on_postgres } else { on_sqlite };
    let mut parts: Vec<String> = query.terms.iter().map(term).collect();
    if !filter.kinds.is_empty() && filter.kinds.len() < SearchKind::ALL.len() {
        let kinds: Vec<String> = filter.kinds.iter().copied().map(of_kind).collect();
        parts.push(any(postgres, &kinds));
    }
    parts.join(if postgres { " & " } else { " AND " })
}

fn any(postgres: bool, terms: &[String]) -> String {
    let quoted: Vec<String> = terms.iter().map(|term| quoted(postgres, term)).collect();
    format!("({})", quoted.join(if postgres { " | " } else { " OR " }))
}

fn quoted(postgres: bool, term: &str) -> String {
    let mark = if postgres { '\'' } else { '"' };
    format!("{mark}{term}{mark}")
}

fn on_sqlite(term: &SearchTerm) -> String {
    let star = if term.prefix { " *" } else { "" };
    format!("\"{}\"{star}", term.words.join(" "))
}

fn on_postgres(term: &SearchTerm) -> String {
    let last = term.words.len() - 1;
    let words: Vec<String> = (0..)
        .zip(&term.words)
        .map(|(at, word)| {
            let star = if term.prefix && at == last { ":*" } else { "" };
            format!("'{word}'{star}")
        })
        .collect();
    if last == 0 {
        return words.join("");
    }
    // Of a crowded text the places are not all known: whoever reads the hits looks again.
    format!(
        "(({}) | ('{CROWDED}' & {}))",
        words.join(" <-> "),
        words.join(" & ")
    )
}
