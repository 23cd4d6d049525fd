//! Table `assessment_definition`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, AssessmentDefinitionId, AssessmentVersionId};

/// An assessment that an agency defines (C-33). What it asks stands in its versions.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_definition")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentDefinitionId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// The version with which it asks at present.
    pub version_id: AssessmentVersionId,
    /// The title of that version: lists go by it.
    pub title: String,
    /// Whether clients can be asked for it through the portal.
    pub requestable: bool,
    /// Whether it is in use.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
