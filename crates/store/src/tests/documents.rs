//! The plans of attachments: of a page of messages, of a thread, and of everything that a viewer
//! sees. An index answers each.

use std::fmt::Write as _;

use chrono::Duration;
use sea_orm::Statement;
use tidings_domain::MessageId;
use tidings_policy::Viewer;
use uuid::Uuid;

use super::plans::{plan, whole_tables};
use super::size::{agency_with_attachments, newest, some_thread, viewers};
use crate::DocumentPlace;
use crate::attachment::attachments_of_statement;
use crate::shared_document::documents_statement;
use crate::sql::Sql;
use crate::support::Db;

/// Measures of the agency: so many rows that PostgreSQL does not read them all instead.
const MEASURES: u128 = 20;

fn questions(db: &Db, viewer: &Viewer) -> Vec<(&'static str, &'static str, Statement)> {
    let backend = db.store.backend();
    let place = DocumentPlace {
        sent_at: newest(MEASURES) - Duration::seconds(180),
        id: Uuid::from_u128(7).into(),
    };
    let ids: Vec<MessageId> = (0..50)
        .map(|n| Uuid::from_u128(50_000_000 + n).into())
        .collect();
    let of_messages = attachments_of_statement(Sql::new(backend), viewer, &ids).statement();
    let documents = |thread, after| documents_statement(backend, viewer, thread, after, 26);
    let of_thread = Some(some_thread(MEASURES));
    vec![
        (
            "of a page of messages",
            "attachment_by_message",
            of_messages,
        ),
        (
            "of a thread",
            "attachment_by_thread",
            documents(of_thread, None),
        ),
        ("all, first page", "attachment_by", documents(None, None)),
        (
            "all, later page",
            "attachment_by",
            documents(None, Some(place)),
        ),
    ]
}

#[tokio::test]
async fn p04_an_index_answers_every_list_of_attachments() {
    let db = agency_with_attachments(MEASURES).await;
    let (mut text, mut problems) = (String::new(), String::new());
    for (name, viewer) in viewers(&db).await {
        for (title, index, statement) in questions(&db, &viewer) {
            let lines = plan(&db, &statement).await;
            let _infallible = write!(text, "\n==== {name}, {title} ====\n{}\n", lines.join("\n"));
            // On PostgreSQL whoever is listed on most threads has them read in one go.
            let counts = |line: &&&String| !db.postgres() || line.contains(" attachment ");
            for whole in whole_tables(&lines).iter().filter(counts) {
                let _infallible = writeln!(problems, "{name}, {title}: a whole table: {whole}");
            }
            if !lines.iter().any(|line| line.contains(index)) {
                let _infallible = writeln!(problems, "{name}, {title}: no use of {index}");
            }
        }
    }
    if db.postgres() {
        // Its plans differ by version.
        println!("{text}");
    } else {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true,
            snapshot_path => "snapshots/plans" }, {
            insta::assert_snapshot!("sqlite_documents", text);
        });
    }
    assert!(problems.is_empty(), "{problems}\n{text}");
}
