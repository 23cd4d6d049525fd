//! What an agency asks for as documents: categories, and the names that they have ready.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tidings_domain::document::DocumentName;
use tidings_domain::{Deed, DocumentCategoryId, UserErrorCode, limits};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::DocumentCategoryRow;

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// A category, as it is to be.
#[derive(Clone, Debug, Serialize)]
pub struct SaveDocumentCategory {
    /// Which; a new one if left out.
    pub category: Option<DocumentCategoryId>,
    /// What it is called.
    pub name: String,
    /// The names that it has ready, in their order.
    pub predefined_names: Vec<String>,
    /// Whether it is asked for.
    pub active: bool,
}

/// A category as it was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentCategorySaved {
    /// Which.
    pub category: DocumentCategoryId,
}

impl Service {
    /// Makes a category of documents, or changes one as a whole (C-35, C-36). Requests that were sent
    /// keep the name with which they asked. Refused with `DOCUMENT_NAME_INVALID` and
    /// `TOO_MANY_DOCUMENT_NAMES`.
    pub async fn save_document_category(
        &self,
        viewer: &Viewer,
        key: &str,
        input: SaveDocumentCategory,
    ) -> Result<DocumentCategorySaved> {
        if !administers(viewer, AdminAction::DefineRequests) {
            return Err(Error::forbidden());
        }
        let write = match self
            .begin(viewer, key, "saveDocumentCategory", &input)
            .await?
        {
            Begin::Done(saved) => return Ok(saved),
            Begin::New(write) => write,
        };
        let name = parsed(&input.name, "name")?;
        let names = input.predefined_names.iter();
        let names: Vec<String> = names
            .map(|name| parsed(name, "predefinedNames"))
            .collect::<Result<_>>()?;
        if names.len() > limits::MAX_DOCUMENT_NAMES {
            return Err(too_many("predefinedNames"));
        }
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            return Err(invalid("predefinedNames"));
        }
        // One write of these at a time in an agency, so that the bound of their number holds.
        write.tx.lock_policy(viewer).await?;
        let before = match input.category {
            Some(id) => {
                let found = write.tx.document_category(viewer, id).await?;
                Some(found.ok_or_else(Error::not_found)?)
            }
            None => None,
        };
        let was_active = before.as_ref().is_some_and(|category| category.active);
        if input.active && !was_active {
            room(&write, viewer).await?;
        }
        let category = DocumentCategoryRow {
            id: before
                .as_ref()
                .map_or_else(|| write.id(), |before| before.id),
            agency_id: viewer.agency(),
            name,
            active: input.active,
            created_at: before
                .as_ref()
                .map_or(write.now, |before| before.created_at),
        };
        let (agency, id) = (category.agency_id, category.id);
        write
            .tx
            .put_document_category(category, before.is_none())
            .await?;
        let names = names.into_iter().map(|name| (write.id(), name)).collect();
        write.tx.set_document_names(viewer, id, names).await?;
        let detail = format!("document category {id}");
        let deed = Deed::DocumentCategorySaved;
        write.audit(agency, deed, agency, detail).await?;
        write.commit(DocumentCategorySaved { category: id }).await
    }
}

fn invalid(field: &'static str) -> Error {
    Error::refused(UserErrorCode::DocumentNameInvalid, &[field])
}

fn too_many(field: &'static str) -> Error {
    Error::refused(UserErrorCode::TooManyDocumentNames, &[field])
}

fn parsed(text: &str, field: &'static str) -> Result<String> {
    let name = DocumentName::parse(text).ok_or_else(|| invalid(field))?;
    Ok(name.as_str().to_owned())
}

async fn room(write: &Write<'_>, viewer: &Viewer) -> Result<()> {
    let in_use = write.tx.count_document_categories(viewer).await?;
    if in_use >= limits::MAX_DOCUMENT_NAMES {
        return Err(too_many("active"));
    }
    Ok(())
}
