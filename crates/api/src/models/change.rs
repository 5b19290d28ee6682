//! Making, changing and deleting stored models.

use airis_domain::{ModelRow, Role, User, UserId, now};
use airis_store::ModelEdit;
use axum::extract::State;

use super::catalogue;
use super::forms::{ModelForm, ModelIdForm};
use super::read::{IdQuery, known};
use super::views::{ModelResponse, view};
use crate::app::App;
use crate::caller::{Admin, Verified};
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};
use crate::rights::Rights;

/// Stores a model: a custom one over a base, or changes of an offered one.
#[utoipa::path(post, path = "/api/v1/models/create", tag = "models", security(("verified" = [])), request_body = ModelForm,
    responses((status = 200, body = Option<ModelResponse>)))]
pub async fn create(
    person: Verified,
    State(app): State<App>,
    Json(mut form): Json<ModelForm>,
) -> Result<Json<ModelResponse>> {
    let rights = Rights::of(&app, &person).await?;
    rights.require("workspace.models")?;
    form.check()?;
    if app.store.model(&form.id).await?.is_some() {
        return Err(ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "A model with this id is stored already"));
    }
    may_be_made(&app, &person, &form, None).await?;
    let grants = rights.grants::<ModelRow>(&form.id, form.access_grants.as_deref().unwrap_or_default())?;
    let why = form.commit_message.take();
    let row = save(&app, &person, row(form, &person.id, now())?, why.as_deref()).await?;
    app.store.set_grants("model", &row.id, &grants).await?;
    Ok(Json(view(&row, &grants)))
}

/// Changes a stored model.
#[utoipa::path(post, path = "/api/v1/models/model/update", tag = "models", security(("verified" = [])),
    request_body = ModelForm, responses((status = 200, body = Option<ModelResponse>)))]
pub async fn update(
    person: Verified,
    State(app): State<App>,
    Json(mut form): Json<ModelForm>,
) -> Result<Json<ModelResponse>> {
    form.check()?;
    let (old, known_grants) = owned(&app, &person, &form.id).await?;
    may_be_made(&app, &person, &form, Some(&old)).await?;
    let grants = match &form.access_grants {
        Some(sent) => Rights::of(&app, &person).await?.grants::<ModelRow>(&form.id, sent)?,
        None => known_grants,
    };
    let why = form.commit_message.take();
    let row = ModelRow { created_at: old.created_at, ..row(form, &old.user_id, now())? };
    let row = save(&app, &person, row, why.as_deref()).await?;
    app.store.set_grants("model", &row.id, &grants).await?;
    Ok(Json(view(&row, &grants)))
}

/// Switches a stored model on or off.
#[utoipa::path(post, path = "/api/v1/models/model/toggle", tag = "models", security(("verified" = [])), params(IdQuery),
    responses((status = 200, body = Option<ModelResponse>)))]
pub async fn toggle(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<IdQuery>,
) -> Result<Json<ModelResponse>> {
    let (mut row, grants) = owned(&app, &person, &query.id).await?;
    row.is_active = !row.is_active;
    row.updated_at = now();
    app.store.set_model_active(&row.id, row.is_active, row.updated_at).await?;
    Ok(Json(view(&row, &grants)))
}

/// Deletes a stored model; an offered model goes back to what its provider says.
#[utoipa::path(post, path = "/api/v1/models/model/delete", tag = "models", security(("verified" = [])),
    request_body = ModelIdForm, responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete(person: Verified, State(app): State<App>, Json(form): Json<ModelIdForm>) -> Result<Json<bool>> {
    owned(&app, &person, &form.id).await?;
    Ok(Json(app.store.delete_model(&form.id).await?))
}

/// Deletes every stored model.
#[utoipa::path(delete, path = "/api/v1/models/delete/all", tag = "models", security(("admin" = [])),
    responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn delete_all(_admin: Admin, State(app): State<App>) -> Result<Json<bool>> {
    for row in app.store.models().await? {
        app.store.delete_model(&row.id).await?;
    }
    Ok(Json(true))
}

/// A stored model that the caller may change. A missing one and a foreign one are the same to strangers.
pub async fn owned(app: &App, person: &Verified, id: &str) -> Result<(ModelRow, Vec<airis_domain::AccessGrant>)> {
    let (row, grants) = known(app, id).await.map_err(|_| ApiError::unauthorized())?;
    if Rights::of(app, person).await?.writes(&row, &grants) { Ok((row, grants)) } else { Err(ApiError::unauthorized()) }
}

/// What a provider offers is the administrators' to change, name and close: a model of somebody else stands over another
/// one, has an id of its own, and stays what it is.
pub async fn may_be_made(app: &App, person: &User, form: &ModelForm, old: Option<&ModelRow>) -> Result<()> {
    if person.role == Role::Admin {
        return Ok(());
    }
    let custom = form.base_model_id.as_deref().is_some_and(|base| !base.is_empty());
    let allowed = match old {
        Some(old) => custom == old.base_model_id.is_some(),
        None => custom && !catalogue::all(app, false).await?.iter().any(|model| model.id == form.id),
    };
    if allowed { Ok(()) } else { Err(ApiError::unauthorized()) }
}

/// Stores a model as somebody leaves it; the state becomes a version.
pub async fn save(app: &App, author: &User, row: ModelRow, why: Option<&str>) -> Result<ModelRow> {
    let message = why.filter(|why| !why.trim().is_empty());
    let edit = ModelEdit { version: uuid::Uuid::new_v4().to_string(), author: &author.id, message };
    let version = app.store.save_model(&row, &edit).await?;
    Ok(ModelRow { version_id: Some(version), ..row })
}

/// The row behind a form.
pub fn row(form: ModelForm, owner: &UserId, at: i64) -> Result<ModelRow> {
    Ok(ModelRow {
        id: form.id,
        user_id: owner.clone(),
        base_model_id: form.base_model_id.filter(|base| !base.is_empty()),
        name: form.name,
        params: form.params.0.into(),
        meta: serde_json::to_value(form.meta).map_err(ApiError::internal)?,
        is_active: form.is_active,
        version_id: None,
        created_at: at,
        updated_at: at,
    })
}
