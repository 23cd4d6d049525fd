//! Table `thread_note`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{StaffId, ThreadId};

/// What a staff member wrote about a thread for colleagues (SX-06). Health information; no client
/// ever learns of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread_note")]
pub struct Model {
    /// The thread.
    #[sea_orm(primary_key, auto_increment = false)]
    pub thread_id: ThreadId,
    /// Its number there, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Who wrote it.
    pub author_id: StaffId,
    /// Its text.
    pub body: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
