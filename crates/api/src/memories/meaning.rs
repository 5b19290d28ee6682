//! Finding out anew what memories mean, after another embedding model was chosen.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use super::permitted;
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::Result;
use crate::extract::Json;

/// Of everybody's memories.
#[utoipa::path(post, path = "/api/v1/memories/reindex", tag = "memories", security(("admin" = [])),
    responses((status = 200, body = Value)))]
pub async fn reindex(State(app): State<App>, admin: Admin) -> Result<Json<Value>> {
    let (people, failed) = app.memories.learn_all_anew(&admin).await?;
    Ok(Json(json!({"status": failed == 0, "users": people, "failed": failed})))
}

/// Of the caller's memories; false when nothing here can, and they are found by their words.
#[utoipa::path(post, path = "/api/v1/memories/reset", tag = "memories", security(("verified" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn reset(State(app): State<App>, user: Verified) -> Result<Json<bool>> {
    permitted(&app, &user).await?;
    Ok(Json(app.memories.learn_anew(&user).await?))
}
