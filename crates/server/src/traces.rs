//! Traces for OpenTelemetry: names, codes, numbers and times, never content.
//!
//! A trace begins with the HTTP request (`request`), or with an operation that came over a socket; below
//! it stand the operation, the write and its commit. The spans are `tracing`'s, and cost next to nothing while
//! no collector is configured.

use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Instrument as _, Level, Metadata, Subscriber, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt as _, Targets, filter_fn};
use tracing_subscriber::registry::LookupSpan;

use crate::config::Config;

/// How long a collector may take to accept a batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// What sends spans to the collector that the configuration names.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends to the collector of the configuration, in batches, from a thread of its own; none if no
    /// collector is named. It must not be called by an asynchronous task: what sends is built for a thread.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn of(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .with_timeout(PATIENCE)
            .build()
            .context("traces cannot be sent")?;
        let share = f64::from(config.trace_percent) / 100.0;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            // Not what a caller's header asks for: how much is traced is not for outsiders to say.
            .with_sampler(Sampler::TraceIdRatioBased(share))
            .with_resource(Resource::builder().with_service_name("tidings").build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// The layer that makes spans of `tracing` spans of a trace.
    #[must_use]
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        // SECURITY: spans of ours alone, and no log lines: what these may say was decided for a log.
        let ours = Targets::new().with_target("tidings", Level::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("tidings"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(ours.and(filter_fn(is_span)))
    }

    /// Sends what is left. It waits; not for an asynchronous task.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Told by name: as a path the method is not general enough, and as a closure too general for the lints.
fn is_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
}

/// The span of an HTTP request, below the caller's if it sent a `traceparent` (W3C Trace Context).
pub(crate) async fn request(request: Request, next: Next) -> Response {
    // SECURITY: the route and not the path, which may name a file.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("other", MatchedPath::as_str);
    let method = match request.method().as_str() {
        method @ ("GET" | "POST" | "PUT" | "OPTIONS" | "HEAD") => method,
        _ => "_OTHER",
    };
    let span = tracing::debug_span!(
        "http",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
    );
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // Without a collector there is nothing to be below.
    let _unless_traced = span.set_parent(caller);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}
