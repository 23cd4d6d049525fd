//! Whether the server lives, whether it is ready, and what it counts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tidings_domain::Position;
use tokio::time::Instant;

use crate::door::Door;
use crate::metrics::Metrics;

/// How long the relay may be behind the log before the server is not ready: a reader here would wait as long.
const LARGEST_LAG: Duration = Duration::from_secs(30);

/// What the routes look at.
#[derive(Clone)]
pub(crate) struct Health {
    door: Door,
    metrics: Arc<Metrics>,
    lag: Arc<Mutex<Lag>>,
}

impl Health {
    pub(crate) fn new(door: Door, metrics: Arc<Metrics>) -> Self {
        let lag = Arc::default();
        Self { door, metrics, lag }
    }

    /// `/health/live` and `/health/ready`.
    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/health/live", get(async || "alive\n"))
            .route("/health/ready", get(ready))
            .with_state(self)
    }

    /// `/metrics`, for a listener of its own: it is not for everybody.
    pub(crate) fn metrics(self) -> Router {
        Router::new()
            .route("/metrics", get(metrics))
            .with_state(self)
    }

    /// Looks how far the relay is; `None` as long as the database does not say.
    async fn look(&self) -> Option<Option<Duration>> {
        let (relay, log) = self.door.service.relay_lag().await.ok()?;
        let mut lag = self.lag.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = lag.observe(relay, log, Instant::now());
        self.metrics.lag(behind);
        Some(behind)
    }
}

/// How long an event has waited that the relay had not come to when somebody looked.
#[derive(Debug, Default)]
struct Lag(Option<(Position, Instant)>);

impl Lag {
    /// How long the relay is behind, as far as was seen; `None` if it is not.
    fn observe(&mut self, relay: Position, log: Position, now: Instant) -> Option<Duration> {
        if relay >= log {
            self.0 = None;
            return None;
        }
        match self.0 {
            Some((waited_for, since)) if relay < waited_for => Some(now - since),
            // It is moving: what it has not come to now is newer.
            _ => {
                self.0 = Some((log, now));
                Some(Duration::ZERO)
            }
        }
    }
}

/// Ready means: the database answers, the relay keeps up, tokens can be verified.
async fn ready(State(health): State<Health>) -> impl IntoResponse {
    let not = |why| (StatusCode::SERVICE_UNAVAILABLE, why);
    if !health.door.verifier.has_keys() {
        return not("no keys to verify tokens with\n");
    }
    match health.look().await {
        None => not("the database does not answer\n"),
        Some(Some(lag)) if lag > LARGEST_LAG => {
            not("the relay does not keep up with the event log\n")
        }
        Some(_) => (StatusCode::OK, "ready\n"),
    }
}

async fn metrics(State(health): State<Health>) -> impl IntoResponse {
    let _without_a_database_the_rest_is_told = health.look().await;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let page = health.metrics.page();
    page.map(|page| ([(header::CONTENT_TYPE, kind)], page))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_how_long_the_oldest_unseen_event_has_waited() {
        let at = |seq| Position {
            transaction: 0,
            seq,
        };
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut lag = Lag::default();
        assert_eq!(lag.observe(at(5), at(5), after(0)), None);
        assert_eq!(lag.observe(at(5), at(7), after(1)), Some(Duration::ZERO));
        // The log grows and the relay stands.
        let waited = Some(Duration::from_secs(4));
        assert_eq!(lag.observe(at(6), at(9), after(5)), waited);
        // It came to what was waited for, but not to what is new.
        assert_eq!(lag.observe(at(7), at(9), after(6)), Some(Duration::ZERO));
        assert_eq!(lag.observe(at(9), at(9), after(7)), None);
    }
}
