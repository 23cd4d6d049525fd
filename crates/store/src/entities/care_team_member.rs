//! Table `care_team_member`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{CareTeamMemberId, CareTeamSource, ClientId, StaffId};

/// An assignment of a staff member to a client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_team_member")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CareTeamMemberId,
    /// The client.
    pub client_id: ClientId,
    /// The staff member.
    pub staff_id: StaffId,
    /// First day, in the agency's time zone.
    pub start_date: NaiveDate,
    /// Last day; the assignment holds on that day still (CX-14).
    pub end_date: Option<NaiveDate>,
    /// Whether others than the own agency's staff see it (CX-14).
    pub public: bool,
    /// By hand or from an enrolment (CX-13).
    pub source: CareTeamSource,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
