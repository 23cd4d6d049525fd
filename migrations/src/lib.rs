//! The schema of the database: one builder for SQLite and PostgreSQL.
//!
//! Each module of this crate is one migration of one concern: it lists tables, columns and indexes, and
//! [`snapshot`] writes what they come to in either dialect. It knows no rule of Tidings; enums
//! are text here and closed by the store's entities.
//!
//! # Adding a migration
//!
//! A new module `mNNNN_<concern>.rs` with a [`Plan`], a line in [`PLANS`], `cargo xtask generate`.
//! Expand first, contract in a later release: a running server of the version before must be able
//! to work on the new schema. A plan that was released is never edited.

mod dsl;
mod m0001_directory;
mod m0002_messages;
mod m0003_event_log;
mod m0004_rich_text;
mod m0005_attachments;
mod m0006_message_writer;
mod m0007_thread_clients;
mod m0008_audit;
mod m0009_deletion;
mod m0010_shared;
mod m0011_search;
mod m0012_settings;
mod m0013_portal_requests;
mod m0014_notes;
mod m0015_documents;
mod m0017_mail;
mod m0018_credentials;
mod m0019_sessions;
mod m0020_imports;
mod m0021_directory_imports;

use sea_orm_migration::prelude::{
    DbErr, MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait,
};
use sea_orm_migration::sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use sea_orm_migration::sea_query::{
    IndexCreateStatement, PostgresQueryBuilder, SqliteQueryBuilder, TableAlterStatement,
    TableCreateStatement,
};

/// What one migration adds.
pub struct Plan {
    /// The migration's name, as the database records it.
    pub name: &'static str,
    /// The tables, in the order of their references.
    pub tables: fn(DbBackend) -> Vec<TableCreateStatement>,
    /// Columns of tables that were there before: one for each statement, as SQLite wants it.
    pub columns: fn(DbBackend) -> Vec<TableAlterStatement>,
    /// The indexes.
    pub indexes: fn(DbBackend) -> Vec<IndexCreateStatement>,
}

impl Plan {
    /// A plan that adds nothing: what a plan leaves out.
    const EMPTY: Self = Self {
        name: "",
        tables: |_| Vec::new(),
        columns: |_| Vec::new(),
        indexes: |_| Vec::new(),
    };
}

/// Every migration, oldest first.
pub const PLANS: &[Plan] = &[
    m0001_directory::PLAN,
    m0002_messages::PLAN,
    m0003_event_log::PLAN,
    m0004_rich_text::PLAN,
    m0005_attachments::PLAN,
    m0006_message_writer::PLAN,
    m0007_thread_clients::PLAN,
    m0008_audit::PLAN,
    m0009_deletion::PLAN,
    m0010_shared::PLAN,
    m0011_search::PLAN,
    m0012_settings::PLAN,
    m0013_portal_requests::PLAN,
    m0014_notes::PLAN,
    m0015_documents::PLAN,
    m0017_mail::PLAN,
    m0018_credentials::PLAN,
    m0019_sessions::PLAN,
    m0020_imports::PLAN,
    m0021_directory_imports::PLAN,
];

/// What no builder can say, by the name of its plan: triggers and full-text indexes, in the database's
/// own words, behind everything else of the plan.
const STATEMENTS: &[(&str, Statements)] = &[(m0011_search::PLAN.name, m0011_search::statements)];

type Statements = fn(DbBackend) -> &'static [&'static str];

/// The statements of a plan.
fn statements(plan: &Plan, backend: DbBackend) -> &'static [&'static str] {
    let of_plan = STATEMENTS.iter().find(|(name, _)| *name == plan.name);
    of_plan.map_or(&[], |(_, statements)| statements(backend))
}

/// Runs [`PLANS`].
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        PLANS
            .iter()
            .map(|plan| Box::new(Migration(plan)) as Box<dyn MigrationTrait>)
            .collect()
    }
}

/// Brings a database's schema up to date.
pub async fn up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(connection, None).await
}

struct Migration(&'static Plan);

impl MigrationName for Migration {
    fn name(&self) -> &str {
        self.0.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in (self.0.tables)(backend) {
            manager.create_table(table).await?;
        }
        for column in (self.0.columns)(backend) {
            manager.alter_table(column).await?;
        }
        for index in (self.0.indexes)(backend) {
            manager.create_index(index).await?;
        }
        for statement in statements(self.0, backend) {
            let connection = manager.get_connection();
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// A database whose SQL can be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded default.
    Sqlite,
    /// For more than one machine.
    Postgres,
}

/// The SQL of every migration in one dialect: what `snapshot/` keeps.
#[must_use]
pub fn snapshot(dialect: Dialect) -> String {
    let backend = match dialect {
        Dialect::Sqlite => DbBackend::Sqlite,
        Dialect::Postgres => DbBackend::Postgres,
    };
    let mut sql =
        String::from("-- Generated from the migrations. Remake with `cargo xtask generate`.\n");
    for plan in PLANS {
        sql.push_str("\n-- ");
        sql.push_str(plan.name);
        sql.push('\n');
        for table in (plan.tables)(backend) {
            let text = match dialect {
                Dialect::Postgres => table.to_string(PostgresQueryBuilder),
                Dialect::Sqlite => table.to_string(SqliteQueryBuilder),
            };
            sql.push_str(&text.replacen(" ( ", " (\n  ", 1).replace(", \"", ",\n  \""));
            sql.push_str(";\n");
        }
        for column in (plan.columns)(backend) {
            sql.push_str(&match dialect {
                Dialect::Postgres => column.to_string(PostgresQueryBuilder),
                Dialect::Sqlite => column.to_string(SqliteQueryBuilder),
            });
            sql.push_str(";\n");
        }
        for index in (plan.indexes)(backend) {
            sql.push_str(&match dialect {
                Dialect::Postgres => index.to_string(PostgresQueryBuilder),
                Dialect::Sqlite => index.to_string(SqliteQueryBuilder),
            });
            sql.push_str(";\n");
        }
        for statement in statements(plan, backend) {
            sql.push_str(statement);
            sql.push_str(";\n");
        }
    }
    sql
}
