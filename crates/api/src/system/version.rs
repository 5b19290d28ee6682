//! Versions.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Verified;
use crate::extract::Json;

/// The version of the wire contract that this server speaks; clients compare it.
pub const CONTRACT: &str = "0.12.4";

/// The contract's version, and which build of airis answers.
#[utoipa::path(get, path = "/api/version", tag = "main", security(()), responses((status = 200, body = Value)))]
pub async fn read(State(app): State<App>) -> Json<Value> {
    Json(json!({"version": CONTRACT, "deployment_id": app.config.settings().deployment_id}))
}

/// The newest version known. This server asks nobody, so it is always its own.
#[utoipa::path(get, path = "/api/version/updates", tag = "main", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn updates(_person: Verified) -> Json<Value> {
    Json(json!({"current": CONTRACT, "latest": CONTRACT}))
}
