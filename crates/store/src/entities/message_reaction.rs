//! Table `message_reaction`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{ClientId, MessageId, PrincipalKind};
use uuid::Uuid;

/// An emoji that somebody put to a message (P-35): one for each of them, emoji and message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_reaction")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// The emoji, of `tidings_domain::Emoji`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub emoji: String,
    /// The staff member or the portal account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal_id: Uuid,
    /// Which of the two.
    pub principal_kind: PrincipalKind,
    /// The client for whom an account reacted.
    pub client_id: Option<ClientId>,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
