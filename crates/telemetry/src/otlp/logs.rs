//! Lines of the log, gathered for their export.

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context as Around;

use super::fields::{Each, Value};
use super::message::{Message, Resource};
use super::{Queue, now_ns};
use crate::trace::{self, Context};

/// One line.
pub(crate) struct Line {
    at_ns: u64,
    level: Level,
    body: Value,
    attributes: Vec<(&'static str, Value)>,
    /// The span that it was written in.
    context: Option<Context>,
}

/// Gathers lines.
pub(crate) struct Logs {
    queue: Queue<Line>,
}

impl Logs {
    pub(super) fn new(queue: Queue<Line>) -> Self {
        Self { queue }
    }
}

impl<S: Subscriber> Layer<S> for Logs {
    fn on_event(&self, event: &Event<'_>, _around: Around<'_, S>) {
        self.queue.push(Line::of(event));
    }
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let (mut body, mut target) = (Value::Text(String::new()), None);
        let mut attributes = Vec::new();
        event.record(&mut Each(|name, value| match name {
            "message" => body = value,
            // What comes from the crate `log` says so by itself where it is from, and more.
            "log.target" => target = Some(value),
            "log.module_path" | "log.file" | "log.line" => {}
            _ => attributes.push((name, value)),
        }));
        let target = target.unwrap_or_else(|| Value::Text(event.metadata().target().to_owned()));
        attributes.push(("code.namespace", target));
        Self { at_ns: now_ns(), level: *event.metadata().level(), body, attributes, context: trace::current() }
    }

    fn write(&self, message: &mut Message) {
        message.fixed(1, self.at_ns);
        message.number(2, severity(self.level));
        message.text(3, self.level.as_str());
        message.message(5, |any| any.any(&self.body));
        for (name, value) in &self.attributes {
            message.attribute(6, name, value);
        }
        if let Some(context) = self.context {
            message.flags(8, u32::from(context.sampled));
            message.bytes(9, &context.trace.to_be_bytes());
            message.bytes(10, &context.span.to_be_bytes());
        }
        message.fixed(11, self.at_ns);
    }
}

/// `SeverityNumber`.
fn severity(level: Level) -> u64 {
    match level {
        Level::TRACE => 1,
        Level::DEBUG => 5,
        Level::INFO => 9,
        Level::WARN => 13,
        Level::ERROR => 17,
    }
}

pub(super) fn request(resource: &Resource, lines: &[Line]) -> Vec<u8> {
    resource.request(lines, |message, line| line.write(message))
}
