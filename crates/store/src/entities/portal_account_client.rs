//! Table `portal_account_client`.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AccountId, ClientId};

/// A client for whom a portal account acts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "portal_account_client")]
pub struct Model {
    /// The client; it has one account at most (P-47).
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: ClientId,
    /// The account.
    pub account_id: AccountId,
    /// 0 for the primary record, then in order (P-46).
    pub rank: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
