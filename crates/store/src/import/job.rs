//! Imports as jobs: which one is next, who is at it, and what it came to.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{AgencyId, DirectoryImportId, ImportStatus};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::directory_import::{Column, Entity, Model};
use crate::error::Result;
use crate::sql::{Reader, Sql, row};
use crate::visibility::visible;
use crate::writer::Tx;

row! {
    directory_import {
        id, agency_id, requested_by, format, source, organization, strict, apply, file_kind, file_id,
        status, attempt, lease_until, bytes_read, bytes_total, outcome, created_at, finished_at,
    }
}

impl Store {
    /// The imports that the viewer sees, newest first.
    pub async fn directory_imports(&self, viewer: &Viewer, first: usize) -> Result<Vec<Model>> {
        let query = visible::<Entity>(viewer)
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(first as u64);
        Ok(query.all(&self.read).await?)
    }

    /// An import, if the viewer sees it.
    pub async fn directory_import(
        &self,
        viewer: &Viewer,
        id: DirectoryImportId,
    ) -> Result<Option<Model>> {
        let query = visible::<Entity>(viewer).filter(Column::Id.eq(id));
        Ok(query.one(&self.read).await?)
    }

    /// Whether an import waits that nobody is at.
    pub async fn import_waits(&self, now: DateTime<Utc>) -> Result<bool> {
        let mut sql = Sql::new(self.backend());
        next(&mut sql, now);
        Ok(self.read.query_one_raw(sql.statement()).await?.is_some())
    }
}

/// The oldest import that nobody is at.
fn next(sql: &mut Sql, now: DateTime<Utc>) {
    sql.push("SELECT i.id FROM directory_import i WHERE i.finished_at IS NULL");
    sql.push(" AND (i.lease_until IS NULL OR i.lease_until <= ")
        .bind(now);
    sql.push(") ORDER BY i.created_at, i.id LIMIT 1");
}

impl Tx {
    /// Adds an import that waits.
    pub async fn insert_directory_import(&self, row: Model) -> Result<()> {
        Entity::insert(row.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// How many imports of an agency have not come to their end.
    pub async fn open_imports(&self, agency: AgencyId) -> Result<i64> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT COUNT(*) FROM directory_import i WHERE i.agency_id = ")
            .bind(agency);
        sql.push(" AND i.finished_at IS NULL");
        match self.query_one_raw(sql.statement()).await? {
            Some(row) => Reader::new(&row).next(),
            None => Ok(0),
        }
    }

    /// Takes the oldest import that nobody is at, until a moment. Of several servers one gets it.
    pub async fn claim_import(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE directory_import SET status = ")
            .bind(ImportStatus::Running);
        sql.push(", attempt = attempt + 1, lease_until = ")
            .bind(until);
        sql.push(" WHERE id = (");
        next(&mut sql, now);
        if sql.postgres() {
            sql.push(" FOR UPDATE SKIP LOCKED");
        }
        sql.push(") RETURNING id");
        let Some(row) = self.query_one_raw(sql.statement()).await? else {
            return Ok(None);
        };
        let id: DirectoryImportId = Reader::new(&row).next()?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<Model>("i");
        sql.push(" FROM directory_import i WHERE i.id = ").bind(id);
        let row = self.query_one_raw(sql.statement()).await?;
        row.map(|row| Reader::new(&row).row()).transpose()
    }

    /// Keeps an import until a later moment, and how far it is. Nothing happens if another attempt
    /// has it.
    pub async fn renew_import(
        &self,
        (id, attempt): (DirectoryImportId, i32),
        (read, total): (i64, i64),
        until: DateTime<Utc>,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE directory_import SET bytes_read = ")
            .bind(read);
        sql.push(", bytes_total = ").bind(total);
        sql.push(", lease_until = ").bind(until);
        mine(&mut sql, id, attempt);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Writes what an import came to. `false`, and nothing is written, if another attempt has it.
    pub async fn finish_import(
        &self,
        (id, attempt): (DirectoryImportId, i32),
        (read, total): (i64, i64),
        status: ImportStatus,
        outcome: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE directory_import SET status = ")
            .bind(status);
        sql.push(", bytes_read = ").bind(read);
        sql.push(", bytes_total = ").bind(total);
        sql.push(", outcome = ").bind(outcome);
        sql.push(", finished_at = ").bind(now);
        sql.push(", file_id = NULL, lease_until = NULL");
        mine(&mut sql, id, attempt);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }
}

/// Only while this attempt is the one that runs.
fn mine(sql: &mut Sql, id: DirectoryImportId, attempt: i32) {
    sql.push(" WHERE id = ").bind(id);
    sql.push(" AND attempt = ").bind(attempt);
    sql.push(" AND status = ").bind(ImportStatus::Running);
}
