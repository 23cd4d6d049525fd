//! Table `location`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AccountId, AgencyId, ClientId, LocationId, PortalRequestId, StaffId};

/// Where a client said to be: an address or coordinates. Health information.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Whose.
    pub client_id: ClientId,
    /// Whether it is kept from other agencies.
    pub private: bool,
    /// The request that it fulfils, if one asked for it.
    pub request_id: Option<PortalRequestId>,
    /// Through which login it came.
    pub added_by: AccountId,
    /// Of one that nobody asked for: who owns it by the agency's policy (CX-09).
    pub owner_id: Option<StaffId>,
    /// Street and number; none of coordinates.
    pub line1: Option<String>,
    /// What else belongs to it.
    pub line2: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// State, province or county.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    /// Degrees north; none of an address.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// How far it may be off, in metres.
    pub accuracy: Option<f64>,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
