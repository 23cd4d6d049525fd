//! `Audience` and `Topic`.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use tidings_policy::readers;
use tidings_store::{AudienceRow, TopicRow};

use crate::enums::{AudienceKind, Role};
use crate::error::not_found;
use crate::loaders::{Load, TopicsOf};
use crate::node::Global;

/// One of the three groups of readers of an agency. A thread's audience decides which staff see
/// it and can answer.
#[derive(Description)]
pub(crate) struct Audience(pub(crate) Arc<AudienceRow>);

impl From<AudienceRow> for Audience {
    fn from(row: AudienceRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl Audience {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Which of the three.
    async fn kind(&self) -> AudienceKind {
        self.0.kind.into()
    }

    /// What the agency calls it.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// The roles that read threads of this audience: clinicians about assigned clients,
    /// supervisors about their supervisees' clients, the others throughout the agency. At most 7.
    async fn roles(&self) -> Vec<Role> {
        readers(self.0.kind).into_iter().map(Role::from).collect()
    }

    /// The topics of this audience, in the agency's order. At most 100.
    #[graphql(complexity = "10 * (child_complexity + 1)")]
    async fn topics(&self, ctx: &Context<'_>) -> Result<Vec<Topic>> {
        let topics = ctx.one(TopicsOf(self.0.kind)).await?.unwrap_or_default();
        Ok(topics.into_iter().map(Topic::from).collect())
    }
}

/// What a thread can be about. Choosing one fills in the subject.
#[derive(Description)]
pub(crate) struct Topic(pub(crate) Arc<TopicRow>);

impl From<TopicRow> for Topic {
    fn from(row: TopicRow) -> Self {
        Self(Arc::new(row))
    }
}

#[Object(use_type_description)]
impl Topic {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The topic as listed.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The subject of a thread of this topic, unless another is given.
    async fn default_subject(&self) -> &str {
        &self.0.default_subject
    }

    /// The audience that it belongs to.
    async fn audience(&self, ctx: &Context<'_>) -> Result<Audience> {
        ctx.one(self.0.audience)
            .await?
            .map(Audience::from)
            .ok_or_else(not_found)
    }
}
