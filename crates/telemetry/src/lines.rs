//! Lines of JSON that say which trace they belong to.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::trace;

/// A format of JSON objects, with `trace_id` and `span_id` before all else where something is being traced.
pub(crate) struct WithTrace<F>(pub(crate) F);

impl<S, N, F> FormatEvent<S, N> for WithTrace<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(place) = trace::current() else { return self.0.format_event(context, writer, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        write!(writer, "{{\"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\",", place.trace, place.span)?;
        writer.write_str(line.strip_prefix('{').unwrap_or(&line))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::trace::Context;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_says_its_trace_where_there_is_one() {
        let (written, context) = (Written::default(), Context { trace: 0xabc, span: 0xd, sampled: true });
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
        let lines = lines.json().flatten_event(true).without_time().map_event_format(WithTrace);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            tracing::info!(count = 1, "before");
            trace::enter(context);
            tracing::info!(count = 2, "within");
            trace::leave(context);
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let (before, within) = text.trim().split_once('\n').unwrap();
        assert!(before.starts_with("{\"level\":\"INFO\",\"message\":\"before\",\"count\":1,"), "{before}");
        let ids = "{\"trace_id\":\"00000000000000000000000000000abc\",\"span_id\":\"000000000000000d\",\"level\":";
        assert!(within.starts_with(ids) && within.ends_with('}'), "{within}");
    }
}
