//! The branches of an inbox page: one for each way in which a viewer reaches threads.

use tidings_domain::{AudienceKind, AudienceSet, Lifecycle};
use tidings_policy::{Action, Grant, Reach, Viewer, grants};

use super::statement::{OPEN_TO_CLIENTS, Query, Window, open_to};
use super::{InboxKind, InboxState, as_of};
use crate::sql::Sql;
use crate::visibility::{clients_within, covered, visible_threads};

/// Threads that may have moved to the top while a reader was paging, for each branch.
const MOVED: usize = 1_000;

/// Where a thread keeps its clients: one in its row, several beside it (K5).
#[derive(Clone, Copy)]
enum Held {
    InTheRow,
    Beside,
}

impl Held {
    /// Adds ` FROM thread x WHERE … = client`: the threads of a client.
    fn threads_of(self, sql: &mut Sql, client: &str) {
        sql.push(match self {
            Self::InTheRow => " FROM thread x WHERE x.client_id = ",
            // `CROSS JOIN`: SQLite keeps the order.
            Self::Beside => {
                " FROM thread_client y CROSS JOIN thread x WHERE x.id = y.thread_id \
                 AND y.client_id = "
            }
        });
        sql.push(client);
    }

    /// The columns by which an index sorts them: last activity and id.
    const fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::InTheRow => ("x.last_activity_at", "x.id"),
            Self::Beside => ("y.last_activity_at", "y.thread_id"),
        }
    }

    fn newest_first(self, sql: &mut Sql) {
        let (time, id) = self.columns();
        sql.push(" ORDER BY ").push(time).push(" DESC, ");
        sql.push(id).push(" DESC");
    }
}

/// Adds the condition under which a thread stands where it is looked for. Among the deleted ones stand
/// those, too, of which messages were deleted: it is there that staff find them (K3, T-14).
fn standing(sql: &mut Sql, alias: &str, lifecycle: Lifecycle) {
    sql.push(alias);
    if lifecycle == Lifecycle::Deleted {
        sql.push(".deleted_messages > 0");
    } else {
        sql.push(".lifecycle = '")
            .push(lifecycle.as_str())
            .push("'");
    }
}

/// Which threads of a client a branch takes.
#[derive(Clone, Copy)]
struct OfClient<'a> {
    grant: &'a Grant,
    lifecycle: Lifecycle,
    window: Window<'a>,
}

impl Query<'_> {
    pub(super) fn grants(&mut self, sql: &mut Sql, window: Window<'_>) {
        let mut grants = grants(self.viewer, Action::View);
        if let Some(kind) = self.filter.audience {
            // An audience that the viewer sees everywhere needs no other branch.
            let everywhere =
                |g: &&Grant| matches!(g.reach, Reach::Agency(_)) && g.audiences.has(kind);
            if let Some(whole) = grants.iter().find(everywhere).copied() {
                grants = vec![whole];
            }
        }
        let before = self.first_branch;
        if self.filter.client.is_some() {
            for lifecycle in self.lifecycles() {
                self.one_client(sql, *lifecycle, window);
            }
        } else if let Some(own) = self.own_clients() {
            for lifecycle in self.lifecycles() {
                self.grant(sql, &own, *lifecycle, window);
            }
        } else {
            for grant in &grants {
                for lifecycle in self.lifecycles() {
                    self.grant(sql, grant, *lifecycle, window);
                }
            }
        }
        if self.first_branch && before {
            // Nothing is granted: an empty branch keeps the statement whole.
            self.union(sql);
            sql.push(
                "SELECT t.id, t.last_activity_at AS key, FALSE AS pinned FROM thread t WHERE FALSE",
            );
        }
    }

    pub(super) fn lifecycles(&self) -> &'static [Lifecycle] {
        match (self.filter.state, self.viewer) {
            (InboxState::Deleted, Viewer::Account(_)) => &[],
            (InboxState::Deleted, Viewer::Staff(_)) => &[Lifecycle::Deleted],
            (InboxState::AllIncludingArchived | InboxState::Hidden, _) => OPEN_TO_CLIENTS,
            (_, viewer) => open_to(viewer),
        }
    }

    /// The threads of the staff member's own clients, if the inbox is narrowed to these: what of them is
    /// seen is asked of each (TX-02).
    fn own_clients(&self) -> Option<Grant> {
        let staff = self.viewer.staff().filter(|_| self.filter.my_clients)?;
        Some(Grant {
            reach: Reach::AssignedTo(staff.id),
            audiences: AudienceSet::ALL,
            internal: false,
            deleted: true,
        })
    }

    fn grant(&mut self, sql: &mut Sql, grant: &Grant, lifecycle: Lifecycle, window: Window<'_>) {
        let audiences = match (self.filter.kind, self.filter.audience) {
            (Some(InboxKind::Internal), _) => AudienceSet::NONE,
            (_, Some(kind)) => grant.audiences.intersection(AudienceSet::of(&[kind])),
            (_, None) => grant.audiences,
        };
        let internal = grant.internal
            && self.filter.audience.is_none()
            && self.filter.kind != Some(InboxKind::Client);
        if audiences.is_empty() && !internal {
            return;
        }
        let narrowed = Grant {
            audiences,
            internal,
            ..*grant
        };
        match grant.reach {
            Reach::Agency(_) => {
                for kind in audiences.iter() {
                    self.by_agency(sql, kind, lifecycle, window);
                }
            }
            Reach::Listing(staff) => {
                self.open_branch(sql);
                // `CROSS JOIN`: SQLite keeps the order, and so walks the viewer's own list rather
                // than every thread of the agency.
                sql.push(" FROM thread_participant p CROSS JOIN thread t");
                sql.push(" WHERE t.id = p.thread_id AND p.principal_id = ");
                sql.bind(staff)
                    .push(" AND t.agency_id = ")
                    .bind(self.viewer.agency())
                    .push(" AND ");
                covered(sql, self.viewer, &narrowed, "t");
                standing(sql, "t", lifecycle);
                self.close_branch(sql, window, "p.last_activity_at", "p.thread_id");
            }
            Reach::AssignedTo(_) | Reach::SupervisedBy(_) | Reach::ClientsOf(_) => {
                self.by_clients(sql, &narrowed, lifecycle, window);
            }
        }
    }

    fn by_agency(
        &mut self,
        sql: &mut Sql,
        kind: AudienceKind,
        lifecycle: Lifecycle,
        window: Window<'_>,
    ) {
        self.open_branch(sql);
        sql.push(" FROM thread t WHERE t.agency_id = ")
            .bind(self.viewer.agency());
        sql.push(" AND t.audience = '").push(kind.as_str());
        sql.push("' AND ");
        standing(sql, "t", lifecycle);
        self.close_branch(sql, window, "t.last_activity_at", "t.id");
    }

    /// The merge of the threads of each client, newest first, which takes no more of them than the
    /// page has, whether they are about one client or several. The databases spell it differently.
    fn by_clients(
        &mut self,
        sql: &mut Sql,
        grant: &Grant,
        lifecycle: Lifecycle,
        window: Window<'_>,
    ) {
        self.union(sql);
        sql.push("SELECT z.id, z.key, FALSE AS pinned FROM (");
        let of = OfClient {
            grant,
            lifecycle,
            window,
        };
        if sql.postgres() {
            self.merge_on_postgres(sql, of);
        } else {
            self.merge_on_sqlite(sql, of);
        }
        sql.push(") z");
    }

    /// A recursion whose rows wait in order: the newest thread of each client, and behind each that
    /// is taken the client's next. A client stands in two queues, since its threads stand in two
    /// indexes: `beside` tells them apart.
    fn merge_on_sqlite(&self, sql: &mut Sql, of: OfClient<'_>) {
        sql.push(
            "WITH RECURSIVE h (client_id, beside, id, key) AS (SELECT g.client_id, b.beside, t.id, \
             t.last_activity_at FROM (SELECT DISTINCT q.client_id FROM (",
        );
        clients_within(sql, of.grant.reach, self.viewer);
        sql.push(") q) g CROSS JOIN (SELECT 0 AS beside UNION ALL SELECT 1) b");
        sql.push(" CROSS JOIN thread t WHERE t.rowid = CASE b.beside ");
        self.newest(sql, of, "g.client_id", "");
        sql.push(" UNION ALL SELECT h.client_id, h.beside, t.id, t.last_activity_at");
        sql.push(" FROM h CROSS JOIN thread t WHERE t.rowid = CASE h.beside ");
        self.newest(sql, of, "h.client_id", "(h.key, h.id)");
        sql.push(" ORDER BY 4 DESC, 3 DESC LIMIT ");
        sql.number(self.bound(of.window))
            .push(") SELECT id, key FROM h");
    }

    /// Adds the branches of a `CASE`: the row of the client's newest thread in either queue, behind
    /// a place if there is one.
    fn newest(&self, sql: &mut Sql, of: OfClient<'_>, client: &str, behind: &str) {
        for (held, case) in [(Held::InTheRow, "WHEN 0 THEN"), (Held::Beside, " ELSE")] {
            sql.push(case).push(" (SELECT x.rowid");
            self.of_client(sql, of, held, client);
            if !behind.is_empty() {
                let (time, id) = held.columns();
                sql.push(" AND (").push(time).push(", ").push(id);
                sql.push(") < ").push(behind);
            }
            held.newest_first(sql);
            sql.push(" LIMIT 1)");
        }
        sql.push(" END");
    }

    /// The first few of each client tell how far down the page reaches at most; then each client's
    /// threads down to there.
    fn merge_on_postgres(&self, sql: &mut Sql, of: OfClient<'_>) {
        let moved = matches!(of.window, Window::Moved(_));
        sql.push("WITH g AS MATERIALIZED (SELECT DISTINCT q.client_id FROM (");
        clients_within(sql, of.grant.reach, self.viewer);
        sql.push(") q)");
        if !moved {
            sql.push(", low AS (SELECT CASE WHEN COUNT(*) = ")
                .number(self.limit)
                .push(" THEN MIN(f.key) ELSE '-infinity' END AS key FROM (SELECT y.key FROM g ")
                .push("CROSS JOIN LATERAL (");
            self.either(sql, of, "", 2);
            sql.push(") y ORDER BY y.key DESC LIMIT ")
                .number(self.limit)
                .push(") f)");
        }
        sql.push(" SELECT y.id, y.key FROM g CROSS JOIN LATERAL (");
        let down_to = if moved {
            ""
        } else {
            "(SELECT low.key FROM low)"
        };
        self.either(sql, of, down_to, self.bound(of.window));
        sql.push(") y");
    }

    /// Adds the first threads of a client in either index, down to a moment if there is one.
    fn either(&self, sql: &mut Sql, of: OfClient<'_>, down_to: &str, limit: usize) {
        for (held, begin) in [(Held::InTheRow, "("), (Held::Beside, ") UNION ALL (")] {
            let (time, id) = held.columns();
            sql.push(begin).push("SELECT ").push(id).push(" AS id, ");
            sql.push(time).push(" AS key");
            self.of_client(sql, of, held, "g.client_id");
            if !down_to.is_empty() {
                sql.push(" AND ").push(time).push(" >= ").push(down_to);
            }
            held.newest_first(sql);
            sql.push(" LIMIT ").number(limit);
        }
        sql.push(")");
    }

    /// Adds ` FROM thread x WHERE …`: what the grant opens of one client within a window.
    fn of_client(&self, sql: &mut Sql, of: OfClient<'_>, held: Held, client: &str) {
        let (time, id) = held.columns();
        held.threads_of(sql, client);
        sql.push(" AND x.agency_id = ")
            .bind(self.viewer.agency())
            .push(" AND ");
        covered(sql, self.viewer, of.grant, "x");
        standing(sql, "x", of.lifecycle);
        if self.filter.my_clients && self.viewer.staff().is_some() {
            // SECURITY: an assignment opens nothing by itself.
            sql.push(" AND ");
            visible_threads(sql, self.viewer, Action::View, "x");
        }
        if matches!(held, Held::Beside) {
            // A thread counts for one of its clients, so that it takes one place on the page.
            sql.push(" AND NOT EXISTS (SELECT 1 FROM (");
            clients_within(sql, of.grant.reach, self.viewer);
            sql.push(") q CROSS JOIN thread_client e WHERE e.thread_id = y.thread_id");
            sql.push(" AND e.client_id = q.client_id AND e.client_id < y.client_id)");
        }
        self.within(sql, of.window, time, id, "x");
    }

    /// All that the viewer sees of one client: few threads, so the whole rule stands in one place.
    fn one_client(&mut self, sql: &mut Sql, lifecycle: Lifecycle, window: Window<'_>) {
        for held in [Held::InTheRow, Held::Beside] {
            let (time, id) = held.columns();
            self.union(sql);
            sql.push("SELECT * FROM (SELECT x.id, x.last_activity_at AS key, FALSE AS pinned");
            held.threads_of(sql, "");
            sql.bind(self.filter.client);
            sql.push(" AND ");
            standing(sql, "x", lifecycle);
            sql.push(" AND ");
            visible_threads(sql, self.viewer, Action::View, "x");
            if let Some(kind) = self.filter.audience {
                sql.push(" AND x.audience = '")
                    .push(kind.as_str())
                    .push("'");
            }
            self.narrow_to(sql, "x");
            self.within(sql, window, time, id, "x");
            held.newest_first(sql);
            sql.push(" LIMIT ").number(self.bound(window)).push(") z");
        }
    }

    fn open_branch(&mut self, sql: &mut Sql) {
        self.union(sql);
        sql.push("SELECT * FROM (SELECT t.id, t.last_activity_at AS key, FALSE AS pinned");
    }

    fn close_branch(&self, sql: &mut Sql, window: Window, time: &str, id: &str) {
        self.within(sql, window, time, id, "t");
        sql.push(" ORDER BY ")
            .push(time)
            .push(" DESC, ")
            .push(id)
            .push(" DESC LIMIT ")
            .number(self.bound(window))
            .push(") z");
    }

    /// Keyset and filters of a branch.
    fn within(&self, sql: &mut Sql, window: Window, time: &str, id: &str, alias: &str) {
        match window {
            Window::Top => {}
            Window::Behind(key, thread, place) => {
                sql.push(" AND (")
                    .push(time)
                    .push(", ")
                    .push(id)
                    .push(") < (");
                sql.bind(key).push(", ").bind(thread).push(")");
                as_of::unmoved(sql, alias, time, key, place);
            }
            Window::Moved(place) => as_of::moved(sql, alias, time, place),
        }
        self.narrow_as(sql, alias, true);
    }

    /// How many threads of a branch count at most.
    fn bound(&self, window: Window<'_>) -> usize {
        match window {
            Window::Moved(_) => MOVED,
            Window::Top | Window::Behind(..) => self.limit,
        }
    }
}
