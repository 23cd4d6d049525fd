//! Table `supervision`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::StaffId;

/// Who answers for whose work.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "supervision")]
pub struct Model {
    /// The supervisor.
    #[sea_orm(primary_key, auto_increment = false)]
    pub supervisor_id: StaffId,
    /// The supervisee.
    #[sea_orm(primary_key, auto_increment = false)]
    pub supervisee_id: StaffId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
