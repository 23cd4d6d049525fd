//! The directory: agencies, their policies, staff, clients, accounts, care teams, audiences, topics.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::Plan;
use crate::dsl::{
    boolean, date, id, index, integer, key, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0001_directory",
    tables,
    indexes,
    ..Plan::EMPTY
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    [agency(), people(), words()].concat()
}

/// Agencies and their policies.
fn agency() -> Vec<TableCreateStatement> {
    vec![
        table(
            "agency",
            vec![
                id(),
                text("name"),
                text("time_zone"),
                integer("policy_version"),
                time("created_at"),
            ],
        ),
        table(
            "messaging_policy",
            vec![
                uuid("agency_id"),
                integer("version"),
                text("switches"),
                time("created_at"),
            ],
        )
        .primary_key(&mut key(&["agency_id", "version"]))
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
    ]
}

/// Staff, clients, accounts, and who is assigned to whom.
fn people() -> Vec<TableCreateStatement> {
    vec![
        table(
            "staff_member",
            vec![
                id(),
                uuid("agency_id"),
                text("display_name"),
                optional(text("title")),
                text("email"),
                integer("roles"),
                boolean("active"),
                boolean("allow_client_contact"),
                boolean("display_in_portal"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "supervision",
            vec![uuid("supervisor_id"), uuid("supervisee_id")],
        )
        .primary_key(&mut key(&["supervisor_id", "supervisee_id"]))
        .foreign_key(&mut references("supervisor_id", "staff_member", "id"))
        .foreign_key(&mut references("supervisee_id", "staff_member", "id"))
        .take(),
        table(
            "client",
            vec![
                id(),
                uuid("agency_id"),
                text("display_name"),
                text("sort_name"),
                optional(text("email")),
                text("status"),
                boolean("direct_chat"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "portal_account",
            vec![
                id(),
                uuid("agency_id"),
                text("display_name"),
                text("email"),
                text("state"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "portal_account_client",
            vec![
                uuid("client_id").primary_key().take(),
                uuid("account_id"),
                integer("rank"),
            ],
        )
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("account_id", "portal_account", "id"))
        .take(),
        table(
            "care_team_member",
            vec![
                id(),
                uuid("client_id"),
                uuid("staff_id"),
                date("start_date"),
                optional(date("end_date")),
                boolean("public"),
                text("source"),
                time("created_at"),
            ],
        )
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("staff_id", "staff_member", "id"))
        .take(),
    ]
}

/// Audiences and topics.
fn words() -> Vec<TableCreateStatement> {
    vec![
        table(
            "audience",
            vec![id(), uuid("agency_id"), text("kind"), text("label")],
        )
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take(),
        table(
            "topic",
            vec![
                id(),
                uuid("agency_id"),
                uuid("audience_id"),
                text("audience"),
                text("title"),
                text("default_subject"),
                integer("rank"),
            ],
        )
        .foreign_key(&mut references("audience_id", "audience", "id"))
        .take(),
    ]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index(
            "staff_member_by_name",
            "staff_member",
            &["agency_id", "display_name", "id"],
        ),
        index(
            "supervision_by_supervisee",
            "supervision",
            &["supervisee_id"],
        ),
        index(
            "client_by_name",
            "client",
            &["agency_id", "sort_name", "id"],
        ),
        index(
            "portal_account_client_by_account",
            "portal_account_client",
            &["account_id", "rank"],
        ),
        index(
            "care_team_member_by_client",
            "care_team_member",
            &["client_id", "start_date"],
        ),
        index(
            "care_team_member_by_staff",
            "care_team_member",
            &["staff_id", "client_id"],
        ),
        index("audience_by_kind", "audience", &["agency_id", "kind"])
            .unique()
            .take(),
        index("topic_by_audience", "topic", &["audience_id", "rank"]),
    ]
}
