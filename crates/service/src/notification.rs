//! Notifications: made with what they tell of, read by their recipient alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tidings_domain::{
    AgencyId, ClientId, Event, NotificationId, NotificationKind, Principal, limits,
};
use tidings_policy::Viewer;
use tidings_store::{NotificationRow, Subject, Tx};
use uuid::Uuid;

use crate::context::{Begin, Service};
use crate::error::{Error, Result};

/// Notifications to mark as read.
#[derive(Clone, Debug, Serialize)]
pub struct MarkNotifications {
    /// Which: 1 to 100.
    pub notifications: Vec<NotificationId>,
}

/// Notifications that were marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsMarked {
    /// Which.
    pub notifications: Vec<NotificationId>,
}

impl Service {
    /// Marks notifications of the viewer's as read: all of them, or none if one is not there.
    pub async fn mark_notifications_read(
        &self,
        viewer: &Viewer,
        key: &str,
        input: MarkNotifications,
    ) -> Result<NotificationsMarked> {
        if !(1..=limits::MAX_IDS).contains(&input.notifications.len()) {
            return Err(Error::bad_input("Name 1 to 100 notifications."));
        }
        let write = match self
            .begin(viewer, key, "markNotificationsRead", &input)
            .await?
        {
            Begin::Done(marked) => return Ok(marked),
            Begin::New(write) => write,
        };
        let ids = &input.notifications;
        let found = write.tx.read_notifications(viewer, ids, write.now).await?;
        if ids.iter().any(|id| !found.contains(id)) {
            return Err(Error::not_found());
        }
        let notifications = input.notifications;
        write.commit(NotificationsMarked { notifications }).await
    }
}

/// Tells somebody of something, once: about a row of an agency's client.
pub(crate) async fn notify(
    tx: &Tx,
    id: NotificationId,
    recipient: Principal,
    kind: NotificationKind,
    (agency, client, subject): (AgencyId, ClientId, Uuid),
    now: DateTime<Utc>,
) -> Result<()> {
    let row = NotificationRow {
        id,
        agency_id: agency,
        recipient_kind: recipient.kind(),
        recipient_id: recipient.uuid(),
        kind,
        subject_id: subject,
        client_id: client,
        created_at: now,
        read_at: None,
    };
    if tx.insert_notification(&row).await? {
        let subject = Subject {
            agency,
            thread: None,
            client: Some(client),
        };
        let event = Event::NotificationAdded {
            notification: id,
            recipient,
        };
        tx.emit(subject, &event, now).await?;
    }
    Ok(())
}
