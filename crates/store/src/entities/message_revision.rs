//! Table `message_revision`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{BodyFormat, MessageId};

/// What a message said before it was edited (PX-04). Health information, as the message is, and
/// gone with it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_revision")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// Which text it was, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// How it was written.
    pub body_format: BodyFormat,
    /// Its text; of a rich one the plain text.
    pub body: String,
    /// The sanitised HTML of a rich one.
    pub body_html: Option<String>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
