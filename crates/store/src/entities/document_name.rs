//! Table `document_name`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{DocumentCategoryId, DocumentNameId};

/// A name that a category of documents has ready (C-36).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_name")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentNameId,
    /// The category.
    pub category_id: DocumentCategoryId,
    /// The name.
    pub name: String,
    /// Its place among the names of the category.
    pub rank: i32,
    /// Whether it is offered at present.
    pub active: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
