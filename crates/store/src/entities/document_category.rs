//! Table `document_category`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, DocumentCategoryId};

/// A category of documents that an agency asks for (C-35).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_category")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentCategoryId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// What it is called.
    pub name: String,
    /// Whether it is asked for at present.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
