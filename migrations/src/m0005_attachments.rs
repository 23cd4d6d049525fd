//! Attachments of messages, and the uploads that were announced.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{bigint, id, index, integer, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0005_attachments",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "attachment",
            vec![
                id(),
                uuid("agency_id"),
                text("uploader_kind"),
                uuid("uploader_id"),
                // Before it is sent, for whom an account uploaded it; then its thread's client.
                optional(uuid("client_id")),
                text("purpose"),
                text("file_name"),
                text("media_type"),
                text("kind"),
                bigint("bytes"),
                text("sha256"),
                optional(integer("width")),
                optional(integer("height")),
                optional(bigint("duration_ms")),
                uuid("file_id"),
                time("created_at"),
                time("expires_at"),
                optional(uuid("message_id")),
                optional(uuid("thread_id")),
                optional(integer("rank")),
                optional(time("sent_at")),
            ],
        )
        .foreign_key(&mut references("message_id", "message", "id"))
        .foreign_key(&mut references("thread_id", "thread", "id"))
        .take(),
        table(
            "upload",
            vec![
                id(),
                uuid("agency_id"),
                text("uploader_kind"),
                uuid("uploader_id"),
                optional(uuid("client_id")),
                text("purpose"),
                text("file_name"),
                text("media_type"),
                bigint("bytes"),
                time("created_at"),
                time("expires_at"),
            ],
        ),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let sent = |name, column| {
        let columns = [column, "sent_at desc", "id desc"];
        index(name, "attachment", &columns)
            .and_where(Expr::col(Alias::new("sent_at")).is_not_null())
            .take()
    };
    vec![
        index(
            "attachment_by_message",
            "attachment",
            &["message_id", "rank"],
        ),
        sent("attachment_by_thread", "thread_id"),
        sent("attachment_by_client", "client_id"),
        sent("attachment_by_agency", "agency_id"),
        index(
            "attachment_unsent",
            "attachment",
            &["uploader_id", "expires_at"],
        )
        .and_where(Expr::col(Alias::new("message_id")).is_null())
        .take(),
        index("attachment_by_file", "attachment", &["file_id"])
            .unique()
            .take(),
        index(
            "upload_by_uploader",
            "upload",
            &["uploader_id", "expires_at"],
        ),
    ]
}
