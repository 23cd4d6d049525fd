//! Table `attachment`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AgencyId, AttachmentId, AttachmentPurpose, ClientId, FileGroup, MessageId, PrincipalKind,
    ThreadId,
};
use uuid::Uuid;

/// A file that goes with a message, or waits to. What its file holds never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// The tenant.
    pub agency_id: AgencyId,
    /// Staff member or portal account.
    pub uploader_kind: PrincipalKind,
    /// Who uploaded it.
    pub uploader_id: Uuid,
    /// Before it is sent, the client for whom an account uploaded it; then its thread's client.
    pub client_id: Option<ClientId>,
    /// What it is for.
    pub purpose: AttachmentPurpose,
    /// What its sender called it. Health information.
    pub file_name: String,
    /// The type with which it is served, of `FileKind::media_type`.
    pub media_type: String,
    /// What it is for those who handle it.
    pub kind: FileGroup,
    /// Its size as it is stored: a picture is smaller than it came.
    pub bytes: i64,
    /// The SHA-256 of what is stored, in hexadecimal.
    pub sha256: String,
    /// Of a picture, the width in pixels.
    pub width: Option<i32>,
    /// Of a picture, the height in pixels.
    pub height: Option<i32>,
    /// Of a voice note, how long it lasts (P-28).
    pub duration_ms: Option<i64>,
    /// Under which id its content lies in the file store.
    pub file_id: Uuid,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When it goes, unless it is sent before.
    pub expires_at: DateTime<Utc>,
    /// The message with which it went.
    pub message_id: Option<MessageId>,
    /// That message's thread.
    pub thread_id: Option<ThreadId>,
    /// Its place among the message's attachments, from 0.
    pub rank: Option<i32>,
    /// When that message was sent.
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
