//! What comes from other systems: their ids, programs, enrolments.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{boolean, date, id, index, key, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0020_imports",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "external_id",
            vec![
                uuid("agency_id"),
                text("source"),
                text("kind"),
                text("external_id"),
                uuid("row_id"),
                text("digest"),
                optional(text("origin")),
                optional(text("labels")),
            ],
        )
        .primary_key(&mut key(&["agency_id", "source", "kind", "external_id"]))
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "program",
            vec![
                id(),
                uuid("agency_id"),
                text("name"),
                boolean("active"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "enrollment",
            vec![
                id(),
                uuid("agency_id"),
                uuid("client_id"),
                uuid("program_id"),
                date("entry_date"),
                optional(date("exit_date")),
                optional(text("household")),
                text("household_role"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("program_id", "program", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index("external_id_by_row", "external_id", &["row_id"]),
        index("program_by_name", "program", &["agency_id", "name", "id"]),
        index(
            "enrollment_by_client",
            "enrollment",
            &["client_id", "entry_date"],
        ),
        index(
            "enrollment_by_program",
            "enrollment",
            &["program_id", "client_id"],
        ),
    ]
}
