//! Rich text of messages, beside their plain text.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::TableAlterStatement;

use crate::Plan;
use crate::dsl::{add, optional, text};

pub(crate) const PLAN: Plan = Plan {
    name: "m0004_rich_text",
    columns,
    ..Plan::EMPTY
};

fn columns(_: DbBackend) -> Vec<TableAlterStatement> {
    vec![
        // A server of the version before goes on writing plain text.
        add("message", text("body_format").default("PLAIN").take()),
        // Last in the row: a read that does not ask for it does not walk through it.
        add("message", optional(text("body_html"))),
    ]
}
