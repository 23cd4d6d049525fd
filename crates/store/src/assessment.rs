//! Assessments on clients' records, and the definitions and versions with which they are asked for. An
//! assessment itself is a record like others (`record.rs`).

use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};
use tidings_domain::{AssessmentDefinitionId, AssessmentId, AssessmentVersionId, limits};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::directory::padded;
use crate::entities::{assessment, assessment_definition, assessment_version};
use crate::error::Result;
use crate::sql::Sql;
use crate::visibility::visible;
use crate::writer::Tx;

impl Store {
    /// What clients of the viewer's agency can be asked for at present, by title; at most as many as an
    /// agency can have (C-33).
    pub async fn requestable_assessments(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<assessment_definition::Model>> {
        let query = visible::<assessment_definition::Entity>(viewer)
            .filter(assessment_definition::Column::Active.eq(true))
            .filter(assessment_definition::Column::Requestable.eq(true))
            .order_by_asc(assessment_definition::Column::Title)
            .order_by_asc(assessment_definition::Column::Id)
            .limit(u64::try_from(limits::MAX_ASSESSMENT_DEFINITIONS).unwrap_or_default());
        Ok(query.all(&self.read).await?)
    }

    /// Those of the definitions that the viewer sees, in use or not.
    pub async fn assessment_definitions(
        &self,
        viewer: &Viewer,
        ids: &[AssessmentDefinitionId],
    ) -> Result<Vec<assessment_definition::Model>> {
        let query = visible::<assessment_definition::Entity>(viewer)
            .filter(assessment_definition::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }

    /// Those of the versions that the viewer sees.
    pub async fn assessment_versions(
        &self,
        viewer: &Viewer,
        ids: &[AssessmentVersionId],
    ) -> Result<Vec<assessment_version::Model>> {
        let query = visible::<assessment_version::Entity>(viewer)
            .filter(assessment_version::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }
}

impl Tx {
    /// The definition, if the viewer sees it, in use or not.
    pub async fn assessment_definition(
        &self,
        viewer: &Viewer,
        id: AssessmentDefinitionId,
    ) -> Result<Option<assessment_definition::Model>> {
        let query = visible::<assessment_definition::Entity>(viewer)
            .filter(assessment_definition::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// The version, if the viewer sees it.
    pub async fn assessment_version(
        &self,
        viewer: &Viewer,
        id: AssessmentVersionId,
    ) -> Result<Option<assessment_version::Model>> {
        let query = visible::<assessment_version::Entity>(viewer)
            .filter(assessment_version::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// How many definitions of the viewer's agency clients can be asked for.
    pub async fn count_requestable_assessments(&self, viewer: &Viewer) -> Result<usize> {
        let query = visible::<assessment_definition::Entity>(viewer)
            .filter(assessment_definition::Column::Active.eq(true))
            .filter(assessment_definition::Column::Requestable.eq(true));
        Ok(query.all(&**self).await?.len())
    }

    /// Stores a definition, new or changed, with a new version.
    pub async fn put_assessment_definition(
        &self,
        definition: assessment_definition::Model,
        version: assessment_version::Model,
    ) -> Result<()> {
        if version.number == 1 {
            assessment_definition::Entity::insert(definition.into_active_model())
                .exec_without_returning(&**self)
                .await?;
        } else {
            assessment_definition::ActiveModel {
                version_id: Set(definition.version_id),
                title: Set(definition.title.clone()),
                requestable: Set(definition.requestable),
                active: Set(definition.active),
                ..definition.into_active_model()
            }
            .update_without_returning(&**self)
            .await?;
        }
        assessment_version::Entity::insert(version.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Stores what was answered.
    pub async fn insert_assessment(&self, assessment: assessment::Model) -> Result<()> {
        assessment::Entity::insert(assessment.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// The assessment, locked until the end of the write, if the viewer sees it.
    pub async fn lock_assessment(
        &self,
        viewer: &Viewer,
        id: AssessmentId,
    ) -> Result<Option<assessment::Model>> {
        self.lock_record(viewer, id.0).await
    }

    /// Keeps a locked assessment from the client's own portal, or shows it there again (CX-12).
    pub async fn set_assessment_hidden(&self, id: AssessmentId, hidden: bool) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE assessment SET hidden = ").bind(hidden);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
