//! Sessions of those who signed in here, links to choose a password, and how often signing in was
//! tried.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{id, index, integer, optional, table, text, time, uuid};

pub(crate) const PLAN: Plan = Plan {
    name: "m0019_sessions",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        table(
            "session",
            vec![
                id(),
                uuid("agency_id"),
                text("principal_kind"),
                uuid("principal_id"),
                optional(text("device")),
                time("created_at"),
                time("last_used_at"),
                time("expires_at"),
                time("ends_at"),
                integer("generation"),
                text("refresh_hash"),
                optional(time("revoked_at")),
            ],
        ),
        table(
            "password_link",
            vec![
                id(),
                uuid("agency_id"),
                text("principal_kind"),
                uuid("principal_id"),
                text("token_hash"),
                time("created_at"),
                time("expires_at"),
                optional(time("used_at")),
            ],
        ),
        table(
            "sign_in_attempt",
            vec![
                text("key").primary_key().take(),
                integer("attempts"),
                time("first_at"),
            ],
        ),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index(
            "session_by_principal",
            "session",
            &["principal_id", "last_used_at desc"],
        ),
        index("session_by_end", "session", &["ends_at"]),
        index(
            "password_link_by_principal",
            "password_link",
            &["principal_id"],
        ),
        index("sign_in_attempt_by_time", "sign_in_attempt", &["first_at"]),
    ]
}
