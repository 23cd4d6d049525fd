//! Table `messaging_policy`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, StaffId};

/// One version of an agency's messaging policy (C-50).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messaging_policy")]
pub struct Model {
    /// Whose policy.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// A [`MessagingPolicy`](tidings_domain::MessagingPolicy) as JSON.
    pub switches: String,
    /// When it came into force.
    pub created_at: DateTime<Utc>,
    /// Who made it; none of an agency's first.
    pub changed_by: Option<StaffId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
