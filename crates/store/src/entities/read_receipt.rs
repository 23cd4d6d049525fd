//! Table `read_receipt`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{PrincipalKind, ThreadId};
use uuid::Uuid;

/// A range of messages that somebody saw at one moment. The earliest receipt that covers a message tells when it was first seen.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "read_receipt")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: ThreadId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reader_id: Uuid,
    /// Staff member or portal account.
    pub reader_kind: PrincipalKind,
    /// First message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_seq: i64,
    /// Last message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_seq: i64,
    /// When.
    pub seen_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
