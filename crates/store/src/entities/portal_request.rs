//! Table `portal_request`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use tidings_domain::{
    AgencyId, AssessmentVersionId, ClientId, DocumentCategoryId, PortalRequestId, RequestKind,
    RequestStatus, StaffId,
};

/// Something that a client is asked for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "portal_request")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PortalRequestId,
    /// The tenant: the client's agency.
    pub agency_id: AgencyId,
    /// Who is asked.
    pub client_id: ClientId,
    /// For what.
    pub kind: RequestKind,
    /// Where it stands.
    pub status: RequestStatus,
    /// Whether it and its record are kept from other agencies (C-34).
    pub private: bool,
    /// Who asks.
    pub requested_by: StaffId,
    /// The note to the client, as plain text. Health information.
    pub note_text: Option<String>,
    /// The note as sanitised HTML, if it is rich.
    pub note_html: Option<String>,
    /// Of a release: the text to be signed.
    pub release_text: Option<String>,
    /// And for how many days it is to hold at most.
    pub release_days: Option<i32>,
    /// Of a document: its category.
    pub document_category_id: Option<DocumentCategoryId>,
    /// And what it is called.
    pub document_name: Option<String>,
    /// Of an assessment: the version with which it asks.
    pub assessment_version_id: Option<AssessmentVersionId>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// Until when it can be fulfilled.
    pub expires_at: DateTime<Utc>,
    /// When the client first looked at it.
    pub seen_at: Option<DateTime<Utc>>,
    /// When it was fulfilled, taken back, or its time was over.
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
