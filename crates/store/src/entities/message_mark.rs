//! Table `message_mark`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::ThreadId;
use uuid::Uuid;

/// A message that is an exception to `read_seq`: below it unread, above it read.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_mark")]
pub struct Model {
    /// Whose mark.
    #[sea_orm(primary_key, auto_increment = false)]
    pub viewer_id: Uuid,
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: ThreadId,
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
