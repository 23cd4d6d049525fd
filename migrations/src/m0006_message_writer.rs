//! Which transaction wrote a message: what tells a reader who pages an inbox on PostgreSQL whether
//! its first page saw it. SQLite needs no such thing.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::sea_query::TableAlterStatement;

use crate::Plan;
use crate::dsl::{add, transaction};

pub(crate) const PLAN: Plan = Plan {
    name: "m0006_message_writer",
    columns,
    ..Plan::EMPTY
};

fn columns(backend: DbBackend) -> Vec<TableAlterStatement> {
    match backend {
        DbBackend::Postgres => vec![add("message", transaction("written_by"))],
        _ => Vec::new(),
    }
}
