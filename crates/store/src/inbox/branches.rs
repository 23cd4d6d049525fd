//! The branches of an inbox page: one for each way in which a viewer reaches threads.

use tidings_domain::{AudienceKind, AudienceSet, Lifecycle};
use tidings_policy::{Action, Grant, Reach, grants};

use super::statement::{OPEN_TO_CLIENTS, Query, Window, open_to};
use super::{InboxState, as_of};
use crate::sql::Sql;
use crate::visibility::{clients_within, covered, visible_threads};

/// Threads that may have moved to the top while a reader was paging, for each branch.
const MOVED: usize = 1_000;

/// How the threads of a client are walked.
const NEWEST_FIRST: &str = " ORDER BY x.last_activity_at DESC, x.id DESC";

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
            (InboxState::Deleted, _) => &[Lifecycle::Deleted],
            (InboxState::AllIncludingArchived, _) => OPEN_TO_CLIENTS,
            (_, viewer) => open_to(viewer),
        }
    }

    fn grant(&mut self, sql: &mut Sql, grant: &Grant, lifecycle: Lifecycle, window: Window<'_>) {
        let audiences = match self.filter.audience {
            Some(kind) => grant.audiences.intersection(AudienceSet::of(&[kind])),
            None => grant.audiences,
        };
        let internal = grant.internal && self.filter.audience.is_none();
        if audiences.is_empty() && !internal {
            return;
        }
        let narrowed = Grant {
            reach: grant.reach,
            audiences,
            internal,
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
                covered(sql, &narrowed, "t");
                sql.push("t.lifecycle = '")
                    .push(lifecycle.as_str())
                    .push("'");
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
        sql.push("' AND t.lifecycle = '")
            .push(lifecycle.as_str())
            .push("'");
        self.close_branch(sql, window, "t.last_activity_at", "t.id");
    }

    /// The merge of the threads of each client, newest first, which takes no more of them than the
    /// page has. The databases spell it differently.
    fn by_clients(
        &mut self,
        sql: &mut Sql,
        grant: &Grant,
        lifecycle: Lifecycle,
        window: Window<'_>,
    ) {
        self.union(sql);
        sql.push("SELECT z.id, z.key, FALSE AS pinned FROM (");
        if sql.postgres() {
            self.merge_on_postgres(sql, grant, lifecycle, window);
        } else {
            self.merge_on_sqlite(sql, grant, lifecycle, window);
        }
        sql.push(") z");
    }

    /// A recursion whose rows wait in order: the newest thread of each client, and behind each that
    /// is taken the client's next.
    fn merge_on_sqlite(
        &self,
        sql: &mut Sql,
        grant: &Grant,
        lifecycle: Lifecycle,
        window: Window<'_>,
    ) {
        sql.push(
            "WITH RECURSIVE h (client_id, id, key) AS (SELECT g.client_id, t.id, \
             t.last_activity_at FROM (SELECT DISTINCT q.client_id FROM (",
        );
        clients_within(sql, grant.reach, self.viewer);
        sql.push(") q) g CROSS JOIN thread t WHERE t.rowid = (SELECT x.rowid");
        self.of_client(sql, grant, lifecycle, window, "g.client_id");
        sql.push(NEWEST_FIRST).push(" LIMIT 1) UNION ALL ");
        sql.push("SELECT h.client_id, t.id, t.last_activity_at FROM h CROSS JOIN thread t");
        sql.push(" WHERE t.rowid = (SELECT x.rowid");
        self.of_client(sql, grant, lifecycle, window, "h.client_id");
        sql.push(" AND (x.last_activity_at, x.id) < (h.key, h.id)");
        sql.push(NEWEST_FIRST)
            .push(" LIMIT 1) ORDER BY 3 DESC, 2 DESC LIMIT ");
        sql.number(self.bound(window))
            .push(") SELECT id, key FROM h");
    }

    /// The first few of each client tell how far down the page reaches at most; then each client's
    /// threads down to there.
    fn merge_on_postgres(
        &self,
        sql: &mut Sql,
        grant: &Grant,
        lifecycle: Lifecycle,
        window: Window<'_>,
    ) {
        let moved = matches!(window, Window::Moved(_));
        sql.push("WITH g AS MATERIALIZED (SELECT DISTINCT q.client_id FROM (");
        clients_within(sql, grant.reach, self.viewer);
        sql.push(") q)");
        if !moved {
            sql.push(", low AS (SELECT CASE WHEN COUNT(*) = ")
                .number(self.limit)
                .push(" THEN MIN(f.key) ELSE '-infinity' END AS key FROM (SELECT y.key FROM g ")
                .push("CROSS JOIN LATERAL (SELECT x.last_activity_at AS key");
            self.of_client(sql, grant, lifecycle, window, "g.client_id");
            sql.push(NEWEST_FIRST)
                .push(" LIMIT 2) y ORDER BY y.key DESC LIMIT ")
                .number(self.limit)
                .push(") f)");
        }
        sql.push(" SELECT y.id, y.key FROM g CROSS JOIN LATERAL (");
        sql.push("SELECT x.id, x.last_activity_at AS key");
        self.of_client(sql, grant, lifecycle, window, "g.client_id");
        if !moved {
            sql.push(" AND x.last_activity_at >= (SELECT low.key FROM low)");
        }
        sql.push(NEWEST_FIRST)
            .push(" LIMIT ")
            .number(self.bound(window))
            .push(") y");
    }

    /// Adds ` FROM thread x WHERE …`: what the grant opens of one client within a window.
    fn of_client(
        &self,
        sql: &mut Sql,
        grant: &Grant,
        lifecycle: Lifecycle,
        window: Window<'_>,
        client: &str,
    ) {
        sql.push(" FROM thread x WHERE x.client_id = ")
            .push(client)
            .push(" AND x.agency_id = ")
            .bind(self.viewer.agency())
            .push(" AND ");
        covered(sql, grant, "x");
        sql.push("x.lifecycle = '")
            .push(lifecycle.as_str())
            .push("'");
        self.within(sql, window, "x.last_activity_at", "x.id", "x");
    }

    /// All that the viewer sees of one client: few threads, so the whole rule stands in one place.
    fn one_client(&mut self, sql: &mut Sql, lifecycle: Lifecycle, window: Window<'_>) {
        self.open_branch(sql);
        sql.push(" FROM thread t WHERE t.client_id = ")
            .bind(self.filter.client);
        sql.push(" AND t.lifecycle = '")
            .push(lifecycle.as_str())
            .push("' AND ");
        visible_threads(sql, self.viewer, Action::View, "t");
        if let Some(kind) = self.filter.audience {
            sql.push(" AND t.audience = '")
                .push(kind.as_str())
                .push("'");
        }
        self.close_branch(sql, window, "t.last_activity_at", "t.id");
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
