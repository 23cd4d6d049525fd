//! What people and agencies set for themselves, and how conversations go on in others.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    IndexCreateStatement, TableAlterStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{add, boolean, index, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0012_settings",
    tables,
    columns,
    indexes,
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "user_settings",
            vec![
                uuid("principal_id").primary_key().take(),
                text("principal_kind"),
                text("settings"),
                time("changed_at"),
            ],
        ),
        table(
            "thread_continuation",
            vec![
                uuid("thread_id").primary_key().take(),
                uuid("continues_id"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .foreign_key(&mut references("continues_id", "thread", "id"))
        .take(),
    ]
}

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    vec![
        add("client", boolean("may_send").default(true).take()),
        add("messaging_policy", optional(uuid("changed_by"))),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![index(
        "thread_continuation_by_continued",
        "thread_continuation",
        &["continues_id"],
    )]
}
