//! Table `invitation`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AccountId, AgencyId, InvitationId, StaffId};

/// A permit to set a password for a portal account, good once (CX-06).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    /// In which agency.
    pub agency_id: AgencyId,
    /// For which account.
    pub account_id: AccountId,
    /// Who sent it; none if a message did (T-20).
    pub invited_by: Option<StaffId>,
    /// SHA-256 of its token, in hexadecimal. The token itself is nowhere.
    pub token_hash: String,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// From this moment on it opens nothing (SX-08).
    pub expires_at: DateTime<Utc>,
    /// When to remind of it next (CX-08).
    pub remind_at: Option<DateTime<Utc>>,
    /// How often it was reminded of.
    pub reminders: i32,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When another took its place, or the account was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
