//! The span of an operation: what a trace and the lines of a log tell of it. Names, codes and numbers.

use tracing::{Span, field};

use crate::{document::Prepared, observer};

/// Longer names are not told: clients choose them.
const LONGEST_NAME: usize = 64;

/// The span of an operation that begins now, named as OpenTelemetry's conventions for GraphQL want it.
pub(crate) fn operation(prepared: &Prepared) -> Span {
    let kind = observer::kind(prepared.kind);
    let name = prepared.name().filter(|name| name.len() <= LONGEST_NAME);
    tracing::info_span!(
        "graphql",
        request_id = &*prepared.id.0,
        graphql.operation.type = kind,
        graphql.operation.name = name,
        code = field::Empty,
        cost = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// Tells what came of it.
pub(crate) fn ended(span: &Span, code: &str, cost: usize) {
    span.record("code", code).record("cost", cost);
    if code != "OK" {
        span.record("otel.status_code", "ERROR");
    }
}
