//! `Notification`: what the viewer is told of in the inbox.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tidings_domain::{NotificationId, NotificationKind as Kind};
use tidings_service::MarkNotifications;
use tidings_store::{NotificationRow, RecordPlace};

use crate::client::Client;
use crate::connection::{connection, first as page_size};
use crate::cursor::{self, Newest};
use crate::enums::NotificationKind;
use crate::error::{UserError, fault, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::portal_request::PortalRequest;
use crate::record::ReleaseOfInformation;
use crate::request::Ask;

/// Something that the viewer is told of. Nobody else sees it. It has no text: what it is about may
/// be out of the viewer's sight by now.
#[derive(Clone, Description)]
pub(crate) struct Notification(pub(crate) Arc<NotificationRow>);

impl From<NotificationRow> for Notification {
    fn from(row: NotificationRow) -> Self {
        Self(Arc::new(row))
    }
}

connection!(
    NotificationConnection,
    NotificationEdge,
    Notification,
    "A page of notifications, newest first."
);

#[Object(use_type_description)]
impl Notification {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// Of what.
    async fn kind(&self) -> NotificationKind {
        self.0.kind.into()
    }

    /// The request that was fulfilled; null if it is about something else, or out of sight.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        if self.0.kind != Kind::RequestFulfilled {
            return None;
        }
        let request = PortalRequest::load(ctx, self.0.subject_id.into(), None);
        request.await.transpose()
    }

    /// The release that ends soon; null if it is about something else, or out of sight.
    async fn release_of_information(
        &self,
        ctx: &Context<'_>,
    ) -> Option<Result<ReleaseOfInformation>> {
        if self.0.kind != Kind::ReleaseExpiring {
            return None;
        }
        let row = ctx.one(tidings_domain::ReleaseId(self.0.subject_id)).await;
        row.map(|row| row.map(ReleaseOfInformation::from))
            .transpose()
    }

    /// The client whom it is about.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0.client_id).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the viewer read it; null as long as it is unread.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }
}

#[derive(Default)]
pub(crate) struct NotificationQuery;

#[Object]
impl NotificationQuery {
    /// The viewer's notifications, newest first.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only notifications behind this one.")] after: Option<String>,
        #[graphql(desc = "Only those that were not read.", default)] unread: bool,
    ) -> Result<NotificationConnection> {
        let (first, list) = (page_size(first)?, Newest::Notifications);
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let after = after.map(|after| cursor::to_newest(me, list, &after));
        let store = &ctx.service()?.store;
        let page = store
            .notifications_page(&viewer, unread, after.transpose()?, first)
            .await;
        let page = page.map_err(|error| fault(&error))?;
        let edge = |row: NotificationRow| {
            let place = RecordPlace {
                created_at: row.created_at,
                id: row.id.0,
            };
            (cursor::of_newest(me, list, place), Notification::from(row))
        };
        let edges = page.rows.into_iter().map(edge).collect();
        Ok(NotificationConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }

    /// How many of the viewer's notifications were not read.
    #[graphql(complexity = "20")]
    async fn unread_notification_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let store = &ctx.service()?.store;
        let count = store.unread_notifications(&*ctx.viewer()?).await;
        count.map_err(|error| fault(&error))
    }
}

/// Notifications to mark as read.
#[derive(InputObject)]
pub(crate) struct MarkNotificationsReadInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// 1 to 100 notifications of the viewer's: all are marked, or none.
    notification_ids: Vec<ID>,
}

/// What was marked.
#[derive(SimpleObject)]
pub(crate) struct MarkNotificationsReadPayload {
    /// The notifications.
    notifications: Vec<Notification>,
    /// Why nothing was marked.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks notifications of the viewer's as read. The first time is kept.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notifications.")] input: MarkNotificationsReadInput,
    ) -> Result<MarkNotificationsReadPayload> {
        let ids = input.notification_ids.iter().map(NotificationId::parse);
        let mark = MarkNotifications {
            notifications: ids.collect::<Result<_, _>>()?,
        };
        let viewer = ctx.viewer()?;
        let marked = ctx
            .service()?
            .mark_notifications_read(&viewer, &input.idempotency_key, mark)
            .await;
        match outcome(marked)? {
            Ok(marked) => {
                let ids = marked.notifications;
                let rows = ctx.rows()?.load_many(ids.iter().copied()).await;
                let mut rows = rows.map_err(|error| fault(&error))?;
                let found = ids.iter().filter_map(|id| rows.remove(id));
                Ok(MarkNotificationsReadPayload {
                    notifications: found.map(Notification::from).collect(),
                    user_errors: Vec::new(),
                })
            }
            Err(user_errors) => Ok(MarkNotificationsReadPayload {
                notifications: Vec::new(),
                user_errors,
            }),
        }
    }
}
