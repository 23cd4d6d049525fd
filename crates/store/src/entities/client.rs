//! Table `client`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, ClientId, ClientStatus};

/// A person whom an agency serves.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client")]
pub struct Model {
    /// Their id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    /// The agency that serves them.
    pub agency_id: AgencyId,
    /// Name as shown.
    pub display_name: String,
    /// Name as searched: lower case.
    pub sort_name: String,
    /// Address on file.
    pub email: Option<String>,
    /// Active or not (S-33).
    pub status: ClientStatus,
    /// Whether they may use direct chats (P-40).
    pub direct_chat: bool,
    /// Whether they may write as such (K15).
    pub may_send: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
