//! Table `assessment_version`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, AssessmentDefinitionId, AssessmentVersionId, StaffId};

/// One version of an assessment. It is never changed: requests keep the one with which they asked.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_version")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentVersionId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Of which assessment.
    pub definition_id: AssessmentDefinitionId,
    /// Its number, from 1.
    pub number: i32,
    /// What the assessment is called.
    pub title: String,
    /// What it asks: a `Questionnaire` as JSON.
    pub questions: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: StaffId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
