//! Notes of staff on threads, and the drafts of each viewer.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{boolean, id, index, integer, key, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0014_notes",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "thread_note",
            vec![
                uuid("thread_id"),
                integer("number"),
                uuid("author_id"),
                text("body"),
                time("created_at"),
            ],
        )
        .primary_key(&mut key(&["thread_id", "number"]))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "draft",
            vec![
                id(),
                uuid("agency_id"),
                text("owner_kind"),
                uuid("owner_id"),
                optional(uuid("thread_id")),
                optional(uuid("client_id")),
                text("recipients"),
                boolean("as_group"),
                optional(text("audience")),
                optional(uuid("topic_id")),
                text("subject"),
                optional(uuid("reply_to_id")),
                text("body_format"),
                text("body"),
                time("updated_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        // An attachment may go before the draft that names it.
        table(
            "draft_attachment",
            vec![uuid("draft_id"), uuid("attachment_id"), integer("rank")],
        )
        .primary_key(&mut key(&["draft_id", "attachment_id"]))
        .foreign_key(&mut references("draft_id", "draft", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        // One draft of an answer for each viewer and thread; any number for new threads.
        index("draft_by_owner", "draft", &["owner_id", "thread_id"])
            .unique()
            .take(),
        index("draft_by_thread", "draft", &["thread_id"]),
        index(
            "draft_attachment_by_attachment",
            "draft_attachment",
            &["attachment_id"],
        ),
    ]
}
