//! Assessments that clients are asked for: definitions, their versions, and what was answered.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::{
    Alias, ConditionalStatement, Expr, IndexCreateStatement, TableAlterStatement,
    TableCreateStatement,
};

use crate::Plan;
use crate::dsl::{
    add, boolean, date, id, index, integer, optional, references, table, text, time, uuid,
};

pub(crate) const PLAN: Plan = Plan {
    name: "m0016_assessments",
    tables,
    columns,
    indexes,
};

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    vec![definition(), version(), assessment()]
}

fn definition() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        // The version of the present. No key: each is stored with the other.
        uuid("version_id"),
        text("title"),
        boolean("requestable"),
        boolean("active"),
        time("created_at"),
    ];
    table("assessment_definition", columns)
        .foreign_key(&mut references("agency_id", "agency", "id"))
        .take()
}

fn version() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("definition_id"),
        integer("number"),
        text("title"),
        // What is asked, as JSON: it is read and written as a whole, and never changed.
        text("questions"),
        time("created_at"),
        uuid("created_by"),
    ];
    table("assessment_version", columns)
        .foreign_key(&mut references(
            "definition_id",
            "assessment_definition",
            "id",
        ))
        .take()
}

fn assessment() -> TableCreateStatement {
    let columns = vec![
        id(),
        uuid("agency_id"),
        uuid("client_id"),
        boolean("private"),
        boolean("hidden"),
        optional(uuid("request_id")),
        uuid("added_by"),
        uuid("version_id"),
        text("title"),
        date("assessed_on"),
        // Questions as they were asked and their answers, as JSON: read and written as a whole.
        text("answers"),
        time("created_at"),
    ];
    table("assessment", columns)
        .foreign_key(&mut references("client_id", "client", "id"))
        .foreign_key(&mut references("request_id", "portal_request", "id"))
        .foreign_key(&mut references("version_id", "assessment_version", "id"))
        .take()
}

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    // Of an assessment that is asked for.
    vec![add(
        "portal_request",
        optional(uuid("assessment_version_id")),
    )]
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        index(
            "assessment_definition_by_agency",
            "assessment_definition",
            &["agency_id", "title"],
        )
        .and_where(Expr::col(Alias::new("active")))
        .take(),
        index(
            "assessment_version_by_definition",
            "assessment_version",
            &["definition_id", "number"],
        )
        .unique()
        .take(),
        index(
            "assessment_by_client",
            "assessment",
            &["client_id", "created_at desc", "id desc"],
        ),
        // One request leaves one record: whatever goes wrong, a second is refused here.
        index("assessment_by_request", "assessment", &["request_id"])
            .unique()
            .take(),
    ]
}
