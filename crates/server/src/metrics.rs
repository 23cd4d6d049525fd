//! Metrics in the text format of Prometheus: names, codes and numbers, never content.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tidings_transport::{Answered, Connection, Observer};

/// Operation names that get a line of their own; the rest are `other`, since clients choose them.
const NAMES: usize = 200;

/// Longer names are `other`, too.
const LONGEST_NAME: usize = 64;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    operation: String,
    kind: &'static str,
    code: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    names: Mutex<HashSet<Box<str>>>,
    operations: Family<Labels, Counter>,
    seconds: Family<Kind, Histogram, fn() -> Histogram>,
    cost: Family<Kind, Counter>,
    connections: Family<Kind, Gauge>,
    subscriptions: Gauge,
    deliveries: Counter,
    slow_readers: Counter,
    lag_seconds: Gauge<f64, AtomicU64>,
    log_behind: Gauge<i64, AtomicI64>,
}

impl Metrics {
    pub(crate) fn new() -> Arc<Self> {
        let mut made = Self {
            registry: Registry::with_prefix("tidings"),
            names: Mutex::default(),
            operations: Family::default(),
            // From half a millisecond to sixteen seconds.
            seconds: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(0.000_5, 2.0, 16))
            }),
            cost: Family::default(),
            connections: Family::default(),
            subscriptions: Gauge::default(),
            deliveries: Counter::default(),
            slow_readers: Counter::default(),
            lag_seconds: Gauge::default(),
            log_behind: Gauge::default(),
        };
        made.register();
        Arc::new(made)
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let operations = self.operations.clone();
        registry.register(
            "operations",
            "Operations by name and code of the first error",
            operations,
        );
        let seconds = self.seconds.clone();
        registry.register("operation_seconds", "How long operations took", seconds);
        registry.register(
            "operation_cost",
            "What operations cost, in points",
            self.cost.clone(),
        );
        let connections = self.connections.clone();
        registry.register("connections", "Open sockets and event streams", connections);
        let subscriptions = self.subscriptions.clone();
        registry.register("subscriptions", "Running subscriptions", subscriptions);
        let deliveries = self.deliveries.clone();
        registry.register("deliveries", "Events handed to connections", deliveries);
        let slow = self.slow_readers.clone();
        registry.register(
            "slow_readers",
            "Subscriptions that ended because nobody read",
            slow,
        );
        let lag = self.lag_seconds.clone();
        registry.register(
            "log_lag_seconds",
            "How long the relay is behind the event log",
            lag,
        );
        let behind = self.log_behind.clone();
        registry.register(
            "log_behind",
            "Whether the relay is behind the event log",
            behind,
        );
    }

    /// Notes how long the relay has been behind the log.
    pub(crate) fn lag(&self, lag: Option<std::time::Duration>) {
        self.lag_seconds.set(lag.unwrap_or_default().as_secs_f64());
        self.log_behind.set(i64::from(lag.is_some()));
    }

    /// The page.
    pub(crate) fn page(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        encode(&mut page, &self.registry)?;
        Ok(page)
    }

    /// The name as a label, if there is room for one more.
    fn label(&self, name: Option<&str>) -> String {
        let Some(name) = name else {
            return "anonymous".to_owned();
        };
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if !names.contains(name) {
            if names.len() >= NAMES || name.len() > LONGEST_NAME {
                return "other".to_owned();
            }
            names.insert(name.into());
        }
        name.to_owned()
    }
}

fn kind(connection: Connection) -> Kind {
    Kind {
        kind: match connection {
            Connection::Socket => "websocket",
            Connection::Stream => "stream",
        },
    }
}

impl Observer for Metrics {
    fn answered(&self, answered: Answered<'_>) {
        let labels = Labels {
            operation: self.label(answered.name),
            kind: answered.kind,
            code: answered.code.to_owned(),
        };
        self.operations.get_or_create(&labels).inc();
        let kind = Kind {
            kind: answered.kind,
        };
        let seconds = self.seconds.get_or_create(&kind);
        seconds.observe(answered.took.as_secs_f64());
        let cost = u64::try_from(answered.cost).unwrap_or(u64::MAX);
        self.cost.get_or_create(&kind).inc_by(cost);
    }

    fn connection(&self, connection: Connection, opened: bool) {
        let open = self.connections.get_or_create(&kind(connection));
        open.inc_by(if opened { 1 } else { -1 });
    }

    fn subscription(&self, began: bool) {
        self.subscriptions.inc_by(if began { 1 } else { -1 });
    }

    fn delivered(&self) {
        self.deliveries.inc();
    }

    fn slow_reader(&self) {
        self.slow_readers.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_clients_choose_do_not_grow_without_bound() {
        let metrics = Metrics::new();
        for n in 0..10_000 {
            let name = format!("Name{n}");
            metrics.answered(Answered {
                name: Some(&name),
                kind: "query",
                code: "OK",
                took: std::time::Duration::from_millis(3),
                cost: 7,
            });
        }
        let page = metrics.page().unwrap();
        let lines = page
            .lines()
            .filter(|line| line.starts_with("tidings_operations_total"));
        assert_eq!(lines.count(), NAMES + 1);
        assert!(
            page.contains("tidings_operation_cost_total{kind=\"query\"} 70000"),
            "{page}"
        );
        assert_eq!(metrics.label(Some(&"x".repeat(65))), "other");
        assert_eq!(metrics.label(Some("Name7")), "Name7");
        assert_eq!(metrics.label(None), "anonymous");
    }
}
