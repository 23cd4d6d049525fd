//! Imports of directories as jobs.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, ExprTrait, IndexCreateStatement, TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    bigint, boolean, id, index, integer, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0021_directory_imports",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("requested_by"),
        text("format"),
        text("source"),
        optional(text("organization")),
        boolean("strict"),
        boolean("apply"),
        text("file_kind"),
        // The files; gone when the import has come to its end.
        optional(uuid("file_id")),
        text("status"),
        integer("attempt"),
        // Until when whoever is at it has it to itself.
        optional(time("lease_until")),
        bigint("bytes_read"),
        bigint("bytes_total"),
        optional(text("outcome")),
        time("created_at"),
        optional(time("finished_at")),
    ];
    vec![
        table("directory_import", columns)
            .foreign_key(&mut references("agency_id", "agency", "id"))
            .foreign_key(&mut references("requested_by", "staff_member", "id"))
            .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let of_agency = ["agency_id", "created_at desc", "id desc"];
    vec![
        index("directory_import_by_agency", "directory_import", &of_agency),
        index("directory_import_open", "directory_import", &["created_at"])
            .and_where(Expr::col(Alias::new("finished_at")).is_null())
            .take(),
    ]
}
