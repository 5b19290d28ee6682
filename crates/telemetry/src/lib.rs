//! Logs of the process: one line per event, as text for people or as JSON for machines; and numbers of it. Knows nothing of
//! what is logged and counted.

pub mod metrics;

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::EnvFilter;

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

/// Starts logging to standard error: `level` in the spellings that operators know (also `WARNING`, `CRITICAL`), `json`
/// for one JSON object per line. Panics become log lines, too.
pub fn init(level: &str, json: bool) -> Result<(), TelemetryError> {
    let filter = EnvFilter::new(filter(parse_level(level)?));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).with_target(level_shows_targets(level)).try_init()
    };
    started.map_err(|_| TelemetryError::Twice)?;
    log_panics();
    Ok(())
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
