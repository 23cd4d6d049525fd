//! Table `release_of_information`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AccountId, AgencyId, ClientId, PortalRequestId, ReleaseId};

/// A signed release of information.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_of_information")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReleaseId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Whose.
    pub client_id: ClientId,
    /// The request that it fulfils.
    pub request_id: Option<PortalRequestId>,
    /// Through which login it was signed.
    pub added_by: AccountId,
    /// The name that was signed with.
    pub signed_name: String,
    /// The text that was agreed to.
    pub text: String,
    /// The SHA-256 of that text, in hexadecimal.
    pub text_sha256: String,
    /// The first day on which it holds, in the agency's time zone.
    pub starts_on: NaiveDate,
    /// The last day on which it holds.
    pub expires_on: NaiveDate,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When notice of its end was given (CX-20).
    pub noticed_at: Option<DateTime<Utc>>,
    /// When it was signed.
    pub created_at: DateTime<Utc>,
}

impl Model {
    /// Whether it holds on a day, both ends included.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.revoked_at.is_none() && self.starts_on <= day && day <= self.expires_on
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
