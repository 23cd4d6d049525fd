//! Documents on clients' records: their files, and the categories and names with which they are asked
//! for. A document itself is a record like others (`record.rs`).

use std::collections::BTreeMap;

use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};
use tidings_domain::{
    AttachmentId, DocumentCategoryId, DocumentFileId, DocumentId, DocumentNameId, limits,
};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::directory::padded;
use crate::entities::{document, document_category, document_file, document_name};
use crate::error::Result;
use crate::record::Record;
use crate::sql::{Reader, Sql};
use crate::visibility::{visible, visible_records};
use crate::writer::Tx;

/// Begins `SELECT … FROM document_file f … WHERE` the files of documents that the viewer sees.
fn files(mut sql: Sql, viewer: &Viewer) -> Sql {
    sql.push("SELECT ").columns::<document_file::Model>("f");
    sql.push(" FROM document_file f JOIN document r ON r.id = f.document_id WHERE ");
    // SECURITY: a file is seen as its document is (K18).
    visible_records(&mut sql, viewer, "r", document::Model::HAS);
    sql
}

impl Store {
    /// The files of these documents, as far as the viewer sees them, in their order: one statement for
    /// any number of documents.
    pub async fn document_files_of(
        &self,
        viewer: &Viewer,
        documents: &[DocumentId],
    ) -> Result<Vec<document_file::Model>> {
        let mut sql = files(Sql::new(self.backend()), viewer);
        sql.push(" AND f.document_id IN ").list(documents);
        sql.push(" ORDER BY f.document_id, f.rank");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// Those of the files of documents that the viewer sees.
    pub async fn document_files(
        &self,
        viewer: &Viewer,
        ids: &[DocumentFileId],
    ) -> Result<Vec<document_file::Model>> {
        let mut sql = files(Sql::new(self.backend()), viewer);
        sql.push(" AND f.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// The categories that the viewer's agency asks for at present, by name; at most as many as an
    /// agency can have.
    pub async fn document_categories(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<document_category::Model>> {
        let query = visible::<document_category::Entity>(viewer)
            .filter(document_category::Column::Active.eq(true))
            .order_by_asc(document_category::Column::Name)
            .order_by_asc(document_category::Column::Id)
            .limit(u64::try_from(limits::MAX_DOCUMENT_NAMES).unwrap_or_default());
        Ok(query.all(&self.read).await?)
    }

    /// Those of the categories that the viewer sees, in use or not.
    pub async fn document_categories_by_id(
        &self,
        viewer: &Viewer,
        ids: &[DocumentCategoryId],
    ) -> Result<Vec<document_category::Model>> {
        let query = visible::<document_category::Entity>(viewer)
            .filter(document_category::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }

    /// The names that these categories have ready, in their order.
    pub async fn document_names_of(
        &self,
        viewer: &Viewer,
        categories: &[DocumentCategoryId],
    ) -> Result<Vec<document_name::Model>> {
        let query = visible::<document_name::Entity>(viewer)
            .filter(document_name::Column::CategoryId.is_in(padded(categories)))
            .filter(document_name::Column::Active.eq(true))
            .order_by_asc(document_name::Column::Rank);
        Ok(query.all(&self.read).await?)
    }

    /// Those of the predefined names that the viewer sees, offered or not.
    pub async fn document_names(
        &self,
        viewer: &Viewer,
        ids: &[DocumentNameId],
    ) -> Result<Vec<document_name::Model>> {
        let query = visible::<document_name::Entity>(viewer)
            .filter(document_name::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }
}

impl Tx {
    /// The category, if the viewer sees it, in use or not.
    pub async fn document_category(
        &self,
        viewer: &Viewer,
        id: DocumentCategoryId,
    ) -> Result<Option<document_category::Model>> {
        let query = visible::<document_category::Entity>(viewer)
            .filter(document_category::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// How many categories the viewer's agency has in use.
    pub async fn count_document_categories(&self, viewer: &Viewer) -> Result<usize> {
        let query = visible::<document_category::Entity>(viewer)
            .filter(document_category::Column::Active.eq(true));
        Ok(query.all(&**self).await?.len())
    }

    /// The predefined name, if it is one that this category of the viewer's agency offers.
    pub async fn document_name(
        &self,
        viewer: &Viewer,
        category: DocumentCategoryId,
        id: DocumentNameId,
    ) -> Result<Option<document_name::Model>> {
        let query = visible::<document_name::Entity>(viewer)
            .filter(document_name::Column::Id.eq(id))
            .filter(document_name::Column::CategoryId.eq(category))
            .filter(document_name::Column::Active.eq(true));
        Ok(query.one(&**self).await?)
    }

    /// Stores a category, new or changed.
    pub async fn put_document_category(
        &self,
        category: document_category::Model,
        new: bool,
    ) -> Result<()> {
        let row = document_category::ActiveModel {
            name: Set(category.name.clone()),
            active: Set(category.active),
            ..category.into_active_model()
        };
        if new {
            document_category::Entity::insert(row)
                .exec_without_returning(&**self)
                .await?;
        } else {
            row.update_without_returning(&**self).await?;
        }
        Ok(())
    }

    /// Gives a category these names, in this order. One that it has had keeps its id; one that is not
    /// among them is offered no more.
    pub async fn set_document_names(
        &self,
        viewer: &Viewer,
        category: DocumentCategoryId,
        names: Vec<(DocumentNameId, String)>,
    ) -> Result<()> {
        let query = visible::<document_name::Entity>(viewer)
            .filter(document_name::Column::CategoryId.eq(category));
        let known = query.all(&**self).await?.into_iter();
        let mut known: BTreeMap<String, document_name::Model> =
            known.map(|row| (row.name.clone(), row)).collect();
        for (rank, (id, name)) in (0..).zip(names) {
            if let Some(row) = known.remove(&name) {
                self.offer_document_name(row.id, rank, true).await?;
                continue;
            }
            let row = document_name::Model {
                id,
                category_id: category,
                name,
                rank,
                active: true,
            };
            document_name::Entity::insert(row.into_active_model())
                .exec_without_returning(&**self)
                .await?;
        }
        for row in known.into_values().filter(|row| row.active) {
            self.offer_document_name(row.id, row.rank, false).await?;
        }
        Ok(())
    }

    async fn offer_document_name(&self, id: DocumentNameId, rank: i32, active: bool) -> Result<()> {
        document_name::ActiveModel {
            id: Set(id),
            rank: Set(rank),
            active: Set(active),
            ..Default::default()
        }
        .update_without_returning(&**self)
        .await?;
        Ok(())
    }

    /// Takes an attachment that was not sent, to be a file of a document. Of several writes at once one
    /// gets `true`.
    pub async fn take_attachment(&self, id: AttachmentId) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM attachment WHERE message_id IS NULL AND id = ")
            .bind(id);
        Ok(self.execute_raw(sql.statement()).await?.rows_affected() == 1)
    }

    /// Stores a document with its files.
    pub async fn insert_document(
        &self,
        document: document::Model,
        files: Vec<document_file::Model>,
    ) -> Result<()> {
        document::Entity::insert(document.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        self.bulk(files).await
    }
}
