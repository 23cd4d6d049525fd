//! The audit log: numbered without gaps in each agency, each entry linked to the one before it.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::TableCreateStatement;

use crate::Plan;
use crate::dsl::{bigint, key, optional, references, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0008_audit",
    tables,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "audit_entry",
            vec![
                uuid("agency_id"),
                bigint("number"),
                time("at"),
                optional(text("actor_kind")),
                optional(uuid("actor_id")),
                text("deed"),
                text("subject_kind"),
                uuid("subject_id"),
                text("detail"),
                text("link"),
            ],
        )
        .primary_key(&mut key(&["agency_id", "number"]))
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
    ]
}
