//! The plans that the databases make: an index answers every question about threads and messages
//! in order, whoever asks.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, Statement};
use tidings_domain::AudienceKind;
use tidings_policy::Viewer;

use super::growth::may_grow;
use super::size::{agency, newest, shared_thread, some_client, some_thread, viewers};
use crate::inbox::inbox_statement;
use crate::message::{MessageRange, messages_statement};
use crate::read_state::unread_statement;
use crate::support::Db;
use crate::{InboxFilter, InboxJoins, InboxPlace};

/// What the thread page, the unread count and two pages of the inbox ask.
pub(super) fn questions(
    db: &Db,
    viewer: &Viewer,
    measures: u128,
) -> Vec<(&'static str, Statement)> {
    let backend = db.store.backend();
    let joins = InboxJoins {
        client: true,
        topic: true,
        audience: true,
        last_message: true,
        html: true,
    };
    let newest = newest(measures);
    // Deep in the inbox, when a few threads have moved since.
    let place = InboxPlace {
        pinned: false,
        key: newest - chrono::Duration::seconds(180),
        thread: some_thread(measures),
        as_of: newest - chrono::Duration::seconds(30),
        // Everything that is there was there, but for what is younger than the place.
        snapshot: (backend == sea_orm::DbBackend::Postgres).then(|| "1:9000000000000:".into()),
    };
    let filtered = |filter, after| inbox_statement(backend, viewer, filter, joins, after, 25);
    let inbox = |after| filtered(InboxFilter::default(), after);
    let of_audience = InboxFilter {
        audience: Some(AudienceKind::Administrative),
        ..InboxFilter::default()
    };
    let of_client = InboxFilter {
        client: Some(some_client()),
        ..InboxFilter::default()
    };
    let messages = |thread| {
        let (from, to) = (1, 50);
        messages_statement(
            backend,
            viewer,
            &[MessageRange {
                thread,
                from,
                to,
                take: None,
                html: true,
            }],
        )
        .unwrap()
    };
    vec![
        ("inbox, first page", inbox(None)),
        ("inbox, later page", inbox(Some(&place))),
        ("inbox of an audience", filtered(of_audience, Some(&place))),
        ("inbox of a client", filtered(of_client, Some(&place))),
        ("messages of a thread", messages(some_thread(measures))),
        (
            "messages of a shared thread",
            messages(shared_thread(measures)),
        ),
        ("unread counts", unread_statement(backend, viewer)),
    ]
}

/// The same statement with words in front.
pub(super) fn explained(statement: &Statement, words: &str) -> Statement {
    let mut statement = statement.clone();
    statement.sql = format!("{words} {}", statement.sql);
    statement
}

/// The plan as indented lines.
pub(super) async fn plan(db: &Db, statement: &Statement) -> Vec<String> {
    if db.postgres() {
        let explain = explained(statement, "EXPLAIN (COSTS OFF)");
        let rows = db.store.read.query_all_raw(explain).await.unwrap();
        let line = |row: &sea_orm::QueryResult| row.try_get_by_index(0).unwrap();
        return rows.iter().map(line).collect();
    }
    let explain = explained(statement, "EXPLAIN QUERY PLAN");
    let rows = db.store.read.query_all_raw(explain).await.unwrap();
    let mut depths = std::collections::HashMap::from([(0_i64, 0_usize)]);
    let mut lines = Vec::new();
    for row in rows {
        let id: i64 = row.try_get_by_index(0).unwrap();
        let parent: i64 = row.try_get_by_index(1).unwrap();
        let detail: String = row.try_get_by_index(3).unwrap();
        let depth = depths[&parent];
        depths.insert(id, depth + 1);
        lines.push(format!("{}{detail}", "  ".repeat(depth)));
    }
    lines
}

/// Lines that tell of a walk over a whole table of threads, messages or what hangs on them.
pub(super) fn whole_tables(lines: &[String]) -> Vec<&String> {
    const LARGE: [&str; 6] = [
        "attachment",
        "thread",
        "message",
        "thread_participant",
        "thread_state",
        "read_receipt",
    ];
    // The names that the statements give them.
    const ALIASES: [&str; 8] = ["t", "x", "m", "a", "p", "s", "i", "n"];
    let scan = |line: &&String| {
        let line = line.trim().trim_start_matches("->").trim();
        if let Some(rest) = line.strip_prefix("SCAN ") {
            // SQLite: an alias, unless it is a subquery of that name.
            let name = rest.split(' ').next().unwrap_or_default();
            return ALIASES.contains(&name) && !rest.contains("SUBQUERY");
        }
        let walk = ["Seq Scan on ", "Parallel Seq Scan on "];
        walk.iter().any(|walk| {
            line.strip_prefix(walk)
                .is_some_and(|rest| LARGE.contains(&rest.split(' ').next().unwrap_or_default()))
        })
    };
    lines.iter().filter(scan).collect()
}

/// The indexes that must answer, by viewer and question.
fn expected(name: &str, title: &str) -> &'static [&'static str] {
    match (name, title) {
        (_, "messages of a thread" | "messages of a shared thread") => &["message_by_thread"],
        ("scheduler" | "clinical_admin", _) => &["thread_by_agency", "thread_state_pinned"],
        ("clinician", _) => &[
            "thread_by_client",
            "care_team_member_by_staff",
            "thread_participant_by_principal",
            "thread_state_pinned",
        ],
        _ => &["thread_by_client", "thread_state_pinned"],
    }
}

/// What is wrong with a plan.
fn faults(name: &str, title: &str, lines: &[String]) -> Vec<String> {
    if may_grow(name, title) {
        return Vec::new();
    }
    let mut faults: Vec<String> = whole_tables(lines)
        .into_iter()
        .map(|line| format!("a whole table is read: {line}"))
        .collect();
    let named = |what: &str| lines.iter().any(|line| line.contains(what));
    let missing = expected(name, title).iter().filter(|index| !named(index));
    faults.extend(missing.map(|index| format!("no use of {index}")));
    // A later page begins where the one before ended, within the index.
    let seeks = named("(last_activity_at,id)<(") || named("ROW(last_activity_at, id) < ROW(");
    if title == "inbox, later page" && !seeks {
        faults.push("the page is not sought in the index".to_owned());
    }
    // SQLite says when it sorts: the merge of the branches, a page each, and nothing else.
    let sorts = lines
        .iter()
        .filter(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    if sorts.count() > 1 {
        faults.push("a branch is sorted".to_owned());
    }
    faults
}

/// Measures of the agency: so many threads that PostgreSQL does not read them all instead.
const MEASURES: u128 = 20;

#[tokio::test]
async fn p16_t10_an_index_answers_every_page_of_every_viewer() {
    let db = agency(MEASURES).await;
    let mut problems = String::new();
    for (name, viewer) in viewers(&db).await {
        let mut text = String::new();
        for (title, statement) in questions(&db, &viewer, MEASURES) {
            let lines = plan(&db, &statement).await;
            let _infallible = write!(text, "\n==== {title} ====\n{}\n", lines.join("\n"));
            for fault in faults(name, title, &lines) {
                let _infallible = writeln!(problems, "{name}, {title}: {fault}");
            }
        }
        if db.postgres() {
            // Its plans differ by version; what they touch is counted in `growth`.
            println!("{name}\n{text}");
            continue;
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
            snapshot_path => "snapshots/plans" }, {
            insta::assert_snapshot!(format!("sqlite_{name}"), text);
        });
    }
    assert!(problems.is_empty(), "{problems}");
}
