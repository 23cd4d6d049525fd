//! The clients of threads that have several: broadcasts and groups.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{index, integer, key, references, table, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0007_thread_clients",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "thread_client",
            vec![
                uuid("thread_id"),
                uuid("client_id"),
                integer("number"),
                time("last_activity_at"),
            ],
        )
        .primary_key(&mut key(&["thread_id", "client_id"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .foreign_key(&mut references("client_id", "client", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let by_client = ["client_id", "last_activity_at desc", "thread_id desc"];
    vec![
        index("thread_client_by_client", "thread_client", &by_client),
        index(
            "thread_client_by_number",
            "thread_client",
            &["thread_id", "number"],
        )
        .unique()
        .take(),
    ]
}
