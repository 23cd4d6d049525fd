//! Documents: what is asked for by category and name, and what a client hands in.

use serde::{Deserialize, Serialize};
use tidings_domain::document::DocumentName;
use tidings_domain::{
    AttachmentId, AttachmentPurpose, ClientId, Deed, DocumentCategoryId, DocumentId,
    DocumentNameId, FilePurpose, PortalRequestId, RequestKind, UserErrorCode, file_type, limits,
};
use tidings_policy::Viewer;
use tidings_store::{AttachmentRow, DocumentFileRow, DocumentRow};

use crate::attachment::{sent, waiting};
use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};
use crate::files::refused;
use crate::fulfillment::{Fulfilled, fulfilled};
use crate::portal_request::lock_to_fulfill;
use crate::record::{changed, unsolicited};

/// A document that a client is asked for (C-35 to C-38).
#[derive(Clone, Debug, Serialize)]
pub struct WantedDocument {
    /// The category.
    pub category: DocumentCategoryId,
    /// The predefined name, one of the category's.
    pub predefined: Option<DocumentNameId>,
    /// Another name, where none of the predefined ones fits.
    pub other_name: Option<String>,
    /// Whether it is kept from other agencies.
    pub private: bool,
}

/// Files that a request asked for.
#[derive(Clone, Debug, Serialize)]
pub struct FulfillDocument {
    /// The request.
    pub request: PortalRequestId,
    /// Uploaded attachments, in their order.
    pub attachments: Vec<AttachmentId>,
}

/// A document that nobody asked for.
#[derive(Clone, Debug, Serialize)]
pub struct AddDocument {
    /// For which client a portal account adds it.
    pub acting_for: ClientId,
    /// The category, if it has one.
    pub category: Option<DocumentCategoryId>,
    /// What it is called.
    pub name: String,
    /// Uploaded attachments, in their order.
    pub attachments: Vec<AttachmentId>,
}

/// A document that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentAdded {
    /// Which.
    pub document: DocumentId,
}

impl Service {
    /// Hands in the files that a request asked for (C-48, C-49): the viewer's own attachments, uploaded
    /// as documents for this client. Of two at once one is stored; the other, and every later one, is
    /// refused with `REQUEST_CLOSED`. Too many bytes, of one file or together, are refused with
    /// `INVALID_FILE_SIZE` (C-40).
    pub async fn fulfill_document_request(
        &self,
        viewer: &Viewer,
        key: &str,
        input: FulfillDocument,
    ) -> Result<Fulfilled> {
        let write = match self
            .begin(viewer, key, "fulfillDocumentRequest", &input)
            .await?
        {
            Begin::Done(done) => return Ok(done),
            Begin::New(write) => write,
        };
        let kind = RequestKind::Document;
        let request = lock_to_fulfill(&write, viewer, input.request, kind).await?;
        let row = DocumentRow {
            id: write.id(),
            agency_id: request.agency_id,
            client_id: request.client_id,
            private: request.private,
            request_id: Some(request.id),
            added_by: viewer.account().ok_or_else(Error::forbidden)?.id,
            owner_id: None,
            category_id: request.document_category_id,
            name: request.document_name.clone().unwrap_or_default(),
            created_at: write.now,
        };
        hand_in(&write, viewer, row, &input.attachments).await?;
        fulfilled(write, request).await
    }

    /// Adds a document that nobody asked for (CX-09, CX-19), owned by whom the policy names. It is
    /// private: what was not asked for is not passed on.
    pub async fn add_document(
        &self,
        viewer: &Viewer,
        key: &str,
        input: AddDocument,
    ) -> Result<DocumentAdded> {
        let write = match self.begin(viewer, key, "addDocument", &input).await? {
            Begin::Done(added) => return Ok(added),
            Begin::New(write) => write,
        };
        unsolicited(viewer, input.acting_for)?;
        let account = viewer.account().ok_or_else(Error::forbidden)?;
        let name = DocumentName::parse(&input.name);
        let name =
            name.ok_or_else(|| Error::refused(UserErrorCode::DocumentNameInvalid, &["name"]))?;
        if let Some(category) = input.category {
            in_use(&write, viewer, category).await?;
        }
        let row = DocumentRow {
            id: write.id(),
            agency_id: account.agency,
            client_id: input.acting_for,
            private: true,
            request_id: None,
            added_by: account.id,
            owner_id: account.policy.unsolicited_owner,
            category_id: input.category,
            name: name.as_str().to_owned(),
            created_at: write.now,
        };
        let (agency, client, document) = (row.agency_id, row.client_id, row.id);
        hand_in(&write, viewer, row, &input.attachments).await?;
        changed(&write, viewer, client).await?;
        let detail = format!("document {document}");
        write
            .audit(agency, Deed::DocumentAdded, client, detail)
            .await?;
        write.commit(DocumentAdded { document }).await
    }
}

/// A category that the viewer's agency asks for at present; else `NOT_FOUND`, as for one that is not
/// there.
async fn in_use(write: &Write<'_>, viewer: &Viewer, id: DocumentCategoryId) -> Result<()> {
    let category = write.tx.document_category(viewer, id).await?;
    let category = category.filter(|category| category.active);
    category.map(drop).ok_or_else(Error::not_found)
}

impl WantedDocument {
    /// What the document is called: a name that its category offers, or another (C-36, C-37).
    pub(crate) async fn name(&self, write: &Write<'_>, viewer: &Viewer) -> Result<String> {
        let refused = |code, field| Error::refused(code, &["request", "document", field]);
        in_use(write, viewer, self.category).await?;
        match (self.predefined, self.other_name.as_deref()) {
            (Some(id), None) => {
                let name = write.tx.document_name(viewer, self.category, id).await?;
                Ok(name.ok_or_else(Error::not_found)?.name)
            }
            (Some(_), Some(_)) => Err(refused(UserErrorCode::DocumentNameInvalid, "otherName")),
            (None, other) => {
                let other = other.unwrap_or_default();
                if other.trim().is_empty() {
                    return Err(refused(UserErrorCode::OtherNameRequired, "otherName"));
                }
                let name = DocumentName::parse(other);
                let invalid = || refused(UserErrorCode::DocumentNameInvalid, "otherName");
                Ok(name.ok_or_else(invalid)?.as_str().to_owned())
            }
        }
    }
}

/// Stores a document whose files are these attachments, which are none any more: the viewer's own, not
/// sent, in time, uploaded as documents for this client.
async fn hand_in(
    write: &Write<'_>,
    viewer: &Viewer,
    document: DocumentRow,
    ids: &[AttachmentId],
) -> Result<()> {
    const FIELD: &str = "attachmentIds";
    if ids.is_empty() {
        return Err(Error::refused(UserErrorCode::FileRequired, &[FIELD]));
    }
    if ids.len() > limits::MAX_DOCUMENT_FILES {
        return Err(Error::refused(UserErrorCode::TooManyAttachments, &[FIELD]));
    }
    let rows = write.tx.attachments(viewer, ids).await?;
    let mut files = Vec::with_capacity(ids.len());
    for (rank, id) in (0..).zip(ids) {
        let row = rows.iter().find(|row| row.id == *id);
        let row = waiting(write, row, AttachmentPurpose::RequestDocument, false)?;
        if row.client_id != Some(document.client_id) {
            return Err(Error::not_found());
        }
        files.push(file(write, &document, row, rank));
    }
    let sizes = files
        .iter()
        .map(|file| u64::try_from(file.bytes).unwrap_or_default());
    let purpose = FilePurpose::RequestDocument;
    file_type::together(sizes).map_err(|problem| refused(problem, purpose, FIELD))?;
    for id in ids {
        if !write.tx.take_attachment(*id).await? {
            return Err(sent());
        }
    }
    Ok(write.tx.insert_document(document, files).await?)
}

fn file(
    write: &Write<'_>,
    document: &DocumentRow,
    row: &AttachmentRow,
    rank: i32,
) -> DocumentFileRow {
    DocumentFileRow {
        id: write.id(),
        document_id: document.id,
        rank,
        file_name: row.file_name.clone(),
        media_type: row.media_type.clone(),
        kind: row.kind,
        bytes: row.bytes,
        sha256: row.sha256.clone(),
        file_id: row.file_id,
    }
}
