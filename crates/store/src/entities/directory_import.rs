//! Table `directory_import`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, DirectoryImportId, ImportStatus, StaffId};
use uuid::Uuid;

/// An import of a directory as a job.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_import")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DirectoryImportId,
    /// The tenant, to which all of it goes.
    pub agency_id: AgencyId,
    /// Who asked for it.
    pub requested_by: StaffId,
    /// How the files are written.
    pub format: String,
    /// What the system is called here.
    pub source: String,
    /// Whose part of the files is taken.
    pub organization: Option<String>,
    /// Whether any problem refuses all of it.
    pub strict: bool,
    /// Whether it is stored; else it is a preview.
    pub apply: bool,
    /// The ending of the file's name.
    pub file_kind: String,
    /// The files; gone when the import has come to its end.
    pub file_id: Option<Uuid>,
    /// How far it is.
    pub status: ImportStatus,
    /// How often a server began it.
    pub attempt: i32,
    /// Until when whoever is at it has it to itself.
    pub lease_until: Option<DateTime<Utc>>,
    /// Bytes that were read.
    pub bytes_read: i64,
    /// Of so many.
    pub bytes_total: i64,
    /// What it came to, as JSON.
    pub outcome: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
