//! Documents: `Document`, its files, and the categories and names with which they are asked for.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use chrono::{DateTime, Utc};
use tidings_store::{DocumentCategoryRow, DocumentFileRow, DocumentNameRow, DocumentRow};

use crate::client::Client;
use crate::connection::connection;
use crate::document_loaders::{FilesOf, NamesOf};
use crate::enums::AttachmentKind;
use crate::error::fault;
use crate::loaders::Load;
use crate::node::Global;
use crate::portal_request::PortalRequest;
use crate::request::Ask;
use crate::staff::StaffMember;

/// What a client handed in: one file or several. Seen as the request is that asked for it; one that
/// nobody asked for is private.
#[derive(Clone, Description)]
pub(crate) struct Document(Arc<DocumentRow>);

impl From<DocumentRow> for Document {
    fn from(row: DocumentRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    DocumentConnection,
    DocumentEdge,
    Document,
    "A page of documents, newest first."
);

#[Object(use_type_description)]
impl Document {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Whose it is.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0.client_id).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// Whether it is kept from other agencies that share the client.
    async fn private(&self) -> bool {
        self.0.private
    }

    /// What it is called. Health information, like messages.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The category; null if it has none, and to another agency.
    async fn category(&self, ctx: &Context<'_>) -> Option<Result<DocumentCategory>> {
        let row = ctx.one(self.0.category_id?).await;
        row.map(|row| row.map(DocumentCategory::from)).transpose()
    }

    /// The files, in the order in which they were given: 1 to 20.
    #[graphql(complexity = "5 * (child_complexity + 1)")]
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<DocumentFile>> {
        let rows = ctx.one(FilesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(DocumentFile::from).collect())
    }

    /// The request that asked for it; null if nobody did.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        PortalRequest::load(ctx, self.0.request_id?, None)
            .await
            .transpose()
    }

    /// Of one that nobody asked for, the staff member who owns it by the agency's policy.
    async fn owner(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
        let row = ctx.one(self.0.owner_id?).await;
        row.map(|row| row.map(StaffMember::from)).transpose()
    }

    /// When it came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// One file of a document. Who sees the document sees it.
#[derive(Clone, Description)]
pub(crate) struct DocumentFile(Arc<DocumentFileRow>);

impl From<DocumentFileRow> for DocumentFile {
    fn from(row: DocumentFileRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl DocumentFile {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// What its sender called it, made safe to show and to save: at most 255 bytes. Health information,
    /// like the messages.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// The media type with which it is served, decided by its content.
    async fn content_type(&self) -> &str {
        &self.0.media_type
    }

    /// What it is for those who handle it. Archives are kept as they came, and never opened.
    async fn kind(&self) -> AttachmentKind {
        self.0.kind.into()
    }

    /// Its size, in bytes.
    async fn size(&self) -> i64 {
        self.0.bytes
    }

    /// The SHA-256 of its content, in hexadecimal.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Where this viewer reads it: made for the viewer, good until `urlExpiresAt`, without a header. A
    /// path on this server, unless it knows its own address. Opened, it is asked again whether the viewer
    /// still sees the document.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        let viewer = ctx.viewer()?;
        Ok(ctx.service()?.document_address(&viewer, self.0.id).url)
    }

    /// Until when `url` is good: 15 minutes from now.
    async fn url_expires_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        let viewer = ctx.viewer()?;
        let address = ctx.service()?.document_address(&viewer, self.0.id);
        Ok(address.expires_at)
    }

    /// The document.
    async fn document(&self, ctx: &Context<'_>) -> Option<Result<Document>> {
        let row = ctx.one(self.0.document_id).await;
        row.map(|row| row.map(Document::from)).transpose()
    }
}

/// A category of documents that an agency asks for.
#[derive(Clone, Description)]
pub(crate) struct DocumentCategory(Arc<DocumentCategoryRow>);

impl From<DocumentCategoryRow> for DocumentCategory {
    fn from(row: DocumentCategoryRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl DocumentCategory {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is asked for at present.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// The names that it has ready, in the agency's order. At most 100.
    #[graphql(complexity = "10 * (child_complexity + 1)")]
    async fn predefined_names(&self, ctx: &Context<'_>) -> Result<Vec<PredefinedDocumentName>> {
        let rows = ctx.one(NamesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(PredefinedDocumentName::from).collect())
    }
}

/// A name that a category of documents has ready.
#[derive(Clone, Description)]
pub(crate) struct PredefinedDocumentName(Arc<DocumentNameRow>);

impl From<DocumentNameRow> for PredefinedDocumentName {
    fn from(row: DocumentNameRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl PredefinedDocumentName {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// The categories that the viewer's agency asks for at present, by name.
pub(crate) async fn categories(ctx: &Context<'_>) -> Result<Vec<DocumentCategory>> {
    let viewer = ctx.viewer()?;
    let rows = ctx.service()?.store.document_categories(&viewer).await;
    let rows = rows.map_err(|error| fault(&error))?;
    Ok(rows.into_iter().map(DocumentCategory::from).collect())
}
