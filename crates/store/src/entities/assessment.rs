//! Table `assessment`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AccountId, AgencyId, AssessmentId, AssessmentVersionId, ClientId, PortalRequestId,
};

/// What a client answered to an assessment. Health information.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Whose.
    pub client_id: ClientId,
    /// Whether it is kept from other agencies (C-34).
    pub private: bool,
    /// Whether it is kept from the client's own portal (CX-12).
    pub hidden: bool,
    /// The request that it fulfils.
    pub request_id: Option<PortalRequestId>,
    /// Through which login it came.
    pub added_by: AccountId,
    /// The version that was answered.
    pub version_id: AssessmentVersionId,
    /// What that is called.
    pub title: String,
    /// The day that it is of (CX-04).
    pub assessed_on: NaiveDate,
    /// Questions as they were asked, and their answers: `Answered` as JSON.
    pub answers: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
