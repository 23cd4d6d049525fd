//! Loaders of what hangs on documents and their categories.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use tidings_domain::{DocumentCategoryId, DocumentId};
use tidings_store::{DocumentFileRow, DocumentNameRow};

use crate::loaders::{LoadError, Rows, grouped};

/// The files of a document.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FilesOf(pub(crate) DocumentId);

/// The names that a category has ready.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NamesOf(pub(crate) DocumentCategoryId);

impl Loader<FilesOf> for Rows {
    type Value = Vec<DocumentFileRow>;
    type Error = LoadError;

    async fn load(&self, keys: &[FilesOf]) -> Result<HashMap<FilesOf, Self::Value>, LoadError> {
        let documents: Vec<DocumentId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let rows = store
            .document_files_of(&self.0.viewer(), &documents)
            .await?;
        Ok(grouped(keys, rows, |row| FilesOf(row.document_id)))
    }
}

impl Loader<NamesOf> for Rows {
    type Value = Vec<DocumentNameRow>;
    type Error = LoadError;

    async fn load(&self, keys: &[NamesOf]) -> Result<HashMap<NamesOf, Self::Value>, LoadError> {
        let categories: Vec<DocumentCategoryId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let rows = store
            .document_names_of(&self.0.viewer(), &categories)
            .await?;
        Ok(grouped(keys, rows, |row| NamesOf(row.category_id)))
    }
}
