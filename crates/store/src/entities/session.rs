//! Table `session`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, PrincipalKind, SessionId};
use uuid::Uuid;

/// What begins when somebody signs in here, and ends when it is revoked or not used any more.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Its id, which every access token of it carries.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// In which agency.
    pub agency_id: AgencyId,
    /// Staff member or portal account.
    pub principal_kind: PrincipalKind,
    /// Whose.
    pub principal_id: Uuid,
    /// What the person calls the device.
    pub device: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// Until when it can be refreshed, or goes on without.
    pub expires_at: DateTime<Utc>,
    /// When it ends, however much it is used.
    pub ends_at: DateTime<Utc>,
    /// How often it was refreshed.
    pub generation: i32,
    /// SHA-256 of its present refresh token, in hexadecimal.
    pub refresh_hash: String,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
