//! Threads, who is listed on them, messages, and what each viewer has read.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    bigint, boolean, id, index, integer, key, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0002_messages",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "thread",
            vec![
                id(),
                uuid("agency_id"),
                text("kind"),
                text("lifecycle"),
                optional(text("audience")),
                optional(uuid("client_id")),
                optional(uuid("topic_id")),
                text("subject"),
                text("started_by_kind"),
                uuid("started_by_id"),
                integer("version"),
                bigint("last_seq"),
                uuid("last_message_id"),
                time("last_activity_at"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .foreign_key(&mut references("client_id", "client", "id"))
        .take(),
        table(
            "thread_participant",
            vec![
                uuid("thread_id"),
                uuid("principal_id"),
                text("principal_kind"),
                text("standing"),
                time("last_activity_at"),
            ],
        )
        .primary_key(&mut key(&["thread_id", "principal_id"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "message",
            vec![
                id(),
                uuid("thread_id"),
                bigint("seq"),
                text("author_kind"),
                uuid("author_id"),
                optional(uuid("account_id")),
                text("body"),
                time("created_at"),
                optional(time("seen_by_client_at")),
            ],
        )
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "thread_state",
            vec![
                uuid("viewer_id"),
                uuid("thread_id"),
                bigint("read_seq"),
                bigint("unread_adjust"),
                boolean("pinned"),
            ],
        )
        .primary_key(&mut key(&["viewer_id", "thread_id"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "message_mark",
            vec![uuid("viewer_id"), uuid("thread_id"), bigint("seq")],
        )
        .primary_key(&mut key(&["viewer_id", "thread_id", "seq"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "read_receipt",
            vec![
                uuid("thread_id"),
                uuid("reader_id"),
                text("reader_kind"),
                bigint("from_seq"),
                bigint("to_seq"),
                time("seen_at"),
            ],
        )
        .primary_key(&mut key(&["thread_id", "reader_id", "from_seq", "to_seq"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let by_agency = [
        "agency_id",
        "audience",
        "lifecycle",
        "last_activity_at desc",
        "id desc",
    ];
    let by_client = ["client_id", "lifecycle", "last_activity_at desc", "id desc"];
    let by_principal = ["principal_id", "last_activity_at desc", "thread_id desc"];
    vec![
        index("thread_by_agency", "thread", &by_agency),
        index("thread_by_client", "thread", &by_client),
        index(
            "thread_participant_by_principal",
            "thread_participant",
            &by_principal,
        ),
        index("message_by_thread", "message", &["thread_id", "seq"])
            .unique()
            .take(),
        index("thread_state_pinned", "thread_state", &["viewer_id"])
            .and_where(Expr::col(Alias::new("pinned")).is(true))
            .take(),
    ]
}
