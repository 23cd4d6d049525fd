//! Table `thread`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AgencyId, AudienceKind, ClientId, Lifecycle, MessageId, PrincipalKind, StaffId, ThreadId,
    ThreadKind, TopicId,
};
use uuid::Uuid;

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "thread")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThreadId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// What kind; decides who may reply (K5).
    pub kind: ThreadKind,
    /// Open, archived or deleted.
    pub lifecycle: Lifecycle,
    /// Its audience; none for an internal thread.
    pub audience: Option<AudienceKind>,
    /// Its client; none for an internal thread.
    pub client_id: Option<ClientId>,
    /// Its topic.
    pub topic_id: Option<TopicId>,
    /// Its subject: health information (K9).
    pub subject: String,
    /// Whether staff or a client started it.
    pub started_by_kind: PrincipalKind,
    /// Who started it.
    pub started_by_id: Uuid,
    /// Counts the changes of its header, from 1 (T-37).
    pub version: i32,
    /// Number of its newest message, deleted or not.
    pub last_seq: i64,
    /// Its newest message that is not deleted; if all are, one of them.
    pub last_message_id: MessageId,
    /// When the message of `last_seq` was sent. It stays when that one is deleted: whoever pages an
    /// inbox meanwhile meets no thread twice.
    pub last_activity_at: DateTime<Utc>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Who locked it, if it is locked (PX-04).
    pub locked_by_id: Option<StaffId>,
    /// How many of its messages are deleted.
    pub deleted_messages: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
