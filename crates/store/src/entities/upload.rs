//! Table `upload`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, AttachmentId, AttachmentPurpose, ClientId, PrincipalKind};
use uuid::Uuid;

/// A file that was announced and has not come. Gone as soon as it has: nobody uploads twice.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    /// The id of the attachment to be.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Staff member or portal account.
    pub uploader_kind: PrincipalKind,
    /// Who announced it.
    pub uploader_id: Uuid,
    /// For whom an account announced it.
    pub client_id: Option<ClientId>,
    /// What it is for.
    pub purpose: AttachmentPurpose,
    /// Its name as the attachment will have it.
    pub file_name: String,
    /// The type that was declared.
    pub media_type: String,
    /// The size that was declared.
    pub bytes: i64,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
    /// Until when it can come.
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
