//! Mutations of documents: handing in what was asked for, adding one, and what can be asked for.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{AttachmentId, ClientId, DocumentCategoryId, DocumentNameId, RequestKind};
use tidings_service::{AddDocument, FulfillDocument, SaveDocumentCategory, WantedDocument};

use crate::document::{Document, DocumentCategory};
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::{Global, parse_request};
use crate::portal_request::{DocumentRequest, PortalRequest};
use crate::request::Ask;

/// Files of a category, under one of its names or another.
#[derive(InputObject)]
pub(crate) struct DocumentWantedInput {
    /// The category, one of `Agency.documentCategories`.
    category_id: ID,
    /// The name, one of `DocumentCategory.predefinedNames`. Left out where none of them fits.
    predefined_name_id: Option<ID>,
    /// Then the name is given here: 1 to 200 characters.
    other_name: Option<String>,
    /// Whether request and document are kept from other agencies that share the client.
    #[graphql(default)]
    private: bool,
}

impl DocumentWantedInput {
    pub(crate) fn wanted(self) -> Result<WantedDocument> {
        let predefined = self.predefined_name_id.as_ref();
        Ok(WantedDocument {
            category: DocumentCategoryId::parse(&self.category_id)?,
            predefined: predefined.map(DocumentNameId::parse).transpose()?,
            other_name: self.other_name,
            private: self.private,
        })
    }
}

/// Files that a request asked for.
#[derive(InputObject)]
pub(crate) struct FulfillDocumentRequestInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The request.
    request_id: ID,
    /// 1 to 20 attachments that were uploaded with the purpose `REQUEST_DOCUMENT` for this client, in
    /// their order. Together they have at most 26,214,400 bytes. They become files of the document, and
    /// are attachments no more.
    attachment_ids: Vec<ID>,
}

/// What came of handing in a document.
#[derive(SimpleObject)]
pub(crate) struct FulfillDocumentRequestPayload {
    /// The request, with its document.
    request: Option<DocumentRequest>,
    /// Why it was not fulfilled. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A document that nobody asked for.
#[derive(InputObject)]
pub(crate) struct AddDocumentInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client for whom the portal account adds it.
    acting_for: ID,
    /// The category, one of `Agency.documentCategories`.
    category_id: Option<ID>,
    /// What it is called: 1 to 200 characters.
    name: String,
    /// Its files, as those of `fulfillDocumentRequest`.
    attachment_ids: Vec<ID>,
}

/// What came of adding a document.
#[derive(SimpleObject)]
pub(crate) struct AddDocumentPayload {
    /// The document.
    document: Option<Document>,
    /// Why it was not added. Nothing is stored then.
    user_errors: Vec<UserError>,
}

/// A category of documents, as it is to be.
#[derive(InputObject)]
pub(crate) struct SaveDocumentCategoryInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Which one is changed; a new one if left out.
    category_id: Option<ID>,
    /// What it is called: 1 to 200 characters.
    name: String,
    /// The names that it has ready, in their order: at most 100, each once, of 1 to 200 characters. One
    /// that is left out is offered no more.
    predefined_names: Vec<String>,
    /// Whether it is asked for. At most 100 of an agency are.
    #[graphql(default = true)]
    active: bool,
}

/// What came of saving a category.
#[derive(SimpleObject)]
pub(crate) struct SaveDocumentCategoryPayload {
    /// The category as saved.
    document_category: Option<DocumentCategory>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

fn attachments(ids: &[ID]) -> Result<Vec<AttachmentId>> {
    ids.iter().map(AttachmentId::parse).collect()
}

#[derive(Default)]
pub(crate) struct DocumentMutation;

#[Object]
impl DocumentMutation {
    /// Hands in the files that a request asked for. For the client's portal account.
    async fn fulfill_document_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request and the files.")] input: FulfillDocumentRequestInput,
    ) -> Result<FulfillDocumentRequestPayload> {
        let fulfill = FulfillDocument {
            request: parse_request(&input.request_id, Some(RequestKind::Document))?,
            attachments: attachments(&input.attachment_ids)?,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let service = ctx.service()?;
        let done = service
            .fulfill_document_request(&viewer, key, fulfill)
            .await;
        let (request, user_errors) = match outcome(done)? {
            Ok(done) => (
                PortalRequest::load(ctx, done.request, None).await?,
                Vec::new(),
            ),
            Err(user_errors) => (None, user_errors),
        };
        let request = match request {
            Some(PortalRequest::DocumentRequest(request)) => Some(request),
            _ => None,
        };
        Ok(FulfillDocumentRequestPayload {
            request,
            user_errors,
        })
    }

    /// Adds a document that nobody asked for, if the agency takes such. For a portal account. It is
    /// private.
    async fn add_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, the name and the files.")] input: AddDocumentInput,
    ) -> Result<AddDocumentPayload> {
        let category = input.category_id.as_ref();
        let add = AddDocument {
            acting_for: ClientId::parse(&input.acting_for)?,
            category: category.map(DocumentCategoryId::parse).transpose()?,
            name: input.name,
            attachments: attachments(&input.attachment_ids)?,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let added = ctx.service()?.add_document(&viewer, key, add).await;
        Ok(match outcome(added)? {
            Ok(added) => AddDocumentPayload {
                document: ctx.one(added.document).await?.map(Document::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => AddDocumentPayload {
                document: None,
                user_errors,
            },
        })
    }

    /// Makes a category of documents, or changes one as a whole. Requests that were sent keep the name
    /// with which they asked. For practice and clinical admins.
    async fn save_document_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category, as it is to be.")] input: SaveDocumentCategoryInput,
    ) -> Result<SaveDocumentCategoryPayload> {
        let category = input.category_id.as_ref();
        let save = SaveDocumentCategory {
            category: category.map(DocumentCategoryId::parse).transpose()?,
            name: input.name,
            predefined_names: input.predefined_names,
            active: input.active,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let service = ctx.service()?;
        let saved = service.save_document_category(&viewer, key, save).await;
        Ok(match outcome(saved)? {
            Ok(saved) => SaveDocumentCategoryPayload {
                document_category: ctx.one(saved.category).await?.map(DocumentCategory::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => SaveDocumentCategoryPayload {
                document_category: None,
                user_errors,
            },
        })
    }
}
