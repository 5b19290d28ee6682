//! What is going on right now.

use airis_domain::{Json as Value, Role};
use axum::extract::State;
use serde_json::json;

use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::Json;

/// Models in use and people present.
#[utoipa::path(get, path = "/api/usage", tag = "main", security(("verified" = [])), responses((status = 200, body = Value)))]
pub async fn read(person: Verified, State(app): State<App>) -> Result<Json<Value>> {
    if !app.config.settings().enable_public_active_users_count && person.role != Role::Admin {
        return Err(ApiError::wrong_role());
    }
    let usage = app.realtime.usage().await;
    Ok(Json(json!({"model_ids": usage.model_ids, "user_count": usage.user_count})))
}
