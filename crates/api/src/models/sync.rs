//! Stored models made equal to those of another server.

use std::collections::HashSet;

use airis_domain::{ModelRow, User, UserId, now};
use axum::extract::State;

use super::change::save;
use super::forms::{ModelModel, SyncModelsForm, check_id};
use super::views::{ModelResponse, view};
use crate::app::App;
use crate::caller::Admin;
use crate::error::{ApiError, Result};
use crate::extract::Json;
use crate::rights::Rights;

/// Stores every model that is sent, and deletes all others. Models that were here keep their owner.
#[utoipa::path(post, path = "/api/v1/models/sync", tag = "models", security(("admin" = [])), request_body = SyncModelsForm,
    responses((status = 200, body = Vec<ModelResponse>)))]
pub async fn sync(
    admin: Admin,
    State(app): State<App>,
    Json(form): Json<SyncModelsForm>,
) -> Result<Json<Vec<ModelResponse>>> {
    let rights = Rights::of(&app, &admin).await?;
    // Everything is looked at before anything is written: half a list would delete the other half.
    let mut models = Vec::with_capacity(form.models.len());
    for model in form.models {
        check_id(&model.id)?;
        let grants = rights.grants::<ModelRow>(&model.id, &model.access_grants)?;
        models.push((row(&app, &admin, model).await?, grants));
    }
    let wanted: HashSet<String> = models.iter().map(|(row, _)| row.id.clone()).collect();
    for (row, grants) in models {
        let row = save(&app, &admin, row, None).await?;
        app.store.set_grants("model", &row.id, &grants).await?;
    }
    for row in app.store.models().await?.into_iter().filter(|row| !wanted.contains(&row.id)) {
        app.store.delete_model(&row.id).await?;
    }
    let grants = app.store.grants_of_type("model").await?;
    Ok(Json(app.store.models().await?.iter().map(|row| view(row, &grants)).collect()))
}

async fn row(app: &App, admin: &User, model: ModelModel) -> Result<ModelRow> {
    let old = app.store.model(&model.id).await?;
    let user_id = match &old {
        Some(old) => old.user_id.clone(),
        None => app.store.user(&UserId::from(model.user_id)).await?.map_or_else(|| admin.id.clone(), |owner| owner.id),
    };
    Ok(ModelRow {
        base_model_id: model.base_model_id.filter(|base| !base.is_empty() && *base != model.id),
        id: model.id,
        user_id,
        name: model.name,
        params: model.params.0.into(),
        meta: serde_json::to_value(model.meta).map_err(ApiError::internal)?,
        is_active: model.is_active,
        version_id: None,
        created_at: old.map_or(model.created_at, |old| old.created_at),
        updated_at: now(),
    })
}
