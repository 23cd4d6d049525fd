//! The statements of the limit: one a page, written for the shape of its viewer.

/// What a page shows of each thread; the rows of `k` are `id`, `at`, `pinned` of one page.
macro_rules! inbox {
    ($page:expr) => {
        concat!(
            "SELECT t.id, t.subject, t.last_activity_at, t.last_seq, s.read_seq, s.unread_adjust, \
             t.audience, c.id, c.display_name, m.id, m.body, m.created_at, m.author_kind, \
             st.display_name FROM (",
            $page,
            ") k JOIN thread t ON t.id = k.id \
             LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = $1 \
             LEFT JOIN client c ON c.id = t.client_id \
             JOIN message m ON m.id = t.last_message_id \
             LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
             ORDER BY k.pinned DESC, k.at DESC, k.id DESC"
        )
    };
}

/// Pinned threads of the viewer $1, then others up to a limit. The columns are of `thread t`.
macro_rules! page {
    ($visible:expr, $branch:expr, $limit:expr) => {
        concat!(
            "SELECT u.id, u.at, u.pinned FROM (\
             SELECT t.id, t.last_activity_at AS at, 1 AS pinned FROM thread_state p \
             JOIN thread t ON t.id = p.thread_id \
             WHERE p.viewer_id = $1 AND p.pinned IS TRUE AND t.lifecycle = 'OPEN' AND ",
            $visible,
            " UNION ALL SELECT b.id, b.at, 0 AS pinned FROM (",
            $branch,
            " LIMIT ",
            $limit,
            ") b) u ORDER BY u.pinned DESC, u.at DESC, u.id DESC LIMIT ",
            $limit
        )
    };
}

macro_rules! unpinned {
    ($alias:literal) => {
        concat!(
            " AND ",
            $alias,
            ".id NOT IN (SELECT i.thread_id FROM thread_state i \
             WHERE i.viewer_id = $1 AND i.pinned IS TRUE)"
        )
    };
}

/// Whoever sees the Administrative threads of the agency $2.
macro_rules! scheduler {
    ($limit:expr) => {
        page!(
            "t.agency_id = $2 AND t.audience = 'ADMINISTRATIVE'",
            concat!(
                "SELECT x.id, x.last_activity_at AS at FROM thread x \
                 WHERE x.agency_id = $2 AND x.audience = 'ADMINISTRATIVE' AND x.lifecycle = 'OPEN'",
                unpinned!("x"),
                " ORDER BY x.last_activity_at DESC, x.id DESC"
            ),
            $limit
        )
    };
}

/// The clients on whose care team $1 is on the day $2.
macro_rules! own_clients {
    () => {
        "SELECT q.client_id FROM care_team_member q WHERE q.staff_id = $1 \
         AND q.start_date <= $2 AND (q.end_date IS NULL OR q.end_date >= $2)"
    };
}

/// Whoever sees the threads of few clients: all of them, sorted.
macro_rules! clinician_sqlite {
    ($limit:expr) => {
        page!(
            concat!("t.client_id IN (", own_clients!(), ")"),
            concat!(
                "SELECT x.id, x.last_activity_at AS at FROM thread x WHERE x.client_id IN (",
                own_clients!(),
                ") AND x.lifecycle = 'OPEN'",
                unpinned!("x"),
                " ORDER BY x.last_activity_at DESC, x.id DESC"
            ),
            $limit
        )
    };
}

/// The same as a merge of short scans, which PostgreSQL cannot find by itself.
macro_rules! clinician_postgres {
    ($limit:expr) => {
        page!(
            concat!("t.client_id IN (", own_clients!(), ")"),
            concat!(
                "SELECT y.id, y.at FROM (SELECT DISTINCT client_id FROM (",
                own_clients!(),
                ") q) g CROSS JOIN LATERAL (SELECT x.id, x.last_activity_at AS at FROM thread x \
                 WHERE x.client_id = g.client_id AND x.lifecycle = 'OPEN'",
                unpinned!("x"),
                " ORDER BY x.last_activity_at DESC, x.id DESC LIMIT ",
                $limit,
                ") y ORDER BY y.at DESC, y.id DESC"
            ),
            $limit
        )
    };
}

/// $1 viewer, $2 agency.
pub(super) const INBOX_SCHEDULER: &str = inbox!(scheduler!("26"));
/// $1 viewer, $2 day.
pub(super) const INBOX_CLINICIAN_SQLITE: &str = inbox!(clinician_sqlite!("26"));
/// $1 viewer, $2 day.
pub(super) const INBOX_CLINICIAN_POSTGRES: &str = inbox!(clinician_postgres!("26"));

/// $1 viewer, $2 thread.
pub(super) const THREAD: &str = "SELECT t.id, t.subject, t.last_seq, m.id, m.seq, m.body, \
     m.created_at, CAST(CASE WHEN (m.seq > COALESCE(s.read_seq, 0)) <> (k.seq IS NOT NULL) \
     THEN 1 ELSE 0 END AS bigint), m.author_kind, st.display_name, c.display_name FROM thread t \
     JOIN message m ON m.thread_id = t.id AND m.seq > t.last_seq - 50 \
     LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
     LEFT JOIN client c ON c.id = t.client_id \
     LEFT JOIN thread_state s ON s.thread_id = t.id AND s.viewer_id = $1 \
     LEFT JOIN message_mark k ON k.viewer_id = $1 AND k.thread_id = t.id AND k.seq = m.seq \
     WHERE t.id = $2 ORDER BY m.seq";

/// $1 viewer, $2 agency.
pub(super) const THREE_LEVELS: &str = concat!(
    "SELECT t.id, t.subject, m.id, m.body, m.created_at, m.author_kind, st.display_name, \
     c.display_name FROM (",
    scheduler!("10"),
    ") k JOIN thread t ON t.id = k.id \
     JOIN message m ON m.thread_id = t.id AND m.seq > t.last_seq - 5 \
     LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
     LEFT JOIN client c ON c.id = t.client_id \
     ORDER BY k.pinned DESC, k.at DESC, k.id DESC, m.seq"
);
