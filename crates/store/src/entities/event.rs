//! Table `event`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, ClientId, ThreadId};

/// A row of the event log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// The row's own number.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// The writing transaction; see `Position`.
    pub transaction: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// In which agency.
    pub agency_id: AgencyId,
    /// On which thread.
    pub thread_id: Option<ThreadId>,
    /// About which client.
    pub client_id: Option<ClientId>,
    /// An [`Event`](tidings_domain::Event) as JSON: ids, no content.
    pub payload: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
