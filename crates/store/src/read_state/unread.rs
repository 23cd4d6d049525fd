//! The statement that counts what a viewer has not read.
//!
//! Like a page of the inbox it goes through what the viewer reaches grant by grant, so that
//! somebody with twenty clients pays for their threads and not for the agency's. Parts that cannot
//! hold the same thread are not compared with each other.

use sea_orm::{DbBackend, Statement};
use tidings_domain::AudienceSet;
use tidings_policy::{Action, Grant, Reach, Viewer, grants};

use crate::inbox::open_to;
use crate::sql::Sql;
use crate::visibility::{clients_within, covered};

const COLUMNS: &str =
    "SELECT t.id, t.audience, t.last_seq, t.last_seq - t.deleted_messages AS messages";

/// The statement of [`Store::unread_counts`](crate::Store::unread_counts).
pub(crate) fn unread_statement(backend: DbBackend, viewer: &Viewer) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push(
        "SELECT u.audience, CAST(SUM(u.unread) AS BIGINT), COUNT(*) FROM (SELECT b.audience, \
         b.messages - COALESCE(s.read_seq, 0) + COALESCE(s.unread_adjust, 0) AS unread FROM (",
    );
    branches(&mut sql, viewer);
    sql.push(") b LEFT JOIN thread_state s ON s.thread_id = b.id AND s.viewer_id = ");
    // What the viewer hid or removed is unread no more, until a newer message brings it back.
    sql.bind(viewer.principal().uuid())
        .push(" WHERE COALESCE(s.hidden_seq, 0) < b.last_seq) u WHERE u.unread > 0 GROUP BY u.audience ORDER BY u.audience");
    sql.statement()
}

/// Columns `id`, `audience`, `last_seq`, `messages` of every open thread that the viewer sees, once.
fn branches(sql: &mut Sql, viewer: &Viewer) {
    let grants = grants(viewer, Action::View);
    let everywhere = |grant: &&Grant| matches!(grant.reach, Reach::Agency(_));
    let agency = grants.iter().find(everywhere);
    let audiences = agency.map_or(AudienceSet::NONE, |grant| grant.audiences);
    for (i, kind) in audiences.iter().enumerate() {
        sql.push(if i == 0 { "" } else { " UNION ALL " });
        sql.push(COLUMNS);
        sql.push(" FROM thread t WHERE t.audience = '")
            .push(kind.as_str())
            .push("' AND ");
        open(sql, viewer);
    }
    // What is sought by clients or by listings leaves out what was found by agency.
    let left = grants.iter().filter(|grant| !everywhere(grant));
    let left = left.filter_map(|grant| beside(grant, audiences));
    let mut first = true;
    for grant in left {
        match (first, audiences.is_empty()) {
            (true, true) => {}
            (true, false) => {
                sql.push(" UNION ALL SELECT w.id, w.audience, w.last_seq, w.messages FROM (");
            }
            (false, _) => {
                sql.push(" UNION ");
            }
        }
        first = false;
        branch(sql, viewer, &grant);
    }
    match (first, audiences.is_empty()) {
        (true, true) => {
            sql.push(COLUMNS);
            sql.push(" FROM thread t WHERE FALSE");
        }
        (false, false) => {
            sql.push(") w");
        }
        _ => {}
    }
}

/// The grant without these audiences; none if nothing is left of it.
fn beside(grant: &Grant, covered: AudienceSet) -> Option<Grant> {
    let left: Vec<_> = grant
        .audiences
        .iter()
        .filter(|kind| !covered.has(*kind))
        .collect();
    let audiences = AudienceSet::of(&left);
    (!audiences.is_empty() || grant.internal).then_some(Grant {
        audiences,
        ..*grant
    })
}

fn branch(sql: &mut Sql, viewer: &Viewer, grant: &Grant) {
    sql.push(COLUMNS);
    // `CROSS JOIN`: SQLite keeps the order.
    match grant.reach {
        Reach::Listing(staff) => {
            sql.push(" FROM thread_participant p CROSS JOIN thread t WHERE t.id = p.thread_id");
            sql.push(" AND p.principal_id = ").bind(staff);
        }
        Reach::AssignedTo(_) | Reach::SupervisedBy(_) | Reach::ClientsOf(_) => {
            sql.push(" FROM (SELECT DISTINCT q.client_id FROM (");
            clients_within(sql, grant.reach, viewer);
            sql.push(") q) g CROSS JOIN thread t WHERE t.client_id = g.client_id AND ");
            covered(sql, viewer, grant, "t");
            open(sql, viewer);
            sql.push(" UNION ").push(COLUMNS);
            sql.push(" FROM (SELECT DISTINCT q.client_id FROM (");
            clients_within(sql, grant.reach, viewer);
            sql.push(") q) g CROSS JOIN thread_client y CROSS JOIN thread t");
            sql.push(" WHERE y.client_id = g.client_id AND t.id = y.thread_id");
        }
        Reach::Agency(_) => _ = sql.push(" FROM thread t WHERE TRUE"),
    }
    sql.push(" AND ");
    covered(sql, viewer, grant, "t");
    open(sql, viewer);
}

/// Adds what holds for every branch: the tenant (K18), and that the thread is open.
fn open(sql: &mut Sql, viewer: &Viewer) {
    sql.push("t.agency_id = ")
        .bind(viewer.agency())
        .push(" AND t.lifecycle IN ");
    sql.words(open_to(viewer).iter().map(|lifecycle| lifecycle.as_str()));
}
