//! Permissions of everybody.

use airis_domain::{Json as Value, JsonMap};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::settings;

/// One area of switches.
pub type Switches = std::collections::BTreeMap<String, bool>;

/// The tree of switches.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UserPermissions {
    #[schema(value_type = Object)]
    pub workspace: Switches,
    #[schema(value_type = Object)]
    pub sharing: Switches,
    #[schema(value_type = Object)]
    pub access_grants: Switches,
    #[schema(value_type = Object)]
    pub chat: Switches,
    #[schema(value_type = Object)]
    pub features: Switches,
    #[schema(value_type = Object)]
    pub settings: Switches,
}

/// Switches of people without a group.
#[utoipa::path(get, path = "/api/v1/users/default/permissions", tag = "users", security(("admin" = [])),
    responses((status = 200, body = UserPermissions)))]
pub async fn read(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(app.config.get("user.permissions"))
}

/// The same as the environment and the built-in defaults have them.
#[utoipa::path(get, path = "/api/v1/users/default/permissions/defaults", tag = "users", security(("admin" = [])),
    responses((status = 200, body = UserPermissions)))]
pub async fn built_in(_admin: Admin, State(app): State<App>) -> Json<Value> {
    Json(app.config.defaults().get("user.permissions").cloned().unwrap_or_default())
}

/// Replaces the switches; one that is not sent goes back to its default.
#[utoipa::path(post, path = "/api/v1/users/default/permissions", tag = "users", security(("admin" = [])),
    request_body = UserPermissions, responses((status = 200, body = Value)))]
pub async fn update(_admin: Admin, State(app): State<App>, Json(form): Json<UserPermissions>) -> Result<Json<Value>> {
    let sent = serde_json::to_value(form).map_err(ApiError::internal)?;
    let mut tree = app.config.defaults().get("user.permissions").cloned().unwrap_or_default();
    for (area, switches) in tree.as_object_mut().into_iter().flatten() {
        let known = switches.as_object_mut().map(std::mem::take).unwrap_or_default();
        let sent = sent.get(area.as_str()).and_then(Value::as_object);
        let chosen = |name: &String| sent.and_then(|sent| sent.get(name)).cloned();
        let merged: JsonMap =
            known.into_iter().map(|(name, value)| (name.clone(), chosen(&name).unwrap_or(value))).collect();
        *switches = Value::Object(merged);
    }
    settings::write_one(&app, "user.permissions", tree.clone()).await?;
    Ok(Json(tree))
}
