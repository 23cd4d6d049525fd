//! Table `thread_participant`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{ParticipantStanding, PrincipalKind, ThreadId};
use uuid::Uuid;

/// Somebody listed on a thread (K17).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread_participant")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: ThreadId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub principal_id: Uuid,
    /// Staff member or client.
    pub principal_kind: PrincipalKind,
    /// How they came to it.
    pub standing: ParticipantStanding,
    /// The thread's, kept here for the order of the inbox.
    pub last_activity_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
