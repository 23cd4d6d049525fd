//! Table `draft`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AgencyId, AudienceKind, BodyFormat, ClientId, DraftId, MessageId, PrincipalKind, ThreadId,
    TopicId,
};
use uuid::Uuid;

/// A text that was not sent yet (SX-03): an answer in a thread, or a thread to start. Its writer's
/// alone, and health information.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DraftId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Staff member or portal account.
    pub owner_kind: PrincipalKind,
    /// Whose it is.
    pub owner_id: Uuid,
    /// The thread that it answers in; none if it starts one.
    pub thread_id: Option<ThreadId>,
    /// The client for whom an account writes.
    pub client_id: Option<ClientId>,
    /// To whom a new thread goes, as JSON.
    pub recipients: String,
    /// Whether its clients are to see each other.
    pub as_group: bool,
    /// The audience of a new thread.
    pub audience: Option<AudienceKind>,
    /// The topic of a new thread.
    pub topic_id: Option<TopicId>,
    /// The subject of a new thread.
    pub subject: String,
    /// The message that it answers.
    pub reply_to_id: Option<MessageId>,
    /// How it is written.
    pub body_format: BodyFormat,
    /// Text or sanitised HTML, whose images name attachments as they were handed in. May be empty.
    pub body: String,
    /// When it was saved last.
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
