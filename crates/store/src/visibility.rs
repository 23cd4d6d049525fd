//! The visibility compiler: turns the law's grants into SQL.
//!
//! Every read of a thread, and of what hangs on one, goes through [`visible_threads`] (of an
//! attachment through [`visible_attachments`]); of a portal request and of a record through
//! [`visible_records`]; every read of the directory through the functions
//! below them. An empty grant renders `FALSE`.

mod entities;

use tidings_domain::{AudienceKind, AudienceSet, ClientId, ThreadKind};
use tidings_policy::{Action, Grant, Reach, RecordReach, Viewer, grants, record_grants};

pub(crate) use self::entities::visible;
use crate::sql::Sql;

/// Adds the condition under which the viewer may do this with the thread of the alias.
pub(crate) fn visible_threads(sql: &mut Sql, viewer: &Viewer, action: Action, alias: &str) {
    let grants = grants(viewer, action);
    if grants.is_empty() {
        sql.push("FALSE");
        return;
    }
    // SECURITY: the tenant comes first, whatever the grants say (K18).
    sql.push("(")
        .push(alias)
        .push(".agency_id = ")
        .bind(viewer.agency())
        .push(" AND (");
    for (i, grant) in grants.iter().enumerate() {
        if i > 0 {
            sql.push(" OR ");
        }
        sql.push("(");
        if !grant.deleted {
            sql.push(alias).push(".lifecycle <> 'DELETED' AND ");
        }
        covered(sql, viewer, grant, alias);
        within(sql, grant.reach, viewer, alias);
        sql.push(")");
    }
    sql.push("))");
}

/// Adds the condition under which the viewer sees the attachment `a`, whose thread, if it was sent,
/// is `t`: through its message, and before it is sent as its uploader.
pub(crate) fn visible_attachments(sql: &mut Sql, viewer: &Viewer) {
    // SECURITY: with its message an attachment is gone for everybody, before its file is (S-31).
    sql.push("((a.message_id IS NOT NULL AND a.deleted_at IS NULL AND ");
    visible_threads(sql, viewer, Action::View, "t");
    sql.push(" AND ");
    in_own_view(sql, viewer);
    // SECURITY: what was not sent is nobody's but its uploader's.
    sql.push(") OR (a.message_id IS NULL AND a.agency_id = ")
        .bind(viewer.agency())
        .push(" AND a.uploader_id = ")
        .bind(viewer.principal().uuid())
        .push("))");
}

/// Adds the condition under which a viewer who sees the thread `t` learns of the reaction `r`: the
/// words of `tidings_policy::shows_reaction`.
pub(crate) fn shown_reactions(sql: &mut Sql, viewer: &Viewer) {
    if viewer.staff().is_some() {
        sql.push("TRUE");
        return;
    }
    // SECURITY: of a broadcast clients learn nothing of each other, not even a number (S-26).
    sql.push("(t.kind <> 'BROADCAST' OR r.principal_kind = 'STAFF' OR r.principal_id = ")
        .bind(viewer.principal().uuid())
        .push(")");
}

/// Which of the switches that the law of records asks about a table has as columns. What it has not
/// is never private, or never hidden.
#[derive(Clone, Copy)]
pub(crate) struct Switches {
    pub(crate) private: bool,
    pub(crate) hidden: bool,
}

/// Adds the condition under which the viewer sees the request or the record of the alias.
pub(crate) fn visible_records(sql: &mut Sql, viewer: &Viewer, alias: &str, has: Switches) {
    let grants = record_grants(viewer);
    if grants.is_empty() {
        sql.push("FALSE");
        return;
    }
    for (i, grant) in grants.iter().enumerate() {
        sql.push(if i == 0 { "((" } else { " OR (" });
        match grant.reach {
            // SECURITY: the tenant comes first (K18).
            RecordReach::OwnClients => {
                sql.push(alias).push(".agency_id = ").bind(viewer.agency());
                sql.push(" AND ").push(alias).push(
                    ".client_id IN (SELECT c.client_id FROM portal_account_client c \
                     WHERE c.account_id = ",
                );
                sql.bind(viewer.principal().uuid()).push(")");
            }
            RecordReach::Agency(agency) => {
                sql.push(alias).push(".agency_id = ").bind(agency);
            }
            RecordReach::SharedWith(agency) => {
                sql.push(alias).push(".agency_id <> ").bind(agency);
                sql.push(" AND EXISTS (SELECT 1 FROM client_sharing h WHERE h.client_id = ")
                    .push(alias);
                sql.push(".client_id AND h.agency_id = ")
                    .bind(agency)
                    .push(")");
            }
        }
        if has.private && !grant.private {
            sql.push(" AND NOT ").push(alias).push(".private");
        }
        if has.hidden && !grant.hidden {
            sql.push(" AND NOT ").push(alias).push(".hidden");
        }
        sql.push(")");
    }
    sql.push(")");
}

/// Adds a query for the clients that other agencies share with the viewer's. The column is
/// `client_id`. They are seen for their records alone: threads and the directory stay within their
/// agency.
pub(crate) fn shared_clients(sql: &mut Sql, viewer: &Viewer) {
    let with = RecordReach::SharedWith(viewer.agency());
    let reached = record_grants(viewer)
        .iter()
        .any(|grant| grant.reach == with);
    sql.push(
        "SELECT h.client_id FROM client_sharing h JOIN client o ON o.id = h.client_id \
         WHERE h.agency_id = ",
    );
    sql.bind(viewer.agency()).push(" AND o.agency_id <> ");
    sql.bind(viewer.agency());
    if !reached {
        sql.push(" AND FALSE");
    }
}

/// Adds the condition under which the message of the alias, of a thread that the viewer sees, is in
/// the viewer's sight: neither deleted (K3) nor taken out of the own view (C-28). `state` is the
/// viewer's own row of `thread_state` for the thread, from an outer join.
pub(crate) fn shown(sql: &mut Sql, message: &str, state: &str) {
    sql.push(message).push(".deleted_at IS NULL AND NOT ");
    removed(sql, message, state);
}

/// Adds the condition under which the message of the attachment `a` is not out of the viewer's own
/// view. In a form that no planner turns into a join: it is asked of few rows, in their order.
pub(crate) fn in_own_view(sql: &mut Sql, viewer: &Viewer) {
    sql.push("COALESCE((SELECT ");
    removed(sql, "rm", "rs");
    sql.push(" FROM thread_state rs JOIN message rm ON rm.id = a.message_id WHERE rs.viewer_id = ")
        .bind(viewer.principal().uuid());
    sql.push(
        " AND rs.thread_id = a.thread_id AND rs.removed_seq + rs.removals > 0), FALSE) = FALSE",
    );
}

/// Adds the condition under which what hangs on the message `m`, of a thread that the viewer sees, is
/// in the viewer's sight; like [`shown`], for statements without the viewer's own row.
pub(crate) fn hangs_in_sight(sql: &mut Sql, viewer: &Viewer) {
    sql.push("m.deleted_at IS NULL AND COALESCE((SELECT ");
    removed(sql, "m", "rs");
    sql.push(" FROM thread_state rs WHERE rs.viewer_id = ")
        .bind(viewer.principal().uuid());
    sql.push(
        " AND rs.thread_id = m.thread_id AND rs.removed_seq + rs.removals > 0), FALSE) = FALSE",
    );
}

/// Adds whether the viewer took the message out of the own view; like [`shown`].
pub(crate) fn removed(sql: &mut Sql, message: &str, state: &str) {
    sql.push("(").push(message).push(".seq <= COALESCE(");
    sql.push(state).push(".removed_seq, 0) OR (COALESCE(");
    // Single removals are rare: most viewers have none, and then nothing is looked up.
    sql.push(state)
        .push(".removals, 0) > 0 AND EXISTS (SELECT 1 FROM message_removal e WHERE e.viewer_id = ");
    sql.push(state).push(".viewer_id AND e.thread_id = ");
    sql.push(message).push(".thread_id AND e.seq = ");
    sql.push(message).push(".seq)))");
}

/// Adds what of a reach the grant opens, each condition with ` AND ` behind it: ` audience IN (…)`, or
/// nothing where it covers every audience; of an account's clients no direct thread of one who may
/// not use direct chats.
pub(crate) fn covered(sql: &mut Sql, viewer: &Viewer, grant: &Grant, alias: &str) {
    match (grant.internal, grant.audiences) {
        (true, audiences) if audiences.is_all() => {}
        (true, audiences) if audiences.is_empty() => {
            sql.push(alias).push(".audience IS NULL AND ");
        }
        (true, audiences) => {
            sql.push("(").push(alias).push(".audience IS NULL OR ");
            audience_in(sql, audiences, alias);
            sql.push(") AND ");
        }
        (false, audiences) => {
            audience_in(sql, audiences, alias);
            sql.push(" AND ");
        }
    }
    if let (Reach::ClientsOf(_), Viewer::Account(account)) = (grant.reach, viewer) {
        direct_chats(sql, &account.without_direct_chat(), alias);
    }
}

/// Adds that a thread is no direct one of these clients (K15).
fn direct_chats(sql: &mut Sql, without: &[ClientId], alias: &str) {
    if without.is_empty() {
        return;
    }
    // SECURITY: a client without direct chats does not see those that there were.
    sql.push("(").push(alias).push(".kind <> '");
    sql.push(ThreadKind::Direct.as_str()).push("' OR ");
    sql.push(alias).push(".client_id NOT IN ").list(without);
    sql.push(") AND ");
}

fn audience_in(sql: &mut Sql, audiences: AudienceSet, alias: &str) {
    sql.push(alias).push(".audience IN ");
    sql.words(audiences.iter().map(AudienceKind::as_str));
}

/// Adds the condition under which a thread lies within a reach.
pub(crate) fn within(sql: &mut Sql, reach: Reach, viewer: &Viewer, alias: &str) {
    match reach {
        Reach::Agency(agency) => {
            sql.push(alias).push(".agency_id = ").bind(agency);
        }
        Reach::Listing(staff) => {
            // One look by key for each thread: a list of all that ever listed the viewer grows.
            sql.push("EXISTS (SELECT 1 FROM thread_participant p WHERE p.thread_id = ")
                .push(alias);
            sql.push(".id AND p.principal_id = ").bind(staff).push(")");
        }
        Reach::AssignedTo(_) | Reach::SupervisedBy(_) | Reach::ClientsOf(_) => {
            sql.push("(").push(alias).push(".client_id IN (");
            clients_within(sql, reach, viewer);
            // A thread with several clients has none in its row.
            sql.push(") OR (").push(alias);
            sql.push(
                ".client_id IS NULL AND EXISTS (SELECT 1 FROM thread_client y WHERE y.thread_id = ",
            );
            sql.push(alias).push(".id AND y.client_id IN (");
            clients_within(sql, reach, viewer);
            sql.push("))))");
        }
    }
}

/// Adds a query for the clients of a reach that goes by clients. The column is `client_id`.
pub(crate) fn clients_within(sql: &mut Sql, reach: Reach, viewer: &Viewer) {
    match reach {
        Reach::AssignedTo(staff) => {
            sql.push("SELECT c.client_id FROM care_team_member c WHERE c.staff_id = ")
                .bind(staff);
            on_the_team_today(sql, viewer);
        }
        Reach::SupervisedBy(staff) => {
            sql.push(
                "SELECT c.client_id FROM supervision v \
                 JOIN care_team_member c ON c.staff_id = v.supervisee_id WHERE v.supervisor_id = ",
            );
            sql.bind(staff);
            on_the_team_today(sql, viewer);
        }
        Reach::ClientsOf(account) => {
            sql.push("SELECT c.client_id FROM portal_account_client c WHERE c.account_id = ");
            sql.bind(account);
        }
        Reach::Agency(_) | Reach::Listing(_) => {
            sql.push("SELECT c.client_id FROM care_team_member c WHERE FALSE");
        }
    }
}

/// Adds a query for what the viewer reaches by clients and by listings: `'c'` and a client, or `'t'`
/// and a thread that is not found by one of these clients. No condition of its own: it only narrows
/// where [`visible_threads`] is asked. None where the viewer reaches the agency as a whole, or
/// nothing.
pub(crate) fn reached(sql: &mut Sql, viewer: &Viewer) -> bool {
    let grants = grants(viewer, Action::View);
    let whole = |grant: &Grant| matches!(grant.reach, Reach::Agency(_));
    if grants.is_empty() || grants.iter().any(whole) {
        return false;
    }
    let by_clients: Vec<Reach> = grants
        .iter()
        .map(|grant| grant.reach)
        .filter(|reach| !matches!(reach, Reach::Listing(_)))
        .collect();
    for (i, grant) in grants.iter().enumerate() {
        sql.push(if i > 0 { " UNION " } else { "" });
        let Reach::Listing(staff) = grant.reach else {
            sql.push("SELECT 'c' AS kind, q.client_id AS id FROM (");
            clients_within(sql, grant.reach, viewer);
            sql.push(
                ") q UNION SELECT 't', y.thread_id FROM thread_client y WHERE y.client_id IN (",
            );
            clients_within(sql, grant.reach, viewer);
            sql.push(")");
            continue;
        };
        sql.push("SELECT 't' AS kind, p.thread_id AS id FROM thread_participant p ");
        sql.push("CROSS JOIN thread t WHERE t.id = p.thread_id AND p.principal_id = ")
            .bind(staff);
        for reach in &by_clients {
            sql.push(" AND (t.client_id IS NULL OR t.client_id NOT IN (");
            clients_within(sql, *reach, viewer);
            sql.push("))");
        }
    }
    true
}

pub(crate) fn on_the_team_today(sql: &mut Sql, viewer: &Viewer) {
    let today = viewer.today();
    sql.push(" AND c.start_date <= ").bind(today);
    sql.push(" AND (c.end_date IS NULL OR c.end_date >= ")
        .bind(today)
        .push(")");
}
