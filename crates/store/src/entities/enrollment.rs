//! Table `enrollment`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, ClientId, EnrollmentId, HouseholdRole, ProgramId};

/// An enrolment of a client in a program.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enrollment")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EnrollmentId,
    /// In which agency.
    pub agency_id: AgencyId,
    /// Who.
    pub client_id: ClientId,
    /// In what.
    pub program_id: ProgramId,
    /// First day.
    pub entry_date: NaiveDate,
    /// Last day; the enrolment holds on that day still. None if it goes on (CX-03).
    pub exit_date: Option<NaiveDate>,
    /// The household with which the client came, by the source's id.
    pub household: Option<String>,
    /// The place in it.
    pub household_role: HouseholdRole,
    /// When it was added here.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
