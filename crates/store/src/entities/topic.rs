//! Table `topic`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AgencyId, AudienceId, AudienceKind, TopicId};

/// What a thread can be about (C-02).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TopicId,
    /// Whose.
    pub agency_id: AgencyId,
    /// The audience it belongs to.
    pub audience_id: AudienceId,
    /// That audience's kind.
    pub audience: AudienceKind,
    /// As listed.
    pub title: String,
    /// The subject that it fills in (T-18).
    pub default_subject: String,
    /// Place in the list, from 0.
    pub rank: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
