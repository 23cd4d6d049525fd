//! The one statement of an inbox page.
//!
//! What a viewer sees is a union of grants, and an `OR` over them in one `WHERE` makes a database
//! scan the world for one of them. So each grant becomes branches that an index answers in order:
//! by agency and audience for a role, by client for a care team, by person for a listing. Each
//! branch stops after a page; the page is the merge of the branches.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, Statement};
use tidings_domain::{Lifecycle, ThreadId};
use tidings_policy::{Action, Reach, Viewer};

use super::{InboxFilter, InboxJoins, InboxKind, InboxState, as_of};
use crate::entities::{audience, client, staff_member, thread, topic};
use crate::message;
use crate::own_view::hidden_threads;
use crate::page::InboxPlace;
use crate::read_state::ViewerState;
use crate::sql::Sql;
use crate::visibility::{removed, visible_threads, within};

/// Staff put a thread away for themselves; in a client's inbox it stays (T-33).
pub(super) const OPEN_TO_CLIENTS: &[Lifecycle] = &[Lifecycle::Open, Lifecycle::Archived];

/// The threads that count as open for a viewer.
pub(crate) fn open_to(viewer: &Viewer) -> &'static [Lifecycle] {
    match viewer {
        Viewer::Staff(_) => &[Lifecycle::Open],
        Viewer::Account(_) => OPEN_TO_CLIENTS,
    }
}

/// Which part of a branch counts.
#[derive(Clone, Copy)]
pub(super) enum Window<'a> {
    /// From the top.
    Top,
    /// Behind a key and a thread, for a paging as of the place.
    Behind(DateTime<Utc>, ThreadId, &'a InboxPlace),
    /// What has moved since the paging began.
    Moved(&'a InboxPlace),
}

pub(super) struct Query<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) filter: InboxFilter,
    pub(super) joins: InboxJoins,
    pub(super) after: Option<&'a InboxPlace>,
    pub(super) limit: usize,
    pub(super) first_branch: bool,
}

pub(crate) fn inbox_statement(
    backend: DbBackend,
    viewer: &Viewer,
    filter: InboxFilter,
    joins: InboxJoins,
    after: Option<&InboxPlace>,
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
        self.elsewhere(sql);
        sql.push("SELECT k.key, k.pinned, ")
            .columns::<thread::Model>("t");
        ViewerState::columns(sql, self.viewer);
        let mut extra = |wanted: bool, alias: &str, columns: &dyn Fn(&mut Sql, &str)| {
            if wanted {
                sql.push(", ");
                columns(sql, alias);
            }
        };
        extra(joins.client, "cl", &|sql, alias| {
            let _chain = sql.columns::<client::Model>(alias);
        });
        extra(joins.topic, "tp", &|sql, alias| {
            let _chain = sql.columns::<topic::Model>(alias);
        });
        extra(joins.audience, "au", &|sql, alias| {
            let _chain = sql.columns::<audience::Model>(alias);
        });
        extra(joins.last_message, "m", &|sql, _| {
            let _chain = message::columns(sql, joins.html);
        });
        extra(joins.last_message, "st", &|sql, alias| {
            let _chain = sql.columns::<staff_member::Model>(alias);
        });
        if joins.last_message {
            sql.push(", ");
            removed(sql, "m", "s");
            sql.push(", EXISTS (SELECT 1 FROM message_mark k WHERE k.viewer_id = s.viewer_id");
            sql.push(" AND k.thread_id = t.id AND k.seq = m.seq)");
        }
        if self.after.is_none() {
            as_of::tell(sql);
        }
        // Two branches may find the same thread: grouped, it counts once. A `UNION` would fill a
        // table for each branch instead.
        sql.push(" FROM (SELECT u.id, u.key, u.pinned FROM (");
        self.branches(sql);
        sql.push(") u GROUP BY u.pinned, u.key, u.id");
        sql.push(" ORDER BY u.pinned DESC, u.key DESC, u.id DESC LIMIT ")
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

    /// All branches behind each other: columns `id`, `key`, `pinned`.
    fn branches(&mut self, sql: &mut Sql) {
        let listed = !self.lifecycles().is_empty();
        if listed && self.after.is_none_or(|place| place.pinned) {
            self.pinned(sql);
        }
        let window = match self.after {
            Some(place) if !place.pinned => Window::Behind(place.key, place.thread, place),
            Some(place) => Window::Behind(place.as_of, ThreadId(uuid::Uuid::max()), place),
            None => Window::Top,
        };
        self.grants(sql, window);
        if let Some(place) = self.after {
            self.union(sql);
            sql.push("SELECT v.id, v.key, FALSE AS pinned FROM (SELECT b.id, ");
            as_of::key(sql, "b.id", place);
            sql.push(" AS key FROM (");
            self.first_branch = true;
            self.grants(sql, Window::Moved(place));
            sql.push(") b) v WHERE v.key IS NOT NULL");
            if !place.pinned {
                sql.push(" AND (v.key, v.id) < (")
                    .bind(place.key)
                    .push(", ");
                sql.bind(place.thread).push(")");
            }
        }
    }

    pub(super) fn union(&mut self, sql: &mut Sql) {
        if !std::mem::take(&mut self.first_branch) {
            sql.push(" UNION ALL ");
        }
    }

    /// A viewer's pinned threads: at most a hundred, so they are sorted rather than walked.
    fn pinned(&mut self, sql: &mut Sql) {
        self.union(sql);
        sql.push("SELECT * FROM (SELECT t.id, ");
        match self.after {
            Some(place) => {
                let settled = as_of::settled(sql, place);
                sql.push("CASE WHEN t.last_activity_at > ")
                    .bind(settled)
                    .push(" THEN ");
                as_of::key(sql, "t.id", place);
                sql.push(" ELSE t.last_activity_at END");
            }
            None => _ = sql.push("t.last_activity_at"),
        }
        sql.push(" AS key, TRUE AS pinned FROM thread_state s CROSS JOIN thread t");
        sql.push(" WHERE t.id = s.thread_id AND s.viewer_id = ")
            .bind(self.viewer.principal().uuid());
        sql.push(" AND s.pinned IS TRUE AND ");
        visible_threads(sql, self.viewer, Action::View, "t");
        if self.filter.state == InboxState::Deleted {
            sql.push(" AND t.deleted_messages > 0");
        } else {
            sql.push(" AND t.lifecycle IN ");
            sql.words(self.lifecycles().iter().map(|lifecycle| lifecycle.as_str()));
        }
        self.narrow(sql, false);
        sql.push(") p");
        if let Some(place) = self.after {
            sql.push(" WHERE (p.key, p.id) < (")
                .bind(place.key)
                .push(", ");
            sql.bind(place.thread).push(")");
        }
    }

    fn narrow(&self, sql: &mut Sql, unpinned: bool) {
        if let Some(client) = self.filter.client {
            sql.push(" AND (t.client_id = ").bind(client);
            sql.push(" OR EXISTS (SELECT 1 FROM thread_client y WHERE y.thread_id = t.id AND y.client_id = ");
            sql.bind(client).push("))");
        }
        if let Some(kind) = self.filter.audience {
            sql.push(" AND t.audience = '")
                .push(kind.as_str())
                .push("'");
        }
        self.narrow_to(sql, "t");
        self.narrow_as(sql, "t", unpinned);
    }

    /// The filters that choose branches, where the branches do not (TX-01, TX-02).
    pub(super) fn narrow_to(&self, sql: &mut Sql, alias: &str) {
        match self.filter.kind {
            Some(InboxKind::Client) => {
                sql.push(" AND ").push(alias).push(".audience IS NOT NULL");
            }
            Some(InboxKind::Internal) => {
                sql.push(" AND ").push(alias).push(".audience IS NULL");
            }
            None => {}
        }
        if let Some(staff) = self.viewer.staff().filter(|_| self.filter.my_clients) {
            sql.push(" AND (");
            within(sql, Reach::AssignedTo(staff.id), self.viewer, alias);
            sql.push(")");
        }
    }

    /// The filters that no index of a branch answers.
    pub(super) fn narrow_as(&self, sql: &mut Sql, alias: &str, unpinned: bool) {
        let viewer = self.viewer.principal().uuid();
        if let Some(topic) = self.filter.topic {
            sql.push(" AND ")
                .push(alias)
                .push(".topic_id = ")
                .bind(topic);
        }
        self.standing_here(sql, alias, unpinned);
        let unread = match self.filter.state {
            InboxState::Unread => "> 0",
            InboxState::Read => "= 0",
            _ => return,
        };
        sql.push(" AND ").push(alias).push(".last_seq - ")
            .push(alias)
            .push(".deleted_messages - COALESCE((SELECT n.read_seq - n.unread_adjust FROM thread_state n WHERE n.viewer_id = ");
        sql.bind(viewer)
            .push(" AND n.thread_id = ")
            .push(alias)
            .push(".id), 0) ")
            .push(unread);
    }

    /// Adds the threads that stand at another place than where their last activity puts them: pinned
    /// ones above the others, hidden ones apart. Told once for all branches: PostgreSQL takes the cost
    /// of finding them for one of each thread that a branch looks at, and with much of it reads and
    /// sorts a whole list instead of walking down an index.
    fn elsewhere(&self, sql: &mut Sql) {
        sql.push("WITH elsewhere (thread_id) AS MATERIALIZED (");
        sql.push("SELECT i.thread_id FROM thread_state i WHERE i.viewer_id = ")
            .bind(self.viewer.principal().uuid());
        sql.push(" AND i.pinned IS TRUE");
        if self.filter.state != InboxState::Hidden {
            sql.push(" UNION ALL ");
            hidden_threads(sql, self.viewer, false);
        }
        sql.push(") ");
    }

    /// Adds ` AND …`: the thread stands in this place, among the pinned or among the others.
    fn standing_here(&self, sql: &mut Sql, alias: &str, unpinned: bool) {
        let hidden = self.filter.state == InboxState::Hidden;
        if hidden || !unpinned {
            sql.push(" AND ").push(alias).push(".id ");
            sql.push(if hidden { "IN (" } else { "NOT IN (" });
            hidden_threads(sql, self.viewer, hidden);
            sql.push(")");
        }
        if unpinned {
            sql.push(" AND ").push(alias).push(".id NOT IN ");
            sql.push("(SELECT e.thread_id FROM elsewhere e)");
        }
    }
}
