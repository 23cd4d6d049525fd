//! Table `message`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{AccountId, BodyFormat, MessageId, PrincipalKind, ThreadId};
use uuid::Uuid;

/// One entry of a thread.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    /// The thread.
    pub thread_id: ThreadId,
    /// Its number in the thread: from 1, without gaps, in the order of commits.
    pub seq: i64,
    /// Staff member or client.
    pub author_kind: PrincipalKind,
    /// The staff member or the client.
    pub author_id: Uuid,
    /// The login that wrote for the client.
    pub account_id: Option<AccountId>,
    /// Its text; of a rich one the plain text, which is searched, counted and shown in lists.
    pub body: String,
    /// When it was sent; never before the message ahead of it.
    pub created_at: DateTime<Utc>,
    /// When the client first saw it; kept once set (C-26).
    pub seen_by_client_at: Option<DateTime<Utc>>,
    /// How it was written.
    pub body_format: BodyFormat,
    /// When it was deleted for everybody (K3). Its place in the thread stays.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The sanitised HTML of a rich one. Also empty in a row that was read without it
    /// ([`MessageRange::html`](crate::MessageRange::html)): a rich message always has it.
    pub body_html: Option<String>,
    /// The message that it answers, of the same thread (P-34).
    pub reply_to_id: Option<MessageId>,
    /// Which text of that message it answers.
    pub reply_to_revision: Option<i32>,
    /// Counts its texts, from 1; those before stand in `message_revision`.
    pub revision: i32,
    /// When it was edited last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was pinned, if it is pinned (P-30).
    pub pinned_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
