//! Documents that clients are asked for: their categories and the names that these have ready, what was
//! handed in, and its files.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, IndexCreateStatement, TableAlterStatement,
    TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    add, bigint, boolean, id, index, integer, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0015_documents",
    tables,
    columns,
    indexes,
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![category(), name(), document(), file()]
}

fn category() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        text("name"),
        // One that is no longer asked for stays, for the requests that named it.
        boolean("active"),
        time("created_at"),
    ];
    table("document_category", columns)
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take()
}

fn name() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("category_id"),
        text("name"),
        integer("rank"),
        boolean("active"),
    ];
    table("document_name", columns)
        .foreign_key(&mut references("category_id", "document_category", "id"))
        .take()
}

fn document() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("client_id"),
        boolean("private"),
        optional(uuid("request_id")),
        uuid("added_by"),
        // Of one that a client added without a request, by the agency's policy.
        optional(uuid("owner_id")),
        optional(uuid("category_id")),
        text("name"),
        time("created_at"),
    ];
    table("document", columns)
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("request_id", "portal_request", "id"))
        .foreign_key(&mut references("category_id", "document_category", "id"))
        .take()
}

fn file() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("document_id"),
        integer("rank"),
        text("file_name"),
        text("media_type"),
        text("kind"),
        bigint("bytes"),
        text("sha256"),
        uuid("file_id"),
    ];
    table("document_file", columns)
        .foreign_key(&mut references("document_id", "document", "id"))
        .take()
}

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    vec![
        // Of a document that is asked for: its category, and what it is called.
        add("portal_request", optional(uuid("document_category_id"))),
        add("portal_request", optional(text("document_name"))),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index(
            "document_category_by_agency",
            "document_category",
            &["agency_id", "name"],
        )
        .and_where(Expr::col(Alias::new("active")))
        .take(),
        index(
            "document_name_by_category",
            "document_name",
            &["category_id", "rank"],
        ),
        index(
            "document_by_client",
            "document",
            &["client_id", "created_at desc", "id desc"],
        ),
        // One request leaves one record: whatever goes wrong, a second is refused here.
        index("document_by_request", "document", &["request_id"])
            .unique()
            .take(),
        index(
            "document_file_by_document",
            "document_file",
            &["document_id", "rank"],
        ),
        index("document_file_by_file", "document_file", &["file_id"])
            .unique()
            .take(),
    ]
}
