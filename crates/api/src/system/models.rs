//! The models a person can pick.

use airis_domain::Json as Value;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};
use crate::models::{catalogue, visible};
use crate::ollama;
use crate::provided::answer;

/// Whether to ask providers again.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelsQuery {
    /// Ask the providers again instead of using the list at hand.
    #[serde(default)]
    #[param(required = false)]
    pub refresh: bool,
}

/// Models that the caller may use, in the administrator's order.
#[utoipa::path(get, path = "/api/models", tag = "main", security(("verified" = [])), params(ModelsQuery),
    responses((status = 200, body = Value)))]
pub async fn list(person: Verified, State(app): State<App>, Query(query): Query<ModelsQuery>) -> Result<Json<Value>> {
    Ok(Json(json!({"data": visible::list(&app, &person, query.refresh).await?})))
}

/// Models that the caller may use, in the administrator's order.
#[utoipa::path(get, path = "/api/v1/models", tag = "main", security(("verified" = [])), params(ModelsQuery),
    responses((status = 200, body = Value)))]
pub async fn list_v1(person: Verified, state: State<App>, query: Query<ModelsQuery>) -> Result<Json<Value>> {
    list(person, state, query).await
}

/// Models as the providers offer them, without stored changes.
#[utoipa::path(get, path = "/api/models/base", tag = "main", security(("admin" = [])), responses((status = 200, body = Value)))]
pub async fn base(_admin: Admin, State(app): State<App>) -> Result<Json<Value>> {
    let models = app.providers.models(false).await;
    Ok(Json(json!({"data": models.iter().map(|model| catalogue::without_marks(&model.entry)).collect::<Vec<_>>()})))
}

/// A model to free.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct ModelUnloadForm {
    pub model: String,
}

/// Frees the memory that a model takes on its server.
#[utoipa::path(post, path = "/api/models/unload", tag = "main", security(("admin" = [])), request_body = ModelUnloadForm,
    responses((status = 200, body = Value)))]
pub async fn unload(admin: Admin, State(app): State<App>, Json(form): Json<ModelUnloadForm>) -> Result<Response> {
    let models = app.providers.models(false).await;
    let Some(model) = models.iter().find(|model| model.id == form.model) else {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "Model not found"));
    };
    if model.entry.get("ollama").is_some() {
        return ollama::manage::unload_model(&app, &admin, &form.model).await;
    }
    if model.entry.get("openai").is_none() {
        return Err(ApiError::bad_request("This model is let go by itself when nobody uses it"));
    }
    let response = answer(app.providers.unload(&form.model).await);
    app.providers.models(true).await;
    Ok(response)
}
