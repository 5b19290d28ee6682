//! Numbers of this process, as Prometheus reads them.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// What the answer of [`text`] is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Seconds that requests are sorted by.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Turn {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Signal {
    signal: &'static str,
}

/// What is counted as it happens.
struct Counted {
    registry: Registry,
    requests: Family<Request, Histogram, fn() -> Histogram>,
    turns: Family<Turn, Counter>,
    lost: Family<Signal, Counter>,
}

static COUNTED: LazyLock<Counted> = LazyLock::new(|| {
    let mut registry = Registry::default();
    let requests = Family::<Request, Histogram, fn() -> Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
    let turns = Family::<Turn, Counter>::default();
    let lost = Family::<Signal, Counter>::default();
    let help = "Time until an answer began, by the route that gave it";
    registry.register_with_unit("http_request_duration", help, Unit::Seconds, requests.clone());
    registry.register("airis_turns", "Replies of models that ended here", turns.clone());
    let help = "Spans and lines that no collector took";
    registry.register("airis_telemetry_dropped", help, lost.clone());
    Counted { registry, requests, turns, lost }
});

/// A request was answered. `route` is the pattern, not the address: there are few of them.
pub fn answered(method: &str, route: &str, status: u16, took: Duration) {
    let request = Request { method: method.to_owned(), route: route.to_owned(), status };
    COUNTED.requests.get_or_create(&request).observe(took.as_secs_f64());
}

/// A reply of a model ended, in one of few ways.
pub fn turn_ended(outcome: &'static str) {
    COUNTED.turns.get_or_create(&Turn { outcome }).inc();
}

/// Entries of one signal did not reach their collector.
pub(crate) fn not_exported(signal: &'static str, count: u64) {
    COUNTED.lost.get_or_create(&Signal { signal }).inc_by(count);
}

/// Something that is looked at when somebody asks.
pub struct Level {
    pub name: &'static str,
    pub help: &'static str,
    pub value: f64,
}

/// All of it, with what was looked at just now.
pub fn text(levels: &[Level], version: &'static str) -> Result<String, std::fmt::Error> {
    let mut now = Registry::default();
    for level in levels {
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(level.value);
        now.register(level.name, level.help, gauge);
    }
    let mut text = String::new();
    encode_registry(&mut text, &COUNTED.registry)?;
    encode_registry(&mut text, &now)?;
    writeln!(
        text,
        "# HELP airis_build What this is.\n# TYPE airis_build info\nairis_build_info{{version=\"{version}\"}} 1"
    )?;
    encode_eof(&mut text)?;
    Ok(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_and_what_is_now_are_told_together() {
        answered("GET", "/api/v1/chats/{id}", 200, Duration::from_millis(7));
        turn_ended("done");
        let level = Level { name: "airis_sockets", help: "Open sockets", value: 3.0 };
        let text = text(&[level], "1.2.3").unwrap();
        for line in [
            r#"http_request_duration_seconds_bucket{le="0.005",method="GET",route="/api/v1/chats/{id}",status="200"} 0"#,
            r#"http_request_duration_seconds_bucket{le="0.01",method="GET",route="/api/v1/chats/{id}",status="200"} 1"#,
            r#"airis_turns_total{outcome="done"} 1"#,
            "airis_sockets 3.0",
            r#"airis_build_info{version="1.2.3"} 1"#,
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing:\n{text}");
        }
        assert_eq!(text.lines().filter(|line| line.starts_with("# EOF")).count(), 1);
    }
}
