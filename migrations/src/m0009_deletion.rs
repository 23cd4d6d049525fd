//! Deleted messages and threads, and what viewers took out of their own view.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableAlterStatement,
    TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{add, bigint, index, integer, key, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0009_deletion",
    tables,
    columns,
    indexes,
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        // Who deleted what, and when its content goes: one row for each message, and with number 0
        // one for the thread as a whole.
        table(
            "tombstone",
            vec![
                uuid("thread_id"),
                bigint("seq"),
                uuid("agency_id"),
                time("deleted_at"),
                text("deleted_by_kind"),
                uuid("deleted_by_id"),
                time("purge_after"),
                optional(time("purged_at")),
            ],
        )
        .primary_key(&mut key(&["thread_id", "seq"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        // Single messages that a viewer took out of the own view; a whole thread is a number in
        // `thread_state`.
        table(
            "message_removal",
            vec![
                uuid("viewer_id"),
                uuid("thread_id"),
                bigint("seq"),
                time("removed_at"),
            ],
        )
        .primary_key(&mut key(&["viewer_id", "thread_id", "seq"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        // Clients of whom nothing is purged.
        table(
            "legal_hold",
            vec![
                uuid("client_id").primary_key().take(),
                uuid("placed_by"),
                time("placed_at"),
            ],
        )
        .foreign_key(&mut references("client_id", "client", "id"))
        .take(),
    ]
}

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    let count = |name| bigint(name).default(0).take();
    vec![
        add("message", optional(time("deleted_at"))),
        // How many of its messages are deleted: what is unread stays arithmetic.
        add("thread", count("deleted_messages")),
        // Together with its message's.
        add("attachment", optional(time("deleted_at"))),
        // Hidden as long as no newer message came than the one of this number.
        add("thread_state", count("hidden_seq")),
        // Messages up to this number are out of the viewer's sight …
        add("thread_state", count("removed_seq")),
        // … and so many single ones.
        add("thread_state", integer("removals").default(0).take()),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let deleted = || Expr::col(Alias::new("deleted_at")).is_not_null();
    let holds = |column: &'static str| Expr::col(Alias::new(column)).gt(0);
    let by_agency = ["agency_id", "audience", "last_activity_at desc", "id desc"];
    vec![
        index("message_deleted", "message", &["thread_id", "seq"])
            .and_where(deleted())
            .take(),
        index("thread_deleted", "thread", &by_agency)
            .and_where(holds("deleted_messages"))
            .take(),
        index("tombstone_due", "tombstone", &["purge_after"])
            .and_where(Expr::col(Alias::new("purged_at")).is_null())
            .take(),
        index("thread_state_by_thread", "thread_state", &["thread_id"]),
        index("thread_state_removed", "thread_state", &["thread_id"])
            .and_where(holds("removed_seq").or(holds("removals")))
            .take(),
        index("thread_state_hidden", "thread_state", &["viewer_id"])
            .and_where(holds("hidden_seq"))
            .take(),
    ]
}
