//! Spans of `tracing` with the target [`crate::SPANS`], gathered for their export. These fields of theirs are no
//! attributes: `otel.name` (where it is not known when the code is written), `otel.kind` (`server`, `client`, `producer`,
//! `consumer`), `otel.parent` (a `traceparent`), `otel.failed` (a span that came to nothing).

use std::borrow::Cow;

use airis_config::Sampler;
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context as Around;
use tracing_subscriber::registry::LookupSpan;

use super::fields::{Each, Value};
use super::message::{Message, Resource};
use super::{Queue, now_ns, sampler};
use crate::SPANS;
use crate::trace::{self, Context};

/// A span that has ended, or is about to.
pub(crate) struct Span {
    context: Context,
    parent: Option<u64>,
    name: Cow<'static, str>,
    kind: u64,
    begun_ns: u64,
    /// When it was left for the last time; a span of which others hang is closed only after them.
    ended_ns: u64,
    attributes: Vec<(&'static str, Value)>,
    failed: bool,
    /// Who asked for it elsewhere.
    caller: Option<Context>,
}

/// What hangs at a span while it is open: its place, and all of it where the trace is kept.
struct Open {
    context: Context,
    kept: Option<Box<Span>>,
}

/// Gathers spans.
pub(crate) struct Spans {
    sampler: Sampler,
    queue: Queue<Box<Span>>,
}

impl Spans {
    pub(super) fn new(sampler: Sampler, queue: Queue<Box<Span>>) -> Self {
        Self { sampler, queue }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, around: Around<'_, S>) {
        let Some(entry) = around.span(id).filter(|_| is_ours(attributes.metadata())) else { return };
        let mut span = Box::new(Span::begin(attributes.metadata().name()));
        attributes.record(&mut Each(|name, value| span.set(name, value)));
        let above = || entry.scope().skip(1).find_map(|above| Some(above.extensions().get::<Open>()?.context));
        let parent = span.caller.or_else(above);
        let trace = parent.map_or_else(rand::random, |parent| parent.trace);
        let sampled = sampler::keeps(self.sampler, trace, parent);
        let context = Context { trace, span: rand::random(), sampled };
        span.context = context;
        span.parent = parent.map(|parent| parent.span);
        entry.extensions_mut().insert(Open { context, kept: sampled.then_some(span) });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, around: Around<'_, S>) {
        let Some(entry) = around.span(id) else { return };
        if let Some(Open { kept: Some(span), .. }) = entry.extensions_mut().get_mut() {
            values.record(&mut Each(|name, value| span.set(name, value)));
        }
    }

    fn on_enter(&self, id: &Id, around: Around<'_, S>) {
        let Some(entry) = around.span(id) else { return };
        if let Some(open) = entry.extensions().get::<Open>() {
            trace::enter(open.context);
        }
    }

    fn on_exit(&self, id: &Id, around: Around<'_, S>) {
        let Some(entry) = around.span(id) else { return };
        if let Some(open) = entry.extensions_mut().get_mut::<Open>() {
            trace::leave(open.context);
            if let Some(span) = &mut open.kept {
                span.ended_ns = now_ns();
            }
        }
    }

    fn on_close(&self, id: Id, around: Around<'_, S>) {
        let Some(entry) = around.span(&id) else { return };
        if let Some(Open { kept: Some(mut span), .. }) = entry.extensions_mut().remove() {
            if span.ended_ns == 0 {
                span.ended_ns = now_ns();
            }
            self.queue.push(span);
        }
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target() == SPANS
}

impl Span {
    fn begin(name: &'static str) -> Self {
        Self {
            context: Context { trace: 0, span: 0, sampled: false },
            parent: None,
            name: Cow::Borrowed(name),
            kind: kind(""),
            begun_ns: now_ns(),
            ended_ns: 0,
            attributes: Vec::new(),
            failed: false,
            caller: None,
        }
    }

    fn set(&mut self, name: &'static str, value: Value) {
        match (name, value) {
            ("otel.name", Value::Text(text)) => self.name = Cow::Owned(text),
            ("otel.kind", Value::Text(text)) => self.kind = kind(&text),
            ("otel.parent", Value::Text(text)) => self.caller = Context::read(&text),
            ("otel.failed", value) => self.failed = value == Value::Bool(true),
            (name, value) => match self.attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => self.attributes.push((name, value)),
            },
        }
    }

    fn write(&self, message: &mut Message) {
        message.bytes(1, &self.context.trace.to_be_bytes());
        message.bytes(2, &self.context.span.to_be_bytes());
        if let Some(parent) = self.parent {
            message.bytes(4, &parent.to_be_bytes());
        }
        message.text(5, &self.name);
        message.number(6, self.kind);
        message.fixed(7, self.begun_ns);
        message.fixed(8, self.ended_ns.max(self.begun_ns));
        for (name, value) in &self.attributes {
            message.attribute(9, name, value);
        }
        if self.failed {
            message.message(15, |status| status.number(3, 2));
        }
        message.flags(16, 1);
    }
}

/// `SpanKind`.
fn kind(text: &str) -> u64 {
    match text {
        "server" => 2,
        "client" => 3,
        "producer" => 4,
        "consumer" => 5,
        _ => 1,
    }
}

pub(super) fn request(resource: &Resource, spans: &[Box<Span>]) -> Vec<u8> {
    resource.request(spans, |message, span| span.write(message))
}

#[cfg(test)]
mod tests;
