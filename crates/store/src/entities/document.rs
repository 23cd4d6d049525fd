//! Table `document`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AccountId, AgencyId, ClientId, DocumentCategoryId, DocumentId, PortalRequestId, StaffId,
};

/// What a client handed in. Its files are rows of `document_file`. Health information.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Whose.
    pub client_id: ClientId,
    /// Whether it is kept from other agencies.
    pub private: bool,
    /// The request that it fulfils, if one asked for it.
    pub request_id: Option<PortalRequestId>,
    /// Through which login it came.
    pub added_by: AccountId,
    /// Of one that nobody asked for: who owns it by the agency's policy (CX-09).
    pub owner_id: Option<StaffId>,
    /// The category, if it has one.
    pub category_id: Option<DocumentCategoryId>,
    /// What it is called.
    pub name: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
