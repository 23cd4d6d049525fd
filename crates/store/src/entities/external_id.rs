//! Table `external_id`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, ExternalKind};
use uuid::Uuid;

/// The id that another system has for a row. A row that came from several has several.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_id")]
pub struct Model {
    /// The agency of the row; of an agency its own id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// Which system, as the import was told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// What the id stands for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: ExternalKind,
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub external_id: String,
    /// The row.
    pub row_id: Uuid,
    /// What the system said of it last, as hashes behind a sign: `+` while it goes on, `-` when it
    /// has ended.
    pub digest: String,
    /// Of a membership: what it comes from.
    pub origin: Option<String>,
    /// What the system says about sharing, as a list in JSON.
    pub labels: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
