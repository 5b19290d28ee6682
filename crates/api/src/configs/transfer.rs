//! All settings at once.

use airis_domain::JsonMap;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path};
use crate::happenings::{Happening, tell};
use crate::settings;

/// Settings to take over.
#[derive(Deserialize, ToSchema)]
pub struct ImportConfigForm {
    /// Dotted keys and values.
    #[schema(value_type = Object)]
    pub config: JsonMap,
}

/// Every setting under its dotted key.
#[utoipa::path(get, path = "/api/v1/configs/export", tag = "configs", security(("admin" = [])),
    responses((status = 200, body = Object)))]
pub async fn export(_admin: Admin, State(app): State<App>) -> Json<JsonMap> {
    Json(app.config.all())
}

/// Takes over settings; others stay. Answers with all of them.
#[utoipa::path(post, path = "/api/v1/configs/import", tag = "configs", security(("admin" = [])),
    request_body = ImportConfigForm, responses((status = 200, body = Object)))]
pub async fn import(admin: Admin, State(app): State<App>, Json(form): Json<ImportConfigForm>) -> Result<Json<JsonMap>> {
    let odd = |key: &&String| key.len() > 200 || key.is_empty() || key.chars().any(char::is_whitespace);
    if let Some(key) = form.config.keys().find(odd) {
        return Err(ApiError::bad_request(format!("\"{key}\" is no setting")));
    }
    let keys: Vec<String> = form.config.keys().cloned().collect();
    settings::write(&app, form.config).await?;
    tell(&app, Happening::new("config.imported", ("config", "import")).by(&admin).with(json!({"keys": keys})));
    Ok(Json(app.config.all()))
}

/// Settings whose key begins with a name.
#[utoipa::path(get, path = "/api/v1/configs/namespace/{namespace}", tag = "configs", security(("admin" = [])),
    params(("namespace" = String, Path)), responses((status = 200, body = Object)))]
pub async fn namespace(_admin: Admin, State(app): State<App>, Path(name): Path<String>) -> Json<JsonMap> {
    let within = |key: &str| key.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
    Json(app.config.all().into_iter().filter(|(key, _)| within(key)).collect())
}
