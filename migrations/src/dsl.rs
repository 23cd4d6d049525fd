//! Short words for columns, keys and indexes, so that a table reads as a table.

use sea_orm_migration::sea_query::{
    Alias, ColumnDef, Expr, ForeignKey, ForeignKeyCreateStatement, Index, IndexCreateStatement,
    IndexOrder, Table, TableAlterStatement, TableCreateStatement,
};

pub(crate) fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for mut column in columns {
        table.col(&mut column);
    }
    table
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

pub(crate) fn uuid(name: &'static str) -> ColumnDef {
    column(name).uuid().not_null().take()
}

pub(crate) fn id() -> ColumnDef {
    uuid("id").primary_key().take()
}

/// A key that is the id of another row.
pub(crate) fn id_of(name: &'static str) -> ColumnDef {
    uuid(name).primary_key().take()
}

pub(crate) fn text(name: &'static str) -> ColumnDef {
    column(name).text().not_null().take()
}

pub(crate) fn boolean(name: &'static str) -> ColumnDef {
    column(name).boolean().not_null().take()
}

pub(crate) fn integer(name: &'static str) -> ColumnDef {
    column(name).integer().not_null().take()
}

pub(crate) fn bigint(name: &'static str) -> ColumnDef {
    column(name).big_integer().not_null().take()
}

pub(crate) fn double(name: &'static str) -> ColumnDef {
    column(name).double().not_null().take()
}

pub(crate) fn time(name: &'static str) -> ColumnDef {
    column(name).timestamp_with_time_zone().not_null().take()
}

pub(crate) fn date(name: &'static str) -> ColumnDef {
    column(name).date().not_null().take()
}

/// The 64-bit id of the transaction that writes the row; on PostgreSQL only.
pub(crate) fn transaction(name: &'static str) -> ColumnDef {
    column(name)
        .custom(Alias::new("xid8"))
        .not_null()
        .default(Expr::cust("pg_current_xact_id()"))
        .take()
}

/// A column for a table that was there before.
pub(crate) fn add(table: &'static str, mut column: ColumnDef) -> TableAlterStatement {
    Table::alter()
        .table(Alias::new(table))
        .add_column(&mut column)
        .take()
}

/// The same column, empty allowed.
pub(crate) fn optional(mut column: ColumnDef) -> ColumnDef {
    column.null().take()
}

pub(crate) fn references(
    column: &'static str,
    table: &'static str,
    key: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(Alias::new(column))
        .to(Alias::new(table), Alias::new(key))
        .to_owned()
}

/// An index; a column that ends in ` desc` is descending.
pub(crate) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create()
        .name(name)
        .table(Alias::new(table))
        .to_owned();
    for column in columns {
        match column.strip_suffix(" desc") {
            Some(column) => index.col((Alias::new(column), IndexOrder::Desc)),
            None => index.col(Alias::new(*column)),
        };
    }
    index
}

pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    for column in columns {
        index.col(Alias::new(*column));
    }
    index.take()
}
