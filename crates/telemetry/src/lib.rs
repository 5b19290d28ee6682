//! Logs of the process: one line per event, as text for people or as JSON for machines; numbers of it; and both with the
//! traces of what it does on their way to a collector. Knows nothing of what is logged, counted and traced.

mod lines;
pub mod metrics;
mod otlp;
pub mod trace;

use std::fmt;
use std::io::IsTerminal;
use std::time::Duration;

use airis_config::Otel;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::lines::WithTrace;
use crate::otlp::Exports;

/// Target of the spans that traces are made of. No filter of logs lets it through, so they cost nothing until traces
/// are exported.
pub const SPANS: &str = "otel";

/// Why logging could not be set up; the text names the variable and the fix.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryError {
    /// `GLOBAL_LOG_LEVEL` holds no known level.
    #[error("GLOBAL_LOG_LEVEL: \"{0}\" is not one of error, warning, info, debug, trace")]
    UnknownLevel(String),
    /// Something has set up logging already.
    #[error("logs were set up twice")]
    Twice,
}

/// What was started; held as long as the process runs.
pub struct Telemetry {
    exports: Option<Exports>,
}

impl Telemetry {
    /// Exports from now on what `read` tells in the format of OpenMetrics, where metrics are exported.
    pub fn measure(&mut self, read: impl Fn() -> Result<String, fmt::Error> + Send + Sync + 'static) {
        if let Some(exports) = &mut self.exports {
            exports.measure(read);
        }
    }

    /// Exports what still waits, as far as that goes in this time.
    pub async fn finish(self, within: Duration) {
        if let Some(exports) = self.exports {
            exports.finish(within).await;
        }
    }
}

/// Starts logging to standard error: `level` in the spellings that operators know (also `WARNING`, `CRITICAL`), `json`
/// for one JSON object per line. Panics become log lines, too. Exports what `otel` says, which needs the runtime.
pub fn init(level: &str, json: bool, otel: Option<&Otel>) -> Result<Telemetry, TelemetryError> {
    let mut directives = filter(parse_level(level)?);
    let color = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .map_event_format(WithTrace)
            .boxed()
    } else {
        lines.with_ansi(color).with_target(level_shows_targets(level)).boxed()
    };
    let Some(otel) = otel else {
        let subscriber = tracing_subscriber::registry().with(lines).with(EnvFilter::new(directives));
        subscriber.try_init().map_err(|_| TelemetryError::Twice)?;
        log_panics();
        return Ok(Telemetry { exports: None });
    };
    if otel.traces.is_some() {
        directives.push_str(&format!(",{SPANS}=info"));
    }
    let (exports, spans, logs) = Exports::start(otel);
    tracing_subscriber::registry()
        // Spans are for the collector: lines look as they do without it.
        .with(lines.with_filter(filter_fn(|metadata| metadata.target() != SPANS)))
        .with(logs)
        .with(spans)
        .with(EnvFilter::new(directives))
        .try_init()
        .map_err(|_| TelemetryError::Twice)?;
    log_panics();
    Ok(Telemetry { exports: Some(exports) })
}

/// Reads a level; empty text is `info`.
pub fn parse_level(text: &str) -> Result<Level, TelemetryError> {
    match text.trim().to_lowercase().as_str() {
        "critical" | "fatal" | "error" => Ok(Level::ERROR),
        "warning" | "warn" => Ok(Level::WARN),
        "" | "notset" | "info" => Ok(Level::INFO),
        "debug" => Ok(Level::DEBUG),
        "trace" => Ok(Level::TRACE),
        _ => Err(TelemetryError::UnknownLevel(text.to_owned())),
    }
}

/// Our own crates at the wanted level. Libraries stay at warnings: at `info` and below they tell about every
/// connection, and some print the headers they send.
fn filter(level: Level) -> String {
    let libraries = if level < Level::WARN { Level::ERROR } else { Level::WARN };
    format!("{libraries},airis={level}")
}

/// Where a line comes from matters only to those who look closely.
fn level_shows_targets(level: &str) -> bool {
    matches!(parse_level(level), Ok(Level::DEBUG | Level::TRACE))
}

/// A panic in a request is a bug that the operator must see among the other lines, in the same format.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(place, message, "panic");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_every_spelling_that_operators_know() {
        for (text, level) in [
            ("", Level::INFO),
            ("INFO", Level::INFO),
            ("WARNING", Level::WARN),
            ("critical", Level::ERROR),
            ("Debug", Level::DEBUG),
            ("trace", Level::TRACE),
        ] {
            assert_eq!(parse_level(text), Ok(level), "{text}");
        }
        assert_eq!(parse_level("loud"), Err(TelemetryError::UnknownLevel("loud".to_owned())));
    }

    #[test]
    fn libraries_stay_quiet_whatever_the_level() {
        assert_eq!(filter(Level::TRACE), "WARN,airis=TRACE");
        assert_eq!(filter(Level::ERROR), "ERROR,airis=ERROR");
    }
}
