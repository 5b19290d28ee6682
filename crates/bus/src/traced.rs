//! What a trace says of the way over the bus: of the few events that carry one.

use airis_domain::RoomEvent;
use airis_telemetry::SPANS;
use tracing::{Span, info_span};

/// The span of telling an event, from when it is said until everybody was sent it; none where nobody follows.
pub(crate) fn publish(event: &RoomEvent, system: &'static str) -> Span {
    let Some(trace) = &event.trace else { return Span::none() };
    info_span!(
        target: SPANS,
        parent: None,
        "bus publish",
        otel.kind = "producer",
        otel.parent = trace,
        "messaging.operation.type" = "send",
        messaging.system = system,
    )
}
