//! Table `thread_state`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::ThreadId;
use uuid::Uuid;

/// What one viewer did with a thread, for itself alone (K14).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread_state")]
pub struct Model {
    /// The staff member or portal account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub viewer_id: Uuid,
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: ThreadId,
    /// Messages up to this number are read, but for marks.
    pub read_seq: i64,
    /// Marks below `read_seq` (unread) less marks above it (read).
    pub unread_adjust: i64,
    /// Whether it stands at the top of the inbox (P-14).
    pub pinned: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
