//! The event log, how far it was pruned, and the keys of idempotent writes.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ColumnDef, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement,
    TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{bigint, boolean, index, integer, key, optional, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0003_event_log",
    tables,
    indexes,
    ..Plan::EMPTY
};

/// The writing transaction, or the newest that had ended when the event was written, whichever is
/// newer (see `Position` in the domain). PostgreSQL fills it in by itself; SQLite's single writer
/// needs none.
///
/// The transaction's own number is not enough: it is given out at its first write, and a transaction
/// that then waits for a lock writes its event behind those of younger ones. Of two writes of which
/// one waited for the other, the order here is the order of their commits; within one number, that
/// of `seq`. A number still is at least its transaction's own, which is what the horizon needs.
fn transaction(backend: DbBackend) -> ColumnDef {
    let mut column = bigint("tx");
    match backend {
        DbBackend::Postgres => column
            .default(Expr::cust(
                "(GREATEST(pg_current_xact_id()::text::bigint, \
                 pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1))",
            ))
            .take(),
        _ => column.default(0).take(),
    }
}

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let seq = ColumnDef::new(Alias::new("seq"))
        .big_integer()
        .not_null()
        .auto_increment()
        .primary_key()
        .take();
    vec![
        table(
            "event",
            vec![
                seq,
                transaction(backend),
                time("at"),
                uuid("agency_id"),
                optional(uuid("thread_id")),
                optional(uuid("client_id")),
                boolean("access"),
                text("payload"),
            ],
        ),
        table(
            "event_floor",
            vec![
                integer("id").primary_key().take(),
                bigint("tx"),
                bigint("seq"),
            ],
        ),
        table(
            "idempotency_key",
            vec![
                uuid("viewer_id"),
                text("key"),
                text("fingerprint"),
                text("outcome"),
                time("created_at"),
            ],
        )
        .primary_key(&mut key(&["viewer_id", "key"]))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index("event_by_position", "event", &["tx", "seq"]),
        index("event_by_access", "event", &["tx", "seq"])
            .and_where(Expr::col(Alias::new("access")).is(true))
            .take(),
        index("event_by_time", "event", &["at"]),
        index(
            "idempotency_key_by_time",
            "idempotency_key",
            &["created_at"],
        ),
    ]
}
