//! Table `audit_entry`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, Deed, PrincipalKind, SubjectKind};
use uuid::Uuid;

/// Who did what to which row. Written once, never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Whose log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Staff member or portal account; none where the system did it by itself.
    pub actor_kind: Option<PrincipalKind>,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub deed: Deed,
    /// To which kind of row.
    pub subject_kind: SubjectKind,
    /// To which row.
    pub subject_id: Uuid,
    /// Switches and numbers; nothing that a person wrote.
    pub detail: String,
    /// What links it to the entry before it ([`AuditEntry::link`](tidings_domain::AuditEntry::link)).
    pub link: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
