//! Is it alive, and can it work?

use std::time::Duration;

use airis_domain::Json as Value;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// How long the database may take to answer.
const DATABASE_WITHIN: Duration = Duration::from_secs(3);

/// The process answers; the name that orchestrators ask by.
#[utoipa::path(get, path = "/healthz", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn alive_too() -> Json<Value> {
    alive().await
}

/// The process answers.
#[utoipa::path(get, path = "/health", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn alive() -> Json<Value> {
    Json(json!({"status": true}))
}

/// The database answers.
#[utoipa::path(get, path = "/health/db", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn database(State(app): State<App>) -> Result<Json<Value>> {
    match tokio::time::timeout(DATABASE_WITHIN, app.store.ping()).await {
        Ok(Ok(())) => return Ok(Json(json!({"status": true}))),
        Ok(Err(error)) => tracing::warn!(%error, "the database does not answer"),
        Err(_) => tracing::warn!("the database does not answer in time"),
    }
    Err(not_now("The database does not answer"))
}

fn not_now(why: &str) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, why)
}

/// The instance may get requests: its database answers and has the tables of this version, it hears the other instances,
/// and it is not about to end.
#[utoipa::path(get, path = "/ready", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Value>> {
    if app.turns.is_draining() {
        return Err(not_now("This instance is about to end"));
    }
    if let Some(trouble) = app.bus.trouble() {
        tracing::warn!(trouble, "not ready");
        return Err(not_now("The other instances cannot be heard"));
    }
    let migrated = tokio::time::timeout(DATABASE_WITHIN, app.store.is_migrated()).await;
    match migrated {
        Ok(Ok(true)) => Ok(Json(json!({"status": true}))),
        Ok(Ok(false)) => Err(not_now("The database lacks migrations")),
        Ok(Err(_)) | Err(_) => database(State(app)).await,
    }
}
