//! The saved states of a stored model. They hold what only those may see who may change the model.

use std::num::NonZeroU32;

use airis_domain::{Json as Value, ModelVersion, User, now};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::change::owned;
use super::forms::ModelVersionForm;
use super::read::IdQuery;
use super::views::{ModelResponse, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Path, Query};

const PAGE: i64 = 30;

/// A version of a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelHistoryResponse {
    pub id: String,
    pub model_id: String,
    pub parent_id: Option<String>,
    pub user_id: String,
    pub commit_message: Option<String>,
    /// Seconds.
    pub created_at: i64,
    /// The name of whoever saved it, while they have an account.
    #[schema(value_type = Option<Object>)]
    pub user: Option<Value>,
}

/// A version of a model, and what the model was.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelHistoryModel {
    #[serde(flatten)]
    pub version: ModelHistoryResponse,
    #[schema(value_type = Object)]
    pub snapshot: Value,
}

/// Which versions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The model.
    pub id: String,
    /// From 1.
    #[serde(default)]
    #[param(value_type = i64, required = false, minimum = 1)]
    pub page: Option<NonZeroU32>,
}

/// A page of a model's versions, newest first.
#[utoipa::path(get, path = "/api/v1/models/model/history", tag = "models", security(("verified" = [])),
    params(HistoryQuery), responses((status = 200, body = Vec<ModelHistoryResponse>)))]
pub async fn list(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Vec<ModelHistoryResponse>>> {
    owned(&app, &person, &query.id).await?;
    let page = i64::from(query.page.map_or(1, NonZeroU32::get)) - 1;
    let versions = app.store.model_versions(&query.id, page * PAGE, PAGE).await?;
    let ids: Vec<_> = versions.iter().map(|version| version.user_id.clone()).collect();
    let authors = app.store.users_by_ids(&ids).await?;
    Ok(Json(versions.into_iter().map(|version| shown(version, &authors)).collect()))
}

/// One version with its state.
#[utoipa::path(get, path = "/api/v1/models/model/history/{history_id}", tag = "models", security(("verified" = [])),
    params(("history_id" = String, Path), IdQuery), responses((status = 200, body = ModelHistoryModel)))]
pub async fn read(
    person: Verified,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<IdQuery>,
) -> Result<Json<ModelHistoryModel>> {
    owned(&app, &person, &query.id).await?;
    let (version, snapshot) = app.store.model_version(&query.id, &id).await?.ok_or_else(unknown)?;
    let authors = app.store.users_by_ids(std::slice::from_ref(&version.user_id)).await?;
    Ok(Json(ModelHistoryModel { version: shown(version, &authors), snapshot }))
}

/// Forgets a version. The one in use stays.
#[utoipa::path(delete, path = "/api/v1/models/model/history/{history_id}", tag = "models", security(("verified" = [])),
    params(("history_id" = String, Path), IdQuery),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(
    person: Verified,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<IdQuery>,
) -> Result<Json<bool>> {
    owned(&app, &person, &query.id).await?;
    app.store.model_version(&query.id, &id).await?.ok_or_else(unknown)?;
    if app.store.delete_model_version(&query.id, &id).await? {
        return Ok(Json(true));
    }
    Err(ApiError::bad_request("This version is in use; choose another one first"))
}

/// Makes a model what it was in one of its versions.
#[utoipa::path(post, path = "/api/v1/models/model/update/version", tag = "models", security(("verified" = [])),
    params(IdQuery), request_body = ModelVersionForm, responses((status = 200, body = ModelResponse)))]
pub async fn restore(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<IdQuery>,
    Json(form): Json<ModelVersionForm>,
) -> Result<Json<ModelResponse>> {
    let (_, grants) = owned(&app, &person, &query.id).await?;
    app.store.model_version(&query.id, &form.version_id).await?.ok_or_else(unknown)?;
    app.store.use_model_version(&query.id, &form.version_id, now()).await?;
    let row = app.store.model(&query.id).await?.ok_or_else(ApiError::unauthorized)?;
    Ok(Json(view(&row, &grants)))
}

fn shown(version: ModelVersion, authors: &[User]) -> ModelHistoryResponse {
    let author = authors.iter().find(|author| author.id == version.user_id);
    ModelHistoryResponse {
        id: version.id,
        model_id: version.model_id,
        parent_id: version.parent_id,
        user_id: version.user_id.to_string(),
        commit_message: version.commit_message,
        created_at: version.created_at,
        user: author.map(|author| json!({"name": author.name})),
    }
}

fn unknown() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "This model has no such version")
}
