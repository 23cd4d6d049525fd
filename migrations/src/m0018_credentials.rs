//! What people sign in with where no identity provider does it.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{index, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0018_credentials",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![table(
        "credential",
        vec![
            uuid("principal_id").primary_key().take(),
            text("principal_kind"),
            text("login"),
            text("password_hash"),
            time("changed_at"),
        ],
    )]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index("credential_by_login", "credential", &["login"])
            .unique()
            .take(),
    ]
}
