//! Table `mail`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, MailId, MailKind, MessageId, PrincipalKind};
use uuid::Uuid;

/// A mail that waits to leave, or has left: whom it goes to and what it tells, never what it is about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    /// Its id, also as receivers see it: a second copy can be told by it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    /// In which agency.
    pub agency_id: AgencyId,
    /// What it says.
    pub kind: MailKind,
    /// Staff member or portal account.
    pub recipient_kind: PrincipalKind,
    /// Who.
    pub recipient_id: Uuid,
    /// The recipient's default address when it was queued (S-17).
    pub address: String,
    /// The message that waits.
    pub message_id: Option<MessageId>,
    /// What the link in it is made from.
    pub permit_id: Option<Uuid>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// Not before this moment.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it left.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was given up.
    pub given_up_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
