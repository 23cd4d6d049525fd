//! The one statement of an inbox page.
//!
//! What a viewer sees is a union of grants, and an `OR` over them in one `WHERE` makes a database
//! scan the world for one of them. So each grant becomes branches that an index answers in order:
//! by agency and audience for a role, by client for a care team, by person for a listing. Each
//! branch stops after a page; the page is the merge of the branches.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, Statement};
use tidings_domain::{AudienceKind, AudienceSet, Lifecycle, ThreadId};
use tidings_policy::{Action, Grant, Reach, Viewer, grants};

use super::{InboxFilter, InboxJoins, InboxState};
use crate::entities::{audience, client, message, staff_member, thread, topic};
use crate::page::InboxPlace;
use crate::sql::Sql;
use crate::visibility::{clients_within, covered, visible_threads};

/// Threads that may have moved to the top while a reader was paging, for each branch.
const MOVED: usize = 1_000;

/// Staff put a thread away for themselves; in a client's inbox it stays (T-33).
const OPEN_TO_CLIENTS: &[Lifecycle] = &[Lifecycle::Open, Lifecycle::Archived];

/// The threads that count as open for a viewer.
pub(crate) fn open_to(viewer: &Viewer) -> &'static [Lifecycle] {
    match viewer {
        Viewer::Staff(_) => &[Lifecycle::Open],
        Viewer::Account(_) => OPEN_TO_CLIENTS,
    }
}

/// How the threads of a client are walked.
const NEWEST_FIRST: &str = " ORDER BY x.last_activity_at DESC, x.id DESC";

/// Which part of a branch counts.
#[derive(Clone, Copy)]
enum Window {
    /// From the top.
    Top,
    /// Behind a place.
    Behind(DateTime<Utc>, ThreadId),
    /// What has moved since the paging began.
    Moved(DateTime<Utc>),
}

struct Query<'a> {
    viewer: &'a Viewer,
    filter: InboxFilter,
    joins: InboxJoins,
    after: Option<InboxPlace>,
    limit: usize,
    first_branch: bool,
}

pub(crate) fn inbox_statement(
    backend: DbBackend,
    viewer: &Viewer,
    filter: InboxFilter,
    joins: InboxJoins,
    after: Option<InboxPlace>,
    first: usize,
) -> Statement {
    let mut sql = Sql::new(backend);
    Query {
        viewer,
        filter,
        joins,
        after,
        limit: first + 1,
        first_branch: true,
    }
    .page(&mut sql);
    sql.statement()
}

impl Query<'_> {
    fn page(&mut self, sql: &mut Sql) {
        let joins = self.joins;
        // The paging is as of the newest thread there is: not of the newest on the first page, which
        // may hold none but pinned ones.
        let top = self.after.is_none();
        sql.push("SELECT k.key, k.pinned, ")
            .push(if top { "k.newest, " } else { "" })
            .columns::<thread::Model>("t");
        sql.push(", s.read_seq, s.unread_adjust, s.pinned");
        let mut extra = |wanted: bool, alias: &str, columns: fn(&mut Sql, &str)| {
            if wanted {
                sql.push(", ");
                columns(sql, alias);
            }
        };
        extra(joins.client, "cl", |sql, alias| {
            let _chain = sql.columns::<client::Model>(alias);
        });
        extra(joins.topic, "tp", |sql, alias| {
            let _chain = sql.columns::<topic::Model>(alias);
        });
        extra(joins.audience, "au", |sql, alias| {
            let _chain = sql.columns::<audience::Model>(alias);
        });
        extra(joins.last_message, "m", |sql, alias| {
            let _chain = sql.columns::<message::Model>(alias);
        });
        extra(joins.last_message, "st", |sql, alias| {
            let _chain = sql.columns::<staff_member::Model>(alias);
        });
        if joins.last_message {
            sql.push(", EXISTS (SELECT 1 FROM message_mark k WHERE k.viewer_id = s.viewer_id");
            sql.push(" AND k.thread_id = t.id AND k.seq = m.seq)");
        }
        sql.push(" FROM (SELECT u.id, u.key, u.pinned");
        sql.push(if top {
            ", MAX(u.key) OVER () AS newest FROM ("
        } else {
            " FROM ("
        });
        self.branches(sql);
        sql.push(") u ORDER BY u.pinned DESC, u.key DESC, u.id DESC LIMIT ")
            .number(self.limit);
        sql.push(") k JOIN thread t ON t.id = k.id");
        sql.push(" LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = ");
        sql.bind(self.viewer.principal().uuid());
        if joins.client {
            sql.push(" LEFT JOIN client cl ON cl.id = t.client_id");
        }
        if joins.topic {
            sql.push(" LEFT JOIN topic tp ON tp.id = t.topic_id");
        }
        if joins.audience {
            sql.push(
                " LEFT JOIN audience au ON au.agency_id = t.agency_id AND au.kind = t.audience",
            );
        }
        if joins.last_message {
            sql.push(" JOIN message m ON m.id = t.last_message_id");
            sql.push(
                " LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF'",
            );
        }
        sql.push(" ORDER BY k.pinned DESC, k.key DESC, k.id DESC");
    }

    /// The union of all branches: columns `id`, `key`, `pinned`.
    fn branches(&mut self, sql: &mut Sql) {
        if self.after.is_none_or(|place| place.pinned) {
            self.pinned(sql);
        }
        let window = match self.after {
            Some(place) if !place.pinned => Window::Behind(place.key, place.thread),
            Some(place) => Window::Behind(place.as_of, ThreadId(uuid::Uuid::max())),
            None => Window::Top,
        };
        self.grants(sql, window);
        if let Some(place) = self.after {
            self.union(sql);
            sql.push("SELECT v.id, v.key, FALSE AS pinned FROM (SELECT b.id, ");
            as_of_key(sql, "b.id", place.as_of);
            sql.push(" AS key FROM (");
            self.first_branch = true;
            self.grants(sql, Window::Moved(place.as_of));
            sql.push(") b) v WHERE v.key IS NOT NULL");
            if !place.pinned {
                sql.push(" AND (v.key, v.id) < (")
                    .bind(place.key)
                    .push(", ");
                sql.bind(place.thread).push(")");
            }
        }
    }

    fn union(&mut self, sql: &mut Sql) {
        if !std::mem::take(&mut self.first_branch) {
            sql.push(" UNION ");
        }
    }

    /// A viewer's pinned threads: at most a hundred, so they are sorted rather than walked.
    fn pinned(&mut self, sql: &mut Sql) {
        self.union(sql);
        sql.push("SELECT * FROM (SELECT t.id, ");
        match self.after {
            Some(place) => {
                sql.push("CASE WHEN t.last_activity_at > ")
                    .bind(place.as_of)
                    .push(" THEN ");
                as_of_key(sql, "t.id", place.as_of);
                sql.push(" ELSE t.last_activity_at END");
            }
            None => _ = sql.push("t.last_activity_at"),
        }
        sql.push(" AS key, TRUE AS pinned FROM thread_state s CROSS JOIN thread t");
        sql.push(" WHERE t.id = s.thread_id AND s.viewer_id = ")
            .bind(self.viewer.principal().uuid());
        sql.push(" AND s.pinned IS TRUE AND ");
        visible_threads(sql, self.viewer, Action::View, "t");
        sql.push(" AND t.lifecycle IN (");
        for (i, lifecycle) in self.lifecycles().iter().enumerate() {
            sql.push(if i == 0 { "'" } else { ", '" })
                .push(lifecycle.as_str())
                .push("'");
        }
        sql.push(")");
        self.narrow(sql, false);
        sql.push(") p");
        if let Some(place) = self.after {
            sql.push(" WHERE (p.key, p.id) < (")
                .bind(place.key)
                .push(", ");
            sql.bind(place.thread).push(")");
        }
    }

    fn grants(&mut self, sql: &mut Sql, window: Window) {
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

    fn lifecycles(&self) -> &'static [Lifecycle] {
        match (self.filter.state, self.viewer) {
            (InboxState::Deleted, _) => &[Lifecycle::Deleted],
            (InboxState::AllIncludingArchived, _) => OPEN_TO_CLIENTS,
            (_, viewer) => open_to(viewer),
        }
    }

    fn grant(&mut self, sql: &mut Sql, grant: &Grant, lifecycle: Lifecycle, window: Window) {
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
        window: Window,
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
    fn by_clients(&mut self, sql: &mut Sql, grant: &Grant, lifecycle: Lifecycle, window: Window) {
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
    fn merge_on_sqlite(&self, sql: &mut Sql, grant: &Grant, lifecycle: Lifecycle, window: Window) {
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
        window: Window,
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
        window: Window,
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
    fn one_client(&mut self, sql: &mut Sql, lifecycle: Lifecycle, window: Window) {
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
            Window::Behind(key, thread) => {
                sql.push(" AND (")
                    .push(time)
                    .push(", ")
                    .push(id)
                    .push(") < (");
                sql.bind(key).push(", ").bind(thread).push(")");
            }
            Window::Moved(as_of) => _ = sql.push(" AND ").push(time).push(" > ").bind(as_of),
        }
        self.narrow_as(sql, alias, true);
    }

    /// How many threads of a branch count at most.
    fn bound(&self, window: Window) -> usize {
        match window {
            Window::Moved(_) => MOVED,
            Window::Top | Window::Behind(..) => self.limit,
        }
    }

    fn narrow(&self, sql: &mut Sql, unpinned: bool) {
        if let Some(client) = self.filter.client {
            sql.push(" AND t.client_id = ").bind(client);
        }
        if let Some(kind) = self.filter.audience {
            sql.push(" AND t.audience = '")
                .push(kind.as_str())
                .push("'");
        }
        self.narrow_as(sql, "t", unpinned);
    }

    /// The filters that no index of a branch answers.
    fn narrow_as(&self, sql: &mut Sql, alias: &str, unpinned: bool) {
        let viewer = self.viewer.principal().uuid();
        if let Some(topic) = self.filter.topic {
            sql.push(" AND ")
                .push(alias)
                .push(".topic_id = ")
                .bind(topic);
        }
        if unpinned {
            sql.push(" AND ")
                .push(alias)
                .push(".id NOT IN (SELECT i.thread_id FROM thread_state i WHERE i.viewer_id = ");
            sql.bind(viewer).push(" AND i.pinned IS TRUE)");
        }
        let unread = match self.filter.state {
            InboxState::Unread => "> 0",
            InboxState::Read => "= 0",
            _ => return,
        };
        sql.push(" AND ").push(alias).push(".last_seq - COALESCE((SELECT n.read_seq - n.unread_adjust FROM thread_state n WHERE n.viewer_id = ");
        sql.bind(viewer)
            .push(" AND n.thread_id = ")
            .push(alias)
            .push(".id), 0) ")
            .push(unread);
    }
}

/// When the thread was last active as of a moment; empty if it did not exist yet.
fn as_of_key(sql: &mut Sql, thread: &str, as_of: DateTime<Utc>) {
    sql.push("(SELECT a.created_at FROM message a WHERE a.thread_id = ")
        .push(thread);
    sql.push(" AND a.created_at <= ")
        .bind(as_of)
        .push(" ORDER BY a.seq DESC LIMIT 1)");
}
