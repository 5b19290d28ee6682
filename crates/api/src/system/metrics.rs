//! `/metrics`: numbers of this process for Prometheus.

use airis_domain::Role;
use airis_telemetry::metrics::{self, Level};
use axum::extract::State;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::caller::caller;
use crate::error::{ApiError, Result};

/// Numbers of this instance in the format of OpenMetrics: requests, replies, sockets, connections, memory. For
/// administrators; for everybody where the operator said so.
#[utoipa::path(get, path = "/metrics", tag = "main", security(("admin" = [])),
    responses((status = 200, content_type = "application/openmetrics-text", body = String)))]
pub async fn read(State(app): State<App>, mut parts: Parts) -> Result<Response> {
    if !app.config.settings().enable_public_metrics && caller(&mut parts, &app).await?.user.role != Role::Admin {
        return Err(ApiError::wrong_role());
    }
    let text = numbers(&app).map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}

/// The same text for whoever exports it.
pub fn numbers(app: &App) -> std::result::Result<String, std::fmt::Error> {
    metrics::text(&levels(app), env!("CARGO_PKG_VERSION"))
}

fn levels(app: &App) -> Vec<Level> {
    let level = |name, help, value| Level { name, help, value };
    let ready = !app.turns.is_draining() && app.bus.trouble().is_none();
    let mut levels = vec![
        level("airis_turns_running", "Replies that are being made here", app.turns.count_running() as f64),
        level("airis_sockets", "Open sockets", app.realtime.socket_count() as f64),
        level("airis_instances", "Instances that this one knows of, itself included", app.bus.size() as f64),
        level(
            "airis_ready",
            "1 when this instance hears the others and is not about to end",
            f64::from(u8::from(ready)),
        ),
        level("airis_uptime_seconds", "Time since the start", app.started.elapsed().as_secs_f64()),
    ];
    if let Some((open, idle)) = app.store.connections() {
        levels.push(level("airis_database_connections", "Connections to the database", f64::from(open)));
        levels.push(level("airis_database_connections_idle", "Those that nobody uses now", idle as f64));
    }
    if let Some(bytes) = resident() {
        levels.push(level("process_resident_memory_bytes", "Memory in use", bytes));
    }
    levels
}

/// As Linux tells it.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
