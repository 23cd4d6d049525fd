//! Table `document_file`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{DocumentFileId, DocumentId, FileGroup};
use uuid::Uuid;

/// One file of a document. What it holds never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_file")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentFileId,
    /// The document.
    pub document_id: DocumentId,
    /// Its place among the document's files, from 0.
    pub rank: i32,
    /// What its sender called it. Health information.
    pub file_name: String,
    /// The type with which it is served, of `FileKind::media_type`.
    pub media_type: String,
    /// What it is for those who handle it.
    pub kind: FileGroup,
    /// Its size as it is stored.
    pub bytes: i64,
    /// The SHA-256 of what is stored, in hexadecimal.
    pub sha256: String,
    /// Under which id its content lies in the file store.
    pub file_id: Uuid,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
