//! Stored models in and out.

use airis_domain::{Json as Value, ModelRow, now};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::change::{may_be_made, row, save};
use super::forms::{ModelForm, ModelsImportForm};
use super::views::{ModelResponse, view};
use crate::app::App;
use crate::caller::Verified;
use crate::error::{ApiError, Result};
use crate::extract::{Json, Query};
use crate::rights::Rights;

/// A stored model with what belongs to it.
#[derive(Serialize, ToSchema)]
pub struct ModelExportResponse {
    #[serde(flatten)]
    pub model: ModelResponse,
    /// Pictures behind models are addresses only.
    pub background_image_data: Option<String>,
}

/// Which models.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// All when missing.
    #[serde(default)]
    pub ids: Option<Vec<String>>,
}

/// Stored models that the caller may change.
#[utoipa::path(get, path = "/api/v1/models/export", tag = "models", security(("verified" = [])), params(ExportQuery),
    responses((status = 200, body = Vec<ModelExportResponse>)))]
pub async fn export(
    person: Verified,
    State(app): State<App>,
    Query(query): Query<ExportQuery>,
) -> Result<Json<Vec<ModelExportResponse>>> {
    let rights = Rights::of(&app, &person).await?;
    rights.require("workspace.models_export")?;
    let grants = app.store.grants_of_type("model").await?;
    let rows = app.store.models().await?;
    let wanted = |id: &String| query.ids.as_ref().is_none_or(|ids| ids.contains(id));
    let mine = rows.iter().filter(|row| wanted(&row.id) && rights.writes(*row, &grants));
    Ok(Json(mine.map(|row| ModelExportResponse { model: view(row, &grants), background_image_data: None }).collect()))
}

/// Stores models, replacing those that the caller may change; others with the same id stay.
#[utoipa::path(post, path = "/api/v1/models/import", tag = "models", security(("verified" = [])),
    request_body = ModelsImportForm, responses((status = 200, body = bool, content_type = "application/json")))]
pub async fn import(
    person: Verified,
    State(app): State<App>,
    Json(form): Json<ModelsImportForm>,
) -> Result<Json<bool>> {
    let rights = Rights::of(&app, &person).await?;
    rights.require("workspace.models_import")?;
    let read = |model| serde_json::from_value::<ModelForm>(Value::Object(model));
    let models = form.models.into_iter().map(|model| read(model.0)).collect::<std::result::Result<Vec<_>, _>>();
    let models = models.map_err(|error| ApiError::bad_request(format!("One of the models cannot be read: {error}")))?;
    let known_grants = app.store.grants_of_type("model").await?;
    for mut form in models {
        form.check()?;
        let old = app.store.model(&form.id).await?;
        if old.as_ref().is_some_and(|old| !rights.writes(old, &known_grants)) {
            continue;
        }
        may_be_made(&app, &person, &form, old.as_ref()).await?;
        let grants = form.access_grants.as_deref().map(|sent| rights.grants::<ModelRow>(&form.id, sent)).transpose()?;
        let (at, why) = (now(), form.commit_message.take());
        let mut row = row(form, old.as_ref().map_or(&person.id, |old| &old.user_id), at)?;
        row.created_at = old.map_or(at, |old| old.created_at);
        save(&app, &person, row.clone(), why.as_deref()).await?;
        if let Some(grants) = grants {
            app.store.set_grants("model", &row.id, &grants).await?;
        }
    }
    Ok(Json(true))
}
