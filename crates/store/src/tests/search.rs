//! What a search costs: a viewer's own hits, whatever others write.

use sea_orm::Statement;
use tidings_domain::search::SearchQuery;
use tidings_policy::Viewer;

use super::growth::work;
use super::plans::{plan, whole_tables};
use super::size::{agency_with, others_say, viewers};
use crate::SearchFilter;
use crate::search::search_statement;
use crate::support::Db;

const MEASURES: u128 = 3;

async fn statements(db: &Db, viewer: &Viewer) -> Vec<Statement> {
    let query = SearchQuery::parse("message about something").unwrap();
    let filter = SearchFilter::default();
    let narrow = db.store.narrow(viewer, &filter).await.unwrap();
    let statement = |narrow| {
        search_statement(
            db.store.backend(),
            viewer,
            &query,
            &filter,
            narrow,
            None,
            26,
        )
    };
    narrow.iter().map(statement).collect()
}

#[tokio::test]
async fn t06_cx18_a_search_among_twenty_clients_does_not_pay_for_what_others_write() {
    let quiet = agency_with(MEASURES, |batch| others_say(batch, 1)).await;
    let loud = agency_with(MEASURES, |batch| others_say(batch, 12)).await;
    let others = viewers(&loud).await;
    let mut report = String::new();
    let mut faults = Vec::new();
    for ((name, viewer), (_, other)) in viewers(&quiet).await.iter().zip(&others) {
        let (ones, tens) = (
            statements(&quiet, viewer).await,
            statements(&loud, other).await,
        );
        assert_eq!(ones.len(), tens.len(), "{name}");
        for (one, ten) in ones.iter().zip(&tens) {
            let (before, after) = (work(&quiet, one).await, work(&loud, ten).await);
            let line = format!("{name}: {before} -> {after}\n");
            report.push_str(&line);
            let lines = plan(&loud, ten).await;
            report.push_str(&lines.join("\n"));
            report.push('\n');
            // Who sees a good part of the agency finds a page among the newest of it.
            let narrow = ["clinician", "supervisor", "account"].contains(name);
            if narrow && after > before + before / 7 + 20 {
                faults.push(line);
            }
            if !loud.postgres() && !whole_tables(&lines).is_empty() {
                faults.push(format!("{name} reads a whole table"));
            }
        }
    }
    println!("{report}");
    assert!(faults.is_empty(), "{faults:#?}\n{report}");
}
