//! Events of portal requests and notifications, for streams.

use std::collections::HashMap;
use std::sync::Arc;

use tidings_domain::{AgencyId, Event, EventRecord, NotificationId, PortalRequestId};
use tidings_policy::{RecordReach, Viewer, decide_record, record_grants};
use tidings_store::{LiveRequest, NotificationRow, Store};

use super::prepare::About;
use super::{LiveKind, LiveName};
use crate::error::Result;

/// The rows that a batch of events tells of.
pub(super) struct Requests {
    requests: HashMap<PortalRequestId, LiveRequest>,
    notifications: HashMap<NotificationId, Arc<NotificationRow>>,
}

/// Loads them: two statements at most for any number of events.
pub(super) async fn live_requests(store: &Store, records: &[EventRecord]) -> Result<Requests> {
    let (mut requests, mut notifications) = (Vec::new(), Vec::new());
    for record in records {
        match record.event {
            Event::RequestSent { request }
            | Event::RequestChanged { request }
            | Event::RequestFulfilled { request } => requests.push(request),
            Event::NotificationAdded { notification, .. } => notifications.push(notification),
            _ => {}
        }
    }
    Ok(Requests {
        requests: store.live_requests(&requests).await?,
        notifications: store.live_notifications(&notifications).await?,
    })
}

impl Requests {
    /// What an event of these kinds is about.
    pub(super) fn about(&mut self, event: &Event) -> About {
        let (id, name) = match event {
            Event::RequestSent { request } => (request, LiveName::RequestSent),
            Event::RequestChanged { request } => (request, LiveName::RequestChanged),
            Event::RequestFulfilled { request } => (request, LiveName::RequestFulfilled),
            Event::NotificationAdded { notification, .. } => {
                let row = self.notifications.get(notification).cloned();
                return row.map_or(About::Nothing, About::Notification);
            }
            _ => return About::Nothing,
        };
        match self.requests.get(id).cloned() {
            Some(request) => About::Request { request, name },
            None => About::Nothing,
        }
    }
}

/// What the viewer gets of a request's event that is for this agency, if anything.
pub(super) fn request_for_viewer(
    agency: AgencyId,
    viewer: &Viewer,
    live: &LiveRequest,
    name: LiveName,
) -> Option<LiveKind> {
    // SECURITY: an event is for one agency; each that shares the client has its own.
    if viewer.agency() != agency || decide_record(viewer, &live.facts()).is_err() {
        return None;
    }
    let request = Arc::clone(&live.request);
    Some(match name {
        LiveName::RequestSent => LiveKind::RequestSent { request },
        LiveName::RequestFulfilled => LiveKind::RequestFulfilled { request },
        _ => LiveKind::RequestChanged { request },
    })
}

/// Whether a change of what is shared with this agency changes what the viewer sees.
pub(super) fn sees_shared(viewer: &Viewer, agency: AgencyId) -> bool {
    let grants = record_grants(viewer);
    let reach = RecordReach::SharedWith(agency);
    grants.iter().any(|grant| grant.reach == reach)
}
