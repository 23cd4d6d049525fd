//! Shared documents: the attachments of all messages of a thread, or of all that a viewer sees,
//! newest first (P-04).
//!
//! Like an inbox, the list of a viewer is a few branches, one for each way in which it reaches
//! threads, each answered by an index and cut after a page.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tidings_domain::{AttachmentId, ThreadId};
use tidings_policy::{Action, Grant, Reach, Viewer, grants};

use crate::attachment::row;
use crate::database::Store;
use crate::entities::attachment;
use crate::error::Result;
use crate::page::Page;
use crate::sql::Sql;
use crate::visibility::{clients_within, covered, in_own_view, visible_threads};

/// A place in a list of shared documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// When its message was sent.
    pub sent_at: DateTime<Utc>,
    /// The attachment.
    pub id: AttachmentId,
}

const NEWEST_FIRST: &str = " ORDER BY a.sent_at DESC, a.id DESC LIMIT ";

impl Store {
    /// One page of the attachments of a thread, or of everything that the viewer sees, newest
    /// first. Those of deleted threads are left out.
    pub async fn shared_documents(
        &self,
        viewer: &Viewer,
        thread: Option<ThreadId>,
        after: Option<DocumentPlace>,
        first: usize,
    ) -> Result<Page<attachment::Model>> {
        let statement = documents_statement(self.backend(), viewer, thread, after, first + 1);
        let rows = self.read.query_all_raw(statement).await?;
        let mut rows = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }
}

/// The statement of [`Store::shared_documents`], for at most `limit` rows.
pub(crate) fn documents_statement(
    backend: DbBackend,
    viewer: &Viewer,
    thread: Option<ThreadId>,
    after: Option<DocumentPlace>,
    limit: usize,
) -> Statement {
    let mut sql = Sql::new(backend);
    sql.push("SELECT ").columns::<attachment::Model>("a");
    if let Some(thread) = thread {
        sql.push(" FROM attachment a CROSS JOIN thread t WHERE a.thread_id = ")
            .bind(thread);
        sql.push(" AND ");
        visible_threads(&mut sql, viewer, Action::View, "t");
        close(&mut sql, viewer, after, limit);
        return sql.statement();
    }
    sql.push(" FROM (");
    let grants = grants(viewer, Action::View);
    for (i, grant) in grants.iter().enumerate() {
        sql.push(if i > 0 { " UNION " } else { "" });
        if sql.postgres() && !matches!(grant.reach, Reach::Agency(_)) {
            merge_on_postgres(&mut sql, viewer, grant, after, limit);
            continue;
        }
        sql.push("SELECT z.id FROM (SELECT a.id");
        branch(&mut sql, viewer, grant);
        close(&mut sql, viewer, after, limit);
        sql.push(") z");
        if by_clients(grant.reach) {
            // Two clients of the viewer's may be on the same thread: it counts once.
            sql.push(" UNION SELECT z.id FROM (SELECT DISTINCT a.id, a.sent_at");
            of_several(&mut sql, viewer, grant);
            close(&mut sql, viewer, after, limit);
            sql.push(") z");
        }
    }
    if grants.is_empty() {
        sql.push("SELECT a.id FROM attachment a WHERE FALSE");
    }
    sql.push(") k JOIN attachment a ON a.id = k.id")
        .push(NEWEST_FIRST)
        .number(limit);
    sql.statement()
}

/// Where a grant finds attachments. `CROSS JOIN`: SQLite keeps the order, and so begins where the
/// viewer's own begin.
fn branch(sql: &mut Sql, viewer: &Viewer, grant: &Grant) {
    match grant.reach {
        Reach::Agency(agency) => {
            sql.push(" FROM attachment a CROSS JOIN thread t WHERE a.agency_id = ")
                .bind(agency);
        }
        Reach::Listing(staff) => {
            sql.push(" FROM thread_participant p CROSS JOIN attachment a CROSS JOIN thread t");
            sql.push(" WHERE p.principal_id = ").bind(staff);
            sql.push(" AND a.thread_id = p.thread_id");
        }
        Reach::AssignedTo(_) | Reach::SupervisedBy(_) | Reach::ClientsOf(_) => {
            sql.push(" FROM attachment a CROSS JOIN thread t WHERE a.client_id IN (");
            clients_within(sql, grant.reach, viewer);
            sql.push(")");
            // SECURITY: the client that the law asks about is the thread's.
            sql.push(" AND t.client_id = a.client_id");
        }
    }
    sql.push(" AND ");
    covered(sql, viewer, grant, "t");
    sql.push("t.agency_id = ").bind(viewer.agency());
}

fn by_clients(reach: Reach) -> bool {
    matches!(
        reach,
        Reach::AssignedTo(_) | Reach::SupervisedBy(_) | Reach::ClientsOf(_)
    )
}

/// The same for threads that have several clients: these stand beside them.
fn of_several(sql: &mut Sql, viewer: &Viewer, grant: &Grant) {
    sql.push(" FROM thread_client y CROSS JOIN attachment a CROSS JOIN thread t");
    sql.push(" WHERE y.client_id IN (");
    clients_within(sql, grant.reach, viewer);
    sql.push(") AND a.thread_id = y.thread_id AND ");
    covered(sql, viewer, grant, "t");
    sql.push("t.agency_id = ").bind(viewer.agency());
}

/// The same as [`branch`] and [`of_several`], a page of each client or thread at most: else
/// PostgreSQL reads whole tables rather than a few entries of an index.
fn merge_on_postgres(
    sql: &mut Sql,
    viewer: &Viewer,
    grant: &Grant,
    after: Option<DocumentPlace>,
    limit: usize,
) {
    let of_thread = "a.thread_id = g.thread_id";
    sql.push("SELECT z.id FROM (SELECT l.id FROM (");
    if let Reach::Listing(staff) = grant.reach {
        sql.push("SELECT p.thread_id FROM thread_participant p WHERE p.principal_id = ")
            .bind(staff);
    } else {
        sql.push("SELECT DISTINCT q.client_id FROM (");
        clients_within(sql, grant.reach, viewer);
        sql.push(") q) g");
        // SECURITY: the client that the law asks about is the thread's.
        let of_client = "a.client_id = g.client_id AND t.client_id = a.client_id";
        page_of_each(sql, viewer, grant, of_client, after, limit);
        sql.push(" UNION SELECT z.id FROM (SELECT l.id FROM (SELECT DISTINCT y.thread_id");
        sql.push(" FROM thread_client y WHERE y.client_id IN (");
        clients_within(sql, grant.reach, viewer);
        sql.push(")");
    }
    sql.push(") g");
    page_of_each(sql, viewer, grant, of_thread, after, limit);
}

/// Joins a page of attachments to each row of `g`.
fn page_of_each(
    sql: &mut Sql,
    viewer: &Viewer,
    grant: &Grant,
    of_each: &str,
    after: Option<DocumentPlace>,
    limit: usize,
) {
    sql.push(" CROSS JOIN LATERAL (SELECT a.id, a.sent_at FROM attachment a CROSS JOIN thread t");
    sql.push(" WHERE ");
    sql.push(of_each).push(" AND ");
    covered(sql, viewer, grant, "t");
    sql.push("t.agency_id = ").bind(viewer.agency());
    close(sql, viewer, after, limit);
    sql.push(") l ORDER BY l.sent_at DESC, l.id DESC LIMIT ")
        .number(limit)
        .push(") z");
}

/// What holds in every branch, keyset and order.
fn close(sql: &mut Sql, viewer: &Viewer, after: Option<DocumentPlace>, limit: usize) {
    sql.push(" AND t.id = a.thread_id AND a.sent_at IS NOT NULL");
    sql.push(" AND t.lifecycle IN ('OPEN', 'ARCHIVED') AND ");
    in_own_view(sql, viewer);
    if let Some(place) = after {
        sql.push(" AND (a.sent_at, a.id) < (").bind(place.sent_at);
        sql.push(", ").bind(place.id).push(")");
    }
    sql.push(NEWEST_FIRST).number(limit);
}
