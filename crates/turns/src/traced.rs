//! The spans of a turn. They say what was done and how long it took, never what was said.

use airis_telemetry::{SPANS, trace};
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::Inner;
use crate::job::Job;

/// A whole turn. It hangs below the request that asked for it without holding that open, as it outlives it by far.
pub fn turn(job: &Job) -> Span {
    info_span!(
        target: SPANS,
        parent: None,
        "turn",
        otel.parent = trace::header(),
        gen_ai.conversation.id = %job.chat,
        gen_ai.request.model = job.model.id,
        airis.turn.id = %job.turn,
        airis.turn.fence = job.fence,
        airis.turn.outcome = Empty,
        airis.turn.events = Empty,
        otel.failed = Empty,
    )
}

/// The beginning of turns that were asked for at another instance; none where nobody follows.
pub fn given(trace: Option<&str>) -> Span {
    let Some(trace) = trace else { return Span::none() };
    info_span!(target: SPANS, parent: None, "step", otel.name = "begin given turns", otel.parent = trace)
}

/// How the turn ended whose span this thread is in.
pub fn ended(job: &Job, outcome: &'static str) {
    let span = Span::current();
    span.record("airis.turn.outcome", outcome);
    span.record("airis.turn.events", job.progress.lock().seq);
    span.record("otel.failed", outcome == "failed");
}

/// A part of a turn that may take long.
pub fn step(name: &'static str) -> Span {
    info_span!(target: SPANS, "step", otel.name = name)
}

/// A question to the database.
pub fn store(inner: &Inner, operation: &'static str) -> Span {
    info_span!(
        target: SPANS,
        "store",
        otel.name = %format_args!("store {operation}"),
        otel.kind = "client",
        db.system.name = inner.store.kind(),
        db.operation.name = operation,
    )
}

/// One call of a tool.
pub fn tool(name: &str) -> Span {
    info_span!(
        target: SPANS,
        "tool",
        otel.name = %format_args!("execute_tool {name}"),
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = name,
        otel.failed = Empty,
    )
}
