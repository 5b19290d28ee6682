//! What a person can reach, for administrators.

use airis_domain::Json as Value;
use axum::extract::State;
use serde_json::json;

use super::groups::names;
use super::one::known;
use crate::app::App;
use crate::caller::Admin;
use crate::error::Result;
use crate::extract::{Json, Path};
use crate::models::visible;

/// Models, knowledge and tools that a person can use.
#[utoipa::path(get, path = "/api/v1/users/{user_id}/preview", tag = "users", security(("admin" = [])),
    params(("user_id" = String, Path)), responses((status = 200, body = Value)))]
pub async fn read(_admin: Admin, State(app): State<App>, Path(id): Path<String>) -> Result<Json<Value>> {
    let user = known(&app, &id).await?;
    let models: Vec<Value> = visible::list(&app, &user, false)
        .await?
        .iter()
        .map(|model| json!({"id": model["id"], "name": model["name"]}))
        .collect();
    let none = json!({"items": [], "total": 0});
    Ok(Json(json!({
        "user": {"id": user.id, "name": user.name},
        "groups": names(&app, &user.id).await?,
        "models": {"total": models.len(), "items": models},
        "knowledge": none,
        "tools": none,
    })))
}
