//! Golden SQL: what each kind of viewer's questions come to, in both dialects. A change here is a
//! change of what a viewer reaches, or of how.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::{DbBackend, Statement};
use tidings_domain::{
    AgencyId, MessagingPolicy, Role, RoleSet, StaffId, SupervisorScope, ThreadId,
};
use tidings_policy::{AccountViewer, Action, StaffViewer, Viewer};
use uuid::Uuid;

use crate::inbox::inbox_statement;
use crate::message::{MessageRange, messages_statement};
use crate::read_state::unread_statement;
use crate::sql::Sql;
use crate::support::at;
use crate::visibility::visible_threads;
use crate::{InboxFilter, InboxJoins, InboxPlace};

fn staff(roles: &[Role]) -> Viewer {
    Viewer::Staff(StaffViewer {
        id: StaffId(Uuid::from_u128(0x0057_aff0)),
        agency: AgencyId(Uuid::from_u128(0xa6e0)),
        roles: RoleSet::of(roles),
        policy: Arc::new(MessagingPolicy::default()),
        today: NaiveDate::from_ymd_opt(2026, 3, 10).unwrap(),
    })
}

fn supervisor_of_all() -> Viewer {
    let mut viewer = staff(&[Role::Supervisor]);
    if let Viewer::Staff(staff) = &mut viewer {
        staff.policy = Arc::new(MessagingPolicy {
            supervisor_scope: SupervisorScope::All,
            ..MessagingPolicy::default()
        });
    }
    viewer
}

fn account() -> Viewer {
    Viewer::Account(AccountViewer {
        id: Uuid::from_u128(0xacc0).into(),
        agency: AgencyId(Uuid::from_u128(0xa6e0)),
        clients: Vec::new(),
        policy: Arc::new(MessagingPolicy::default()),
        today: NaiveDate::from_ymd_opt(2026, 3, 10).unwrap(),
    })
}

fn cast() -> Vec<(&'static str, Viewer)> {
    vec![
        ("nobody", staff(&[])),
        ("scheduler", staff(&[Role::PracticeScheduler])),
        ("clinician", staff(&[Role::Clinician])),
        ("supervisor", staff(&[Role::Supervisor])),
        ("supervisor_of_all", supervisor_of_all()),
        ("clinical_admin", staff(&[Role::ClinicalAdmin])),
        ("account", account()),
    ]
}

const BACKENDS: [(&str, DbBackend); 2] = [
    ("SQLite", DbBackend::Sqlite),
    ("PostgreSQL", DbBackend::Postgres),
];

/// A place in the middle of an inbox.
fn place(backend: DbBackend, pinned: bool) -> InboxPlace {
    InboxPlace {
        pinned,
        key: at(90),
        thread: ThreadId(Uuid::from_u128(0x0074_ead0)),
        as_of: at(120),
        snapshot: (backend == DbBackend::Postgres).then(|| "7:9:8".into()),
    }
}

/// A statement with a line for each of its parts, and its values.
fn lines(statement: &Statement) -> String {
    let mut text = statement.sql.clone();
    for word in [
        "FROM",
        "WHERE",
        "ORDER BY",
        "UNION",
        "LEFT JOIN",
        "CROSS JOIN",
        "JOIN",
        "OR",
    ] {
        text = text.replace(&format!(" {word} "), &format!("\n{word} "));
    }
    for word in ["LEFT", "CROSS"] {
        text = text.replace(&format!("{word}\nJOIN"), &format!("{word} JOIN"));
    }
    if let Some(values) = &statement.values {
        for (i, value) in values.0.iter().enumerate() {
            let _infallible = write!(text, "\n-- {}: {value}", i + 1);
        }
    }
    text.push('\n');
    text
}

fn section(text: &mut String, title: &str, statement: &Statement) {
    let _infallible = write!(text, "\n==== {title} ====\n{}", lines(statement));
}

fn keep(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
        snapshot_path => "snapshots/golden" }, {
        insta::assert_snapshot!(name.to_owned(), text);
    });
}

#[test]
fn p15_p16_k17_the_inbox_of_each_viewer_in_sql() {
    for (name, viewer) in cast() {
        let mut text = String::new();
        for (dialect, backend) in BACKENDS {
            let pages = [
                ("first page", None),
                ("behind a pinned thread", Some(place(backend, true))),
                ("behind a thread", Some(place(backend, false))),
            ];
            for (title, after) in pages {
                let (filter, joins) = (InboxFilter::default(), InboxJoins::default());
                let sql = inbox_statement(backend, &viewer, filter, joins, after.as_ref(), 25);
                section(&mut text, &format!("{dialect}, {title}"), &sql);
            }
        }
        keep(&format!("inbox_{name}"), &text);
    }
}

#[test]
fn k17_k18_t04_what_each_viewer_sees_in_sql() {
    let mut text = String::new();
    for (name, viewer) in cast() {
        for action in Action::ALL {
            let mut sql = Sql::new(DbBackend::Postgres);
            visible_threads(&mut sql, &viewer, *action, "t");
            section(&mut text, &format!("{name}, {action:?}"), &sql.statement());
        }
    }
    keep("visible_threads", &text);
}

#[test]
fn s06_a_page_of_messages_and_the_unread_count_in_sql() {
    let mut text = String::new();
    for (dialect, backend) in BACKENDS {
        let viewer = staff(&[Role::Clinician, Role::PracticeBiller]);
        let range = |number| MessageRange {
            thread: ThreadId(Uuid::from_u128(number)),
            from: 1,
            to: 50,
            take: None,
            html: false,
        };
        let ranges = [range(1), range(2), range(3)];
        let sql = messages_statement(backend, &viewer, &ranges).unwrap();
        section(
            &mut text,
            &format!("{dialect}, messages of three threads"),
            &sql,
        );
        let sql = unread_statement(backend, &viewer);
        section(&mut text, &format!("{dialect}, unread counts"), &sql);
    }
    keep("messages_and_unread", &text);
}

#[test]
fn c05_html_is_read_for_who_asks_for_it_and_nobody_else() {
    let viewer = staff(&[Role::PracticeScheduler]);
    for (_, backend) in BACKENDS {
        for html in [false, true] {
            let range = MessageRange {
                thread: ThreadId(Uuid::from_u128(1)),
                from: 1,
                to: 50,
                take: None,
                html,
            };
            let page = messages_statement(backend, &viewer, &[range]).unwrap();
            let (filter, joins) = (
                InboxFilter::default(),
                InboxJoins {
                    last_message: true,
                    html,
                    ..InboxJoins::default()
                },
            );
            let inbox = inbox_statement(backend, &viewer, filter, joins, None, 25);
            for sql in [page.sql, inbox.sql] {
                assert_eq!(sql.contains("m.body_html"), html, "{sql}");
            }
        }
    }
}

#[test]
fn lists_of_many_lengths_come_to_few_statements() {
    let viewer = staff(&[Role::PracticeScheduler]);
    let mut texts = std::collections::BTreeSet::new();
    for length in 1..=100_u128 {
        let range = |number| MessageRange {
            thread: ThreadId(Uuid::from_u128(number)),
            from: 1,
            to: 50,
            take: None,
            html: false,
        };
        let ranges: Vec<MessageRange> = (0..length).map(range).collect();
        let sql = messages_statement(DbBackend::Postgres, &viewer, &ranges).unwrap();
        texts.insert(sql.sql);
        let mut sql = Sql::new(DbBackend::Postgres);
        let ids: Vec<Uuid> = (0..length).map(Uuid::from_u128).collect();
        sql.list(&ids);
        texts.insert(sql.text().to_owned());
    }
    assert_eq!(texts.len(), 16, "1, 2, 4 … 128, of two statements");
}
