//! Between the door and the counter: what changes after the viewer was loaded.

use std::sync::Arc;

use async_graphql::{Executor as _, Request as GraphqlRequest};
use chrono::TimeDelta;
use serde_json::Value;
use tidings_domain::{RoleSet, StaffId};
use tidings_graphql::{SchemaOptions, TidingsSchema};
use tidings_policy::Viewer;
use tidings_service::SetRoles;

use super::*;
use crate::config::Config;
use crate::import;
use crate::seed::{self, cast::staff};

const QUERY: &str = "{ eventCursor inbox(first: 20) { edges { node { id } } } }";

/// The door of the demo agency.
async fn door(config: &Config) -> Door {
    let service = import::service(config).await.unwrap();
    let seeded = seed::demo_when_empty(&service.store, &*service.clock).await;
    assert!(seeded.unwrap());
    let clock = Arc::clone(&service.clock);
    let verifier = Verifier::with_clock(config, clock).unwrap();
    Door {
        service,
        verifier,
        own_sessions: false,
    }
}

impl Door {
    async fn viewer(&self, staff: StaffId) -> Viewer {
        let now = self.service.clock.now();
        let viewer = self.service.store.viewer(staff.0, now).await;
        viewer.unwrap().unwrap()
    }

    /// A request of the scheduler's for where the log ends, with the viewer that is loaded now.
    async fn enter(&self) -> GraphqlRequest {
        let claims = Claims {
            subject: staff::SCHEDULER.0,
            session: None,
            expires_at: self.service.clock.now() + TimeDelta::hours(1),
        };
        let request = self.attach(&claims, GraphqlRequest::new(QUERY)).await;
        request.unwrap_or_else(|_| panic!("the scheduler may sign in"))
    }
}

async fn answer(request: GraphqlRequest) -> Value {
    let schema = TidingsSchema::new(SchemaOptions::default());
    serde_json::to_value(schema.execute(request).await).unwrap()
}

fn seen(answer: &Value) -> usize {
    let edges = answer["data"]["inbox"]["edges"].as_array();
    edges.unwrap_or_else(|| panic!("{answer:#}")).len()
}

#[tokio::test]
async fn g1_g5_whoever_asks_for_the_log_s_end_is_known_as_of_there_and_not_from_before() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let environment = vec![("TIDINGS_DATA_DIR".to_owned(), data)];
    let config = Config::read(None, folder.path(), environment).unwrap();
    let door = door(&config).await;
    let with_role = seen(&answer(door.enter().await).await);
    // The viewer is loaded, then its role is taken, and only then is read where the log ends: no
    // stream from there would tell of the role.
    let late = door.enter().await;
    let roles = SetRoles {
        staff: staff::SCHEDULER,
        roles: RoleSet::of(&[]),
    };
    let admin = door.viewer(staff::SYSTEM_ADMIN).await;
    let key = "0190f5f2-0000-7000-8000-000000000001";
    let changed = door.service.set_staff_roles(&admin, key, roles).await;
    changed.unwrap();
    let without = seen(&answer(door.enter().await).await);
    assert!(without < with_role, "{without} of {with_role}");
    assert_eq!(seen(&answer(late).await), without);
}
