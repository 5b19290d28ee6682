//! Is it alive, and can it work?

use airis_domain::Json as Value;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// The process answers.
#[utoipa::path(get, path = "/health", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn alive() -> Json<Value> {
    Json(json!({"status": true}))
}

/// The database answers.
#[utoipa::path(get, path = "/health/db", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn database(State(app): State<App>) -> Result<Json<Value>> {
    app.store.ping().await.map_err(|error| {
        tracing::warn!(%error, "the database does not answer");
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "The database does not answer")
    })?;
    Ok(Json(json!({"status": true})))
}

/// Start-up is done and everything needed answers.
#[utoipa::path(get, path = "/ready", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn ready(app: State<App>) -> Result<Json<Value>> {
    database(app).await
}
