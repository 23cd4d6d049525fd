//! Table `notification`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, ClientId, NotificationId, NotificationKind, PrincipalKind};
use uuid::Uuid;

/// Something that somebody is told of in the inbox. It carries ids, never content.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Staff member or portal account.
    pub recipient_kind: PrincipalKind,
    /// Whose it is.
    pub recipient_id: Uuid,
    /// Of what.
    pub kind: NotificationKind,
    /// The request or the release that it is about.
    pub subject_id: Uuid,
    /// The client whom that is about.
    pub client_id: ClientId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
