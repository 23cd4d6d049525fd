//! Table `staff_member`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, RoleSet, StaffId};

/// A person who works in an agency.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_member")]
pub struct Model {
    /// Their id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffId,
    /// Where they work.
    pub agency_id: AgencyId,
    /// Name as shown.
    pub display_name: String,
    /// Title or profession, as shown.
    pub title: Option<String>,
    /// Work address.
    pub email: String,
    /// What they do here.
    pub roles: RoleSet,
    /// Whether they work here still; if not, no token of theirs is good.
    pub active: bool,
    /// Whether clients may start threads with them (C-22).
    pub allow_client_contact: bool,
    /// Whether clients see them on their care team (CX-11).
    pub display_in_portal: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
