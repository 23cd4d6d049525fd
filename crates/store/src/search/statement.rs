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
    let sought = sought(&sql, viewer, query, filter, narrow);
    if sql.postgres() {
        entries_on_postgres(&mut sql, viewer, narrow, &sought, after);
    } else {
        entries_on_sqlite(&mut sql, viewer, &sought, after);
    }
    sql.push(" AND ");
    visible_threads(&mut sql, viewer, Action::View, "t");
    sql.push(" AND t.lifecycle IN ('OPEN', 'ARCHIVED') AND CASE WHEN e.message_id IS NULL ");
    // A thread that the viewer took out of its own view as a whole is not found by its subject.
    sql.push("THEN COALESCE(s.removed_seq, 0) < t.last_seq ELSE ");
    shown(&mut sql, "m", "s");
    sql.push(" END");
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

/// Joins what the viewer did with the thread.
fn own_state(sql: &mut Sql, viewer: &Viewer) {
    sql.push(" LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = ")
        .bind(viewer.principal().uuid());
}

const COLUMNS: &str = "SELECT e.key, e.id, e.kind, e.thread_id, e.message_id, \
    CASE e.kind WHEN 'MESSAGE' THEN m.body WHEN 'SUBJECT' THEN t.subject ELSE a.file_name END FROM ";

/// `CROSS JOIN`: SQLite keeps the order, and so walks the index's hits from the newest on, no
/// further than the page needs.
fn entries_on_sqlite(sql: &mut Sql, viewer: &Viewer, sought: &str, after: Option<SearchPlace>) {
    sql.push(COLUMNS).push(
        "search_index f CROSS JOIN search_entry e ON e.key = f.rowid \
         CROSS JOIN thread t ON t.id = e.thread_id LEFT JOIN message m ON m.id = e.message_id \
         LEFT JOIN attachment a ON a.id = e.id",
    );
    own_state(sql, viewer);
    sql.push(" WHERE f.words MATCH ").bind(sought);
    if let Some(place) = after {
        sql.push(" AND f.rowid < ").bind(place.key);
    }
}

/// Its index has no order. What a viewer reaches by terms is fetched and sorted whole; where a good
/// part of everything is searched, the planner may walk from the newest entry instead.
fn entries_on_postgres(
    sql: &mut Sql,
    viewer: &Viewer,
    narrow: &Narrow,
    sought: &str,
    after: Option<SearchPlace>,
) {
    let terms = matches!(narrow, Narrow::Terms(_));
    if terms {
        sql.push(
            "WITH e AS MATERIALIZED (SELECT e.key, e.id, e.kind, e.thread_id, e.message_id \
             FROM search_entry e WHERE ",
        );
        found_on_postgres(sql, sought, after);
        sql.push(") ").push(COLUMNS).push("e");
    } else {
        sql.push(COLUMNS).push("search_entry e");
    }
    sql.push(
        " JOIN thread t ON t.id = e.thread_id LEFT JOIN message m ON m.id = e.message_id \
         LEFT JOIN attachment a ON a.id = e.id",
    );
    own_state(sql, viewer);
    sql.push(" WHERE ");
    if terms {
        sql.push("TRUE");
    } else {
        found_on_postgres(sql, sought, after);
    }
}

fn found_on_postgres(sql: &mut Sql, sought: &str, after: Option<SearchPlace>) {
    sql.push("e.words @@ CAST(")
        .bind(sought)
        .push(" AS tsquery)");
    if let Some(place) = after {
        sql.push(" AND (e.key, e.id) < (").bind(place.key);
        sql.push(", ").bind(place.id).push(")");
    }
}

/// What the index is asked, in the database's own language. Words are letters and digits alone, so
/// that nothing of a query is syntax.
fn sought(
    sql: &Sql,
    viewer: &Viewer,
    query: &SearchQuery,
    filter: &SearchFilter,
    narrow: &Narrow,
) -> String {
    let postgres = sql.postgres();
    let (and, or) = if postgres {
        (" & ", " | ")
    } else {
        (" AND ", " OR ")
    };
    let any = |terms: Vec<String>| {
        let quoted: Vec<String> = terms.iter().map(|term| quoted(postgres, term)).collect();
        format!("({})", quoted.join(or))
    };
    let mut parts: Vec<String> = query
        .terms
        .iter()
        .map(|term| {
            if postgres {
                on_postgres(term)
            } else {
                on_sqlite(term)
            }
        })
        .collect();
    // SECURITY: narrower than the law at most; the law is asked about each hit.
    parts.push(match narrow {
        Narrow::Agency => quoted(postgres, &of_agency(viewer.agency().0)),
        Narrow::Terms(terms) => any(terms.clone()),
    });
    if !filter.kinds.is_empty() && filter.kinds.len() < SearchKind::ALL.len() {
        parts.push(any(filter.kinds.iter().copied().map(of_kind).collect()));
    }
    parts.join(and)
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
