//! Everybody's own settings.

use std::collections::BTreeMap;

use airis_domain::{Json as Value, JsonMap};
use airis_store::UserPatch;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::views::UserModel;
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{FreeForm, Json, Query};

/// Settings of the page, and whatever else clients keep.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UserSettings {
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub ui: Option<JsonMap>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: JsonMap,
}

/// Whether to leave the administrators' defaults out.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SettingsQuery {
    #[serde(default)]
    #[param(required = false)]
    pub raw: bool,
}

/// The caller's settings over the administrators' defaults; null when there are none.
#[utoipa::path(get, path = "/api/v1/users/user/settings", tag = "users", security(("verified" = [])), params(SettingsQuery),
    responses((status = 200, body = Option<UserSettings>)))]
pub async fn settings(person: Verified, State(app): State<App>, Query(query): Query<SettingsQuery>) -> Json<Value> {
    let mut own = person.settings.clone().unwrap_or_default();
    let defaults = app.config.get("ui.default_interface_settings");
    if let (false, Some(defaults)) = (query.raw, defaults.as_object().filter(|defaults| !defaults.is_empty())) {
        let mut ui = defaults.clone();
        ui.extend(own.get("ui").and_then(Value::as_object).cloned().unwrap_or_default());
        if own.is_null() {
            own = json!({});
        }
        own["ui"] = Value::Object(ui);
    }
    Json(own)
}

/// Changes top-level parts of the caller's settings.
#[utoipa::path(post, path = "/api/v1/users/user/settings/update", tag = "users", security(("verified" = [])),
    request_body = UserSettings, responses((status = 200, body = UserSettings)))]
pub async fn update_settings(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<UserSettings>,
) -> Result<Json<Value>> {
    let mut own = person.settings.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(ui) = form.ui {
        own.insert("ui".to_owned(), Value::Object(ui));
    }
    own.extend(form.rest);
    let patch = UserPatch { settings: Some(Some(Value::Object(own.clone()))), ..UserPatch::default() };
    app.store.update_user(&person.id, &patch).await?;
    Ok(Json(Value::Object(own)))
}

/// What the caller does right now.
#[derive(Deserialize, ToSchema)]
pub struct UserStatus {
    #[serde(default)]
    pub status_emoji: Option<String>,
    #[serde(default)]
    pub status_message: Option<String>,
    /// Seconds.
    #[serde(default)]
    pub status_expires_at: Option<i64>,
}

/// The caller's account with the status.
#[utoipa::path(get, path = "/api/v1/users/user/status", tag = "users", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn status(person: Verified, State(app): State<App>) -> Result<Json<UserModel>> {
    statuses_on(&app)?;
    Ok(Json((*person).clone().into()))
}

/// Replaces the caller's status.
#[utoipa::path(post, path = "/api/v1/users/user/status/update", tag = "users", security(("verified" = [])),
    request_body = UserStatus, responses((status = 200, body = Value)))]
pub async fn update_status(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<UserStatus>,
) -> Result<Json<UserModel>> {
    statuses_on(&app)?;
    let patch = UserPatch {
        status_emoji: Some(form.status_emoji),
        status_message: Some(form.status_message),
        status_expires_at: Some(form.status_expires_at),
        ..UserPatch::default()
    };
    Ok(Json(app.store.update_user(&person.id, &patch).await?.into()))
}

fn statuses_on(app: &App) -> Result<()> {
    if app.config.flag("users.enable_status") { Ok(()) } else { Err(ApiError::forbidden("Statuses are turned off")) }
}

/// Free-form facts that clients keep about the caller.
#[utoipa::path(get, path = "/api/v1/users/user/info", tag = "users", security(("verified" = [])),
    responses((status = 200, body = Option<Object>)))]
pub async fn info(person: Verified) -> Json<Option<Value>> {
    Json(person.info.clone())
}

/// Lays facts over the known ones.
#[utoipa::path(post, path = "/api/v1/users/user/info/update", tag = "users", security(("verified" = [])),
    request_body = Object, responses((status = 200, body = Option<Object>)))]
pub async fn update_info(
    person: Verified,
    State(app): State<App>,
    Json(FreeForm(facts)): Json<FreeForm>,
) -> Result<Json<Value>> {
    Ok(Json(app.store.merge_user_info(&person.id, &facts).await?))
}

/// The caller's own placeholders for prompts.
#[derive(Serialize, ToSchema)]
pub struct UserVariablesResponse {
    #[schema(required = false)]
    pub variables: BTreeMap<String, String>,
}

/// Placeholders to keep.
#[derive(Deserialize, ToSchema)]
pub struct UserVariablesForm {
    #[serde(default)]
    #[schema(value_type = Object, required = false)]
    pub variables: JsonMap,
}

/// Shows the placeholders.
#[utoipa::path(get, path = "/api/v1/users/user/variables", tag = "users", security(("verified" = [])),
    responses((status = 200, body = UserVariablesResponse)))]
pub async fn variables(person: Verified) -> Json<UserVariablesResponse> {
    let known = person.variables.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    Json(UserVariablesResponse { variables: texts(known) })
}

/// Replaces the placeholders.
#[utoipa::path(post, path = "/api/v1/users/user/variables/update", tag = "users", security(("verified" = [])),
    request_body = UserVariablesForm, responses((status = 200, body = UserVariablesResponse)))]
pub async fn update_variables(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<UserVariablesForm>,
) -> Result<Json<UserVariablesResponse>> {
    let variables = texts(form.variables);
    if variables.len() > 200 {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "At most 200 variables can be kept"));
    }
    let patch = UserPatch { variables: Some(Some(json!(variables))), ..UserPatch::default() };
    app.store.update_user(&person.id, &patch).await?;
    Ok(Json(UserVariablesResponse { variables }))
}

fn texts(map: JsonMap) -> BTreeMap<String, String> {
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.into_iter().map(|(key, value)| (key, text(value))).collect()
}

/// What the caller may do.
#[utoipa::path(get, path = "/api/v1/users/permissions", tag = "users", security(("verified" = [])),
    responses((status = 200, body = Value)))]
pub async fn permissions(person: Verified, State(app): State<App>) -> Result<Json<Value>> {
    Ok(Json(airis_access::effective(&app.store, &app.config, &person).await?.0))
}
