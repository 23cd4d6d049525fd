//! Growth without a clock: ten times the threads, and a page is the same work. Work is what the
//! database itself counts: steps of SQLite's virtual machine, rows that PostgreSQL's scans touch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{ConnectionTrait, JsonValue, Statement};

use super::plans::{explained, questions};
use super::size::{agency, viewers};
use crate::support::Db;

/// Measures of the smaller agency: enough for the plans that a large one gets.
const SMALL: u128 = 3;

/// What may grow, and why; it is in the reports only.
pub(super) fn may_grow(name: &str, title: &str) -> bool {
    match title {
        // The count may walk over what the viewer sees, the list over one client's threads, of
        // which the viewer may see few.
        "unread counts" | "inbox of a client" => true,
        // It may walk over what lists the viewer: no index there knows the audience. And in the
        // smaller agency an account's clients have not a page of threads of one audience each.
        "inbox of an audience" => ["supervisor", "clinician", "account"].contains(&name),
        _ => false,
    }
}

/// How much work a statement is.
pub(super) async fn work(db: &Db, statement: &Statement) -> u64 {
    // Once without counting: what is prepared and loaded the first time is no part of it.
    db.store
        .read
        .query_all_raw(statement.clone())
        .await
        .unwrap();
    if db.postgres() {
        let explain = explained(statement, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)");
        let row = db.store.read.query_one_raw(explain).await.unwrap().unwrap();
        let plan: JsonValue = row.try_get_by_index(0).unwrap();
        return touched(&plan[0]["Plan"]);
    }
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    let pool = db.store.read.get_sqlite_connection_pool();
    let mut connection = pool.acquire().await.unwrap();
    let mut handle = connection.lock_handle().await.unwrap();
    handle.set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(handle);
    drop(connection);
    db.store
        .read
        .query_all_raw(statement.clone())
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection
        .lock_handle()
        .await
        .unwrap()
        .remove_progress_handler();
    steps.load(Ordering::Relaxed)
}

/// The rows that the scans of a plan read, those that they threw away included.
fn touched(plan: &JsonValue) -> u64 {
    let number = |name: &str| plan[name].as_f64().unwrap_or_default();
    let below: u64 = plan["Plans"]
        .as_array()
        .into_iter()
        .flatten()
        .map(touched)
        .sum();
    let scan = plan["Node Type"].as_str().is_some_and(|kind| {
        kind.ends_with("Scan") && kind != "Subquery Scan" && kind != "CTE Scan"
    });
    if !scan {
        return below;
    }
    let rows = number("Actual Rows")
        + number("Rows Removed by Filter")
        + number("Rows Removed by Index Recheck");
    let rows = format!("{:.0}", rows * number("Actual Loops"));
    below + rows.parse::<u64>().unwrap()
}

/// What one viewer's questions are, in two sizes.
fn growth(name: &str, title: &str, before: u64, after: u64) -> String {
    format!("{name}, {title}: {before} -> {after}\n")
}

#[tokio::test]
async fn p16_t10_a_page_is_the_same_work_in_ten_times_the_threads() {
    let (small, large) = (agency(SMALL).await, agency(10 * SMALL).await);
    let (mut report, mut grown) = (String::new(), String::new());
    let others = viewers(&large).await;
    for ((name, viewer), (_, other)) in viewers(&small).await.iter().zip(&others) {
        let ones = questions(&small, viewer, SMALL);
        let tens = questions(&large, other, 10 * SMALL);
        for ((title, one), (_, ten)) in ones.iter().zip(&tens) {
            let before = work(&small, one).await;
            let after = work(&large, ten).await;
            let line = growth(name, title, before, after);
            report.push_str(&line);
            // A little is for deeper trees. A page of twenty clients is 520 threads, and what hangs
            // on them.
            let bound = if small.postgres() { 2_500 } else { 60_000 };
            let flat = after <= before + before / 7 + 20 && after <= bound;
            if !flat && !may_grow(name, title) {
                grown.push_str(&line);
            }
        }
    }
    println!("{report}");
    assert!(grown.is_empty(), "grown:\n{grown}of\n{report}");
}
