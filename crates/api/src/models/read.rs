//! One stored model.

use airis_domain::{AccessGrant, ModelRow};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::catalogue;
use super::views::{ModelAccessResponse, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};
use crate::pictures;
use crate::rights::Rights;

/// Which model.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IdQuery {
    pub id: String,
}

/// A model that the caller may read; its parameters only when the caller may change it.
#[utoipa::path(get, path = "/api/v1/models/model", tag = "models", security(("verified" = [])), params(IdQuery),
    responses((status = 200, body = Option<ModelAccessResponse>)))]
pub async fn read(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<IdQuery>,
) -> Result<Json<ModelAccessResponse>> {
    let (row, grants) = known(&app, &query.id).await?;
    let rights = Rights::of(&app, &person).await?;
    if !rights.reads(&row, &grants) {
        return Err(ApiError::unauthorized());
    }
    let write = rights.writes(&row, &grants);
    let mut model = view(&row, &grants);
    if !write {
        model.params.0.clear();
    }
    Ok(Json(ModelAccessResponse { model, user: None, write_access: Some(write) }))
}

/// The picture of a model.
#[utoipa::path(get, path = "/api/v1/models/model/profile/image", tag = "models", security(("verified" = [])), params(IdQuery),
    responses((status = 200, content_type = "image/png", body = Object)))]
pub async fn image(_person: Verified, State(app): State<App>, Query(query): Query<IdQuery>) -> Result<Response> {
    let row = app.store.model(&query.id).await?;
    let meta = row.map(|row| row.meta).or_else(|| catalogue::arena(&app, &query.id).map(|arena| arena.meta));
    let url = meta.as_ref().and_then(|meta| meta.get("profile_image_url")?.as_str()).unwrap_or_default();
    if url.starts_with('/') && !url.starts_with("//") {
        return Ok((StatusCode::FOUND, [(header::LOCATION, url.to_owned())]).into_response());
    }
    Ok(pictures::serve(url))
}

/// A stored model with its grants; 404 when there is none.
pub async fn known(app: &App, id: &str) -> Result<(ModelRow, Vec<AccessGrant>)> {
    let row = app.store.model(id).await?;
    let row = row.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "There is no stored model with this id"))?;
    let grants = app.store.grants("model", id).await?;
    Ok((row, grants))
}
