//! What the viewers of a thread share beside its messages: quotes, edits with their history,
//! reactions, pinned messages, and whether it is locked.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableAlterStatement,
    TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    add, bigint, id_of, index, integer, key, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0010_shared",
    tables,
    columns,
    indexes,
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "message_revision",
            vec![
                uuid("message_id"),
                integer("revision"),
                text("body_format"),
                text("body"),
                optional(text("body_html")),
                time("written_at"),
            ],
        )
        .primary_key(&mut key(&["message_id", "revision"]))
        .foreign_key(&mut references("message_id", "message", "id"))
        .take(),
        table(
            "message_reaction",
            vec![
                uuid("message_id"),
                text("emoji"),
                uuid("principal_id"),
                text("principal_kind"),
                optional(uuid("client_id")),
                time("created_at"),
            ],
        )
        .primary_key(&mut key(&["message_id", "emoji", "principal_id"]))
        .foreign_key(&mut references("message_id", "message", "id"))
        .take(),
        // How fast somebody reacts: one row for each who ever did.
        table(
            "reaction_pace",
            vec![id_of("principal_id"), time("began_at"), bigint("changes")],
        ),
    ]
}

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    vec![
        add("thread", optional(uuid("locked_by_id"))),
        add("message", optional(uuid("reply_to_id"))),
        add("message", optional(integer("reply_to_revision"))),
        // A server of the version before goes on writing messages that were never edited.
        add("message", integer("revision").default(1).take()),
        add("message", optional(time("edited_at"))),
        add("message", optional(time("pinned_at"))),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index("message_pinned", "message", &["thread_id"])
            .and_where(Expr::col(Alias::new("pinned_at")).is_not_null())
            .take(),
    ]
}
